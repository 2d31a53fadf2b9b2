/** What stands where nothing else can: an address that shows nothing, and a part of the page that broke. */
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

/** A part of the page that broke: what was asked and kept is on the server, so that nothing is lost by beginning anew. */
export function Failed({ error }: { readonly error: unknown }) {
  const words = useShellWords()
  return (
    <main className="blank" role="alert">
      <h1>{words.broken}</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        {words.reload}
      </button>
    </main>
  )
}
