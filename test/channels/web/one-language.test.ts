import { expect, test } from 'vitest'
import { inOneLanguage } from '../../../src/channels/web/words/one-language.ts'

test('a reason in both languages is told in one', () => {
  const reason = '此回答为原文摘录：连不上语言模型 the language model cannot be reached'
  expect(inOneLanguage(reason, 'zh')).toBe('此回答为原文摘录：连不上语言模型')
  expect(inOneLanguage(reason, 'en')).toBe('the language model cannot be reached')
})

test('one that mixes them otherwise stays as it is', () => {
  const reason = '没有向量模型，只用关键词检索 no embedding model. 下一步 next: npm run model'
  for (const language of ['zh', 'en'] as const) expect(inOneLanguage(reason, language)).toBe(reason)
})
