/**
 * Spans of a question: the request, the steps of its answer, the model that writes; over @opentelemetry/api, which only
 * this folder knows. What is asked, quoted and answered is in none of them.
 */
import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Tracer } from '@opentelemetry/api'

export type { Attributes }

/** A span that is open. */
export interface OpenSpan {
  /** What is begun within stands below it. */
  within<Result>(work: () => Result): Result
  /** Steps that are over, one after the other, from when it began. */
  steps(steps: readonly Step[]): void
  /** @param error a word for what went wrong; never a message, which may hold words of a person */
  end(attributes?: Attributes, error?: string): void
}

export interface Step {
  readonly name: string
  readonly milliseconds: number
  readonly attributes?: Attributes
}

export interface Beginning {
  readonly kind?: 'server' | 'client' | 'internal'
  readonly attributes?: Attributes
  /** Of a request: where its caller says which trace it belongs to. */
  readonly carrier?: Readonly<Record<string, string>>
}

export class Tracing {
  readonly #tracer: Tracer

  constructor(tracer: Tracer = trace.getTracer('tiaowen')) {
    this.#tracer = tracer
  }

  begin(name: string, { kind = 'internal', attributes = {}, carrier }: Beginning = {}): OpenSpan {
    const active = context.active()
    const parent = carrier ? propagation.extract(active, carrier) : active
    const began = epochMs()
    const span = this.#tracer.startSpan(name, { kind: KINDS[kind], attributes, startTime: began }, parent)
    const inside = trace.setSpan(parent, span)
    return {
      within: (work) => context.with(inside, work),
      steps: (steps) => this.#steps(steps, began, inside),
      end: (more = {}, error) => {
        const { name: renamed, ...rest } = more
        if (typeof renamed === 'string') span.updateName(renamed)
        span.setAttributes(rest)
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', error)
        span.end(epochMs())
      },
    }
  }

  #steps(steps: readonly Step[], began: number, inside: Context): void {
    let at = began
    for (const { name, milliseconds, attributes = {} } of steps) {
      const span = this.#tracer.startSpan(name, { attributes, startTime: at }, inside)
      span.end((at += milliseconds))
    }
  }
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }

const epochMs = () => performance.timeOrigin + performance.now()
