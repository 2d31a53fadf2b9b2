/** The real program with a true cross-encoder behind retrieval: what changes, what does not, and what is said. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openApp, type App, type AppOptions } from '../src/app.ts'
import { doctor } from '../src/channels/cli/doctor.ts'
import { paintFor } from '../src/channels/cli/paint.ts'
import { fallbackNotes } from '../src/channels/render.ts'
import { AnswerSchema, ReadySchema, SearchResultSchema } from '../src/channels/http/schemas.ts'
import { serve } from '../src/channels/http/serve.ts'
import type { Config } from '../src/config.ts'
import { PolicyError } from '../src/errors.ts'
import { CrossEncoder } from '../src/reranking/cross-encoder.ts'
import { piecesOf } from '../src/reranking/pairs.ts'
import { findReranker } from '../src/reranking/reranker-files.ts'
import type { Answer, Passage, SearchResult } from '../src/types.ts'
import { configFor, copySeeds, suiteFolder } from './library.ts'
import { writeCrossEncoder } from './reranking/made-cross-encoder.ts'

const QUESTION = '未来五年全社会研发投入强度要超过多少？'
const NAME = 'made-reranker'

let config: Config
let folder: string
let plain: { readonly search: SearchResult; readonly answer: Answer }
beforeAll(async () => {
  config = configFor(join(suiteFolder(), 'rerank'))
  mkdirSync(config.folders[0]!, { recursive: true })
  copySeeds(config.folders[0]!)
  folder = writeCrossEncoder(join(suiteFolder(), NAME))
  const app = await openApp(config, { log: () => {} })
  await app.settled
  plain = { search: await searchOf(app, 30), answer: await answerOf(app) }
  await app.close()
}, 120_000)

let app: App
const logged: string[] = []
async function open(options: Partial<AppOptions> = {}, of = folder): Promise<App> {
  logged.length = 0
  const settings = { ...config, reranker: { folder: of, timeoutSeconds: 20 } }
  app = await openApp(settings, { log: (message) => void logged.push(message), frozen: true, ...options })
  return app
}
afterEach(() => app.close())

const searchOf = ({ assistant }: App, limit: number, query = QUESTION) => assistant.search({ query, limit })

async function answerOf({ assistant }: App, question = QUESTION): Promise<Answer> {
  for await (const event of assistant.ask({ question })) if (event.type === 'done') return event.answer
  throw new Error('no end')
}

/** How many characters of the question a text holds, or the best of its pieces: what the model of the tests makes of it. */
const heldIn = (text: string): number => {
  const asked = [...QUESTION.replace(/\P{Script=Han}/gu, '')]
  const pieces = piecesOf(text, QUESTION, 512, 3)
  return Math.max(...pieces.map((piece) => asked.filter((character) => piece.includes(character)).length))
}

/** By that number, those found first first. */
const inOrder = (passages: readonly Passage[]): string[] =>
  [...passages].sort((one, other) => heldIn(other.text) - heldIn(one.text)).map(({ url }) => url)

const urlsOf = (passages: readonly Passage[]): string[] => passages.map(({ url }) => url)

describe('with a reranker', () => {
  test('the best thirty found stand in its order, with the scores they were found with', async () => {
    const { passages, reranker, fallback } = await searchOf(await open(), 30)
    expect(urlsOf(passages)).toEqual(inOrder(plain.search.passages))
    expect(urlsOf(passages)).not.toEqual(urlsOf(plain.search.passages))
    const scoreOf = new Map(plain.search.passages.map(({ url, score }) => [url, score]))
    expect(passages.map(({ score }) => score)).toEqual(passages.map(({ url }) => scoreOf.get(url)))
    expect(reranker).toBe(NAME)
    expect(fallback?.from).toBe('hybrid') // the seeds are searched by keywords here
  })

  test('a short list is the head of that order, not the same passages turned around', async () => {
    const { passages } = await searchOf(await open(), 5)
    expect(urlsOf(passages)).toEqual(inOrder(plain.search.passages).slice(0, 5))
    expect(urlsOf(passages).every((url) => urlsOf(plain.search.passages.slice(0, 5)).includes(url))).toBe(false)
  })

  test('an answer names it, shows passages in its order and quotes word for word', async () => {
    const answer = await answerOf(await open())
    expect(answer).toMatchObject({ outcome: 'answered', reranker: NAME, retrieval: 'keyword' })
    expect(answer.text).toContain('全社会研发投入强度超过4%')
    expect(urlsOf(answer.passages)).toEqual(inOrder(plain.search.passages).slice(0, 10))
    expect(answer.citations.length).toBeGreaterThan(0)
    const texts = new Map(app.assistant.catalogue().documents.map(({ id, text }) => [id, text]))
    for (const { documentId, quote, start, end } of answer.citations) {
      expect(texts.get(documentId)!.slice(start, end)).toBe(quote)
    }
    expect(answer.id).not.toBe(plain.answer.id)
    expect(answer.timings).toHaveProperty('rerank')
    expect(logged).toContain(`重排模型 reranker: ${NAME}（onnx/model_quantized.onnx）`)
  })

  test('what cannot be answered is declined as before', async () => {
    const nonsense = '火星移民需要缴纳多少保证金？'
    const { outcome, reason } = await answerOf(await open(), nonsense)
    expect({ outcome, reason }).toEqual({ outcome: 'declined', reason: 'no-evidence' })
  })

  test('/readyz and doctor name it, and the replies keep to their schemas', async () => {
    await searchOf(await open(), 3)
    const serving = await serve(app.assistant, { host: '127.0.0.1', port: 0, version: '0.1.0', log: () => {} })
    const get = async (path: string) => (await fetch(`${serving.url}${path}`)).json()
    const post = async (path: string, body: object) => {
      const headers = { 'Content-Type': 'application/json' }
      return (await fetch(`${serving.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    }
    try {
      const ready = ReadySchema.parse(await get('/readyz'))
      expect(ready.reranker).toEqual({ name: NAME, weights: 'onnx/model_quantized.onnx', state: 'ready' })
      expect(ready.fallbacks.map(({ from }) => from)).toEqual(['hybrid'])
      expect(AnswerSchema.parse(await post('/api/ask', { question: QUESTION })).reranker).toBe(NAME)
      expect(SearchResultSchema.parse(await post('/api/search', { query: QUESTION })).reranker).toBe(NAME)
    } finally {
      await serving.stop()
    }
    const printed: string[] = []
    doctor(app.assistant, [], false, { print: (text) => void printed.push(text), style: paintFor({ stream: process.stdout, color: false }) })
    expect(printed.join('\n')).toContain(`  重排　${NAME}（onnx/model_quantized.onnx，可用）`)
  })
})

describe('the order of retrieval stands, and it is said why,', () => {
  const unchanged = async (reason: string) => {
    const { passages, reranker, fallback, notes } = await searchOf(app, 30)
    expect(urlsOf(passages)).toEqual(urlsOf(plain.search.passages))
    expect(reranker).toBeUndefined()
    // by keywords too is the graver thing to tell; the reranker comes behind it
    expect(fallback?.from).toBe('hybrid')
    expect(notes).toEqual([expect.stringContaining(reason)])
    const answer = await answerOf(app)
    const { id, outcome, text, citations, passages: shown } = plain.answer
    expect(answer).toMatchObject({ id, outcome, text, citations, passages: shown })
    expect(answer.notes).toEqual([expect.stringContaining(reason)])
    expect(logged.join('\n')).toContain('不经重排 passages in the order they were found: ')
    return answer
  }

  test('when the model is too slow', async () => {
    const files = findReranker(writeCrossEncoder(join(suiteFolder(), 'slow-reranker'), { slowness: 10 }))
    await open({ reranker: new CrossEncoder({ files, timeoutMs: 1, threads: 1 }) })
    await unchanged('重排未能在 0.001 秒内完成，条款按检索的次序排列 reranking took longer than 0.001 s')
    expect(app.assistant.status().fallbacks.at(-1)).toEqual({
      from: 'rerank',
      reason: expect.stringContaining('it is left alone for 60 s'),
    })
  })

  test('when its thread dies', async () => {
    const script = new URL('./reranking/failing-worker.ts', import.meta.url)
    const reranker = new CrossEncoder({ files: findReranker(folder), timeoutMs: 20_000, threads: 1, script })
    await open({ reranker })
    await reranker.scores('问', ['中断'], new AbortController().signal).catch(() => {})
    await unchanged('重排线程两次中断')
    expect(app.assistant.status()).toMatchObject({ ready: true, reranker: { state: 'failed' } })
  })

  test('and the reader is told so where nothing else was less than the best', () => {
    const fallback = { from: 'rerank', reason: '重排未能在 5 秒内完成' }
    expect(fallbackNotes({ retrieval: 'hybrid', fallback })).toEqual(['重排未能在 5 秒内完成'])
    expect(fallbackNotes({ retrieval: 'keyword', fallback })).toEqual(['仅按关键词检索。', '重排未能在 5 秒内完成'])
  })
})

test('the start is refused where the model is not there, before anything is opened', async () => {
  const absent = join(suiteFolder(), 'no-reranker')
  rmSync(absent, { recursive: true, force: true })
  const error = await openApp({ ...config, reranker: { folder: absent, timeoutSeconds: 5 } }, { log: () => {}, frozen: true }).catch(
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(PolicyError)
  expect(error).toMatchObject({ code: 'model-missing' })
  expect((error as PolicyError).message).toContain(`没有文件夹 ${absent} no such folder`)
  await open()
})

test('a server loads the model ahead; a command that asks nothing does not', async () => {
  expect((await open()).assistant.status().reranker?.state).toBe('idle')
  await app.close()
  expect((await open({ follow: true })).assistant.status().reranker?.state).toBe('loading')
})

test('without the variable there is none', async () => {
  await open({})
  await app.close()
  app = await openApp(config, { log: (message) => void logged.push(message), frozen: true })
  expect(app.assistant.status()).not.toHaveProperty('reranker')
  const { search, answer } = { search: await searchOf(app, 30), answer: await answerOf(app) }
  expect([search, answer].map((one) => 'reranker' in one)).toEqual([false, false])
})
