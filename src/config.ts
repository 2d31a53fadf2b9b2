/** Environment → Config; the only reader of the environment. Everything else is handed what it needs. */
import { isIP } from 'node:net'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { BOT_NEXT_STEPS, BOT_SECRETS, BOT_VARIABLES, botsOf, type BotsConfig } from './bot-config.ts'
import { PolicyError } from './errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface Config {
  /** Address and port to serve on; 0 takes a free port. */
  readonly host: string
  readonly port: number
  /** Asked of every route but /livez; required where others can reach the host. */
  readonly apiKey?: string
  /** Absolute folders of documents, read only, in order; the seeds stand first unless they are left out. */
  readonly folders: readonly string[]
  /** What the program owns: registry of documents, stored texts, uploads. */
  readonly dataFolder: string
  /** May documents be uploaded, replaced and taken out? */
  readonly uploads: boolean
  /** Generations of the index. */
  readonly indexFolder: string
  /** Folder of the embedding model, when the operator names one; `off`: none, keywords alone. */
  readonly modelDir?: string
  /** The cross-encoder that orders what was found; absent: the order of retrieval. */
  readonly reranker?: RerankerConfig
  /** Hub or mirror to fetch the model from. */
  readonly hfEndpoint?: string
  readonly embeddingThreads: number
  readonly logLevel: LogLevel
  /** A library of laws for development and benchmarks. */
  readonly corpus?: string
  /** The language model that writes answers; absent: answers are extractive. */
  readonly llm?: LlmConfig
  /** Slack and DingTalk, and what their answers link to. */
  readonly bots: BotsConfig
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

const folder = z.string().transform((path) => resolve(path))
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
    .default([]),
  TIAOWEN_SEEDS: z.enum(['on', 'off'], { error: 'is neither on nor off' }).default('on'),
  TIAOWEN_UPLOADS: z.enum(['on', 'off'], { error: 'is neither on nor off' }).default('on'),
  TIAOWEN_DATA_FOLDER: folder.default(join(ROOT, 'data')),
  TIAOWEN_INDEX_FOLDER: folder.default(join(ROOT, 'index')),
  TIAOWEN_MODEL_DIR: z.literal('off').or(folder).optional(),
  HF_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'is not an http or https address' })
    .transform((address) => address.replace(/\/$/, ''))
    .optional(),
  TIAOWEN_EMBEDDING_THREADS: whole(1, MAX_THREADS).default(2),
  TIAOWEN_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `is none of ${LOG_LEVELS.join(', ')}` }).default('info'),
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
  TIAOWEN_LLM_EXTRA: z.string().transform(extraFields).optional(),
  TIAOWEN_RERANKER_DIR: folder.optional(),
  TIAOWEN_RERANKER_TIMEOUT_SECONDS: whole(1, 60).default(5),
  ...BOT_VARIABLES,
})

/** What to do about a variable that is refused. */
const NEXT_STEP: Readonly<Record<keyof typeof Variables.shape, string>> = {
  TIAOWEN_HOST: 'Name an address of this machine, e.g. 127.0.0.1 or 0.0.0.0',
  TIAOWEN_PORT: 'Name a free port, e.g. 8787, or unset it',
  TIAOWEN_API_KEY: 'Make one with: openssl rand -hex 32',
  TIAOWEN_FOLDERS: `Name folders separated by ${delimiter}`,
  TIAOWEN_SEEDS: 'Set it to off to leave the seeds out, or unset it',
  TIAOWEN_UPLOADS: 'Set it to off to let nobody upload, replace or take out documents, or unset it',
  TIAOWEN_DATA_FOLDER: 'Name a folder, or unset it',
  TIAOWEN_INDEX_FOLDER: 'Name a folder, or unset it',
  TIAOWEN_MODEL_DIR: 'Name the folder that holds the model, set it to off to do without, or unset it',
  HF_ENDPOINT: 'Name the address of a hub or mirror, with http:// or https://, or unset it',
  TIAOWEN_EMBEDDING_THREADS: 'Name the number of cores to embed with, or unset it',
  TIAOWEN_LOG_LEVEL: 'Name one of them, or unset it',
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
  ...BOT_NEXT_STEPS,
}

/** Whose value is never shown. */
const SECRET: readonly string[] = ['TIAOWEN_API_KEY', 'TIAOWEN_LLM_KEY', 'TIAOWEN_LLM_EXTRA', ...BOT_SECRETS]

/** Read by the tests alone; allowed, and not part of Config. */
const TEST_VARIABLES = ['TIAOWEN_LONG', 'TIAOWEN_GOLDEN']

/**
 * Reads the configuration; a variable set to nothing counts as not set.
 * @throws PolicyError `config-invalid`, which names each variable, its fault and the next step; never a key's value.
 */
export function readConfig(environment: Environment): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = Variables.safeParse(set)
  const faults = [...strangers(set), ...(parsed.error?.issues ?? []).map((issue) => faultOf(issue, set))]
  if (parsed.success) {
    faults.push(...exposure(parsed.data.TIAOWEN_HOST, parsed.data.TIAOWEN_API_KEY), ...halfModel(parsed.data))
  }
  if (!parsed.success || faults.length > 0) throw new PolicyError('config-invalid', faults.join('\n'))
  return configOf(parsed.data)
}

/** Can only this machine reach it? @example isLoopback('127.0.0.53') // true */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function configOf(given: z.infer<typeof Variables>): Config {
  const seeds = given.TIAOWEN_SEEDS === 'on' ? [join(ROOT, 'seeds')] : []
  return {
    host: given.TIAOWEN_HOST,
    port: given.TIAOWEN_PORT,
    ...(given.TIAOWEN_API_KEY !== undefined && { apiKey: given.TIAOWEN_API_KEY }),
    folders: [...new Set([...seeds, ...given.TIAOWEN_FOLDERS])],
    dataFolder: given.TIAOWEN_DATA_FOLDER,
    uploads: given.TIAOWEN_UPLOADS === 'on',
    indexFolder: given.TIAOWEN_INDEX_FOLDER,
    ...(given.TIAOWEN_MODEL_DIR !== undefined && { modelDir: given.TIAOWEN_MODEL_DIR }),
    ...(given.TIAOWEN_RERANKER_DIR !== undefined && {
      reranker: { folder: given.TIAOWEN_RERANKER_DIR, timeoutSeconds: given.TIAOWEN_RERANKER_TIMEOUT_SECONDS },
    }),
    ...(given.HF_ENDPOINT !== undefined && { hfEndpoint: given.HF_ENDPOINT }),
    embeddingThreads: given.TIAOWEN_EMBEDDING_THREADS,
    logLevel: given.TIAOWEN_LOG_LEVEL,
    ...(given.TIAOWEN_CORPUS !== undefined && { corpus: given.TIAOWEN_CORPUS }),
    ...llmOf(given),
    bots: botsOf(given),
  }
}

function llmOf(given: z.infer<typeof Variables>): { readonly llm?: LlmConfig } {
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
  const known = [...Object.keys(Variables.shape), ...TEST_VARIABLES]
  const own = known.filter((name) => name.startsWith('TIAOWEN_') && !TEST_VARIABLES.includes(name))
  const among = (stranger: string) => own.filter((name) => groupOf(name) === groupOf(stranger)).join(', ')
  return Object.keys(set)
    .filter((name) => name.startsWith('TIAOWEN_') && !known.includes(name))
    .map((name) => `${name} is not a variable of Tiaowen. Unset it, or use one of: ${among(name)}.`)
}

/** Variables of one part of the program begin alike. @example groupOf('TIAOWEN_LLM_URL') // 'LLM' */
const groupOf = (name: string) => /^TIAOWEN_(LLM|SLACK|DINGTALK)_/.exec(name)?.[1]

function faultOf(issue: z.core.$ZodIssue, set: Environment): string {
  const name = String(issue.path[0]) as keyof typeof Variables.shape
  const said = name.endsWith('_URL') ? masked(set[name]) : set[name]
  const value = SECRET.includes(name) ? '' : ` (${JSON.stringify(said)})`
  return `${name}${value} ${issue.message}. ${NEXT_STEP[name]}.`
}

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
function halfModel(given: z.infer<typeof Variables>): string[] {
  const { TIAOWEN_LLM_URL: url, TIAOWEN_LLM_MODEL: model, TIAOWEN_LLM_KEY: key } = given
  const missing = url === undefined ? 'TIAOWEN_LLM_URL' : 'TIAOWEN_LLM_MODEL'
  const has = Object.entries({ TIAOWEN_LLM_URL: url, TIAOWEN_LLM_MODEL: model, TIAOWEN_LLM_KEY: key })
  const set = has.filter(([, value]) => value !== undefined).map(([name]) => name)
  if (set.length === 0 || (url !== undefined && model !== undefined)) return []
  const names = set.join(' and ')
  const verb = set.length > 1 ? 'are' : 'is'
  return [`${names} ${verb} set, and ${missing} is not. ${NEXT_STEP[missing]}, or unset ${names}.`]
}

/** No credentials and nothing that may be one: those have a variable of their own. */
function isBare(address: string): boolean {
  return !/[?#]/.test(address) && !/^[a-z]+:\/\/[^/]*@/i.test(address)
}

/** @example masked('https://me:secret@host/v1?key=1') // 'https://***@host/v1?***' */
function masked(address: string | undefined): string {
  return (address ?? '').replace(/^([a-z]*:?\/*)[^/]*@/i, '$1***@').replace(/([?#]).*$/s, '$1***')
}

/** Others on the network may ask only with a key. */
function exposure(host: string, apiKey: string | undefined): string[] {
  if (isLoopback(host) || apiKey !== undefined) return []
  return [
    `TIAOWEN_HOST (${JSON.stringify(host)}) can be reached from other machines, and no TIAOWEN_API_KEY is set. ` +
      `Set a key of ${KEY_BYTES} bytes or more (openssl rand -hex 32), or unset TIAOWEN_HOST ` +
      'to serve on 127.0.0.1 only.',
  ]
}

function isHost(text: string): boolean {
  const isNumeric = /^[\d.]+$/.test(text)
  return isIP(text) !== 0 || (!isNumeric && text.length <= 253 && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(text))
}
