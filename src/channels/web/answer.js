// @ts-check
/** What text and page share: how an answer's segments are read, and what a declined one is called. */

/**
 * @typedef {import('../../types.ts').Segment} Segment
 * @typedef {import('../../types.ts').DeclineReason} DeclineReason
 */
/**
 * Words of one kind, or the numbers of the citations that the words before rest on.
 * @typedef {{ readonly kind: Segment['kind'], readonly text: string } | { readonly marks: readonly number[] }} Piece
 */

/**
 * 「第12页」; nothing where the file has no pages.
 * @param {number | undefined} page
 */
export const pageWords = (page) => (page === undefined ? '' : `「第${page}页」`)

/** @type {Readonly<Record<DeclineReason, readonly [chinese: string, english: string]>>} */
export const VERDICTS = {
  'no-evidence': ['文件中没有找到依据，不作回答', 'No evidence in the documents'],
  'no-such-clause': ['没有这一条款', 'No such clause'],
  'false-premise': ['问题的前提与原文不符', 'The question assumes what the text does not say'],
  unsupported: ['文件中的话不足以回答', 'The documents do not settle it'],
  'out-of-scope': ['不在这些文件的范围之内', 'Out of scope'],
}

/**
 * Segments as words and marks in reading order. A number is marked where the words are quoted, once, behind the
 * closing quotation mark and before the end of the line.
 * @example 第2条 “超过4%” → 第2条 “超过4%”[1]
 * @param {readonly Segment[]} segments
 * @returns {readonly Piece[]}
 */
export function piecesOf(segments) {
  const quoted = new Set(segments.flatMap(({ kind, citations = [] }) => (kind === 'quotation' ? citations : [])))
  /** @type {Piece[]} */
  const pieces = []
  /** @type {readonly number[]} */
  let waiting = []
  const add = (/** @type {Segment['kind']} */ kind, /** @type {string} */ text) => {
    if (text !== '') pieces.push({ kind, text })
  }
  const mark = () => {
    if (waiting.length > 0) pieces.push({ marks: waiting })
    waiting = []
  }
  for (const { kind, text, citations = [] } of segments) {
    const closing = waiting.length > 0 ? (/^[”’」』）]+/.exec(text)?.[0] ?? '') : ''
    const words = text.slice(closing.length).replace(/\n+$/, '')
    add(kind, closing)
    mark()
    add(kind, words)
    waiting = citations.filter((n) => kind === 'quotation' || !quoted.has(n))
    if (closing.length + words.length < text.length) {
      mark()
      add(kind, text.slice(closing.length + words.length))
    }
  }
  mark()
  return pieces
}
