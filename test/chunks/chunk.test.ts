/** Chunks of the seeds and the laws: never across a clause, and nothing of a clause left out. */
import { describe, expect, test } from 'vitest'
import { walk } from '../../src/clauses/address.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import { clauseChunks, contextOf, unitChunks, windowChunks } from '../../src/chunks/chunk.ts'
import type { Chunk, Clause, Document } from '../../src/types.ts'
import { documentOf, lawFiles, lawSource, seed, SEEDS } from '../clauses/sources.ts'

const words = (document: Document, chunks: readonly Chunk[]): string[] =>
  chunks.map(({ span }) => document.text.slice(span.start, span.end))

const RULES = documentOf(
  '第一条 加快建设创新策源地。打造人才高地；完善服务体系。\n有下列情形之一的，予以支持：\n（一）新增企业1,200家；\n（二）研发投入超过2.5%。\n前款规定自公布之日起施行。',
)

describe('chunks of a clause with items', () => {
  test('units are its sentences', () => {
    expect(words(RULES, unitChunks(RULES)).filter((text) => text.includes('。') || text.includes('；'))).toEqual([
      '第一条 加快建设创新策源地。',
      '打造人才高地；',
      '完善服务体系。',
      '前款规定自公布之日起施行。',
      '（一）新增企业1,200家；',
      '（二）研发投入超过2.5%。',
    ])
  })

  test('windows are two sentences, one apart, within one paragraph', () => {
    expect(words(RULES, windowChunks(RULES)).slice(0, 3)).toEqual([
      '第一条 加快建设创新策源地。打造人才高地；',
      '打造人才高地；完善服务体系。',
      '有下列情形之一的，予以支持：',
    ])
  })

  test('every clause is one chunk for the keywords', () => {
    expect(clauseChunks(RULES).map(({ clause }) => clause)).toEqual(['d#第一条', 'd#第一条/一', 'd#第一条/二'])
  })
})

test('title and headings stand before the words that are embedded, from the outside in', () => {
  const document = seed('003')
  const lineage = [...walk(document)].find((one) => one.at(-1)!.path.join('/') === '二/7')!
  expect(contextOf(document, lineage)).toBe(
    '规划建议 做深做透“两篇大文章”,努力在以科技创新塑造发展新优势上走在前列 推进科技创新和产业创新深度融合',
  )
  expect(contextOf(document, lineage, 12)).toBe('科技创新和产业创新深度融合'.slice(-12))
})

test('a document without title and headings has nothing to put before', () => {
  const document = documentOf('（一）保护种质资源。')
  expect(contextOf(document, [document.clauses[0]!])).toBe('')
})

const laws = lawFiles()

describe.each([
  ...SEEDS.map((number): [string, () => Document[]] => [`seed ${number}`, () => [seed(number)]]),
  ...(laws.length > 0
    ? [['the laws', () => laws.map((file) => parseDocument(lawSource(file)))] as [string, () => Document[]]]
    : []),
])('%s', (_name, open) => {
  test('every chunk of units and windows lies in one paragraph or heading of its clause', () => {
    for (const document of open()) {
      const clauses = clausesOf(document)
      for (const { clause, span } of [...unitChunks(document), ...windowChunks(document)]) {
        const home = homesOf(clauses.get(clause)!).find(({ start, end }) => start <= span.start && span.end <= end)
        if (!home) expect.fail(`${document.source} ${clause}: ${document.text.slice(span.start, span.end)}`)
      }
    }
  })

  test('a keyword chunk lies within its clause', () => {
    for (const document of open()) {
      const clauses = clausesOf(document)
      for (const { clause, span } of clauseChunks(document)) {
        const { extent } = clauses.get(clause)!
        if (span.start < extent.start || span.end > extent.end) expect.fail(`${document.source} ${clause}`)
      }
    }
  })

  test.each([
    ['unit', unitChunks],
    ['window', windowChunks],
    ['keyword chunk', clauseChunks],
  ])('every character but blanks of a clause lies in a %s of it', (_kind, chunksOf) => {
    for (const document of open()) {
      const marks = new Uint8Array(document.text.length)
      for (const { span } of chunksOf(document)) marks.fill(1, span.start, span.end)
      for (const clause of clausesOf(document).values()) {
        for (const { start, end } of homesOf(clause)) {
          for (let at = start; at < end; at++) {
            if (marks[at] === 0 && document.text.charAt(at).trim() !== '')
              expect.fail(`${clause.id} ${document.text.slice(at, at + 20)}`)
          }
        }
      }
    }
  })
})

function clausesOf(document: Document): Map<string, Clause> {
  return new Map([...walk(document)].map((lineage) => [lineage.at(-1)!.id, lineage.at(-1)!]))
}

function homesOf({ heading, paragraphs }: Clause): Clause['paragraphs'] {
  return heading ? [heading, ...paragraphs] : paragraphs
}
