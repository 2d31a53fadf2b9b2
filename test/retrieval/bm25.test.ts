/** BM25 against the formula written out plainly: the same scores, on the seeds and on random text. */
import { describe, expect, test } from 'vitest'
import { clauseChunks, windowChunks } from '../../src/chunks/chunk.ts'
import { Bm25 } from '../../src/retrieval/bm25.ts'
import { terms } from '../../src/retrieval/terms.ts'
import { seed, SEEDS } from '../clauses/sources.ts'
import { randomFrom } from '../store/random.ts'

/** Σ idf(t) · tf·(k1+1) / (tf + k1·(1−b+b·length/average)) over the distinct terms of the query; k1 = 1.2, b = 0.75. */
function plainScores(texts: readonly string[], query: string): number[] {
  const documents = texts.map(terms)
  const average = documents.reduce((sum, { length }) => sum + length, 0) / documents.length
  return documents.map((document) => {
    let score = 0
    for (const term of new Set(terms(query))) {
      const frequency = documents.filter((other) => other.includes(term)).length
      const count = document.filter((other) => other === term).length
      if (count === 0) continue
      const idf = Math.log(1 + (documents.length - frequency + 0.5) / (frequency + 0.5))
      score += (idf * count * 2.2) / (count + 1.2 * (1 - 0.75 + (0.75 * document.length) / average))
    }
    return score
  })
}

function expectPlain(index: Bm25, texts: readonly string[], query: string): void {
  const scores = index.scores(query)
  expect(scores).toHaveLength(texts.length)
  plainScores(texts, query).forEach((score, row) => expect(scores[row]).toBeCloseTo(score, 5))
}

const seedTexts = SEEDS.map(seed).flatMap((document) =>
  [...clauseChunks(document), ...windowChunks(document)].map(({ span }) => document.text.slice(span.start, span.end)),
)

describe('scores are those of the formula', () => {
  const index = Bm25.build(seedTexts)
  test.each([
    '未来五年全社会研发投入强度要超过多少？',
    '二〇三五年远景目标',
    '５Ｇ网络',
    '的的的',
    '“296X”先进制造业集群',
    '',
    '没有的字：龘靐',
  ])('on the seeds, for %j', (query) => expectPlain(index, seedTexts, query))

  test('on random text', () => {
    const random = randomFrom(5)
    const text = (length: number) => Array.from({ length }, () => random.pick([...'条款项目编章12a%，。 '])).join('')
    for (let trial = 0; trial < 60; trial++) {
      const texts = Array.from({ length: random.between(1, 12) }, () => text(random.between(0, 40)))
      expectPlain(Bm25.build(texts), texts, text(random.between(0, 12)))
    }
  })
})

describe('the index', () => {
  test('counts in how many texts a term stands', () => {
    const index = Bm25.build(['人才人才', '引进人才', '5G'])
    expect(['人才', '引进', '5g', '没有'].map((term) => index.frequency(term))).toEqual([2, 1, 1, 0])
    expect(index.size).toBe(3)
  })

  test('weighs a rare term more than a common one, and never less than nothing', () => {
    const index = Bm25.build(['人才', '人才', '人才 5G'])
    expect(index.idf('5g')).toBeGreaterThan(index.idf('人才'))
    expect(index.idf('人才')).toBeGreaterThan(0)
  })

  test('built gently is the same, and lets other work through', async () => {
    const texts = Array.from({ length: 20 }, () => seedTexts).flat()
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const gentle = await Bm25.buildGently(texts)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
    expect(Buffer.from(gentle.toBytes()).equals(Bm25.build(texts).toBytes())).toBe(true)
  })

  test('of no texts has no scores', () => {
    expect(Bm25.build([]).scores('人才')).toHaveLength(0)
    expect([...Bm25.build(['', '。']).scores('人才')]).toEqual([0, 0])
  })
})

describe('as bytes and back', () => {
  test.each([
    ['the seeds', seedTexts],
    ['no texts', []],
    ['a text without terms', ['。']],
  ])('%s give the same scores', (_name, texts) => {
    const index = Bm25.build(texts)
    const again = Bm25.fromBytes(index.toBytes())
    expect(again.size).toBe(index.size)
    for (const query of ['研发投入强度', '5G 二〇三五年', '']) expect(again.scores(query)).toEqual(index.scores(query))
    expect(Buffer.from(again.toBytes()).equals(index.toBytes())).toBe(true)
  })

  test('from the middle of a larger buffer', () => {
    const bytes = Bm25.build(seedTexts).toBytes()
    const larger = new Uint8Array(bytes.length + 7)
    larger.set(bytes, 3)
    expect(Bm25.fromBytes(larger.subarray(3, 3 + bytes.length)).scores('人才')).toEqual(
      Bm25.build(seedTexts).scores('人才'),
    )
  })
})
