/** What was typed after `keys`, `people`, `collections` and `audit` → what is to be done, or what is wrong with it. */
import type { AuditHead } from '../../access/access-store.ts'

/** 文件集 by name or id; `all`: every document. */
export type See = 'all' | readonly string[]

interface Keys {
  readonly name: 'keys'
  readonly json: boolean
}
interface People {
  readonly name: 'people'
  readonly json: boolean
}
interface Collections {
  readonly name: 'collections'
  readonly json: boolean
}
interface Audit {
  readonly name: 'audit'
  readonly json: boolean
}

export type AccessCommand =
  | (Keys & { readonly verb: 'list' })
  | (Keys & {
      readonly verb: 'create'
      readonly called: string
      readonly scopes: readonly string[]
      readonly see?: See
      readonly expiresAt?: string
      readonly tokensADay?: number
      /** The secret and nothing else. */
      readonly quiet: boolean
    })
  | (Keys & { readonly verb: 'revoke'; readonly id: string })
  | (People & { readonly verb: 'list' })
  | (People & {
      readonly verb: 'add'
      readonly login: string
      readonly called: string
      readonly role: string
      readonly see?: See
      /** Single sign-on 单点登录; without it a password is asked for. */
      readonly subject?: { readonly issuer: string; readonly subject: string }
    })
  /** `who`: login or id. */
  | (People & { readonly verb: 'password' | 'disable' | 'enable'; readonly who: string })
  | (People & { readonly verb: 'role'; readonly who: string; readonly role: string; readonly see?: See })
  | (Collections & { readonly verb: 'list' })
  | (Collections & { readonly verb: 'create' | 'delete'; readonly collection: string })
  /** `entries`: labels of folders, ids or names of files. */
  | (Collections & { readonly verb: 'add' | 'remove'; readonly collection: string; readonly entries: readonly string[] })
  | (Audit & {
      readonly verb: 'show'
      readonly limit: number
      readonly action?: string
      readonly by?: string
      readonly since?: string
    })
  | (Audit & { readonly verb: 'verify'; readonly expected?: AuditHead })
  | (Audit & { readonly verb: 'head' })

export interface AccessOptions {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly scopes?: string | undefined
  readonly see?: string | undefined
  readonly expires?: string | undefined
  readonly tokens?: string | undefined
  readonly name?: string | undefined
  readonly role?: string | undefined
  readonly issuer?: string | undefined
  readonly subject?: string | undefined
  readonly expect?: string | undefined
  readonly limit?: string | undefined
  readonly action?: string | undefined
  readonly by?: string | undefined
  readonly since?: string | undefined
}

export type AccessName = AccessCommand['name']

const DEFAULT_SCOPES = 'ask,search'
const DEFAULT_ROLE = 'reader'
const LIMIT = 50
const LIMIT_MAXIMUM = 1_000

/** A command, or a sentence that says what is missing. */
export function accessCommandOf(name: AccessName, words: readonly string[], options: AccessOptions): AccessCommand | string {
  const json = options.json ?? false
  const [verb = 'list', ...rest] = words
  switch (name) {
    case 'keys':
      return keysOf(verb, rest, options, { name, json })
    case 'people':
      return peopleOf(verb, rest, options, { name, json })
    case 'collections':
      return collectionsOf(verb, rest, { name, json })
    case 'audit':
      return auditOf(words[0] ?? 'show', rest, options, { name, json })
  }
}

function keysOf(verb: string, words: readonly string[], options: AccessOptions, base: Keys): AccessCommand | string {
  const one = words.join(' ').trim()
  if (verb === 'list') return one === '' ? { ...base, verb } : notWanted(one)
  if (verb === 'revoke') return words.length === 1 ? { ...base, verb, id: words[0]! } : '请写明密钥的编号：keys revoke <编号>。'
  if (verb !== 'create') return unknown('keys', verb, 'list、create、revoke')
  if (one === '') return '请写明密钥的名称：keys create <名称>。'
  const tokens = options.tokens === undefined ? undefined : Number(options.tokens)
  if (tokens !== undefined && !(Number.isSafeInteger(tokens) && tokens > 0)) return '--tokens 应为正整数。'
  return {
    ...base,
    verb,
    called: one,
    scopes: listOf(options.scopes ?? DEFAULT_SCOPES),
    ...seeOf(options),
    ...(options.expires !== undefined && { expiresAt: options.expires }),
    ...(tokens !== undefined && { tokensADay: tokens }),
    quiet: options.quiet ?? false,
  }
}

function peopleOf(verb: string, words: readonly string[], options: AccessOptions, base: People): AccessCommand | string {
  const [who, role, ...more] = words
  if (verb === 'list') return who === undefined ? { ...base, verb } : notWanted(who)
  if (!['add', 'password', 'disable', 'enable', 'role'].includes(verb)) {
    return unknown('people', verb, 'list、add、password、disable、enable、role')
  }
  if (who === undefined) return `请写明登录名：people ${verb} <登录名>。`
  if (verb === 'role') {
    if (role === undefined || more.length > 0) return '请写明角色：people role <登录名> reader|editor|admin。'
    return { ...base, verb, who, role, ...seeOf(options) }
  }
  if (role !== undefined) return `${notWanted(role)}口令不写在命令里，从标准输入读取。`
  if (verb === 'password' || verb === 'disable' || verb === 'enable') return { ...base, verb, who }
  const { issuer, subject } = options
  if ((issuer === undefined) !== (subject === undefined)) return '--issuer 和 --subject 须一起写。'
  return {
    ...base,
    verb: 'add',
    login: who,
    called: options.name ?? who,
    role: options.role ?? DEFAULT_ROLE,
    ...seeOf(options),
    ...(issuer !== undefined && subject !== undefined && { subject: { issuer, subject } }),
  }
}

function collectionsOf(verb: string, words: readonly string[], base: Collections): AccessCommand | string {
  const [collection, ...entries] = words
  if (verb === 'list') return collection === undefined ? { ...base, verb } : notWanted(collection)
  if (!['create', 'add', 'remove', 'delete'].includes(verb)) {
    return unknown('collections', verb, 'list、create、add、remove、delete')
  }
  if (collection === undefined) return `请写明文件集的名称：collections ${verb} <名称>。`
  if (verb === 'create' || verb === 'delete') {
    return entries.length === 0 ? { ...base, verb, collection } : `${notWanted(entries.join(' '))}名称里有空格的请加引号。`
  }
  if (entries.length === 0) return `请写明文件夹、文件名或文件编号：collections ${verb} <名称> <文件>…。`
  return { ...base, verb: verb === 'add' ? 'add' : 'remove', collection, entries }
}

function auditOf(verb: string, words: readonly string[], options: AccessOptions, base: Audit): AccessCommand | string {
  if (words.length > 0) return notWanted(words.join(' '))
  if (verb === 'head') return { ...base, verb }
  if (verb === 'verify') {
    if (options.expect === undefined) return { ...base, verb }
    const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(options.expect.trim())
    return match
      ? { ...base, verb, expected: { number: Number(match[1]), hash: match[2]! } }
      : '--expect 应写作 audit head 打印的 序号:哈希。'
  }
  if (verb !== 'show') return unknown('audit', verb, 'show、verify、head')
  const limit = options.limit === undefined ? LIMIT : Number(options.limit)
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAXIMUM)) return `--limit 应为 1 至 ${LIMIT_MAXIMUM} 的整数。`
  const { action, by, since } = options
  const narrowed = { ...(action !== undefined && { action }), ...(by !== undefined && { by }), ...(since !== undefined && { since }) }
  return { ...base, verb, limit, ...narrowed }
}

/** @example listOf('ask, search，ingest') // ['ask', 'search', 'ingest'] */
const listOf = (words: string): readonly string[] => words.split(/[,，、]/).map((word) => word.trim()).filter(Boolean)

function seeOf({ see }: AccessOptions): { readonly see?: See } {
  if (see === undefined) return {}
  const names = listOf(see)
  return { see: names.length === 1 && names[0] === 'all' ? 'all' : names.filter((name) => name !== 'none') }
}

const unknown = (name: AccessName, verb: string, verbs: string) => `${name} 没有“${verb}”；可写 ${verbs}。`
const notWanted = (words: string) => `多了“${words}”。`
