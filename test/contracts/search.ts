/** What every Search promises, over the seeds: what the embedded one finds, with the same scores. */
import { beforeAll, describe, expect, test } from 'vitest'
import { loadDocuments, type Loaded } from '../../src/build-index.ts'
import { HashingEmbedder } from '../../src/embedding/hashing-embedder.ts'
import { ExactIndex } from '../../src/retrieval/exact-index.ts'
import { assemble, type Assembly } from '../../src/retrieval/library-files.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { restrictedTo } from '../../src/retrieval/restricted.ts'
import { retrieve, type Found, type Query } from '../../src/retrieval/retrieve.ts'
import { segmentOf, withVectors, type Segment, type SegmentField } from '../../src/retrieval/segment.ts'
import type { Document } from '../../src/types.ts'
import { suiteFolder } from '../library.ts'

const QUESTIONS = [
  '全社会研发投入强度超过4%',
  '未来五年要引进多少人才？',
  '种质资源库建设',
  '二〇三五年的目标',
  '白鹤滩至浙江高压直流输电项目 296X',
  '杭州高质量发展',
]

const embedder = new HashingEmbedder()

/** `open`: a library that is searched in this way over segments as a build makes them. */
export function describeSearch(name: string, open: (assembly: Assembly) => Promise<Library>): void {
  describe(`${name} as a Search`, () => {
    let loaded: Loaded
    let base: Segment
    let library: Library
    /** The same library, searched within this process. */
    let yardstick: Library
    beforeAll(async () => {
      loaded = await loadDocuments(['seeds'], suiteFolder())
      base = await segmentWithVectors('base', loaded.documents)
      const assembly = assemblyOf([base], loaded.documents, loaded.twins)
      library = await open(assembly)
      yardstick = assemble(assembly).library
    }, 120_000)

    const documentOf = (number: string): Document => loaded.documents.find(({ source }) => source.startsWith(number))!
    const queryOf = async (text: string, more: Partial<Query> = {}): Promise<Query> => ({ text, vector: await embedder.embedQuestion(text), ...more })
    const sameAs = async (of: Library, query: Query, limit = 10): Promise<void> => {
      expect((await retrieve(of, query, limit)).map(told)).toEqual((await retrieve(yardstick, query, limit)).map(told))
    }

    test('finds the clause that answers a question first', async () => {
      const [first] = await retrieve(library, await queryOf(QUESTIONS[0]!), 5)
      expect(nameOf(first!)).toBe('001#二/2')
    })

    test.each(QUESTIONS)('gives the clauses, scores and spots of the embedded search: %s', async (question) => {
      await sameAs(library, await queryOf(question))
    })

    test.each(QUESTIONS)('finds by keywords alone where a question has no vector: %s', async (text) => {
      await sameAs(library, { text })
      expect((await retrieve(library, { text }, 3))[0]).not.toHaveProperty('similarity')
    })

    test('gives a term the same weight', () => {
      for (const term of ['杭州', '种质', '龘', '5g', '2035', '人']) {
        expect([term, library.keywords.frequency(term), library.keywords.weight(term)]).toEqual(
          [term, yardstick.keywords.frequency(term), yardstick.keywords.weight(term)],
        )
      }
      expect(library.keywords.limit(QUESTIONS[1]!)).toBe(yardstick.keywords.limit(QUESTIONS[1]!))
    })

    test('finds nothing by keywords for words that stand nowhere', async () => {
      expect(await retrieve(library, { text: '龘靐' }, 5)).toEqual([])
    })

    test('looks through the documents that are asked for alone', async () => {
      const query = await queryOf('大走廊创新发展')
      for (const documents of [[], ...loaded.documents.map(({ id }) => [id]), loaded.documents.slice(1).map(({ id }) => id)]) {
        await sameAs(library, { ...query, documents }, 50)
      }
    })

    test('brings clauses forward that hold a name word for word, in whatever width it is typed', async () => {
      await sameAs(library, await queryOf('推进科技创新', { exact: ['２９６x'] }), 10)
      await sameAs(library, await queryOf('推进科技创新', { exact: ['没有这个名称'] }), 10)
      const rankOf = async (exact: string[]): Promise<number> =>
        (await retrieve(library, await queryOf('推进科技创新', { exact }), 300)).findIndex(({ document, span }) =>
          document.text.slice(span.start, span.end).includes('296X'),
        )
      expect(await rankOf(['296X'])).toBeLessThan(10)
      expect(await rankOf([])).toBeGreaterThan(10)
    })

    test('scores all of a document that is to be looked through, however far from the question', async () => {
      const { id } = documentOf('004')
      const found = await retrieve(library, { text: '高质量发展', throughout: [id] }, Infinity)
      const expected = await retrieve(yardstick, { text: '高质量发展' }, Infinity)
      const ofOne = (list: readonly Found[]) => list.filter(({ document }) => document.id === id).map(told)
      expect(ofOne(found)).toEqual(ofOne(expected))
    })

    test('two questions at once get what each gets alone', async () => {
      const queries = await Promise.all(QUESTIONS.map((question) => queryOf(question)))
      const together = await Promise.all(queries.map((query) => retrieve(library, query, 10)))
      for (const [at, query] of queries.entries()) {
        expect(together[at]!.map(told)).toEqual((await retrieve(library, query, 10)).map(told))
      }
    })

    test('a document that was replaced is found in its new words alone', async () => {
      const old = documentOf('002')
      const next: Document = { ...old, shortNames: ['新本'] }
      const documents = loaded.documents.map((one) => (one === old ? next : one))
      const assembly = assemblyOf([base, await segmentWithVectors('changes', [next])], documents, loaded.twins)
      const [grown, embedded] = [await open(assembly), assemble(assembly).library]
      for (const question of QUESTIONS) {
        const query = await queryOf(question)
        const found = await retrieve(grown, query, 20)
        expect(found.map(told)).toEqual((await retrieve(embedded, query, 20)).map(told))
        expect(found.map(({ document }) => document)).not.toContain(old)
      }
      expect(grown.keywords.frequency('杭州')).toBe(embedded.keywords.frequency('杭州'))
    })

    test('documents that somebody may not see have no part in any score', async () => {
      const hidden = documentOf('001').id
      const [seen, embedded] = [await restrictedTo(library, (id) => id !== hidden), await restrictedTo(yardstick, (id) => id !== hidden)]
      for (const question of QUESTIONS) {
        const query = await queryOf(question)
        const found = await retrieve(seen, query, 20)
        expect(found.map(told)).toEqual((await retrieve(embedded, query, 20)).map(told))
        expect(found.map(({ document }) => document.id)).not.toContain(hidden)
      }
      expect(seen.keywords.frequency('杭州')).toBe(embedded.keywords.frequency('杭州'))
      expect(seen.keywords.frequency('杭州')).toBeLessThan(library.keywords.frequency('杭州'))
    })
  })
}

/** With exact indexes: what is compared is the search, not what a graph misses. */
async function segmentWithVectors(name: Segment['name'], documents: readonly Document[]): Promise<Segment> {
  const known = { get: () => undefined, put: () => {} }
  const segment = await withVectors(await segmentOf(name, documents), embedder, known, undefined, true)
  const exact = async ({ chunks, vectors }: SegmentField) => ({ chunks, vectors: vectors!, index: new ExactIndex(await vectors!()) })
  const { units, windows } = segment.fields
  return { ...segment, fields: { units: await exact(units), windows: await exact(windows) } }
}

const assemblyOf = (segments: readonly Segment[], documents: readonly Document[], twins: Loaded['twins']): Assembly => ({
  segments,
  documents,
  twins,
  embedder: embedder.id,
  generation: 'gen-in-memory',
})

const nameOf = ({ document, lineage }: Pick<Found, 'document' | 'lineage'>): string =>
  `${document.source.slice(0, 3)}#${lineage.at(-1)!.path.join('/')}`

/**
 * Cosines are single numbers of 32 bits, added up in another order by another engine; of chunks as close as the last of
 * those that count, any may be the last, and has a score of nothing.
 */
function told(found: Found): unknown {
  const { score, similarity, keywords, spots, twins } = found
  const near = similarity === undefined ? [] : [similarity.toFixed(4)]
  const places = spots.flatMap(({ span, score }) => (score > 0.001 ? [`${span.start}-${span.end}`] : [])).sort()
  return [nameOf(found), score.toFixed(4), keywords?.toFixed(6), ...near, places, twins.map(nameOf)]
}
