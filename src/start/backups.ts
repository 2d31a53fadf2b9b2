/** `tiaowen backup` and `tiaowen restore`, over the folders of the configuration. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { BackupRequest, OpenFolders } from '../backup/take-backup.ts'
import type { BackupParts } from '../channels/cli/backup.ts'
import type { Config } from '../config.ts'
import { PolicyError } from '../errors.ts'
import { giveWay } from '../give-way.ts'
import { lockWithOthers } from '../lock-with-others.ts'
import { alone, isGuarded } from './carrying.ts'
import { endRestore, progress, stateFile, version } from './process.ts'

/** Backups of the folders of the configuration. Copies are asked without models and cluster: they answer alike everywhere. */
export function backupsOf(config: () => Config): BackupParts {
  const openFolders: OpenFolders = async (folders) => {
    const { openApp } = await import('../app.ts')
    const { llm: _llm, reranker: _reranker, search: _search, ...rest } = config()
    return openApp({ ...rest, ...folders, modelDir: 'off', uploads: false }, { log: () => {}, frozen: true })
  }
  const asking = { programVersion: version, openFolders, onProgress: progress() }
  return {
    take: async (wanted) => {
      giveWay()
      await endRestore(config())
      const { takeBackup } = await import('../backup/take-backup.ts')
      const { dataFolder, indexFolder } = config()
      const configuration = settingsOf(config())
      return takeBackup({ dataFolder, indexFolder, ...asking, ...wanted, configuration, ...stateOf(config()) })
    },
    verify: async (backup) => {
      const { verifyBackup } = await import('../backup/verify-backup.ts')
      return verifyBackup({ backup, ...asking })
    },
    restore: async ({ backup, into, replace }) => {
      const { restoreBackup } = await import('../backup/restore-backup.ts')
      const { dataFolder, indexFolder } = config()
      if (into !== undefined) {
        return restoreBackup({ dataFolder: join(into, 'data'), indexFolder: join(into, 'index'), ...asking, backup, replace })
      }
      await lockWithOthers(config())
      if (config().databaseUrl !== undefined) await refuseOccupied(config(), replace)
      const restored = await restoreBackup({ dataFolder, indexFolder, ...asking, backup, replace })
      const setAside = config().databaseUrl === undefined ? [] : await intoDatabase(config(), restored.setAside[0])
      return { ...restored, setAside: [...restored.setAside, ...setAside] }
    },
  }
}

/** Of a database it is one moment that is kept, in a file like any other. */
function stateOf({ databaseUrl }: Config): Pick<BackupRequest, 'stateInto'> {
  if (databaseUrl === undefined) return {}
  return {
    stateInto: async (path) => {
      const { carryToFile } = await import('../state/carry.ts')
      return (await carryToFile(databaseUrl, path)).head
    },
  }
}

async function refuseOccupied(config: Config, replace: boolean): Promise<void> {
  const { isDatabaseEmpty } = await import('../state/carry.ts')
  if ((await isDatabaseEmpty(await alone(config))) || replace) return
  throw new PolicyError('restore-refused', '数据库里已有数据，没有恢复。请加 --replace：原有的会存成文件；或换一个空的库。')
}

/**
 * What was restored into the data folder goes on into the database; what that held is kept beside. Ended in between, the
 * restored file lies in the data folder, and `tiaowen state to-database --replace` brings it in.
 * @returns where what the database held lies now
 */
async function intoDatabase(config: Config, aside: string | undefined): Promise<readonly string[]> {
  const { carryToDatabase, carryToFile, isDatabaseEmpty } = await import('../state/carry.ts')
  const [address, path] = [config.databaseUrl!, stateFile(config)]
  if (!existsSync(path)) return []
  const before = join(aside ?? config.dataFolder, `state-of-database-${new Date().toISOString().replace(/[:.]/g, '-')}.sqlite`)
  const isEmpty = await isDatabaseEmpty(address)
  if (!isEmpty) await carryToFile(address, before)
  await carryToDatabase(path, address, { replace: true, isGuarded: isGuarded(config) })
  rmSync(path)
  return isEmpty ? [] : [before]
}

/** What is set, named one by one: no key, no token, nothing that may hold one. */
function settingsOf({ host, port, folders, dataFolder, indexFolder, uploads, modelDir, embeddingThreads, logLevel, llm, reranker, bots }: Config) {
  return {
    ...{ host, port, folders, dataFolder, indexFolder, uploads, embeddingThreads, logLevel },
    ...(modelDir !== undefined && { modelDir }),
    ...(llm && { llm: { url: llm.url, model: llm.model, schema: llm.schema, timeoutSeconds: llm.timeoutSeconds } }),
    ...(reranker && { reranker }),
    ...(bots.publicUrl !== undefined && { publicUrl: bots.publicUrl }),
    botDays: bots.days,
  }
}
