/** `tiaowen state`: what is kept of people is carried between the file of the data folder and the database. */
import { existsSync, renameSync } from 'node:fs'
import { readHead, writeHead } from '../access/audit-head-file.ts'
import type { CarryParts } from '../channels/cli/carrying.ts'
import type { Config } from '../config.ts'
import { PolicyError } from '../errors.ts'
import { stateFile } from './process.ts'

/** Between the file and the database of the configuration. Servers are to be stopped before. */
export function carryingOf(config: () => Config): CarryParts {
  return {
    toDatabase: async (replace) => {
      const { carryToDatabase } = await import('../state/carry.ts')
      const path = stateFile(config())
      if (!existsSync(path)) throw new PolicyError('state-unusable', `没有 ${path}，没有要搬的。There is nothing to carry.`)
      const address = await alone(config())
      const rows = await carryToDatabase(path, address, { replace, isGuarded: isGuarded(config()) })
      const aside = setAside(path)
      return { rows, aside }
    },
    toFile: async (replace) => {
      const { carryToFile } = await import('../state/carry.ts')
      const path = stateFile(config())
      if (existsSync(path) && !replace) {
        throw new PolicyError('restore-refused', `已有 ${path}，没有写入。请移走它，或加 --replace：原有的会改名保存。`)
      }
      const address = await alone(config())
      const { rows, head } = await carryToFile(address, `${path}.carried`)
      const aside = existsSync(path) ? setAside(path) : undefined
      renameSync(`${path}.carried`, path)
      writeHead(config().dataFolder, { ...head, guarded: head.guarded || isGuarded(config()) })
      return { rows, ...(aside !== undefined && { aside }) }
    },
  }
}

/** The address of a database that no copy of the program uses, with the file held by nobody. */
export async function alone({ databaseUrl, dataFolder }: Config): Promise<string> {
  if (databaseUrl === undefined) throw new PolicyError('config-invalid', '没有设置 DATABASE_URL。请先设置它，再搬。DATABASE_URL is not set.')
  const [{ copiesAt }, { holdState }] = await Promise.all([import('../state/carry.ts'), import('../state/sqlite-copy.ts')])
  const copies = await copiesAt(databaseUrl)
  if (copies > 0) throw new PolicyError('restore-refused', `条问还连着这个数据库（${copies} 个连接）。请先停止所有副本，再试。`)
  holdState(stateFile({ dataFolder }))()
  return databaseUrl
}

/** Nobody goes on with it by mistake, and it can be put back. @returns where it lies now */
export function setAside(path: string): string {
  const aside = `${path}.moved-${new Date().toISOString().replace(/[:.]/g, '-')}`
  for (const more of ['-wal', '-shm', '']) if (existsSync(`${path}${more}`)) renameSync(`${path}${more}`, `${aside}${more}`)
  return aside
}

export function isGuarded({ dataFolder }: Pick<Config, 'dataFolder'>): boolean {
  try {
    return readHead(dataFolder)?.guarded === true
  } catch {
    return true // there is something, and it cannot be read
  }
}
