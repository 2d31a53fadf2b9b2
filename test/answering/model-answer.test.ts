/** Answers written by a model over the seeds: what stands, what is left out, when the extractive answer is given. */
import { beforeAll, describe, expect, test } from 'vitest'
import { readCases } from '../../evals/cases.ts'
import type { AnswerModel, ModelRequest } from '../../src/answering/answer-model.ts'
import { ModelTrouble } from '../../src/answering/answer-model.ts'
import { LimitedModel } from '../../src/answering/model-limits.ts'
import { LocalAssistant, type Writer } from '../../src/answering/local-assistant.ts'
import { prompts } from '../../src/answering/prompts.ts'
import { faultOf } from '../../src/answering/verify.ts'
import type { WrittenSentence } from '../../src/answering/written/protocol.ts'
import { quantities } from '../../src/questions/quantities.ts'
import { times } from '../../src/questions/times.ts'
import type { Library } from '../../src/retrieval/library.ts'
import type { Answer, AnswerEvent, AskRequest, Payer, Turn } from '../../src/types.ts'
import { seedLibrary } from './seeds.ts'
import { asksForAnswer, jsonReply, passagesIn, plainReply, trueSentences, withLies, type Shown } from './written-replies.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
}, 120_000)

type Reply = (request: ModelRequest) => Iterable<string> | ModelTrouble

class ReplyingModel implements AnswerModel {
  readonly id = 'made @ here'
  readonly hasSchema: boolean
  readonly asked: ModelRequest[] = []
  /** Pieces that were read of the last reply. */
  read = 0
  ended = false
  #reply: Reply

  constructor(reply: Reply, hasSchema = true) {
    this.#reply = reply
    this.hasSchema = hasSchema
  }

  async *write(request: ModelRequest, signal: AbortSignal) {
    this.asked.push(request)
    this.read = 0
    this.ended = false
    try {
      const reply = this.#reply(request)
      if (reply instanceof ModelTrouble) throw reply
      for (const piece of reply) {
        signal.throwIfAborted()
        this.read++
        yield piece
      }
      return { inputTokens: 1000, outputTokens: 100 }
    } finally {
      this.ended = true
    }
  }
}

function assistantWith(model: AnswerModel | undefined, log: (message: string) => void = () => {}): LocalAssistant {
  const writer: Writer | undefined = model && { model, prompts: prompts() }
  return new LocalAssistant({
    library: () => library,
    textOf: async () => undefined,
    status: () => {
      throw new Error('not asked here')
    },
    ...(writer ? { writer } : {}),
    log,
  })
}

async function eventsOf(assistant: LocalAssistant, request: AskRequest, signal?: AbortSignal): Promise<AnswerEvent[]> {
  const events: AnswerEvent[] = []
  for await (const event of assistant.ask(request, signal)) events.push(event)
  return events
}

async function answerOf(assistant: LocalAssistant, request: AskRequest, signal?: AbortSignal): Promise<Answer> {
  const done = (await eventsOf(assistant, request, signal)).at(-1)
  if (done?.type !== 'done') throw new Error('no answer')
  return done.answer
}

/** What must hold of every answer, whoever wrote it. */
function checkHeld(answer: Answer): void {
  for (const citation of answer.citations) expect(faultOf(library, citation)).toBeUndefined()
  for (const { kind, text, citations = [] } of answer.segments) {
    if (kind !== 'sentence') continue
    const quotes = citations.map((n) => answer.citations.find((citation) => citation.n === n)!.quote)
    expect(quotes.length).toBeGreaterThan(0)
    const known = quotes.flatMap((quote) => [...quantities(quote), ...times(quote)])
    const names = new Set(known.map((one) => ('name' in one ? one.name : `${one.value}`)))
    for (const figure of quantities(text)) expect(names, text).toContain(`${figure.value}`)
    for (const time of times(text)) expect(names, text).toContain(time.name)
  }
  expect(answer.text).toBe(answer.segments.map(({ text }) => text).join(''))
}

/** The clause of the first citation. */
const placeOf = ({ citations: [first] }: Answer) => ({ documentId: first!.documentId, path: first!.path })

const QUESTION = '未来五年全社会研发投入强度要超过多少？'

/** A model that writes what is made of the passages and the extractive answer. */
async function modelFor(
  question: string,
  make: (good: WrittenSentence[], shown: Shown[]) => readonly WrittenSentence[],
): Promise<ReplyingModel> {
  const extractive = await answerOf(assistantWith(undefined), { question })
  return new ReplyingModel(({ messages }) => {
    const shown = passagesIn(messages)
    return jsonReply(make(trueSentences(shown, extractive), shown)).match(/[\s\S]{1,7}/gu) ?? []
  })
}

describe('a model that keeps to the text', () => {
  test('answers in sentences, each with the words it rests on', async () => {
    const model = await modelFor(QUESTION, (good) => good.map((one) => ({ ...one, text: `文件提出，${one.text}` })))
    const extractive = await answerOf(assistantWith(model), { question: QUESTION, mode: 'extractive' })
    expect(model.asked).toEqual([])
    const answer = await answerOf(assistantWith(model), { question: QUESTION })
    checkHeld(answer)
    expect(answer).toMatchObject({ mode: 'llm', outcome: 'answered' })
    expect(answer).not.toHaveProperty('fallback')
    expect(answer.citations[0]).toMatchObject(placeOf(extractive))
    expect(answer.segments).toEqual([{ kind: 'sentence', text: expect.stringMatching(/^文件提出，.*力争.*强度超过4%.*60强。$/), citations: [1] }])
    expect(answer.model).toEqual({
      id: 'made @ here',
      prompt: `answer-2 ${prompts().answer.sha256}`,
      sentences: 1,
      removed: 0,
      reasons: {},
      usage: { inputTokens: 1000, outputTokens: 100 },
    })
    expect(answer.id).not.toBe(extractive.id)
  })

  test('is handed the clause that is cited first as c1, at most eight passages and six thousand characters', async () => {
    const model = await modelFor(QUESTION, (good) => good)
    const answer = await answerOf(assistantWith(model), { question: QUESTION, mode: 'llm' })
    const shown = passagesIn(model.asked[0]!.messages)
    expect(shown[0]!.text).toContain(answer.citations[0]!.quote)
    expect(shown.length).toBeLessThanOrEqual(8)
    expect(shown.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(6000)
    expect(new Set(shown.map(({ text }) => text)).size).toBe(shown.length)
  })

  test('is read in plain text where it has no schema', async () => {
    const extractive = await answerOf(assistantWith(undefined), { question: QUESTION })
    const model = new ReplyingModel(
      ({ messages }) => [plainReply(trueSentences(passagesIn(messages), extractive))],
      false,
    )
    expect(await answerOf(assistantWith(model), { question: QUESTION })).toMatchObject({ mode: 'llm' })
  })

  test.each(['第三部分第2条', '《决定》第九条写了什么？', '决定有几个部分？', '月球基地什么时候建成？', '宁波的研发投入强度目标是多少？'])(
    'is not asked where the program itself tells, or declines: %s',
    async (question) => {
      const model = new ReplyingModel(() => [])
      const answer = await answerOf(assistantWith(model), { question })
      expect(answer.mode).toBe('extractive')
      expect(answer).not.toHaveProperty('model')
      expect(answer.fallback?.from).not.toBe('llm')
      expect(model.asked).toEqual([])
    },
  )
})

describe('nothing is sent before it is sure that it stands', () => {
  const sentencesOf = (shown: readonly Shown[], count: number): WrittenSentence[] =>
    shown[0]!.text
      .split(/[。；;\n]/u)
      .map((text) => text.trim())
      .filter((text) => text.length > 12 && text.length < 200 && !/[：:“”]/.test(text))
      .slice(0, count)
      .map((quote) => ({ text: `${quote}。`, quotes: [{ handle: 'c1', quote }] }))

  test('three that hold, one of them on the first clause: sent while the model goes on', async () => {
    const good = await modelFor(QUESTION, (own, shown) => [...own, ...sentencesOf(shown, 5)])
    const events: { type: string; read: number; ended: boolean }[] = []
    const known: number[] = []
    for await (const event of assistantWith(good).ask({ question: QUESTION })) {
      events.push({ type: event.type, read: good.read, ended: good.ended })
      if (event.type === 'citations') known.splice(0, known.length, ...event.citations.map(({ n }) => n))
      // whoever reads a sentence can look up what it rests on
      if (event.type === 'segment' && !good.ended) expect(known).toEqual(expect.arrayContaining([...(event.segment.citations ?? [])]))
    }
    expect(events.slice(0, 3).map(({ type }) => type)).toEqual(['passages', 'citations', 'segment'])
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['citations', 'done'])
    expect(events[0]!.read).toBe(0)
    const first = events[2]!
    expect(first.ended).toBe(false)
    expect(first.read).toBeGreaterThan(0)
    expect(events.length).toBeGreaterThanOrEqual(7)
  })

  test('cut off after that: what was sent stays, and a note says so', async () => {
    const good = await modelFor(QUESTION, (own, shown) => [...own, ...sentencesOf(shown, 5)])
    const whole = await answerOf(assistantWith(good), { question: QUESTION })
    const extractive = await answerOf(assistantWith(undefined), { question: QUESTION })
    const cut = new ReplyingModel(({ messages }) => {
      const shown = passagesIn(messages)
      const all = jsonReply([...trueSentences(shown, extractive), ...sentencesOf(shown, 5)])
      return (function* () {
        yield all.slice(0, Math.ceil(all.length * 0.9))
        throw new ModelTrouble('malformed', 'cut off')
      })()
    })
    const events = await eventsOf(assistantWith(cut), { question: QUESTION })
    const answer = events.at(-1)
    if (answer?.type !== 'done') throw new Error('no answer')
    checkHeld(answer.answer)
    expect(answer.answer).toMatchObject({ mode: 'llm' })
    expect(answer.answer.segments).toEqual(events.flatMap((event) => (event.type === 'segment' ? [event.segment] : [])))
    expect(whole.text.startsWith(answer.answer.text)).toBe(true)
    expect(answer.answer.notes?.join()).toContain('中途断开')
    expect(answer.answer).not.toHaveProperty('fallback')
  })

  test('cut off before that: the extractive answer alone', async () => {
    const extractive = await answerOf(assistantWith(undefined), { question: QUESTION })
    const cut = new ReplyingModel(({ messages }) =>
      (function* () {
        yield jsonReply(trueSentences(passagesIn(messages), extractive)).slice(0, -2)
        throw new ModelTrouble('malformed', 'cut off')
      })(),
    )
    const answer = await answerOf(assistantWith(cut), { question: QUESTION })
    expect(answer).toMatchObject({ mode: 'extractive', segments: extractive.segments, citations: extractive.citations })
    expect(answer.fallback).toEqual({
      from: 'llm',
      reason: '此回答为原文摘录：语言模型的回复不完整或不合格式 the reply of the language model is cut off or malformed',
    })
    expect(answer.model).toMatchObject({ sentences: 1, removed: 0 })
  })
})

describe('the extractive answer is given, and says why, where', () => {
  test.each([
    ['nothing stands', (good: WrittenSentence[]) => good.map((one) => ({ ...one, text: one.text.replace('4', '6') })), 'wrote no sentence', { number: 1 }],
    [
      'less than half stands',
      (good: WrittenSentence[]) => [...good, { text: '一律如此。', quotes: [] }, { text: '总投入9亿元。', quotes: [] }],
      'most sentences',
      { 'no-quotation': 2 },
    ],
    [
      'the first clause is left out',
      (_: WrittenSentence[], shown: Shown[]) => {
        const text = shown[1]!.text.split(/(?<=[。；])/u).find((one) => one.length > 15 && !/[：“”\n]/.test(one))!.trim()
        return [{ text: text.replace(/；$/, '。'), quotes: [{ handle: 'c2', quote: text }] }]
      },
      'left out the most relevant clause',
      {},
    ],
  ] as const)('%s', async (_, make, reason, reasons) => {
    const model = await modelFor(QUESTION, make)
    const extractive = await answerOf(assistantWith(undefined), { question: QUESTION })
    const logged: string[] = []
    const answer = await answerOf(assistantWith(model, (line) => logged.push(line)), { question: QUESTION })
    expect(answer).toMatchObject({ mode: 'extractive', segments: extractive.segments, fallback: { from: 'llm' }, model: { reasons } })
    expect(answer.fallback?.reason).toContain(reason)
    expect(logged.join('\n')).toContain('extractive answer instead')
    expect(logged.join('\n')).not.toContain('研发投入')
  })

  test.each(['unreachable', 'timeout', 'rate-limited', 'server', 'refused', 'malformed', 'too-long', 'over-budget', 'open-circuit'] as const)(
    'the model is in trouble: %s',
    async (kind) => {
      const model = new ReplyingModel(() => new ModelTrouble(kind, 'scripted'))
      const answer = await answerOf(assistantWith(model), { question: QUESTION })
      expect(answer).toMatchObject({ mode: 'extractive', outcome: 'answered', fallback: { from: 'llm' } })
      expect(answer.fallback!.reason).toMatch(/^此回答为原文摘录：.*\p{Script=Han}.* [a-z ]+$/u)
    },
  )

  test('none is configured and one is asked for; otherwise nothing is said', async () => {
    const none = assistantWith(undefined)
    expect((await answerOf(none, { question: QUESTION, mode: 'llm' })).fallback?.reason).toContain('no language model is configured')
    expect(await answerOf(none, { question: QUESTION, mode: 'auto' })).toEqual(
      expect.not.objectContaining({ fallback: expect.objectContaining({ from: 'llm' }) }),
    )
  })

  test('the asker stops; nothing is thrown', async () => {
    const stop = new AbortController()
    const model = new ReplyingModel(() =>
      (function* () {
        stop.abort(new Error('gone'))
        yield '{"sentences":['
        yield 'more'
      })(),
    )
    const answer = await answerOf(assistantWith(model), { question: QUESTION }, stop.signal)
    expect(answer.fallback?.reason).toContain('was stopped')
  })
})

describe('the tokens count for whoever asks', () => {
  const paid = async () => new LimitedModel(await modelFor(QUESTION, (good) => good))
  const asks = async (model: AnswerModel, payer?: Payer, history?: Turn[]) => {
    const request = { question: QUESTION, ...(payer && { payer }), ...(history && { history }) }
    return (await answerOf(assistantWith(model), request)).mode
  }

  test('what one has used up leaves the others theirs', async () => {
    const model = await paid()
    const li = { id: 'key:Zk3vQ9xT', tokensADay: 9_000 }
    expect([await asks(model, li), await asks(model, { id: 'person:wang' }), await asks(model)]).toEqual(['llm', 'llm', 'llm'])
    const modes = []
    for (let count = 0; count < 8; count++) modes.push(await asks(model, li))
    expect(modes.at(-1)).toBe('extractive')
    expect([await asks(model, { id: 'person:wang' }), await asks(model)]).toEqual(['llm', 'llm'])
    expect(model.state()).not.toHaveProperty('isSpent')
  })

  test('a follow-up that is rewritten counts as well', async () => {
    const payers: string[] = []
    const model = await modelFor(QUESTION, (good) => good)
    const counted = Object.assign(model, { paidBy: ({ id }: Payer) => (payers.push(id), model) })
    await asks(counted, { id: 'key:Zk3vQ9xT' }, [{ role: 'user', content: '杭州呢？' }])
    expect([payers, model.asked.length]).toEqual([['key:Zk3vQ9xT'], 2])
  })
})

test('who stops reading ends the request to the model', async () => {
  const model = await modelFor(QUESTION, (good, shown) => [
    ...good,
    ...shown[0]!.text.split(/(?<=[。；])/u).map((text) => ({ text, quotes: [{ handle: 'c1', quote: text }] })),
  ])
  for await (const { type } of assistantWith(model).ask({ question: QUESTION })) if (type === 'segment') break
  await new Promise((resolve) => setImmediate(resolve))
  expect(model.ended).toBe(true)
})

describe('a follow-up', () => {
  const history: Turn[] = [
    { role: 'user', content: '未来五年杭州全社会研发投入强度要超过多少？' },
    { role: 'assistant', content: '全社会研发投入强度超过4%' },
  ]
  const rewriting = (says: string) => new ReplyingModel(({ messages }) => (asksForAnswer(messages) ? [] : [says]))

  test('is rewritten by the model where it keeps to what was said', async () => {
    const model = rewriting('杭州高新技术企业要超过多少？')
    const answer = await answerOf(assistantWith(model), { question: '那高新技术企业呢？', history })
    expect(answer.understoodAs).toBe('杭州高新技术企业要超过多少？')
  })

  test.each([['那高新技术企业呢？宁波的', '宁波高新技术企业要超过多少？'], ['那高新技术企业呢？', '']])(
    'by the rules otherwise, and in extractive mode: %#',
    async (_, says) => {
      const question = '那高新技术企业呢？'
      const rules = await answerOf(assistantWith(undefined), { question, history })
      const model = rewriting(says)
      expect((await answerOf(assistantWith(model), { question, history })).understoodAs).toBe(rules.understoodAs)
      const asked = model.asked.length
      expect((await answerOf(assistantWith(model), { question, history, mode: 'extractive' })).understoodAs).toBe(rules.understoodAs)
      expect(model.asked).toHaveLength(asked)
    },
  )
})

describe('the whole eval set', () => {
  /** Every case, extractively and by a model; the rules' own question where a follow-up is rewritten. */
  async function runAll(make: (good: WrittenSentence[], shown: Shown[], nth: number) => readonly WrittenSentence[]) {
    let extractive: Answer | undefined
    let nth = 0
    const model = new ReplyingModel(({ messages }) => {
      if (!asksForAnswer(messages)) return []
      const shown = passagesIn(messages)
      return [jsonReply(make(trueSentences(shown, extractive!), shown, nth))]
    })
    const assistant = assistantWith(model)
    const results: { extractive: Answer; written: Answer; id: string }[] = []
    for (const { id, question, history } of readCases('evals/cases')) {
      const request = { question, ...(history && { history }) }
      extractive = await answerOf(assistant, { ...request, mode: 'extractive' })
      nth++
      const written = await answerOf(assistant, request)
      checkHeld(written)
      expect(written.outcome, id).toBe(extractive.outcome)
      if (extractive.outcome === 'answered') expect(written.citations[0], id).toMatchObject(placeOf(extractive))
      else expect(written.segments, id).toEqual(extractive.segments)
      results.push({ id, extractive, written })
    }
    return results
  }
  const byModel = (results: readonly { written: Answer }[]) => results.filter(({ written }) => written.mode === 'llm').length
  const asked = (results: readonly { written: Answer }[]) => results.filter(({ written }) => written.model).length

  test('with a model that keeps to the text: the same first citation', { timeout: 120_000 }, async () => {
    const results = await runAll((good) => good)
    if (process.env['TIAOWEN_FIGURES']) console.log('good', byModel(results), 'of', asked(results), 'of', results.length, results.filter(({ written }) => written.model && written.mode !== 'llm').map(({ id, written }) => `${id} ${JSON.stringify(written.model?.reasons)} ${written.fallback?.reason}`))
    expect(byModel(results) / asked(results)).toBeGreaterThan(0.8)
  })

  test('with one that lies in every second sentence: the same, and no lie is shown', { timeout: 120_000 }, async () => {
    const told: string[] = []
    const results = await runAll((good, shown, nth) => {
      const { all, lies } = withLies(good, shown, nth)
      // some alter the quotation alone
      told.push(...lies.filter((lie) => !good.some(({ text }) => text === lie)))
      return all
    })
    const shown = results.flatMap(({ written }) => written.segments.filter(({ kind }) => kind === 'sentence').map(({ text }) => text))
    if (process.env['TIAOWEN_FIGURES']) console.log('lies', told.length, 'shown', shown.length, 'by model', byModel(results), 'of', asked(results))
    expect(told.length).toBeGreaterThan(100)
    expect(shown.filter((text) => told.includes(text))).toEqual([])
    expect(byModel(results) / asked(results)).toBeGreaterThan(0.8)
  })
})
