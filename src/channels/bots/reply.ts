/**
 * Answer → what a chat message holds, before any platform's format: the same words and citations for each. Platforms
 * lay the parts out and cut them to their limits; they add nothing and leave nothing out.
 */
import type { Answer, Citation } from '../../types.ts'
import { shortened } from '../characters.ts'
import {
  dateWords,
  nearestHeading,
  nearestOf,
  placeWords,
  plain,
  readingAddress,
  remarksOf,
  snippetOf,
  sourcesHeading,
  standingWords,
  twinWords,
  understoodWords,
  verdictOf,
} from '../render.ts'
import { pageWords, piecesOf, type Piece } from '../segments.ts'
import type { ExchangeOfBot } from './bot.ts'

/** In reading order. */
export interface Reply {
  readonly parts: readonly ReplyPart[]
  /** What buttons of feedback 有用/没用 name; absent: no buttons. */
  readonly exchange?: ExchangeOfBot
}

export type ReplyPart =
  /** What stands over an answer that is none; how the question was understood; a heading; a remark at the end. */
  | { readonly kind: 'verdict' | 'understood' | 'heading' | 'note'; readonly text: string }
  /** The answer itself, with the numbers of its citations. */
  | { readonly kind: 'words'; readonly pieces: readonly Piece[] }
  | {
      readonly kind: 'citation'
      readonly n: number
      /** 《…决定》第三部分第2条 */
      readonly place: string
      /** Date, page, standing of the version; '' where there is nothing to say. */
      readonly told: string
      /** The quotation, shortened at a character's end. */
      readonly quote: string
      /** 另见…, where the clause stands elsewhere too. */
      readonly also?: string
      /** Absolute, of the reading page; absent where the operator named no public address. */
      readonly url?: string
    }
  /** A clause near to what was asked, under an answer that is none. */
  | { readonly kind: 'near'; readonly place: string; readonly snippet: string; readonly url?: string }

/** A quotation that stands in no answer above is shown to this many UTF-16 units; its link leads to the rest. */
const QUOTE_ALONE = 600

export interface ReplyOptions {
  /** Where people open Tiaowen; absent: no links. */
  readonly publicUrl?: string
  readonly exchange?: ExchangeOfBot
}

/**
 * An answer as the parts of a message, in the words every channel uses. All text is well-formed and without control
 * characters; nothing in it is escaped for any markup yet.
 */
export function replyOf(answer: Answer, { publicUrl, exchange }: ReplyOptions = {}): Reply {
  const verdict = verdictOf(answer)
  const { understoodAs, citations } = answer
  const understood = understoodAs === undefined ? undefined : onOneLine(understoodWords(understoodAs))
  return {
    parts: [
      ...(verdict === undefined ? [] : [{ kind: 'verdict', text: verdict } as const]),
      ...(understood === undefined ? [] : [{ kind: 'understood', text: understood } as const]),
      ...wordsOf(answer),
      ...(citations.length === 0 ? [] : [{ kind: 'heading', text: sourcesHeading(answer) } as const]),
      ...citations.map((citation) => citationPart(citation, answer.text.includes(citation.quote), publicUrl)),
      ...nearParts(answer, publicUrl),
      ...remarksOf(answer).map((note) => ({ kind: 'note', text: shown(note) }) as const),
    ],
    ...(exchange && { exchange }),
  }
}

/** Words that are no answer: that a question is too long, that there is no index yet. */
export const noticeOf = (words: string): Reply => ({ parts: [{ kind: 'note', text: shown(words) }] })

/** What any platform's API takes as text. */
const shown = (text: string) => plain(text).toWellFormed()

/** The same on one line; blanks within it, the full-width one too, stay as they are. */
const onOneLine = (text: string) => shown(text.replace(/\s*[\t\n\v\f\r\u0085\u2028\u2029]\s*/g, ' ').trim())

/** The answer's own words, without the newlines at its end. */
function wordsOf(answer: Answer): readonly ReplyPart[] {
  const pieces: Piece[] = piecesOf(answer.segments).map((piece) =>
    'marks' in piece ? piece : { kind: piece.kind, text: shown(piece.text) },
  )
  for (;;) {
    const last = pieces.at(-1)
    if (!last || 'marks' in last) break
    const text = last.text.trimEnd()
    pieces.pop()
    if (text === '') continue
    pieces.push({ ...last, text })
    break
  }
  return pieces.length === 0 ? [] : [{ kind: 'words', pieces }]
}

function citationPart(citation: Citation, isAbove: boolean, publicUrl: string | undefined): ReplyPart {
  const { n, page, version, quote, alsoIn } = citation
  const url = readingAddress(citation.url, publicUrl)
  return {
    kind: 'citation',
    n,
    place: onOneLine(placeWords(citation)),
    told: onOneLine(`${pageWords(page)}${dateWords(citation)}${standingWords(version)}`),
    quote: isAbove ? snippetOf(shown(quote)) : shortened(shown(quote), QUOTE_ALONE),
    ...(alsoIn.length > 0 && { also: onOneLine(twinWords(alsoIn)) }),
    ...(url !== undefined && { url }),
  }
}

/** Candidates of an ambiguous answer, nearest clauses of a declined one, under their heading. */
function nearParts(answer: Answer, publicUrl: string | undefined): readonly ReplyPart[] {
  const passages = nearestOf(answer)
  if (passages.length === 0) return []
  const near = passages.map((passage): ReplyPart => {
    const url = readingAddress(passage.url, publicUrl)
    return {
      kind: 'near',
      place: onOneLine(`${placeWords(passage)}${pageWords(passage.page)}${standingWords(passage.version)}`),
      snippet: snippetOf(shown(passage.text)),
      ...(url !== undefined && { url }),
    }
  })
  return [{ kind: 'heading', text: nearestHeading(answer) }, ...near]
}
