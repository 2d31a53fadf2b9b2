/** What PostgreSQL or the way to it says, as someone can mend it. */
import { PolicyError } from '../errors.ts'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CODES = {
  diskFull: '53100',
  isReadOnly: '25006',
  wrongPassword: ['28P01', '28000'],
  noDatabase: '3D000',
  noRight: '42501',
  noTable: ['42P01', '42703'],
  lockedTooLong: ['55P03', '57014'],
  /** Of two that met, one begins again; what another has just added is seen then. */
  again: ['40001', '40P01', '23505'],
} as const

export const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '')

const isOne = (codes: readonly string[], error: unknown): boolean => codes.includes(codeOf(error))

/** Worth doing once more from its beginning. */
export const isRace = (error: unknown): boolean => isOne(CODES.again, error)

/** Tables that were there are gone, or are not ours. */
export const lacksTables = (error: unknown): boolean => isOne(CODES.noTable, error)

/** The server says that this connection is over; or it is over, and nothing was said. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error)
  if (/^(?:08|57P0)/.test(code)) return true
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')) return false
  const message = error instanceof Error ? error.message : ''
  return code.startsWith('E') || /^(?:Connection terminated|Client has encountered|Client was closed|Client network socket)/.test(message)
}

/**
 * @param place host, port and database, never the password
 * @returns a PolicyError `state-unusable` or `disk-full`
 */
export function explained(error: unknown, place: string): PolicyError {
  if (error instanceof PolicyError) return error
  const message = error instanceof Error ? error.message || codeOf(error) : String(error)
  if (codeOf(error) === CODES.diskFull) {
    return new PolicyError('disk-full', `数据库 ${place} 的磁盘已满。请腾出空间，随后自动恢复。`, { cause: error })
  }
  return new PolicyError('state-unusable', `数据库 ${place} ${trouble(error, message)}`, { cause: error })
}

function trouble(error: unknown, message: string): string {
  if (isOne(CODES.wrongPassword, error)) return `不认 DATABASE_URL 里的用户或口令（${message}）。请改正 DATABASE_URL。`
  if (codeOf(error) === CODES.noDatabase) return `没有这个库（${message}）。请建立它（createdb），或改正 DATABASE_URL。`
  if (codeOf(error) === CODES.isReadOnly) return '现在只能读，可能正在主备切换。请把 DATABASE_URL 指向主库；切换完后自动恢复。'
  if (codeOf(error) === CODES.noRight) return `没有所需的权限（${message}）。请让 DATABASE_URL 的用户成为该库的属主。`
  if (isOne(CODES.lockedTooLong, error)) return '太忙或被锁住，没有在时限内答复。请稍后再试；常见时请查看数据库的负载。'
  if (isLost(error) || /timeout/i.test(message)) return `连不上（${message}）。请检查数据库与网络；恢复后自动继续。`
  return `不能读写（${message}）。请查看数据库的日志。`
}
