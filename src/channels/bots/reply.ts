/**
 * Answer → what a chat message holds, before any platform's format: the same words and citations for each. Platforms
 * lay the parts out and cut them to their limits; they add nothing and leave nothing out.
 */
import type { Piece } from '../segments.ts'
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
