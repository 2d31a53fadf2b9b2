import { describe, expect, test } from 'vitest'
import { readMark } from '../../src/clauses/markers.ts'

const read = (words: string) => {
  const mark = readMark(words)
  return mark && [mark.style, mark.mark, mark.ordinal, words.slice(mark.length)]
}

describe('marks in every style, full and half width', () => {
  test.each([
    ['第一编 总则', 'book', '第一编', 1, '总则'],
    ['第二分编  典型合同', 'subbook', '第二分编', 2, '典型合同'],
    ['第三章\u3000监督', 'chapter', '第三章', 3, '监督'],
    ['第四节 期间', 'section', '第四节', 4, '期间'],
    ['第二部分', 'division', '第二部分', 2, ''],
    ['第一千零六十二条 夫妻', 'article', '第一千零六十二条', 1062, '夫妻'],
    ['第十二條 國家', 'article', '第十二條', 12, '國家'],
    ['第 一 条 目的', 'article', '第一条', 1, '目的'],
    ['第二百八十七条之二 明知', 'article', '第二百八十七条之二', 287, '明知'],
    ['第一百二十条之十 新增', 'article', '第一百二十条之十', 120, '新增'],
    ['（二十）其他', 'bracketed-chinese', '（二十）', 20, '其他'],
    ['（十一）其他', 'bracketed-chinese', '（十一）', 11, '其他'],
    ['第12条 范围', 'article', '第12条', 12, '范围'],
    ['十一、以党的自我革命', 'chinese', '十一、', 11, '以党的自我革命'],
    ['（二十一）其他', 'bracketed-chinese', '（二十一）', 21, '其他'],
    ['(三) 其他', 'bracketed-chinese', '(三)', 3, '其他'],
    ['㈢其他', 'bracketed-chinese', '㈢', 3, '其他'],
    ['1.争创', 'arabic', '1.', 1, '争创'],
    ['1．争创', 'arabic', '1．', 1, '争创'],
    ['2．3，4—亚甲基二氧苯基—2—丙酮', 'arabic', '2．', 2, '3，4—亚甲基二氧苯基—2—丙酮'],
    ['１２、争创', 'arabic', '１２、', 12, '争创'],
    ['(6)深化', 'bracketed-arabic', '(6)', 6, '深化'],
    ['（6）深化', 'bracketed-arabic', '（6）', 6, '深化'],
    ['⑹深化', 'bracketed-arabic', '⑹', 6, '深化'],
    ['3）深化', 'bracketed-arabic', '3）', 3, '深化'],
    ['③深化', 'circled', '③', 3, '深化'],
  ])('%s', (words, ...expected) => expect(read(words)).toEqual(expected))

  test('之一 is a branch of its chapter', () => {
    expect(readMark('第三章之一 监察')).toMatchObject({ style: 'chapter', ordinal: 3, branch: 1, step: '第三章之一', mark: '第三章之一' })
    expect(readMark('第二节 之一')).toMatchObject({ style: 'section', ordinal: 2, mark: '第二节' })
  })

  test('之一 is a branch of its article', () => {
    expect(readMark('第一百二十条之十')).toMatchObject({ ordinal: 120, branch: 10 })
    expect(readMark('第十七条之一 已满七十五周岁')).toMatchObject({ ordinal: 17, branch: 1, step: '第十七条之一' })
  })
})

test.each(['1.2亿元', '1．2亿元', '2.5万', '2023.5', '2023年', '二十大报告', '一是人民至上', '5G网络', '第一次', '第二个百年', '（以下简称大走廊）', '(2022年6月29日通过)', ''])(
  '%j opens with no mark',
  (words) => expect(read(words)).toBeUndefined(),
)

test.each(['第十二条规定的情形', '第十二条、第十三条', '第十二条第二款', '第三条和第四条', '第五章的规定', '第三条至第五条', '（一）、（二）项', '（三）项规定的', '一、二线城市', '一、二、三产业'])(
  '%s is mentioned, not given',
  (words) => expect(readMark(words)?.refers).toBe(true),
)
test.each(['第十二条 国家实行', '第十二条国家实行', '一、二十大精神', '（一）项目建设', '第三条 中华人民共和国公民', '1.第一步'])(
  '%s is given',
  (words) => expect(readMark(words)?.refers).toBe(false),
)
