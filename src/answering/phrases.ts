/** The fixed words an answer may put between quotations: prompts/phrases.json. None holds a figure. */
import { z } from 'zod'
import phrases from '../../prompts/phrases.json' with { type: 'json' }

const WITHOUT_FIGURE = /^[^\d〇零一二三四五六七八九十百千万亿]*$/u
const Phrases = z.record(z.string(), z.string().regex(WITHOUT_FIGURE, 'a fixed phrase must not hold a figure'))
const PHRASES = Phrases.parse(phrases)
const TEXTS: ReadonlySet<string> = new Set(Object.values(PHRASES))

export type PhraseName = keyof typeof phrases

/** The fixed phrase of a name. */
export function phrase(name: PhraseName): string {
  return PHRASES[name]!
}

/** Is this text one of the fixed phrases? Used where an answer is verified. */
export function isPhrase(text: string): boolean {
  return TEXTS.has(text)
}
