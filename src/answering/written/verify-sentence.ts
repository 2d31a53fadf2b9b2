/** A model's sentence and what it says it rests on → a sentence that may be shown, or why not. */
import type { Span } from '../../types.ts'
import { GUARDS, type Guard } from './guards.ts'
import { handleNamed, type HandedPassage, type Handle } from './handles.ts'
import type { WrittenSentence } from './protocol.ts'
import { readSentence, type FoundQuote } from './reading.ts'
import { findQuote } from './spans.ts'

/** Words of a passage a sentence rests on. Offsets count in the document's text. */
export interface RestsOn {
  readonly passage: HandedPassage
  readonly span: Span
  /** Exactly the document's words at the span. */
  readonly quote: string
}

export type Verdict =
  | { readonly shown: true; readonly text: string; readonly restsOn: readonly [RestsOn, ...RestsOn[]] }
  /** no-quotation, unknown-handle, not-found, too-long, empty, or the name of a guard. */
  | { readonly shown: false; readonly why: string }

/** Longest sentence, in UTF-16 units. */
const LONGEST_SENTENCE = 600
/** Most quotations a sentence may rest on. */
const MOST_QUOTES = 6

/** Holds a sentence to the passages. `guards`: those that are tried, all of them but in tests of each. */
export function verifySentence(
  { text, quotes }: WrittenSentence,
  handles: readonly Handle[],
  guards: readonly Guard[] = GUARDS,
): Verdict {
  const words = text.replace(/\s+/g, ' ').trim()
  if (words === '') return { shown: false, why: 'empty' }
  if (words.length > LONGEST_SENTENCE || !words.isWellFormed()) return { shown: false, why: 'too-long' }
  if (quotes.length === 0) return { shown: false, why: 'no-quotation' }
  const known = quotes.slice(0, MOST_QUOTES).flatMap(({ handle: name, quote }) => {
    const handle = handleNamed(handles, name)
    return handle ? [{ handle, quote }] : []
  })
  if (known.length === 0) return { shown: false, why: 'unknown-handle' }
  const found = known.flatMap(({ handle, quote }): FoundQuote[] => {
    const span = findQuote(handle.passage.text, quote)
    return span ? [{ handle, span }] : []
  })
  if (found.length === 0) return { shown: false, why: 'not-found' }
  const reading = readSentence(words, found)
  const fault = guards.find((guard) => guard.finds(reading))
  if (fault) return { shown: false, why: fault.name }
  const { source, used } = reading
  const isUsed = ({ handle, span }: FoundQuote): boolean =>
    source.some(
      (token, at) => used[at] && token.handle === handle && span.start <= token.start && token.end <= span.end,
    )
  const [first, ...more] = distinct(found.filter(isUsed)).map(restsOn)
  return first ? { shown: true, text: words, restsOn: [first, ...more] } : { shown: false, why: 'unsupported' }
}

function distinct(quotes: readonly FoundQuote[]): FoundQuote[] {
  const isSame = (one: FoundQuote, other: FoundQuote): boolean =>
    one.handle === other.handle && one.span.start === other.span.start && one.span.end === other.span.end
  return quotes.filter((quote, at) => quotes.findIndex((other) => isSame(quote, other)) === at)
}

function restsOn({ handle: { passage }, span }: FoundQuote): RestsOn {
  return {
    passage,
    span: { start: passage.start + span.start, end: passage.start + span.end },
    quote: passage.text.slice(span.start, span.end),
  }
}
