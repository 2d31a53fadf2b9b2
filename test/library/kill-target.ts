/**
 * Changes a library and is killed at a step on the disk: `<home> <change> <step>`. Steps are calls that change what is
 * on the disk, counted from the moment the desk is open; each kill comes before the call is made. Exits 0 when the
 * change was over before that step.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const [home = '', change = '', step = ''] = process.argv.slice(2)
let left = Infinity

for (const name of ['rename', 'open', 'rm', 'mkdir', 'writeFile'] as const) {
  const call = fs.promises[name] as (...given: unknown[]) => Promise<unknown>
  fs.promises[name] = (async (...given: unknown[]) => {
    const isChange = name !== 'open' || (given[1] !== undefined && given[1] !== 'r')
    if (isChange && left-- <= 0) process.kill(process.pid, 'SIGKILL')
    return call(...given)
  }) as never
}
syncBuiltinESMExports()

const { loadDocuments } = await import('../../src/build-index.ts')
const { LocalDesk } = await import('../../src/library/desk.ts')

const data = join(home, 'data')
const { documents } = await loadDocuments([join(home, 'documents')], data)
const { staged, target } = JSON.parse(fs.readFileSync(join(home, 'change.json'), 'utf8')) as Record<string, string>
const desk = new LocalDesk({
  dataFolder: data,
  enabled: true,
  documents: () => documents,
  generation: () => null,
  skipped: () => [],
  progress: () => undefined,
  index: async () => {},
  log: () => {},
  signal: new AbortController().signal,
})
await desk.idle()
left = Number(step)
const CHANGES: Record<string, () => Promise<unknown>> = {
  accept: () => desk.accept(staged!),
  replace: () => desk.accept(staged!, target),
  remove: () => desk.remove(target!),
  restore: () => desk.restore(target!),
}
await CHANGES[change]!()
process.exit(0)
