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
 * The budget: tokens of questions and replies, a day in China (UTC+8), of all and of whoever pays, counted in memory, so
 * that a restart begins anew, or where copies of the program share it. A request is let through where what was used, what runs and what this one may take at most stay
 * within it. What it
 * took is what the endpoint says (`usage`), else estimateTokens of what was sent and received; nothing where the
 * endpoint took nothing (429, 5xx, unreachable).
 */
import type { Payer } from '../types.ts'
import { ModelTrouble, type AnswerModel, type ModelRequest, type ModelUsage, type TroubleKind } from './answer-model.ts'
import { Breaker, type BreakerLimits, type Circuit } from './model-breaker.ts'
import { REAL_CLOCK, type ModelClock } from './model-clock.ts'
import { TokenBudget, type BudgetLimits, type TokenLedger } from './token-budget.ts'
import { inputTokens, ReplySize } from './token-estimate.ts'

export interface ModelLimits extends BreakerLimits, BudgetLimits {
  readonly firstPieceMs: number
  readonly totalMs: number
  /** Tries after the first. */
  readonly retries: number
  readonly backOffMs: number
  readonly mostRetryAfterMs: number
  /** Of a reply, in UTF-8. */
  readonly mostBytes: number
  /** Of a reply. */
  readonly mostTokens: number
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

/** For /readyz. */
export interface ModelState {
  readonly id: string
  readonly circuit: Circuit
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
  readonly #budget: TokenBudget
  #trouble: ModelState['trouble']

  constructor(model: AnswerModel, limits: Partial<ModelLimits> = {}, clock: ModelClock = REAL_CLOCK, ledger?: TokenLedger) {
    this.#model = model
    this.#limits = { ...MODEL_LIMITS, ...limits }
    this.#clock = clock
    this.#breaker = new Breaker(this.#limits, clock)
    this.#budget = new TokenBudget(this.#limits, clock, ledger)
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

  paidBy(payer: Payer): AnswerModel {
    const limited = this
    return {
      id: this.id,
      get hasSchema() {
        return limited.hasSchema
      },
      write: (request, signal) => this.#write(request, signal, payer),
    }
  }

  async *#write(
    asked: ModelRequest,
    signal: AbortSignal,
    payer: Payer | undefined,
  ): AsyncGenerator<string, ModelUsage | undefined> {
    signal.throwIfAborted()
    const request = { ...asked, maxTokens: Math.min(asked.maxTokens, this.#limits.mostTokens) }
    const use: Use = { tokens: 0, input: inputTokens(request) }
    const settle = await this.#heldBy(() => this.#budget.hold(use.input + request.maxTokens, payer))
    const deadline = this.#clock.now() + this.#limits.totalMs
    try {
      for (let tries = 0; ; tries++) {
        const next = yield* this.#try(request, signal, deadline, tries, use)
        if ('done' in next) return next.usage
        await this.#clock.wait(next.waitMs, signal)
      }
    } finally {
      await settle(use.tokens)
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
    const reply = new ReplySize()
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
    reply: ReplySize,
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

  async #heldBy<Value>(hold: () => Promise<Value>): Promise<Value> {
    try {
      return await hold()
    } catch (error) {
      throw error instanceof ModelTrouble ? this.#note(error) : error
    }
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
