/** The process that makes one round of indexing for a running server; started by index-process.ts. */
import { enableCompileCache } from 'node:module'
import { PolicyError } from './errors.ts'
import { giveWay } from './give-way.ts'
import type { RoundOrder, RoundReport } from './index-process.ts'

enableCompileCache() // before the modules that are large

const tell = (report: RoundReport): Promise<void> =>
  new Promise((resolve) => process.send?.(report, undefined, undefined, () => resolve()))

async function round({ config, mustEmbed }: RoundOrder): Promise<void> {
  const log = (message: string): void => void tell({ kind: 'log', message })
  const onProgress = (step: string, done: number, total: number): void => void tell({ kind: 'step', step, done, total })
  const signal = new AbortController().signal
  try {
    const [{ indexRounds }, { lockWithOthers }] = await Promise.all([import('./index-rounds.ts'), import('./lock-with-others.ts')])
    await lockWithOthers(config)
    for await (const event of indexRounds(config, { watch: false, log, onProgress, signal, ...(mustEmbed !== undefined && { mustEmbed }) })) {
      if (event.kind === 'round') await tell({ kind: 'done', generation: event.generation, skipped: event.skipped })
    }
  } catch (error) {
    const code = error instanceof PolicyError ? error.code : 'internal'
    await tell({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) })
  }
  process.exit(0)
}

giveWay()
process.once('disconnect', () => process.exit(1)) // the server is gone; what is in place stays whole
process.once('message', (order) => void round(order as RoundOrder))
