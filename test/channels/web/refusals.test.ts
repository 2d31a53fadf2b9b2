import { describe, expect, test } from 'vitest'
import { endingsOf, formatWords, isClutter, refusalOf, sizeAbove, sizeWords } from '../../../src/channels/web/documents/refusals.ts'

const MB = 1024 * 1024
const takes = { maxBytes: 20 * MB, formats: ['.txt', '.text', '.md', '.markdown', '.html', '.htm', '.docx', '.docm', '.pdf'] }

describe('a file is worth sending', () => {
  test.each(['杭州市人才引进办法.docx', '关于印发通知.PDF', '规划建议.v2.txt', '决定.htm', '会议纪要.docm'])('%s', (name) => {
    expect(refusalOf({ name, size: 1 }, takes)).toBeUndefined()
  })
  test('at exactly the most bytes', () => {
    expect(refusalOf({ name: '汇编.pdf', size: 20 * MB }, takes)).toBeUndefined()
  })
})

describe('a file is refused before it is sent', () => {
  test.each([
    ['关于人才工作的意见.doc', 'save-as-docx'],
    ['通知.wps', 'save-as-docx'],
    ['国发〔2023〕1号.ofd', 'export'],
    ['扫描件.JPG', 'recognise'],
    ['补贴标准.xlsx', 'copy-table'],
    ['解读.pptx', 'save-as-pdf'],
    ['附件.zip', 'unpack'],
    ['通知', 'save-as-known'],
    ['通知.docx.exe', 'save-as-known'],
  ])('%s: %s', (name, remedy) => {
    expect(refusalOf({ name, size: 1 }, takes)).toEqual({ kind: 'format', remedy, endings: takes.formats })
  })
  test('one byte too large', () => {
    expect(refusalOf({ name: '汇编.pdf', size: 20 * MB + 1 }, takes)).toEqual({ kind: 'too-large', bytes: 20 * MB + 1, maxBytes: 20 * MB })
  })
  test('empty', () => {
    expect(refusalOf({ name: '决定.txt', size: 0 }, takes)).toEqual({ kind: 'empty' })
  })
  test('for its format first: a large scan is not helped by being split', () => {
    expect(refusalOf({ name: '扫描件.tiff', size: 90 * MB }, takes)).toMatchObject({ kind: 'format', remedy: 'recognise' })
  })
})

test('formats named without dots bring their other endings', () => {
  expect(endingsOf(['txt', 'docx', 'pdf'])).toEqual(['.txt', '.text', '.docx', '.docm', '.pdf'])
  expect(formatWords(takes.formats)).toBe('txt, md, html, docx, pdf')
})

test('what a folder brings along by itself is no document', () => {
  expect(['.DS_Store', 'Thumbs.db', '~$决定.docx', '决定.docx', '2023.txt'].filter((name) => !isClutter(name))).toEqual(['决定.docx', '2023.txt'])
})

test('sizes as people say them', () => {
  expect([0, 1023, 1024, 1_572_864, 20 * MB].map(sizeWords)).toEqual(['0 B', '1023 B', '1 KB', '1.5 MB', '20 MB'])
})

test('a file one byte too large is not said to be as large as it may be', () => {
  expect([20 * MB + 1, 20.5 * MB, 100 * MB].map((bytes) => sizeAbove(bytes, 20 * MB))).toEqual(['20.1 MB', '21 MB', '100 MB'])
})
