/** What the command line needs to manage access: the store, and the names of the documents. A server may run beside it. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { AccessStore } from './access/access-store.ts'
import type { Config } from './config.ts'
import { openRegistry } from './documents/registry.ts'
import { PolicyError } from './errors.ts'

export interface OpenedAccess {
  readonly store: AccessStore
  readonly files: () => Promise<{
    readonly folders: readonly string[]
    readonly files: readonly { readonly id: string; readonly folder: string; readonly source: string }[]
  }>
  close(): Promise<void>
}

/** @throws PolicyError `state-unusable`, `disk-full` */
export async function openAccess({ dataFolder, databaseUrl }: Pick<Config, 'dataFolder' | 'databaseUrl'>, log: (message: string) => void): Promise<OpenedAccess> {
  refuseForeign(dataFolder)
  const files = () => knownFiles(dataFolder)
  if (databaseUrl !== undefined) {
    const { openPostgresStorage } = await import('./state/postgres-storage.ts')
    const { access, state, probe } = await openPostgresStorage(databaseUrl, { log: () => {}, folder: dataFolder, connections: 2 })
    try {
      await probe() // nobody waits for one that is away: it is told
    } catch (error) {
      await state.close()
      throw error
    }
    return { store: access, files, close: () => state.close() }
  }
  const { openSqliteAccess } = await import('./access/sqlite-access.ts')
  const store = openSqliteAccess(join(dataFolder, 'state.sqlite'), { log })
  return { store, files, close: async () => store.close() }
}

async function knownFiles(dataFolder: string) {
  const { registry } = await openRegistry(dataFolder, new Date())
  const files = Object.entries(registry.documents).map(([id, { folder, source }]) => ({ id, folder, source }))
  return { folders: Object.keys(registry.folders), files }
}

/** What root makes in it could not be read by the account that serves. */
function refuseForeign(dataFolder: string): void {
  const owner = statSync(dataFolder, { throwIfNoEntry: false })?.uid
  if (owner === undefined || owner === 0 || process.getuid?.() !== 0) return
  throw new PolicyError(
    'state-unusable',
    `数据文件夹 ${dataFolder} 属于运行服务的账号（uid ${owner}），请以它运行：sudo -u '#${owner}' tiaowen …`,
  )
}
