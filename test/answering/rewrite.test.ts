/** A follow-up made to stand alone by a model, or by the rules where the model does not keep to what was said. */
import { describe, expect, test } from 'vitest'
import { estimateTokens } from '../../src/answering/token-estimate.ts'
import { prompts } from '../../src/answering/prompts.ts'
import { boundedHistory, MOST_HISTORY_TOKENS, rewriteFollowUp } from '../../src/answering/rewrite.ts'
import type { Turn } from '../../src/types.ts'
import type { Play } from '../contracts/answer-model.ts'
import { ScriptedModel } from './scripted-model.ts'

const ASKED = '未来五年杭州全社会研发投入强度要超过多少？'
const HISTORY: Turn[] = [
  { role: 'user', content: ASKED },
  { role: 'assistant', content: '《决定》第三部分第2条：“全社会研发投入强度超过4%”' },
]
const FOLLOW = '那2035年呢？'
const BY_RULES = '2035年杭州全社会研发投入强度要超过多少？'

async function rewritten(play: Play, question = FOLLOW, history: readonly Turn[] = HISTORY) {
  const model = new ScriptedModel([play])
  const { signal } = new AbortController()
  return {
    result: await rewriteFollowUp(question, history, { model, prompt: prompts().rewrite, signal }),
    asked: model.asked,
  }
}

describe('the model rewrites', () => {
  test.each([
    [FOLLOW, '到2035年，杭州全社会研发投入强度要超过多少？'],
    [FOLLOW, '2035年杭州市的全社会研发投入强度要超过多少'.replace('杭州市', '杭州')],
    ['它是哪条写的？', '全社会研发投入强度超过4%是《决定》第三部分第2条写的吗？'],
    ['它是哪条写的？', '决定第三部分第２条写了什么？'],
    ['它是哪条写的？', '《决定》第３部分第二条写了什么？'],
    ['展开说说', '请进一步说明一下全社会研发投入强度超过4%的规定'],
    ['And R&D in 2035?', 'What about the R&D intensity in 2035?'],
    ['未来五年呢', ASKED],
  ])('%s → %s', async (question, says) => {
    const { result } = await rewritten({ says: ` ${says}\n` }, question)
    expect(result).toEqual({ question: says, insufficient: false, by: 'model' })
  })

  test('from the turns, between lines of a marker, with no schema and few tokens', async () => {
    const { asked } = await rewritten({ says: BY_RULES })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ maxTokens: 400 })
    expect(asked[0]).not.toHaveProperty('schema')
    expect(asked[0]?.messages[1]?.content).toContain(
      `\n问：${ASKED}\n答：《决定》第三部分第2条：“全社会研发投入强度超过4%”\n`,
    )
  })

  test('not where there is nothing before', async () => {
    const { result, asked } = await rewritten({ says: '不该问' }, FOLLOW, [])
    expect([result, asked]).toEqual([{ question: FOLLOW, insufficient: true, by: 'rules' }, []])
  })
})

describe('the rules rewrite where the model', () => {
  test.each([
    ['is in trouble', { fails: 'server' }, 'server'],
    ['breaks off', { breaksOffIn: BY_RULES }, 'malformed'],
    ['says nothing', { says: ' \n' }, 'not-one-line'],
    ['says more than a line', { says: '2035年杭州的研发投入呢？\n以上是改写。' }, 'not-one-line'],
    ['says too much', { says: '研'.repeat(301) }, 'not-one-line'],
    ['writes the object it writes answers in', { says: '{"sentences":[]}' }, 'not-a-question'],
    ['writes the question into an object', { says: '{"question":"2035年研发投入强度要超过多少？"}' }, 'not-a-question'],
    ['speaks English', { says: 'What is the target of 2035?' }, 'not-a-question'],
    ['adds a year', { says: '2030年杭州全社会研发投入强度要超过多少？' }, 'adds-number'],
    ['answers', { says: '2035年杭州全社会研发投入强度要超过5%吗？' }, 'adds-number'],
    ['adds a number in characters', { says: '2035年杭州第七条的研发投入强度要超过多少？' }, 'adds-number'],
    ['adds a first article', { says: '2035年杭州第一条的研发投入强度要超过多少？' }, 'adds-number'],
    ['adds a city', { says: '2035年宁波全社会研发投入强度要超过多少？' }, 'adds-name'],
    ['adds a title', { says: '《规划建议》中2035年研发投入强度要超过多少？' }, 'adds-name'],
    ['adds a law', { says: '科技进步法对2035年研发投入强度怎么说？' }, 'adds-name'],
    ['adds an organ', { says: '2035年科技部要求研发投入强度超过多少？' }, 'adds-name'],
    ['adds an English name', { says: '2035年 Zhejiang 研发投入强度超过多少？' }, 'adds-name'],
  ] as const)('%s', async (_what, play, reason) => {
    expect((await rewritten(play)).result).toEqual({ question: BY_RULES, insufficient: false, by: 'rules', reason })
  })
})

test('the asker who leaves is not answered by rules', async () => {
  const reason = new Error('left')
  const stop = new AbortController()
  setTimeout(() => stop.abort(reason), 10)
  const model = new ScriptedModel(['hangs'])
  await expect(
    rewriteFollowUp(FOLLOW, HISTORY, { model, prompt: prompts().rewrite, signal: stop.signal }),
  ).rejects.toBe(reason)
})

describe('history', () => {
  test('the newest turns that fit, each of 300 characters at most, on a line of its own', () => {
    const turns = Array.from({ length: 30 }, (_, at): Turn => ({
      role: 'user',
      content: `第${at}问\n${'研'.repeat(400)}`,
    }))
    const kept = boundedHistory(turns)
    expect(kept.map(({ content }) => content.slice(0, 5))).toEqual(['第27问 ', '第28问 ', '第29问 '])
    expect([...kept[0]!.content].length).toBe(301)
    expect(estimateTokens(kept.map(({ content }) => content).join(''))).toBeLessThanOrEqual(MOST_HISTORY_TOKENS)
    expect(boundedHistory(HISTORY)).toEqual(HISTORY)
  })

  test('what was left out of it is not known either', async () => {
    const long: Turn[] = [
      { role: 'user', content: '宁波的目标？' },
      ...Array.from({ length: 6 }, (): Turn => ({ role: 'assistant', content: '研'.repeat(300) })),
      ...HISTORY,
    ]
    const { result } = await rewritten({ says: '2035年宁波全社会研发投入强度要超过多少？' }, FOLLOW, long)
    expect(result).toMatchObject({ by: 'rules', reason: 'adds-name' })
  })
})
