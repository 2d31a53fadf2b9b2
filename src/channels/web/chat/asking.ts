/**
 * Questions under way. They live beside React, so that an answer goes on arriving while another view is looked at. What
 * is finished stands in the query cache, where a stored conversation stands too: there is one way to draw both.
 */
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Answer, Citation, DocumentId, Segment } from '../../../types.ts'
import { eventsOf, isAbort, Problem, problemIn, send } from '../api/client.ts'
import { conversationQuery, conversationsQuery, type StoredConversation, type StoredExchange } from '../api/queries.ts'
import { signedIn } from '../session/again.ts'
import { announce } from '../ui/announcer.tsx'
import { signal } from '../ui/signal.ts'
import { modeChosen } from './writer.tsx'

export interface Asked {
  readonly conversationId: string
  readonly exchangeId: string
  readonly question: string
  readonly documents?: readonly DocumentId[]
  readonly asOf?: string
}

export interface Underway {
  readonly phase: 'waiting' | 'writing' | 'reconnecting' | 'failed' | 'stopped'
  readonly segments: readonly Segment[]
  readonly citations: readonly Citation[]
  /** Why it failed, or is being tried again. */
  readonly problem?: Problem
}

const NOTHING: Pick<Underway, 'segments' | 'citations'> = { segments: [], citations: [] }
/** A server that restarts is back after a few seconds; one that builds its first index, after a minute. */
const LONGEST_WAIT_MS = 90_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

/** By exchange. */
const underway = signal<ReadonlyMap<string, Underway>>(new Map())
const aborts = new Map<string, AbortController>()

export const underwayOf = (exchangeId: string): Underway | undefined => underway.get().get(exchangeId)

function change(exchangeId: string, next: Underway | undefined): void {
  const others = [...underway.get()].filter(([id]) => id !== exchangeId)
  underway.set(new Map(next ? [...others, [exchangeId, next]] : others))
}

export const useUnderway = (exchangeId: string): Underway | undefined =>
  useSyncExternalStore(underway.subscribe, () => underwayOf(exchangeId))

const isRunning = (one: Underway | undefined): boolean => one !== undefined && one.phase !== 'failed' && one.phase !== 'stopped'

/** The exchange of a conversation that is being answered. */
export const useRunning = (exchanges: readonly StoredExchange[]): string | undefined =>
  useSyncExternalStore(underway.subscribe, () => exchanges.find(({ id }) => isRunning(underwayOf(id)))?.id)

/** The server goes on where a connection breaks; so it is told that this is meant. */
export function stop(conversationId: string, exchangeId: string): void {
  aborts.get(exchangeId)?.abort()
  void send(`/api/conversations/${conversationId}/exchanges/${exchangeId}/stop`, { method: 'POST' }).catch(() => {})
}

/** Asks, again where it was asked before: the same exchange keeps its one answer. */
export async function ask(queries: QueryClient, asked: Asked): Promise<void> {
  const { conversationId, exchangeId } = asked
  if (isRunning(underwayOf(exchangeId))) return
  remember(queries, asked)
  const abort = new AbortController()
  aborts.set(exchangeId, abort)
  change(exchangeId, { phase: 'waiting', ...NOTHING })
  try {
    const answer = await answerOf(asked, abort.signal)
    write(queries, conversationId, exchangeId, { answer, isUnsent: false })
    // what another window asked meanwhile, too
    void queries.invalidateQueries({ queryKey: conversationQuery(conversationId).queryKey })
    change(exchangeId, undefined)
    announce(answer.text)
  } catch (error) {
    const { segments, citations } = underwayOf(exchangeId) ?? NOTHING
    if (isAbort(error)) change(exchangeId, { phase: 'stopped', segments, citations })
    else change(exchangeId, { phase: 'failed', ...NOTHING, problem: error instanceof Problem ? error : cutOff() })
  } finally {
    aborts.delete(exchangeId)
    void queries.invalidateQueries({ queryKey: ['conversations'] })
  }
}

/** Tries until it is answered, or until what stands in the way is not going to pass. */
async function answerOf(asked: Asked, signal: AbortSignal): Promise<Answer> {
  const began = performance.now()
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await once(asked, signal)
    } catch (error) {
      const problem = error instanceof Problem ? error : undefined
      if (problem?.status === 401) {
        await signedIn({ signal, question: asked.question }) // the sign-in was over while the answer came
        continue
      }
      if (!problem?.isPassing || performance.now() - began > LONGEST_WAIT_MS) throw error
      change(asked.exchangeId, { phase: 'reconnecting', ...NOTHING, problem })
      await sleep(pause, signal)
    }
  }
}

async function once({ question, conversationId, exchangeId, documents, asOf }: Asked, signal: AbortSignal): Promise<Answer> {
  const response = await send('/api/ask', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({
      question,
      conversationId,
      exchangeId,
      ...(documents?.length && { documents }),
      ...(asOf !== undefined && { asOf }),
      ...modeChosen(),
      stream: true,
    }),
    signal,
  })
  let { segments, citations } = NOTHING
  let answer: Answer | undefined
  try {
    for await (const { event, data } of eventsOf(response.body!)) {
      if (event === 'done') answer = data as Answer
      if (event === 'error') throw problemIn(JSON.stringify(data), 500)
      if (event === 'passages') change(exchangeId, { phase: 'writing', ...NOTHING })
      if (event === 'segment') segments = [...segments, data as Segment]
      if (event === 'citations') citations = data as Citation[]
      if (event === 'segment' || event === 'citations') change(exchangeId, { phase: 'writing', segments, citations })
    }
  } catch (error) {
    if (isAbort(error) || error instanceof Problem) throw error
  }
  if (answer) return answer
  throw cutOff()
}

/** The stream ended before the answer did: whoever sent it has gone, and may come back. */
const cutOff = (): Problem => new Problem({ status: 0, code: 'cut-off', detail: '回答没有传完就中断了。', title: 'The answer was cut off' })

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    const onAbort = () => {
      clearTimeout(timer)
      reject(new DOMException('', 'AbortError'))
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** The question stands in its conversation before anything is answered. */
function remember(queries: QueryClient, { conversationId, exchangeId, question, documents, asOf }: Asked): void {
  const now = new Date().toISOString()
  const limits = { ...(documents && { documents }), ...(asOf !== undefined && { asOf }) }
  const exchange: StoredExchange = { id: exchangeId, question, askedAt: now, ...limits, isUnsent: true }
  queries.setQueryData<StoredConversation>(conversationQuery(conversationId).queryKey, (known) => {
    const conversation = known ?? { id: conversationId, title: question, createdAt: now, updatedAt: now, exchanges: [] }
    if (conversation.exchanges.some(({ id }) => id === exchangeId)) return conversation
    return { ...conversation, updatedAt: now, exchanges: [...conversation.exchanges, exchange] }
  })
  raise(queries, conversationId, question, now)
}

/** To the top of the list at once, as the server will have it: nothing there moves when the answer comes. */
function raise(queries: QueryClient, id: string, title: string, now: string): void {
  queries.setQueryData(conversationsQuery('').queryKey, (known) => {
    const [first, ...rest] = known?.pages ?? []
    if (!known || !first) return known
    const old = known.pages.flatMap(({ conversations }) => conversations).find((one) => one.id === id)
    const raised = { ...(old ?? { id, title, createdAt: now, exchanges: 1 }), updatedAt: now }
    const without = [first, ...rest].map((page) => ({ ...page, conversations: page.conversations.filter((one) => one.id !== id) }))
    const pages = without.map((page, at) => (at === 0 ? { ...page, conversations: [raised, ...page.conversations] } : page))
    return { ...known, pages }
  })
}

/** Changes one exchange as it stands in the cache. */
export function write(queries: QueryClient, conversationId: string, exchangeId: string, changes: Partial<StoredExchange>): void {
  queries.setQueryData<StoredConversation>(conversationQuery(conversationId).queryKey, (known) => {
    if (!known) return known
    const exchanges = known.exchanges.map((one) => (one.id === exchangeId ? { ...one, ...changes } : one))
    return { ...known, exchanges }
  })
}
