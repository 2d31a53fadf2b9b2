/** The text of the reader: lines, blocks, what a line is to the eye, and where it is cut. */
import { expect, test } from 'vitest'
import { hitsIn, MOST_HITS, nearestHit } from '../../../src/channels/web/reader/find.ts'
import { beginningsOf, blockAt, blocksOf, leadOf, lineKind, linesOf } from '../../../src/channels/web/reader/lines.ts'
import { openAtFirst, rowsOf, rowWords } from '../../../src/channels/web/reader/outline-rows.ts'
import { piecesOf, runsOf, within, type Shown } from '../../../src/channels/web/reader/pieces.ts'
import { outlineOf } from '../../../src/channels/wire.ts'
import { DECISION, documentOf } from '../scripted.ts'

const said = (text: string) => ({ start, end }: { readonly start: number; readonly end: number }) => text.slice(start, end)
const NOTHING: Shown = { hits: [], folios: [] }

test('lines leave their ends out, and lines without characters altogether', () => {
  const text = '第一章 总则\r\n\n第一条 为了……\n　　第二款\r\n'
  expect(linesOf(text).map(said(text))).toEqual(['第一章 总则', '第一条 为了……', '　　第二款'])
  expect(linesOf('')).toEqual([])
  expect(linesOf('\n\n')).toEqual([])
})

test('blocks follow on one another and hold every line', () => {
  const { text } = DECISION
  const long = Array.from({ length: 10 }, () => text).join('\n')
  const blocks = blocksOf(long)
  expect(blocks.map(said(long)).join('')).toBe(long)
  expect(blocks.flatMap(({ lines }) => lines)).toEqual(linesOf(long))
  expect(blocks.map(({ start }) => blockAt(blocks, start))).toEqual([...blocks.keys()])
  expect(blockAt(blocks, long.length)).toBe(blocks.length - 1)
})

test('of clauses that begin together the outermost names the line', () => {
  const [part] = outlineOf(DECISION).filter(({ spoken }) => spoken === '第三部分')
  const first = { ...part!.children[0]!, start: part!.start }
  const beginning = beginningsOf([{ ...part!, children: [first] }]).get(part!.start)
  expect([beginning?.node.spoken, beginning?.depth]).toEqual(['第三部分', 0])
})

test('a line is the title, a line under it, a heading or plain words', () => {
  const { text, header } = DECISION
  const title = header.title!.value
  const beginnings = beginningsOf(outlineOf(DECISION))
  const headEnd = outlineOf(DECISION)[0]!.end
  const kinds = linesOf(text).slice(0, 4).map((line) => lineKind(said(text)(line), title, line.start < headEnd, beginnings.get(line.start)))
  expect(kinds).toEqual(['title', 'head', 'heading', 'plain'])
  expect(lineKind('中共杭州市委关于全面学习把握落实党的二十大精神', title, true, undefined)).toBe('title')
})

test('the number of an article is bold, and the words that name a paragraph', () => {
  const { text } = DECISION
  const beginnings = beginningsOf(outlineOf(DECISION))
  const leads = linesOf(text).map((line) => said(text)(line).slice(0, leadOf(said(text)(line), beginnings.get(line.start))))
  expect(leads.find((lead) => lead.startsWith('1.'))).toBe('1.争创综合性国家科学中心')

  const law = documentOf({ id: 'd-law', source: 'a.txt', text: '第一百二十条之一 资助恐怖活动组织的，处五年以下有期徒刑。\n单位犯前款罪的，判处罚金。' })
  const begun = beginningsOf(outlineOf(law))
  expect(linesOf(law.text).map((line) => leadOf(said(law.text)(line), begun.get(line.start)))).toEqual([8, 0])
})

test('a line is cut where marked words begin and end and its pieces are the line', () => {
  const text = '上一行\n1.争创综合性国家科学中心。深入推进自主创新\n下一行'
  const line = linesOf(text)[1]!
  const marked = { start: text.indexOf('综合性'), end: text.indexOf('深入推进') + 2 }
  const pieces = piecesOf(line, 4, { ...NOTHING, marked })
  expect(pieces.map(said(text))).toEqual(['1.争创', '综合性国家科学中心。深入', '推进自主创新'])
  expect(pieces.map(({ isMarked, isBold }) => [isMarked, isBold])).toEqual([[false, true], [true, false], [false, false]])
})

test('words over several lines are marked from their first to their last', () => {
  const text = '第一行的话\n第二行\n第三行的话'
  const marked = { start: 3, end: 12 }
  const shown = linesOf(text).map((line) => piecesOf(line, 0, { ...NOTHING, marked }).filter(({ isMarked }) => isMarked).map(said(text)).join(''))
  expect(shown).toEqual(['的话', '第二行', '第三'])
})

test('what was searched for stands inside the mark, and a mark is one from end to end', () => {
  const text = '权利人对自己的不动产或者动产'
  const [line] = linesOf(text)
  const hits = hitsIn(text, '动产')
  const pieces = piecesOf(line!, 0, { hits, current: hits[1]!, folios: [{ start: 7, page: 3 }], marked: { start: 4, end: 10 } })
  expect(pieces.map((piece) => [said(text)(piece), piece.isMarked, piece.hit, piece.folio])).toEqual([
    ['权利人对', false, undefined, undefined],
    ['自己的', true, undefined, undefined],
    ['不', true, undefined, 3],
    ['动产', true, 'hit', undefined],
    ['或者', false, undefined, undefined],
    ['动产', false, 'current', undefined],
  ])
  expect(runsOf(pieces).map((run) => run.map(said(text)).join(''))).toEqual(['权利人对', '自己的不动产', '或者动产'])
})

test('words are found whatever their case and the blanks between them, and as they are written', () => {
  const text = '推进5G、G60科创走廊。(A)a.b\nc'
  expect(hitsIn(text, 'g60').map(said(text))).toEqual(['G60'])
  expect(hitsIn(text, '(a)').map(said(text))).toEqual(['(A)'])
  expect(hitsIn(text, 'a.b c').map(said(text))).toEqual(['a.b\nc'])
  expect(hitsIn(text, '.').length).toBe(1)
  expect(hitsIn(text, '  ')).toEqual([])
  expect(hitsIn('的'.repeat(MOST_HITS + 1), '的').length).toBe(MOST_HITS)
})

test('the search begins at what is being read and goes round', () => {
  const hits = [{ start: 2, end: 4 }, { start: 9, end: 11 }]
  expect([nearestHit(hits, 5), nearestHit(hits, 12), nearestHit([], 5)]).toEqual([1, 0, 0])
})

test('of a list a span has what reaches into it', () => {
  const hits = [{ start: 0, end: 3 }, { start: 5, end: 8 }, { start: 8, end: 9 }, { start: 12, end: 14 }]
  expect(within(hits, { start: 6, end: 12 })).toEqual([{ start: 5, end: 8 }, { start: 8, end: 9 }])
  expect(within(hits, { start: 9, end: 12 })).toBe(within([], { start: 0, end: 5 }))
})

test('an outline opens as far as it can be taken in at a glance', () => {
  const outline = outlineOf(DECISION)
  const rows = rowsOf(outline, openAtFirst(outline))
  expect(rows.length).toBe(17)
  expect(rows.filter(({ level }) => level === 2)[0]).toMatchObject({ position: 1, siblings: 4 })
  const long = Array.from({ length: 61 }, (_, at) => ({ ...outline[1]!, start: at }))
  expect(openAtFirst(long).size).toBe(0)
  expect(rowsOf(long, new Set([long[0]!])).filter(({ level }) => level === 2).length).toBe(outline[1]!.children.length)
})

test('a row says a heading, or how a clause begins', () => {
  const law = documentOf({ id: 'd-law', source: 'a.txt', text: '第一章 总则\n第一条 为了保护民事主体的合法权益，制定本法。\n第二条 民法调整平等主体。' })
  const rows = rowsOf(outlineOf(law), new Set(outlineOf(law)))
  const outline = outlineOf(law)
  expect(rows.map((row) => rowWords(law.text, row))).toEqual([{ label: '第一章', about: '总则' }])
  expect(rowsOf(outline, new Set(outline)).map((row) => rowWords(law.text, row))).toEqual([
    { label: '第一章', about: '总则' },
    { label: '第一条', about: '为了保护民事主体的合法权益，制定本法。' },
    { label: '第二条', about: '民法调整平等主体。' },
  ])
})
