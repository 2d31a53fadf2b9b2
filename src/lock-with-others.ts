/** Config → writers of this process hold the locks that all hosts share. */
import type { Config } from './config.ts'

/** Where several hosts share the folders of a configuration, writers of this process hold locks that they share. */
export async function lockWithOthers({ databaseUrl, dataFolder, indexFolder }: Config): Promise<void> {
  if (databaseUrl === undefined) return
  const [{ lockOverHosts }, { PostgresLocks }] = await Promise.all([import('./store/lock.ts'), import('./state/postgres-locks.ts')])
  lockOverHosts(new PostgresLocks(databaseUrl), new Map([[dataFolder, 'data'], [indexFolder, 'index']]))
}
