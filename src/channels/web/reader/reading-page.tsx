/** The reader on a page of its own: where links from elsewhere lead. */
import { useParams } from '@tanstack/react-router'
import { VariantContext } from './navigation.ts'
import { Reader } from './reader.tsx'

export function ReadingPage() {
  const { _splat } = useParams({ from: '/read/$' })
  return (
    <main className="reading-page">
      <VariantContext value="page">
        <Reader read={_splat ?? ''} />
      </VariantContext>
    </main>
  )
}
