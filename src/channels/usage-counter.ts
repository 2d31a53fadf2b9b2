/**
 * Counts what is asked, whatever way it came: one place around the Assistant, told by the way in which channel it is.
 * Counting never fails an answer and never makes it wait: sums are written a few seconds later, together.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Assistant } from '../answering/assistant.ts'
import { chinaDay, usageKey, type UsageChannel, type UsageRow, type UsageStore } from '../state/usage.ts'
import type { AnswerEvent, AskRequest } from '../types.ts'

const WRITE_MS = 3_000
/** Kept to be tried again while they cannot be written; more kinds than these a day there are not. */
const MOST_WAITING = 2_000

const way = new AsyncLocalStorage<UsageChannel>()

/** Whatever is asked within counts for this channel. */
export const askedBy = <Result>(channel: UsageChannel, work: () => Result): Result => way.run(channel, work)

export interface UsageCounterOptions {
  /** Told of counts that were lost, or that wait. */
  readonly log: (message: string) => void
  /** For tests. */
  readonly now?: () => number
}

export class UsageCounter {
  readonly #store: UsageStore
  readonly #log: (message: string) => void
  readonly #now: () => number
  #waiting = new Map<string, UsageRow>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #wasTold = false

  constructor(store: UsageStore, { log, now = Date.now }: UsageCounterOptions) {
    this.#store = store
    this.#log = log
    this.#now = now
  }

  /** The same assistant, whose questions are counted. */
  counted(assistant: Assistant): Assistant {
    const ask = (request: AskRequest, signal?: AbortSignal) => {
      const channel = way.getStore() ?? 'api' // whoever reads the events may be elsewhere
      return this.#counting(channel, request, () => assistant.ask(request, signal), signal)
    }
    return new Proxy(assistant, {
      get: (target, name) => {
        if (name === 'ask') return ask
        const own: unknown = Reflect.get(target, name, target)
        // an assistant over a part of the documents is asked as much
        if (name === 'within') return async (view: unknown) => this.counted(await (own as (view: unknown) => Promise<Assistant>).call(target, view))
        return typeof own === 'function' ? own.bind(target) : own
      },
    })
  }

  async *#counting(
    channel: UsageChannel,
    request: AskRequest,
    events: () => AsyncIterable<AnswerEvent>,
    signal?: AbortSignal,
  ): AsyncGenerator<AnswerEvent> {
    const began = performance.now()
    const row = (facts: Pick<UsageRow, 'outcome' | 'mode' | 'reason'>): UsageRow => ({
      day: chinaDay(this.#now()),
      channel,
      ...facts,
      count: 1,
      milliseconds: performance.now() - began,
    })
    try {
      for await (const event of events()) {
        if (event.type === 'done') {
          const { outcome, mode, reason } = event.answer
          this.#add(row({ outcome, mode, ...(outcome === 'declined' && reason !== undefined && { reason }) }))
        }
        yield event
      }
    } catch (error) {
      // who stops a question has not met an error
      if (signal?.aborted !== true) this.#add(row({ outcome: 'error', mode: request.mode === 'llm' ? 'llm' : 'extractive' }))
      throw error
    }
  }

  #add(row: UsageRow): void {
    const key = usageKey(row)
    const before = this.#waiting.get(key)
    if (!before && this.#waiting.size >= MOST_WAITING) return
    this.#waiting.set(key, before ? { ...row, count: before.count + row.count, milliseconds: before.milliseconds + row.milliseconds } : row)
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_MS).unref()
  }

  /** Writes what waits; what cannot be written is tried again with the next. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    return (this.#writing = this.#writing.then(() => this.#write()))
  }

  async #write(): Promise<void> {
    if (this.#waiting.size === 0) return
    const rows = [...this.#waiting.values()]
    this.#waiting = new Map()
    try {
      await this.#store.add(rows)
      this.#wasTold = false
    } catch (error) {
      for (const row of rows) this.#add(row)
      if (!this.#wasTold) this.#log(`提问的统计暂时写不进，之后再试 counts of questions cannot be written yet: ${wordsOf(error)}`)
      this.#wasTold = true
    }
  }

  /** The last of them. What cannot be written now is lost, and that is told. */
  async close(): Promise<void> {
    await this.flush()
    clearTimeout(this.#timer)
    const lost = [...this.#waiting.values()].reduce((sum, { count }) => sum + count, 0)
    if (lost > 0) this.#log(`${lost} 个提问没有计入统计 questions were not counted`)
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
