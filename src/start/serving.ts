/** `tiaowen serve`: the parts of a server put together, until a signal ends it. */
import type { Assistant } from '../answering/assistant.ts'
import type { App } from '../app.ts'
import type { AdminParts } from '../channels/admin-parts.ts'
import type { BotDesk, BotsOptions } from '../channels/bots/desk.ts'
import type { RequestObserver } from '../channels/http/requests.ts'
import type { ViewOf } from '../channels/seen-by.ts'
import { UsageCounter } from '../channels/usage-counter.ts'
import type { Config, Settings } from '../config.ts'
import { changedLines } from '../configuration/print.ts'
import type { Storage } from '../state/storage.ts'
import type { UsageStore } from '../state/usage.ts'
import { watchFatalErrors } from '../telemetry/fatal.ts'
import { LogRing } from '../telemetry/log-ring.ts'
import type { Logger } from '../telemetry/log.ts'
import { watchMachine } from '../telemetry/machine.ts'
import type { MetricsServer } from '../telemetry/metrics-server.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Telemetry } from '../telemetry/open.ts'
import { partsOf, type Machine } from '../telemetry/parts.ts'
import type { Fallback } from '../types.ts'
import { closeSoon, endRestore, openStorage, openTelemetryOf, progress, version } from './process.ts'

/** Serves at once; the index is brought up to date meanwhile. */
export async function serveUntilSignal(settings: Settings): Promise<void> {
  const { config } = settings
  const ring = new LogRing()
  const [{ openApp }, { serve, untilSignal }, telemetry] = await Promise.all([
    import('../app.ts'),
    import('../channels/http/serve.ts'),
    openTelemetryOf(config, { hasMetrics: true, also: ring.sink }),
  ])
  const { log, observers } = telemetry
  const metrics = telemetry.metrics!
  const fatal = watchFatalErrors(process, (kind, error) => {
    metrics.fatal(kind)
    log.of('main').error(`没有料到的错误，正在停止 unexpected error, stopping: ${kind}`, { err: error })
  })
  for (const line of configured(settings)) log.of('main').line()(line)
  await endRestore(config)
  const storage = await openStorage(config, log.of('state').line('error'))
  const { state, access, usage } = storage
  const { rates, operatorSessions, tokens } = storage
  const shared = { ...(tokens && { tokens }) }
  const app: App = await openApp(config, { log: log.of('index').line(), onProgress: progress(), follow: true, observers, ...shared })
  const counter = new UsageCounter(usage, { log: log.of('usage').line('error') })
  const assistant = counter.counted(app.assistant)
  let bots: BotDesk | undefined
  let metricsServer: MetricsServer | undefined
  try {
    const { Sights } = await import('../sights.ts')
    const sights = new Sights(config.dataFolder, storage.access)
    const viewOf: ViewOf = (identity) => sights.viewOf(identity)
    const desk = (bots = await openBotDesk(config, assistant, storage, viewOf, log.of('bots').line()))
    const machine = watchMachine({ folders: [config.dataFolder, config.indexFolder], probe: storage.probe })
    watchAll(metrics, { app, desk, machine })
    if (storage.connections) metrics.watch({ connections: () => storage.connections!() })
    if (config.telemetry.metrics) metricsServer = await openMetricsServer(metrics, config.telemetry.metrics, log)
    const { publicUrl } = config.bots
    const linked = publicUrl === undefined ? config : { ...config, publicUrl }
    const stopWaitMs = config.stopWaitSeconds * 1_000
    const troubles = await troublesOf(config, storage)
    const serving = await serve(assistant, {
      ...linked,
      ...config.door,
      version,
      log: log.of('http').line('warn'),
      state,
      access,
      desk: app.desk,
      bots: desk,
      viewOf,
      admin: adminParts(config, app, { usage, ring }),
      machine,
      troubles,
      stopWaitMs,
      requests: requestsTold(telemetry, metrics),
      ...(rates && { rateStore: rates }),
      ...(operatorSessions && { operatorSessions }),
      ...(storage.relay && { relay: storage.relay }),
      ...(storage.secret && { secret: (name) => storage.secret!(name) }),
      ...(!metricsServer && { metrics }),
    })
    desk.start() // not before: where the port is taken, another process has the sockets and answers
    process.stdout.write(`条问 Tiaowen ${version}：${serving.url}\n`)
    app.settled.then(() => log.of('main').line()(readiness(app)), () => {})
    // both at once: what platforms post meanwhile is on the disk, for the next start
    const stop = async () => void (await Promise.all([serving.stop(), desk.stop()]))
    await untilSignal({ ...serving, stop }, log.of('main').line(), { fatal: fatal.first })
  } finally {
    await bots?.stop()
    await counter.close()
    await state.close()
    await Promise.all([telemetry.close(), metricsServer?.close()])
    await closeSoon(app, fatal.happened ? 1 : 0)
  }
  if (fatal.happened) process.exit(1)
}

async function openMetricsServer(metrics: Metrics, at: { readonly host: string; readonly port: number }, log: Logger): Promise<MetricsServer> {
  const { serveMetrics } = await import('../telemetry/metrics-server.ts')
  const server = await serveMetrics(metrics, at)
  log.of('main').line()(`指标 metrics: ${server.url}`)
  return server
}

/** What is asked whenever metrics are read. */
function watchAll(metrics: Metrics, { app, desk, machine }: { app: App; desk: BotDesk; machine: () => Promise<Machine> }): void {
  const status = () => app.assistant.status()
  metrics.watch({
    status,
    channels: () => desk.status(),
    diskFree: async () => (await machine()).diskFree,
    parts: async () => partsOf(status(), await machine(), await desk.status()),
  })
}

/** The access log: one line a request, when its answer is at its end. */
function requestsTold({ records, observers }: Telemetry, metrics: Metrics): RequestObserver {
  const access = records.of('access')
  return {
    ...(observers.tracing && { tracing: observers.tracing }),
    onBegin: () => metrics.began(),
    onEnd: ({ requestId, milliseconds, isBroken, ...facts }) => {
      const { method, route, status } = facts
      metrics.ended({ method, route, status, seconds: milliseconds / 1000 })
      const ms = Math.round(milliseconds * 10) / 10
      const told = { ...facts, ms, reqId: requestId, ...(isBroken && { broken: true }) }
      access[isQuiet(route) ? 'debug' : 'info'](`${method} ${route} ${status} ${ms} ms`, told)
    },
  }
}

/** Asked every few seconds by what watches the program. */
const isQuiet = (route: string) => ['/livez', '/readyz', '/startupz', '/metrics'].includes(route)

/** What the administration page shows of this server. */
function adminParts(config: Config, app: App, { usage, ring }: { readonly usage: UsageStore; readonly ring: LogRing }): AdminParts {
  const facts = () => import('../admin-facts.ts')
  const present = () => new Set<string>(app.assistant.status().ready ? app.assistant.catalogue().documents.map(({ id }) => id) : [])
  return {
    usage,
    generations: async () => (await facts()).generationFacts(config.indexFolder),
    folders: async () => (await facts()).folderFacts(config.dataFolder, present()),
    log: (wanted) => ring.tail(wanted),
    startedAt: new Date().toISOString(),
  }
}

/** What /readyz says beside what the assistant knows of itself. */
async function troublesOf({ dataFolder, indexFolder }: Config, storage: Storage): Promise<() => Promise<readonly Fallback[]>> {
  const { watchFolders } = await import('../folder-troubles.ts')
  const ofFolders = watchFolders([dataFolder, indexFolder])
  return async () => {
    const unkept = await storage.trouble()
    const state = unkept ? [{ from: 'conversations', reason: unkept.message }] : []
    return [...state, ...(await ofFolders())]
  }
}

/** The chat platforms that are configured; at work once they are started. */
async function openBotDesk(
  config: Config,
  assistant: Assistant,
  { state, queue, access, relay }: Storage,
  viewOf: ViewOf,
  log: (message: string) => void,
): Promise<BotDesk> {
  const [{ platformsOf }, { openBots }, { Keeper }, { SeenBy }, { identityOfBot }] = await Promise.all([
    import('../channels/platforms.ts'),
    import('../channels/bots/desk.ts'),
    import('../channels/keeper.ts'),
    import('../channels/seen-by.ts'),
    import('../access/acting.ts'),
  ])
  const { days, off, publicUrl, identities } = config.bots
  const seenBy = new SeenBy(assistant, undefined, viewOf)
  const askerOf: BotsOptions['askerOf'] = async (platform) => {
    const identity = await identityOfBot(platform, identities[platform], access)
    return identity && seenBy.askerOf(identity)
  }
  const keeper = new Keeper(state, { ending: new AbortController().signal, onError: () => {}, ...(relay && { relay }) })
  const bots = await platformsOf(config.bots, { log })
  return openBots(bots, { keeper, askerOf, state, queue, days, off, log, ...(publicUrl !== undefined && { publicUrl }) })
}

function readiness({ assistant }: App): string {
  const { documents, clauses, retrieval, generation } = assistant.status()
  return `就绪：${documents} 份文件，${clauses} 个条款，${retrieval === 'hybrid' ? '向量与关键词检索' : '仅关键词检索'}，${generation}`
}

/** What a start tells of the configuration; secrets masked. */
const configured = ({ file, notices, settings }: Settings): readonly string[] => [
  file === undefined ? '没有设置文件 no configuration file' : `设置文件 configuration file: ${file}`,
  ...notices.map((notice) => `设置 warning: ${notice}`),
  ...changedLines(settings).map((line) => `设置 setting ${line}`),
]
