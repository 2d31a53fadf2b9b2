/** The command line: index, ask, search, cite, serve, eval, doctor. Puts the parts of app.ts behind the commands. */
import { readFileSync } from 'node:fs'
import { openApp, type App } from './app.ts'
import { paintFor } from './channels/cli/paint.ts'
import { runCli, type Opened } from './channels/cli/run.ts'
import { serve, untilSignal } from './channels/http/serve.ts'
import { readConfig, type Config } from './config.ts'
import { giveBackMemory } from './memory.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const CLOSE_MS = 5_000

const say = (message: string) => void process.stderr.write(`${message}\n`)

const STEPS: Readonly<Record<string, string>> = {
  keywords: '关键词索引 keyword index',
  embedding: '计算向量 embedding',
  graph: '向量图 HNSW graph',
}

/** One line on a terminal that is written over; elsewhere a line for every quarter. */
function progressLine(): (step: string, done: number, total: number) => void {
  let last = ''
  return (step, done, total) => {
    const percent = total > 0 ? Math.floor((done / total) * 100) : 100
    const words = `${STEPS[step] ?? step} ${process.stderr.isTTY ? percent : percent - (percent % 25)}%`
    if (words === last) return
    last = words
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${words}${percent === 100 ? '\n' : ''}` : `${words}\n`)
  }
}

const isHeard = (config: Config) => config.logLevel !== 'silent' && config.logLevel !== 'error'

/** The assistant once it agrees with the documents; with what it has where it cannot be brought there. */
async function openSettled(config: Config, log: (message: string) => void): Promise<Opened> {
  const app = await openApp(config, { log, onProgress: progressLine() })
  await app.settled.catch(async (error: unknown) => {
    if (app.assistant.status().ready) return say(error instanceof Error ? error.message : String(error))
    await app.close()
    throw error
  })
  return app
}

/** Serves at once; the index is brought up to date meanwhile. */
async function serveUntilSignal(config: Config): Promise<void> {
  const log = isHeard(config) ? say : () => {}
  const app: App = await openApp(config, { log, onProgress: progressLine() })
  try {
    const serving = await serve(app.assistant, { ...config, version, log })
    process.stdout.write(`条问 Tiaowen ${version}：${serving.url}\n`)
    app.settled.then(() => log(readiness(app)), () => {}).then(giveBackMemory)
    await untilSignal(serving, log)
  } finally {
    await closeSoon(app)
  }
}

/** A build under way is abandoned where it does not end soon: what is in place stays whole. */
async function closeSoon(app: App): Promise<void> {
  const late = setTimeout(() => process.exit(0), CLOSE_MS)
  await app.close()
  clearTimeout(late)
}

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

function about(config: Config): readonly (readonly [string, string])[] {
  return [
    ['条问', version],
    ['Node', `${process.version}（${process.platform} ${process.arch}）`],
    ['文件夹', config.folders.join('、')],
    ['索引', config.indexFolder],
    ['数据', config.dataFolder],
  ]
}

/** Read when a command first needs it: --help works whatever the environment holds. */
function configured(): () => Config {
  let config: Config | undefined
  return () => (config ??= readConfig(process.env))
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
  serve: () => serveUntilSignal(config()),
  evaluate: (argv) => evaluate(config(), argv),
})
