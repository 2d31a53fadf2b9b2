/** What the administration page asks the server for, and what it changes there. */
import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query'
import type { Role, Scope, Sight } from '../../../access/access.ts'
import type { AuditEntry, AuditHead, AuditVerdict, CollectionRecord, KeyRecord, PersonRecord } from '../../../access/access-store.ts'
import type { UsageRow } from '../../../state/usage.ts'
import type { Outcome } from '../../../types.ts'
import type { FolderFacts, Generations, LogLine } from '../../admin-parts.ts'
import { getJson, sendJson } from '../api/client.ts'
import { goOn } from '../session/again.ts'
import { sessionQuery, signIn, type Given } from '../session/queries.ts'

export type Key = Omit<KeyRecord, 'owner'>
export type { AuditEntry, AuditHead, AuditVerdict, CollectionRecord, FolderFacts, LogLine, PersonRecord, Role, Scope, Sight, UsageRow }

export const WEEKS = 8
const AT_REST_MS = 30_000
const LOG_MS = 2_000
const AUDIT_PAGE = 50

export interface AdminState {
  readonly ready: boolean
  readonly version: string
  readonly startedAt: string
  readonly generation: string | null
  readonly documents: number
  readonly clauses: number
  readonly retrieval: 'hybrid' | 'keyword'
  readonly isOpen: boolean
}

export interface UsageReport {
  readonly from: string
  readonly to: string
  readonly rows: readonly UsageRow[]
}

export interface FeedbackReport {
  readonly from: string
  readonly to: string
  readonly days: readonly { readonly day: string; readonly up: number; readonly down: number }[]
  readonly reasons: readonly { readonly reason: string; readonly count: number }[]
  readonly remarks: readonly { readonly at: string; readonly rating: 'up' | 'down'; readonly reason?: string; readonly question: string; readonly outcome: Outcome }[]
}

export interface ChannelState {
  readonly state: 'on' | 'off'
  readonly missing?: string
  readonly mode?: string
  readonly connection?: string
  readonly waiting?: number
  readonly oldestSeconds?: number
  readonly reconnects?: number
  readonly trouble?: { readonly code: string; readonly at: string }
  readonly [count: string]: unknown
}

const address = (path: string) => `/api/admin/${path}`
const report = <Body>(path: string, refetchInterval: number | false = false) =>
  queryOptions({ queryKey: ['admin', path], queryFn: ({ signal }) => getJson<Body>(address(path), signal), refetchInterval })

export const stateQuery = report<AdminState>('state', AT_REST_MS)
export const keysQuery = report<{ readonly keys: readonly Key[] }>('keys')
export const peopleQuery = report<{ readonly people: readonly PersonRecord[] }>('people')
export const collectionsQuery = report<{ readonly collections: readonly CollectionRecord[]; readonly folders: readonly FolderFacts[] }>('collections')
export const generationsQuery = report<Generations & { readonly serving: string | null }>('generations', AT_REST_MS)
export const channelsQuery = report<{ readonly channels?: Readonly<Record<string, ChannelState>> }>('channels', AT_REST_MS)
export const usageQuery = report<UsageReport>(`usage?weeks=${WEEKS}`, AT_REST_MS)
export const feedbackQuery = report<FeedbackReport>(`feedback?weeks=${WEEKS}`, AT_REST_MS)

export const auditQuery = (wanted: { readonly action: string; readonly by: string }) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'audit', wanted.action, wanted.by],
    queryFn: ({ pageParam, signal }) => {
      const search = new URLSearchParams({
        limit: String(AUDIT_PAGE),
        ...(pageParam > 0 && { before: String(pageParam) }),
        ...(wanted.action !== '' && { action: wanted.action }),
        ...(wanted.by !== '' && { by: wanted.by }),
      })
      return getJson<{ entries: readonly AuditEntry[]; more: boolean; head: AuditHead }>(`${address('audit')}?${search}`, signal)
    },
    initialPageParam: 0,
    getNextPageParam: (last) => (last.more ? last.entries.at(-1)?.number : undefined),
  })

/** Of the lines that are shown already those that came since are asked for. */
export const logQuery = (isFollowed: boolean) =>
  queryOptions({
    queryKey: ['admin', 'log'],
    queryFn: async ({ signal, client }) => {
      const before = client.getQueryData<LogTail>(['admin', 'log'])
      const tail = await getJson<LogTail>(`${address('log')}?limit=${KEPT_LINES}&after=${before?.last ?? 0}`, signal)
      // a server that was started anew counts from 1 again
      if (before && tail.last < before.last) return getJson<LogTail>(`${address('log')}?limit=${KEPT_LINES}`, signal)
      return { last: tail.last, lines: [...(before?.lines ?? []), ...tail.lines].slice(-KEPT_LINES) }
    },
    refetchInterval: isFollowed ? LOG_MS : false,
    structuralSharing: false,
  })

const KEPT_LINES = 1_000
interface LogTail {
  readonly lines: readonly LogLine[]
  readonly last: number
}

export interface NewKey {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly sight: Sight
  readonly expiresAt?: string
  readonly tokensADay?: number
}

export interface PersonChange {
  readonly name?: string
  readonly role?: Role
  readonly sight?: Sight
  readonly password?: string
  readonly disabled?: boolean
}

export interface NewPerson extends PersonChange {
  readonly login: string
  readonly name: string
  readonly role: Role
  readonly sight: Sight
}

/** Each resolves when the lists on the page are those of the server again. */
export function useAdminActions() {
  const queries = useQueryClient()
  const then = async <Result>(work: Promise<Result>, ...parts: readonly string[]): Promise<Result> => {
    const result = await work
    await Promise.all([...parts, 'state', 'audit'].map((part) => queries.invalidateQueries({ queryKey: ['admin', part] })))
    return result
  }
  const of = (path: string, id: string) => `${address(path)}/${encodeURIComponent(id)}`
  /** With the first key or person everyone has to sign in: this page does so with what was just made. */
  const enter = async (wasOpen: boolean, given: Given): Promise<boolean> => {
    if (!wasOpen) return false
    // what was made must be shown all the same: where this fails, the page asks to sign in
    const session = await signIn(given).catch(() => undefined)
    if (!session) return false
    queries.setQueryData(sessionQuery.queryKey, session)
    goOn() // what was refused meanwhile
    return true
  }
  const isOpen = () => queries.getQueryData<AdminState>(stateQuery.queryKey)?.isOpen === true
  return {
    createKey: async (wanted: NewKey) => {
      const wasOpen = isOpen()
      const made = await sendJson<{ key: Key; secret: string }>('POST', address('keys'), wanted)
      const isSignedIn = await enter(wasOpen, { key: made.secret })
      return then(Promise.resolve({ ...made, isSignedIn }), 'keys')
    },
    revokeKey: (id: string) => then(sendJson('DELETE', of('keys', id)), 'keys'),
    addPerson: async (wanted: NewPerson) => {
      const wasOpen = isOpen()
      const person = await sendJson<PersonRecord>('POST', address('people'), wanted)
      await enter(wasOpen, { login: wanted.login, password: wanted.password ?? '' })
      return then(Promise.resolve(person), 'people')
    },
    changePerson: (id: string, change: PersonChange) => then(sendJson<PersonRecord>('PATCH', of('people', id), change), 'people'),
    createCollection: (name: string) => then(sendJson<CollectionRecord>('POST', address('collections'), { name }), 'collections'),
    changeCollection: (id: string, change: Partial<Pick<CollectionRecord, 'name' | 'folders' | 'documents'>>) =>
      then(sendJson<CollectionRecord>('PATCH', of('collections', id), change), 'collections'),
    removeCollection: (id: string) => then(sendJson('DELETE', of('collections', id)), 'collections', 'keys', 'people'),
    verifyAudit: () => then(sendJson<AuditVerdict>('POST', address('audit/verify'), {})),
  }
}

export type AdminActions = ReturnType<typeof useAdminActions>
