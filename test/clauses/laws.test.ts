/** The clause trees of real laws, against a second reading made without the tree (plain-count.ts) and by hand. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { innermost, walk } from '../../src/clauses/address.ts'
import { ordinalOf } from '../../src/clauses/numerals.ts'
import { findProblems, parseDocument } from '../../src/clauses/tree.ts'
import type { Clause, Document, NumberStyle } from '../../src/types.ts'
import { plainArticles, type PlainArticle } from './plain-count.ts'
import { hasLaws, lawFiles, lawSource } from './sources.ts'

const GOLDEN = join('test', 'golden', 'laws')
const readGolden = <Content>(file: string): Content => JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as Content

/** The clauses from the outermost to each article. */
const articlesOf = (document: Document) => [...walk(document)].filter((lineage) => innermost(lineage).number?.style === 'article')

const stepOf = ({ path }: Clause): string => path.at(-1)?.replace(/\s/g, '') ?? ''

/** An article of the tree as the second reading states it. */
const asPlain = (lineage: readonly [Clause, ...Clause[]]): PlainArticle => {
  const article = innermost(lineage)
  return {
    mark: article.number?.mark ?? '',
    above: lineage.slice(0, -1).map(stepOf),
    paragraphs: article.paragraphs.length,
    items: article.children.filter(({ number }) => number?.style === 'bracketed-chinese').length,
  }
}

/** Places where the two readings differ, each judged by eye; `articles` is printed first to last. */
interface Difference {
  readonly file: string
  readonly articles: string
  readonly what: string
  readonly why: string
}

const ASPECTS = { above: '上级', paragraphs: '款数', items: '项数' } as const

/** How the tree differs from the second reading: `第三条 款数 2 ≠ 1`, runs of equal differences in one line. */
function differencesOf(document: Document): Omit<Difference, 'why'>[] {
  const file = document.source
  const read = articlesOf(document).map(asPlain)
  const plain = plainArticles(document.text)
  const marks = (articles: readonly PlainArticle[]) => articles.map(({ mark }) => mark).join(' ')
  if (marks(read) !== marks(plain)) return [{ file, articles: '全文', what: `条 ${read.length} ≠ ${plain.length}` }]
  const found: { first: string; last: string; what: string }[] = []
  for (const [at, article] of read.entries()) {
    const beside = plain[at]
    for (const [aspect, name] of Object.entries(ASPECTS)) {
      const [one, other] = [article, beside].map((each) => String(each?.[aspect as keyof typeof ASPECTS]))
      if (one === other) continue
      const what = `${name} ${one || '无'} ≠ ${other || '无'}`
      const last = found.at(-1)
      if (last?.what === what && last.last === read[at - 1]?.mark) last.last = article.mark
      else found.push({ first: article.mark, last: article.mark, what })
    }
  }
  return found.map(({ first, last, what }) => ({ file, articles: first === last ? first : `${first}至${last}`, what }))
}

/** What was counted in the file of a law, by eye and by searching its lines; no number that is not there. */
interface Counts {
  readonly articles: number
  readonly first: string
  readonly last: string
  readonly books: number
  readonly subbooks: number
  readonly chapters: number
  readonly sections: number
  /** Lines numbered （一）, items and captions. */
  readonly items: number
  /** 附件, 附录, 附表, 附： with a line of their own. */
  readonly annexes: number
}

function countsOf(document: Document): Counts {
  const clauses = [...walk(document)].map(innermost)
  const ofStyle = (style: NumberStyle): Clause[] => clauses.filter(({ number }) => number?.style === style)
  const articles = ofStyle('article')
  return {
    articles: articles.length,
    first: articles[0]?.number?.mark ?? '',
    last: articles.at(-1)?.number?.mark ?? '',
    books: ofStyle('book').length,
    subbooks: ofStyle('subbook').length,
    chapters: ofStyle('chapter').length,
    sections: ofStyle('section').length,
    items: ofStyle('bracketed-chinese').length,
    annexes: document.clauses.filter(({ kind, path }) => kind === 'headed' && /^附(?!\s?则)/.test(path[0] ?? '')).length,
  }
}

describe.skipIf(!hasLaws)('the laws of the corpus', () => {
  const documents = lawFiles({ all: true }).map((file) => parseDocument(lawSource(file)))

  test('every article has the path, the parts above it and the 款 and 项 that a second reading counts', () => {
    const known = readGolden<Difference[]>('differences.json')
    expect(documents.flatMap(differencesOf)).toEqual(known.map(({ why: _, ...difference }) => difference))
    expect(known.every(({ why }) => why.length > 10)).toBe(true)
  })

  test('58,603 articles in 1,342 laws, each with its printed number as its path', () => {
    const articles = documents.flatMap((document) => articlesOf(document).map(innermost))
    expect([documents.length, articles.length]).toEqual([1342, 58_603])
    for (const { path, number } of articles) {
      expect(path).toEqual([number?.mark])
      expect(ordinalOf(number?.mark.replace(/^第|条.*$/g, '') ?? '')).toBe(number?.ordinal)
    }
  })

  const counted = readGolden<Record<string, Counts>>('counts.json')
  test.each(Object.keys(counted))('%s has the parts that were counted in its file', (file) => {
    const document = documents.find(({ source }) => source === file)
    expect(document && countsOf(document)).toEqual(counted[file])
  })

  test('few trees do not add up, and each is reported with its place', () => {
    const problems = documents.flatMap((document) => findProblems(document).map((problem) => ({ document, ...problem })))
    const kinds = Object.groupBy(problems, ({ kind }) => kind)
    console.log(Object.entries(kinds).map(([kind, found]) => `${kind} ${found?.length}`).join(', '))
    expect(problems.length).toBeLessThan(documents.length * 0.1)
    for (const { document, span, message } of problems) expect(message).toContain(document.text.slice(span.start, span.end).replace(/\s/g, ''))
  })
})
