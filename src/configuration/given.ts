/**
 * What was set, wherever it was set: variables of the environment and entries of a file become texts by the name of
 * their variable, each with its origin. Secrets may stand in a file of their own. Checks no values.
 */
import { dirname, resolve } from 'node:path'
import type { Form } from './forms.ts'
import { GROUP_KEYS, keyOf, nearest } from './keys.ts'
import type { Entry, Value } from './settings-file.ts'
import { readTextFile } from './text-files.ts'

/** What there is to set; given by config.ts. */
export interface Settable {
  readonly variable: string
  readonly form: Form
  readonly isSecret: boolean
}

export interface Given {
  readonly text: string
  readonly origin: Origin
}

export type Origin =
  /** `variable`: the one that was set, which of a secret may be TIAOWEN_…_FILE. */
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly key: string }

/** As messages begin. @example TIAOWEN_PORT, /etc/tiaowen.yaml:3: port */
export const placeOf = (origin: Origin): string =>
  origin.from === 'environment' ? origin.variable : `${origin.file}:${origin.line}: ${origin.key}`

/** Set, but where it is a file with a secret, not yet read. */
interface Wanted extends Given {
  readonly isInFile: boolean
}

type Found = Map<string, Wanted>
export interface Told {
  readonly faults: string[]
  readonly notices: string[]
}

const IN_FILE = '_FILE'
/** Of a secret in a file of its own. */
const MOST_SECRET_BYTES = 64 * 1024

/** Names of variables that hold the path of a file with the secret. */
export const fileVariables = (settables: readonly Settable[]): readonly string[] =>
  settables.filter(({ isSecret }) => isSecret).map(({ variable }) => variable + IN_FILE)

/** @param set variables that hold something */
export function fromEnvironment(
  set: Readonly<Record<string, string | undefined>>,
  settables: readonly Settable[],
  { faults }: Told,
): Found {
  const found: Found = new Map()
  for (const { variable, isSecret } of settables) {
    const forms = isSecret ? [variable, variable + IN_FILE] : [variable]
    const [first, second] = forms.filter((name) => set[name] !== undefined)
    if (first === undefined) continue
    if (second !== undefined) faults.push(`${first} and ${second} are both set. Unset one of them.`)
    const text = set[first] ?? ''
    found.set(variable, { text, origin: { from: 'environment', variable: first }, isInFile: first !== variable })
  }
  return found
}

/** @param file absolute; relative paths in it are taken from its folder */
export function fromEntries(
  entries: readonly Entry[],
  file: string,
  settables: readonly Settable[],
  { faults }: Told,
): Found {
  const found: Found = new Map()
  const byKey = new Map(settables.flatMap((one) => keysOf(one).map((key, at) => [key, { ...one, isInFile: at === 1 }])))
  for (const { key, value, line } of entries) {
    const origin: Origin = { from: 'file', file, line, key }
    const known = byKey.get(key)
    if (value.kind === 'nothing' && (known || GROUP_KEYS.includes(key))) continue
    const above = key.split('.')[0] ?? ''
    if (!known) {
      const isBelow = above !== key && byKey.has(above)
      const fault = isBelow ? keysBelow(origin, above) : unknown(origin, key, [...byKey.keys()])
      if (!faults.includes(fault)) faults.push(fault)
      continue
    }
    const form = known.isInFile ? { isPath: true } : known.form
    const text = textOf(value, form, dirname(file))
    const twin = found.get(known.variable)
    if (typeof text !== 'string') faults.push(`${placeOf(origin)} ${text.fault}.`)
    else if (twin) faults.push(`${placeOf(origin)} and ${lastOf(twin.origin)} are both set. Leave one of them.`)
    else if (text !== '') found.set(known.variable, { text, origin, isInFile: known.isInFile })
  }
  return found
}

const lastOf = (origin: Origin): string =>
  origin.from === 'file' ? `${origin.key} (line ${origin.line})` : origin.variable

/** A setting's key, and the one that names a file with the secret. @example apiKey, apiKeyFile */
const keysOf = ({ variable, isSecret }: Settable): string[] =>
  isSecret ? [keyOf(variable), keyOf(variable + IN_FILE)] : [keyOf(variable)]

/** Of a setting that is no group. */
const keysBelow = ({ file, line }: Origin & { from: 'file' }, above: string): string =>
  `${file}:${line}: ${above} holds keys, where one value is wanted. Write it in one line.`

/** What is no name is not shown, nor what holds digits, as no key does: it may be a value in the wrong place. */
function unknown(origin: Origin & { from: 'file' }, key: string, keys: readonly string[]): string {
  const place = `${origin.file}:${origin.line}: `
  const group = GROUP_KEYS.find((one) => one === key)
  if (group !== undefined) {
    const members = keys.filter((one) => one.startsWith(`${group}.`)).map((one) => one.slice(group.length + 1))
    return `${place}${group} holds settings of its own. Write below it, indented: ${members.join(', ')}.`
  }
  const all = 'All of them: tiaowen config example.'
  if (!/^[a-z_.-]{1,40}$/i.test(key)) return `${place}this key is no setting of Tiaowen. ${all}`
  return `${place}${key} is no setting of Tiaowen. Did you mean ${nearest(key, keys)}? ${all}`
}

/** As the variable would have it. */
function textOf(value: Value, form: Form, folder: string): string | { readonly fault: string } {
  const isPath = (text: string) => form.isPath && text.trim() !== '' && !isOff(text, form)
  const path = (text: string) => (isPath(text) ? resolve(folder, text) : text)
  switch (value.kind) {
    case 'nothing':
      return ''
    case 'flag':
      return form.isSwitch ? (value.flag ? 'on' : 'off') : String(value.flag)
    case 'text':
      if (form.separator === undefined) return path(value.text)
      return value.text.split(form.separator).map((part) => path(part.trim())).join(form.separator)
    case 'map':
      return form.isObject ? value.json : { fault: `holds keys, where ${wanted(form)} is wanted. Write it in one line` }
    case 'list': {
      const { separator } = form
      if (separator === undefined) {
        return { fault: `is a list, where ${wanted(form)} is wanted. Write it without - and []` }
      }
      if (!value.items) return { fault: 'is a list that holds more than words. Write one value after each -' }
      if (value.items.some((item) => item.includes(separator))) {
        return { fault: `holds ${JSON.stringify(separator)} within a value, which separates values. Name another` }
      }
      return value.items.map((item) => path(item.trim())).join(separator)
    }
  }
}

const isOff = (text: string, { isSwitch }: Form): boolean => isSwitch === true && text === 'off'
const wanted = ({ isObject }: Form): string => (isObject ? 'a mapping of names and values' : 'one value')

/** The values themselves: secrets in files of their own are read. A path is not told: it may be the secret by mistake. */
export function read(found: Found, { faults, notices }: Told): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>()
  for (const [variable, { text, origin, isInFile }] of found) {
    if (!isInFile) {
      given.set(variable, { text, origin })
      continue
    }
    const file = readTextFile(resolve(text), MOST_SECRET_BYTES)
    if (typeof file === 'string') {
      faults.push(`${placeOf(origin)} names a file that ${file}. Name a file that holds the secret alone.`)
      continue
    }
    const secret = file.text.replace(/\r?\n$/, '')
    if (secret === '') faults.push(`${placeOf(origin)} names a file that is empty. Write the secret into it.`)
    else given.set(variable, { text: secret, origin })
    if (file.isReadByAll) notices.push(`${placeOf(origin)} names a file that everybody on this machine can read. ${OWN}`)
  }
  return given
}

export const OWN = 'Run chmod o-rwx on it, and chown to the user of Tiaowen.'
