/** The fixed words an answer may put between quotations: prompts/phrases.json. None holds a figure. */
import phrases from '../../prompts/phrases.json' with { type: 'json' }

const WITHOUT_FIGURE = /^[^\d〇零一二三四五六七八九十百千万亿]*$/u
for (const [name, text] of Object.entries(phrases)) {
  if (!WITHOUT_FIGURE.test(text)) throw new RangeError(`prompts/phrases.json: ${name} holds a figure; a fixed phrase must not`)
}

const TEXTS: ReadonlySet<string> = new Set(Object.values(phrases))

export type PhraseName = keyof typeof phrases

/** The fixed phrase of a name. */
export function phrase(name: PhraseName): string {
  return phrases[name]
}

/** Is this text one of the fixed phrases? Used where an answer is verified. */
export function isPhrase(text: string): boolean {
  return TEXTS.has(text)
}
