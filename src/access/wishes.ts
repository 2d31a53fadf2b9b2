/** What is asked for → what is kept, or `bad-request` with what is wrong with it. */
import { PolicyError } from '../errors.ts'
import { ROLES, SCOPES, type Role, type Scope, type Sight } from './access.ts'

const NAME_CHARACTERS = 80

const refused = (message: string) => new PolicyError('bad-request', message)

/** One line of 1 to 80 characters. @param what 名称, 登录名 … */
export function nameOf(what: string, asked: string): string {
  const name = asked.normalize('NFC').trim()
  const length = [...name].length
  if (length === 0 || length > NAME_CHARACTERS || /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) {
    throw refused(`${what}须为 1 至 ${NAME_CHARACTERS} 个字符，不含换行。A name has 1 to ${NAME_CHARACTERS} characters.`)
  }
  return name
}

export function loginOf(asked: string): string {
  const login = nameOf('登录名', asked.normalize('NFKC'))
  if (/\s/u.test(login)) throw refused('登录名不能含空格。A login has no spaces.')
  return login
}

/** What is compared of a login. */
export const foldedLogin = (login: string): string => login.normalize('NFKC').trim().toLowerCase()

export function scopesOf(asked: readonly string[]): readonly Scope[] {
  const isKnown = asked.every((scope) => (SCOPES as readonly string[]).includes(scope))
  if (asked.length === 0 || !isKnown) throw refused(`权限只能是 ${SCOPES.join('、')}，至少一项。Scopes: ${SCOPES.join(', ')}.`)
  return SCOPES.filter((scope) => asked.includes(scope))
}

export function roleOf(asked: string): Role {
  const role = ROLES.find((one) => one === asked)
  if (!role) throw refused(`角色只能是 ${ROLES.join('、')}。Roles: ${ROLES.join(', ')}.`)
  return role
}

/** @param known ids of the collections there are */
export function sightOf(asked: Sight, known: ReadonlySet<string>): Sight {
  if (asked === 'all') return 'all'
  const unknown = asked.find((id) => !known.has(id))
  if (unknown !== undefined) throw refused(`没有文件集 ${clip(unknown)}，见 tiaowen collections list。No such collection.`)
  return [...new Set(asked)].sort()
}

/** Who may hand out sight must have all of it. */
export function refuseBlindAdmin(isAdmin: boolean, sight: Sight): void {
  if (isAdmin && sight !== 'all') {
    throw refused('管理权限（admin）须能看到全部文件：请把可见范围设为 all。An admin sees all documents.')
  }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/
const DAY_MS = 86_400_000

/**
 * Milliseconds since 1970 from which on it is over. A day is good to its end in China.
 * @example expiryOf('2026-12-31', 0) // that of 2026-12-31T16:00:00Z
 */
export function expiryOf(asked: string, now: number): number {
  const at = DAY.test(asked) ? Date.parse(`${asked}T00:00:00+08:00`) + DAY_MS : TIME.test(asked) ? Date.parse(asked) : NaN
  const isDay = !DAY.test(asked) || new Date(`${asked}T00:00:00Z`).toISOString().startsWith(asked)
  if (Number.isNaN(at) || !isDay) throw refused('到期日应写作 2026-12-31 或 2026-12-31T18:00:00+08:00。Not a day or time.')
  if (at <= now) throw refused('到期日已经过去，请写以后的日子。The day is past.')
  return at
}

export function tokensOf(asked: number): number {
  if (!Number.isSafeInteger(asked) || asked < 1) throw refused('每天的词元数应为正整数。Tokens a day: a positive integer.')
  return asked
}

const clip = (word: string) => (word.length > NAME_CHARACTERS ? `${word.slice(0, NAME_CHARACTERS)}…` : word)
