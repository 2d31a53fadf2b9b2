/** An answer, while it arrives and when it is stored: one way of drawing. Words become text nodes and nothing else. */
import { Check, CircleHelp, CircleSlash, TriangleAlert } from 'lucide-react'
import { memo } from 'react'
import { VERDICTS, piecesOf } from '../../segments.ts'
import { bracketed, fallbackNotes, nearestOf, placeWords, snippetOf } from '../../render.ts'
import type { Answer, Citation, CitationChange, Passage, Segment } from '../../../types.ts'
import { useLanguage } from '../words/language.ts'
import { inOneLanguage } from '../words/one-language.ts'
import { Checks } from './checks.tsx'
import { Chip } from './chip.tsx'
import { CitationLink } from './citation-link.tsx'
import { coverageOf } from './coverage.ts'
import { Sources } from './sources.tsx'
import { useChatWords } from './words.ts'

interface AnswerWordsProps {
  readonly segments: readonly Segment[]
  readonly citations: readonly Citation[]
  readonly changes?: readonly CitationChange[]
  readonly exchangeId: string
}

/** The sentences with the numbers of their sources behind them. */
export const AnswerWords = memo(function AnswerWords({ segments, citations, changes = [], exchangeId }: AnswerWordsProps) {
  const seen = new Set<number>()
  const isFirst = (n: number) => !seen.has(n) && seen.add(n) !== undefined
  return (
    <div className="answer-words">
      {piecesOf(segments).map((piece, at) =>
        'marks' in piece ? (
          piece.marks.map((n) => (
            <Chip
              key={`${at}-${n}`}
              n={n}
              exchangeId={exchangeId}
              citation={citations.find((one) => one.n === n)}
              change={changes.find((one) => one.n === n)}
              isFirst={isFirst(n)}
            />
          ))
        ) : (
          <span key={at} className={piece.kind}>
            {piece.text}
          </span>
        ),
      )}
    </div>
  )
})

/** How an answer came out, in one line that is there from the beginning. */
export function Verdict({ answer, changes }: { readonly answer: Answer; readonly changes: readonly CitationChange[] }) {
  const words = useChatWords()
  const isChinese = useLanguage() === 'zh'
  const { outcome, reason } = answer
  if (outcome === 'declined') {
    const verdict = reason === undefined ? words.declined : VERDICTS[reason][isChinese ? 0 : 1]
    return (
      <p className="verdict declined">
        <CircleSlash size={16} aria-hidden /> {verdict}
      </p>
    )
  }
  if (outcome === 'ambiguous') {
    return (
      <p className="verdict ambiguous">
        <CircleHelp size={16} aria-hidden /> {words.ambiguous}
      </p>
    )
  }
  const { quotations, sentences, uncited } = coverageOf(answer)
  if (changes.length > 0) {
    return (
      <p className="verdict partly">
        <TriangleAlert size={16} aria-hidden /> {words.changedSince(changes.length)}
      </p>
    )
  }
  const isWhole = uncited === 0
  return (
    <p className={isWhole ? 'verdict' : 'verdict partly'}>
      {isWhole ? <Check size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
      {isWhole ? words.allCited(quotations, sentences) : words.notAllCited(uncited, quotations, sentences)}
    </p>
  )
}

interface AboutAnswerProps {
  readonly answer: Answer
  readonly changes: readonly CitationChange[]
  readonly exchangeId: string
  /** Asks about one of several candidates. */
  onAsk(question: string): void
}

/** What stands below the words: how they were understood, the sources, what came near. */
export function AboutAnswer({ answer, changes, exchangeId, onAsk }: AboutAnswerProps) {
  const words = useChatWords()
  const language = useLanguage()
  const isInstead = (note: string) => answer.fallback?.from === 'llm' && note === answer.fallback.reason
  const notes = [
    ...(answer.understoodAs === undefined ? [] : [`${words.understoodAs}：${answer.understoodAs}`]),
    ...(answer.mode === 'llm' && answer.model ? [words.writtenBy(answer.model.id, answer.model.removed)] : []),
    ...(answer.notes ?? []),
    ...fallbackNotes(answer).map((note) => (isInstead(note) ? words.instead(inOneLanguage(note, language)) : note)),
  ]
  return (
    <>
      {notes.map((note) => (
        <p key={note} className="note">
          {note}
        </p>
      ))}
      {answer.model && answer.model.sentences + answer.model.removed > 0 && <Checks model={answer.model} />}
      {changes.length > 0 && (
        <p className="note changed">
          <TriangleAlert size={15} aria-hidden /> {words.changedNote}：
          {changes.map(({ n, state }) => `[${n}] ${words.changes[state]}`).join('；')}
        </p>
      )}
      {answer.citations.length > 0 && <Sources answer={answer} changes={changes} exchangeId={exchangeId} />}
      <Nearby answer={answer} onAsk={onAsk} />
    </>
  )
}

const FOUND_TOO = 4

function Nearby({ answer, onAsk }: Pick<AboutAnswerProps, 'answer' | 'onAsk'>) {
  const words = useChatWords()
  const nearest = nearestOf(answer)
  if (nearest.length > 0) {
    const isChoice = answer.outcome === 'ambiguous'
    return (
      <section className="nearby">
        <h3>{isChoice ? words.candidates : words.nearest}</h3>
        <ul>
          {nearest.map((passage) => (
            <NearItem key={passage.url} passage={passage} {...(isChoice && { onAsk })} />
          ))}
        </ul>
      </section>
    )
  }
  const shown = new Set(answer.citations.map(nameOf))
  const others = answer.passages.filter((passage) => !shown.has(nameOf(passage))).slice(0, FOUND_TOO)
  if (answer.outcome !== 'answered' || others.length === 0) return null
  return (
    <details className="nearby">
      <summary>{words.alsoFound}</summary>
      <ul>
        {others.map((passage) => (
          <NearItem key={passage.url} passage={passage} />
        ))}
      </ul>
    </details>
  )
}

const nameOf = ({ documentId, path }: Passage | Citation): string => `${documentId}#${path.join('/')}`

function NearItem({ passage, onAsk }: { readonly passage: Passage; onAsk?(question: string): void }) {
  const words = useChatWords()
  return (
    <li>
      <CitationLink url={passage.url} className="near-place">
        <b>{passage.spoken}</b> {bracketed(passage.title)}
      </CitationLink>
      <p>{snippetOf(passage.text)}</p>
      {onAsk && (
        <button type="button" className="button small" onClick={() => onAsk(placeWords(passage))}>
          {words.thisOne}
        </button>
      )}
    </li>
  )
}
