/** What is left out around a document, and what never is. */
import { describe, expect, test } from 'vitest'
import { clean } from '../../src/documents/clean.ts'

const report = (text: string) => clean(text).dropped.map(({ line, reason }) => `${line} ${reason}`)

const TITLE = '关于促进大走廊创新发展的决定'
const PARAGRAPH = '为进一步贯彻落实省第十五次党代会精神,结合本市实际,作出如下决定。'
const LONG_BODY = Array.from({ length: 8 }, (_, index) => `第${index + 1}条 推进科技创新和产业创新深度融合,完善协同攻关机制。`)

describe('a body that stands twice', () => {
  const [first = '', ...others] = LONG_BODY

  test('is kept once', () => {
    const { text, dropped } = clean([...LONG_BODY, ...LONG_BODY].join('\n'))
    expect(text).toBe(`${LONG_BODY.join('\n')}\n`)
    expect(dropped.map(({ line }) => line)).toEqual([9, 10, 11, 12, 13, 14, 15, 16])
  })

  test('is kept once below a title and a date that stand once', () => {
    const { text } = clean([TITLE, '2023-01-09', '', ...LONG_BODY, '', ...LONG_BODY].join('\n'))
    expect(text).toBe(`${[TITLE, '2023-01-09', '', ...LONG_BODY, ''].join('\n')}\n`)
  })

  test('is kept once, of whole lines, when the copies meet within a line', () => {
    const received = LONG_BODY.join('\n') + LONG_BODY.join('\n')
    const { text, dropped } = clean(received)
    expect(text).toBe(LONG_BODY.join('\n'))
    expect(dropped.map(({ line }) => line)).toEqual([8, 9, 10, 11, 12, 13, 14])
    expect(dropped[0]?.text).toBe(`${LONG_BODY[7]}${first}`)
  })

  test('is kept whole when the line where copies would meet holds other words', () => {
    expect(report([...LONG_BODY.slice(0, -1), '第8条 另有规定的,从其规定。', ...LONG_BODY.slice(1)].join('\n'))).toEqual([])
  })

  test('is kept whole when the second copy differs in one figure', () => {
    const changed = [first, ...others.slice(0, -1), '第8条 研发投入强度超过4%。'].join('\n')
    expect(report(`${LONG_BODY.join('\n')}\n${changed}`)).toEqual([])
  })

  test('is kept whole when it is a short refrain', () => {
    expect(report('同意。\n同意。\n同意。\n同意。')).toEqual([])
  })
})

describe('above the title', () => {
  test('buttons, breadcrumbs, hotlines and menus go, with the blank lines among them', () => {
    const head = ['设为首页 | 加入收藏', '', '新闻热线:\u00a0\u00a00571-88255213', '首页 新闻 政务 视频 专题', '您的位置：首页 > 政务 > 文件', '']
    const { text, dropped } = clean([...head, TITLE, '2023-01-09', '', PARAGRAPH].join('\n'))
    expect(text).toBe([TITLE, '2023-01-09', '', PARAGRAPH].join('\n'))
    expect(dropped.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '1 navigation', '2 navigation', '3 navigation', '4 link-list', '5 navigation', '6 navigation',
    ])
  })

  test('a title of spaced words is no menu', () => {
    expect(report(`杭 州 市 人 民 政 府 令\n第1号\n${PARAGRAPH}`)).toEqual([])
  })
})

describe('between title and body', () => {
  test('the line with the date stays although it names a source', () => {
    expect(report(`${TITLE}\n2022- 07- 11 10:29:44 来源:杭州日报 作者:\n\n${PARAGRAPH}`)).toEqual([])
  })

  test('so it does where the source comes first', () => {
    expect(report(`${TITLE}\n来源：杭州日报 2022-07-11 10:29\n\n${PARAGRAPH}`)).toEqual([])
  })

  test('a byline without a date and the share buttons go', () => {
    expect(report(`${TITLE}\n来源：杭州日报 作者：\n分享到：微信 微博\n字号：[大 中 小]\n\n${PARAGRAPH}`)).toEqual([
      '2 byline', '3 share', '4 navigation',
    ])
  })
})

describe('at the end', () => {
  test('what follows a byline goes with it', () => {
    const { text } = clean(`${TITLE}\n${PARAGRAPH}\n\n来源:杭州日报 作者: 编辑:程慧雨\n杭州宣传网`)
    expect(text).toBe(`${TITLE}\n${PARAGRAPH}\n`)
  })

  test('a copyright line takes the address lines of the site with it', () => {
    expect(report(`${TITLE}\n${PARAGRAPH}\n主办：市政府办公厅\n地址：解放东路18号\n版权所有 浙ICP备05000001号`)).toEqual([
      '3 footer', '4 footer', '5 footer',
    ])
  })

  test.each([
    ['a signature', '杭州市人民政府\n2023年1月9日'],
    ['a list of annexes', '附件：1.目录\n2.名单'],
    ['a contact', '联系人：张三\n联系电话：0571-88255213'],
    ['the organisers of an event', '主办单位：杭州市人民政府\n承办单位：市科技局'],
    ['a table', '序号\t名称\n1\t人才办法'],
    ['a short list', '• 北京\n• 上海\n• 天津\n• 重庆'],
  ])('%s stays', (_, end) => {
    expect(report(`${TITLE}\n${PARAGRAPH}\n${end}`)).toEqual([])
  })

  test('a byline above an annex stays: the annex is the document’s', () => {
    expect(report(`${TITLE}\n${PARAGRAPH}\n来源：市科技局\n附件1 名单\n一、张三。`)).toEqual([])
  })
})

describe('within the body', () => {
  test.each(['分享到:', '来源：个人所得、经营所得', '当前位置：首页', '设为首页'])('%s between paragraphs is never judged', (line) => {
    expect(report(`${TITLE}\n${PARAGRAPH}\n${line}\n${PARAGRAPH}`)).toEqual([])
  })

  test('a file that is nothing but navigation is left as it is, for a person to see', () => {
    expect(clean('设为首页\n当前位置：首页\n')).toEqual({ text: '设为首页\n当前位置：首页\n', dropped: [] })
  })
})

test('line ends of every kind are kept', () => {
  expect(clean(`设为首页\r\n${TITLE}\r\n${PARAGRAPH}\r\n`).text).toBe(`${TITLE}\r\n${PARAGRAPH}\r\n`)
})

test.each([
  ['blanks', ' '.repeat(1_000_000)],
  ['short lines', '甲\n'.repeat(500_000)],
  ['labels', '来源：'.repeat(330_000)],
  ['bullets', '• 甲乙\n'.repeat(200_000)],
])('a million %s are cleaned in linear time', { timeout: 60_000 }, (_, text) => {
  expect(clean(text).text.length).toBeGreaterThan(0)
})
