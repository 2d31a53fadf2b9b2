/** The clause trees of real laws, against a second count made without the tree. */
import { describe, expect, test } from 'vitest'
import { innermost, walk } from '../../src/clauses/address.ts'
import { ordinalOf } from '../../src/clauses/numerals.ts'
import { findProblems, parseDocument } from '../../src/clauses/tree.ts'
import type { Document } from '../../src/types.ts'
import { hasLaws, lawFiles, lawSource } from './sources.ts'

const articlesOf = (document: Document) => [...walk(document)].map(innermost).filter(({ number }) => number?.style === 'article')

/** Articles as the collection prints them: at the beginning of a line, white space behind the mark. */
const PRINTED = /^第([〇零一二三四五六七八九十百千]+)条(?:之([一二三四五六七八九十]+))?[ \u3000]/gm

describe.skipIf(!hasLaws)('the laws of the corpus', () => {
  const documents = lawFiles().map((file) => parseDocument(lawSource(file)))

  test('every article printed on a line of its own is a clause with that number', () => {
    let printed = 0
    for (const document of documents) {
      const marks = [...document.text.matchAll(PRINTED)].map((match) => match[0].trim())
      const own = articlesOf(document).map(({ number }) => number?.mark)
      const missing = marks.filter((mark) => !own.includes(mark))
      expect(missing, document.source).toEqual([])
      printed += marks.length
    }
    const read = documents.reduce((count, document) => count + articlesOf(document).length, 0)
    expect(read).toBeGreaterThanOrEqual(printed)
    expect(read).toBeLessThanOrEqual(printed + 5) // articles whose mark has no white space behind it
    console.log(`${documents.length} laws: ${read} articles, ${printed} counted by the plain expression`)
  })

  test('an article’s path is its printed number, read as the ordinal says', () => {
    for (const document of documents) {
      for (const { path, number } of articlesOf(document)) {
        expect(path.at(-1)?.replace(/~.*$/, '')).toBe(number?.mark)
        expect(ordinalOf(number?.mark.replace(/^第|条.*$/g, '') ?? '')).toBe(number?.ordinal)
      }
    }
  })

  test('few trees do not add up, and each is reported with its place', () => {
    const problems = documents.flatMap((document) => findProblems(document).map((problem) => ({ document, ...problem })))
    const kinds = Object.groupBy(problems, ({ kind }) => kind)
    console.log(Object.entries(kinds).map(([kind, found]) => `${kind} ${found?.length}`).join(', '))
    expect(problems.length).toBeLessThan(documents.length * 0.1)
    for (const { document, span, message } of problems) expect(message).toContain(document.text.slice(span.start, span.end).replace(/\s/g, ''))
  })
})
