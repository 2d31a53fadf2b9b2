/** How an answer's segments are read, and what one that is none is called. Pure: the page runs it in the browser. */
import type { DeclineReason, Segment } from '../types.ts'

/** Words of one kind, or the numbers of the citations that the words before rest on. */
export type Piece = Pick<Segment, 'kind' | 'text'> | { readonly marks: readonly number[] }

/** 「第12页」; nothing where the file has no pages. */
export const pageWords = (page: number | undefined) => (page === undefined ? '' : `「第${page}页」`)

/** What stands over an answer that is none. */
export const VERDICTS: Readonly<Record<DeclineReason, readonly [chinese: string, english: string]>> = {
  'no-evidence': ['文件中没有找到依据，不作回答', 'No evidence in the documents'],
  'no-such-clause': ['没有这一条款', 'No such clause'],
  'false-premise': ['问题的前提与原文不符', 'The question assumes what the text does not say'],
  unsupported: ['文件中的话不足以回答', 'The documents do not settle it'],
  'out-of-scope': ['不在这些文件的范围之内', 'Out of scope'],
}

/**
 * Segments as words and marks in reading order. A number is marked where the words are quoted, once, behind the
 * closing quotation mark and before the end of the line; at a model's sentence, before the stop that closes it.
 * @example 第2条 “超过4%” → 第2条 “超过4%”[1]
 * @example 研发投入强度超过4%。 → 研发投入强度超过4%[1]。
 */
export function piecesOf(segments: readonly Segment[]): readonly Piece[] {
  const quoted = new Set(segments.flatMap(({ kind, citations = [] }) => (carries(kind) ? citations : [])))
  const pieces: Piece[] = []
  let waiting: readonly number[] = []
  const add = (kind: Segment['kind'], text: string) => {
    if (text !== '') pieces.push({ kind, text })
  }
  const mark = () => {
    if (waiting.length > 0) pieces.push({ marks: waiting })
    waiting = []
  }
  for (const { kind, text, citations = [] } of segments) {
    const closing = waiting.length > 0 ? (/^[”’」』）]+/.exec(text)?.[0] ?? '') : ''
    const words = text.slice(closing.length).replace(kind === 'sentence' ? SENTENCE_STOP : LINE_ENDS, '')
    add(kind, closing)
    mark()
    add(kind, words)
    waiting = citations.filter((n) => carries(kind) || !quoted.has(n))
    if (closing.length + words.length < text.length) {
      mark()
      add(kind, text.slice(closing.length + words.length))
    }
  }
  mark()
  return pieces
}

/** Kinds whose words rest on what a document says. */
const carries = (kind: Segment['kind']) => kind === 'quotation' || kind === 'sentence'

const LINE_ENDS = /\n+$/
/** The stop of a sentence with the end of its line; not the point of a figure, which has digits behind it. */
const SENTENCE_STOP = /[。！？；!?;.]*\n*$/
