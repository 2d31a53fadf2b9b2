/**
 * Keeps secrets out of what is written: values of the configuration wherever they turn up, fields by their names, and
 * in running text what looks like a key. Control characters become escapes, so that no text makes a line of its own.
 */

/** In place of what is left out. */
export const HIDDEN = '***'
/** In place of a question. */
export const ASKED = '[question]'

export interface Redactor {
  /** @param asked words of questions, which are left out too */
  text(text: string, asked?: readonly string[]): string
  /** Plain values, to any depth; an Error is its stack. */
  fields(fields: Readonly<Record<string, unknown>>, asked?: readonly string[]): Record<string, unknown>
}

/** Fields whose value is never written, in whatever case, with or without dashes. */
const SECRET_FIELD =
  /^(?:authorization|proxyauthorization|xapikey|apikey|cookie|setcookie|xslacksignature|sign|signature|password|.*token|.*secret|sessionwebhook|webhook|key)$/

/** Parts of a configuration that hold a secret, by their names. */
const SECRET_SETTING = /(?:key|token|secret|password|webhook|databaseurl)$/i
const SHORTEST_SECRET = 6
const DEEPEST = 6
const LONGEST = 8_000

const NAMES = 'authorization|proxy-authorization|x-api-key|api[_-]?key|cookie|set-cookie|x-slack-signature'
const VALUES = 'access_?token|[\\w-]*token|[\\w-]*secret|password|sign|signature|session_?webhook'

/** What looks like a secret in running text, and what stays of it. */
const PATTERNS: readonly (readonly [pattern: RegExp, kept: string])[] = [
  // a header, up to the end of its line
  [new RegExp(`(["']?\\b(?:${NAMES})["']?\\s*[:=]\\s*)[^\\n\\r]+`, 'gi'), `$1${HIDDEN}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  // of an address or a form
  [new RegExp(`([?&;](?:${VALUES}|key)=)[^&\\s"'#]+`, 'gi'), `$1${HIDDEN}`],
  // of JSON
  [new RegExp(`(["'](?:${VALUES}|key)["']\\s*:\\s*["'])[^"']*`, 'gi'), `$1${HIDDEN}`],
  [/\b((?:https?|postgres(?:ql)?):\/\/)[^\s/@"']+@/gi, `$1${HIDDEN}@`],
  [/\b(?:xox[a-z]|xapp)-[\w-]{4,}/g, HIDDEN],
  [/\bsk-[\w-]{8,}/g, HIDDEN],
  [/\btw_[a-z0-9]+_[\w-]{16,}/g, HIDDEN],
]

/** Control characters, and those that turn the direction of reading. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** @param secrets values that are known, see `secretsOf` */
export function redactor(secrets: readonly string[]): Redactor {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  const known = [...new Set(forms)].sort((one, other) => other.length - one.length)
  const text = (given: string, asked: readonly string[] = []): string => {
    let told = given.slice(0, 2 * LONGEST) // twice: what is cut through here is cut off below
    for (const secret of known) told = told.replaceAll(secret, HIDDEN)
    for (const [pattern, kept] of PATTERNS) told = told.replace(pattern, kept)
    for (const words of asked) if (words.trim().length > 1) told = told.replaceAll(words.trim(), ASKED)
    return told.length > LONGEST ? `${told.slice(0, LONGEST)}…` : told
  }
  const value = (given: unknown, asked: readonly string[], depth: number): unknown => {
    if (typeof given === 'string') return text(given, asked)
    if (given instanceof Error) return text(given.stack ?? given.message, asked)
    if (typeof given !== 'object' || given === null) return typeof given === 'bigint' ? String(given) : given
    if (depth >= DEEPEST) return '…'
    if (Array.isArray(given)) return given.slice(0, 100).map((one) => value(one, asked, depth + 1))
    return record(given as Record<string, unknown>, asked, depth + 1)
  }
  const record = (fields: Readonly<Record<string, unknown>>, asked: readonly string[], depth: number) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, one]) => [name, isSecretField(name) ? HIDDEN : value(one, asked, depth)]),
    )
  return { text, fields: (fields, asked = []) => record(fields, asked, 0) }
}

/** @example isSecretField('X-Slack-Signature') // true */
export const isSecretField = (name: string): boolean => SECRET_FIELD.test(name.toLowerCase().replace(/[-_]/g, ''))

/** Every value of a configuration that its name says is secret, to any depth; of an address its password, too. */
export function secretsOf(settings: unknown, isWithin = false): readonly string[] {
  if (typeof settings === 'string') {
    return isWithin ? [settings, ...passwordsOf(settings)].filter(({ length }) => length >= SHORTEST_SECRET) : []
  }
  if (typeof settings !== 'object' || settings === null) return []
  return Object.entries(settings).flatMap(([name, value]) =>
    secretsOf(value, isWithin || name === 'extra' || SECRET_SETTING.test(name)),
  )
}

/** As it stands in the address, and as it is typed. */
function passwordsOf(text: string): readonly string[] {
  const password = /^\w+:\/\//.test(text) && URL.canParse(text) ? new URL(text).password : ''
  return password === '' ? [] : [password, decodeURIComponent(password)]
}

/** @example escaped('one\ntwo') // 'one\\ntwo' */
export const escaped = (text: string): string =>
  text.replace(UNSEEN, (character) =>
    character === '\n' ? '\\n' : character === '\r' ? '\\r' : character === '\t' ? '\\t' : unicodeEscape(character),
  )

/** Of a line of JSON: what JSON leaves as it is, and a terminal would obey. */
export const escapedInJson = (line: string): string => line.replace(/[\u007f-\u009f]|[\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, unicodeEscape)

const unicodeEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
