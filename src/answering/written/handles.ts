/** Passages under private names c1, c2, …, and how a model is shown them: as data between fences. */
import type { Passage } from '../../types.ts'

/** What a handle needs of a passage. */
export type HandedPassage = Pick<Passage, 'documentId' | 'title' | 'spoken' | 'text' | 'start'>

/** A passage by the name a model may call it. */
export interface Handle {
  /** c1 for the first. */
  readonly name: string
  readonly passage: HandedPassage
  /** The words that open the list the passage is an item of, where they stand outside it: 禁止下列行为： */
  readonly opening?: string
}

/** The passages as c1, c2, … in their order. */
export function handlesOf(passages: readonly HandedPassage[]): Handle[] {
  return passages.map((passage, at) => ({ name: `c${at + 1}`, passage }))
}

/**
 * The handle a model's name stands for: c2, C2, [c2], 2 alone never.
 * @example handleNamed(handles, '[C2]') // the second
 */
export function handleNamed(handles: readonly Handle[], name: string): Handle | undefined {
  const plain = /^[\s[【(（]*(c\d{1,3})[\s\]】)）]*$/i.exec(name)?.[1]?.toLowerCase()
  return handles.find((handle) => handle.name === plain)
}

const FENCE = '====='

/**
 * The passages for a prompt. Each stands between two fences that are longer than any run of equals signs inside, so
 * that no text can end its own fence; what a terminal or a model might obey as control is taken out.
 */
export function promptText(handles: readonly Handle[]): string {
  const texts = handles.map(({ passage }) => plain(passage.text))
  const names = handles.map(({ passage }) => plain(`《${passage.title}》${passage.spoken}`).replace(/\s+/g, ' '))
  const fence = fenceFor([...texts, ...names])
  return handles
    .map(({ name, opening }, at) => {
      const lead = opening === undefined ? '' : `（${plain(opening).replace(/\s+/g, ' ')}）`
      return `${fence} ${name} ${names[at]}${lead}\n${texts[at]}\n${fence}`
    })
    .join('\n\n')
}

function fenceFor(texts: readonly string[]): string {
  const longest = texts
    .flatMap((text) => text.match(/={5,}/g) ?? [])
    .reduce((most, { length }) => Math.max(most, length), 0)
  return longest === 0 ? FENCE : '='.repeat(longest + 1)
}

/** Without control characters, special tokens such as <|im_end|>, and marks that turn the reading direction. */
function plain(text: string): string {
  return text
    .replace(/<\|[^|\n]{0,40}\|>/g, ' ')
    .replace(/[^\P{Cc}\n\t]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .toWellFormed()
}
