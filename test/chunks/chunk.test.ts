/** Entries and chunks of the seeds and the laws: never across an entry, and nothing of a clause left out. */
import { describe, expect, test } from 'vitest'
import { isArticle, walk } from '../../src/clauses/address.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import { contextOf, entriesOf, spansOf, unitsOf, windowsOf } from '../../src/chunks/chunk.ts'
import type { Clause, Document, Span } from '../../src/types.ts'
import { documentOf, lawFiles, lawSource, seed, SEEDS } from '../clauses/sources.ts'

const words = (document: Document, spans: readonly { readonly span: Span }[]): string[] =>
  spans.map(({ span }) => document.text.slice(span.start, span.end))

const POLICY = documentOf(
  '一、总体要求\n加快建设创新策源地。打造人才高地；完善服务体系。\n（一）新增企业1,200家；\n（二）研发投入超过2.5%。',
)

describe('a policy: each clause is an entry, embedded twice over', () => {
  test('entries are its clauses', () => {
    expect(entriesOf(POLICY).map(({ lineage }) => lineage.at(-1)!.id)).toEqual(['d#一', 'd#一/一', 'd#一/二'])
  })

  test('units are its sentences', () => {
    expect(words(POLICY, unitsOf(POLICY))).toEqual([
      '总体要求',
      '加快建设创新策源地。',
      '打造人才高地；',
      '完善服务体系。',
      '（一）新增企业1,200家；',
      '（二）研发投入超过2.5%。',
    ])
  })

  test('windows are two sentences, one apart, within one paragraph', () => {
    expect(words(POLICY, windowsOf(POLICY)).slice(1, 3)).toEqual([
      '加快建设创新策源地。打造人才高地；',
      '打造人才高地；完善服务体系。',
    ])
  })
})

const ARTICLE =
  '第一条 有下列情形之一的，予以支持：\n（一）新增企业1,200家；\n（二）研发投入超过2.5%。\n前款规定自公布之日起施行。'

describe('a law: an article is one entry with its paragraphs and items', () => {
  test('and one unit, without windows', () => {
    const law = documentOf(`${ARTICLE}\n第二条 本办法自公布之日起施行。`)
    const entries = entriesOf(law)
    expect(entries.map(({ lineage, isWhole }) => [lineage.at(-1)!.id, isWhole])).toEqual([
      ['d#第一条', true],
      ['d#第二条', true],
    ])
    expect(words(law, entries)).toEqual([ARTICLE, '第二条 本办法自公布之日起施行。'])
    expect(words(law, unitsOf(law))).toEqual(words(law, entries))
    expect(windowsOf(law)).toEqual([])
  })

  test('a header is one too; the caption of a chapter is an entry that is not embedded', () => {
    const head = '预付卡管理办法\n（2023年4月28日通过）'
    const law = documentOf(`${head}\n第一章 总则\n${ARTICLE}`, { bodyStart: head.length + 1 })
    expect(words(law, entriesOf(law))).toEqual([head, '总则', ARTICLE])
    expect(words(law, unitsOf(law))).toEqual([head, ARTICLE])
    expect(windowsOf(law)).toEqual([])
  })

  test('longer than the model reads, it is cut as other clauses are', () => {
    const sentence = '国家鼓励和支持社会力量依法参与种质资源的收集、保存、鉴定和利用。'
    const law = documentOf(`第一条 ${sentence.repeat(16)}`)
    expect(law.text.length).toBeGreaterThan(500)
    expect(entriesOf(law).map(({ isWhole }) => isWhole)).toEqual([false])
    expect(words(law, unitsOf(law))).toEqual([`第一条 ${sentence}`, ...Array.from({ length: 15 }, () => sentence)])
    expect(windowsOf(law)).toHaveLength(15)
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
  test('every unit and window lies in its entry: one paragraph or heading of it, or the whole of it', () => {
    for (const document of open()) {
      const entries = entriesOf(document)
      for (const { entry, span } of [...unitsOf(document, entries), ...windowsOf(document, entries)]) {
        const { lineage, span: own, isWhole } = entries[entry]!
        const homes = isWhole ? [own] : spansOf(lineage.at(-1)!)
        if (!homes.some(({ start, end }) => start <= span.start && span.end <= end))
          expect.fail(`${document.source} ${lineage.at(-1)!.id}: ${document.text.slice(span.start, span.end)}`)
      }
    }
  })

  test('an entry lies within its clause, and no two overlap', () => {
    for (const document of open()) {
      let last = 0
      for (const { lineage, span } of entriesOf(document)) {
        const { extent, id } = lineage.at(-1)!
        if (span.start < extent.start || span.end > extent.end || span.start < last) expect.fail(id)
        if (lineage.some(isArticle)) last = span.end
      }
    }
  })

  test.each([
    ['unit, but of captions', unitsOf],
    ['entry', entriesOf],
  ])('every character but blanks of a clause lies in a %s', (kind, spansIn) => {
    for (const document of open()) {
      const marks = new Uint8Array(document.text.length)
      for (const { span } of spansIn(document)) marks.fill(1, span.start, span.end)
      for (const clause of clausesOf(document)) {
        if (kind.includes('caption') && /^第.+[编章节]$/.test(clause.number?.mark ?? '') && !clause.paragraphs[0]) continue
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

function clausesOf(document: Document): Clause[] {
  return [...walk(document)].map((lineage) => lineage.at(-1)!)
}

function homesOf({ heading, paragraphs }: Clause): Clause['paragraphs'] {
  return heading ? [heading, ...paragraphs] : paragraphs
}
