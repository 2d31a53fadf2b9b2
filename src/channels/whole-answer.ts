/** The answer that a stream of events ends with, for channels that wait for all of it. */
import { PolicyError } from '../errors.ts'
import type { Answer, AnswerEvent } from '../types.ts'

/**
 * Whoever goes away is not waited for: the work behind the events ends with the signal.
 * @throws the signal's reason; PolicyError 'internal' where the events end without an answer
 */
export async function wholeAnswer(events: AsyncIterable<AnswerEvent>, signal: AbortSignal): Promise<Answer> {
  const iterator = events[Symbol.asyncIterator]()
  const { promise: gone, reject } = Promise.withResolvers<never>()
  gone.catch(() => {})
  const leave = () => reject(signal.reason)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    for (;;) {
      const step = await Promise.race([iterator.next(), gone])
      if (step.done === true) throw new PolicyError('internal', '回答没有写完。')
      if (step.value.type === 'done') return step.value.answer
    }
  } finally {
    signal.removeEventListener('abort', leave)
    // not awaited: what stands still would hold us, and the signal has told it
    iterator.return?.()?.catch(() => {})
  }
}
