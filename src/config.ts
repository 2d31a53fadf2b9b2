/**
 * Environment and configuration file → Config; the only reader of the environment. Everything else is handed what it
 * needs. A setting is a rule, a next step, and a row of configuration/words.ts; the file and the docs follow from them.
 */
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { BOT_NEXT_STEPS, BOT_SECRETS, BOT_VARIABLES, botsOf, keyId, type BotsConfig } from './bot-config.ts'
import { formOf, FORMS, type Form } from './configuration/forms.ts'
import { fileVariables, fromEntries, fromEnvironment, OWN, placeOf, read } from './configuration/given.ts'
import type { Given, Origin, Settable, Told } from './configuration/given.ts'
import { keyOf } from './configuration/keys.ts'
import { parseSettings } from './configuration/settings-file.ts'
import { readTextFile } from './configuration/text-files.ts'
import { WORDS, type Words } from './configuration/words.ts'
import { DOOR_NEXT_STEPS, DOOR_SECRETS, DOOR_VARIABLES, doorConfigOf, halfDoor, type DoorConfig } from './door-config.ts'
import { PolicyError } from './errors.ts'
import { halfSearch, SEARCH_NEXT_STEPS, SEARCH_SECRETS, SEARCH_VARIABLES, searchConfigOf, type SearchConfig } from './search-config.ts'
import { TELEMETRY_NEXT_STEPS, TELEMETRY_VARIABLES, telemetryOf, type TelemetryConfig } from './telemetry-config.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface Config {
  /** Address and port to serve on; 0 takes a free port. */
  readonly host: string
  readonly port: number
  /** The operator's own key, which opens everything; others are kept in the store of keys. */
  readonly apiKey?: string
  /** Absolute folders of documents, read only, in order; the seeds stand first unless they are left out. */
  readonly folders: readonly string[]
  /** What the program owns: registry of documents, stored texts, uploads. */
  readonly dataFolder: string
  /** PostgreSQL that several copies of the program share; absent: a file in the data folder. With its password. */
  readonly databaseUrl?: string
  /** May documents be uploaded, replaced and taken out? */
  readonly uploads: boolean
  /** Generations of the index. */
  readonly indexFolder: string
  /** The cluster that searches; absent: this process does. */
  readonly search?: SearchConfig
  /** Folder of the embedding model, when the operator names one; `off`: none, keywords alone. */
  readonly modelDir?: string
  /** The cross-encoder that orders what was found; absent: the order of retrieval. */
  readonly reranker?: RerankerConfig
  /** Hub or mirror to fetch the model from. */
  readonly hfEndpoint?: string
  readonly embeddingThreads: number
  readonly logLevel: LogLevel
  /** How long a server that stops goes on accepting, so that whoever spreads requests notices. */
  readonly stopWaitSeconds: number
  /** A library of laws for development and benchmarks. */
  readonly corpus?: string
  /** The language model that writes answers; absent: answers are extractive. */
  readonly llm?: LlmConfig
  /** Slack and DingTalk, and what their answers link to. */
  readonly bots: BotsConfig
  /** Logs, metrics and traces. */
  readonly telemetry: TelemetryConfig
  /** Id of the key that MCP over standard input and output acts as; absent: whoever sits at this machine. */
  readonly mcpIdentity?: string
  /** Proxies, limits and single sign-on of what is served over HTTP. */
  readonly door: DoorConfig
}

export interface RerankerConfig {
  /** Absolute; what it holds is looked at when it is opened. */
  readonly folder: string
  /** Of all passages of a question. */
  readonly timeoutSeconds: number
}

/** An OpenAI-compatible endpoint. */
export interface LlmConfig {
  /** http or https, without user, query, fragment or a slash at its end, e.g. `https://api.deepseek.com/v1`. */
  readonly url: string
  /** As the endpoint calls it. */
  readonly model: string
  readonly key?: string
  /** Is the reply asked for by JSON schema? `auto`: until the endpoint refuses one. */
  readonly schema: 'auto' | 'on' | 'off'
  /** Of a whole answer, retries included. */
  readonly timeoutSeconds: number
  /** Absent: as many as it takes. */
  readonly tokensADay?: number
  /** Fields of each request that only this endpoint knows, e.g. `{ enable_thinking: false }`. */
  readonly extra?: Readonly<Record<string, unknown>>
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const KEY_BYTES = 32
const MAX_THREADS = 64
const MAX_TOKENS = 9_999_999_999

const folder = z.string().transform((path) => resolve(path)).register(FORMS, { isPath: true })
const whole = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, { error: `is not a whole number from ${from} to ${to}`, abort: true })
    .transform(Number)
    .refine((number) => number >= from && number <= to, { error: `is not a whole number from ${from} to ${to}` })

/** Every variable that is read: its rule, whose message ends the sentence "TIAOWEN_PORT …". */
const Variables = z.object({
  TIAOWEN_HOST: z.string().refine(isHost, { error: 'is not an IP address or host name' }).default('127.0.0.1'),
  TIAOWEN_PORT: whole(0, 65535).default(8787),
  TIAOWEN_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: 'holds more than printable ASCII without spaces', abort: true })
    .refine((key) => key.length >= KEY_BYTES, { error: `is shorter than ${KEY_BYTES} bytes` })
    .optional(),
  TIAOWEN_FOLDERS: z
    .string()
    .transform((list) => list.split(delimiter).filter((path) => path.trim() !== '').map((path) => resolve(path)))
    .register(FORMS, { isPath: true, separator: delimiter })
    .default([]),
  TIAOWEN_SEEDS: z.enum(['on', 'off'], { error: 'is neither on nor off' }).default('on'),
  TIAOWEN_UPLOADS: z.enum(['on', 'off'], { error: 'is neither on nor off' }).default('on'),
  TIAOWEN_DATA_FOLDER: folder.default(join(ROOT, 'data')),
  TIAOWEN_INDEX_FOLDER: folder.default(join(ROOT, 'index')),
  DATABASE_URL: z.string().refine(isDatabase, { error: 'is not an address of PostgreSQL with the name of a database' }).optional(),
  TIAOWEN_MODEL_DIR: z.literal('off').or(folder).register(FORMS, { isPath: true, isSwitch: true }).optional(),
  HF_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'is not an http or https address' })
    .transform((address) => address.replace(/\/$/, ''))
    .optional(),
  TIAOWEN_EMBEDDING_THREADS: whole(1, MAX_THREADS).default(2),
  TIAOWEN_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `is none of ${LOG_LEVELS.join(', ')}` }).default('info'),
  TIAOWEN_STOP_WAIT_SECONDS: whole(0, 5).default(0),
  TIAOWEN_CORPUS: folder.optional(),
  TIAOWEN_LLM_URL: z
    .url({ protocol: /^https?$/, error: 'is not an http or https address', abort: true })
    .refine(isBare, { error: 'holds a user, a query or a fragment' })
    .transform((address) => address.replace(/\/+$/, ''))
    .optional(),
  TIAOWEN_LLM_MODEL: z
    .string()
    .regex(/^[^\s\p{Cc}]{1,200}$/u, { error: 'is not a name of 1 to 200 characters without spaces' })
    .optional(),
  TIAOWEN_LLM_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,4096}$/, { error: 'holds more than printable ASCII without spaces' })
    .optional(),
  TIAOWEN_LLM_SCHEMA: z.enum(['auto', 'on', 'off'], { error: 'is none of auto, on, off' }).default('auto'),
  TIAOWEN_LLM_TIMEOUT_SECONDS: whole(1, 600).default(60),
  TIAOWEN_LLM_TOKENS_A_DAY: whole(1, MAX_TOKENS).optional(),
  TIAOWEN_LLM_EXTRA: z.string().transform(extraFields).register(FORMS, { isObject: true }).optional(),
  TIAOWEN_RERANKER_DIR: folder.optional(),
  TIAOWEN_RERANKER_TIMEOUT_SECONDS: whole(1, 60).default(5),
  TIAOWEN_MCP_IDENTITY: keyId.optional(),
  ...SEARCH_VARIABLES,
  ...DOOR_VARIABLES,
  ...BOT_VARIABLES,
  ...TELEMETRY_VARIABLES,
})

export type Variable = keyof typeof Variables.shape

/** What to do about a variable that is refused. */
const NEXT_STEP: Readonly<Record<Variable, string>> = {
  TIAOWEN_HOST: 'Name an address of this machine, e.g. 127.0.0.1 or 0.0.0.0',
  TIAOWEN_PORT: 'Name a free port, e.g. 8787, or unset it',
  TIAOWEN_API_KEY: 'Make one with: openssl rand -hex 32',
  TIAOWEN_FOLDERS: `Name folders separated by ${delimiter}`,
  TIAOWEN_SEEDS: 'Set it to off to leave the seeds out, or unset it',
  TIAOWEN_UPLOADS: 'Set it to off to let nobody upload, replace or take out documents, or unset it',
  TIAOWEN_DATA_FOLDER: 'Name a folder, or unset it',
  TIAOWEN_INDEX_FOLDER: 'Name a folder, or unset it',
  DATABASE_URL: 'Write postgres://user:password@host:5432/tiaowen, with signs of the password as in an address (%40 for @), or unset it',
  TIAOWEN_MODEL_DIR: 'Name the folder that holds the model, set it to off to do without, or unset it',
  HF_ENDPOINT: 'Name the address of a hub or mirror, with http:// or https://, or unset it',
  TIAOWEN_EMBEDDING_THREADS: 'Name the number of cores to embed with, or unset it',
  TIAOWEN_LOG_LEVEL: 'Name one of them, or unset it',
  TIAOWEN_STOP_WAIT_SECONDS: 'Name the seconds that a load balancer takes to see /readyz say no, or unset it for none',
  TIAOWEN_CORPUS: 'Name a folder, or unset it',
  TIAOWEN_LLM_URL:
    'Name the base address of an OpenAI-compatible endpoint, e.g. https://api.deepseek.com/v1; ' +
    'the key stands in TIAOWEN_LLM_KEY',
  TIAOWEN_LLM_MODEL: 'Name the model as the endpoint calls it, e.g. qwen-plus',
  TIAOWEN_LLM_KEY: 'Copy the key without spaces or line breaks, or unset it where the endpoint asks for none',
  TIAOWEN_LLM_SCHEMA: 'Set it to off where the endpoint has no structured output, or unset it',
  TIAOWEN_LLM_TIMEOUT_SECONDS: 'Name the seconds a whole answer may take, or unset it',
  TIAOWEN_LLM_TOKENS_A_DAY: 'Name the tokens the model may use a day, or unset it for no limit',
  TIAOWEN_LLM_EXTRA: 'Write a JSON object, e.g. {"enable_thinking":false}, or unset it',
  TIAOWEN_RERANKER_DIR: 'Name the folder that holds the reranker, or unset it to do without',
  TIAOWEN_RERANKER_TIMEOUT_SECONDS: 'Name the seconds that ordering the passages of a question may take, or unset it',
  TIAOWEN_MCP_IDENTITY: 'Name the id of the key that tiaowen mcp acts as, or unset it',
  ...SEARCH_NEXT_STEPS,
  ...DOOR_NEXT_STEPS,
  ...BOT_NEXT_STEPS,
  ...TELEMETRY_NEXT_STEPS,
}

/** Whose value is never shown. */
const SECRET: readonly string[] = ['TIAOWEN_API_KEY', 'DATABASE_URL', 'TIAOWEN_LLM_KEY', 'TIAOWEN_LLM_EXTRA', ...SEARCH_SECRETS, ...DOOR_SECRETS, ...BOT_SECRETS]

/** Read by the tests alone; allowed, and not part of Config. */
const TEST_VARIABLES = ['TIAOWEN_LONG', 'TIAOWEN_CLUSTER', 'TIAOWEN_GOLDEN', 'TIAOWEN_SOAK_MINUTES']

/** What it means; a variable without a row does not compile. */
const MEANING: Readonly<Record<Variable, Words>> = WORDS

/** Names the configuration file, or is `off`; no setting itself. */
const FILE_VARIABLE = 'TIAOWEN_CONFIG'
/** Beside the program, where nothing else is named; not of the working folder, where others may write. */
export const FILE_NAME = 'tiaowen.yaml'
const MOST_FILE_BYTES = 1024 * 1024

/** One of the settings, as it is in effect. */
export interface Setting extends Settable {
  readonly variable: Variable
  /** In the configuration file, e.g. `llm.url`. */
  readonly key: string
  readonly words: Words
  /** As rules make it; absent: none. Of a secret `***`, and addresses without what may be one. */
  readonly value?: unknown
  /** Absent: its default, or not set. */
  readonly origin?: Origin
}

export interface Settings {
  readonly config: Config
  /** Absolute; absent: there is none. */
  readonly file?: string
  /** All of them, in the order of the rules. */
  readonly settings: readonly Setting[]
  /** What is not as it should be and does not keep from starting. */
  readonly notices: readonly string[]
}

export interface ReadOptions {
  /** Named on the command line; before TIAOWEN_CONFIG. */
  readonly file?: string
  /** Folder to look for tiaowen.yaml in, where no file is named; absent: none is looked for. */
  readonly beside?: string
}

/** Everything that is wrong with a configuration, at once. */
export class ConfigError extends PolicyError {
  readonly faults: readonly string[]
  readonly notices: readonly string[]
  /** The configuration file; absent: there is none. */
  readonly file: string | undefined

  constructor(faults: readonly string[], notices: readonly string[], file: string | undefined) {
    super('config-invalid', faults.join('\n'))
    this.faults = faults
    this.notices = notices
    this.file = file
  }
}

/**
 * Reads the configuration: the environment, and the file that TIAOWEN_CONFIG names.
 * @throws ConfigError as readSettings
 */
export function readConfig(environment: Environment): Config {
  return readSettings(environment).config
}

/**
 * Reads the configuration with the origin of each setting; the environment goes before the file. A variable set to
 * nothing counts as not set.
 * @throws ConfigError `config-invalid`, which names each fault, where it stands, and the next step; never a secret.
 */
export function readSettings(environment: Environment, options: ReadOptions = {}): Settings {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
  const told: Told = { faults: strangers(set), notices: [] }
  const file = fileNamed(set, options)
  const inFile = file === undefined ? [] : readFile(file, told)
  const found = new Map([...inFile, ...fromEnvironment(set, SETTABLES, told)])
  const given = read(found, told)
  const parsed = parseAll(given, told)
  const unread = [...found.keys()].filter((name) => !given.has(name))
  told.faults.push(...crossFaults(parsed.data, given, new Set([...unread, ...parsed.refused])))
  if (told.faults.length > 0) throw new ConfigError(told.faults, told.notices, file)
  const config = configOf(parsed.data)
  const settings = settingsOf(parsed.data, given)
  return { config, settings, notices: told.notices, ...(file !== undefined && { file }) }
}

/** The values by their rules; those that are refused are told, and left at their defaults. */
function parseAll(given: ReadonlyMap<string, Given>, { faults }: Told): { data: Parsed; refused: readonly string[] } {
  const texts = Object.fromEntries([...given].map(([name, { text }]) => [name, text]))
  const parsed = Variables.safeParse(texts)
  if (parsed.success) return { data: parsed.data, refused: [] }
  faults.push(...parsed.error.issues.map((issue) => faultOf(issue, given)))
  const refused = parsed.error.issues.map(({ path }) => String(path[0]))
  const sound = Object.entries(texts).filter(([name]) => !refused.includes(name))
  return { data: Variables.parse(Object.fromEntries(sound)), refused }
}

/** Of settings that need each other; those that are refused already are not told again by what they lack. */
function crossFaults(parsed: Parsed, given: ReadonlyMap<string, Given>, refused: ReadonlySet<string>): string[] {
  const isSound = (...names: readonly Variable[]) => !names.some((name) => refused.has(name))
  return [
    ...(isSound(...MODEL_VARIABLES) ? halfModel(parsed, given) : []),
    ...(isSound(...SIGN_ON_VARIABLES) ? halfDoor(parsed) : []),
    ...(isSound(...SEARCHED_BY) ? halfSearch(parsed) : []),
  ]
}

/** All settings as they are where nothing is set. */
export function defaultSettings(): readonly Setting[] {
  return readSettings({}).settings
}

const VARIABLES = Object.keys(Variables.shape) as Variable[]
const SETTABLES: readonly (Settable & { readonly variable: Variable; readonly form: Form })[] = VARIABLES.map(
  (variable) => ({ variable, form: formOf(Variables.shape[variable]), isSecret: SECRET.includes(variable) }),
)

function fileNamed(set: Environment, { file, beside }: ReadOptions): string | undefined {
  const named = file ?? set[FILE_VARIABLE]
  if (named !== undefined) return named === 'off' ? undefined : resolve(named)
  const usual = beside === undefined ? undefined : join(beside, FILE_NAME)
  return usual !== undefined && existsSync(usual) ? usual : undefined
}

function readFile(path: string, told: Told): ReturnType<typeof fromEntries> {
  const file = readTextFile(path, MOST_FILE_BYTES)
  if (typeof file === 'string') {
    const next = `Name one in ${FILE_VARIABLE}, made with: tiaowen config example.`
    told.faults.push(`The configuration file ${path} ${file}. ${next}`)
    return new Map()
  }
  const { entries, faults, notices } = parseSettings(file.text, path)
  told.faults.push(...faults)
  told.notices.push(...notices)
  const found = fromEntries(entries, path, SETTABLES, told)
  const holdsSecret = [...found].some(([name, { isInFile }]) => SECRET.includes(name) && !isInFile)
  if (file.isReadByAll && holdsSecret) {
    told.notices.push(`${path} holds secrets, and everybody on this machine can read it. ${OWN}`)
  }
  if (file.isWrittenByAll) told.notices.push(`${path} can be changed by everybody on this machine. ${OWN}`)
  return found
}

function settingsOf(parsed: Parsed, given: ReadonlyMap<string, Given>): readonly Setting[] {
  return SETTABLES.map((settable) => {
    const { variable, isSecret } = settable
    const value = parsed[variable]
    const shown = isSecret ? '***' : isAddress(variable) ? masked(String(value)) : value
    const origin = given.get(variable)?.origin
    return {
      ...settable,
      key: keyOf(variable),
      words: MEANING[variable],
      ...(value !== undefined && { value: shown }),
      ...(origin && { origin }),
    }
  })
}

type Parsed = z.infer<typeof Variables>

/** Can only this machine reach it? @example isLoopback('127.0.0.53') // true */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function configOf(given: Parsed): Config {
  const seeds = given.TIAOWEN_SEEDS === 'on' ? [join(ROOT, 'seeds')] : []
  return {
    host: given.TIAOWEN_HOST,
    port: given.TIAOWEN_PORT,
    ...(given.TIAOWEN_API_KEY !== undefined && { apiKey: given.TIAOWEN_API_KEY }),
    folders: [...new Set([...seeds, ...given.TIAOWEN_FOLDERS])],
    dataFolder: given.TIAOWEN_DATA_FOLDER,
    uploads: given.TIAOWEN_UPLOADS === 'on',
    indexFolder: given.TIAOWEN_INDEX_FOLDER,
    ...(given.DATABASE_URL !== undefined && { databaseUrl: given.DATABASE_URL }),
    ...searchOf(given),
    ...(given.TIAOWEN_MODEL_DIR !== undefined && { modelDir: given.TIAOWEN_MODEL_DIR }),
    ...(given.TIAOWEN_RERANKER_DIR !== undefined && {
      reranker: { folder: given.TIAOWEN_RERANKER_DIR, timeoutSeconds: given.TIAOWEN_RERANKER_TIMEOUT_SECONDS },
    }),
    ...(given.HF_ENDPOINT !== undefined && { hfEndpoint: given.HF_ENDPOINT }),
    embeddingThreads: given.TIAOWEN_EMBEDDING_THREADS,
    logLevel: given.TIAOWEN_LOG_LEVEL,
    stopWaitSeconds: given.TIAOWEN_STOP_WAIT_SECONDS,
    ...(given.TIAOWEN_CORPUS !== undefined && { corpus: given.TIAOWEN_CORPUS }),
    ...llmOf(given),
    bots: botsOf(given),
    telemetry: telemetryOf(given),
    ...(given.TIAOWEN_MCP_IDENTITY !== undefined && { mcpIdentity: given.TIAOWEN_MCP_IDENTITY }),
    door: doorConfigOf(given),
  }
}

function searchOf(given: Parsed): { readonly search?: SearchConfig } {
  const search = searchConfigOf(given)
  return search ? { search } : {}
}

function llmOf(given: Parsed): { readonly llm?: LlmConfig } {
  const { TIAOWEN_LLM_URL: url, TIAOWEN_LLM_MODEL: model, TIAOWEN_LLM_KEY: key } = given
  const { TIAOWEN_LLM_TOKENS_A_DAY: tokens, TIAOWEN_LLM_EXTRA: extra } = given
  if (url === undefined || model === undefined) return {}
  return {
    llm: {
      url,
      model,
      ...(key !== undefined && { key }),
      schema: given.TIAOWEN_LLM_SCHEMA,
      timeoutSeconds: given.TIAOWEN_LLM_TIMEOUT_SECONDS,
      ...(tokens !== undefined && { tokensADay: tokens }),
      ...(extra !== undefined && { extra }),
    },
  }
}

function strangers(set: Environment): string[] {
  const known = [...VARIABLES, ...fileVariables(SETTABLES), FILE_VARIABLE, ...TEST_VARIABLES]
  const own = [...VARIABLES, FILE_VARIABLE].filter((name) => name.startsWith('TIAOWEN_'))
  const among = (stranger: string) => own.filter((name) => groupOf(name) === groupOf(stranger)).join(', ')
  return Object.keys(set)
    .filter((name) => name.startsWith('TIAOWEN_') && !known.includes(name))
    .map((name) => `${name} is not a variable of Tiaowen. Unset it, or use one of: ${among(name)}.`)
}

/** Variables of one part of the program begin alike. @example groupOf('TIAOWEN_LLM_URL') // 'LLM' */
const groupOf = (name: string) => /^TIAOWEN_(LLM|SEARCH|SLACK|DINGTALK|OIDC|RATE)_/.exec(name)?.[1]

function faultOf(issue: z.core.$ZodIssue, given: ReadonlyMap<string, Given>): string {
  const name = String(issue.path[0]) as Variable
  const text = given.get(name)?.text
  const value = SECRET.includes(name) ? '' : ` (${JSON.stringify(isAddress(name) ? masked(text) : text)})`
  return `${placeIn(given, name)}${value} ${issue.message}. ${NEXT_STEP[name]}.`
}

/** Where it was set. */
function placeIn(given: ReadonlyMap<string, Given>, name: Variable): string {
  const origin = given.get(name)?.origin
  return origin ? placeOf(origin) : name
}

const isAddress = (name: string): boolean => /_(?:URL|ENDPOINT)$/.test(name)

/** What the program says itself, and tools, which it never offers. */
const OWN_FIELDS = new RegExp(
  '^(?:model|messages|stream|stream_options|response_format|max_tokens|max_completion_tokens|n|' +
    'tools?|tool_choice|parallel_tool_calls|functions?|function_call)$',
)

function extraFields(text: string, context: z.core.$RefinementCtx<string>): Record<string, unknown> {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('is not a JSON object')
  const own = Object.keys(value).find((field) => OWN_FIELDS.test(field))
  return own === undefined ? { ...value } : refuse(`holds ${own}, which is not for it to say`)
}

/** A model needs its address and its name. */
function halfModel(parsed: Parsed, given: ReadonlyMap<string, Given>): string[] {
  const { TIAOWEN_LLM_URL: url, TIAOWEN_LLM_MODEL: model } = parsed
  const missing = url === undefined ? 'TIAOWEN_LLM_URL' : 'TIAOWEN_LLM_MODEL'
  const set = MODEL_VARIABLES.filter((name) => parsed[name] !== undefined)
  if (set.length === 0 || (url !== undefined && model !== undefined)) return []
  const places = set.map((name) => placeIn(given, name)).join(' and ')
  const verb = set.length > 1 ? 'are' : 'is'
  const missed = places === set.join(' and ') ? missing : `${keyOf(missing)} (${missing})`
  return [`${places} ${verb} set, and ${missed} is not. ${NEXT_STEP[missing]}, or unset ${set.join(' and ')}.`]
}

const SIGN_ON_VARIABLES = [...(Object.keys(DOOR_VARIABLES) as (keyof typeof DOOR_VARIABLES)[]), 'TIAOWEN_PUBLIC_URL'] as const
const SEARCHED_BY = Object.keys(SEARCH_VARIABLES) as (keyof typeof SEARCH_VARIABLES)[]
const MODEL_VARIABLES = ['TIAOWEN_LLM_URL', 'TIAOWEN_LLM_MODEL', 'TIAOWEN_LLM_KEY'] as const

/** No credentials and nothing that may be one: those have a variable of their own. */
function isBare(address: string): boolean {
  return !/[?#]/.test(address) && !/^[a-z]+:\/\/[^/]*@/i.test(address)
}

/** @example isDatabase('postgres://tiaowen:secret@db.example.cn/tiaowen') // true */
function isDatabase(address: string): boolean {
  const url = /^postgres(?:ql)?:\/\//.test(address) && URL.canParse(address) ? new URL(address) : undefined
  return url !== undefined && /^\/[^/]+$/.test(url.pathname) && (url.hostname !== '' || url.searchParams.has('host'))
}

/** @example masked('https://me:secret@host/v1?key=1') // 'https://***@host/v1?***' */
function masked(address: string | undefined): string {
  return (address ?? '').replace(/^([a-z]*:?\/*)[^/]*@/i, '$1***@').replace(/([?#]).*$/s, '$1***')
}

function isHost(text: string): boolean {
  const isNumeric = /^[\d.]+$/.test(text)
  return isIP(text) !== 0 || (!isNumeric && text.length <= 253 && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(text))
}
