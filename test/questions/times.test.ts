import { describe, expect, it, test } from 'vitest'
import { times } from '../../src/questions/times.ts'

const read = (text: string) => times(text).map(({ span, name }) => [text.slice(span.start, span.end), name])

describe('times a text names', () => {
  test.each([
    ['到二〇三五年,基本实现高水平现代化', [['二〇三五年', '2035']]],
    ['到本世纪中叶,建成具有全球影响力的独特韵味别样精彩世界名城', [['本世纪中叶', 'century-mid']]],
    ['未来五年是重要窗口期', [['未来五年', 'next-5']]],
    ['力争未来5年实现技术交易额', [['未来5年', 'next-5']]],
    ['市“十四五”规划明确的', [['“十四五”', 'plan-14']]],
    ['十五五怎么安排', [['十五五', 'plan-15']]],
    ['(2022年6月29日杭州市第十四届人民代表大会常务委员会第三次会议通过)', [['2022年6月29日', '2022-06-29']]],
    ['二〇二二年六月二十九日', [['二〇二二年六月二十九日', '2022-06-29']]],
    ['2022- 07- 11 10:29:44 来源:杭州日报', [['2022- 07- 11', '2022-07-11']]],
    ['2024-02-19 11:35:00', [['2024-02-19', '2024-02-19']]],
    ['今年杭州要聚焦', [['今年', 'this-year']]],
    ['２０３５年', [['２０３５年', '2035']]],
  ])('%s', (text, expected) => expect(read(text)).toEqual(expected))

  it('in reading order, with the parts that are said', () => {
    expect(times('2023年1月到2035年').map(({ year, month, day }) => [year, month, day])).toEqual([
      [2023, 1, undefined],
      [2035, undefined, undefined],
    ])
  })
})

describe('what is no time', () => {
  test.each(['第十四届', '新闻热线: 0571-88255213', '“145”行动', '24小时自助办', '一百二十四五个', '过去5年', '1204年'])('%s', (text) =>
    expect(read(text)).toEqual([]),
  )
})
