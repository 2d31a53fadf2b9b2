/**
 * An Assistant whose work is counted, timed, traced and told: one line a question, with its length and hash in place of
 * its words. What it answers is what the one behind it answers.
 */
import type { Assistant, CheckOptions } from '../answering/assistant.ts'
import { PolicyError } from '../errors.ts'
import type { Answer, AnswerEvent, AskRequest, CheckRequest, CheckResult, SearchRequest, SearchResult } from '../types.ts'
import type { Logger } from './log.ts'
import type { AnswerOutcome, Metrics } from './metrics.ts'
import { currentScope, inScope, questionFacts, type Scope } from './scope.ts'
import type { OpenSpan, Step, Tracing } from './traces.ts'

export interface Observers {
  readonly metrics?: Metrics
  readonly tracing?: Tracing
  readonly log?: Logger
  /** Are the words of questions told? */
  readonly questions?: boolean
}

export function observedAssistant(inner: Assistant, observers: Observers): Assistant {
  return {
    ask: (request, signal) => asked(inner, observers, request, signal),
    search: (request) => searched(inner, observers, request),
    check: (request, options) => checked(inner, observers, request, options),
    lookUp: (reference, asOf, at) => inner.lookUp(reference, asOf, at),
    catalogue: () => inner.catalogue(),
    textOf: (id, sha) => seen(observers, () => inner.textOf(id, sha)),
    status: () => inner.status(),
    within: async (view) => observedAssistant(await inner.within(view), observers),
  }
}

/** Damage that shows only when something is read is counted where it shows. */
async function seen<Result>({ metrics }: Observers, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'index-corrupt') metrics?.corrupt()
    throw error
  }
}

async function* asked(inner: Assistant, observers: Observers, request: AskRequest, signal?: AbortSignal): AsyncGenerator<AnswerEvent> {
  const scope = scopeWith(request.question)
  const span = observers.tracing?.begin('ask')
  const began = performance.now()
  const events = inner.ask(request, signal)[Symbol.asyncIterator]()
  const within = <Result>(work: () => Result): Result => inScope(scope, () => (span ? span.within(work) : work()))
  let isOver = false
  let isTold = false
  const end = (answer?: Answer, failure?: { readonly error: unknown }): void => {
    if (isTold) return
    isTold = true
    const milliseconds = performance.now() - began
    within(() => told(observers, span, { request, answer, failure, milliseconds, isStopped: signal?.aborted === true }))
  }
  try {
    for (;;) {
      const next = await within(() => seen(observers, () => events.next()))
      isOver = next.done === true
      if (next.done === true) return
      if (next.value.type === 'done') end(next.value.answer) // who has the answer need not read on
      yield next.value
    }
  } catch (error) {
    isOver = true
    end(undefined, { error })
    throw error
  } finally {
    if (!isOver) void within(() => events.return?.().catch(() => {}))
    end()
  }
}

interface Told {
  readonly request: AskRequest
  /** Absent where it never came to one. */
  readonly answer: Answer | undefined
  readonly failure: { readonly error: unknown } | undefined
  readonly milliseconds: number
  readonly isStopped: boolean
}

const OUTCOMES = { answered: 'answered', declined: 'refused', ambiguous: 'ambiguous' } as const

function told({ metrics, log, questions }: Observers, span: OpenSpan | undefined, { request, answer, failure, milliseconds, isStopped }: Told): void {
  const outcome: AnswerOutcome = answer ? OUTCOMES[answer.outcome] : failure && !isStopped ? 'error' : 'stopped'
  const mode = answer?.mode ?? 'extractive'
  const code = failure && codeOf(failure.error)
  metrics?.answered(outcome, mode, milliseconds / 1000)
  if (answer) {
    metrics?.timed(answer.retrieval, answer.timings)
    for (const [reason, times] of Object.entries(answer.model?.reasons ?? {})) metrics?.rejected(reason, times)
    if (answer.fallback) metrics?.fellBack(answer.fallback.from)
  }
  span?.steps(answer ? stepsOf(answer) : [])
  span?.end({ 'tiaowen.outcome': outcome, 'tiaowen.mode': mode, ...(answer && factsOf(answer)) }, outcome === 'error' ? code : undefined)
  log?.info(`提问 asked: ${outcome}`, {
    outcome,
    ...(answer?.reason && { reason: answer.reason }),
    ...(code !== undefined && { code }),
    mode,
    ms: Math.round(milliseconds * 10) / 10,
    ...(answer && { citations: answer.citations.length, generation: answer.index.generation, retrieval: answer.retrieval }),
    question: questions ? request.question : questionFacts(request.question),
  })
}

/** How the steps of an answer are called in a trace, where that is not their own name. */
const SPANS: Readonly<Record<string, string>> = { retrieve: 'search', answer: 'cite', write: 'generate' }

function stepsOf({ timings, model }: Answer): readonly Step[] {
  return Object.entries(timings).flatMap(([step, milliseconds]) => {
    if (step === 'total') return []
    const name = SPANS[step] ?? step
    return [{ name, milliseconds, ...(step === 'write' && model && { attributes: { 'gen_ai.operation.name': 'chat', ...modelFacts(model) } }) }]
  })
}

const modelFacts = ({ id, sentences, removed, usage }: NonNullable<Answer['model']>) => ({
  'gen_ai.request.model': id,
  'tiaowen.sentences': sentences,
  'tiaowen.sentences_removed': removed,
  ...(usage && { 'gen_ai.usage.input_tokens': usage.inputTokens, 'gen_ai.usage.output_tokens': usage.outputTokens }),
})

const factsOf = ({ citations, passages, retrieval, index }: Answer) => ({
  'tiaowen.citations': citations.length,
  'tiaowen.passages': passages.length,
  'tiaowen.retrieval': retrieval,
  'tiaowen.generation': index.generation,
})

async function searched(inner: Assistant, observers: Observers, request: SearchRequest): Promise<SearchResult> {
  const { metrics, tracing } = observers
  const span = tracing?.begin('search')
  return inScope(scopeWith(request.query), async () => {
    try {
      const result = await seen(observers, () => inner.search(request))
      metrics?.searched('done')
      metrics?.timed(result.retrieval, result.timings)
      span?.end({ 'tiaowen.passages': result.passages.length, 'tiaowen.retrieval': result.retrieval })
      return result
    } catch (error) {
      metrics?.searched('error')
      span?.end({}, codeOf(error))
      throw error
    }
  })
}

async function checked(inner: Assistant, observers: Observers, request: CheckRequest, options?: CheckOptions): Promise<CheckResult> {
  const { metrics, tracing } = observers
  const span = tracing?.begin('check')
  try {
    const result = await inner.check(request, options)
    metrics?.checked('done')
    span?.end({ 'tiaowen.items': result.summary.items })
    return result
  } catch (error) {
    const isStopped = options?.signal?.aborted === true
    metrics?.checked(isStopped ? 'stopped' : 'error')
    span?.end({}, isStopped ? undefined : codeOf(error))
    throw error
  }
}

/** The scope of the request, which knows the question from now on; one of its own where there is none. */
function scopeWith(question: string): Scope {
  const scope = currentScope() ?? { questions: [] }
  if (!scope.questions.includes(question)) scope.questions.push(question)
  return scope
}

const codeOf = (error: unknown): string => (error instanceof PolicyError ? error.code : 'internal')
