/** How many tokens a text is, where the endpoint does not say. */
import type { ModelRequest } from './answer-model.ts'

/**
 * Tokens of a text, rather too many: one for each character of Chinese, Japanese or Korean, one for every three others.
 * @example estimateTokens('杭州 Hangzhou') // 5
 */
export function estimateTokens(text: string): number {
  const { wide, others } = charactersOf(text)
  return wide + Math.ceil(others / 3)
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/gu

/** Characters as Unicode counts them. */
function charactersOf(text: string): { readonly wide: number; readonly others: number } {
  const wide = text.match(WIDE)?.length ?? 0
  return { wide, others: [...text].length - wide }
}

const MESSAGE_TOKENS = 4

/** Of all that a request sends, its schema too. */
export function inputTokens({ messages, schema }: ModelRequest): number {
  const text = messages.reduce((sum, { content }) => sum + estimateTokens(content) + MESSAGE_TOKENS, 0)
  return text + (schema ? estimateTokens(JSON.stringify(schema)) : 0)
}

/** What of a reply has come: pieces of any size add up to the same. */
export class ReplySize {
  bytes = 0
  #wide = 0
  #others = 0

  add(piece: string): void {
    const { wide, others } = charactersOf(piece)
    this.bytes += Buffer.byteLength(piece)
    this.#wide += wide
    this.#others += others
  }

  /** Estimated. */
  get tokens(): number {
    return this.#wide + Math.ceil(this.#others / 3)
  }
}
