/**
 * Text → keyword terms: Han characters one by one and in pairs, runs of Latin letters and digits whole.
 * Characters and pairs beat dictionary words on 58,500 law articles (Recall@10 0.502 against 0.444).
 */
import { ordinalOf } from '../clauses/numerals.ts'

/**
 * Folds full width to half width, capitals to small letters, the circle ○ to the numeral 〇.
 * Same length in UTF-16 units as its input.
 */
export function fold(text: string): string {
  const folded = text.replace(WIDE, (character) => NARROW.get(character) ?? character)
  const small = folded.toLowerCase()
  return small.length === text.length ? small : folded
}

const WIDE = /[\uff01-\uff5e\u3000\u25cb]/g
/** Full width → half width; ○ (U+25CB), which many documents print for 〇, → 〇. */
const NARROW: ReadonlyMap<string, string> = new Map([
  ...Array.from({ length: 0x5e }, (_, at): [string, string] => [
    String.fromCharCode(0xff01 + at),
    String.fromCharCode(0x21 + at),
  ]),
  ['\u3000', ' '],
  ['\u25cb', '〇'],
])

const RUN = /[a-z0-9]+(?:[.+%-][a-z0-9]+)*%?|\p{Script=Han}+/gu
const YEAR = /[〇零一二三四五六七八九]{4}(?=年)/g

/** The terms of a text, repeats included. A year in characters counts in digits too: 二〇三五年 → 2035. */
export function terms(text: string): string[] {
  const folded = fold(text)
  const found: string[] = []
  for (const [run] of folded.matchAll(RUN)) {
    if (run.charCodeAt(0) < 0x80) found.push(run)
    else pushCharacters(found, SURROGATE.test(run) ? [...run] : run)
  }
  if (folded.includes('年')) {
    for (const [year] of folded.matchAll(YEAR)) {
      const value = ordinalOf(year)
      if (value !== undefined) found.push(String(value))
    }
  }
  return found
}

const SURROGATE = /[\ud800-\udfff]/

/** The characters and the pairs of neighbours. */
function pushCharacters(found: string[], characters: ArrayLike<string>): void {
  for (let at = 0; at < characters.length; at++) {
    const next = characters[at + 1]
    found.push(characters[at]!)
    if (next !== undefined) found.push(characters[at]! + next)
  }
}
