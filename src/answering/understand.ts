/** A question as typed → the Chinese question that is looked up: slips mended, English in the documents' words. */
import type { Library } from '../retrieval/library.ts'
import { frequencyIn, translateQuestion } from './english.ts'
import type { Normalised } from './normalise.ts'
import { correctSlips, slipIndexOf } from './slips.ts'

export interface Understood {
  readonly text: string
  /** Too few of its words were understood to look for an answer. */
  readonly unclear: boolean
}

/** Least share of an English question's words that must be found. */
const LEAST_COVERED = 0.5

export function understand(library: Library, { text, language }: Normalised): Understood {
  if (language === 'zh') return { text: correctSlips(text, slipIndexOf(library.documents)).text, unclear: false }
  if (/\p{Script=Han}/u.test(text)) return { text, unclear: false }
  const translated = translateQuestion(text, frequencyIn(library))
  const unclear = translated.covered < LEAST_COVERED || translated.text === ''
  return { text: unclear ? text : translated.text, unclear }
}
