/** English word → stem, by suffix: cities → citi, upgraded → upgrad. Both sides of a look-up pass through it. */

/** Stems kept; the dictionary asks for the same few thousand words again and again. */
const MOST_KEPT = 100_000

/** Irregular forms that policy English uses. */
const IRREGULAR: Readonly<Record<string, string>> = {
  built: 'build', held: 'hold', made: 'make', led: 'lead', met: 'meet', set: 'set', grew: 'grow', grown: 'grow',
  rose: 'rise', risen: 'rise', gave: 'give', given: 'give', took: 'take', taken: 'take', spent: 'spend',
  brought: 'bring', kept: 'keep', people: 'people', children: 'child', men: 'man', women: 'woman', policies:
  'polici', bought: 'buy', sold: 'sell', taught: 'teach', paid: 'pay', chose: 'choos', chosen: 'choos', data:
  'data', criteria: 'criterion', lives: 'life', wrote: 'write', written: 'write',
}

const known = new Map<string, string>()

/** The stem of an English word in small letters, the same for all its forms. */
export function stem(word: string): string {
  let found = known.get(word)
  if (found === undefined) {
    found = reduce(word)
    if (known.size < MOST_KEPT) known.set(word, found)
  }
  return found
}

function reduce(word: string): string {
  const irregular = IRREGULAR[word]
  if (irregular !== undefined) return irregular
  if (word.length <= 3 || /\d/.test(word)) return word
  return ending(plural(word))
}

function plural(word: string): string {
  if (/(?:ss|us|is)$/.test(word)) return word
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(?:x|ch|sh|ss|z)es$/.test(word)) return word.slice(0, -2)
  return /s$/.test(word) ? word.slice(0, -1) : word
}

function ending(word: string): string {
  const cut = word.endsWith('ing') ? word.slice(0, -3) : word.endsWith('ed') ? word.slice(0, -2) : word
  const own = cut.length >= 3 && /[aeiouy]/.test(cut) ? cut : word
  const base = own !== word && /([bdgmnprt])\1$/.test(own) ? own.slice(0, -1) : own
  return base.replace(/e$/, '').replace(/y$/, 'i')
}
