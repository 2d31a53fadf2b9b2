/** Upgrades state.sqlite of an older release on a disk without room for a copy, then with: `<folder of a small disk>`. */
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteState } from '../../src/state/sqlite-state.ts'
import { layOut, RELEASES } from './releases.ts'

const [folder = ''] = process.argv.slice(2)
layOut(RELEASES[0]!, folder)
const path = join(folder, 'data', 'state.sqlite')
const copies = () => readdirSync(join(folder, 'data')).filter((name) => name.includes('.before-'))
const versionOf = (file: string) => {
  const database = new DatabaseSync(file, { readOnly: true })
  const version = database.prepare('PRAGMA user_version').get()!['user_version']
  database.close()
  return version
}
async function upgraded(): Promise<unknown> {
  try {
    await openSqliteState(path, { mend: false }).close()
    return 'upgraded'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

const { bavail, bsize } = statfsSync(folder)
writeFileSync(join(folder, 'ballast'), Buffer.alloc(bavail * bsize - 48 * 1024)) // room for the index of its journal
const full = [await upgraded(), versionOf(path), copies()]
rmSync(join(folder, 'ballast'))
const empty = [await upgraded(), copies().map((name) => versionOf(join(folder, 'data', name)))]
process.stdout.write(JSON.stringify({ full, empty }))
