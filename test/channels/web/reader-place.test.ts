/** Where the reader was opened, what that place is called, and what is marked of it. */
import { expect, test } from 'vitest'
import { addressIn, citedAt, isSamePlace, readIn, readOf } from '../../../src/channels/web/reader/address.ts'
import { lineageAt, markedOf, ownLabel, pageAt, stepOf } from '../../../src/channels/web/reader/place.ts'
import { citedAtPlace } from '../../../src/channels/web/reader/cited-place.ts'
import { titleOf } from '../../../src/clauses/address.ts'
import { documentSummary, outlineOf, type Reading } from '../../../src/channels/wire.ts'
import { DECISION, documentOf } from '../scripted.ts'

const LAW = documentOf({
  id: 'd-law',
  source: '民法典/物权编.md',
  text: [
    '第一章 一般规定',
    '第二百零五条 本编调整因物的归属和利用产生的民事关系。',
    '第二百零六条 国家坚持和完善公有制为主体、多种所有制经济共同发展。',
    '国家巩固和发展公有制经济，鼓励、支持和引导非公有制经济的发展。',
    '第二章 物权的设立、变更、转让和消灭',
    '第二百一十一条 当事人申请登记，应当提供下列材料：',
    '（一）权属证明；',
    '（二）不动产界址、面积等必要材料。',
  ].join('\n'),
})
const outline = outlineOf(LAW)
const namesAt = (words: string) => lineageAt(outline, LAW.text.indexOf(words)).map(({ spoken }) => spoken)

test('an address names a document, a version of its text and a place in it, or less', () => {
  expect(addressIn('d-000')).toEqual({ id: 'd-000' })
  expect(addressIn('d-000/213ffd5c05c1071a')).toEqual({ id: 'd-000', sha: '213ffd5c05c1071a' })
  expect(addressIn('d-000/213ffd5c05c1071a/12-80')).toEqual({ id: 'd-000', sha: '213ffd5c05c1071a', span: { start: 12, end: 80 } })
  for (const wrong of ['', 'd-000/213f', 'd-000/213ffd5c05c1071a/12', '../etc', 'd-000/213ffd5c05c1071a/a-b']) {
    expect(addressIn(wrong)).toBeUndefined()
  }
})

test('the address of a place is what a citation links to', () => {
  const read = readOf('d-000', DECISION.textSha256, { start: 12, end: 80 })
  expect(read).toBe(`d-000/${DECISION.textSha256.slice(0, 16)}/12-80`)
  expect(readIn(`/read/${read}`)).toBe(read)
  expect(isSamePlace(`/read/${read}`, `d-000/${DECISION.textSha256}/12-80`)).toBe(true)
  expect(isSamePlace(read, readOf('d-000', DECISION.textSha256, { start: 12, end: 81 }))).toBe(false)
  expect(isSamePlace('d-000', 'd-000')).toBe(false)
})

test('an exchange may have dots in its name', () => {
  expect(citedAt('0198.e1.12')).toEqual({ exchangeId: '0198.e1', n: 12 })
  expect(citedAt('e1')).toBeUndefined()
})

test('an offset stands in the deepest clause that holds it', () => {
  expect(namesAt('第二百零五条')).toEqual(['第一章', '第二百零五条'])
  expect(namesAt('引导非公有制')).toEqual(['第一章', '第二百零六条'])
  expect(namesAt('不动产界址')).toEqual(['第二章', '第二百一十一条', '第二百一十一条第（二）项'])
  expect(lineageAt(outline, LAW.text.length)).toEqual([])
  expect(lineageAt([], 5)).toEqual([])
})

test('a step says what a clause adds to the one around it', () => {
  const [chapter, article, item] = lineageAt(outline, LAW.text.indexOf('不动产界址'))
  expect(stepOf(chapter!, undefined)).toBe('第二章')
  expect(stepOf(article!, chapter)).toBe('第二百一十一条')
  expect(stepOf(item!, article)).toBe('第（二）项')
  expect(ownLabel(item!, article)).toBe('（二）')
  const [part, second] = lineageAt(outlineOf(DECISION), DECISION.text.indexOf('2.', DECISION.text.indexOf('三、')))
  expect([part!.spoken, stepOf(second!, part), ownLabel(second!, part)]).toEqual(['第三部分', '第2条', '2.'])
})

test('of a whole chapter the heading is marked, of an article with its items all, of quoted words exactly these', () => {
  const part = outlineOf(DECISION).find(({ spoken }) => spoken === '第三部分')!
  const heading = markedOf(DECISION.text, outlineOf(DECISION), part)
  expect(DECISION.text.slice(heading.start, heading.end)).toBe('三、推进现代化战略支撑强基新实践,加快打造创新创业的新天堂')
  expect(part.end - part.start).toBeGreaterThan(1_000)
  expect(markedOf(DECISION.text, [], part)).toEqual({ start: part.start, end: part.end })

  const article = lineageAt(outline, LAW.text.indexOf('第二百一十一条'))[1]!
  expect(markedOf(LAW.text, outline, article)).toEqual({ start: article.start, end: LAW.text.length })
  const start = LAW.text.indexOf('公有制为主体')
  expect(markedOf(LAW.text, outline, { start, end: start + 4 })).toEqual({ start, end: start + 4 })
})

test('a mark begins and ends on words', () => {
  expect(markedOf('一\r\n\n  二三 \n四', [], { start: 1, end: 9 })).toEqual({ start: 6, end: 8 })
  expect(markedOf('一  二', [], { start: 1, end: 3 })).toEqual({ start: 1, end: 3 })
})

test('a page begins with its first character and lasts until the next', () => {
  expect([0, 699, 700, 5_000].map((offset) => pageAt([0, 700, 1_500], offset))).toEqual([1, 1, 2, 3])
  expect(pageAt(undefined, 5)).toBeUndefined()
  expect(pageAt([10], 5)).toBeUndefined()
})

const READING: Reading = {
  document: documentSummary(DECISION),
  title: titleOf(DECISION),
  source: DECISION.source,
  textSha256: DECISION.textSha256,
  superseded: false,
  removed: false,
  outline: outlineOf(DECISION),
  pages: [0, 900],
  text: DECISION.text,
}

test('selected words are cited by the clause in which they begin', () => {
  const start = DECISION.text.indexOf('坚定不移打造全球创新策源地')
  const span = { start, end: start + '坚定不移打造全球创新策源地'.length }
  const { spoken, quote, page, date } = citedAtPlace({ reading: READING, id: 'd-000', title: DECISION.header.title!.value, span, citation: undefined })
  expect({ spoken, quote, page, date }).toEqual({ spoken: '第三部分第1条', quote: '坚定不移打造全球创新策源地', page: 1, date: '2023-01-09' })
})

test('without a place the document is cited', () => {
  const cited = citedAtPlace({ reading: { ...READING, document: null }, id: 'd-000', title: '旧办法.txt', span: undefined, citation: undefined })
  expect(cited).toEqual({ title: '旧办法.txt', spoken: '' })
})
