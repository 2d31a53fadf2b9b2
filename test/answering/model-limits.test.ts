/** What a model may take, with the clock in our hands. */
import { describe, expect, test } from 'vitest'
import { ModelTrouble, type AnswerModel, type ModelUsage, type TroubleKind } from '../../src/answering/answer-model.ts'
import type { ModelClock } from '../../src/answering/model-clock.ts'
import { LimitedModel, MODEL_LIMITS, type ModelLimits } from '../../src/answering/model-limits.ts'
import { estimateTokens } from '../../src/answering/token-estimate.ts'
import { REQUEST, written } from '../contracts/answer-model.ts'

/** Time that stands still until something waits; then it is as late as the earliest that waits. */
class HandClock implements ModelClock {
  time = Date.UTC(2026, 2, 1, 4) // noon in China
  readonly waits: number[] = []
  #waiting: { until: number; wake: () => void }[] = []

  now = () => this.time
  random = () => 0

  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    this.waits.push(milliseconds)
    return new Promise((resolve, reject) => {
      const entry = { until: this.time + milliseconds, wake: resolve }
      this.#waiting.push(entry)
      signal.addEventListener(
        'abort',
        () => {
          this.#waiting = this.#waiting.filter((one) => one !== entry)
          reject(signal.reason as Error)
        },
        { once: true },
      )
      if (signal.aborted) reject(signal.reason as Error)
    })
  }

  pass(milliseconds: number): void {
    this.time += milliseconds
    for (const { wake, until } of this.#waiting) if (until <= this.time) wake()
  }
}

type Step = string | number | ModelTrouble | { readonly usage: ModelUsage } | 'for ever'

/** Plays one list of steps a request: pieces, milliseconds that pass, trouble. */
class StepModel implements AnswerModel {
  readonly id = 'steps'
  readonly hasSchema = true
  readonly maxTokens: number[] = []
  readonly #clock: HandClock
  readonly #plays: Step[][]

  constructor(clock: HandClock, plays: Step[][]) {
    this.#clock = clock
    this.#plays = plays
  }

  async *write(
    { maxTokens }: { readonly maxTokens: number },
    signal: AbortSignal,
  ): AsyncGenerator<string, ModelUsage | undefined> {
    this.maxTokens.push(maxTokens)
    for (const step of this.#plays.length > 1 ? this.#plays.shift()! : this.#plays[0]!) {
      if (step instanceof ModelTrouble) throw step
      else if (typeof step === 'object') return step.usage
      else if (step === 'for ever') await new Promise(() => {})
      else if (typeof step === 'string') yield step
      else this.#clock.pass(step)
      await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
    }
    return undefined
  }
}

const trouble = (kind: TroubleKind, retryAfterMs?: number) =>
  new ModelTrouble(kind, `scripted: ${kind}`, retryAfterMs === undefined ? {} : { retryAfterMs })
const kindOf = (error: unknown) => (error as ModelTrouble | undefined)?.kind
const SENTENCE = '全社会研发投入强度超过4%。'

function limited(plays: Step[][], limits: Partial<ModelLimits> = {}) {
  const clock = new HandClock()
  const inner = new StepModel(clock, plays)
  return { clock, inner, model: new LimitedModel(inner, limits, clock) }
}
const asks = ({ inner }: { inner: StepModel }) => inner.maxTokens.length

test('the numbers', () => {
  expect(MODEL_LIMITS).toEqual({
    firstPieceMs: 15_000,
    totalMs: 60_000,
    retries: 2,
    backOffMs: 500,
    mostRetryAfterMs: 10_000,
    breaksAfter: 5,
    breakMs: 30_000,
    mostBytes: 65_536,
    mostTokens: 2_000,
  })
})

describe('time', () => {
  test('the first piece within 15 s, though the model does not even listen', async () => {
    const held = limited([[14_999, SENTENCE, 'for ever']])
    const late = written(held.model)
    await new Promise((resolve) => setTimeout(resolve, 20))
    held.clock.pass(45_001)
    expect(await late).toMatchObject({
      text: SENTENCE,
      trouble: { kind: 'timeout', message: 'The reply is not whole after 60 s' },
    })
    const { model } = limited([[15_000, SENTENCE]])
    expect(await written(model)).toMatchObject({
      text: '',
      trouble: { kind: 'timeout', message: 'Nothing came within 15 s' },
    })
  })

  test('the whole within 60 s, tries and pauses included; time-outs are not tried again', async () => {
    const slow = Array.from({ length: 7 }, () => [10_000, SENTENCE] as Step[]).flat()
    const held = limited([slow])
    const { pieces, trouble } = await written(held.model)
    expect([pieces.length, kindOf(trouble), asks(held)]).toEqual([5, 'timeout', 1])
  })

  test('a pause that would end too late is not begun', async () => {
    const short = limited([[10_000, trouble('rate-limited', 10_000)]], { totalMs: 20_000 })
    expect([kindOf((await written(short.model)).trouble), asks(short)]).toEqual(['rate-limited', 1])
    expect(short.clock.now()).toBe(Date.UTC(2026, 2, 1, 4, 0, 10))
  })
})

/** Lets pauses pass as they come. */
async function hurried(held: ReturnType<typeof limited>, reply: Promise<Awaited<ReturnType<typeof written>>>) {
  let over = false
  void reply.then(() => (over = true))
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (!over) held.clock.pass(10_000)
  }
  return reply
}
const pausesOf = ({ clock }: ReturnType<typeof limited>) => clock.waits.filter((ms) => ms < 15_000)

describe('another try', () => {
  test.each([
    ['rate-limited', 3],
    ['server', 3],
    ['unreachable', 3],
    ['timeout', 1],
    ['refused', 1],
    ['malformed', 1],
    ['too-long', 1],
  ] as const)('after %s: %i requests', async (kind, requests) => {
    const held = limited([[trouble(kind)]], { totalMs: 600_000 })
    expect(kindOf((await hurried(held, written(held.model))).trouble)).toBe(kind)
    expect(asks(held)).toBe(requests)
  })

  test('after 0.5 s and 1 s, up to half of it left out; as Retry-After says, up to 10 s', async () => {
    const held = limited([[trouble('server')], [trouble('server')], [SENTENCE]], { totalMs: 600_000 })
    expect((await hurried(held, written(held.model))).text).toBe(SENTENCE)
    expect(pausesOf(held)).toEqual([500, 1000])
    const less = limited([[trouble('server')], [SENTENCE]], { totalMs: 600_000 })
    less.clock.random = () => 1
    await hurried(less, written(less.model))
    expect(pausesOf(less)).toEqual([250])
    const told = limited([[trouble('rate-limited', 10_000)], [SENTENCE]], { totalMs: 600_000 })
    expect((await hurried(told, written(told.model))).text).toBe(SENTENCE)
    expect(pausesOf(told)).toEqual([10_000])
    const beyond = limited([[trouble('rate-limited', 10_001)]])
    expect([kindOf((await written(beyond.model)).trouble), asks(beyond)]).toEqual(['rate-limited', 1])
  })

  test('not once something was given', async () => {
    const held = limited([[SENTENCE, trouble('server')]])
    expect(await written(held.model)).toMatchObject({ text: SENTENCE, trouble: { kind: 'server' } })
    expect(asks(held)).toBe(1)
  })

  test('an error that is no trouble becomes one', async () => {
    const held = limited([[]])
    Object.assign(held.inner, {
      write: async function* () {
        throw new TypeError('the prompt was: …')
      },
    })
    expect((await written(held.model)).trouble).toMatchObject({ kind: 'malformed', message: 'The model broke off' })
  })
})

describe('the breaker', () => {
  const failing = async (held: ReturnType<typeof limited>, times: number) => {
    for (let i = 0; i < times; i++) expect(kindOf((await written(held.model)).trouble)).toBe('malformed')
  }

  test('5 failures in a row, 30 s of nothing, then one trial that decides', async () => {
    const bad = [trouble('malformed')]
    const held = limited([...Array.from({ length: 6 }, () => bad), [SENTENCE]])
    await failing(held, 4)
    expect(held.model.state().circuit).toBe('closed')
    await failing(held, 1)
    expect(held.model.state()).toEqual({
      id: 'steps',
      circuit: 'open',
      trouble: { kind: 'malformed', message: 'scripted: malformed', at: '2026-03-01T04:00:00.000Z' },
    })
    held.clock.pass(29_999)
    expect((await written(held.model)).trouble).toMatchObject({ kind: 'open-circuit', retryAfterMs: 1 })
    expect(asks(held)).toBe(5)
    held.clock.pass(1)
    expect(held.model.state().circuit).toBe('trial')
    await failing(held, 1) // the trial
    expect(kindOf((await written(held.model)).trouble)).toBe('open-circuit')
    held.clock.pass(30_000)
    const both = await Promise.all([written(held.model), written(held.model)])
    expect(both.map(({ text, trouble }) => kindOf(trouble) ?? text)).toEqual([SENTENCE, 'open-circuit'])
    expect(held.model.state().circuit).toBe('closed')
    expect((await written(held.model)).text).toBe(SENTENCE)
  })

  test('a good reply begins the count anew; refusals and long replies are no failures', async () => {
    const bad = [trouble('malformed')]
    const held = limited([
      bad,
      bad,
      bad,
      bad,
      [SENTENCE],
      bad,
      bad,
      bad,
      bad,
      [trouble('refused')],
      bad,
      bad,
      bad,
      bad,
      [trouble('too-long')],
      bad,
    ])
    for (let i = 0; i < 19; i++) await written(held.model)
    expect(held.model.state().circuit).toBe('closed')
    await written(held.model)
    expect(held.model.state().circuit).toBe('open')
  })

  test('opens amid the tries of a request, which then ends', async () => {
    const held = limited([[trouble('server')]], { totalMs: 600_000, breaksAfter: 2 })
    expect(kindOf((await hurried(held, written(held.model))).trouble)).toBe('server')
    expect([asks(held), held.model.state().trouble?.kind]).toEqual([2, 'server'])
  })

  test('a trial whose asker leaves decides nothing', async () => {
    const held = limited([[trouble('malformed')], [SENTENCE, 'for ever'], [SENTENCE]], { breaksAfter: 1 })
    await written(held.model)
    held.clock.pass(30_000)
    for await (const piece of held.model.write(REQUEST, new AbortController().signal)) if (piece !== '') break
    expect(held.model.state().circuit).toBe('trial')
    expect((await written(held.model)).text).toBe(SENTENCE)
    expect(held.model.state().circuit).toBe('closed')
  })
})

describe('the size of a reply', () => {
  test('64 KiB in UTF-8', async () => {
    const most = '研'.repeat(21_845) // 65,535 bytes
    const limits = { mostTokens: 100_000 }
    expect((await written(limited([[most, 'a']], limits).model)).text).toBe(`${most}a`)
    expect(await written(limited([[most, 'a', 'a']], limits).model)).toMatchObject({
      text: `${most}a`,
      trouble: { kind: 'too-long' },
    })
  })

  test('2,000 tokens: said to the endpoint, and held where even half of the estimate is above it', async () => {
    const held = limited([['研'.repeat(4000)], ['研'.repeat(4001)], Array.from({ length: 3000 }, () => 'a')])
    expect((await written(held.model, { ...REQUEST, maxTokens: 9000 })).trouble).toBeUndefined()
    expect(kindOf((await written(held.model)).trouble)).toBe('too-long')
    expect((await written(held.model)).pieces).toHaveLength(3000) // 1,000 tokens, however they are cut
    expect(held.inner.maxTokens).toEqual([2000, 500, 500])
  })
})

describe('the budget', () => {
  const inputTokens = REQUEST.messages.reduce((sum, { content }) => sum + estimateTokens(content) + 4, 0)
  const most = inputTokens + REQUEST.maxTokens

  test('counts what the endpoint says, else an estimate; nothing where nothing was taken', async () => {
    const usage = { inputTokens: 100, outputTokens: 23 }
    const plays: Step[][] = [
      [SENTENCE, { usage }],
      [SENTENCE],
      [SENTENCE, trouble('malformed')],
      [trouble('malformed')],
      [trouble('unreachable')],
    ]
    const held = limited(plays, { tokensADay: 10_000, retries: 0 })
    const left: (number | undefined)[] = []
    for (let i = 0; i < 5; i++) {
      await written(held.model)
      left.push(held.model.state().budgetLeft)
    }
    const own = inputTokens + estimateTokens(SENTENCE)
    expect(left).toEqual([9877, 9877 - own, 9877 - 2 * own, 9877 - 2 * own - inputTokens, 9877 - 2 * own - inputTokens])
  })

  test('is never overdrawn, not even by many at once; the next day in China begins anew', async () => {
    const held = limited([[SENTENCE, { usage: { inputTokens, outputTokens: REQUEST.maxTokens } }]], {
      tokensADay: 3 * most,
    })
    const kinds = (await Promise.all(Array.from({ length: 5 }, () => written(held.model)))).map(({ trouble }) =>
      kindOf(trouble),
    )
    expect(kinds).toEqual([undefined, undefined, undefined, 'over-budget', 'over-budget'])
    expect(held.model.state()).toMatchObject({ budgetLeft: 0, circuit: 'closed', trouble: { kind: 'over-budget' } })
    expect((await written(held.model)).trouble).toMatchObject({ retryAfterMs: 12 * 3_600_000 })
    held.clock.pass(12 * 3_600_000 - 1)
    expect(kindOf((await written(held.model)).trouble)).toBe('over-budget')
    held.clock.pass(1)
    expect((await written(held.model)).text).toBe(SENTENCE)
    expect(held.model.state().budgetLeft).toBe(2 * most)
  })

  test('of each payer and of all together', async () => {
    const play = [SENTENCE, { usage: { inputTokens, outputTokens: REQUEST.maxTokens } }]
    const held = limited([play], { tokensADay: 3 * most })
    const [li, wang] = [held.model.paidBy({ id: 'key:li', tokensADay: 2 * most }), held.model.paidBy({ id: 'key:wang' })]
    const kinds = []
    for (const model of [li, li, li, wang, wang]) kinds.push(kindOf((await written(model)).trouble))
    expect(kinds).toEqual([undefined, undefined, 'over-budget', undefined, 'over-budget'])
    expect([li.id, li.hasSchema]).toEqual(['steps', true])
  })

  test('a reader who stops has taken what came', async () => {
    const held = limited([[SENTENCE, 'for ever']], { tokensADay: 10_000 })
    for await (const piece of held.model.write(REQUEST, new AbortController().signal)) if (piece !== '') break
    expect(held.model.state().budgetLeft).toBe(10_000 - inputTokens - estimateTokens(SENTENCE))
  })

  test('an estimate is rather too high', () => {
    expect(estimateTokens('杭州 Hangzhou')).toBe(5)
    expect(estimateTokens('全社会研发投入强度超过4%。')).toBe(13)
    expect(estimateTokens('𠮷')).toBe(1)
    expect(estimateTokens('')).toBe(0)
  })
})
