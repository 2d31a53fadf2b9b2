import { expect, it, test } from 'vitest'
import { areaAsked, asksMeaningOfCode, codesIn, kindMissing } from '../../src/answering/asked-kinds.ts'
import { analyse } from '../../src/questions/question.ts'

test.each([
  ['怎么申请配售型保障性住房', '全年新建配售型保障性住房不少于6000套', '申请条件、流程'],
  ['咨询电话是多少', '加强政策宣传', '联系方式'],
  ['为什么要修改本条例', '为了规范市场秩序', undefined],
  ['投入强度超过多少', '全社会研发投入强度超过4%', undefined],
])('%s of 「%s」 lacks %s', (question, text, missing) => expect(kindMissing(question, text)).toBe(missing))

it('the kind of area asked for', () => {
  expect(areaAsked('覆盖哪些城市')).toBe('城市')
  expect(areaAsked('有哪些市政府规章')).toBeUndefined()
})

it('codes are no figures', () => {
  expect(codesIn(analyse('G60科创走廊和“296X”投入多少亿元'))).toEqual(['G60', '296X'])
})

it('what a quoted number stands for', () => {
  expect(asksMeaningOfCode('“1248”分别代表什么')).toBe(true)
  expect(asksMeaningOfCode('“1248”计划何时完成')).toBe(false)
})
