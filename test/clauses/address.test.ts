import { describe, expect, test } from 'vitest'
import { citeOf, clauseId, findClause, innermost, labelOf, ownPlace, ownText, placeAt, spokenOf, titleOf, walk } from '../../src/clauses/address.ts'
import type { Document, DocumentId } from '../../src/types.ts'
import { SEEDS, documentOf, seed } from './sources.ts'

/** Label and spoken form of the place where these words stand. */
function addressed(document: Document, words: string): [string, string] {
  const start = document.text.indexOf(words)
  if (start < 0) throw new Error(`no ${words}`)
  const place = placeAt(document, { start, end: start + words.length })
  return [labelOf(place), spokenOf(place)]
}

describe('where the words of the seeds stand', () => {
  test.each([
    ['001', '全社会研发投入强度超过4%', '二、2.第2款', '第二部分第2条第2款'],
    ['001', '到二〇三五年,基本实现高水平现代化', '二、2.第1款', '第二部分第2条第1款'],
    ['001', '作出如下决定', '序言', '序言'],
    ['000', '争创综合性国家科学中心', '三、1.', '第三部分第1条'],
    ['001', '持续放大亚运效应', '十、2.', '第十部分第2条'],
    ['002', '市政府及有关部门', '结语', '结语'],
    ['002', '厚植科创土壤', '一、', '第一部分'],
    ['002', '第三次会议通过', '题头', '题头'],
    ['003', '紧紧抓住共建', '二、导语', '第二部分导语'],
    ['003', '健全教育强市', '二、(6)', '第二部分第(6)条'],
    ['004', '重点实施12项改革项目', '深化改革', '「深化改革」部分'],
  ])('%s: %s → %s, %s', (number, words, label, spoken) => expect(addressed(seed(number), words)).toEqual([label, spoken]))
})

describe('where the words of a law stand', () => {
  const law = documentOf(
    '第一章 总则\n第七条 有下列情形之一的：\n（一）甲；\n（二）乙；\n1.丙；\n前款规定有例外：\n（一）丁。\n第八条 戊。\n第八条之一 己。\n第九条 庚：\n（三）辛。',
  )
  test.each([
    ['乙', '第七条第一款（二）', '第七条第一款第（二）项'],
    ['丙', '第七条第一款（二）1.', '第七条第一款第（二）项第1目'],
    ['例外', '第七条第二款', '第七条第二款'],
    ['丁', '第七条第二款（一）', '第七条第二款第（一）项'],
    ['戊', '第八条', '第八条'],
    ['己', '第八条之一', '第八条之一'],
    ['辛', '第九条（三）', '第九条第（三）项'],
    ['总则', '第一章', '第一章'],
  ])('%s → %s, %s', (words, label, spoken) => expect(addressed(law, words)).toEqual([label, spoken]))
})

test('a whole part is spoken without its lead paragraph', () => {
  const document = seed('003')
  const lineage = findClause(document, ['二'])!
  expect(spokenOf({ document, lineage })).toBe('第二部分')
  expect(spokenOf(ownPlace(document, lineage))).toBe('第二部分导语')
})

test('articles that begin again in every book are spoken with it', () => {
  const document = documentOf('第一编 总则\n第一条 甲。\n第二编 分则\n第一条 丙。')
  expect(addressed(document, '丙')).toEqual(['第二编第一条', '第二编第一条'])
})

test('a document without sections is one body, not a preamble', () => {
  expect(addressed(documentOf('今天下了一场雨。\n明天放晴。'), '明天')).toEqual(['正文', '正文'])
})

test('every clause of the seeds is found again by its path, and holds the place of its own words', () => {
  for (const number of SEEDS) {
    const document = seed(number)
    for (const lineage of walk(document)) {
      const clause = innermost(lineage)
      expect(clause.id).toBe(clauseId(document.id, clause.path))
      expect(findClause(document, clause.path)).toEqual(lineage)
      clause.paragraphs.forEach((span, at) => {
        const place = placeAt(document, span)
        expect(place.lineage.at(-1)).toBe(clause)
        expect(place.paragraph ?? 1).toBe(at + 1)
      })
    }
  }
})

test('ids keep paths apart whatever the headings hold', () => {
  const id = 'd' as DocumentId
  expect(clauseId(id, ['二', '2'])).toBe('d#二/2')
  expect(clauseId(id, ['a/b'])).not.toBe(clauseId(id, ['a', 'b']))
  expect(clauseId(id, ['a%2Fb'])).not.toBe(clauseId(id, ['a/b']))
})

test('a document without a title goes by the name its operator gave it, else by its file', () => {
  const document = seed('003')
  const lineage = findClause(document, ['二', '7'])!
  expect(citeOf({ document, lineage })).toBe('《规划建议》第二部分第(7)条')
  const unnamed = { ...document, shortNames: [] }
  expect(titleOf(unnamed)).toBe(document.source)
  expect(citeOf({ document: unnamed, lineage })).toBe(`《${document.source}》第二部分第(7)条`)
})

test('own text is the paragraphs, children left out', () => {
  const document = documentOf('第七条 有下列情形：\n（一）甲；\n其他情形从严。')
  expect(ownText(document, document.clauses[0]!)).toBe('第七条 有下列情形：\n其他情形从严。')
})
