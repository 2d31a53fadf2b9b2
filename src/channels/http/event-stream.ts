/** An answer as server-sent events: passages, segment, citations, done; ping while waiting; error at a break. */
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { AnswerEvent } from '../../types.ts'
import { PolicyError } from '../../errors.ts'
import { problemFor, problemOf, type Problem } from './problem.ts'

export const PING_MS = 10_000

export interface StreamOptions {
  readonly instance: string
  /** Aborted when the asker goes away or the server stops; ends the work behind the stream. */
  readonly abort: AbortController
  /** The server has waited long enough: the stream ends with an error event. */
  readonly ending: AbortSignal
  readonly onError: (error: unknown) => void
}

/**
 * `first` is what the iterator gave already: what goes wrong before it is an ordinary problem answer, since no
 * stream has begun.
 */
export function eventStream(
  context: Context,
  first: IteratorResult<AnswerEvent>,
  rest: AsyncIterator<AnswerEvent>,
  { instance, abort, ending, onError }: StreamOptions,
): Response {
  context.header('X-Accel-Buffering', 'no')
  const response = streamSSE(context, async (stream) => {
    const send = (event: string, data: unknown) => stream.writeSSE({ event, data: JSON.stringify(data) })
    const ping = setInterval(() => void send('ping', {}), PING_MS)
    stream.onAbort(() => abort.abort())
    const stop = once(ending)
    try {
      let step = first
      while (step.done !== true && !stream.aborted) {
        await send(step.value.type, dataOf(step.value))
        step = await Promise.race([rest.next(), stop.promise])
      }
    } catch (error) {
      if (!stream.aborted) await send('error', brokenOff(error, instance, onError))
    } finally {
      clearInterval(ping)
      stop.forget()
      abort.abort()
      rest.return?.()?.catch(() => {})
    }
  })
  response.headers.set('Cache-Control', 'no-store')
  return response
}

/** The server ended what was under way. */
export class Stopping extends Error {}

/** Rejects when the signal is aborted; `forget` leaves no listener behind. */
export function once(signal: AbortSignal): { promise: Promise<never>; forget: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => {})
  const stop = () => reject(new Stopping())
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return { promise, forget: () => signal.removeEventListener('abort', stop) }
}

function brokenOff(error: unknown, instance: string, onError: (error: unknown) => void): Problem {
  if (error instanceof Stopping) return problemOf('internal', '服务正在停止，回答没有写完，请稍后重问。', instance, 503)
  if (!(error instanceof PolicyError)) onError(error)
  return problemFor(error, instance)
}

function dataOf(event: AnswerEvent): unknown {
  switch (event.type) {
    case 'passages':
      return event.passages
    case 'segment':
      return event.segment
    case 'citations':
      return event.citations
    case 'done':
      return event.answer
  }
}
