/** From the configuration to a model: what the log says, and what it never says. */
import { describe, expect, test } from 'vitest'
import { openAnswerModel } from '../src/open-answer-model.ts'

const LLM = { model: 'qwen-plus', key: 'sk-0123-secret', schema: 'auto', timeoutSeconds: 60 } as const

test('the model is named with its host, never with its key', () => {
  const { model, notices, prompts } = openAnswerModel({
    ...LLM,
    url: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    tokensADay: 500,
  })
  expect(notices).toEqual(['语言模型 language model: qwen-plus @ dashscope.aliyuncs.com'])
  expect(model.state()).toEqual({ id: 'qwen-plus @ dashscope.aliyuncs.com', circuit: 'closed', budgetLeft: 500 })
  expect(prompts.answer.version).toBe('answer-2')
})

describe('http', () => {
  test.each(['http://192.168.1.9:8000/v1', 'http://llm.example.org/v1', 'http://127.0.0.1.example.org/v1'])(
    'to %s is said',
    (url) => {
      const { notices } = openAnswerModel({ ...LLM, url })
      expect(notices).toHaveLength(2)
      expect(notices[1]).toContain('unencrypted')
      expect(notices.join()).not.toContain(LLM.key)
    },
  )

  test.each([
    'http://127.0.0.1:11434/v1',
    'http://localhost:1234/v1',
    'http://[::1]:8000/v1',
    'https://llm.example.org/v1',
  ])('%s is fine', (url) => {
    expect(openAnswerModel({ ...LLM, url }).notices).toHaveLength(1)
  })
})
