/** Search by an engine's candidates: the contract over an engine in memory, and what the engine is asked. */
import { beforeAll, describe, expect, test } from 'vitest'
import { loadDocuments, type Loaded } from '../../src/build-index.ts'
import { HashingEmbedder } from '../../src/embedding/hashing-embedder.ts'
import { CountedKeywords } from '../../src/retrieval/counted-keywords.ts'
import { Keywords } from '../../src/retrieval/keywords.ts'
import { KeywordPart } from '../../src/retrieval/keyword-part.ts'
import { assembleOn, type Assembly } from '../../src/retrieval/library-files.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { retrieve } from '../../src/retrieval/retrieve.ts'
import { headedTexts, segmentOf, withVectors } from '../../src/retrieval/segment.ts'
import { TermCounter } from '../../src/retrieval/term-counter.ts'
import { terms } from '../../src/retrieval/terms.ts'
import { describeSearch } from '../contracts/search.ts'
import { suiteFolder } from '../library.ts'
import { MemoryEngine } from './memory-engine.ts'

async function openOver(assembly: Assembly, most?: number): Promise<{ library: Library; engine: MemoryEngine }> {
  const segments = assembly.segments.map((segment, at) => ({ ...segment, key: `${at}`.padStart(16, '0'), readKeywords: async () => segment.keywords }))
  const engine = new MemoryEngine(segments)
  return { library: (await assembleOn(engine, { ...assembly, segments }, most)).library, engine }
}

describeSearch('CandidateSearch', async (assembly) => (await openOver(assembly)).library)

describe('terms counted one by one', () => {
  const counted = (text: string, wanted: readonly string[]): number[] => {
    let counts: number[] = []
    new TermCounter(wanted).each([text], (one) => one, (found) => (counts = [...found]))
    return counts
  }

  test.each([
    '（六）到2035年，全社会研发投入强度超过4%，5G基站突破6万个。',
    '二〇三五年人人享有人人均等的公共服务，二○二七年先行一步',
    '支持“５Ｇ＋工业互联网”和𠮷林𠮷野家研发研发中心',
    '',
  ])('are those of all its terms: %s', (text) => {
    const all = terms(text)
    const wanted = [...new Set([...all, '研发', '强度', '人', '2035', '4%', '没有', '𠮷'])]
    expect(counted(text, wanted)).toEqual(wanted.map((term) => all.filter((one) => one === term).length))
  })
})

describe('of the seeds', () => {
  let loaded: Loaded
  let assembly: Assembly
  beforeAll(async () => {
    loaded = await loadDocuments(['seeds'], suiteFolder())
    assembly = { segments: [await segmentOf('base', loaded.documents)], documents: loaded.documents, twins: loaded.twins, embedder: null }
  })

  test('scores counted in the words are those of the postings to the last bit, wherever some are no more', async () => {
    const [segment] = assembly.segments
    const texts = [...headedTexts(segment!)]
    const parts = await KeywordPart.build(texts)
    const alive = Uint8Array.from(texts, (_, at) => (at % 3 === 0 ? 0 : 1))
    const [counted, posted] = [await CountedKeywords.count([async () => parts], alive), new Keywords(parts, alive)]
    const living = texts.flatMap((_, at) => (alive[at] === 1 ? [at] : []))
    for (const query of ['研发投入强度', '5G 二〇三五年', '人才', '杭州高质量发展']) {
      expect([...counted.scores(query, living, (at) => texts[at]!, new Float32Array(texts.length))]).toEqual([...posted.scores(query)])
      expect(counted.limit(query)).toBe(posted.limit(query))
    }
    expect(counted.wordsHolding('6x')).toEqual(['296x'])
  })

  test('the engine is asked for the terms that tell, over what is there, and not for a few clauses', async () => {
    const { library, engine } = await openOver(assembly, 7)
    await retrieve(library, { text: '种质资源的保护' }, 3)
    expect(engine.asked.saying).toEqual([{ terms: library.keywords.telling('种质资源的保护').map(({ term }) => term), limit: 7 }])
    await retrieve(library, { text: '种质资源的保护', documents: [loaded.documents[2]!.id] }, 3)
    expect(engine.asked.saying).toHaveLength(1)
  })

  test('vectors are asked for once, whatever documents a question goes on to look through', async () => {
    const embedder = new HashingEmbedder()
    const known = { get: () => undefined, put: () => {} }
    const segment = await withVectors(assembly.segments[0]!, embedder, known, undefined, true)
    const { library, engine } = await openOver({ ...assembly, segments: [segment], embedder: embedder.id })
    const query = { text: '种质资源', vector: await embedder.embedQuestion('种质资源') }
    for (const { id } of loaded.documents) await retrieve(library, { ...query, documents: [id] }, 3)
    expect(engine.asked.near.map(({ field, limit, among }) => [field, limit, among])).toEqual([
      ['units', 100, undefined],
      ['windows', 100, undefined],
    ])
  })

  test('what was replaced is left out before the search: by the shorter of two lists', async () => {
    const [first, second, ...others] = loaded.documents
    const twice = async (documents: Loaded['documents']) => {
      const { library, engine } = await openOver({ ...assembly, documents })
      await retrieve(library, { text: '高质量发展' }, 3)
      return engine.asked.saying.map(({ among }) => among)
    }
    expect(await twice([second!, ...others])).toEqual([{ but: [first!.id] }])
    expect(await twice([second!])).toEqual([{ only: [second!.id] }])
    expect(await twice([])).toEqual([])
  })
})
