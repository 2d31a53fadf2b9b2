import { expect, test } from 'vitest'
import { outlineOf } from '../../../src/channels/wire.ts'
import { countOf, headOf, nodeAt } from '../../../src/channels/web/documents/outline-words.ts'
import { documentOf } from '../../clauses/sources.ts'

const TEXT = [
  '中华人民共和国行政处罚法',
  '第一章　总则',
  '第一条　为了规范行政处罚的设定和实施，保障和监督行政机关有效实施行政管理，维护公共利益和社会秩序，根据宪法，制定本法。',
  '第二章　行政处罚的种类和设定',
  '第九条　行政处罚的种类：',
  '（一）警告、通报批评；',
  '（二）罚款、没收违法所得、没收非法财物；',
  '第一百二十条之一　本法自公布之日起施行。',
].join('\n')

const document = documentOf(TEXT)
const outline = outlineOf(document)
const headAt = (...path: string[]) => headOf(nodeAt(outline, path)!, document.text)

test('a chapter shows its number and its heading, and nothing of the articles below it', () => {
  expect(headAt('第二章')).toEqual({ mark: '第二章', heading: '行政处罚的种类和设定', words: '' })
})

test('an article shows its number once and how it begins', () => {
  expect(headAt('第九条')).toEqual({ mark: '第九条', words: '行政处罚的种类：' })
})

test('an item shows its number as printed', () => {
  expect(headAt('第九条', '二')).toEqual({ mark: '（二）', words: '罚款、没收违法所得、没收非法财物；' })
})

test('an article put in later keeps 之一', () => {
  expect(headAt('第一百二十条之一')).toEqual({ mark: '第一百二十条之一', words: '本法自公布之日起施行。' })
})

test('long words are cut, never within a character', () => {
  expect(headOf(nodeAt(outline, ['第一条'])!, document.text, 9).words).toBe('为了规范行政处罚的…')
  const [rare] = outlineOf(documentOf('第一条　𠮷𠮷𠮷'))
  expect(headOf(rare!, '第一条　𠮷𠮷𠮷', 2).words).toBe('𠮷𠮷…')
})

test('before the text is there, labels and headings stand alone', () => {
  expect(headOf(nodeAt(outline, ['第二章'])!, '')).toEqual({ mark: '第二章', heading: '行政处罚的种类和设定', words: '' })
  expect(headOf(nodeAt(outline, ['第九条', '一'])!, '')).toEqual({ mark: '第九条（一）', words: '' })
})

test('clauses are counted at every depth, and found by their path alone', () => {
  expect(countOf(outline)).toBe(8)
  expect(nodeAt(outline, ['第九条', '三'])).toBeUndefined()
})
