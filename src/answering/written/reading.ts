/** A model's sentence read against the spans it quotes: what of it stands there, what it adds, what it leaves out. */
import type { Span } from '../../types.ts'
import { align } from './alignment.ts'
import type { Handle } from './handles.ts'
import { tokensOf, type Token } from './tokens.ts'

/** A quotation that stands in its passage; offsets count in the passage's text. */
export interface FoundQuote {
  readonly handle: Handle
  readonly span: Span
}

/** A token of a passage, around what was quoted of it. */
export interface SourceToken extends Token {
  readonly handle: Handle
  /** It is quoted: the sentence may use it. What is not quoted only shows what was left out around. */
  readonly quoted: boolean
  /** Numbers that tell stretches, sentences, and phrases between commas apart. */
  readonly stretch: number
  readonly sentence: number
  readonly phrase: number
}

/** Neighbouring tokens of the sentence that stand in no span. */
export interface Addition {
  readonly tokens: readonly Token[]
  /** The sentence's own characters. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** Index of the source's token before and behind it; -1 at either end of the sentence. */
  readonly before: number
  readonly behind: number
}

/** A sentence, its source, and how they hang together. */
export interface Reading {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly source: readonly SourceToken[]
  /** For each token of the sentence, the index of the source's token it stands for; -1 for none. */
  readonly stands: readonly number[]
  /** Which tokens of the source the sentence uses. */
  readonly used: readonly boolean[]
  readonly additions: readonly Addition[]
  readonly quotes: readonly FoundQuote[]
}

/** Reads a sentence against what it quotes; the stretches come in the order in which the sentence uses them. */
export function readSentence(text: string, quotes: readonly FoundQuote[]): Reading {
  const tokens = tokensOf(text)
  const stretches = inOrder(tokens, stretchesOf(quotes))
  const source = stretches.flatMap(({ tokens: own }) => own)
  const stands = align(tokens, source, source.map(({ quoted }) => quoted))
  const used = source.map(() => false)
  for (const at of stands) if (at >= 0) used[at] = true
  return { text, tokens, source, stands, used, additions: additionsOf(text, tokens, stands), quotes }
}

interface Stretch {
  readonly tokens: readonly SourceToken[]
}

/** Quotations of one passage that touch or overlap, with the sentences they stand in, in reading order. */
function stretchesOf(quotes: readonly FoundQuote[]): Stretch[] {
  const around = quotes
    .map((quote) => ({ handle: quote.handle, quotes: [quote], span: sentencesAround(quote) }))
    .sort((one, other) => one.span.start - other.span.start)
  const merged: { handle: Handle; quotes: FoundQuote[]; span: Span }[] = []
  for (const one of around) {
    const before = merged.find(({ handle, span }) => handle === one.handle && one.span.start < span.end)
    if (!before) merged.push({ ...one, quotes: [...one.quotes] })
    else {
      before.quotes.push(...one.quotes)
      before.span = { start: before.span.start, end: Math.max(before.span.end, one.span.end) }
    }
  }
  const numbers = { sentence: 0, phrase: 0 }
  return merged.map((one, stretch) => ({ tokens: sourceTokens(one, stretch, numbers) }))
}

function sourceTokens(
  { handle, quotes, span }: { handle: Handle; quotes: readonly FoundQuote[]; span: Span },
  stretch: number,
  numbers: { sentence: number; phrase: number },
): SourceToken[] {
  const tokens = tokensOf(handle.passage.text.slice(span.start, span.end))
  numbers.sentence++
  numbers.phrase++
  return tokens.map((token, at) => {
    if (at > 0 && token.after >= 3) numbers.sentence++
    if (at > 0 && token.after >= 2) numbers.phrase++
    const [start, end] = [token.start + span.start, token.end + span.start]
    const quoted = quotes.some((quote) => quote.span.start <= start && end <= quote.span.end)
    return { ...token, start, end, handle, quoted, stretch, sentence: numbers.sentence, phrase: numbers.phrase }
  })
}

const SENTENCE_ENDS = /[。；！？;!?]|\n\s*\n/g
/** A sentence that takes back what the one before it says. */
const TAKES_BACK = /^[\s”’」』]*(?:但|然而|除外|不过)/

/** From the beginning of the sentence a quotation begins in to the end of that it ends in, and what takes it back. */
function sentencesAround({ handle, span }: FoundQuote): Span {
  const { text } = handle.passage
  const ends = [...text.matchAll(SENTENCE_ENDS)].map(({ index, 0: mark }) => index + mark.length)
  const start = ends.filter((end) => end <= span.start).at(-1) ?? 0
  let end = ends.find((end) => end >= span.end) ?? text.length
  if (TAKES_BACK.test(text.slice(end))) end = ends.find((other) => other > end) ?? text.length
  return { start, end }
}

/** Each where the sentence has its longest run of it. */
function inOrder(sentence: readonly Token[], stretches: readonly Stretch[]): Stretch[] {
  if (stretches.length < 2) return [...stretches]
  const first = (stretch: Stretch): number => {
    const { tokens } = stretch
    let best = { at: Infinity, length: 0 }
    for (let i = 0; i < sentence.length; i++) {
      for (let j = 0; j < tokens.length; j++) {
        let length = 0
        while (i + length < sentence.length && sentence[i + length]!.key === tokens[j + length]?.key) length++
        if (length > best.length) best = { at: i, length }
      }
    }
    return best.at
  }
  return stretches
    .map((stretch) => ({ stretch, at: first(stretch) }))
    .sort((one, other) => one.at - other.at)
    .map(({ stretch }) => stretch)
}

function additionsOf(text: string, tokens: readonly Token[], stands: readonly number[]): Addition[] {
  const additions: Addition[] = []
  for (let from = 0; from < tokens.length; from++) {
    if (stands[from] !== -1) continue
    let to = from + 1
    while (to < tokens.length && stands[to] === -1) to++
    const [start, end] = [tokens[from]!.start, tokens[to - 1]!.end]
    const [before, behind] = [stands[from - 1] ?? -1, stands[to] ?? -1]
    additions.push({ tokens: tokens.slice(from, to), text: text.slice(start, end), start, end, before, behind })
    from = to
  }
  return additions
}
