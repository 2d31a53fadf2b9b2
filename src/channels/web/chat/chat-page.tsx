/** Asking: an empty page with things to ask, or a conversation; the box stands below. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import type { DocumentId } from '../../../types.ts'
import { Problem } from '../api/client.ts'
import { conversationQuery, readyQuery, suggestionsQuery, type StoredExchange } from '../api/queries.ts'
import { uuid } from '../api/uuid.ts'
import { problemWords } from '../words/problems.ts'
import { ask, stop, underwayOf, useRunning } from './asking.ts'
import { Composer } from './composer.tsx'
import { ExchangeView } from './exchange.tsx'
import { EVERYTHING, type Scope } from './scope.ts'
import { useChatWords } from './words.ts'
import { useWriter } from './writer.tsx'
import './chat.css'

const NONE: readonly StoredExchange[] = []

export function ChatPage() {
  const { conversationId } = useParams({ strict: false })
  // another conversation begins with a box and a scope of its own
  return <Chat key={conversationId ?? 'new'} conversationId={conversationId} />
}

function Chat({ conversationId }: { readonly conversationId: string | undefined }) {
  const words = useChatWords()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { q, about } = useSearch({ strict: false })
  const { data: conversation, error } = useQuery({
    ...conversationQuery(conversationId ?? ''),
    enabled: conversationId !== undefined,
    refetchInterval: ({ state }) => (isAwaited(state.data?.exchanges.at(-1)) ? LOOK_AGAIN_MS : false),
  })
  const exchanges = conversation?.exchanges ?? NONE
  const running = useRunning(exchanges)
  const [chosen, setChosen] = useState<Scope>()
  const scope = chosen ?? scopeOf(exchanges.at(-1), about)

  const put = (question: string) => {
    const to = conversationId ?? uuid()
    const { documents: ids, asOf } = scope
    const asked = { conversationId: to, exchangeId: uuid(), question, ...(ids.length > 0 && { documents: ids }), ...(asOf !== undefined && { asOf }) }
    void ask(queries, asked)
    if (conversationId === undefined) void navigate({ to: '/c/$conversationId', params: { conversationId: to }, search: ({ read, at }) => ({ ...(read !== undefined && { read }), ...(at !== undefined && { at }) }) })
  }
  const hasAsked = useRef(false)
  useEffect(() => {
    if (q === undefined || hasAsked.current) return
    hasAsked.current = true
    put(q)
  })
  useFollowing(exchanges)
  const isNew = conversationId === undefined
  return (
    <main className={isNew ? 'chat new' : 'chat'} aria-label={conversation ? words.conversationOf(conversation.title) : words.newConversation}>
      <title>{`${conversation?.title ?? words.newConversation} · 条问`}</title>
      <div className="thread">
        {isNew ? <Welcome onAsk={put} /> : <h1 className="sr-only">{conversation?.title ?? words.loading}</h1>}
        {error && !conversation && <Missing error={error} />}
        {exchanges.map((exchange, at) => (
          <ExchangeView key={exchange.id} conversationId={conversationId ?? ''} exchange={exchange} number={at + 1} onAsk={put} />
        ))}
      </div>
      <Composer
        scope={scope}
        isRunning={running !== undefined}
        last={exchanges.at(-1)?.question}
        onScope={setChosen}
        onAsk={put}
        onStop={() => running !== undefined && conversationId !== undefined && stop(conversationId, running)}
      />
    </main>
  )
}

const LOOK_AGAIN_MS = 2_000
const LONGEST_ANSWER_MS = 120_000

/** Asked a moment ago, and not by this page as it stands: before a reload, or in another window. The server may be at it. */
const isAwaited = (last: StoredExchange | undefined): boolean =>
  last !== undefined && last.answer === undefined && underwayOf(last.id) === undefined && Date.now() - Date.parse(last.askedAt) < LONGEST_ANSWER_MS

/** A follow-up is limited as the question before it was. */
function scopeOf(last: StoredExchange | undefined, about: string | undefined): Scope {
  if (last) return { documents: last.documents ?? [], ...(last.asOf !== undefined && { asOf: last.asOf }) }
  return about === undefined ? EVERYTHING : { documents: [about as DocumentId] }
}

/** A new question comes to the top, and stays there while its answer grows below it. */
function useFollowing(exchanges: readonly StoredExchange[]): void {
  const last = exchanges.at(-1)?.id
  const known = useRef<string>(undefined)
  useEffect(() => {
    if (last === undefined || last === known.current) return
    const isFirstSight = known.current === undefined
    known.current = last
    const article = document.getElementById(`x-${last}`)
    article?.scrollIntoView({ block: 'start', behavior: isFirstSight ? 'instant' : 'smooth' })
  }, [last])
}

function Missing({ error }: { readonly error: Error }) {
  const words = useChatWords()
  const isGone = error instanceof Problem && error.status === 404
  return (
    <div className="blank" role="alert">
      <p>{isGone ? words.missingConversation : problemWords(error)}</p>
      <Link to="/" className="button">
        {words.newConversation}
      </Link>
    </div>
  )
}

function Welcome({ onAsk }: { onAsk(question: string): void }) {
  const words = useChatWords()
  const { data: ready } = useQuery(readyQuery)
  const { data: suggestions } = useQuery(suggestionsQuery)
  const writer = useWriter()
  if (ready?.ready && ready.index.documents === 0) {
    return (
      <div className="welcome">
        <h1>{words.emptyTitle}</h1>
        <p>{words.emptyBody}</p>
        <Link to="/documents" className="button primary">
          {words.addDocuments}
        </Link>
      </div>
    )
  }
  const questions = suggestions?.questions ?? []
  return (
    <div className="welcome">
      <h1>{words.hello}</h1>
      <p>{writer === 'model' ? words.helloModel : words.helloMore}</p>
      <section className="suggestions" aria-label={words.tryThese} aria-busy={suggestions === undefined}>
        {questions.map(({ question }) => (
          <button key={question} type="button" onClick={() => onAsk(question)}>
            {question}
          </button>
        ))}
      </section>
    </div>
  )
}
