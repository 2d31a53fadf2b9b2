/** Why sentences of a model were left out, in as many kinds as a reader tells apart. */

/** The names that `Answer.model.reasons` counts by, under what they have in common; `other` takes what is not here. */
const KINDS = {
  source: ['no-quotation', 'unknown-handle', 'not-found'],
  figures: ['number', 'time', 'clause-number'],
  limits: ['negation', 'modality', 'comparison', 'scope'],
  names: ['organ', 'place', 'title'],
  added: ['words', 'letters', 'inserted', 'quoted-words', 'marker', 'markup'],
  missing: ['left-out', 'cut', 'condition', 'opening', 'spliced', 'dangling'],
  support: ['unsupported', 'unsound'],
  form: ['empty', 'too-long', 'malformed', 'repeated'],
} as const

export type Because = keyof typeof KINDS | 'other'

const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[]

const kindOf = (reason: string): Because => kinds.find((kind) => (KINDS[kind] as readonly string[]).includes(reason)) ?? 'other'

/** Sentences left out, by kind; the most frequent first. @example removedBecause({ number: 1, time: 1 }) // [{ because: 'figures', times: 2 }] */
export function removedBecause(reasons: Readonly<Record<string, number>>): readonly { readonly because: Because; readonly times: number }[] {
  const times = new Map<Because, number>()
  for (const [reason, count] of Object.entries(reasons)) times.set(kindOf(reason), (times.get(kindOf(reason)) ?? 0) + count)
  return [...times].map(([because, count]) => ({ because, times: count })).sort((a, b) => b.times - a.times)
}
