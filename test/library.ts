/** Folders, documents and embedders for the tests of the whole index. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import type { App } from '../src/app.ts'
import type { Loaded } from '../src/build-index.ts'
import { readConfig, type Config } from '../src/config.ts'
import type { Embedder, OnBatch } from '../src/embedding/embedder.ts'
import { HashingEmbedder } from '../src/embedding/hashing-embedder.ts'
import { assemble, type Built } from '../src/retrieval/library-files.ts'
import { segmentOf, withVectors } from '../src/retrieval/segment.ts'
import type { Answer } from '../src/types.ts'

let ofSuite: string | undefined
afterAll(() => ofSuite !== undefined && rmSync(ofSuite, { recursive: true, force: true }))

/** A folder for a file of tests, removed after the last. */
export function suiteFolder(): string {
  ofSuite ??= mkdtempSync(join(tmpdir(), 'tiaowen-suite-'))
  return ofSuite
}

/** A folder in memory where there is one: what a process has written there outlives its kill as on any disk. */
export function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}

/** A folder with the documents of a test beside its data and index; removed when the test is over. */
export function workshop(
  fill: (documents: string) => void = copySeeds,
  beneath = tmpdir(),
): {
  readonly home: string
  readonly documents: string
  readonly config: Config
} {
  const home = mkdtempSync(join(beneath, 'tiaowen-index-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const documents = join(home, 'documents')
  mkdirSync(documents)
  fill(documents)
  return { home, documents, config: configFor(home) }
}

export function configFor(home: string): Config {
  return {
    ...readConfig({ TIAOWEN_SEEDS: 'off', TIAOWEN_MODEL_DIR: 'off' }),
    folders: [join(home, 'documents')],
    dataFolder: join(home, 'data'),
    indexFolder: join(home, 'index'),
  }
}

export function copySeeds(documents: string): void {
  cpSync('seeds', documents, { recursive: true })
}

/** Three short documents, quick to index: a decision, a plan, rules with items. */
export function writeSmall(documents: string): void {
  writeFileSync(
    join(documents, '决定.txt'),
    '关于促进大走廊创新发展的决定\n（2023年4月28日通过）\n一、总体要求\n加快建设创新策源地。全社会研发投入强度超过4%，高新技术企业突破3万家。\n二、强化平台\n1.建设实验室。建设国家实验室2家。\n2.引育人才。引进高层次人才1,200名。\n',
  )
  writeFileSync(
    join(documents, '规划.txt'),
    '关于乡村振兴的规划建议\n一、保护种质资源\n到2035年建成种质资源库5个。\n二、发展富民产业\n发展茶叶、蚕桑等特色产业。农村居民收入年均增长8%。\n',
  )
  writeFileSync(
    join(documents, '办法.txt'),
    '预付卡管理办法\n第一条 为了规范预付式消费，制定本办法。\n第二条 有下列情形之一的，予以退款：\n（一）商家停业的；\n（二）未提供服务的。\n第三条 本办法自2024年7月1日起施行。\n',
  )
}

/** Counts the texts it is given; `wait`: what a build is held by before they are embedded. */
export class CountingEmbedder implements Embedder {
  readonly id: string
  readonly dimensions: number
  /** Every passage embedded so far. */
  readonly texts: string[] = []
  readonly #inner: HashingEmbedder
  readonly #wait: (() => Promise<void>) | undefined

  constructor({ dimensions = 64, wait }: { readonly dimensions?: number; readonly wait?: () => Promise<void> } = {}) {
    this.#inner = new HashingEmbedder(dimensions)
    this.id = this.#inner.id
    this.dimensions = dimensions
    this.#wait = wait
  }

  embedQuestion(question: string): Promise<Float32Array> {
    return this.#inner.embedQuestion(question)
  }

  async embedInBatches(texts: readonly string[], onBatch: OnBatch): Promise<void> {
    await this.#wait?.()
    this.texts.push(...texts)
    await this.#inner.embedInBatches(texts, onBatch)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

/** A library as a build makes it, in memory: nothing is written. */
export async function libraryOf(
  { documents, twins }: Pick<Loaded, 'documents' | 'twins'>,
  embedder?: Embedder,
  generation = 'gen-in-memory',
): Promise<Built> {
  const bare = await segmentOf('base', documents)
  const nothingKnown = { get: () => undefined, put: () => {} }
  const segment = embedder ? await withVectors(bare, embedder, nothingKnown) : bare
  return assemble({ segments: [segment], documents, twins, embedder: embedder?.id ?? null, generation })
}

export async function answerTo({ assistant }: Pick<App, 'assistant'>, question: string): Promise<Answer> {
  for await (const event of assistant.ask({ question })) if (event.type === 'done') return event.answer
  throw new Error('an answer without an end')
}
