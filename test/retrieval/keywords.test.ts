/** BM25 against the formula written out plainly: the same scores, whatever parts it is made of. */
import { describe, expect, test } from 'vitest'
import { unitsOf, windowsOf } from '../../src/chunks/chunk.ts'
import { KeywordPart } from '../../src/retrieval/keyword-part.ts'
import { Keywords } from '../../src/retrieval/keywords.ts'
import { terms } from '../../src/retrieval/terms.ts'
import { seed, SEEDS } from '../clauses/sources.ts'
import { randomFrom } from '../store/random.ts'

/**
 * Σ idf(t) · tf·(k1+1) / (tf + k1·(1−b+b·length/average)) over the distinct terms of the query; k1 = 1.2, b = 0.75.
 * Single characters of more than a tenth of the texts are left out where there are other terms.
 */
function plainScores(texts: readonly string[], query: string): number[] {
  const documents = texts.map(terms)
  const average = documents.reduce((sum, { length }) => sum + length, 0) / documents.length
  const wanted = [...new Set(terms(query))].map((term) => ({
    term,
    frequency: documents.filter((document) => document.includes(term)).length,
  }))
  const found = wanted.filter(({ frequency }) => frequency > 0)
  const rare = found.filter(({ term, frequency }) => term.length > 1 || frequency <= documents.length / 10)
  return documents.map((document) => {
    let score = 0
    for (const { term, frequency } of rare.length > 0 ? rare : found) {
      const count = document.filter((other) => other === term).length
      if (count === 0) continue
      const idf = Math.log(1 + (documents.length - frequency + 0.5) / (frequency + 0.5))
      score += (idf * count * 2.2) / (count + 1.2 * (1 - 0.75 + (0.75 * document.length) / average))
    }
    return score
  })
}

function expectPlain(index: Keywords, texts: readonly string[], query: string): void {
  const scores = index.scores(query)
  expect(scores).toHaveLength(texts.length)
  plainScores(texts, query).forEach((score, row) => expect(scores[row]).toBeCloseTo(score, 3))
}

const seedTexts = SEEDS.map(seed).flatMap((document) =>
  [...unitsOf(document), ...windowsOf(document)].map(({ span }) => document.text.slice(span.start, span.end)),
)

async function indexOf(texts: readonly string[]): Promise<Keywords> {
  return new Keywords(await KeywordPart.build(texts))
}

describe('scores are those of the formula', async () => {
  const index = await indexOf(seedTexts)
  test.each([
    '未来五年全社会研发投入强度要超过多少？',
    '二〇三五年远景目标',
    '５Ｇ网络',
    '的的的',
    '“296X”先进制造业集群',
    '',
    '没有的字：龘靐',
  ])('on the seeds, for %j', (query) => expectPlain(index, seedTexts, query))

  test('on random text, with characters of four bytes', async () => {
    const random = randomFrom(5)
    const text = (length: number) => Array.from({ length }, () => random.pick([...'条款项目编章12a%，。 𠮷']))
    for (let trial = 0; trial < 60; trial++) {
      const texts = Array.from({ length: random.between(1, 12) }, () => text(random.between(0, 40)).join(''))
      expectPlain(await indexOf(texts), texts, text(random.between(0, 12)).join(''))
    }
  })
})

describe('the index', () => {
  test('counts in how many texts a term stands', async () => {
    const index = await indexOf(['人才人才', '引进人才', '5G'])
    expect(['人才', '引进', '5g', '没有'].map((term) => index.frequency(term))).toEqual([2, 1, 1, 0])
    expect(index.size).toBe(3)
  })

  test('weighs a rare term more than a common one, and never less than nothing', async () => {
    const index = await indexOf(['人才', '人才', '人才 5G'])
    expect(index.idf('5g')).toBeGreaterThan(index.idf('人才'))
    expect(index.idf('人才')).toBeGreaterThan(0)
  })

  test('weighs on one scale in a small library and in a large one', async () => {
    const small = await indexOf([...seedTexts, '饕餮'])
    const large = await indexOf([...Array.from({ length: 40 }, () => seedTexts).flat(), '饕餮'])
    expect(large.idf('饕餮') / small.idf('饕餮')).toBeGreaterThan(1.4)
    expect(large.weight('饕餮') / small.weight('饕餮')).toBeCloseTo(1, 1)
  })

  test('finds the texts that hold all of a name, a Latin word by any part of it', async () => {
    const index = await indexOf(['“296X”先进制造业', '先进制造业 5G', '制造业先进'])
    expect(['先进制造业', '96X', '制造 5g', '没有'].map((name) => index.entriesWith(name))).toEqual([[0, 1], [0], [1], []])
  })

  test('is built while other work goes on', async () => {
    const texts = Array.from({ length: 20 }, () => seedTexts).flat()
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const told: number[] = []
    await KeywordPart.build(texts, (done) => told.push(done))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
    expect(told).toEqual(told.toSorted((one, other) => one - other))
  })

  test('of no texts has no scores', async () => {
    expect((await indexOf([])).scores('人才')).toHaveLength(0)
    expect([...(await indexOf(['', '。'])).scores('人才')]).toEqual([0, 0])
  })
})

describe('of several parts', () => {
  const [first, second] = [seedTexts.slice(0, 300), seedTexts.slice(300)]
  const parts = async () => [...(await KeywordPart.build(first)), ...(await KeywordPart.build(second))]

  test('the scores are those of one', async () => {
    const index = new Keywords(await parts())
    for (const query of ['研发投入强度', '5G 二〇三五年', '人才']) expectPlain(index, seedTexts, query)
  })

  test('what is no more has no part in any score', async () => {
    const alive = Uint8Array.from(seedTexts, (_, row) => (row % 3 === 0 ? 0 : 1))
    const index = new Keywords(await parts(), alive)
    const living = seedTexts.filter((_, row) => alive[row] === 1)
    const alone = await indexOf(living)
    for (const query of ['研发投入强度', '杭州', '高质量发展']) {
      const scores = index.scores(query)
      expect([...scores].filter((_, row) => alive[row] === 1)).toEqual([...alone.scores(query)])
      expect([...scores].filter((_, row) => alive[row] === 0).every((score) => score === 0)).toBe(true)
    }
    expect(index.frequency('杭州')).toBe(alone.frequency('杭州'))
    expect(index.entriesWith('研发投入').every((row) => alive[row] === 1)).toBe(true)
  })

  test('65,536 texts are one part, one more begins another', async () => {
    const texts = Array.from({ length: 65_537 }, (_, at) => (at % 1000 === 0 ? '人才引进' : '条'))
    const parts = await KeywordPart.build(texts)
    expect(parts.map(({ size }) => size)).toEqual([65_536, 1])
    const scores = new Keywords(parts).scores('人才')
    expect([scores[0]! > 0, scores[65_000]! > 0, scores[65_536]]).toEqual([true, true, 0])
  })
})

describe('as bytes and back', () => {
  test.each([
    ['the seeds', seedTexts],
    ['a text without terms', ['。']],
  ])('%s give the same scores', async (_name, texts) => {
    const [part] = (await KeywordPart.build(texts)) as [KeywordPart]
    const again = KeywordPart.fromBytes(part.toBytes())
    for (const query of ['研发投入强度', '5G 二〇三五年', '']) {
      expect(new Keywords([again]).scores(query)).toEqual(new Keywords([part]).scores(query))
    }
    expect(Buffer.from(again.toBytes()).equals(part.toBytes())).toBe(true)
  })

  test('from the middle of a larger buffer', async () => {
    const [part] = (await KeywordPart.build(seedTexts)) as [KeywordPart]
    const bytes = part.toBytes()
    const larger = Buffer.alloc(bytes.length + 7)
    larger.set(bytes, 3)
    const again = KeywordPart.fromBytes(larger.subarray(3, 3 + bytes.length))
    expect(new Keywords([again]).scores('人才')).toEqual(new Keywords([part]).scores('人才'))
  })
})

describe('the limit of a query', async () => {
  const texts = ['商标注册', '商标使用许可', '铁路运输', '铁路安全', '铁路建设', '导游证']
  const index = await indexOf(texts)
  test('is the weight of all its terms, once each and times k1 + 1', () => {
    // 商标 and its characters stand in two of six texts; 龘 in none
    const two = Math.log(1 + 4.5 / 2.5)
    const none = Math.log(1 + 6.5 / 0.5)
    expect(index.limit('商标商标')).toBeCloseTo(2.2 * (two + index.idf('标商')), 6)
    expect(index.limit('龘')).toBeCloseTo(2.2 * none, 6)
  })
  test.each(['商标注册', '铁路安全', '铁', '使用许可的商标'])('is above every score: %s', (query) => {
    expect(Math.max(...index.scores(query))).toBeLessThan(index.limit(query))
  })
})
