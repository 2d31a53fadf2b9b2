/**
 * Text → keyword terms: Han characters one by one and in pairs, runs of Latin letters and digits whole.
 * Characters and pairs beat dictionary words on 58,500 law articles (Recall@10 0.502 against 0.444).
 */
import { ordinalOf } from '../clauses/numerals.ts'

/** Folds full width to half width, capitals to small letters, the circle ○ to the numeral 〇. Same length in UTF-16 units as its input. */
export function fold(text: string): string {
  let folded = ''
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0xff01 && code <= 0xff5e) folded += String.fromCharCode(code - 0xfee0)
    else if (code === 0x3000) folded += ' '
    else folded += code === CIRCLE ? '〇' : text.charAt(at)
  }
  return folded.toLowerCase().length === text.length ? folded.toLowerCase() : folded
}

/** U+25CB, which many documents print for 〇. */
const CIRCLE = 0x25cb

const RUN = /[a-z0-9]+(?:[.+%-][a-z0-9]+)*%?|\p{Script=Han}+/gu
const YEAR = /[〇零一二三四五六七八九]{4}(?=年)/g

/** The terms of a text, repeats included. A year in characters counts in digits too: 二〇三五年 → 2035. */
export function terms(text: string): string[] {
  const folded = fold(text)
  const found: string[] = []
  for (const [run] of folded.matchAll(RUN)) {
    if (/^[a-z0-9]/.test(run)) found.push(run)
    else {
      const characters = [...run]
      characters.forEach((character, at) => {
        found.push(character)
        const next = characters[at + 1]
        if (next !== undefined) found.push(character + next)
      })
    }
  }
  for (const [year] of folded.matchAll(YEAR)) {
    const value = ordinalOf(year)
    if (value !== undefined) found.push(String(value))
  }
  return found
}
