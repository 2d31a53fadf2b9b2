/** The command line. Puts the parts of app.ts behind the commands of channels/cli. */
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { delimiter, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BotName } from './bot-config.ts'
import type { AccessParts } from './channels/cli/access.ts'
import type { Examination, SendParts } from './channels/cli/bots.ts'
import type { ConfigurationReport } from './channels/cli/configuration.ts'
import { paintFor } from './channels/cli/paint.ts'
import type { IndexEvent, IndexRequest } from './channels/cli/indexing.ts'
import type { SearchReport } from './channels/cli/reindexing.ts'
import { runCli, type Opened } from './channels/cli/run.ts'
import { ConfigError, defaultSettings, readSettings, type Config, type Settings } from './config.ts'
import { effectiveText, exampleText } from './configuration/print.ts'
import { PolicyError } from './errors.ts'
import { giveWay } from './give-way.ts'
import { backupsOf } from './start/backups.ts'
import { carryingOf } from './start/carrying.ts'
import { CLOSE_MS, endRestore, openStorage, progress, say, stateFile, version } from './start/process.ts'
import { EVERYONE, type FeedbackRecord, type FeedbackWanted, type State } from './state/state.ts'

enableCompileCache() // what was compiled for an earlier command need not be again

const PROGRAM = fileURLToPath(new URL('..', import.meta.url))
/** The assistant once it agrees with the documents; with what it has where it cannot be brought there. */
async function openSettled(config: Config, log: (message: string) => void): Promise<Opened> {
  await endRestore(config)
  const { openApp } = await import('./app.ts')
  const app = await openApp(config, { log, onProgress: progress() })
  await app.settled.catch(async (error: unknown) => {
    if (app.assistant.status().ready) return say(error instanceof Error ? error.message : String(error))
    await app.close()
    throw error
  })
  return app
}

/** Of all owners. Reads only: a damaged file is refused and left as it is. */
async function* feedback(config: Config, wanted: FeedbackWanted): AsyncGenerator<FeedbackRecord> {
  const state = await openToRead(config)
  if (!state) return
  try {
    yield* state.feedback(EVERYONE, wanted)
  } finally {
    await state.close()
  }
}

async function openToRead(config: Config): Promise<State | undefined> {
  if (config.databaseUrl !== undefined) return (await openStorage(config, () => {})).state
  if (!existsSync(stateFile(config))) return undefined
  const { openSqliteState } = await import('./state/sqlite-state.ts')
  return openSqliteState(stateFile(config), { log: say, mend: false })
}

/** Rounds over the folders named, or those of the configuration. A signal ends the watching; a second one at once. */
async function* index(config: Config, { folders, watch }: IndexRequest): AsyncGenerator<IndexEvent> {
  giveWay()
  await endRestore(config)
  const { indexRounds } = await import('./index-rounds.ts')
  const named = folders.length === 0 ? config.folders : [...new Set(folders.map((folder) => resolve(folder)))]
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) return
    stop.abort()
    setTimeout(() => process.exit(0), CLOSE_MS).unref() // a round under way: what is in place stays whole
  }
  if (watch) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  const log = config.logLevel === 'debug' ? say : () => {}
  const request = { watch, log, onProgress: progress(), signal: stop.signal }
  yield* indexRounds({ ...config, folders: named }, request)
  if (watch) say('已停止。')
  if (!watch && named.join('\n') !== config.folders.join('\n')) say(replaced(named))
}

/** What the search cluster holds against the index in place. */
async function verifyIndex(config: Config, all: boolean): Promise<SearchReport> {
  giveWay()
  await endRestore(config)
  const { verifySearch } = await import('./verify-search.ts')
  const log = config.logLevel === 'debug' ? say : () => {}
  return verifySearch(config, { all, log, onProgress: progress() })
}

/** The next command reads the folders of the configuration. */
const replaced = (folders: readonly string[]): string =>
  `只有这一次用了所写的文件夹。要让 serve、ask 也收录它们，请设置 TIAOWEN_SEEDS=off TIAOWEN_FOLDERS=${folders.join(delimiter)}`

async function evaluate(config: Config, argv: readonly string[]): Promise<number> {
  if (!existsSync(new URL('../evals/run.ts', import.meta.url))) {
    throw new PolicyError('config-invalid', '安装包里没有评测题。请在源码目录里运行 npm run eval。')
  }
  const { evalCommand } = await import('../evals/run.ts')
  const opened = await openSettled(config, () => {})
  try {
    const texts = new Map<string, string>(opened.assistant.catalogue().documents.map(({ id, text }) => [id, text]))
    return await evalCommand(
      opened.assistant,
      (id) => texts.get(id),
      argv,
      (text) => process.stdout.write(`${text}\n`),
    )
  } finally {
    await opened.close()
  }
}

/** Who may do what, beside a server that may be running. */
async function access(config: Config): Promise<AccessParts & { close(): Promise<void> }> {
  const [{ openAccess }, { readPassword }] = await Promise.all([
    import('./open-access.ts'),
    import('./channels/cli/password.ts'),
  ])
  const { stdin } = process
  const asking = { input: stdin, isTerminal: stdin.isTTY === true, piped: pipedIn, say }
  return { ...(await openAccess(config, say)), password: (prompt) => readPassword(prompt, asking) }
}

/** A chat platform asked about its configuration; nothing is started. */
async function examine({ bots }: Config, channel: BotName): Promise<Examination> {
  const { platformsOf, groupRobotOf } = await import('./channels/platforms.ts')
  const bot = (await platformsOf(bots, { log: say })).find(({ platform }) => platform === channel)
  const robot = channel === 'dingtalk' ? await groupRobotOf(bots) : undefined
  const findings = [...((await bot?.examine()) ?? []), ...((await robot?.examine()) ?? [])]
  await bot?.stop()
  const missing = bots.off[channel] ?? (bot || robot ? undefined : notSet(channel))
  return { findings, ...(missing !== undefined && { missing }) }
}

const notSet = (channel: BotName) => `没有设置 TIAOWEN_${channel.toUpperCase()}_… 变量，步骤见 docs/${channel}.md。`

async function sending({ bots }: Config): Promise<SendParts> {
  const { groupRobotOf } = await import('./channels/platforms.ts')
  const robot = await groupRobotOf(bots)
  const { publicUrl } = bots
  return { ...(robot && { robot }), ...(publicUrl !== undefined && { publicUrl }), wait: (ms) => sleep(ms) }
}

function about(config: Config): readonly (readonly [string, string])[] {
  return [
    ['条问', version],
    ['Node', `${process.version}（${process.platform} ${process.arch}）`],
    ['文件夹', [...config.folders, '上传的文件'].join('、')],
    ['索引', config.indexFolder],
    ['数据', config.dataFolder],
    ...(config.databaseUrl === undefined ? [] : [['数据库', databasePlace(config.databaseUrl)] as const]),
  ]
}

/** Without user and password. */
function databasePlace(address: string): string {
  const { host, pathname } = new URL(address)
  return `PostgreSQL ${host}${pathname}`
}

const settingsFrom = (file?: string): Settings =>
  readSettings(process.env, { beside: PROGRAM, ...(file !== undefined && { file }) })

/** Read when a command first needs it: --help works whatever the environment holds. */
function readOnce(): () => Settings {
  let settings: Settings | undefined
  return () => (settings ??= settingsFrom())
}

async function checkSettings(file?: string): Promise<ConfigurationReport> {
  try {
    const read = settingsFrom(file)
    const { checkConfig } = await import('./check-config.ts')
    const findings = await checkConfig(read.config)
    const of = (level: string) => findings.filter((one) => one.level === level).map(({ message }) => message)
    const warnings = [...read.notices, ...of('warning')]
    return { errors: of('error'), warnings, ...(read.file !== undefined && { file: read.file }) }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { errors: error.faults, warnings: error.notices, ...(error.file !== undefined && { file: error.file }) }
  }
}

/** Read no further than is of use: more than this is refused anyway. */
const MOST_PIPED_BYTES = 64 * 1024 * 1024

async function pipedIn(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    if ((size += chunk.length) > MOST_PIPED_BYTES) break
  }
  return Buffer.concat(chunks)
}

/** Who reads us may stop reading: `tiaowen doctor | head`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const settings = readOnce()
const config = () => settings().config
process.exitCode = await runCli(process.argv.slice(2), {
  version,
  print: (text) => void process.stdout.write(`${text}\n`),
  printError: say,
  styleOf: (color) => paintFor({ stream: process.stdout, color }),
  open: () => openSettled(config(), config().logLevel === 'debug' ? say : () => {}),
  about: () => about(config()),
  index: (request) => index(config(), request),
  verifyIndex: ({ all }) => verifyIndex(config(), all),
  serve: async () => (await import('./start/serving.ts')).serveUntilSignal(settings()),
  mcp: async () => (await import('./start/mcp.ts')).serveMcp(config()),
  feedback: (wanted) => feedback(config(), wanted),
  examine: (channel) => examine(config(), channel),
  sending: () => sending(config()),
  configuration: {
    check: checkSettings,
    show: (file) => effectiveText(settingsFrom(file).settings),
    example: () => exampleText(defaultSettings()),
  },
  access: () => access(config()),
  backups: backupsOf(config),
  carrying: carryingOf(config),
  input: pipedIn,
  onProgress: progress(),
  evaluate: (argv) => evaluate(config(), argv),
})
