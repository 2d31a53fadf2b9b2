/**
 * What is counted and timed, for Prometheus; the only place that knows prom-client. Labels are words of the program:
 * never a question, a person or a document. However it is used there are at most 1,000 series.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { canAnswer, type Status } from '../answering/assistant.ts'
import { canWrite } from '../answering/model-limits.ts'
import type { Counts } from '../channels/bots/tally.ts'
import type { Parts } from './parts.ts'

/** A request that is over. */
export interface DoneRequest {
  readonly method: string
  /** The pattern of the route, e.g. `/api/documents/:id`. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

export type AnswerOutcome = 'answered' | 'refused' | 'ambiguous' | 'error' | 'stopped'

/** A chat platform's counters, as its desk tells them. */
export type ChannelCounts = Readonly<Record<string, { readonly state: 'off' } | ({ readonly state: 'on'; readonly waiting?: number } & Counts)>>

/** What is asked when metrics are read. */
export interface Watched {
  readonly status?: () => Status
  readonly channels?: () => Promise<ChannelCounts>
  readonly parts?: () => Promise<Parts>
  readonly diskFree?: () => Promise<number | undefined>
  /** Connections to the database that copies of the program share; absent: there is none. */
  readonly connections?: () => { readonly used: number; readonly idle: number; readonly waiting: number }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Of one metric; whatever comes beyond them is counted as `other`. */
const MOST = { routes: 48, requests: 180, reasons: 20, steps: 8, queues: 8 }
const OTHER = 'other'
const FAST = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const SLOW = [0.05, 0.25, 1, 5, 15, 60]
const REQUEST = [0.02, 0.1, 0.5, 2.5, 15]
const BUILD = [1, 10, 60, 300, 1_800, 7_200]

export class Metrics {
  readonly #registry = new Registry()
  #watched: Watched = {}
  readonly #queues = new Map<string, () => number>()
  readonly #kept = new Map<string, Set<string>>()
  readonly #requests = this.#counter('tiaowen_http_requests_total', 'Requests that are over, by pattern of the route', ['method', 'route', 'status'])
  readonly #requestSeconds = this.#histogram('tiaowen_http_request_seconds', 'From a request to the end of its answer, streams included', REQUEST, ['route'])
  readonly #underWay = this.#gauge('tiaowen_http_requests_under_way', 'Requests whose answer is not at its end')
  readonly #answers = this.#counter('tiaowen_answers_total', 'Questions, by what became of them, over every channel', ['outcome', 'mode'])
  readonly #answerSeconds = this.#histogram('tiaowen_answer_seconds', 'From a question to the end of its answer', SLOW, ['mode'])
  readonly #retrieveSeconds = this.#histogram('tiaowen_retrieve_seconds', 'To find the passages: embedding, search and reranking', FAST, ['retrieval'])
  readonly #stepSeconds = this.#histogram('tiaowen_step_seconds', 'Of each step of an answer', FAST, ['step'])
  readonly #searches = this.#counter('tiaowen_searches_total', 'Searches for passages, without an answer', ['outcome'])
  readonly #checks = this.#counter('tiaowen_checks_total', 'Drafts that were checked', ['outcome'])
  readonly #rejected = this.#counter('tiaowen_citation_rejected_total', 'Quotations and sentences withheld since they do not hold against the text', ['reason'])
  readonly #fallbacks = this.#counter('tiaowen_answer_fallbacks_total', 'Answers that had to do with less than the best', ['from'])
  readonly #buildSeconds = this.#histogram('tiaowen_index_build_seconds', 'Of a round of indexing that this server began', BUILD, ['outcome'])
  readonly #corrupt = this.#counter('tiaowen_index_corrupt_total', 'Files of the index or stored texts that are not what was written')
  readonly #llmRequests = this.#counter('tiaowen_llm_requests_total', 'Requests to the language model', ['outcome'])
  readonly #llmSeconds = this.#histogram('tiaowen_llm_request_seconds', 'Of a request to the language model, retries included', SLOW)
  readonly #llmTokens = this.#counter('tiaowen_llm_tokens_total', 'Tokens, as the endpoint counts them', ['kind'])
  readonly #engineSeconds = this.#histogram('tiaowen_search_engine_seconds', 'Of a request to the search cluster', FAST, ['kind', 'outcome'])
  readonly #exports = this.#counter('tiaowen_trace_exports_total', 'Batches of spans sent to the collector', ['outcome'])
  readonly #logLines = this.#counter('tiaowen_log_lines_total', 'Lines written to the log', ['level'])
  readonly #fatal = this.#counter('tiaowen_fatal_errors_total', 'Errors nobody caught; the process ends after one', ['kind'])

  /** @param version of the program */
  constructor(version: string) {
    this.#gauge('tiaowen_build_info', 'Always 1', ['version', 'node']).set({ version, node: process.version }, 1)
    this.#watching()
    collectDefaultMetrics({ register: this.#registry })
    // of what has happened not once the place is kept: a rate needs a 0 to begin with
    for (const outcome of ['answered', 'refused', 'ambiguous', 'error', 'stopped'] as const) {
      this.#answers.inc({ outcome, mode: 'extractive' }, 0)
    }
    this.#corrupt.inc(0)
    for (const level of ['warn', 'error']) this.#logLines.inc({ level }, 0)
    for (const kind of FATAL) this.#fatal.inc({ kind }, 0)
  }

  /** Asks from now on what is told at each reading. */
  watch(watched: Watched): void {
    this.#watched = { ...this.#watched, ...watched }
  }

  /** A queue whose length is told at each reading. */
  watchQueue(name: string, length: () => number): void {
    this.#queues.set(this.#bounded('queue', name, MOST.queues), length)
  }

  began(): void {
    this.#underWay.inc()
  }

  ended({ method, route, status, seconds }: DoneRequest): void {
    this.#underWay.dec()
    const known = this.#bounded('route', route, MOST.routes)
    const verb = METHODS.has(method) ? method : OTHER
    const kind = `${Math.floor(status / 100)}xx`
    const key = this.#bounded('request', `${verb} ${known} ${kind}`, MOST.requests)
    this.#requests.inc(key === OTHER ? { method: OTHER, route: OTHER, status: kind } : { method: verb, route: known, status: kind })
    this.#requestSeconds.observe({ route: known }, seconds)
  }

  answered(outcome: AnswerOutcome, mode: 'extractive' | 'llm', seconds: number): void {
    this.#answers.inc({ outcome, mode })
    if (outcome !== 'stopped') this.#answerSeconds.observe({ mode }, seconds)
  }

  searched(outcome: 'done' | 'error'): void {
    this.#searches.inc({ outcome })
  }

  checked(outcome: 'done' | 'error' | 'stopped'): void {
    this.#checks.inc({ outcome })
  }

  /** @param timings milliseconds by step, as answers and searches have them */
  timed(retrieval: 'hybrid' | 'keyword', timings: Readonly<Record<string, number>>): void {
    const { total: _, ...steps } = timings
    const finding = (steps['embed'] ?? 0) + (steps['rerank'] ?? 0) + (steps['retrieve'] ?? 0)
    this.#retrieveSeconds.observe({ retrieval }, finding / 1000)
    for (const [step, milliseconds] of Object.entries(steps)) {
      this.#stepSeconds.observe({ step: this.#bounded('step', step, MOST.steps) }, milliseconds / 1000)
    }
  }

  rejected(reason: string, times = 1): void {
    this.#rejected.inc({ reason: this.#bounded('reason', reason, MOST.reasons) }, times)
  }

  fellBack(from: string): void {
    this.#fallbacks.inc({ from: this.#bounded('fallback', from, MOST.reasons) })
  }

  built(outcome: 'done' | 'failed', seconds: number): void {
    this.#buildSeconds.observe({ outcome }, seconds)
  }

  corrupt(): void {
    this.#corrupt.inc()
  }

  /** @param outcome `done`, `stopped`, or the kind of trouble */
  modelAsked(outcome: string, seconds: number, usage?: { readonly inputTokens: number; readonly outputTokens: number }): void {
    this.#llmRequests.inc({ outcome: this.#bounded('llm', outcome, MOST.reasons) })
    this.#llmSeconds.observe(seconds)
    if (!usage) return
    this.#llmTokens.inc({ kind: 'input' }, usage.inputTokens)
    this.#llmTokens.inc({ kind: 'output' }, usage.outputTokens)
  }

  /** @param kind keywords, vectors, insert, schema, read */
  engineAsked(kind: string, outcome: 'ok' | 'failed', seconds: number): void {
    this.#engineSeconds.observe({ kind, outcome }, seconds)
  }

  exported(outcome: 'done' | 'failed'): void {
    this.#exports.inc({ outcome })
  }

  logged(level: string): void {
    this.#logLines.inc({ level })
  }

  fatal(kind: (typeof FATAL)[number]): void {
    this.#fatal.inc({ kind })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  /** Every metric there is, for documents and dashboards. */
  all(): readonly { readonly name: string; readonly help: string; readonly kind: string }[] {
    return this.#registry.getMetricsAsArray().map(({ name, help, type }) => ({ name, help, kind: String(type) }))
  }

  #watching(): void {
    const status = () => this.#watched.status?.()
    this.#read('tiaowen_ready', 'Questions can be answered', () => {
      const now = status()
      return now && canAnswer(now) ? 1 : 0
    })
    this.#read('tiaowen_index_generation', 'Number of the generation that serves', () => numberOf(status()?.generation))
    this.#read('tiaowen_index_documents', 'Documents that serve', () => status()?.documents)
    this.#read('tiaowen_index_chunks', 'Chunks that serve', () => status()?.chunks)
    this.#read('tiaowen_index_skipped_files', 'Files that became no document', () => status()?.skipped?.length ?? 0)
    this.#read('tiaowen_index_building', 'An index is being built', () => (status()?.building ? 1 : 0))
    this.#read('tiaowen_search_engine_nodes', 'Healthy nodes of the search cluster; absent where this process searches', () => status()?.search?.nodes)
    this.#read('tiaowen_search_engine_expected_nodes', 'Nodes that the search cluster should have; absent where this process searches', () => status()?.search?.expectedNodes)
    this.#read('tiaowen_llm_available', 'The language model would be asked; absent where there is none', () => {
      const model = status()?.languageModel
      return model && (canWrite(model) ? 1 : 0)
    })
    this.#read('tiaowen_llm_budget_left_tokens', 'Of today; absent where there is no budget', () => status()?.languageModel?.budgetLeft)
    this.#read('tiaowen_disk_free_ratio', 'Of the fullest disk that data or index stand on, 0 to 1', () => this.#watched.diskFree?.())
    this.#part()
    this.#connections()
    this.#channels()
  }

  #connections(): void {
    const gauge: Gauge = this.#gauge('tiaowen_database_connections', 'To the database that copies share: in use, idle, and uses that wait for one', ['state'], async () => {
      gauge.reset()
      for (const [state, count] of Object.entries(this.#watched.connections?.() ?? {})) gauge.set({ state }, count)
    })
  }

  #part(): void {
    const gauge: Gauge = this.#gauge('tiaowen_part_ok', 'Whether a part of the program is well; the parts of /readyz', ['part'], async () => {
      gauge.reset()
      for (const [part, { ok }] of Object.entries((await this.#watched.parts?.()) ?? {})) gauge.set({ part }, ok ? 1 : 0)
    })
  }

  #channels(): void {
    const asked = () => this.#watched.channels?.().catch(() => ({}) as ChannelCounts) ?? Promise.resolve({} as ChannelCounts)
    const events: Counter = this.#counter('tiaowen_bot_events_total', 'Events of chat platforms, by what became of them', ['channel', 'outcome'], async () => {
      events.reset()
      for (const [channel, counts] of Object.entries(await asked())) {
        if (counts.state === 'off') continue
        const { events: taken, answered, sent, later, givenUp, repeats } = counts
        const [refused, ignored] = [sumOf(counts.refused), sumOf(counts.ignored)]
        const outcomes = { taken, refused, ignored, answered, sent, later, given_up: givenUp, repeated: repeats }
        for (const [outcome, times] of Object.entries(outcomes)) events.inc({ channel, outcome }, times)
      }
    })
    const duplicates: Counter = this.#counter('tiaowen_bot_duplicates_total', 'Events of chat platforms that came again', ['channel'], async () => {
      duplicates.reset()
      for (const [channel, counts] of Object.entries(await asked())) {
        if (counts.state === 'on') duplicates.inc({ channel }, counts.duplicates)
      }
    })
    const depth: Gauge = this.#gauge('tiaowen_queue_depth', 'What waits: of a chat platform, questions whose answer has not arrived', ['queue'], async () => {
      depth.reset()
      for (const [name, length] of this.#queues) depth.set({ queue: name }, length())
      for (const [queue, counts] of Object.entries(await asked())) {
        if (counts.state === 'on' && counts.waiting !== undefined) depth.set({ queue }, counts.waiting)
      }
    })
  }

  /** A gauge that is read when metrics are; without a value where there is none. */
  #read(name: string, help: string, read: () => number | undefined | Promise<number | undefined>): void {
    const gauge: Gauge = this.#gauge(name, help, [], async () => {
      const value = await read()
      if (value === undefined) gauge.remove()
      else gauge.set(value)
    })
  }

  #counter(name: string, help: string, labelNames: readonly string[] = [], collect?: () => Promise<void>): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry], ...(collect && { collect }) })
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = [], collect?: () => Promise<void>): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry], ...(collect && { collect }) })
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: readonly string[] = []): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] })
  }

  /** The value itself, or `other` where there are enough of its kind already. */
  #bounded(kind: string, value: string, most: number): string {
    const kept = this.#kept.get(kind) ?? new Set()
    this.#kept.set(kind, kept)
    if (!kept.has(value) && kept.size >= most) return OTHER
    kept.add(value)
    return value
  }
}

const FATAL = ['uncaughtException', 'unhandledRejection'] as const

const sumOf = (reasons: Readonly<Record<string, number>>) => Object.values(reasons).reduce((sum, times) => sum + times, 0)

/** @example numberOf('gen-00000012') // 12 */
const numberOf = (generation: string | null | undefined): number | undefined => {
  const digits = /^gen-(\d+)$/.exec(generation ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}
