/** Paragraphs, one after the other → the text of a draft and the places of its pieces. */
import type { DraftParagraph, DraftPart, DraftPiece } from './draft-file.ts'

/** Words as they are read, with their offsets in the file. */
export interface ReadPiece {
  readonly words: string
  readonly from: number
  readonly to: number
  readonly run?: number
  readonly isCounted?: true
}

export interface ParagraphOf {
  readonly part: DraftPart
  readonly item?: number
  readonly isCell?: true
  readonly file?: string
  readonly noteId?: string
}

export class DraftWriter {
  readonly places: DraftParagraph[] = []
  readonly #words: string[] = []
  #length = 0
  /** Paragraphs with words of each part, and of each note or box of it. */
  readonly #counts = new Map<string, number>()

  get text(): string {
    return this.#words.join('')
  }

  /** An empty paragraph is an empty line. */
  add(paragraph: ParagraphOf, read: readonly ReadPiece[]): void {
    const start = this.#length
    const pieces: DraftPiece[] = []
    for (const { words, ...rest } of read) {
      if (words === '') continue
      this.#words.push(words)
      pieces.push({ start: this.#length, end: (this.#length += words.length), ...rest })
    }
    const key = `${paragraph.part}/${paragraph.item ?? ''}`
    const hasWords = read.some(({ words }) => words.trim() !== '')
    const number = (this.#counts.get(key) ?? 0) + (hasWords ? 1 : 0)
    this.#counts.set(key, number)
    this.places.push({ ...paragraph, start, end: this.#length, number: Math.max(1, number), pieces })
    this.#words.push('\n')
    this.#length++
  }
}
