/** What every measure is: one question asked of one answered case. A folder of these makes the table. */
import type { Answer, Citation, Passage } from '../../src/types.ts'
import type { EvalCase, Gold } from '../cases.ts'

/** One case after the assistant has answered it. `answer` is absent when the assistant failed. */
export interface Observation {
  readonly case: EvalCase
  readonly answer?: Answer
  /** What the assistant threw. */
  readonly failure?: string
  /** The stored text of a document, from which every quotation is cut again. */
  readonly textOf: (documentId: string) => string | undefined
}

/** `got` of `of`; a figure is the sum of the first over the sum of the second. */
export interface Score {
  readonly got: number
  readonly of: number
  /** What a person must look at, in Chinese. A case with one of these is a failure. */
  readonly problems: readonly string[]
}

export interface Measure {
  /** Stable: the key in `baseline.json` and `floors.json`. */
  readonly name: string
  readonly chinese: string
  readonly better: 'higher' | 'lower'
  /** `undefined` when the measure has nothing to say of this case. */
  score(observation: Observation): Score | undefined
}

/** Where a passage or citation stands, its twins included. */
type Located = Pick<Citation | Passage, 'source' | 'path' | 'alsoIn'>

/** Whether the clause is the expected one, or a twin of it. */
export function isGold(located: Located, gold: Gold): boolean {
  const sources = [gold.source, ...(gold.alsoIn ?? [])]
  return [located, ...located.alsoIn].some(({ source, path }) => {
    const long = gold.within === true ? path.slice(0, gold.path.length) : path
    return sources.includes(source) && long.join('/') === gold.path.join('/')
  })
}

/** Whether the clause is any of the expected ones. */
export function isAnyGold(located: Located, { expect: { gold = [] } }: EvalCase): boolean {
  return gold.some((one) => isGold(located, one))
}

/** The share of the expected clauses among these: every one counts where `all` is set, else one is enough. */
export function recall(located: readonly Located[], { expect: { gold = [], all } }: EvalCase): number {
  const found = gold.filter((one) => located.some((place) => isGold(place, one))).length
  if (all === true) return gold.length === 0 ? 0 : found / gold.length
  return found > 0 ? 1 : 0
}

/** A score of one case: yes is 1 of 1. */
export function yesOrNo(yes: boolean, problem: string): Score {
  return { got: yes ? 1 : 0, of: 1, problems: yes ? [] : [problem] }
}
