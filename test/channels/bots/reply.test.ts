/** An answer as the parts of a chat message: the words of the other channels. */
import { describe, expect, test } from 'vitest'
import { noticeOf, replyOf, type ReplyPart } from '../../../src/channels/bots/reply.ts'
import { renderText } from '../../../src/channels/render.ts'
import type { Answer } from '../../../src/types.ts'
import { answered, answerOf, BASES, citationOf, COPY, declined, passageOf, placeIn, PLAN, TITLE } from '../scripted.ts'

const request = { question: '145行动是什么？' }
const EXCHANGE = { conversationId: '0b9f…', exchangeId: '4c1e…' }

const kindsOf = (answer: Answer) => replyOf(answer).parts.map(({ kind }) => kind)
const allWords = (parts: readonly ReplyPart[]) => JSON.stringify(parts)

test('an answer: its words with their numbers, then each citation with its place', () => {
  expect(replyOf(answered(request))).toEqual({
    parts: [
      {
        kind: 'words',
        pieces: [{ kind: 'label', text: '第三部分第2条：' }, { kind: 'quotation', text: BASES }, { marks: [1] }],
      },
      { kind: 'heading', text: '依据' },
      {
        kind: 'citation',
        n: 1,
        place: `《${TITLE}》第三部分第2条`,
        told: '2023-01-09',
        quote: BASES,
        also: `另见：《${TITLE}》第三部分第2条（001_c3e04e6f9f8af2f3.txt）`,
      },
    ],
  })
})

describe('links', () => {
  const urlsOf = (answer: Answer, publicUrl?: string) =>
    replyOf(answer, { ...(publicUrl !== undefined && { publicUrl }) }).parts.flatMap((part) =>
      'url' in part ? [part.url] : [],
    )

  test('lead to the reading page under the public address', () => {
    expect(urlsOf(answered(request), 'https://tiaowen.example.cn/')).toEqual([
      expect.stringMatching(/^https:\/\/tiaowen\.example\.cn\/read\/d-000\/213ffd5c05c1071a\/\d+-\d+$/),
    ])
    expect(urlsOf(declined(request), 'https://tiaowen.example.cn')).toHaveLength(1)
  })

  test('are none without a public address', () => {
    expect(urlsOf(answered(request))).toEqual([])
  })

  test.each(['javascript:alert(1)', '//evil.example/read/x', '/read/x|y', '/read/<!channel>', '/documents'])(
    'are none to %s',
    (url) => {
      const answer = answered(request)
      const citations = answer.citations.map((citation) => ({ ...citation, url }))
      expect(urlsOf({ ...answer, citations }, 'https://tiaowen.example.cn')).toEqual([])
    },
  )
})

test('buttons name the exchange they are about', () => {
  expect(replyOf(answered(request), { exchange: EXCHANGE }).exchange).toEqual(EXCHANGE)
  expect(replyOf(answered(request))).not.toHaveProperty('exchange')
})

test('a declined answer says so first, and what is nearest', () => {
  const { parts } = replyOf(declined(request))
  expect(parts[0]).toEqual({ kind: 'verdict', text: '文件中没有找到依据，不作回答' })
  expect(parts.slice(2)).toEqual([
    { kind: 'heading', text: '最接近的条款' },
    { kind: 'near', place: `《${TITLE}》第二部分第2条`, snippet: expect.stringMatching(/^2\..{78}…$/) },
  ])
})

test('a clause that does not exist has no nearest ones', () => {
  expect(kindsOf({ ...declined(request), reason: 'no-such-clause' })).toEqual(['verdict', 'words'])
})

test('what a declined answer quotes is near, not its ground', () => {
  const { citations } = answered(request)
  expect(allWords(replyOf({ ...declined(request), citations }).parts)).toContain('"相关原文"')
})

test('an ambiguous answer lists the candidates it names', () => {
  const [decision, plan] = [passageOf(placeIn(COPY, '三')), passageOf(placeIn(PLAN, '二'))]
  const segments = [{ kind: 'label', text: `《${plan.title}》${plan.spoken}\n` }] as const
  const { parts } = replyOf(answerOf(request, { outcome: 'ambiguous', segments, passages: [decision, plan] }))
  expect(parts.map((part) => ('text' in part ? part.text : part.kind))).toEqual([
    '不止一处符合，请指明',
    'words',
    '可能是指',
    'near',
  ])
  expect(parts[3]).toMatchObject({ place: '《决定》第二部分' })
})

test('how the question was understood stands above; who wrote it and what was less than the best, below', () => {
  const model = { id: 'qwen-plus @ example.org', prompt: 'answer-2 0123456789ab', sentences: 3, removed: 1, reasons: {} }
  const { parts } = replyOf({
    ...answered(request),
    understoodAs: '“145”行动\n是什么？',
    mode: 'llm',
    model,
    notes: ['《决定》另有一个版本。'],
    retrieval: 'keyword',
  })
  expect(parts[0]).toEqual({ kind: 'understood', text: '理解为：“145”行动 是什么？' })
  expect(parts.slice(-3)).toEqual([
    { kind: 'note', text: '由语言模型 qwen-plus @ example.org 成文，每句都已与所引原文核对，核对不过的 1 句已略去。' },
    { kind: 'note', text: '《决定》另有一个版本。' },
    { kind: 'note', text: '仅按关键词检索。' },
  ])
})

describe('a quotation', () => {
  const place = placeIn(PLAN, '二', '7')
  const { text } = passageOf(place)
  const citations = [citationOf(1, place, text)]
  const quoteOf = (segments: Answer['segments'], given = citations) =>
    replyOf(answerOf(request, { segments, citations: given })).parts.flatMap((part) =>
      part.kind === 'citation' ? [part.quote] : [],
    )[0]

  test('that stands above is named by its beginning', () => {
    expect(quoteOf([{ kind: 'quotation', text, citations: [1] }])).toBe(`${text.slice(0, 80)}…`)
  })

  test('that stands only here is whole', () => {
    expect(text.length).toBeGreaterThan(80)
    expect(quoteOf([{ kind: 'sentence', text: '要建设平台。', citations: [1] }])).toBe(text)
  })

  test('that would fill many messages is shortened at the end of a character', () => {
    const long = citations.map((citation) => ({ ...citation, quote: `${'一'.repeat(599)}𠮷${'二'.repeat(30_000)}` }))
    expect(quoteOf([], long)).toBe(`${'一'.repeat(599)}…`)
  })
})

test('page and standing of a version are told beside the date', () => {
  const [citation] = answered(request).citations
  const version = { date: '2018-10-26', status: 'superseded', others: [] } as const
  const { parts } = replyOf(answerOf(request, { segments: [], citations: [{ ...citation!, page: 12, version }] }))
  expect(parts[1]).toMatchObject({ told: '「第12页」2023-01-09（2018-10-26版，已被取代）' })
})

test('the citations are those of the plain text', () => {
  const answer = answered(request)
  const text = renderText(answer)
  for (const part of replyOf(answer).parts) {
    if (part.kind !== 'citation') continue
    expect(text).toContain(`[${part.n}] 第三部分第2条`)
    expect(text).toContain(part.also)
    expect(text).toContain(part.told)
  }
})

test('what a platform would obey or refuse is taken out: control characters, turned directions, half characters', () => {
  const hostile = '甲\u0007\u202e乙\ud842\r丙'
  const [citation] = answered(request).citations
  const answer = answerOf(request, {
    segments: [{ kind: 'sentence', text: `${hostile}\n\n`, citations: [1] }],
    citations: [{ ...citation!, title: hostile, quote: hostile, spoken: '第二\n条' }],
    understoodAs: hostile,
    notes: [hostile],
  })
  const { parts } = replyOf(answer)
  expect(parts[1]).toEqual({
    kind: 'words',
    pieces: [{ kind: 'sentence', text: '甲\ufffd\ufffd乙\ufffd\ufffd丙' }, { marks: [1] }],
  })
  expect(parts[3]).toMatchObject({ place: '《甲\ufffd\ufffd乙\ufffd 丙》第二 条' })
  expect(allWords(parts)).not.toMatch(/[\u0007\u202e\r]|\\ud842/)
})

test('a notice is one remark', () => {
  expect(noticeOf('问题太长。')).toEqual({ parts: [{ kind: 'note', text: '问题太长。' }] })
})

test('the words of an answer are those of its text, newlines at the end aside', () => {
  for (const answer of [answered(request), declined(request), { ...answered(request), segments: [] }]) {
    const words = replyOf(answer).parts.flatMap((part) => (part.kind === 'words' ? part.pieces : []))
    const text = answer.segments.map((segment) => segment.text).join('')
    expect(words.map((piece) => ('text' in piece ? piece.text : '')).join('')).toBe(text)
  }
})
