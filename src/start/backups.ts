/** `tiaowen backup` and `tiaowen restore`, over the folders of the configuration. */
import { join } from 'node:path'
import type { OpenFolders } from '../backup/take-backup.ts'
import type { BackupParts } from '../channels/cli/backup.ts'
import type { Config } from '../config.ts'
import { giveWay } from '../give-way.ts'
import { endRestore, progress, version } from './process.ts'

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
      return takeBackup({ dataFolder, indexFolder, ...asking, ...wanted, configuration })
    },
    verify: async (backup) => {
      const { verifyBackup } = await import('../backup/verify-backup.ts')
      return verifyBackup({ backup, ...asking })
    },
    restore: async ({ backup, into, replace }) => {
      const { restoreBackup } = await import('../backup/restore-backup.ts')
      const { dataFolder, indexFolder } = config()
      const folders = into === undefined ? { dataFolder, indexFolder } : { dataFolder: join(into, 'data'), indexFolder: join(into, 'index') }
      return restoreBackup({ ...folders, ...asking, backup, replace })
    },
  }
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
