/** What the command line needs to manage access: the store, and the names of the documents. A server may run beside it. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { AccessStore } from './access/access-store.ts'
import { openSqliteAccess } from './access/sqlite-access.ts'
import type { Config } from './config.ts'
import { openRegistry } from './documents/registry.ts'
import { PolicyError } from './errors.ts'

export interface OpenedAccess {
  readonly store: AccessStore
  readonly files: () => Promise<{
    readonly folders: readonly string[]
    readonly files: readonly { readonly id: string; readonly folder: string; readonly source: string }[]
  }>
  close(): void
}

/** @throws PolicyError `state-unusable`, `disk-full` */
export function openAccess({ dataFolder }: Pick<Config, 'dataFolder'>, log: (message: string) => void): OpenedAccess {
  refuseForeign(dataFolder)
  const store = openSqliteAccess(join(dataFolder, 'state.sqlite'), { log })
  return { store, files: () => knownFiles(dataFolder), close: () => store.close() }
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
