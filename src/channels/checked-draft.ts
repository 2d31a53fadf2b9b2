/** A draft → what became of it, as the browser, programs and the command line are told: with where each item stands in the file. */
import { createHash } from 'node:crypto'
import type { Assistant, CheckingProgress, CheckOptions } from '../answering/assistant.ts'
import { placeAt, placeWords, type DraftFile, type DraftPart, type DraftRemark } from '../drafts/draft-file.ts'
import { PolicyError } from '../errors.ts'
import type { CheckItem, CheckRequest, CheckResult } from '../types.ts'

export type { CheckingProgress }

/** Longest draft checked, in UTF-16 units: 2,000 pages. */
export const DRAFT_CHARACTERS = 2_000_000
/** Largest draft sent, in bytes. */
export const DRAFT_BYTES = 20 * 1024 * 1024

/** Where an item stands in the draft. */
export interface ItemPlace {
  readonly part: DraftPart
  /** 1-based: of a note in the order they are called; of a text box, a header or a footer. */
  readonly item?: number
  /** 1-based among the paragraphs of its part that have words. */
  readonly paragraph: number
  /** 正文第3段 */
  readonly words: string
}

export interface PlacedItem extends CheckItem {
  readonly place?: ItemPlace
}

export interface DraftFacts {
  /** Of the file; absent for words that were pasted. */
  readonly name?: string
  readonly format: DraftFile['format']
  readonly encoding?: string
  /** UTF-16 units. */
  readonly characters: number
  /** Hex SHA-256 of the text in UTF-8: what the offsets of the items point into. */
  readonly textSha256: string
  /** The text as it was read from a file; absent for words that were pasted. */
  readonly text?: string
}

export interface CheckedDraft extends CheckResult {
  readonly items: readonly PlacedItem[]
  readonly draft: DraftFacts
  /** What was met in the file, and how it was read. */
  readonly remarks: readonly DraftRemark[]
}

export type HowToCheck = Pick<CheckRequest, 'asOf' | 'suggest'>

/** @throws PolicyError 'body-too-large', and what Assistant.check throws. */
export async function checkedText(assistant: Assistant, text: string, how: HowToCheck, options?: CheckOptions): Promise<CheckedDraft> {
  const result = await checked(assistant, text, how, options)
  const paragraphAt = paragraphsOf(text)
  const place = (offset: number): ItemPlace => {
    const at = { part: 'body', paragraph: paragraphAt(offset) } as const
    return { ...at, words: placeWords(at) }
  }
  return {
    ...result,
    items: result.items.map((item) => ({ ...item, place: place(item.start) })),
    draft: { format: 'txt', characters: text.length, textSha256: sha256(text) },
    remarks: [],
  }
}

/** @throws PolicyError 'body-too-large', and what Assistant.check throws. */
export async function checkedFile(assistant: Assistant, file: DraftFile, how: HowToCheck, options?: CheckOptions): Promise<CheckedDraft> {
  const { name, format, encoding, text, remarks } = file
  const result = await checked(assistant, text, how, options)
  return {
    ...result,
    items: result.items.map((item) => ({ ...item, ...placeField(file, item.start) })),
    draft: { name, format, encoding, characters: text.length, textSha256: sha256(text), text },
    remarks,
  }
}

async function checked(assistant: Assistant, text: string, how: HowToCheck, options?: CheckOptions): Promise<CheckResult> {
  mustFit(text)
  return assistant.check({ text, ...how }, options)
}

/** @throws PolicyError 'body-too-large' for a draft of more than DRAFT_CHARACTERS */
export function mustFit({ length }: string): void {
  if (length <= DRAFT_CHARACTERS) return
  throw new PolicyError('body-too-large', `草稿有 ${length} 个字符，最多可核对 ${DRAFT_CHARACTERS} 个。请拆分后再核对。`)
}

function placeField(file: DraftFile, offset: number): { readonly place?: ItemPlace } {
  const place = placeAt(file, offset)
  if (!place) return {}
  const { part, item, paragraph } = place
  return { place: { part, ...(item !== undefined && { item }), paragraph, words: placeWords(place) } }
}

/** 1-based number of the line with words in which an offset stands; asked for in order. */
function paragraphsOf(text: string): (offset: number) => number {
  let [at, count] = [0, 0]
  let lineEnd = -1
  return (offset) => {
    while (at <= offset) {
      const found = text.indexOf('\n', at)
      lineEnd = found === -1 ? text.length : found
      if (text.slice(at, lineEnd).trim() !== '') count++
      at = lineEnd + 1
    }
    return Math.max(1, count)
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
