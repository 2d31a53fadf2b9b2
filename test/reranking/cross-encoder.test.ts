/** A true cross-encoder by transformers.js in its thread: pairs in, scores out, and what happens where it fails. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, afterAll, describe, expect, test, vi } from 'vitest'
import { CrossEncoder, type CrossEncoderSettings } from '../../src/reranking/cross-encoder.ts'
import { findReranker } from '../../src/reranking/reranker-files.ts'
import { RerankerTrouble } from '../../src/reranking/reranker.ts'
import { writeCrossEncoder } from './made-cross-encoder.ts'

let home: string
let folder: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tiaowen-cross-encoder-'))
  folder = writeCrossEncoder(join(home, 'made-reranker'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

let encoder: CrossEncoder
const open = (settings: Partial<CrossEncoderSettings> = {}, of = folder): CrossEncoder =>
  (encoder = new CrossEncoder({ files: findReranker(of), timeoutMs: 20_000, threads: 1, ...settings }))
afterEach(() => encoder.close())

const QUESTION = '抚养费怎么付'
const never = new AbortController().signal
/** 民法典, of custody, of contracts, and of custody again. */
const PASSAGES = [
  '离婚后，子女由一方直接抚养的，另一方应当负担部分或者全部抚养费。',
  '债务人将债务的全部或者部分转移给第三人的，应当经债权人同意。',
  '负担费用的多少和期限的长短，由双方协议；协议不成的，由人民法院判决。',
]

describe('a cross-encoder', () => {
  test('reads question and passage together: a score a passage, in their order', async () => {
    expect(await open().scores(QUESTION, PASSAGES, never)).toEqual([3, 0, 1])
    expect(encoder.state()).toEqual({ name: 'made-reranker', weights: 'onnx/model_quantized.onnx', state: 'ready' })
  })

  test('keeps more passages than a batch holds apart, whatever their lengths', async () => {
    const passages = Array.from({ length: 20 }, (_, at) => `${QUESTION.slice(0, at % 7)}${'。'.repeat((at * 37) % 50)}`)
    expect(await open().scores(QUESTION, passages, never)).toEqual(passages.map((_, at) => at % 7))
  })

  test('reads a long passage piece by piece, up to three, and a long question to where the passage has room', async () => {
    const long = writeCrossEncoder(join(home, 'short-sighted'), { maxTokens: 32 })
    // six characters of the question and four marks leave 22 to a piece
    const passages = [66, 64, 20].map((before) => `${'无'.repeat(before)}抚养费`)
    expect(await open({}, long).scores(QUESTION, passages, never)).toEqual([0, 2, 2])
    expect(await encoder.scores(`${'问'.repeat(100)}抚`, ['问抚'], never)).toEqual([16])
  })

  test('cuts what has more tokens than characters by its tokenizer', async () => {
    const long = writeCrossEncoder(join(home, 'splitting'), { maxTokens: 32 })
    // ㍿ becomes 株式会社
    const passages = [`${'费'.repeat(20)}㍿㍿`, `${'㍿'.repeat(21)}费`]
    expect(await open({}, long).scores(QUESTION, passages, never)).toEqual([1, 0])
  })

  test('is loaded behind when it is told to, and the first question waits for it', async () => {
    expect(open().state().state).toBe('idle')
    encoder.warm()
    expect(encoder.state().state).toBe('loading')
    expect(await encoder.scores(QUESTION, ['费'], never)).toEqual([1])
  })
})

test('closed before anybody asked, it loads nothing any more', async () => {
  await open().close()
  encoder.warm()
  expect(encoder.state().state).toBe('idle')
  await expect(encoder.scores(QUESTION, ['费'], never)).rejects.toThrow('重排模块已关闭 the reranker is closed')
})

describe('the scores are given up', () => {
  test('when they take too long; after the second time it rests for a minute', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const slow = writeCrossEncoder(join(home, 'slow'), { slowness: 40 })
    const long = Array.from({ length: 30 }, () => '债务人将债务的全部或者部分转移给第三人的。'.repeat(20))
    open({ timeoutMs: 50, loadingMs: 20_000 }, slow)
    const ask = () => encoder.scores(QUESTION, long, never).then(() => 'scored', (error: Error) => error)
    const first = await ask()
    expect(first).toBeInstanceOf(RerankerTrouble)
    expect((first as Error).message).toBe('重排未能在 0.05 秒内完成，条款按检索的次序排列 reranking took longer than 0.05 s')
    expect(encoder.state()).toMatchObject({ state: 'ready', trouble: (first as Error).message })
    expect(await ask()).toEqual(first)
    const resting = `${(first as Error).message}；暂停 60 秒后再试 it is left alone for 60 s`
    expect(encoder.state()).toMatchObject({ state: 'resting', trouble: resting })
    expect(String(await ask())).toContain(resting)
    vi.advanceTimersByTime(60_000)
    expect(encoder.state().state).toBe('ready')
    vi.useRealTimers()
  })

  test('when nobody waits any more, with the reason of who left', async () => {
    const stop = new AbortController()
    await open().scores(QUESTION, ['费'], never)
    const asked = encoder.scores(QUESTION, PASSAGES, stop.signal)
    stop.abort('gone')
    await expect(asked).rejects.toBe('gone')
    expect(encoder.state()).not.toHaveProperty('trouble')
  })

  test('when the file of weights is damaged: it is not tried for ever', async () => {
    const damaged = writeCrossEncoder(join(home, 'damaged'))
    writeFileSync(join(damaged, 'onnx/model_quantized.onnx'), 'no graph at all')
    const error = await open({}, damaged).scores(QUESTION, PASSAGES, never).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(RerankerTrouble)
    expect((error as Error).message).toContain('重排线程两次中断，请检查模型文件并重启程序')
    expect(encoder.state()).toMatchObject({ state: 'failed', trouble: (error as Error).message })
    await expect(encoder.scores(QUESTION, PASSAGES, never)).rejects.toThrow('重排线程两次中断')
  })

  test('when the model is not loaded in time', async () => {
    const error = await open({ loadingMs: 1 }).scores(QUESTION, PASSAGES, never).catch(String)
    expect(error).toBe('RerankerTrouble: 重排模型尚未载入，条款按检索的次序排列 the reranker is still being loaded')
  })

  test('when the thread dies over them; what it dies of twice is not put to it again', async () => {
    const script = new URL('./failing-worker.ts', import.meta.url)
    expect(await open({ script }).scores(QUESTION, ['一', '一二三'], never)).toEqual([1, 3])
    await expect(encoder.scores(QUESTION, ['中断', '费'], never)).rejects.toThrow('重排线程两次中断')
    expect(encoder.state().state).toBe('failed')
  })

  test('when the thread says that it cannot, and the next question is scored again', async () => {
    const script = new URL('./failing-worker.ts', import.meta.url)
    await expect(open({ script }).scores(QUESTION, ['出错'], never)).rejects.toThrow(
      '重排模型没有给出分值 reranking failed: Error: a passage it cannot read',
    )
    expect(encoder.state().state).toBe('ready')
    expect(await encoder.scores(QUESTION, ['一'], never)).toEqual([1])
    expect(encoder.state()).not.toHaveProperty('trouble')
  })
})
