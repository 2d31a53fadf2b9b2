import { expect, test } from 'vitest'
import { datesIn } from '../../src/documents/dates.ts'

test.each([
  ['2023-01-09 08:42:32', '2023-01-09'],
  ['2022- 07- 11 10:29:44 来源:杭州日报', '2022-07-11'],
  ['（2022年6月29日杭州市第十四届', '2022-06-29'],
  ['２０１２年１２月１９日 公安部令第１２５号', '2012-12-19'],
  ['二〇二〇年五月二十八日', '2020-05-28'],
  ['二○二三年十月十日', '2023-10-10'],
  ['2024/2/9', '2024-02-09'],
])('%s is %s', (printed, iso) => {
  expect(datesIn(printed).map((date) => date.iso)).toEqual([iso])
})

test('a date names the place that prints it', () => {
  const text = '来源 2022- 07- 11 10:29:44'
  const [date] = datesIn(text)
  expect(text.slice(date?.start, date?.end)).toBe('2022- 07- 11')
})

test.each(['2023年2月30日', '0571-88255213', '2023年1月', '12023-01-091', '到2035年'])('%s is no date', (printed) => {
  expect(datesIn(printed)).toEqual([])
})
