/** Rows, columns, running heads and paragraphs, from pieces of text set by hand. Characters of 10 points. */
import { describe, expect, test } from 'vitest'
import { clean } from '../../src/documents/clean.ts'
import { pagesAfter } from '../../src/documents/pages.ts'
import { pageNumber } from '../../src/documents/pdf-edges.ts'
import { readable } from '../../src/documents/pdf-pages.ts'
import type { PageText, Piece } from '../../src/documents/pdf-pages.ts'
import { joinedWords, rowsOf, wordsOf } from '../../src/documents/pdf-rows.ts'
import { textOfPages } from '../../src/documents/pdf-text.ts'
import { rangesOf } from '../../src/documents/pdf.ts'

const SIZE = 10
const widthOf = (text: string) => [...text].reduce((sum, one) => sum + (one < '\u3000' ? 0.5 : 1), 0) * SIZE
const piece = (text: string, x: number, y: number, size = SIZE): Piece =>
  ({ text, x, y, width: (widthOf(text) * size) / SIZE, size })
const page = (...pieces: Piece[]): PageText => ({ pieces, askew: [], vertical: 0 })
const words = (...pieces: Piece[]) => rowsOf(pieces).map(wordsOf)

function read(...pages: PageText[]) {
  const text = textOfPages(pages)
  if (text.outcome !== 'text') throw new Error(text.outcome)
  return text
}
const linesOf = (...pages: PageText[]) => read(...pages).text.trimEnd().split('\n')
const droppedOf = (...pages: PageText[]) => read(...pages).dropped.map(({ page, reason, text }) => `${page} ${reason} ${text}`)

/** A line that fills the measure from 100 to 300, and one that is indented by two characters. */
const FULL = '企业应当依照法律规定建立健全安全生产管理'
const INDENTED = '国家建立健全突发事件应急预案体系和制度'.slice(0, 18)
const full = (y: number) => piece(FULL, 100, y)
const indented = (y: number) => piece(INDENTED, 120, y)

describe('words of a row', () => {
  test('pieces meet without a blank between Han characters, and keep those of Latin words', () => {
    expect(words(piece('为了规范', 100, 50), piece('Open Source', 140, 50), piece('软件', 198, 50))).toEqual(['为了规范Open Source软件'])
    expect(words(piece('Open', 100, 50), piece('Source', 123, 50))).toEqual(['Open Source'])
  })

  test('a full-width gap is a blank, full-width forms stay', () => {
    expect(words(piece('第一条', 100, 50), piece('为了（１）', 140, 50))).toEqual(['第一条 为了（１）'])
  })

  test('spread setting is not blanks', () => {
    expect(words(piece('杭 州 市 人 民 政 府', 100, 50))).toEqual(['杭州市人民政府'])
    expect(words(piece('第一编 总 则', 100, 50))).toEqual(['第一编 总 则'])
    expect(words(piece('第 二 条 市 场 监 督 管 理', 100, 50))).toEqual(['第二条 市场监督管理'])
  })

  test('the gap that sets Latin letters off from Han characters is no blank', () => {
    expect(words(piece('培育 “ 296X”先进', 100, 50))).toEqual(['培育“296X”先进'])
  })

  test('a superscript stands in its row', () => {
    expect(words(piece('面积不少于10m', 100, 50), piece('2', 165, 46, 6), piece('的', 169, 50))).toEqual(['面积不少于10m2的'])
  })

  test('radicals are the characters they are drawn as, control characters are unknown', () => {
    expect(readable('⼀⽇不\u0003')).toBe('一日不\ufffd')
    expect(readable('第\ud83d条')).toBe('第\ufffd条')
  })

  test('line ends join as words do', () => {
    expect([joinedWords('科技', '创新'), joinedWords('open', 'source'), joinedWords('领导,', '3年'), joinedWords('20', '25年')]).toEqual([
      '科技创新', 'open source', '领导,3年', '2025年',
    ])
  })
})

describe('paragraphs', () => {
  test('an indented line begins one, a line at the margin continues it', () => {
    const lines = linesOf(page(indented(50), full(65), piece('制度。', 100, 80), indented(95), full(110)))
    expect(lines).toEqual([`${INDENTED}${FULL}制度。`, `${INDENTED}${FULL}`])
  })

  test('over a page too: a reference at the beginning of a line is no clause', () => {
    const first = page(indented(50), full(65), full(80), full(95))
    const second = page(piece('第三条的规定处罚。', 100, 50), indented(65), full(80))
    expect(linesOf(first, second)).toEqual([`${INDENTED}${FULL.repeat(3)}第三条的规定处罚。`, `${INDENTED}${FULL}`])
  })

  test('a line that ends short ends its paragraph, without any indent', () => {
    const lines = linesOf(page(full(50), piece('的部门报告', 100, 65), full(80), piece('制度。', 100, 95), full(110)))
    expect(lines).toEqual([`${FULL}的部门报告`, `${FULL}制度。`, FULL])
  })

  test('a line ends short for a long word that moved to the next one; that is no end', () => {
    const lines = linesOf(page(full(50), piece('企业应当依照法律规定建立', 100, 65), piece('ISO/IEC-27001-2022', 100, 80), full(95)))
    expect(lines[0]).toBe(`${FULL}企业应当依照法律规定建立ISO/IEC-27001-2022`)
  })

  test('a gap larger than the line pitch parts paragraphs', () => {
    expect(linesOf(page(full(50), full(65), full(80), full(110), full(125)))).toEqual([FULL.repeat(3), FULL.repeat(2)])
  })

  test('a centred title of two lines is one line; chapter and document number stay their own', () => {
    const title = [piece('杭州市人民政府关于促进', 123, 50, 14), piece('创新发展的若干意见', 137, 70, 14)]
    const head = [piece('杭政〔2022〕3号', 162, 90), piece('第一章 总则', 172, 110)]
    expect(linesOf(page(...title, ...head, indented(125), full(140), full(155), full(170))).slice(0, 3)).toEqual([
      '杭州市人民政府关于促进创新发展的若干意见',
      '杭政〔2022〕3号',
      '第一章 总则',
    ])
  })

  test('a centred line that is full goes on in the next, whatever it says', () => {
    const date = [piece('2018年10月29日最高人民法院审委会会议通', 105, 50), piece('过', 195, 65)]
    const lines = linesOf(page(...date, indented(80), full(95), full(110), full(125)))
    expect(lines[0]).toBe('2018年10月29日最高人民法院审委会会议通过')
  })

  test('a heading of larger letters that is full goes on in the next line', () => {
    const title = [piece('关于审理移交撤销企业和与党政机关', 104, 50, 12), piece('脱钩企业相关纠纷若干问题的规定', 110, 68, 12)]
    const lines = linesOf(page(...title, indented(100), full(115), full(130), full(145)))
    expect(lines[0]).toBe('关于审理移交撤销企业和与党政机关脱钩企业相关纠纷若干问题的规定')
  })

  test('an organ and a date set to the right are lines of their own', () => {
    const lines = linesOf(page(indented(50), full(65), piece('制度。', 100, 80), piece('杭州市人民政府', 220, 95), piece('2022年3月1日', 230, 110)))
    expect(lines.slice(1)).toEqual(['杭州市人民政府', '2022年3月1日'])
  })

  test('rows of a table stay lines', () => {
    const row = (y: number, name: string) => [piece(name, 100, y), piece('20', 180, y), piece('万元', 260, y)]
    expect(linesOf(page(full(50), full(65), ...row(80, '研发'), ...row(95, '培训')))).toEqual([FULL.repeat(2), '研发 20 万元', '培训 20 万元'])
  })
})

describe('columns', () => {
  const column = (x: number, words: string) => [50, 65, 80, 95, 110, 125].map((y, at) => piece(`${words}${at}条的规定应当予以处罚`, x, y))

  test('two columns are read one after the other, a title across them first', () => {
    const [left, right] = [column(100, '甲乙'), column(250, '丙丁')]
    const lines = linesOf(page(piece('中华人民共和国出口管制法', 140, 20, 14), ...left, ...right))
    expect(lines.join('').indexOf('甲乙5条')).toBeLessThan(lines.join('').indexOf('丙丁0条'))
    expect(lines[0]).toBe('中华人民共和国出口管制法')
  })

  test('also where their lines stand at different heights', () => {
    const left = column(100, '甲乙').map((one) => ({ ...one, y: one.y + 30 }))
    const right = column(250, '丙丁').map((one) => ({ ...one, y: one.y * 1.1 }))
    const text = linesOf(page(...left, ...right)).join('')
    expect(text.indexOf('甲乙5条')).toBeLessThan(text.indexOf('丙丁0条'))
  })

  test('the cells of a table are not columns', () => {
    const cells = [50, 65, 80, 95, 110, 125].flatMap((y, at) => [piece(`项目${at}`, 100, y), piece(`${at}0万元`, 250, y)])
    expect(linesOf(page(full(20), ...cells))[1]).toBe('项目0 00万元')
  })
})

describe('heads, feet and page numbers', () => {
  /** Three lines, the outer ones of which no other page has. */
  const bodyOf = (own: string) => [piece(`${own}建立健全突发事件应急预案体系`, 120, 100), full(115), piece(`${own}应当依照法律规定建立健全安全管理制度。`, 100, 130)]
  const bodies = ['企业', '机关', '学校'].map(bodyOf)

  test.each([
    ['— 3 —', { value: 3, isBare: false }],
    ['- 3 -', { value: 3, isBare: false }],
    ['第3页 共10页', { value: 3, isBare: false }],
    ['3/10', { value: 3, isBare: false }],
    ['·３·', { value: 3, isBare: false }],
    ['3', { value: 3, isBare: true }],
    ['Page 3 of 10', { value: 3, isBare: false }],
    ['第三条', undefined],
    ['3.建设平台', undefined],
    ['（3）', undefined],
  ])('%s', (row, number) => {
    expect(pageNumber(row)).toEqual(number)
  })

  test('numbers that count with the pages go; a number of the document stays', () => {
    const numbered = (number: number, at = 0) => page(...(bodies[at] ?? []), piece(`${number}`, 200, 800))
    expect(droppedOf(numbered(5), numbered(6, 1))).toEqual(['1 page-number 5', '2 page-number 6'])
    expect(droppedOf(numbered(2035))).toEqual([])
    expect(linesOf(page(piece('杭政〔2022〕3号', 160, 50), ...bodyOf('企业')), page(...bodyOf('机关')))[0]).toBe('杭政〔2022〕3号')
  })

  test('a running head goes where most pages have it at one height, or three pages in a row', () => {
    const headed = (words: string, at: number, y = 30) => page(piece(words, 150, y), ...(bodies[at] ?? []))
    const plain = (at: number) => page(...(bodies[at] ?? []))
    const head = '杭州市人民政府公报2022年第3期'
    expect(droppedOf(headed(head, 0), headed(head, 1), plain(2))).toEqual([`1 running-head ${head}`, `2 running-head ${head}`])
    expect(droppedOf(headed(head, 0), headed(head, 1, 50), plain(2))).toEqual([])
    expect(droppedOf(headed(head, 0), plain(1), plain(2))).toEqual([])
  })

  test('rows behind the edge, and sentences, are the document’s own', () => {
    const listed = (at: number) => page(...(bodies[at] ?? []).toReversed().map((row, i) => ({ ...row, y: 50 + 15 * i })), piece('附件清单', 150, 110), piece(`${'甲乙'[at]}表`, 100, 125))
    expect(droppedOf(listed(0), listed(1))).toEqual([])
    const sentence = (at: number) => page(piece('本页内容由当事人填写。', 150, 30), ...(bodies[at] ?? []))
    expect(droppedOf(sentence(0), sentence(1))).toEqual([])
  })

  test('words askew are a watermark', () => {
    expect(read({ pieces: bodyOf('企业'), askew: ['内部资料'], vertical: 0 }).dropped).toEqual([
      { line: 1, page: 1, text: '内部资料', reason: 'watermark' },
    ])
  })
})

describe('what is no text', () => {
  test('pages with a stamp and nothing else are scans', () => {
    expect(textOfPages([page(piece('扫描', 0, 0)), page(), page()])).toEqual({ outcome: 'scanned', pages: 3 })
  })

  test('private letters are told when they are few, and refuse the file when they are many', () => {
    expect(read(page(full(50), full(65), piece('\ue001', 100, 80))).unreadable).toBe(1)
    expect(textOfPages([page(full(50), piece('\ue001\ue002\ue003', 100, 80))])).toEqual({ outcome: 'unreadable' })
  })

  test('vertical setting is refused', () => {
    expect(textOfPages([{ pieces: [full(50)], askew: [], vertical: 400 }])).toEqual({ outcome: 'vertical' })
  })
})

describe('where pages begin', () => {
  test('in the text, also within a paragraph; an empty page begins with the next', () => {
    const { text, pages } = read(page(indented(50), full(65)), page(), page(full(50), piece('制度。', 100, 65)))
    expect(pages).toEqual([0, 39, 39])
    expect(text.slice(39)).toBe(`${FULL}制度。\n`)
    expect(rangesOf([2, 3, 4, 7])).toBe('2至4、7')
  })

  test('after lines were left out', () => {
    const received = '分享到：微信\n关于促进创新发展的通知\n第一条 企业应当报告。\n责任编辑：张三\n'
    const { text, dropped } = clean(received)
    expect(text).toBe('关于促进创新发展的通知\n第一条 企业应当报告。\n')
    expect(pagesAfter([0, 10, received.indexOf('企业'), received.length - 1], received, dropped)).toEqual([
      0,
      10 - '分享到：微信\n'.length,
      text.indexOf('企业'),
      text.length,
    ])
  })
})
