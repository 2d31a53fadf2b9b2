/** A question, its answer growing under it, and what can be done with it. */
import { useQueryClient } from '@tanstack/react-query'
import { Copy, RotateCcw } from 'lucide-react'
import { renderMarkdown, renderText } from '../../render.ts'
import type { Answer } from '../../../types.ts'
import type { StoredExchange } from '../api/queries.ts'
import { copyAndTell } from '../ui/copy.ts'
import { Menu } from '../ui/menu.tsx'
import { useCopyWords } from '../words/copying.ts'
import { problemWords } from '../words/problems.ts'
import { AboutAnswer, AnswerWords, Verdict } from './answer.tsx'
import { ask, useUnderway, type Underway } from './asking.ts'
import { FeedbackButtons } from './feedback.tsx'
import { useTitles } from './use-documents.ts'
import { useChatWords } from './words.ts'

interface ExchangeProps {
  readonly conversationId: string
  readonly exchange: StoredExchange
  /** 1-based. */
  readonly number: number
  onAsk(question: string): void
}

export function ExchangeView({ conversationId, exchange, number, onAsk }: ExchangeProps) {
  const words = useChatWords()
  const queries = useQueryClient()
  const underway = useUnderway(exchange.id)
  const { id, question, answer, changes = [] } = exchange
  const retry = () => void ask(queries, askedAgain(conversationId, exchange))
  const isStored = answer !== undefined && underway === undefined
  const segments = isStored ? answer.segments : (underway?.segments ?? [])
  const citations = isStored ? answer.citations : (underway?.citations ?? [])
  const outcome = isStored ? answer.outcome : 'answered'
  return (
    <article className="exchange" id={`x-${id}`} aria-label={words.exchange(number)}>
      <h2 className="asked">{question}</h2>
      <Scope exchange={exchange} />
      <div className={`answer ${outcome}`} aria-busy={underway !== undefined && underway.phase !== 'failed' && underway.phase !== 'stopped'}>
        <div className="answer-head">{isStored ? <Verdict answer={answer} changes={changes} /> : <Phase underway={underway} onRetry={retry} />}</div>
        <AnswerWords segments={segments} citations={citations} changes={changes} exchangeId={id} />
        {isStored && (
          <>
            <AboutAnswer answer={answer} changes={changes} exchangeId={id} onAsk={onAsk} />
            <div className="answer-foot">
              <CopyAnswer answer={answer} />
              <button type="button" className="icon-button small" aria-label={words.askAgain} title={words.askAgain} onClick={retry}>
                <RotateCcw size={16} aria-hidden />
              </button>
              <FeedbackButtons conversationId={conversationId} exchange={exchange} />
              <small className="answer-meta" title={answer.index.generation}>
                {words.milliseconds(Math.round(totalOf(answer)))}
              </small>
            </div>
          </>
        )}
      </div>
    </article>
  )
}

const totalOf = ({ timings }: Answer): number => timings['total'] ?? Object.values(timings).reduce((sum, value) => sum + value, 0)

const askedAgain = (conversationId: string, { id, question, documents, asOf }: StoredExchange) => ({
  conversationId,
  exchangeId: id,
  question,
  ...(documents && { documents }),
  ...(asOf !== undefined && { asOf }),
})

/** What the question was limited to. */
function Scope({ exchange: { documents = [], asOf } }: Pick<ExchangeProps, 'exchange'>) {
  const words = useChatWords()
  const titles = useTitles(documents)
  if (titles.length === 0 && asOf === undefined) return null
  return (
    <p className="asked-scope">
      {words.limitedTo}：{[...titles, ...(asOf === undefined ? [] : [words.asOfShort(asOf)])].join('、')}
    </p>
  )
}

function Phase({ underway, onRetry }: { readonly underway: Underway | undefined; onRetry(): void }) {
  const words = useChatWords()
  if (underway?.phase === 'waiting' || underway?.phase === 'writing') {
    return (
      <p className="verdict pending" role="status">
        <span className="spinner" aria-hidden="true" /> {underway.phase === 'waiting' ? words.searching : words.writing}
      </p>
    )
  }
  if (underway?.phase === 'reconnecting') {
    return (
      <p className="verdict partly" role="status">
        <span className="spinner" aria-hidden="true" /> {underway.problem?.status === 503 ? words.askingAgain : words.reconnecting}
      </p>
    )
  }
  const sentence = underway?.problem ? problemWords(underway.problem) : underway?.phase === 'stopped' ? words.stopped : words.notAnswered
  return (
    <p className={underway?.problem ? 'verdict failed' : 'verdict partly'} role="alert">
      {sentence}
      <button type="button" className="button small" onClick={onRetry}>
        <RotateCcw size={15} aria-hidden /> {words.retry}
      </button>
    </p>
  )
}

function CopyAnswer({ answer }: { readonly answer: Answer }) {
  const words = useChatWords()
  const copying = useCopyWords()
  const copy = (text: string) => void copyAndTell(text, copying.copied, copying)
  return (
    <Menu
      label={words.copy}
      className="icon-button small"
      items={[
        { label: words.copyText, onChoose: () => copy(renderText(answer)) },
        { label: words.copyMarkdown, onChoose: () => copy(renderMarkdown(answer, location.origin)) },
      ]}
    >
      <Copy size={16} aria-hidden />
    </Menu>
  )
}
