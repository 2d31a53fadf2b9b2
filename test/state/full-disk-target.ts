/** Puts events on a disk that is full, and then is not: prints what became of each, as JSON. `<folder of a small disk>` */
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'

const [folder = ''] = process.argv.slice(2)
const { queue, state } = openSqliteStorage(join(folder, 'state.sqlite'))
const ballast = join(folder, 'ballast')
const event = (id: string, question: string) => ({ platform: 'slack', id, thread: 't', question, replyTo: null })
const put = (id: string, question: string) =>
  queue.put(event(id, question)).catch((error: { code?: string }) => error.code ?? String(error))

const became = [await put('Ev1', '目标？')]
const { bavail, bsize } = statfsSync(folder)
writeFileSync(ballast, Buffer.alloc(bavail * bsize))
became.push(await put('Ev2', '问'.repeat(100_000)))
rmSync(ballast)
became.push(await put('Ev1', '目标？'), await put('Ev2', '问'.repeat(100_000)))
const claimed = await queue.claim({ stage: 'asked', platforms: ['slack'], most: 9 })
await state.close()
process.stdout.write(JSON.stringify({ became, claimed: claimed.map(({ id, question }) => [id, question]) }))
