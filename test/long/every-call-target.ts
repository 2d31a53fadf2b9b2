/**
 * A change of a library with each call of the file system that changes something failing in turn, by an error of the
 * system: `<home> <change> <code> <once|forever>`. Every write, fsync, rename, removal and folder counts. Prints for
 * each a line of JSON: which call, what came of the change, what the library holds then, and after the disk is well.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const [home = '', change = '', code = '', lasts = ''] = process.argv.slice(2)

let at = Infinity
let calls = 0
let failed: string | undefined

function mayFail(call: string, path: unknown): void {
  calls++
  if (lasts === 'once' ? calls !== at : calls < at) return
  failed ??= `${call} ${String(path).split('/').slice(-2).join('/')}`
  throw Object.assign(new Error(`${code}: planned, ${call}`), { code })
}

const real = { ...fs.promises }
for (const name of ['rename', 'rm', 'mkdir', 'writeFile', 'link', 'copyFile'] as const) {
  const call = real[name] as (...given: unknown[]) => Promise<unknown>
  fs.promises[name] = (async (...given: unknown[]) => {
    mayFail(name, given[0])
    return call(...given)
  }) as never
}
fs.promises.open = (async (...given: Parameters<typeof real.open>) => {
  const isChange = given[1] !== undefined && given[1] !== 'r'
  if (isChange) mayFail('open', given[0])
  const file = await real.open(...given)
  for (const name of ['writeFile', 'sync'] as const) {
    const call = file[name].bind(file) as (...more: unknown[]) => Promise<unknown>
    file[name] = (async (...more: unknown[]) => {
      mayFail(name, given[0])
      return call(...more)
    }) as never
  }
  return file
}) as never
syncBuiltinESMExports()

const { loadDocuments } = await import('../../src/build-index.ts')
const { readLibraryList } = await import('../../src/documents/library-list.ts')
const { PolicyError } = await import('../../src/errors.ts')
const { LocalDesk } = await import('../../src/library/desk.ts')
const { staged, target } = JSON.parse(fs.readFileSync(join(home, 'change.json'), 'utf8')) as Record<string, string>

async function openDesk(folder: string) {
  const { documents } = await loadDocuments([join(folder, 'documents')], join(folder, 'data'))
  const signal = new AbortController().signal
  const fixed = { enabled: true, generation: () => null, skipped: () => [], progress: () => undefined, index: async () => {}, log: () => {} }
  const desk = new LocalDesk({ ...fixed, dataFolder: join(folder, 'data'), documents: () => documents, signal })
  await desk.idle()
  return desk
}

/** Source, id and text of all documents, as indexing would find them, and what can come back. */
async function found(folder: string): Promise<string> {
  const { documents, notices } = await loadDocuments([join(folder, 'documents')], join(folder, 'data'))
  const { removed } = await readLibraryList(join(folder, 'data'))
  return JSON.stringify([documents.map(({ source, id, text }) => [source, id, text]), removed.map(({ id }) => id), notices])
}

async function perform(folder: string): Promise<void> {
  if (change === 'load') {
    fs.writeFileSync(join(folder, 'documents', '新.txt'), '新办法\n第一条 总则。\n')
    await loadDocuments([join(folder, 'documents')], join(folder, 'data'))
    return
  }
  const desk = await openDesk(folder)
  calls = 0
  const [what] = change.split(',')
  if (what === 'accept') await desk.accept(staged!)
  else if (what === 'replace') await desk.accept(staged!, target)
  else if (what === 'remove') await desk.remove(target!)
  else if (what === 'restore') await desk.restore(target!)
  else await desk.stage('又一份.txt', Buffer.from('办法\n第一条 总则。\n'))
}

for (let n = 1; ; n++) {
  const copy = `${home}-copy`
  fs.cpSync(home, copy, { recursive: true, preserveTimestamps: true })
  ;[at, calls, failed] = [Infinity, 0, undefined]
  let became = 'done'
  try {
    // what is opened first is opened whole: the change alone meets the fault
    const performing = perform(copy)
    at = n
    await performing
  } catch (error) {
    became = error instanceof PolicyError ? error.code : `not explained: ${String(error)}`
  }
  at = Infinity
  const after = await found(copy)
  const isThere = became === 'done'
  if (!isThere) await perform(copy).catch((error: unknown) => (became += `, again: ${error instanceof PolicyError ? error.code : String(error)}`))
  const again = await found(copy)
  process.stdout.write(`${JSON.stringify({ call: failed, became, after, again })}\n`)
  fs.rmSync(copy, { recursive: true, force: true })
  if (failed === undefined) break
}
process.exit(0)
