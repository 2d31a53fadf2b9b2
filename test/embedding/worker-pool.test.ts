import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { WorkerPool } from '../../src/embedding/worker-pool.ts'
import { PolicyError } from '../../src/errors.ts'

let pool: WorkerPool | undefined
const open = (workers: number, modelFolder = 'any'): WorkerPool => {
  pool = new WorkerPool(new URL('./fake-worker.ts', import.meta.url), { modelFolder }, workers)
  return pool
}
afterEach(() => pool?.close())

describe('a pool of workers', () => {
  test('gives each batch its own answer', async () => {
    const workers = open(2)
    const answers = await Promise.all([workers.embed(['一', '一二'], 'patient'), workers.embed(['一二三'], 'patient')])
    expect(answers).toEqual([Float32Array.of(1, 2), Float32Array.of(3)])
  })

  test('answers a question before the passages that came first', async () => {
    const workers = open(1)
    const order: string[] = []
    const ask = (text: string, urgency: 'urgent' | 'patient'): Promise<unknown> =>
      workers.embed([text], urgency).then(() => order.push(text))
    await ask('warm', 'patient')
    const passages = ['slow 1', 'slow 2', 'slow 3'].map((text) => ask(text, 'patient'))
    await setTimeout(10) // the first is under way
    await Promise.all([...passages, ask('question', 'urgent')])
    expect(order).toEqual(['warm', 'slow 1', 'question', 'slow 2', 'slow 3'])
  })

  test('hands a worker the next batch while it works at one; a question still comes next', async () => {
    const workers = open(1)
    await workers.embed(['warm'], 'patient')
    const order: string[] = []
    const ask = (text: string, urgency: 'urgent' | 'patient'): Promise<unknown> =>
      workers.embed([text], urgency).then(() => order.push(text))
    const passages = ['slow 1', 'slow 2', 'slow 3'].map((text) => ask(text, 'patient'))
    await setTimeout(10)
    await Promise.all([...passages, ...['问一', '问二', '问三'].map((text) => ask(text, 'urgent'))])
    expect(order[0]).toBe('slow 1')
    expect(order.slice(1, 4).toSorted()).toEqual(['问一', '问三', '问二'].toSorted())
    expect(order.slice(4)).toEqual(['slow 2', 'slow 3'])
  })

  test('starts a worker that died once more and loses no batch', async () => {
    const marker = join(mkdtempSync(join(tmpdir(), 'pool-')), 'died')
    const workers = open(1)
    const both = Promise.all([workers.embed([`dies once ${marker}`], 'patient'), workers.embed(['一二三'], 'patient')])
    expect((await both)[1]).toEqual(Float32Array.of(3))
  })

  test('gives up a batch that kills its worker twice, by name, and does not hang on the next', async () => {
    const workers = open(1)
    const error = await workers.embed(['dies'], 'patient').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(PolicyError)
    expect((error as PolicyError).message).toContain('died twice')
    await expect(workers.embed(['一'], 'urgent')).rejects.toThrow('died twice')
  })

  test('does the rest with the workers that are left', async () => {
    const workers = open(2)
    const dying = workers.embed(['dies'], 'patient').catch(() => 'given up')
    const others = Promise.all(['一', '一二', '一二三'].map((text) => workers.embed([text], 'patient')))
    expect((await others).map(([length]) => length)).toEqual([1, 2, 3])
    expect(await dying).toBe('given up')
  })

  test('gives up only the batch that killed it, not the one it held beside it', async () => {
    const workers = open(1)
    await workers.embed(['warm'], 'patient')
    const held = workers.embed(['slow'], 'patient').then(([length]) => length)
    const dying = workers.embed(['dies'], 'patient').catch(() => 'given up')
    expect(await held).toBe(4)
    expect(await dying).toBe('given up')
  })

  test('ends workers but the first when they have nothing to do, and starts them again', async () => {
    const workers = new WorkerPool(new URL('./fake-worker.ts', import.meta.url), { modelFolder: 'any' }, 2, 50)
    pool = workers
    const both = () => Promise.all(['slow 1', 'slow 2', 'slow 3', 'slow 4'].map((text) => workers.embed([text], 'patient')))
    await both()
    expect(workers.running).toBe(2)
    await expect.poll(() => workers.running).toBe(1)
    expect((await both()).map(([length]) => length)).toEqual([6, 6, 6, 6])
    expect(workers.running).toBe(2)
  })

  test('says so when the model cannot be loaded', async () => {
    await expect(open(2, 'dies at once').embed(['一'], 'urgent')).rejects.toThrow('no such model')
  })

  test('rejects a text that fails and goes on', async () => {
    const workers = open(1)
    await expect(workers.embed(['fails'], 'patient')).rejects.toThrow('a text it cannot read')
    expect(await workers.embed(['一'], 'patient')).toEqual(Float32Array.of(1))
  })

  test('gives up what is aborted at once, and does not begin what no worker has begun', async () => {
    const marker = join(mkdtempSync(join(tmpdir(), 'pool-')), 'died')
    const workers = open(1)
    await workers.embed(['warm'], 'patient')
    const order: string[] = []
    const stop = new AbortController()
    const ask = (text: string, signal?: AbortSignal): Promise<unknown> =>
      workers.embed([text], 'patient', signal).then(() => order.push(text))
    const given = ['slow 1', 'slow 2', `dies once ${marker}`].map((text) => ask(text, stop.signal).catch(String))
    const kept = ask('一')
    stop.abort('no longer wanted')
    expect(await Promise.all(given)).toEqual(['no longer wanted', 'no longer wanted', 'no longer wanted'])
    expect(order).toEqual([])
    await kept
    expect(order).toEqual(['一'])
    expect(existsSync(marker)).toBe(false)
    await expect(workers.embed(['一'], 'urgent', stop.signal)).rejects.toBe('no longer wanted')
  })

  test('closed while it works, rejects what is unfinished and what comes later', async () => {
    const workers = open(1)
    await workers.embed(['warm'], 'patient')
    const running = workers.embed(['slow'], 'patient').catch(String)
    const waiting = workers.embed(['一'], 'patient').catch(String)
    await workers.close()
    await workers.close()
    expect(await running).toContain('closed')
    expect(await waiting).toContain('closed')
    await expect(workers.embed(['一'], 'urgent')).rejects.toThrow('closed')
  })
})
