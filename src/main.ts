/** The command line. Puts the parts of app.ts behind the commands of channels/cli. */
import { existsSync, readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from './app.ts'
import type { BotName } from './bot-config.ts'
import type { BotDesk } from './channels/bots/desk.ts'
import type { Examination, SendParts } from './channels/cli/bots.ts'
import { paintFor } from './channels/cli/paint.ts'
import type { IndexEvent, IndexRequest } from './channels/cli/indexing.ts'
import { progressTo } from './channels/cli/progress.ts'
import { runCli, type Opened } from './channels/cli/run.ts'
import { readConfig, type Config } from './config.ts'
import { giveWay } from './give-way.ts'
import type { Storage } from './state/sqlite-storage.ts'
import { EVERYONE, type FeedbackRecord, type FeedbackWanted } from './state/state.ts'

enableCompileCache() // what was compiled for an earlier command need not be again

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const CLOSE_MS = 5_000

const say = (message: string) => void process.stderr.write(`${message}\n`)

const progress = () =>
  progressTo({ write: (text) => void process.stderr.write(text), isTerminal: process.stderr.isTTY === true })

const isHeard = (config: Config) => config.logLevel !== 'silent' && config.logLevel !== 'error'

/** The assistant once it agrees with the documents; with what it has where it cannot be brought there. */
async function openSettled(config: Config, log: (message: string) => void): Promise<Opened> {
  const { openApp } = await import('./app.ts')
  const app = await openApp(config, { log, onProgress: progress() })
  await app.settled.catch(async (error: unknown) => {
    if (app.assistant.status().ready) return say(error instanceof Error ? error.message : String(error))
    await app.close()
    throw error
  })
  return app
}

/** Serves at once; the index is brought up to date meanwhile. */
async function serveUntilSignal(config: Config): Promise<void> {
  const [{ openApp }, { serve, untilSignal }] = await Promise.all([
    import('./app.ts'),
    import('./channels/http/serve.ts'),
  ])
  const log = isHeard(config) ? say : () => {}
  const storage = await openStorage(config)
  const { state } = storage
  const app: App = await openApp(config, { log, onProgress: progress(), follow: true })
  let bots: BotDesk | undefined
  try {
    const desk = (bots = await openBotDesk(config, app, storage, log))
    const { publicUrl } = config.bots
    const linked = publicUrl === undefined ? config : { ...config, publicUrl }
    const serving = await serve(app.assistant, { ...linked, version, log, state, desk: app.desk, bots: desk })
    desk.start() // not before: where the port is taken, another process has the sockets and answers
    process.stdout.write(`条问 Tiaowen ${version}：${serving.url}\n`)
    app.settled.then(() => log(readiness(app)), () => {})
    // both at once: what platforms post meanwhile is on the disk, for the next start
    const stop = async () => void (await Promise.all([serving.stop(), desk.stop()]))
    await untilSignal({ ...serving, stop }, log)
  } finally {
    await bots?.stop()
    await state.close()
    await closeSoon(app)
  }
}

/** An AI client has started us: standard output is the protocol's alone. */
async function mcp(config: Config): Promise<void> {
  const { protocolOutput, serveStdio } = await import('./channels/mcp/stdio.ts')
  const output = protocolOutput(process)
  const { openApp } = await import('./app.ts')
  const log = isHeard(config) ? say : () => {}
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  // documents are put in elsewhere: the desk is asked which were uploaded, no more
  const app = await openApp({ ...config, uploads: false }, { log, follow: true })
  try {
    const { assistant, desk } = app
    await serveStdio({ assistant, uploaded: () => desk.uploaded(), version, log }, process.stdin, output, stop.signal)
  } finally {
    await closeSoon(app)
  }
}

/** The chat platforms that are configured; at work once they are started. */
async function openBotDesk(
  config: Config,
  app: App,
  { state, queue }: Storage,
  log: (message: string) => void,
): Promise<BotDesk> {
  const [{ platformsOf }, { openBots }, { Keeper }] = await Promise.all([
    import('./channels/platforms.ts'),
    import('./channels/bots/desk.ts'),
    import('./channels/keeper.ts'),
  ])
  const { days, off, publicUrl } = config.bots
  const keeper = new Keeper(app.assistant, state, { ending: new AbortController().signal, onError: () => {} })
  const bots = await platformsOf(config.bots, { log })
  return openBots(bots, { keeper, state, queue, days, off, log, ...(publicUrl !== undefined && { publicUrl }) })
}

/** What is kept of people; that a damaged file was set aside is told unless nothing is to be told. */
async function openStorage(config: Config): Promise<Storage> {
  const { openSqliteStorage } = await import('./state/sqlite-storage.ts')
  return openSqliteStorage(stateFile(config), { log: config.logLevel === 'silent' ? () => {} : say })
}

/** Of all owners. Reads only: a damaged file is refused and left as it is. */
async function* feedback(config: Config, wanted: FeedbackWanted): AsyncGenerator<FeedbackRecord> {
  if (!existsSync(stateFile(config))) return
  const { openSqliteState } = await import('./state/sqlite-state.ts')
  const state = openSqliteState(stateFile(config), { log: say, mend: false })
  try {
    yield* state.feedback(EVERYONE, wanted)
  } finally {
    await state.close()
  }
}

const stateFile = ({ dataFolder }: Config) => join(dataFolder, 'state.sqlite')

/** A build under way is abandoned where it does not end soon: what is in place stays whole. */
async function closeSoon(app: App): Promise<void> {
  const late = setTimeout(() => process.exit(0), CLOSE_MS)
  await app.close()
  clearTimeout(late)
}

/** Rounds over the folders named, or those of the configuration. A signal ends the watching; a second one at once. */
async function* index(config: Config, { folders, watch }: IndexRequest): AsyncGenerator<IndexEvent> {
  giveWay()
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

/** The next command reads the folders of the configuration. */
const replaced = (folders: readonly string[]): string =>
  `只有这一次用了所写的文件夹。要让 serve、ask 也收录它们，请设置 TIAOWEN_SEEDS=off TIAOWEN_FOLDERS=${folders.join(delimiter)}`

function readiness({ assistant }: App): string {
  const { documents, clauses, retrieval, generation } = assistant.status()
  return `就绪：${documents} 份文件，${clauses} 个条款，${retrieval === 'hybrid' ? '向量与关键词检索' : '仅关键词检索'}，${generation}`
}

async function evaluate(config: Config, argv: readonly string[]): Promise<number> {
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
  ]
}

/** Read when a command first needs it: --help works whatever the environment holds. */
function configured(): () => Config {
  let config: Config | undefined
  return () => (config ??= readConfig(process.env))
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

const config = configured()
process.exitCode = await runCli(process.argv.slice(2), {
  version,
  print: (text) => void process.stdout.write(`${text}\n`),
  printError: say,
  styleOf: (color) => paintFor({ stream: process.stdout, color }),
  open: () => openSettled(config(), config().logLevel === 'debug' ? say : () => {}),
  about: () => about(config()),
  index: (request) => index(config(), request),
  serve: () => serveUntilSignal(config()),
  mcp: () => mcp(config()),
  feedback: (wanted) => feedback(config(), wanted),
  examine: (channel) => examine(config(), channel),
  sending: () => sending(config()),
  input: pipedIn,
  onProgress: progress(),
  evaluate: (argv) => evaluate(config(), argv),
})
