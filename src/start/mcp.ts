/** `tiaowen mcp`: MCP over standard input and output, for an AI client that has started us. */
import type { Config } from '../config.ts'
import { closeSoon, endRestore, openTelemetryOf, say, version } from './process.ts'

/** An AI client has started us: standard output is the protocol's alone. */
export async function serveMcp(config: Config): Promise<void> {
  const { protocolOutput, serveStdio } = await import('../channels/mcp/stdio.ts')
  const output = protocolOutput(process)
  await endRestore(config)
  const { openApp } = await import('../app.ts')
  const { log: logger, observers, close } = await openTelemetryOf(config, { hasMetrics: false })
  const log = logger.of('mcp').line()
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  // documents are put in elsewhere: the desk is asked which were uploaded, no more
  const app = await openApp({ ...config, uploads: false }, { log: logger.of('index').line(), follow: true, observers })
  const acting = config.mcpIdentity === undefined ? undefined : await openActing(config, config.mcpIdentity)
  try {
    const seen = async () => {
      const view = await acting?.view()
      const [assistant, desk] = view ? [await app.assistant.within(view), app.desk.within(view, () => [])] : [app.assistant, app.desk]
      return { assistant, uploaded: () => desk.uploaded() }
    }
    await serveStdio({ seen, version, log }, process.stdin, output, stop.signal)
  } finally {
    await acting?.close()
    await close()
    await closeSoon(app)
  }
}

/** What the key sees that MCP acts as, asked for at each request: it may be revoked, and collections change. */
async function openActing(config: Config, keyId: string) {
  const [{ openAccess }, { identityOfMcp }, { Sights }] = await Promise.all([
    import('../open-access.ts'),
    import('../access/acting.ts'),
    import('../sights.ts'),
  ])
  const { store: access, close } = await openAccess(config, say)
  const sights = new Sights(config.dataFolder, access)
  return { view: async () => sights.viewOf(await identityOfMcp(keyId, access)), close }
}
