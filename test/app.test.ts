/** Opening the whole: what is built, what is kept, what serves meanwhile, and how damage is mended. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openApp, type App, type AppOptions } from '../src/app.ts'
import type { Config } from '../src/config.ts'
import { indexRounds } from '../src/index-rounds.ts'
import { lockForWriting } from '../src/store/generations.ts'
import { answerTo, copySeeds, CountingEmbedder, workshop, writeSmall } from './library.ts'

const QUESTION = '全社会研发投入强度超过多少？'

interface Running extends App {
  readonly lines: string[]
}

/** Opens it; closed when the test is over. `settle: false` returns before it agrees with the documents. */
async function open(config: Config, more: Partial<AppOptions> & { readonly settle?: boolean } = {}): Promise<Running> {
  const lines: string[] = []
  const { settle = true, ...options } = more
  const app = await openApp(config, { log: (message) => lines.push(message), ...options })
  onTestFinished(() => app.close())
  if (settle) await app.settled
  return Object.assign(app, { lines })
}

const generations = ({ indexFolder }: Config): string[] =>
  readdirSync(indexFolder)
    .filter((name) => name.startsWith('gen-'))
    .toSorted()

describe('the second time', () => {
  test('nothing is built', async () => {
    const { config } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const first = await open(config, { embedder })
    expect(first.lines.some((line) => line.includes('建立索引'))).toBe(true)
    const embedded = embedder.texts.length
    const second = await open(config, { embedder })
    expect(embedder.texts).toHaveLength(embedded)
    expect(second.lines).toEqual([])
    expect(generations(config)).toEqual(['gen-00000001'])
    expect((await answerTo(second, QUESTION)).text).toBe((await answerTo(first, QUESTION)).text)
    expect(second.assistant.status()).toMatchObject({
      ready: true,
      retrieval: 'hybrid',
      generation: 'gen-00000001',
      vectors: 'hnsw',
      fallbacks: [],
    })
  })

  test('changed documents make a new generation, the old one is kept, only new texts are embedded', async () => {
    const { config, documents } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    await open(config, { embedder })
    embedder.texts.length = 0
    edit(join(documents, '决定.txt'), '超过4%', '超过6%')
    const app = await open(config, { embedder })
    expect(app.lines).toContain('建立索引 building the index: 文件有变化 the documents have changed')
    expect(embedder.texts.every((text) => text.includes('6%'))).toBe(true)
    expect(generations(config)).toEqual(['gen-00000001', 'gen-00000002'])
    expect((await answerTo(app, QUESTION)).text).toContain('超过6%')
  })

  test('while the new generation is made, the old one answers', async () => {
    const { config, documents } = workshop(writeSmall)
    await open(config, { embedder: new CountingEmbedder() })
    edit(join(documents, '决定.txt'), '超过4%', '超过6%')
    const { promise, resolve: go } = Promise.withResolvers<void>()
    const app = await open(config, { embedder: new CountingEmbedder({ wait: () => promise }), settle: false })
    await expect.poll(() => app.assistant.status().building).toBeDefined()
    const meanwhile = await answerTo(app, QUESTION)
    expect(meanwhile.text).toContain('超过4%')
    expect(meanwhile).toMatchObject({ retrieval: 'hybrid', index: { generation: 'gen-00000001' } })
    go()
    await app.settled
    expect((await answerTo(app, QUESTION)).text).toContain('超过6%')
    expect(app.assistant.status()).toMatchObject({ generation: 'gen-00000002' })
    expect(app.assistant.status()).not.toHaveProperty('building')
  })
})

describe('an index made otherwise is built anew, with a line in the log', () => {
  test('by another embedder; its vectors are not searched meanwhile', async () => {
    const { config } = workshop(writeSmall)
    await open(config, { embedder: new CountingEmbedder({ dimensions: 32 }) })
    const { promise, resolve: go } = Promise.withResolvers<void>()
    const app = await open(config, { embedder: new CountingEmbedder({ wait: () => promise }), settle: false })
    const meanwhile = await answerTo(app, QUESTION)
    expect(meanwhile.text).toContain('超过4%')
    expect(meanwhile).toMatchObject({
      retrieval: 'keyword',
      fallback: { from: 'hybrid' },
      index: { generation: 'gen-00000001', embedder: null },
    })
    expect(meanwhile.fallback!.reason).toContain('hashing-bigrams/32')
    go()
    await app.settled
    expect(app.lines).toContain(
      '建立索引 building the index: 向量模型由 hashing-bigrams/32 变为 hashing-bigrams/64 the embedder is another',
    )
    expect(await answerTo(app, QUESTION)).toMatchObject({
      retrieval: 'hybrid',
      index: { generation: 'gen-00000002', embedder: 'hashing-bigrams/64' },
    })
  })

  test('without vectors, now that there is a model', async () => {
    const { config } = workshop(writeSmall)
    await open(config)
    const app = await open(config, { embedder: new CountingEmbedder() })
    expect(app.lines).toContain(
      '建立索引 building the index: 向量模型由 无 变为 hashing-bigrams/64 the embedder is another',
    )
    expect(app.assistant.status()).toMatchObject({ retrieval: 'hybrid', fallbacks: [] })
  })

  test('frozen, it is served as it is, by keywords', async () => {
    const { config } = workshop(writeSmall)
    await open(config, { embedder: new CountingEmbedder({ dimensions: 32 }) })
    const app = await open(config, { embedder: new CountingEmbedder(), frozen: true })
    expect(await answerTo(app, QUESTION)).toMatchObject({ outcome: 'answered', retrieval: 'keyword' })
    expect(generations(config)).toEqual(['gen-00000001'])
  })
})

describe('without a model', () => {
  test('keywords answer, and every answer and the status say so', async () => {
    const { config } = workshop(writeSmall)
    const app = await open(config)
    const answer = await answerTo(app, QUESTION)
    expect(answer).toMatchObject({
      outcome: 'answered',
      retrieval: 'keyword',
      index: { embedder: null },
      fallback: { from: 'hybrid' },
    })
    expect(answer.text).toContain('全社会研发投入强度超过4%')
    expect(app.assistant.status()).toMatchObject({ ready: true, retrieval: 'keyword', vectors: null, embedder: null })
    expect(app.assistant.status().fallbacks).toEqual([answer.fallback])
    expect(app.lines).toContain(answer.fallback!.reason)
  })
})

describe('while the first vectors are made', () => {
  test('keywords answer and say so; then vectors do', async () => {
    const { config } = workshop(writeSmall)
    const { promise, resolve: go } = Promise.withResolvers<void>()
    const app = await open(config, { embedder: new CountingEmbedder({ wait: () => promise }), settle: false })
    await expect.poll(() => app.assistant.status().ready).toBe(true)
    const meanwhile = await answerTo(app, QUESTION)
    expect(meanwhile).toMatchObject({ outcome: 'answered', retrieval: 'keyword', index: { generation: 'building' } })
    expect(meanwhile.fallback!.reason).toContain('正在建立向量索引')
    expect(app.assistant.status()).toMatchObject({
      building: { step: expect.any(String) },
      fallbacks: [meanwhile.fallback],
    })
    go()
    await app.settled
    const after = await answerTo(app, QUESTION)
    expect(after).toMatchObject({ retrieval: 'hybrid', index: { generation: 'gen-00000001' } })
    expect(after).not.toHaveProperty('fallback')
  })

  test('and they cannot be made, keywords go on answering and say why', async () => {
    const { config } = workshop(writeSmall)
    const embedder = new CountingEmbedder({ wait: () => Promise.reject(new Error('模型文件读不出来')) })
    const app = await open(config, { embedder, settle: false })
    await expect(app.settled).rejects.toThrow('模型文件读不出来')
    expect(await answerTo(app, QUESTION)).toMatchObject({
      outcome: 'answered',
      fallback: { reason: expect.stringContaining('模型文件读不出来') },
    })
    expect(app.assistant.status().fallbacks.map(({ from }) => from)).toEqual(['hybrid', 'current-documents'])
  })

  test('and another process is writing the index, keywords answer and say why', async () => {
    const { config } = workshop(writeSmall)
    const lock = await lockForWriting(config.indexFolder)
    const app = await open(config, { embedder: new CountingEmbedder(), settle: false })
    await expect(app.settled).rejects.toMatchObject({ code: 'index-locked' })
    const { fallback } = await answerTo(app, QUESTION)
    expect(fallback!.reason).not.toContain('正在建立')
    expect(app.assistant.status().fallbacks.at(-1)).toEqual({ from: 'current-documents', reason: fallback!.reason })
    await lock.release()
  })

  test('a question that cannot be embedded is answered by keywords', async () => {
    const { config } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const app = await open(config, { embedder })
    embedder.embedQuestion = () => Promise.reject(new Error('模型文件读不出来'))
    expect(await answerTo(app, QUESTION)).toMatchObject({
      outcome: 'answered',
      retrieval: 'keyword',
      fallback: { from: 'hybrid' },
    })
  })

  test('there is no answer before the documents are read, but a plain error', async () => {
    const { config } = workshop(writeSmall)
    const app = await open(config, { embedder: new CountingEmbedder(), settle: false })
    await expect(answerTo(app, QUESTION)).rejects.toMatchObject({ code: 'index-building' })
    const frozen = await open(workshop(writeSmall).config, { frozen: true })
    await expect(answerTo(frozen, QUESTION)).rejects.toMatchObject({ code: 'index-missing' })
    await app.settled
  })
})

describe('damage', () => {
  const FILES = [
    'base.documents',
    'base.entries',
    'twins.json',
    'base.keywords-0',
    'base.units',
    'base.units.vectors',
    'manifest.json',
  ]

  test.each(FILES)('of %s: the generation is set aside, built anew from the documents and logged', async (file) => {
    const { config } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const before = await answerTo(await open(config, { embedder }), QUESTION)
    flipByte(join(config.indexFolder, 'gen-00000001', file))
    const app = await open(config, { embedder })
    expect(app.lines.join('\n')).toMatch(new RegExp(`gen-00000001: ${file}`))
    expect(app.lines).toContain('建立索引 building the index: 没有可用的索引 there is none to use')
    expect(readdirSync(config.indexFolder).some((name) => name.startsWith('bad-gen-00000001'))).toBe(true)
    const after = await answerTo(app, QUESTION)
    expect([after.text, after.citations, after.retrieval]).toEqual([before.text, before.citations, 'hybrid'])
    expect((await open(config, { embedder })).lines).toEqual([])
  })

  test('of the newer generation: the older serves, then it is built anew', async () => {
    const { config, documents } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    await open(config, { embedder })
    edit(join(documents, '决定.txt'), '超过4%', '超过6%')
    await open(config, { embedder })
    flipByte(join(config.indexFolder, 'gen-00000002', 'base.documents'))
    const app = await open(config, { embedder, settle: false })
    expect(app.assistant.status().generation).toBe('gen-00000001')
    await app.settled
    expect((await answerTo(app, QUESTION)).text).toContain('超过6%')
  })

  test('of a graph: exact search serves and says so; the graph is made anew and nothing is embedded', async () => {
    const { config } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const before = await answerTo(await open(config, { embedder }), QUESTION)
    flipByte(join(config.indexFolder, 'gen-00000001', 'base.windows.hnsw'))
    embedder.texts.length = 0
    const app = await open(config, { embedder, settle: false })
    const meanwhile = await answerTo(app, QUESTION)
    expect([meanwhile.text, meanwhile.fallback?.from, app.assistant.status().vectors]).toEqual([
      before.text,
      'hnsw',
      'exact',
    ])
    await app.settled
    expect(app.lines).toContain('建立索引 building the index: base.windows.hnsw 已损坏 is damaged')
    expect(embedder.texts).toEqual([])
    expect(app.assistant.status()).toMatchObject({ vectors: 'hnsw', generation: 'gen-00000002', fallbacks: [] })
    expect((await answerTo(app, QUESTION)).text).toBe(before.text)
  })

  test('of everything, index folder gone: it is built anew', async () => {
    const { config } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const before = await answerTo(await open(config, { embedder }), QUESTION)
    rmSync(config.indexFolder, { recursive: true })
    expect((await answerTo(await open(config, { embedder }), QUESTION)).text).toBe(before.text)
  })
})

describe('an old reading link', () => {
  test('still opens its text after the file was edited, and says 已被替代', async () => {
    const { config, documents } = workshop()
    const embedder = new CountingEmbedder()
    const old = await open(config, { embedder })
    const [citation] = (await answerTo(old, '全社会研发投入强度超过4%，高新技术企业突破多少家？')).citations
    const { documentId, source, textSha256, quote, start, end } = citation!
    expect(await old.assistant.textOf(documentId, textSha256)).toMatchObject({ textSha256, superseded: false })
    edit(join(documents, source), quote, `${quote}修订`)
    const app = await open(config, { embedder })
    const text = await app.assistant.textOf(documentId, textSha256.slice(0, 16))
    expect(text).toMatchObject({ textSha256, superseded: true })
    expect(text).not.toHaveProperty('source')
    expect(text!.text.slice(start, end)).toBe(quote)
    const current = await app.assistant.textOf(documentId)
    expect(current).toMatchObject({ superseded: false })
    expect(current!.text.slice(start, end + 2)).toBe(`${quote}修订`)
  })

  test('of a document that is gone too', async () => {
    const { config, documents } = workshop(writeSmall)
    const old = await open(config)
    const { id, textSha256 } = old.assistant.catalogue().documents.find(({ source }) => source === '规划.txt')!
    rmSync(join(documents, '规划.txt'))
    const app = await open(config)
    expect(await app.assistant.textOf(id, textSha256)).toMatchObject({ superseded: true, removed: { title: '规划.txt', source: '规划.txt' } })
    expect(await app.assistant.textOf(id)).toBeUndefined()
  })

  test('with a text the document never had opens nothing', async () => {
    const app = await open(workshop(writeSmall).config)
    const { id, textSha256 } = app.assistant.catalogue().documents[0]!
    expect(await app.assistant.textOf(id, 'f'.repeat(64))).toBeUndefined()
    expect(await app.assistant.textOf('d-000000000000' as never, textSha256)).toBeUndefined()
  })
})

describe('documents that cannot be loaded', () => {
  test('leave the old index serving, and the status says so', async () => {
    const { config, documents } = workshop(writeSmall)
    await open(config)
    rmSync(documents, { recursive: true })
    const app = await open(config, { settle: false })
    await expect(app.settled).rejects.toMatchObject({ code: 'folder-missing' })
    expect(await answerTo(app, QUESTION)).toMatchObject({ outcome: 'answered' })
    expect(app.assistant.status().fallbacks.map(({ from }) => from)).toContain('current-documents')
  })

  test('and no index: every question gets that error', async () => {
    const { config, documents } = workshop(writeSmall)
    rmSync(documents, { recursive: true })
    const app = await open(config, { settle: false })
    await expect(app.settled).rejects.toMatchObject({ code: 'folder-missing' })
    await expect(answerTo(app, QUESTION)).rejects.toMatchObject({ code: 'folder-missing' })
  })

  test('a file that is skipped is named in the log and in the status', async () => {
    const { config, documents } = workshop(writeSmall)
    writeFileSync(join(documents, '图.png'), Buffer.from([137, 80, 78, 71]))
    const app = await open(config)
    expect(app.lines.join('\n')).toContain('图.png')
    expect(app.assistant.status().skipped).toHaveLength(1)
  })
})

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
}

function flipByte(path: string): void {
  const bytes = readFileSync(path)
  bytes[Math.floor(bytes.length / 2)]! ^= 0x10
  writeFileSync(path, bytes)
}

describe('what another process indexes', () => {
  /** As `tiaowen index` does it: nothing is shared with the app but the folders. */
  async function indexed(config: Config, embedder: CountingEmbedder): Promise<void> {
    const rounds = indexRounds(config, { watch: false, embedder, log: () => {}, signal: new AbortController().signal })
    for await (const _ of rounds);
  }

  test('is served as soon as it is there, segments that stayed taken as they are', { timeout: 30_000 }, async () => {
    const { config, documents } = workshop((folder) => {
      copySeeds(folder)
      writeFileSync(join(folder, '长.txt'), `关于长文的通知\n${longText()}`)
    })
    const embedder = new CountingEmbedder()
    const app = await open(config, { embedder, follow: true })
    const before = app.assistant.catalogue()
    const name = '003_64014263bb8856a1.txt'
    edit(join(documents, name), '平急两用', '平急三用')
    await indexed(config, embedder)
    await expect.poll(() => app.assistant.status().generation, { timeout: 10_000 }).toBe('gen-00000002')
    const after = app.assistant.catalogue()
    const textOf = ({ documents }: typeof after) => documents.find(({ source }) => source === name)!.text
    expect([textOf(before).includes('平急三用'), textOf(after).includes('平急三用')]).toEqual([false, true])
    const shared = after.documents.filter((document) => before.documents.includes(document))
    expect(shared).toHaveLength(after.documents.length - 1) // the very same objects: base was not read again
    expect(app.lines.at(-1)).toMatch(/^改用新的一代 now serving gen-00000002（\d+ ms）$/)
    expect(app.assistant.status()).toMatchObject({ retrieval: 'hybrid', fallbacks: [] })
  })

  test('questions go on meanwhile, each answered from one generation', { timeout: 60_000 }, async () => {
    const { config, documents } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const app = await open(config, { embedder, follow: true })
    const seen = new Set<string>()
    for (const share of ['5%', '6%', '7%']) {
      const old = readFileSync(join(documents, '决定.txt'), 'utf8')
      writeFileSync(join(documents, '决定.txt'), old.replace(/超过\d%/, `超过${share}`))
      const done = indexed(config, embedder)
      for (let answered = ''; !answered.includes(share);) {
        const answer = await answerTo(app, QUESTION)
        answered = answer.text
        expect(answered).toMatch(/超过[4567]%/)
        seen.add(`${answer.index.generation} ${/超过\d%/.exec(answered)![0]}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await done
    }
    const served = ['gen-00000001 超过4%', 'gen-00000002 超过5%', 'gen-00000003 超过6%', 'gen-00000004 超过7%']
    expect([...seen].filter((one) => !served.includes(one))).toEqual([])
    expect(seen.size).toBe(4)
  })

  test('and is damaged is left alone: the one that serves goes on, and the log says so once', async () => {
    const { config, documents } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    await open(config, { embedder })
    edit(join(documents, '决定.txt'), '超过4%', '超过6%')
    const other = workshop(writeSmall)
    const second = { ...config, indexFolder: other.config.indexFolder }
    cpSync(config.indexFolder, second.indexFolder, { recursive: true })
    await indexed(second, embedder)
    edit(join(documents, '决定.txt'), '超过6%', '超过4%')
    const app = await open(config, { embedder, follow: true })
    cpSync(join(second.indexFolder, 'gen-00000002'), join(config.indexFolder, 'gen-00000002'), { recursive: true })
    flipByte(join(config.indexFolder, 'gen-00000002', 'base.documents'))
    cpSync(join(second.indexFolder, 'CURRENT'), join(config.indexFolder, 'CURRENT'))
    await expect.poll(() => app.lines.join('\n'), { timeout: 5_000 }).toContain('gen-00000002 无法读取')
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(app.lines.filter((line) => line.includes('无法读取'))).toHaveLength(1)
    expect((await answerTo(app, QUESTION)).text).toContain('超过4%')
    expect(app.assistant.status().generation).toBe('gen-00000001')
    expect(generations(config)).toEqual(['gen-00000001', 'gen-00000002']) // nothing is set aside under the writer
  })

  test('and is gone is said once; when there is one again it is served', { timeout: 30_000 }, async () => {
    const { config, documents } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const app = await open(config, { embedder, follow: true })
    rmSync(config.indexFolder, { recursive: true })
    await expect.poll(() => app.lines.join('\n'), { timeout: 5_000 }).toContain('没有可读的索引')
    expect((await answerTo(app, QUESTION)).text).toContain('超过4%')
    edit(join(documents, '决定.txt'), '超过4%', '超过6%')
    await indexed(config, embedder)
    await expect.poll(async () => (await answerTo(app, QUESTION)).text, { timeout: 10_000 }).toContain('超过6%')
    expect(app.lines.filter((line) => line.includes('没有可读的索引'))).toHaveLength(1)
  })
})

/** Enough for a base that stays when one file changes. */
function longText(): string {
  const article = (at: number): string =>
    `第${at}项 为了规范第${at}类事项的办理，申请人应当在${at}个工作日内提交材料，主管部门应当及时受理并书面告知结果。\n`
  return Array.from({ length: 4000 }, (_, at) => article(at + 1)).join('')
}
