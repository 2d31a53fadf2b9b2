/** What the page asks the server for, under the names by which it is kept. */
import { infiniteQueryOptions, queryOptions, replaceEqualDeep } from '@tanstack/react-query'
import type { LibraryState, Upload } from '../../../answering/library-desk.ts'
import type { CitationChange, Conversation, ConversationSummary, DocumentId, Exchange } from '../../../types.ts'
import type { Cited, ClauseText, ListedDocument, Reading } from '../../wire.ts'
import { signedIn } from '../session/again.ts'
import type { Session } from '../session/queries.ts'
import { getJson, offline, Problem } from './client.ts'
import { withUnsent } from './unsent.ts'

export interface StoredExchange extends Exchange {
  readonly changes?: readonly CitationChange[]
  /** Asked here, and not known to have reached the server: it may fail on the way. */
  readonly isUnsent?: boolean
}

export interface StoredConversation extends Omit<Conversation, 'exchanges'> {
  readonly exchanges: readonly StoredExchange[]
}

export interface FoundConversation extends ConversationSummary {
  readonly excerpt?: string
}

export type { Cited, ClauseText, LibraryState, ListedDocument, Upload }

export type LibraryProblem = ListedDocument['problems'][number]

export interface Ready {
  readonly ready: boolean
  readonly version: string
  readonly model: string | null
  readonly index: { readonly generation: string | null; readonly documents: number; readonly clauses: number }
  readonly mode: { readonly retrieval: 'hybrid' | 'keyword' }
  /** Absent where none is configured. */
  readonly languageModel?: { readonly id: string }
  readonly fallbacks: readonly { readonly from: string; readonly reason: string }[]
  readonly building?: { readonly step: string; readonly done: number; readonly total: number }
}

const CONVERSATIONS_A_PAGE = 50
const READY_MS = 30_000

export const conversationsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['conversations', q],
    queryFn: ({ pageParam, signal }) => {
      const search = new URLSearchParams({ limit: String(CONVERSATIONS_A_PAGE), ...(q !== '' && { q }), ...(pageParam !== '' && { before: pageParam }) })
      return getJson<{ conversations: FoundConversation[]; more: boolean }>(`/api/conversations?${search}`, signal)
    },
    initialPageParam: '',
    getNextPageParam: (last) => (last.more ? last.conversations.at(-1)?.updatedAt : undefined),
  })

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id],
    queryFn: ({ signal }) => getJson<StoredConversation>(`/api/conversations/${encodeURIComponent(id)}`, signal),
    refetchOnWindowFocus: 'always',
    structuralSharing: (before, after) =>
      replaceEqualDeep(before, withUnsent(before as StoredConversation | undefined, after as StoredConversation)),
  })

export const documentsQuery = queryOptions({
  queryKey: ['documents'],
  queryFn: ({ signal }) => getJson<{ documents: ListedDocument[] }>('/api/documents', signal).then(({ documents }) => documents),
  staleTime: 60_000,
})

export const documentQuery = (id: DocumentId) =>
  queryOptions({
    queryKey: ['documents', id],
    queryFn: ({ signal }) => getJson<ListedDocument>(`/api/documents/${encodeURIComponent(id)}`, signal),
    staleTime: 60_000,
  })

export const libraryQuery = queryOptions({
  queryKey: ['library'],
  queryFn: ({ signal }) => getJson<LibraryState>('/api/library', signal),
})

export const readingQuery = (id: string, sha?: string) =>
  queryOptions({
    queryKey: ['reading', id, sha ?? ''],
    queryFn: ({ signal }) => getJson<Reading>(`/api/reading/${encodeURIComponent(id)}${sha === undefined ? '' : `?sha=${sha}`}`, signal),
    staleTime: 5 * 60_000,
  })

export const citeQuery = (reference: string) =>
  queryOptions({
    queryKey: ['cite', reference],
    queryFn: ({ signal }) => getJson<Cited>(`/api/cite?${new URLSearchParams({ ref: reference })}`, signal),
    staleTime: 60_000,
  })

export const suggestionsQuery = queryOptions({
  queryKey: ['suggestions'],
  queryFn: ({ signal }) => getJson<{ questions: { question: string; documentId: DocumentId }[] }>('/api/suggestions', signal),
  staleTime: 5 * 60_000,
})

async function readiness(signal: AbortSignal): Promise<Ready> {
  const response = await fetch('/readyz', { signal }).catch(() => undefined)
  const body = (await response?.json().catch(() => undefined)) as Partial<Ready> | undefined
  if (typeof body?.ready !== 'boolean') throw offline()
  if (body.fallbacks) return body as Ready
  // it says no more than that to nobody: whoever that is signs in, and it is asked again
  const { who } = await getJson<Session>('/api/session', signal)
  if (who) throw new Problem({ status: 403, code: 'forbidden', detail: '没有检索权限，看不到索引的状态。', title: 'This is not allowed to you' })
  await signedIn({ signal })
  return readiness(signal)
}

/** Also while it answers 503: the body says why. */
export const readyQuery = queryOptions({
  queryKey: ['ready'],
  queryFn: ({ signal }) => readiness(signal),
  retry: false,
  refetchInterval: ({ state }) => (state.data?.ready && !state.data.building ? READY_MS : 1_000),
})
