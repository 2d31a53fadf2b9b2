/**
 * Takes or restores a backup and is killed at a step on the disk: `<plan.json> <step>`. Steps are calls that change what
 * is on the disk; each kill comes before the call is made. Says how many there were when it was over before that step.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { Config } from '../../src/config.ts'

export interface Plan {
  readonly config: Config
  readonly target: string
  /** Absent: one is taken. */
  readonly restore?: string
}

const [planPath = '', step = ''] = process.argv.slice(2)
let made = -Infinity

for (const name of ['rename', 'open', 'rm', 'mkdir', 'link', 'writeFile'] as const) {
  const call = fs.promises[name] as (...given: unknown[]) => Promise<unknown>
  fs.promises[name] = (async (...given: unknown[]) => {
    const isChange = name !== 'open' || (given[1] !== undefined && given[1] !== 'r')
    if (isChange && made++ >= Number(step)) process.kill(process.pid, 'SIGKILL')
    return call(...given)
  }) as never
}
syncBuiltinESMExports()

const { config, target, restore } = JSON.parse(fs.readFileSync(planPath, 'utf8')) as Plan
const { openFolders, requestFor, VERSION } = await import('./office.ts')
const { takeBackup } = await import('../../src/backup/take-backup.ts')
const { restoreBackup } = await import('../../src/backup/restore-backup.ts')
const request = requestFor(config, target)
made = 0
if (restore === undefined) await takeBackup({ ...request, keep: 2 })
else await restoreBackup({ ...request, backup: restore, replace: true, programVersion: VERSION, openFolders })
process.stdout.write(`${made}\n`)
process.exit(0)
