import { describe, expect, it, test } from 'vitest'
import { quantities, sameQuantity } from '../../src/questions/quantities.ts'

/** Each figure as printed, its value, its unit and what it measures. */
const read = (text: string) =>
  quantities(text).map(({ span, value, unit, kind }) => [text.slice(span.start, span.end), value, unit, kind])

describe('figures in the text', () => {
  test.each([
    ['全社会研发投入强度超过4%', [['4%', 4, '%', 'percent']]],
    ['力争全市生产总值达到2.5万亿元', [['2.5万亿元', 2_500_000_000_000, '元', 'money']]],
    ['总和超1万亿元', [['1万亿元', 1_000_000_000_000, '元', 'money']]],
    ['全年新建配售型保障性住房不少于6000套', [['6000套', 6000, '套', 'count']]],
    ['全年引进35岁以下大学生35万名以上', [['35岁', 35, '岁', 'age'], ['35万名', 350_000, '名', 'people']]],
    ['着力提升武林、湖滨、吴山三大商圈品质', [['三大', 3, '大', 'count']]],
    ['提高15分钟社区生活圈医疗健康服务水平', [['15分钟', 15, '分钟', 'duration']]],
    ['城乡居民收入倍差缩小至1.7以内', [['1.7', 1.7, '', 'plain']]],
    ['家庭年可支配收入20万元至60万元群体比例', [['20万元', 200_000, '元', 'money'], ['60万元', 600_000, '元', 'money']]],
    ['重点实施12项改革项目', [['12项', 12, '项', 'count']]],
  ])('%s', (text, expected) => expect(read(text)).toEqual(expected))

  test.each(['1200万元', '12,000,000元', '一千二百万元', '１２００万元'])('%s is twelve million yuan', (text) => {
    expect(quantities(text)).toMatchObject([{ value: 12_000_000, unit: '元', kind: 'money' }])
  })

  test.each(['1200万', '12,000,000', '一千二百万'])('%s is twelve million without a unit', (text) => {
    expect(quantities(text)).toMatchObject([{ value: 12_000_000, unit: '', kind: 'plain' }])
  })

  test.each([['百分之四', 4], ['百分之四点五', 4.5], ['百分之12.5', 12.5], ['4％', 4]])('%s is a percentage', (text, value) => {
    expect(read(text)).toEqual([[text, value, '%', 'percent']])
  })

  it('余 and 多 stand between a number and its unit', () => {
    expect(read('五百余名和3000多户')).toEqual([['五百余名', 500, '名', 'people'], ['3000多户', 3000, '户', 'count']])
  })
})

describe('what looks like a figure and is none', () => {
  test.each([
    'G60科创走廊',
    '“296X”先进制造业集群',
    '推进5G网络演进升级',
    'PM2.5和臭氧协同控制',
    '第三次会议通过',
    '强化“三农”等领域',
    '一体化发展',
    '“3+N”基金集群',
    '二〇二二',
  ])('%s', (text) => expect(read(text)).toEqual([]))
})

describe('the same amount', () => {
  const same = (one: string, other: string) => sameQuantity(quantities(one)[0]!, quantities(other)[0]!)

  it('however it is printed', () => expect(same('一千二百万元', '1200万元')).toBe(true))
  it('not another number, unit or kind', () => {
    expect(same('1200万元', '1300万元')).toBe(false)
    expect(same('1200万元', '1200万套')).toBe(false)
    expect(same('4元', '4%')).toBe(false)
  })
  it('个 counts what any measure word counts', () => {
    expect(same('12个', '12项')).toBe(true)
    expect(same('12套', '12项')).toBe(false)
  })
})

test('a text of a hundred thousand figures is read in order', () => {
  const found = quantities('2022年6月，1,111套，百分之四，三大。'.repeat(20_000))
  expect(found).toHaveLength(100_000)
  expect(found.slice(0, 5).map(({ value }) => value)).toEqual([2022, 6, 1111, 4, 3])
})
