import { describe, expect, test } from 'vitest'
import { normaliseQuestion } from '../../src/questions/normalise.ts'

describe('a question as typed becomes one as the documents are written', () => {
  test.each([
    ['未來五年全社會研發投入強度要超過多少？', '未来五年全社会研发投入强度要超过多少？', true],
    ['大走廊決定是甚麼時候通過的', '大走廊决定是什么时候通过的', true],
    ['未来５年超过４％吗', '未来5年超过4%吗', false],
    ['  第三部分\n第２条  ', '第三部分 第2条', false],
    ['Ｇ60科创走廊', 'G60科创走廊', false],
  ])('%s', (question, text, converted) => {
    expect(normaliseQuestion(question)).toEqual({ text, language: 'zh', converted })
  })

  test.each([
    ['How many homes will be built in 2024?', 'en'],
    ['G60', 'zh'],
    ['2035', 'zh'],
    ['R&D 投入强度是多少', 'zh'],
  ])('%s is asked in %s', (question, language) => expect(normaliseQuestion(question).language).toBe(language))
})
