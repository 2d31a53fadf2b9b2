/**
 * What is read of the same words again and again, read once: of a span of a document for as long as the document is,
 * of an object for as long as the object is, of a string for as long as the function that remembers it.
 */
import { phrases, sentences } from '../chunks/sentences.ts'
import { fold } from '../retrieval/terms.ts'
import type { Span } from '../types.ts'
import { placesIn } from './places.ts'
import { quantities, type Quantity } from './quantities.ts'
import { times, type Time } from './times.ts'

/** The function, its results kept by the string it is given. */
export function remembered<Value>(read: (words: string) => Value): (words: string) => Value {
  return kept(new Map(), read)
}

/** The function, its results kept by the object it is given. */
export function rememberedOf<Key extends object, Value>(read: (key: Key) => Value): (key: Key) => Value {
  return kept(new WeakMap(), read)
}

/**
 * A reading of a span, `(text, span) → value`, kept by the span object: one that belongs to a document, since the same
 * object must always be of the same text.
 */
export function readOnce<Value, Rest extends readonly unknown[] = []>(
  read: (text: string, span: Span, ...rest: Rest) => Value,
): (text: string, span: Span, ...rest: Rest) => Value {
  const known = new WeakMap<Span, Value>()
  return (text, span, ...rest) => kept(known, () => read(text, span, ...rest))(span)
}

interface Store<Key, Value> {
  has(key: Key): boolean
  get(key: Key): Value | undefined
  set(key: Key, value: Value): unknown
}

function kept<Key, Value>(known: Store<Key, Value>, read: (key: Key) => Value): (key: Key) => Value {
  return (key) => {
    if (known.has(key)) return known.get(key)!
    const value = read(key)
    known.set(key, value)
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
