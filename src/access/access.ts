/** Who may do what: scopes, roles, and an identity that a way in has established. */
import type { Owner } from '../state/state.ts'

/** `search`: find, look up and read; `ask`: questions, conversations, checks; `ingest`: change documents; `admin`: the rest. */
export const SCOPES = ['ask', 'search', 'ingest', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** 读者、编辑、管理员. */
export const ROLES = ['reader', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  reader: ['ask', 'search'],
  editor: ['ask', 'search', 'ingest'],
  admin: ['ask', 'search', 'ingest', 'admin'],
}

/** Collections 文件集 whose documents may be seen, besides those that are in none: these, or all there are. */
export type Sight = 'all' | readonly string[]

/** Who asks. Made by a way in, for one request; never kept from one request to the next. */
export interface Identity {
  /** `local`, `operator`, `key:{id}`, `person:{id}`, `bot:slack`, `bot:dingtalk`, `mcp`; what the audit log names. */
  readonly id: string
  readonly kind: 'local' | 'operator' | 'key' | 'person' | 'bot'
  /** As people call it. */
  readonly name: string
  /** Whose conversations these are. */
  readonly owner: Owner
  readonly scopes: readonly Scope[]
  readonly sight: Sight
  /** Tokens of the language model; absent: what the whole server may use. */
  readonly tokensADay?: number
}

export const may = ({ scopes }: Pick<Identity, 'scopes'>, scope: Scope): boolean => scopes.includes(scope)

/** Where no key is set and nobody has signed up there is one person: whoever sits at this machine. */
export const LOCAL: Identity = {
  id: 'local',
  kind: 'local',
  name: '本机',
  owner: 'local',
  scopes: SCOPES_OF.admin,
  sight: 'all',
}
