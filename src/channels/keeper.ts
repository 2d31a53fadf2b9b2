/**
 * Questions within conversations: each is kept before it is answered, and its answer when it is done. The work goes on
 * where the asker's connection breaks; only `stop` ends it, and then nothing of the answer is kept.
 */
import type { Assistant } from '../answering/assistant.ts'
import type { Asked, ExchangeName, Owner, State } from '../state/state.ts'
import type { AnswerEvent, AskRequest } from '../types.ts'

export interface KeeperOptions {
  /** Aborted when the server has waited long enough: ends all work. */
  readonly ending: AbortSignal
  /** Told of what went wrong when the asker was gone already. */
  readonly onError: (error: unknown) => void
}

export class Keeper {
  readonly #assistant: Assistant
  readonly #state: State
  readonly #options: KeeperOptions
  /** What is being answered, by owner, conversation and exchange. */
  readonly #running = new Map<string, AbortController>()

  constructor(assistant: Assistant, state: State, options: KeeperOptions) {
    this.#assistant = assistant
    this.#state = state
    this.#options = options
  }

  /**
   * The events of the answer; `done` comes after the answer is kept. To leave them unread stops nothing; `left` is
   * aborted when the asker goes away, and what goes wrong after that is told to the log.
   * @throws PolicyError as State.begin does
   */
  async ask(owner: Owner, asked: Asked & Pick<AskRequest, 'mode'>, left: AbortSignal): Promise<AsyncIterator<AnswerEvent>> {
    const { attempt, history } = await this.#state.begin(owner, asked)
    this.stop(owner, asked) // an earlier attempt at the same exchange
    const stopping = new AbortController()
    const key = keyOf(owner, asked)
    this.#running.set(key, stopping)
    const { question, documents, asOf, mode } = asked
    const request: AskRequest = {
      question,
      history,
      ...(documents && { documents }),
      ...(asOf !== undefined && { asOf }),
      ...(mode && { mode }),
    }
    const signal = AbortSignal.any([stopping.signal, this.#options.ending])
    const events = this.#assistant.ask(request, signal)
    const kept = this.#keeping(events, { owner, asked, attempt, stopped: stopping.signal })
    const onEnd = () => {
      if (this.#running.get(key) === stopping) this.#running.delete(key)
    }
    return goingOn(kept, onEnd, (error) => left.aborted && this.#options.onError(error))
  }

  /** Ends the work on an answer; nothing where there is none under way. */
  stop(owner: Owner, name: ExchangeName): void {
    this.#running.get(keyOf(owner, name))?.abort()
  }

  async *#keeping(events: AsyncIterable<AnswerEvent>, work: Work): AsyncGenerator<AnswerEvent> {
    for await (const event of events) {
      if (event.type === 'done' && !work.stopped.aborted) {
        await this.#state.keepAnswer(work.owner, work.asked, work.attempt, event.answer)
      }
      yield event
    }
  }
}

interface Work {
  readonly owner: Owner
  readonly asked: Asked
  readonly attempt: number
  readonly stopped: AbortSignal
}

const keyOf = (owner: Owner, { conversationId, exchangeId }: ExchangeName) => `${owner}/${conversationId}/${exchangeId}`

/** What a source gives, which is read to its end whether or not anyone reads here. */
function goingOn<Item>(
  source: AsyncIterable<Item>,
  onEnd: () => void,
  onError: (error: unknown) => void,
): AsyncIterator<Item> {
  const items: Item[] = []
  let end: { readonly error?: unknown } | undefined
  let news = Promise.withResolvers<void>()
  const tell = () => {
    news.resolve()
    news = Promise.withResolvers()
  }
  const readAll = async () => {
    try {
      for await (const item of source) {
        items.push(item)
        tell()
      }
      end = {}
    } catch (error) {
      end = { error }
      onError(error)
    }
    onEnd()
    tell()
  }
  void readAll()
  return (async function* read(): AsyncGenerator<Item> {
    for (let at = 0; ; ) {
      while (at < items.length) yield items[at++]!
      if (end && 'error' in end) throw end.error
      if (end) return
      await news.promise
    }
  })()
}
