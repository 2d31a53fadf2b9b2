/** Who one is, and signing in and out, as the server has it. */
import { queryOptions } from '@tanstack/react-query'
import type { Scope } from '../../../access/access.ts'
import { getJson, sendJson } from '../api/client.ts'

export interface Who {
  readonly id: string
  readonly kind: 'local' | 'operator' | 'key' | 'person' | 'bot'
  readonly name: string
  readonly scopes: readonly string[]
  readonly by: 'local' | 'header' | 'session'
}

export interface Session {
  /** Absent: nobody is signed in. */
  readonly who?: Who
  readonly ways: { readonly key: boolean; readonly password: boolean; readonly oidc: boolean }
}

export type Given = { readonly key: string } | { readonly login: string; readonly password: string }

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => getJson<Session>('/api/session', signal),
  staleTime: Infinity,
  refetchOnWindowFocus: false,
  retry: false,
})

export const signIn = (given: Given): Promise<Session> => sendJson<Session>('POST', '/api/session', given)
export const signOut = (): Promise<void> => sendJson('DELETE', '/api/session')

export const mayIn = (session: Session | undefined, scope: Scope): boolean => session?.who?.scopes.includes(scope) === true
