/**
 * The reader beside a view. Its code comes with the first text that is opened, at the same time as the text. Not by `lazy`:
 * React holds back for 300 ms what takes the place of a fallback.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type ComponentType } from 'react'
import { readingQuery } from '../api/queries.ts'
import { addressIn } from '../reader/address.ts'

let loaded: ComponentType | undefined

async function load(): Promise<ComponentType> {
  const { ReaderPanel } = await import('../reader/reader-panel.tsx')
  return (loaded = ReaderPanel)
}

/** `read` is `{documentId}[/{sha16}[/{start}-{end}]]`. */
export function ReaderBeside({ read }: { readonly read: string }) {
  const queries = useQueryClient()
  const [Panel, setPanel] = useState(() => loaded)
  useEffect(() => {
    if (Panel) return
    const fail = (error: unknown) => {
      throw error
    }
    load().then(
      (panel) => setPanel(() => panel),
      (error: unknown) => setPanel(() => fail(error)), // thrown where it is drawn, so that the page says so
    )
    const address = addressIn(read)
    if (address) void queries.prefetchQuery(readingQuery(address.id, address.sha))
    // once: what is opened meanwhile, the reader itself asks for
  }, [])
  return Panel ? <Panel /> : <aside className="reader-panel" aria-busy="true" />
}
