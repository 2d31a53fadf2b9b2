/** What is read of a span of a document again and again, read once and kept while it is in use. */
import { LRUCache } from 'lru-cache'
import { phrases, sentences } from '../chunks/sentences.ts'
import { fold } from '../retrieval/terms.ts'
import type { Span } from '../types.ts'
import { placesIn } from './places.ts'
import { quantities, type Quantity } from './quantities.ts'
import { times, type Time } from './times.ts'

/** A question looks at some hundred paragraphs. */
const SPANS_KEPT = 4_000

/**
 * A reading of a span, `(text, span) → value`, kept by the span object for a while: one that belongs to a document, since the same
 * object must always be of the same text.
 */
export function readOnce<Value extends object | string, Rest extends readonly unknown[] = []>(
  read: (text: string, span: Span, ...rest: Rest) => Value,
): (text: string, span: Span, ...rest: Rest) => Value {
  const known = new LRUCache<Span, Value>({ max: SPANS_KEPT })
  return (text, span, ...rest) => {
    const before = known.get(span)
    if (before !== undefined) return before
    const value = read(text, span, ...rest)
    known.set(span, value)
    return value
  }
}

/** Sentences of a paragraph. */
export const sentencesOf = readOnce<readonly Span[]>(sentences)

/** Phrases of a sentence. */
export const phrasesOf = readOnce<readonly Span[]>(phrases)

/** The words of a paragraph or sentence, folded. */
export const foldedOf = readOnce<string>((text, { start, end }) => fold(text.slice(start, end)))

/** Times a paragraph or sentence names; their spans count from its start. */
export const timesOf = readOnce<readonly Time[]>((text, { start, end }) => times(text.slice(start, end)))

/** Figures of a paragraph; their spans count from its start. */
export const quantitiesOf = readOnce<readonly Quantity[]>((text, { start, end }) => quantities(text.slice(start, end)))

/** Places a sentence names. */
export const placesOf = readOnce<readonly string[]>((text, { start, end }) => placesIn(text.slice(start, end)))
