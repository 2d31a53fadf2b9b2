/** An address of this server that shows nothing. */
import { Link } from '@tanstack/react-router'
import { useShellWords } from './words.ts'

export function NotFound() {
  const words = useShellWords()
  return (
    <main className="blank">
      <h1>{words.notFound}</h1>
      <p>
        <Link to="/">{words.backToAsking}</Link>
      </p>
    </main>
  )
}
