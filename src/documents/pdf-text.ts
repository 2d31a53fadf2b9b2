/** The pages of a PDF → its text, with what was left out and what the operator should know. */
import type { DroppedLine } from '../types.ts'
import { linesOfPage } from './pdf-columns.ts'
import { edgesOf } from './pdf-edges.ts'
import type { PageText } from './pdf-pages.ts'
import { paragraphsOf } from './pdf-paragraphs.ts'
import { rowsOf, wordsOf } from './pdf-rows.ts'

export type PdfText =
  | {
      readonly outcome: 'text'
      readonly text: string
      /** Offset of the first words of each page. */
      readonly pages: readonly number[]
      readonly dropped: readonly DroppedLine[]
      /** 1-based pages without words. */
      readonly empty: readonly number[]
      /** Characters that no font names. */
      readonly unreadable: number
    }
  | { readonly outcome: 'scanned'; readonly pages: number }
  | { readonly outcome: 'unreadable' }
  | { readonly outcome: 'vertical' }

/** A file with fewer characters than this for each page is a scan, whatever a stamp or a cover says. */
const FEWEST_CHARACTERS_PER_PAGE = 10
/** A text with more than this share of letters that no Chinese document has is none: its fonts do not name them. */
const MOST_STRANGE = 0.05

export function textOfPages(pages: readonly PageText[]): PdfText {
  const { kept, dropped } = edgesOf(pages.map(({ pieces }) => rowsOf(pieces)))
  const characters = kept.flat().map((row) => wordsOf(row).replace(/\s/g, '')).join('')
  const vertical = pages.reduce((sum, page) => sum + page.vertical, 0)
  if (vertical > characters.length) return { outcome: 'vertical' }
  if (characters.length < FEWEST_CHARACTERS_PER_PAGE * pages.length) return { outcome: 'scanned', pages: pages.length }
  if (strangeLetters(characters) > MOST_STRANGE * characters.length) return { outcome: 'unreadable' }
  const lines = kept.flatMap((rows, at) => linesOfPage(rows, at + 1))
  const askew = pages.flatMap(({ askew }, at): DroppedLine[] =>
    askew.map((text, index) => ({ line: index + 1, page: at + 1, text, reason: 'watermark' })),
  )
  return {
    outcome: 'text',
    ...paragraphsOf(lines, pages.length),
    dropped: [...dropped, ...askew],
    empty: kept.flatMap((rows, at) => (rows.length === 0 ? [at + 1] : [])),
    unreadable: characters.match(/[\ufffd\p{Co}]/gu)?.length ?? 0,
  }
}

/** What the words of Chinese documents are written in; everything else points to a font without a map of its letters. */
const KNOWN = new RegExp(
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Bopomofo}' +
    '\\p{Script=Greek}\\p{Script=Cyrillic}\\u0020-\\u007e\\u00a0-\\u017f\\u02b0-\\u02ff\\u2000-\\u2bff\\u3000-\\u33ff' +
    '\\ufe30-\\ufe4f\\uff00-\\uffef\\u{1f100}-\\u{1f2ff}]',
  'gu',
)

const strangeLetters = (characters: string) => [...characters.replace(KNOWN, '')].length
