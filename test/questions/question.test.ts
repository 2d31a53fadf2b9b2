import { describe, expect, it, test } from 'vitest'
import { analyse } from '../../src/questions/question.ts'
import { contentWords } from '../../src/questions/words.ts'

const texts = (words: readonly { readonly text: string }[]) => words.map(({ text }) => text)

describe('words that ask something of the evidence', () => {
  test.each([
    ['请问五大产业生态圈都包括哪些？', ['五大', '产业', '生态圈']],
    ['未来五年全社会研发投入强度要超过多少？', ['未来', '五年', '全', '社会', '研发', '投入', '强度']],
    ['PM2.5怎么治理', ['PM2.5', '治理']],
    ['推进大会是哪天开的', ['推进', '大会', '开']],
    ['各份文件分别怎么说大数据', ['大', '数据']],
    ['能告诉我一下吗', []],
  ])('%s', (question, expected) => expect(texts(contentWords(question))).toEqual(expected))

  it('stand where their spans say', () => {
    const question = '西湖大学要建成什么样的大学？'
    for (const { text, span } of contentWords(question)) expect(question.slice(span.start, span.end)).toBe(text)
  })
})

describe('the form of the answer', () => {
  test.each([
    ['未来五年全社会研发投入强度要超过多少？', 'figure'],
    ['家庭年可支配收入20万元至60万元群体比例是多少', 'figure'],
    ['推进大会什么时候开的', 'time'],
    ['大走廊决定是哪天通过的', 'time'],
    ['五大产业生态圈包括哪些', 'list'],
    ['大走廊决定是谁通过的', 'who'],
    ['哪个城市的双城记', 'where'],
    ['什么是“大走廊”', 'definition'],
    ['研发投入强度超过6%吗？', 'whether'],
    ['怎么治理PM2.5', 'open'],
    ['仓单、仓储物多重担保时，怎么确定清偿顺序？', 'open'],
    ['这批货物有多重？', 'figure'],
    ['同一项目可以拆分为几批申报征地手续吗？', 'whether'],
    ['同一项目分几批申报？', 'figure'],
  ])('%s is a question for a %s', (question, asks) => expect(analyse(question).asks).toBe(asks))
})

describe('the unit of a figure', () => {
  test.each([
    ['全年新建配售型保障性住房多少套？', { name: '套', kind: 'count' }],
    ['居民人均可支配收入达到多少钱', { name: '钱', kind: 'money' }],
    ['提高多少分钟社区生活圈服务水平', { name: '分钟', kind: 'duration' }],
    ['引进多少名大学生', { name: '名', kind: 'people' }],
    ['群体比例是多少', { name: '%', kind: 'percent' }],
    ['超过多少？', undefined],
  ])('%s', (question, unit) => expect(analyse(question).unit).toEqual(unit))

  it('with what is counted', () => {
    expect(analyse('重点实施几项改革项目').counted).toBe('改革')
    expect(analyse('多少亿元资金').counted).toBeUndefined()
  })
})

describe('conditions of a question', () => {
  it('times, places, figures and quoted names', () => {
    const { times, places, figures, quoted } = analyse('2027年宁波的“中国数谷”会超过6%吗')
    expect(times.map(({ name }) => name)).toEqual(['2027'])
    expect(places).toEqual(['宁波'])
    expect(figures.map(({ value, unit }) => [value, unit])).toEqual([[6, '%']])
    expect(quoted).toEqual(['中国数谷'])
  })

  it('the digits of a time are no figure', () => expect(analyse('2022年6月29日通过了什么').figures).toEqual([]))
})

describe('the noun asked for', () => {
  test.each([
    ['申报条件是什么', ['申报', '条件']],
    ['五大产业生态圈包括哪些', ['五大', '产业', '生态圈']],
    ['2035年的总体目标是什么', ['总体目标']],
  ])('%s', (question, focus) => expect(texts(analyse(question).focus)).toEqual(focus))
})

describe('a measure word is not cut out of a longer word', () => {
  test.each([
    ['涉及多少部门', undefined, '部门'],
    ['引进大学生多少人', '人', undefined],
    ['规划建议有几部分', '部分', undefined],
    ['投入多少亿元', '元', undefined],
  ])('%s', (question, unit, counted) => {
    const asked = analyse(question)
    expect([asked.unit?.name, asked.counted]).toEqual([unit, counted])
  })
})
