/**
 * What a model may take: time, tries, bytes, tokens a day; and a pause where its endpoint fails again and again.
 *
 * A request: the first piece within 15 s of each try, the whole within 60 s, tries and pauses included
 * (TIAOWEN_LLM_TIMEOUT_SECONDS; the first piece has a quarter of it). 429, 5xx and an endpoint that cannot be reached
 * are tried twice more as long as nothing was given, after 0.5 s · 2^n less a random part of up to half; after
 * Retry-After where the endpoint names one of 10 s or less, not at all where it names more. Time-outs are not tried again.
 *
 * The breaker: after 5 failed tries in a row (of whichever requests) nothing is sent for 30 s; then one request is let
 * through, and decides. `refused` and `too-long` are no failures: the endpoint answers.
 *
 * A reply: at most 64 KiB in UTF-8 and 2,000 tokens, which the endpoint is told (max_tokens); one that goes on is
 * broken off when even half of our estimate is above it.
 *
 * The budget: tokens of questions and replies, a day in China (UTC+8), counted in memory: a restart begins anew. A
 * request is let through where what was used, what runs and what this one may take at most stay within it. What it
 * took is what the endpoint says (`usage`), else estimateTokens of what was sent and received; nothing where the
 * endpoint took nothing (429, 5xx, unreachable).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ModelTrouble, type AnswerModel, type ModelRequest, type ModelUsage, type TroubleKind } from './answer-model.ts'

export interface ModelLimits {
  readonly firstPieceMs: number
  readonly totalMs: number
  /** Tries after the first. */
  readonly retries: number
  readonly backOffMs: number
  readonly mostRetryAfterMs: number
  /** Failed tries in a row that open the breaker. */
  readonly breaksAfter: number
  readonly breakMs: number
  /** Of a reply, in UTF-8. */
  readonly mostBytes: number
  /** Of a reply. */
  readonly mostTokens: number
  /** Of all requests of a day together. */
  readonly tokensADay?: number
  /** Of the requests of one key. */
  readonly tokensADayOfKey?: number
}

export const MODEL_LIMITS: ModelLimits = {
  firstPieceMs: 15_000,
  totalMs: 60_000,
  retries: 2,
  backOffMs: 500,
  mostRetryAfterMs: 10_000,
  breaksAfter: 5,
  breakMs: 30_000,
  mostBytes: 64 * 1024,
  mostTokens: 2_000,
}

/** Time and chance, for tests to be in charge of. */
export interface ModelClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Rejects with the signal's reason once it is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
  /** From 0 to 1. */
  random(): number
}

const REAL_CLOCK: ModelClock = {
  now: () => Date.now(),
  wait: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => signal.throwIfAborted())
  },
  random: () => Math.random(),
}

/** For /readyz. */
export interface ModelState {
  readonly id: string
  /** `trial`: the pause is over, and the next request, or one under way, decides. */
  readonly circuit: 'closed' | 'open' | 'trial'
  /** Tokens of today; absent where there is no budget. */
  readonly budgetLeft?: number
  /** A request of today was refused, since it might have gone beyond the budget. */
  readonly isSpent?: true
  /** The last one, and when, ISO 8601. */
  readonly trouble?: { readonly kind: TroubleKind; readonly message: string; readonly at: string }
}

/** Is there a model, and will it be asked? */
export function canWrite(state: ModelState | undefined): boolean {
  return state !== undefined && whyNot(state) === undefined
}

/** Why it is not asked just now. */
export function whyNot({ circuit, isSpent, budgetLeft }: ModelState): 'open-circuit' | 'over-budget' | undefined {
  if (circuit === 'open') return 'open-circuit'
  return isSpent || budgetLeft === 0 ? 'over-budget' : undefined
}

/** A model held to its limits. All that ask through one of these share breaker and budget. */
export class LimitedModel implements AnswerModel {
  readonly #model: AnswerModel
  readonly #limits: ModelLimits
  readonly #clock: ModelClock
  readonly #breaker: Breaker
  readonly #budget: Budget
  #trouble: ModelState['trouble']

  constructor(model: AnswerModel, limits: Partial<ModelLimits> = {}, clock: ModelClock = REAL_CLOCK) {
    this.#model = model
    this.#limits = { ...MODEL_LIMITS, ...limits }
    this.#clock = clock
    this.#breaker = new Breaker(this.#limits, clock)
    this.#budget = new Budget(this.#limits, clock)
  }

  get id(): string {
    return this.#model.id
  }

  get hasSchema(): boolean {
    return this.#model.hasSchema
  }

  state(): ModelState {
    const budgetLeft = this.#budget.left()
    return {
      id: this.id,
      circuit: this.#breaker.circuit,
      ...(budgetLeft !== undefined && { budgetLeft }),
      ...(this.#budget.isSpent && { isSpent: true }),
      ...(this.#trouble && { trouble: this.#trouble }),
    }
  }

  write(request: ModelRequest, signal: AbortSignal): AsyncGenerator<string, ModelUsage | undefined> {
    return this.#write(request, signal, undefined)
  }

  /** The same model, whose use counts for a key as well. @param key a name of it, never the key itself */
  forKey(key: string): AnswerModel {
    const limited = this
    return {
      id: this.id,
      get hasSchema() {
        return limited.hasSchema
      },
      write: (request, signal) => this.#write(request, signal, key),
    }
  }

  async *#write(
    asked: ModelRequest,
    signal: AbortSignal,
    key: string | undefined,
  ): AsyncGenerator<string, ModelUsage | undefined> {
    signal.throwIfAborted()
    const request = { ...asked, maxTokens: Math.min(asked.maxTokens, this.#limits.mostTokens) }
    const use: Use = { tokens: 0, input: inputTokens(request) }
    const settle = this.#told(() => this.#budget.hold(use.input + request.maxTokens, key))
    const deadline = this.#clock.now() + this.#limits.totalMs
    try {
      for (let tries = 0; ; tries++) {
        const next = yield* this.#try(request, signal, deadline, tries, use)
        if ('done' in next) return next.usage
        await this.#clock.wait(next.waitMs, signal)
      }
    } finally {
      settle(use.tokens)
    }
  }

  /** One try: to its end, or how long to wait before the next. */
  async *#try(
    request: ModelRequest,
    signal: AbortSignal,
    deadline: number,
    tries: number,
    use: Use,
  ): AsyncGenerator<
    string,
    { readonly done: true; readonly usage: ModelUsage | undefined } | { readonly waitMs: number }
  > {
    const leave = this.#told(() => this.#breaker.enter())
    const reply = new Reply()
    try {
      const usage = yield* this.#read(request, signal, deadline, reply)
      use.tokens += usage ? usage.inputTokens + usage.outputTokens : use.input + reply.tokens
      leave('worked')
      return { done: true, usage }
    } catch (error) {
      signal.throwIfAborted()
      const trouble = this.#note(
        error instanceof ModelTrouble ? error : new ModelTrouble('malformed', 'The model broke off'),
      )
      const isTaken = reply.bytes > 0 || !NOT_TAKEN.has(trouble.kind)
      if (isTaken) use.tokens += use.input + reply.tokens
      leave(ANSWERS.has(trouble.kind) ? 'worked' : 'failed')
      const waitMs = reply.bytes === 0 ? this.#pause(trouble, tries) : undefined
      if (waitMs === undefined || this.#clock.now() + waitMs >= deadline) throw trouble
      return { waitMs }
    } finally {
      // reached first by a reader who stops, or whose signal was aborted: neither tells anything of the endpoint
      if (leave('left')) use.tokens += use.input + reply.tokens
    }
  }

  /** The pieces of one try, as long as time and caps allow. */
  async *#read(
    request: ModelRequest,
    signal: AbortSignal,
    deadline: number,
    reply: Reply,
  ): AsyncGenerator<string, ModelUsage | undefined> {
    const { firstPieceMs, mostBytes, mostTokens, totalMs } = this.#limits
    const ending = new AbortController()
    const anyEnd = AbortSignal.any([signal, ending.signal])
    const slow = async (milliseconds: number, words: string): Promise<never> => {
      await this.#clock.wait(Math.max(0, milliseconds), anyEnd)
      throw new ModelTrouble('timeout', words)
    }
    const total = slow(deadline - this.#clock.now(), `The reply is not whole after ${totalMs / 1000} s`)
    const first = slow(firstPieceMs, `Nothing came within ${firstPieceMs / 1000} s`)
    for (const timer of [total, first]) timer.catch(() => {})
    const pieces = this.#model.write(request, anyEnd)
    try {
      for (;;) {
        const next = await Promise.race([pieces.next(), total, ...(reply.bytes === 0 ? [first] : [])])
        if (next.done) return next.value
        reply.add(next.value)
        if (reply.bytes > mostBytes) throw new ModelTrouble('too-long', `The reply has more than ${mostBytes} bytes`)
        if (reply.tokens / 2 > mostTokens)
          throw new ModelTrouble('too-long', `The reply has more than ${mostTokens} tokens`)
        yield next.value
      }
    } finally {
      ending.abort()
      void pieces.return(undefined).catch(() => {}) // not awaited: it may hang
    }
  }

  /** Milliseconds before the next try; undefined when there is none. */
  #pause({ kind, retryAfterMs }: ModelTrouble, tries: number): number | undefined {
    const { retries, backOffMs, mostRetryAfterMs } = this.#limits
    if (tries >= retries || !WORTH_ANOTHER.has(kind) || this.#breaker.circuit !== 'closed') return undefined
    if (retryAfterMs !== undefined) return retryAfterMs <= mostRetryAfterMs ? retryAfterMs : undefined
    return backOffMs * 2 ** tries * (1 - this.#clock.random() / 2)
  }

  #told<Value>(enter: () => Value): Value {
    try {
      return enter()
    } catch (error) {
      throw error instanceof ModelTrouble ? this.#note(error) : error
    }
  }

  #note(trouble: ModelTrouble): ModelTrouble {
    const isPause = trouble.kind === 'open-circuit' && this.#trouble // what opened it says more
    const at = new Date(this.#clock.now()).toISOString()
    if (!isPause) this.#trouble = { kind: trouble.kind, message: trouble.message, at }
    return trouble
  }
}

interface Use {
  /** Taken so far. */
  tokens: number
  /** Of what is sent, estimated. */
  readonly input: number
}

/** What of a reply has come: pieces of any size add up to the same. */
class Reply {
  bytes = 0
  #wide = 0
  #others = 0

  add(piece: string): void {
    const { wide, others } = charactersOf(piece)
    this.bytes += Buffer.byteLength(piece)
    this.#wide += wide
    this.#others += others
  }

  /** Estimated. */
  get tokens(): number {
    return this.#wide + Math.ceil(this.#others / 3)
  }
}

const WORTH_ANOTHER: ReadonlySet<TroubleKind> = new Set<TroubleKind>(['rate-limited', 'server', 'unreachable'])
const NOT_TAKEN: ReadonlySet<TroubleKind> = new Set<TroubleKind>([
  'rate-limited',
  'server',
  'unreachable',
  'open-circuit',
  'over-budget',
])
/** Kinds that show an endpoint at work. */
const ANSWERS: ReadonlySet<TroubleKind> = new Set<TroubleKind>(['refused', 'too-long'])

/** Says how a try ended; true the first time. */
type Leave = (how: 'worked' | 'failed' | 'left') => boolean

class Breaker {
  readonly #limits: ModelLimits
  readonly #clock: ModelClock
  #failed = 0
  #openUntil: number | undefined
  #isTrying = false

  constructor(limits: ModelLimits, clock: ModelClock) {
    this.#limits = limits
    this.#clock = clock
  }

  get circuit(): ModelState['circuit'] {
    if (this.#openUntil === undefined) return 'closed'
    return this.#clock.now() < this.#openUntil ? 'open' : 'trial'
  }

  /** @throws ModelTrouble `open-circuit` */
  enter(): Leave {
    const now = this.#clock.now()
    const isTrial = this.#openUntil !== undefined
    if (isTrial && (now < this.#openUntil! || this.#isTrying)) {
      const retryAfterMs = Math.max(0, this.#openUntil! - now)
      throw new ModelTrouble('open-circuit', 'The model failed again and again and is left alone for a while', {
        retryAfterMs,
      })
    }
    if (isTrial) this.#isTrying = true
    let isOver = false
    return (how) => {
      if (isOver) return false
      isOver = true
      if (isTrial) this.#isTrying = false
      if (how === 'worked') this.#close()
      if (how === 'failed') this.#fail(isTrial)
      return true
    }
  }

  #close(): void {
    this.#failed = 0
    this.#openUntil = undefined
  }

  /** Of requests that began before it opened, a failure changes nothing more. */
  #fail(isTrial: boolean): void {
    this.#failed++
    const opens = isTrial || (this.#openUntil === undefined && this.#failed >= this.#limits.breaksAfter)
    if (opens) this.#openUntil = this.#clock.now() + this.#limits.breakMs
  }
}

const CHINA_AHEAD_MS = 8 * 3_600_000
const DAY_MS = 24 * 3_600_000
const ALL = Symbol('all keys')

class Budget {
  readonly #limits: ModelLimits
  readonly #clock: ModelClock
  #day = 0
  #isSpent = false
  /** Used and held, of all and of each key. */
  readonly #used = new Map<string | typeof ALL, number>()

  constructor(limits: ModelLimits, clock: ModelClock) {
    this.#limits = limits
    this.#clock = clock
  }

  get isSpent(): boolean {
    this.#today()
    return this.#isSpent
  }

  left(): number | undefined {
    this.#today()
    const { tokensADay } = this.#limits
    return tokensADay === undefined ? undefined : Math.max(0, tokensADay - this.#usedOf(ALL))
  }

  /**
   * Holds what a request may take at most. Gives back a function that is told what it took.
   * @throws ModelTrouble `over-budget`
   */
  hold(most: number, key: string | undefined): (taken: number) => void {
    const day = this.#today()
    const { tokensADay = Infinity, tokensADayOfKey = Infinity } = this.#limits
    const limits = new Map<string | typeof ALL, number>([[ALL, tokensADay]])
    if (key !== undefined) limits.set(key, tokensADayOfKey)
    for (const [owner, limit] of limits) {
      if (this.#usedOf(owner) + most <= limit) continue
      const retryAfterMs = (day + 1) * DAY_MS - CHINA_AHEAD_MS - this.#clock.now()
      if (owner === ALL) this.#isSpent = true
      const whose = owner === ALL ? 'of the day' : 'of the day of this key'
      throw new ModelTrouble('over-budget', `The tokens ${whose} (${limit}) are used up`, { retryAfterMs })
    }
    const add = (tokens: number) => {
      for (const owner of limits.keys()) this.#used.set(owner, this.#usedOf(owner) + tokens)
    }
    add(most)
    return (taken) => {
      if (this.#today() === day) add(taken - most)
    }
  }

  #usedOf(owner: string | typeof ALL): number {
    return this.#used.get(owner) ?? 0
  }

  /** Days since 1970 in China; a new one begins with nothing used. */
  #today(): number {
    const day = Math.floor((this.#clock.now() + CHINA_AHEAD_MS) / DAY_MS)
    if (day !== this.#day) {
      this.#used.clear()
      this.#isSpent = false
    }
    return (this.#day = day)
  }
}

/**
 * Tokens of a text, rather too many: one for each character of Chinese, Japanese or Korean, one for every three others.
 * @example estimateTokens('杭州 Hangzhou') // 5
 */
export function estimateTokens(text: string): number {
  const { wide, others } = charactersOf(text)
  return wide + Math.ceil(others / 3)
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/gu

/** Characters as Unicode counts them. */
function charactersOf(text: string): { readonly wide: number; readonly others: number } {
  const wide = text.match(WIDE)?.length ?? 0
  return { wide, others: [...text].length - wide }
}

const MESSAGE_TOKENS = 4

function inputTokens({ messages, schema }: ModelRequest): number {
  const text = messages.reduce((sum, { content }) => sum + estimateTokens(content) + MESSAGE_TOKENS, 0)
  return text + (schema ? estimateTokens(JSON.stringify(schema)) : 0)
}
