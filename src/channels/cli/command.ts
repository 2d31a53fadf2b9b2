/** What was typed → a command with its options, or what is wrong with it. */
import { resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { BotName } from '../../bot-config.ts'
import type { FeedbackWanted } from '../../state/state.ts'
import type { AskMode } from '../../types.ts'
import { CONFIG_WORKS, type ConfigurationRequest } from './configuration.ts'
import { accessCommandOf, type AccessCommand, type AccessName } from './access-command.ts'
import type { BackupWanted, RestoreWanted } from './backup.ts'
import type { CarryWanted } from './carrying.ts'
import { COMMANDS, type CommandName } from './help.ts'

export type Command =
  | { readonly name: 'help'; readonly of?: CommandName }
  | { readonly name: 'version' }
  | { readonly name: 'usage'; readonly message: string }
  | {
      readonly name: 'ask'
      readonly question: string
      readonly form: 'text' | 'json' | 'markdown'
      readonly documents: readonly string[]
      readonly asOf?: string
      readonly mode?: AskMode
    }
  | {
      readonly name: 'search'
      readonly query: string
      readonly limit: number
      readonly json: boolean
      readonly documents: readonly string[]
      readonly asOf?: string
    }
  | {
      readonly name: 'cite'
      readonly reference: string
      readonly json: boolean
      readonly asOf?: string
      /** Where the reference stands. */
      readonly at?: string
    }
  | {
      readonly name: 'check'
      /** `-`: what is piped in. */
      readonly file: string
      readonly json: boolean
      /** Where the Word file with comments is written. */
      readonly annotated?: string
      /** Where the page is written. */
      readonly html?: string
      readonly asOf?: string
      readonly suggest: boolean
      /** What was not checked is not let pass. */
      readonly strict: boolean
    }
  | {
      readonly name: 'index'
      /** None: those of the configuration. */
      readonly folders: readonly string[]
      readonly watch: boolean
      readonly json: boolean
    }
  | { readonly name: 'reindex'; readonly all: boolean; readonly json: boolean }
  /** `channel`: of that chat platform alone. */
  | { readonly name: 'doctor'; readonly json: boolean; readonly channel?: BotName }
  | { readonly name: 'send'; readonly to: 'dingtalk'; readonly question: string }
  | { readonly name: 'serve' }
  | { readonly name: 'mcp' }
  | { readonly name: 'feedback'; readonly wanted: FeedbackWanted }
  | ({ readonly name: 'config' } & ConfigurationRequest)
  | { readonly name: 'backup'; readonly wanted: BackupWanted; readonly json: boolean }
  /** `verify`: nothing is restored. */
  | { readonly name: 'restore'; readonly wanted: RestoreWanted; readonly verify: boolean; readonly json: boolean }
  | ({ readonly name: 'state' } & CarryWanted)
  | { readonly name: 'eval'; readonly argv: readonly string[] }
  | AccessCommand

export interface Typed {
  readonly command: Command
  /** Absent: as the terminal has it. */
  readonly color?: boolean
}

const FLAG = { type: 'boolean' } as const
const OPTIONS = {
  json: FLAG,
  markdown: FLAG,
  help: { type: 'boolean', short: 'h' },
  version: FLAG,
  color: FLAG,
  'no-color': FLAG,
  watch: FLAG,
  limit: { type: 'string' },
  document: { type: 'string', multiple: true },
  'as-of': { type: 'string' },
  at: { type: 'string' },
  mode: { type: 'string' },
  since: { type: 'string' },
  rating: { type: 'string' },
  annotated: { type: 'string' },
  html: { type: 'string' },
  suggest: FLAG,
  strict: FLAG,
  config: { type: 'string' },
  quiet: FLAG,
  scopes: { type: 'string' },
  see: { type: 'string' },
  expires: { type: 'string' },
  tokens: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string' },
  issuer: { type: 'string' },
  subject: { type: 'string' },
  expect: { type: 'string' },
  action: { type: 'string' },
  by: { type: 'string' },
  keep: { type: 'string' },
  into: { type: 'string' },
  replace: FLAG,
  verify: FLAG,
  all: FLAG,
} as const satisfies ParseArgsConfig['options']

/** Options a command takes beside --help, --color and --no-color. */
const TAKES: Readonly<Record<CommandName, readonly (keyof typeof OPTIONS)[]>> = {
  ask: ['json', 'markdown', 'document', 'as-of', 'mode'],
  search: ['json', 'limit', 'document', 'as-of'],
  cite: ['json', 'as-of', 'at'],
  check: ['json', 'annotated', 'html', 'as-of', 'suggest', 'strict'],
  index: ['json', 'watch'],
  reindex: ['json', 'verify', 'all'],
  serve: [],
  mcp: [],
  eval: [],
  doctor: ['json'],
  feedback: ['json', 'since', 'rating'],
  send: [],
  config: ['config'],
  keys: ['json', 'quiet', 'scopes', 'see', 'expires', 'tokens'],
  people: ['json', 'name', 'role', 'see', 'issuer', 'subject'],
  collections: ['json'],
  audit: ['json', 'expect', 'limit', 'action', 'by', 'since'],
  backup: ['json', 'keep'],
  restore: ['json', 'into', 'replace', 'verify'],
  state: ['json', 'replace'],
}
const COMMON = ['help', 'color', 'no-color']
const LIMIT = 10
const LIMIT_MAXIMUM = 100

/** @example commandOf(['ask', '--json', '目标是什么？']).command // { name: 'ask', form: 'json', … } */
export function commandOf(argv: readonly string[]): Typed {
  const [first] = argv
  if (first === 'eval') return { command: { name: 'eval', argv: argv.slice(1) } }
  const parsed = parse(argv)
  if (typeof parsed === 'string') return { command: { name: 'usage', message: parsed } }
  const color = parsed.values['no-color'] ? false : parsed.values.color
  return { command: chosen(parsed), ...(color !== undefined && { color }) }
}

type Parsed = { readonly values: ReturnType<typeof parseAll>['values']; readonly positionals: readonly string[] }

const parseAll = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true })

function parse(argv: readonly string[]): Parsed | string {
  try {
    return parseAll(argv)
  } catch (error) {
    return faultOf(error)
  }
}

/** parseArgs speaks English; its codes and the option it quotes are what is needed. */
function faultOf(error: unknown): string {
  const { code = '', message = '' } = error as NodeJS.ErrnoException
  const option = /'(-[^' ]*)/.exec(message)?.[1] ?? ''
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `没有选项 ${option}。以 - 开头的词句请放在 -- 之后。`
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return `选项 ${option} 的写法不对。`
  return message
}

function chosen({ values, positionals }: Parsed): Command {
  const [name, ...rest] = positionals
  if (values.version) return { name: 'version' }
  if (name === undefined) return values.help ? { name: 'help' } : { name: 'usage', message: '请写明命令。' }
  if (name === 'help') return isCommand(rest[0]) ? { name: 'help', of: rest[0] } : { name: 'help' }
  if (!isCommand(name)) return { name: 'usage', message: `没有命令 ${name}。` }
  if (values.help) return { name: 'help', of: name }
  const stray = Object.keys(values).find((option) => ![...COMMON, ...TAKES[name]].includes(option))
  if (stray !== undefined) return { name: 'usage', message: `${name} 没有选项 --${stray}。` }
  return complete(name, values, rest)
}

function complete(name: CommandName, values: Parsed['values'], rest: readonly string[]): Command {
  const words = rest.join(' ').trim()
  const json = values.json ?? false
  const documents = values.document ?? []
  const day = values['as-of']
  if (day !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(day)) {
    return { name: 'usage', message: '--as-of 应写作 2020-06-30。' }
  }
  const asOf = day === undefined ? {} : { asOf: day }
  switch (name) {
    case 'ask':
      if (words === '') return missing('问题')
      return asked(words, values.mode, { form: json ? 'json' : values.markdown ? 'markdown' : 'text', documents, ...asOf })
    case 'search': {
      if (words === '') return missing('词句')
      const limit = values.limit === undefined ? LIMIT : Number(values.limit)
      const isLimit = Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAXIMUM
      return isLimit
        ? { name, query: words, limit, json, documents, ...asOf }
        : { name: 'usage', message: `--limit 应为 1 至 ${LIMIT_MAXIMUM} 的整数。` }
    }
    case 'cite':
      if (words === '') return missing('引用')
      if (values.at?.trim() === '') return { name: 'usage', message: '--at 应写作一处条款，如《公司法》第三条。' }
      return { name, reference: words, json, ...asOf, ...(values.at !== undefined && { at: values.at }) }
    case 'check':
      return draftOf(values, rest, asOf)
    case 'index':
      return { name, folders: rest, watch: values.watch ?? false, json }
    case 'reindex':
      if (!values.verify || words !== '') return { name: 'usage', message: '请写 reindex --verify；重建索引用 tiaowen index。' }
      return { name, all: values.all ?? false, json }
    case 'doctor':
      if (words === '') return { name, json }
      if (words === 'slack' || words === 'dingtalk') return { name, json, channel: words }
      return { name: 'usage', message: `doctor 没有“${words}”可查；可写 slack、dingtalk，或不写。` }
    case 'serve':
    case 'mcp':
      return words === '' ? { name } : { name: 'usage', message: `${name} 不需要参数“${words}”。` }
    case 'eval':
      return { name, argv: [] }
    case 'feedback':
      return words === 'export' ? feedbackExport(values) : missing('要做什么：feedback export')
    case 'config':
      return configWork(words, values.config)
    case 'state':
      return stateOf(values, rest)
    case 'backup':
      return backupOf(values, rest)
    case 'restore':
      return restoreOf(values, rest)
    case 'send': {
      const [to, ...question] = rest
      if (to !== 'dingtalk') return missing('发到哪里：send dingtalk <问题>')
      return question.length === 0 ? missing('问题') : { name, to, question: question.join(' ').trim() }
    }
    case 'keys':
    case 'people':
    case 'collections':
    case 'audit':
      return accessOf(name, rest, values)
  }
}

function configWork(word: string, file: string | undefined): Command {
  const work = CONFIG_WORKS.find((one) => one === word)
  if (work === undefined) return missing('要做什么：config check、config show 或 config example')
  if (file === '') return missing('--config 的文件名')
  return { name: 'config', work, ...(file !== undefined && { file }) }
}

function draftOf(values: Parsed['values'], rest: readonly string[], asOf: { readonly asOf?: string }): Command {
  const { json = false, annotated, html, suggest = false, strict = false } = values
  const [file, ...more] = rest
  if (file === undefined || file === '') return missing('草稿文件，或用 - 表示标准输入')
  if (more.length > 0) return { name: 'usage', message: `一次核对一份草稿；文件名里有空格的请加引号：“${more.join(' ')}”。` }
  const outputs = [annotated, html].filter((path) => path !== undefined)
  if (outputs.includes('')) return missing('输出的文件名')
  if (outputs.some((path) => resolve(path) === resolve(file))) return { name: 'usage', message: '输出不能写在草稿自己上，请另起一个文件名。' }
  if (outputs.length === 2 && resolve(outputs[0]!) === resolve(outputs[1]!)) return { name: 'usage', message: '--annotated 和 --html 不能是同一个文件。' }
  const paths = { ...(annotated !== undefined && { annotated }), ...(html !== undefined && { html }) }
  return { name: 'check', file, json, ...paths, ...asOf, suggest, strict }
}

function backupOf({ json = false, keep }: Parsed['values'], [target, ...more]: readonly string[]): Command {
  if (target === undefined || target === '') return missing('备份放到哪个文件夹')
  if (more.length > 0) return { name: 'usage', message: `backup 不需要参数“${more.join(' ')}”；路径里有空格的请加引号。` }
  if (keep !== undefined && !/^[1-9]\d{0,3}$/.test(keep)) return { name: 'usage', message: '--keep 应为 1 至 9999 的整数。' }
  return { name: 'backup', wanted: { target, ...(keep !== undefined && { keep: Number(keep) }) }, json }
}

function restoreOf(values: Parsed['values'], [backup, ...more]: readonly string[]): Command {
  const { json = false, into, replace = false, verify = false } = values
  if (backup === undefined || backup === '') return missing('哪一份备份，如 /backup/tiaowen-20260131T020000Z')
  if (more.length > 0) return { name: 'usage', message: `restore 不需要参数“${more.join(' ')}”；路径里有空格的请加引号。` }
  if (into === '') return missing('--into 的文件夹')
  if (verify && (into !== undefined || replace)) {
    return { name: 'usage', message: '--verify 只核对，不恢复，不与 --into、--replace 同用；恢复时总会先核对。' }
  }
  return { name: 'restore', wanted: { backup, replace, ...(into !== undefined && { into }) }, verify, json }
}

function stateOf({ json = false, replace = false }: Parsed['values'], [where, ...more]: readonly string[]): Command {
  if (more.length > 0 || (where !== 'to-database' && where !== 'to-file')) return missing('搬到哪里：to-database 或 to-file')
  return { name: 'state', to: where === 'to-database' ? 'database' : 'file', replace, json }
}

/** A day, or a time with its zone. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/

function feedbackExport({ since, rating }: Parsed['values']): Command {
  if (since !== undefined && !(TIME.test(since) && !Number.isNaN(Date.parse(since)))) {
    return { name: 'usage', message: '--since 应写作 2026-01-31 或 2026-01-31T08:00:00Z。' }
  }
  if (rating !== undefined && rating !== 'up' && rating !== 'down') {
    return { name: 'usage', message: '--rating 应为 up 或 down。' }
  }
  const wanted: FeedbackWanted = { ...(since !== undefined && { since }), ...(rating !== undefined && { rating }) }
  return { name: 'feedback', wanted }
}

const missing = (what: string): Command => ({ name: 'usage', message: `请写明${what}。` })
const isCommand = (word: string | undefined): word is CommandName =>
  (COMMANDS as readonly (string | undefined)[]).includes(word)

function accessOf(name: AccessName, rest: readonly string[], values: Parsed['values']): Command {
  const command = accessCommandOf(name, rest, values)
  return typeof command === 'string' ? { name: 'usage', message: command } : command
}

type Ask = Extract<Command, { name: 'ask' }>

function asked(question: string, mode: string | undefined, rest: Omit<Ask, 'name' | 'question' | 'mode'>): Command {
  if (mode === undefined) return { name: 'ask', question, ...rest }
  const known = MODES.find((one) => one === mode)
  if (!known) return { name: 'usage', message: `--mode 应为 ${MODES.join('、')} 之一。` }
  return { name: 'ask', question, ...rest, mode: known }
}

const MODES: readonly AskMode[] = ['extractive', 'llm', 'auto']
