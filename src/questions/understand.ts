/** A question as typed → the Chinese question that is looked up: slips mended, English in the documents' words. */
import type { Library } from '../retrieval/library.ts'
import { frequencyIn, translateQuestion } from './english.ts'
import type { Normalised } from './normalise.ts'
import { correctSlips, slipIndexOf } from './slips.ts'

interface Understood {
  readonly text: string
  /** Too few of its words were understood to look for an answer. */
  readonly unclear: boolean
}

/** An abbreviation in capitals among Chinese; G60, PM2.5 and Web of Science are names. */
const ABBREVIATION = /(?<![A-Za-z\d.&-] ?)(?:[A-Z]{2,6}|R&D)(?! ?[A-Za-z\d.&-])/g

/** GDP目标 → 生产总值目标, where no document says GDP and the documents have a word for it. */
function inChinese(library: Library, text: string): string {
  if (!/\p{Script=Han}/u.test(text)) return text
  return text.replace(ABBREVIATION, (word) => {
    if (library.keywords.frequency(word.toLowerCase()) > 0) return word
    const { text: chinese, covered } = translateQuestion(word, frequencyIn(library))
    return covered === 1 && chinese !== '' ? chinese : word
  })
}

/** Least share of an English question's words that must be found. */
const LEAST_COVERED = 0.5

/** Chinese is mended, English translated; English that can hardly be read stays as it is, `unclear`. */
export function understand(library: Library, { text, language }: Normalised): Understood {
  if (language === 'zh') {
    const { text: mended } = correctSlips(text, slipIndexOf(library.documents))
    return { text: inChinese(library, mended), unclear: false }
  }
  if (/\p{Script=Han}/u.test(text)) return { text, unclear: false }
  const translated = translateQuestion(text, frequencyIn(library))
  const unclear = translated.covered < LEAST_COVERED || translated.text === ''
  return { text: unclear ? text : translated.text, unclear }
}
