/** One writer at a time, and none waits for the dead. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { nodeDisk } from '../../src/store/disk.ts'
import { lockForWriting, writeGeneration } from '../../src/store/generations.ts'
import { acquireWriterLock } from '../../src/store/lock.ts'
import { contentOf, temporaryFolder } from './fixture.ts'
import { trials } from './random.ts'

describe('while one writes', () => {
  test('a second is refused with a sentence, and may go on once the first is done', async () => {
    const folder = temporaryFolder()
    const lock = await lockForWriting(folder)
    await expect(writeGeneration(folder, contentOf(1))).rejects.toMatchObject({
      code: 'index-locked',
      message:
        `${folder} is being written by this program; only one may write at a time. ` +
        'Wait until it is done, or stop it, then try again.',
    })
    expect((await writeGeneration(folder, contentOf(1), { lock })).name).toBe('gen-00000001')
    await lock.release()
    expect((await writeGeneration(folder, contentOf(2))).name).toBe('gen-00000002')
  })

  test('a second process is refused and told which one holds it', async () => {
    const folder = temporaryFolder()
    const child = holder(folder)
    await once(child.stdout, 'data')
    await expect(lockForWriting(folder)).rejects.toMatchObject({
      code: 'index-locked',
      message: expect.stringContaining(`another program (process ${child.pid})`),
    })
    child.kill('SIGKILL')
    await once(child, 'close')
    await (await lockForWriting(folder)).release()
    expect(readdirSync(folder)).toEqual([])
  })

  test('many who come at once never hold it together', async () => {
    const folder = temporaryFolder()
    for (let round = 0; round < trials(20, 300); round++) {
      let holders = 0
      const outcomes = await Promise.allSettled(
        Array.from({ length: 6 }, async () => {
          const lock = await acquireWriterLock(folder)
          holders++
          const together = holders
          await new Promise((done) => setTimeout(done, Math.random() * 3))
          holders--
          await lock.release()
          return together
        }),
      )
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') expect(outcome.value).toBe(1)
        else expect(outcome.reason).toMatchObject({ code: 'index-locked' })
      }
      expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
    }
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('the lock of a dead process', () => {
  test('is taken over, also when its number was given to another process', async () => {
    const folder = temporaryFolder()
    const stale: number[] = []
    writeFileSync(join(folder, `writer-${process.ppid}-00000000t1-0123456789abcdef.lock`), '') // other start
    writeFileSync(join(folder, 'writer-4194304-00000000t1-0123456789abcdef.lock'), '') // above the highest pid
    const lock = await acquireWriterLock(folder, { onStale: (pid) => stale.push(pid) })
    expect(stale.toSorted()).toEqual([process.ppid, 4194304].toSorted())
    await lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  test('counts as dead for its own process once its removal failed', async () => {
    const folder = temporaryFolder()
    const stuck = { ...nodeDisk, remove: () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) }
    await (await acquireWriterLock(folder, { disk: stuck })).release()
    expect(readdirSync(folder)).toHaveLength(1)
    await (await acquireWriterLock(folder)).release()
    expect(readdirSync(folder)).toEqual([])
  })
})

/** A process that takes the lock, says so and stays. */
function holder(folder: string) {
  const script = `
    import { acquireWriterLock } from ${JSON.stringify(join(process.cwd(), 'src/store/lock.ts'))}
    await acquireWriterLock(${JSON.stringify(folder)})
    console.log('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
