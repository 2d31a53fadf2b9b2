/** What the commands of a process share: its words on standard error, its telemetry, the folders it may open, its end. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from '../app.ts'
import { progressTo } from '../channels/cli/progress.ts'
import type { Config } from '../config.ts'
import { lockWithOthers } from '../lock-with-others.ts'
import type { Storage } from '../state/storage.ts'
import type { Sink } from '../telemetry/log.ts'
import type { Telemetry } from '../telemetry/open.ts'

export const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

export const CLOSE_MS = 5_000

export const say = (message: string) => void process.stderr.write(`${message}\n`)

export const progress = () =>
  progressTo({ write: (text) => void process.stderr.write(text), isTerminal: process.stderr.isTTY === true })

/** Log lines go to standard error; what a command prints for a person is no log. */
export async function openTelemetryOf(config: Config, told: { readonly hasMetrics: boolean; readonly also?: Sink }): Promise<Telemetry> {
  const { openTelemetry } = await import('../telemetry/open.ts')
  process.stderr.on('error', () => {}) // nobody reads it any more: that ends no server
  const write = (text: string) => void process.stderr.write(text)
  return openTelemetry(config, { version, write, isTerminal: process.stderr.isTTY === true, ...told })
}

/**
 * What is kept of people: in the database that copies of the program share, else in a file. That a damaged file was set
 * aside is told unless nothing is to be told.
 * @throws PolicyError `state-unusable` for what a newer version wrote
 */
export async function openStorage(config: Config, log: (message: string) => void): Promise<Storage> {
  if (config.databaseUrl !== undefined) {
    const { openPostgresStorage } = await import('../state/postgres-storage.ts')
    if (existsSync(stateFile(config))) log(`数据文件夹里还有 ${stateFile(config)}，现用数据库，不读它。要搬过去：停止服务，运行 tiaowen state to-database。`)
    return openPostgresStorage(config.databaseUrl, { log, folder: config.dataFolder })
  }
  const { openSqliteStorage } = await import('../state/sqlite-storage.ts')
  return openSqliteStorage(stateFile(config), { log })
}

export const stateFile = ({ dataFolder }: Pick<Config, 'dataFolder'>) => join(dataFolder, 'state.sqlite')

/**
 * To be awaited before folders are opened: writers hold what all hosts share, and a restore whose process was ended while
 * it took its place is brought to its end.
 */
export async function endRestore(config: Config): Promise<void> {
  await lockWithOthers(config)
  if (!existsSync(join(config.dataFolder, 'restore.json'))) return
  const { finishRestore } = await import('../backup/swap.ts')
  await finishRestore(config)
}

/** A build under way is abandoned where it does not end soon: what is in place stays whole. */
export async function closeSoon(app: App, code = 0): Promise<void> {
  const late = setTimeout(() => process.exit(code), CLOSE_MS)
  await app.close()
  clearTimeout(late)
}
