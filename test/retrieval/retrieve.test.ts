/** Question → clauses: over the seeds, with the hashing embedder and by keywords alone. */
import { beforeAll, describe, expect, test } from 'vitest'
import { loadDocuments, type Loaded } from '../../src/build-index.ts'
import { HashingEmbedder } from '../../src/embedding/hashing-embedder.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { retrieve, type Found } from '../../src/retrieval/retrieve.ts'
import type { Document } from '../../src/types.ts'
import { libraryOf, suiteFolder } from '../library.ts'

const embedder = new HashingEmbedder()
let loaded: Loaded
let library: Library
let keywordsOnly: Library

beforeAll(async () => {
  loaded = await loadDocuments(['seeds'], suiteFolder())
  library = (await libraryOf(loaded, embedder)).library
  keywordsOnly = (await libraryOf(loaded)).library
})

const documentOf = (number: string): Document => loaded.documents.find(({ source }) => source.startsWith(number))!
const nameOf = ({ document, lineage }: Pick<Found, 'document' | 'lineage'>): string =>
  `${document.source.slice(0, 3)}#${lineage.at(-1)!.path.join('/')}`
const ask = async (
  text: string,
  limit = 5,
  more: { documents?: Document['id'][]; exact?: string[] } = {},
): Promise<Found[]> => retrieve(library, { text, vector: await embedder.embedQuestion(text), ...more }, limit)

describe('a question', () => {
  test('finds the clause that answers it', async () => {
    const [first] = await ask('全社会研发投入强度超过4%')
    expect(nameOf(first!)).toBe('001#二/2')
  })

  test('gets no more than it asks for, best first, each clause once', async () => {
    for (const limit of [0, 1, 7, 500]) {
      const found = await ask('杭州高质量发展', limit)
      expect(found.length).toBeLessThanOrEqual(limit)
      expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a))
      expect(new Set(found.map(nameOf)).size).toBe(found.length)
    }
  })

  test('gets the same first clauses whatever the limit', async () => {
    const all = (await ask('数字经济', 200)).map(nameOf)
    expect((await ask('数字经济', 4)).map(nameOf)).toEqual(all.slice(0, 4))
  })

  test('has scores from 0 to 1, and spots that are spans of the clause, best first', async () => {
    for (const { score, spots, clause } of await ask('人才引进政策', 12)) {
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
      expect(spots.map((spot) => spot.score)).toEqual(spots.map((spot) => spot.score).toSorted((a, b) => b - a))
      for (const { span } of spots) {
        expect(span.start).toBeGreaterThanOrEqual(clause.extent.start)
        expect(span.end).toBeLessThanOrEqual(clause.extent.end)
      }
    }
  })

  test('of no known word finds nothing by keywords', async () => {
    expect(await retrieve(keywordsOnly, { text: '龘靐' }, 5)).toEqual([])
  })
})

describe('twins', () => {
  test('are folded under the copy that has a title of its own, and named', async () => {
    const found = (await ask('推进现代化战略支点建设', 20)).filter(({ twins }) => twins.length > 0)
    expect(found.length).toBeGreaterThan(0)
    for (const one of found) {
      expect(nameOf(one)).toMatch(/^000#/)
      expect(one.twins.map(nameOf)).toEqual([nameOf(one).replace('000', '001')])
      for (const { span } of one.spots) expect(span.end).toBeLessThanOrEqual(one.document.text.length)
    }
  })

  test('never stand in the list beside each other', async () => {
    const names = (await ask('推进现代化战略支点建设', 100)).flatMap((one) => [one, ...one.twins].map(nameOf))
    expect(new Set(names).size).toBe(names.length)
  })

  test('are left out with their document; the copy that is asked leads', async () => {
    const one = await ask('推进现代化战略支点建设', 20, { documents: [documentOf('001').id] })
    expect(new Set(one.map(({ document }) => document.source.slice(0, 3)))).toEqual(new Set(['001']))
    expect(one.every(({ twins }) => twins.length === 0)).toBe(true)
  })
})

describe('the documents of a question', () => {
  test('are the only ones looked at', async () => {
    const ids = [documentOf('002').id, documentOf('004').id]
    const found = await ask('大走廊创新发展', 50, { documents: ids })
    expect(new Set(found.map(({ document }) => document.id))).toEqual(new Set(ids))
  })

  test('asked one after the other give what each gives alone', async () => {
    const query = { text: '大走廊创新发展', vector: await embedder.embedQuestion('大走廊创新发展') }
    const together = await Promise.all(loaded.documents.map(({ id }) => retrieve(library, { ...query, documents: [id] }, 5)))
    for (const [at, { id }] of loaded.documents.entries()) {
      await retrieve(library, { text: '另一个问题' }, 1)
      expect(await retrieve(library, { ...query, documents: [id] }, 5)).toEqual(together[at])
    }
  })

  test('may hold nothing', async () => {
    expect(await ask('大走廊', 5, { documents: [] })).toEqual([])
  })
})

describe('keyword-only mode', () => {
  test('finds by words, without a similarity', async () => {
    const [first] = await retrieve(keywordsOnly, { text: '白鹤滩至浙江高压直流输电项目' }, 3)
    expect(nameOf(first!)).toBe('001#八/4')
    expect(first).not.toHaveProperty('similarity')
  })

  test('is what a question without a vector gets of a library with vectors too', async () => {
    const query = { text: '种质资源保护' }
    await ask(query.text) // the same words with a vector, just before
    expect((await retrieve(library, query, 1))[0]).not.toHaveProperty('similarity')
    expect((await retrieve(library, query, 5)).map(nameOf)).toEqual((await retrieve(keywordsOnly, query, 5)).map(nameOf))
  })

  test('a similarity is the cosine of the closest unit or window', async () => {
    const { starts, ends } = library.units.parts[0]!.chunks
    const text = documentOf('000').text.slice(starts[10], ends[10]) // the first document
    const found = await ask(text, 50)
    expect(Math.max(...found.map(({ similarity }) => similarity ?? -1))).toBeCloseTo(1, 3) // stored in one byte a number
    for (const { similarity } of found) expect(similarity ?? 0).toBeLessThanOrEqual(1 + 1e-6)
  })
})

describe('names word for word', () => {
  test('bring the clauses forward that hold them, in whatever width they are typed', async () => {
    const rankOf = async (exact: string[]) =>
      (await ask('推进科技创新', 300, { exact })).findIndex(({ document, span }) =>
        document.text.slice(span.start, span.end).includes('296X'),
      )
    const [named, unnamed] = [await rankOf(['２９６x']), await rankOf([])]
    expect(named).toBeGreaterThanOrEqual(0)
    expect(named).toBeLessThan(unnamed)
  })

  test('that stand nowhere change no order', async () => {
    const query = '种质资源'
    expect((await ask(query, 10, { exact: ['没有这个名称'] })).map(nameOf)).toEqual((await ask(query, 10)).map(nameOf))
  })
})
