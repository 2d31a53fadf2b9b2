/** The library as it stands and what may be done to it, each told to the server and then seen through to the new index. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { getJson, Problem, send, sendJson } from '../api/client.ts'
import { documentsQuery, libraryQuery, readyQuery, suggestionsQuery, type LibraryState, type ListedDocument, type Upload } from '../api/queries.ts'
import { toast } from '../ui/toast.tsx'
import { problemWords } from '../words/problems.ts'
import { awaitRound, fade, leave, mark, roundIsOver, stay, useChanges } from './changes.ts'
import { dropItem, setItem, type Item } from './upload-store.ts'
import { useDocumentsWords } from './words.ts'

const UNDER_WAY_MS = 500
/** Another process may have begun a round. */
const AT_REST_MS = 5_000

const addressOf = (id: string) => `/api/documents/${encodeURIComponent(id)}`
const uploadAddress = (id: string) => `/api/uploads/${encodeURIComponent(id)}`

/** The state of the library, asked for often while a round is under way; a round that ends brings the lists up to date. */
export function useLibrary() {
  const queries = useQueryClient()
  const { isAwaited, before } = useChanges()
  const library = useQuery({
    ...libraryQuery,
    refetchInterval: ({ state }) => (isAwaited || state.data?.indexing ? UNDER_WAY_MS : AT_REST_MS),
  })
  const { data } = library
  const stands = data && `${data.generation ?? ''} ${data.lastIndexing?.at ?? ''}`
  const stood = useRef<string>(undefined)
  useEffect(() => {
    if (data && isAwaited && !data.indexing && data.lastIndexing?.at !== before) roundIsOver()
  }, [data, isAwaited, before])
  useEffect(() => {
    if (stands === undefined) return
    const isFirst = stood.current === undefined
    const isNew = stood.current !== stands
    stood.current = stands
    if (isFirst || !isNew) return
    const outdated = [documentsQuery, suggestionsQuery, readyQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey: queryKey as readonly string[] }))
    void queries.invalidateQueries({ queryKey: ['reading'] })
    void Promise.allSettled(outdated).then(() => stay())
  }, [stands, queries])
  return library
}

/** Marks rows that just came, for a while. */
export function useFresh(documents: readonly ListedDocument[]): (document: ListedDocument) => boolean {
  const { fresh } = useChanges()
  const isFresh = useCallback(({ id, source, origin }: ListedDocument) => fresh.has(id) || (origin === 'upload' && fresh.has(source)), [fresh])
  const seen = documents.filter(isFresh).flatMap(({ id, source }) => [id, source]).join('\n')
  useEffect(() => {
    if (seen === '') return undefined
    const timer = fade(seen.split('\n'))
    return () => clearTimeout(timer)
  }, [seen])
  return isFresh
}

export function useLibraryActions() {
  const words = useDocumentsWords()
  const queries = useQueryClient()

  const begun = useCallback(
    (at: string | undefined) => {
      awaitRound(at)
      void queries.invalidateQueries({ queryKey: libraryQuery.queryKey })
    },
    [queries],
  )
  const lastRound = () => queries.getQueryData<LibraryState>(libraryQuery.queryKey)?.lastIndexing?.at

  const restore = async (id: string): Promise<void> => {
    const at = lastRound()
    try {
      await sendJson('POST', `${addressOf(id)}/restore`)
      stay(id)
      mark(id)
      begun(at)
    } catch (error) {
      toast(problemWords(error))
    }
  }

  const remove = async ({ id, title }: ListedDocument): Promise<void> => {
    const at = lastRound()
    try {
      await sendJson('DELETE', addressOf(id))
      leave(id)
      begun(at)
      toast({ text: words.wasRemoved(title), action: { label: words.undo, onChoose: () => void restore(id) } })
    } catch (error) {
      toast(problemWords(error))
    }
  }

  /** False where it did not succeed; the item says why. */
  const accept = async ({ key, state }: Item, replaces?: string): Promise<boolean> => {
    if (state.kind !== 'ready') return false
    const { upload } = state
    const at = lastRound()
    setItem(key, { kind: 'accepting', upload })
    try {
      const { source } = await sendJson<{ source: string }>('POST', `${uploadAddress(upload.id)}/accept`, replaces === undefined ? {} : { replaces })
      setItem(key, { kind: 'accepted', upload, source, ...(replaces !== undefined && { replaced: replaces }) })
      mark(source)
      begun(at)
      return true
    } catch (error) {
      setItem(key, isGone(error) ? { kind: 'failed', error, canRetry: false } : { kind: 'ready', upload, error })
      return false
    }
  }

  const discard = async ({ key, state }: Item): Promise<void> => {
    dropItem(key)
    if (state.kind !== 'ready') return
    // what the server keeps all the same lapses there after a day
    await sendJson('DELETE', uploadAddress(state.upload.id)).catch((error: unknown) => isGone(error) || toast(problemWords(error)))
  }

  /** The round that failed, once more. */
  const indexAgain = async (): Promise<void> => {
    const at = lastRound()
    try {
      await sendJson('POST', '/api/library/index')
      begun(at)
    } catch (error) {
      toast(problemWords(error))
    }
  }

  return { accept, discard, remove, restore, indexAgain }
}

export type LibraryActions = ReturnType<typeof useLibraryActions>

const isGone = (error: unknown): boolean => error instanceof Problem && error.status === 404

/** The stored text of an upload, for the first words of its clauses. */
export const uploadTextQuery = (id: string) =>
  queryOptions({
    queryKey: ['upload-text', id],
    queryFn: async ({ signal }) => (await send(`${uploadAddress(id)}/text`, { signal })).text(),
    staleTime: Infinity,
  })

export const uploadQuery = (id: string) =>
  queryOptions({ queryKey: ['upload', id], queryFn: ({ signal }) => getJson<Upload>(uploadAddress(id), signal), staleTime: Infinity })
