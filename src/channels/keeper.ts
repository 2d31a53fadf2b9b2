/**
 * Questions within conversations: each is kept before it is answered, and its answer when it is done. The work goes on
 * where the asker's connection breaks; only `stop` ends it, and then nothing of the answer is kept.
 */
import { z } from 'zod'
import { EVERYTHING, type View } from '../access/view.ts'
import type { Assistant } from '../answering/assistant.ts'
import { PolicyError } from '../errors.ts'
import type { Relay } from '../state/relay.ts'
import type { Asked, Begun, ExchangeName, Owner, State } from '../state/state.ts'
import type { Answer, AnswerEvent, AskRequest, Payer, Turn } from '../types.ts'
import { historyFor } from './withheld.ts'

export interface KeeperOptions {
  /** Aborted when the server has waited long enough: ends all work. */
  readonly ending: AbortSignal
  /** Told of what went wrong when the asker was gone already. */
  readonly onError: (error: unknown) => void
  /**
   * Told where a question or its answer could not be kept: it is answered all the same, and the answer says that it was
   * not kept. Absent: the question is refused then.
   */
  readonly onUnkept?: (error: unknown) => void
  /** To the other copies of the program: what is to end may be under way there. Absent: there are none. */
  readonly relay?: Relay
}

/** Whoever asks: whose conversation it is, and what answers them. */
export interface Asker {
  readonly owner: Owner
  /** Over what they may see. */
  readonly assistant: Assistant
  readonly view: View
  /** For whom the tokens of a language model count, where the request does not say. */
  readonly payer?: Payer
}

const NOT_KEPT = '对话记录暂时不能写入：这一问没有保存，也没有用到这个对话里之前的问答。'
const ANSWER_NOT_KEPT = '对话记录暂时不能写入：这一问的回答没有保存。'

export class Keeper {
  readonly #state: State
  readonly #options: KeeperOptions
  /** What is being answered, by owner, conversation and exchange. */
  readonly #running = new Map<string, Running>()

  constructor(state: State, options: KeeperOptions) {
    this.#state = state
    this.#options = options
    options.relay?.listen((word) => this.#told(word))
  }

  /**
   * The events of the answer; `done` comes after the answer is kept. To leave them unread stops nothing; `left` is
   * aborted when the asker goes away, and what goes wrong after that is told to the log.
   * @throws PolicyError as State.begin does; without `onUnkept` also `state-unusable` and `disk-full`
   */
  async ask(asker: Asker, asked: Asked & Pick<AskRequest, 'mode' | 'payer'>, left: AbortSignal): Promise<AsyncIterator<AnswerEvent>> {
    const { owner } = asker
    const begun = await this.#begin(owner, asked)
    const history = await this.#seen(begun?.history ?? [], asker, asked)
    const key = keyOf(owner, asked)
    this.#end(key, begun?.attempt) // an earlier attempt at the same exchange
    const stopping = new AbortController()
    const running = { stopping, attempt: begun?.attempt ?? Infinity }
    this.#running.set(key, running)
    const { question, documents, asOf, mode, payer = asker.payer } = asked
    const request: AskRequest = {
      question,
      history,
      ...(documents && { documents }),
      ...(asOf !== undefined && { asOf }),
      ...(mode && { mode }),
      ...(payer && { payer }),
    }
    const signal = AbortSignal.any([stopping.signal, this.#options.ending])
    const events = asker.assistant.ask(request, signal)
    const kept = this.#keeping(events, { owner, asked, attempt: begun?.attempt, stopped: stopping.signal })
    const onEnd = () => {
      if (this.#running.get(key) === running) this.#running.delete(key)
    }
    return goingOn(kept, onEnd, (error) => left.aborted && this.#options.onError(error))
  }

  /** Ends the work on an answer; nothing where there is none under way. */
  stop(owner: Owner, name: ExchangeName): void {
    const key = keyOf(owner, name)
    this.#running.get(key)?.stopping.abort()
    this.#options.relay?.tell(JSON.stringify({ key }))
  }

  /** Attempts before this one; the first has none before it. */
  #end(key: string, before = 1): void {
    this.#running.get(key)?.stopping.abort()
    if (before > 1) this.#options.relay?.tell(JSON.stringify({ key, before }))
  }

  /** By another copy. */
  #told(word: string): void {
    const { key, before = Infinity } = Ending.safeParse(parsed(word)).data ?? { key: '' }
    const running = this.#running.get(key)
    if (running && (before === Infinity || running.attempt < before)) running.stopping.abort()
  }

  /** What an asker may not see any more does not feed the next question. */
  async #seen(history: readonly Turn[], { owner, assistant, view }: Asker, name: ExchangeName): Promise<readonly Turn[]> {
    if (view === EVERYTHING || history.length === 0) return history
    const conversation = await this.#state.conversation(owner, name.conversationId)
    return historyFor(conversation, name.exchangeId, { view, catalogue: assistant.catalogue() })
  }

  async *#keeping(events: AsyncIterable<AnswerEvent>, work: Work): AsyncGenerator<AnswerEvent> {
    for await (const event of events) {
      const why = event.type === 'done' && !work.stopped.aborted ? await this.#keep(work, event.answer) : undefined
      yield event.type === 'done' && why !== undefined ? { ...event, answer: withNote(event.answer, why) } : event
    }
  }

  /** Undefined where the question cannot be kept, and may be answered all the same. */
  async #begin(owner: Owner, asked: Asked): Promise<Begun | undefined> {
    try {
      return await this.#state.begin(owner, asked)
    } catch (error) {
      this.#mayGoOn(error)
      return undefined
    }
  }

  /** What has to be said where the answer is not kept. */
  async #keep({ owner, asked, attempt }: Work, answer: Answer): Promise<string | undefined> {
    if (attempt === undefined) return NOT_KEPT
    try {
      await this.#state.keepAnswer(owner, asked, attempt, answer)
      return undefined
    } catch (error) {
      this.#mayGoOn(error)
      return ANSWER_NOT_KEPT
    }
  }

  #mayGoOn(error: unknown): void {
    const { onUnkept } = this.#options
    const isOfFile = error instanceof PolicyError && (error.code === 'state-unusable' || error.code === 'disk-full')
    if (!onUnkept || !isOfFile) throw error
    onUnkept(error)
  }
}

/** What copies tell each other: an answer is to end, or the attempts at it before one. */
const Ending = z.object({ key: z.string(), before: z.number().optional() })

function parsed(word: string): unknown {
  try {
    return JSON.parse(word)
  } catch {
    return undefined // none of ours
  }
}

interface Running {
  readonly stopping: AbortController
  /** Infinity: not kept, and so not known. */
  readonly attempt: number
}

interface Work {
  readonly owner: Owner
  readonly asked: Asked
  /** Absent: the question is not kept. */
  readonly attempt: number | undefined
  readonly stopped: AbortSignal
}

const withNote = (answer: Answer, note: string): Answer => ({ ...answer, notes: [...(answer.notes ?? []), note] })

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
