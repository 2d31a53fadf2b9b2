/** Generated drafts against their truth: how many verdicts are right, and each that is not. */
import type { Catalogue } from '../../../src/retrieval/library.ts'
import { check } from './library.ts'
import { plain, type MadeDraft } from './made-drafts.ts'

export interface Tally {
  readonly drafts: number
  readonly right: number
  /** Changed words that were told to be verbatim. */
  readonly shownAsVerbatim: readonly string[]
  readonly wrong: readonly string[]
  /** Items besides the one looked for that would alarm somebody. */
  readonly alarms: readonly string[]
  /** Altered words beside which other words than the document's stand. */
  readonly otherTruth: readonly string[]
  /** Drafts of which more than one verdict is right: the changed words stand word for word elsewhere. */
  readonly noted: number
  readonly kinds: Readonly<Record<string, { drafts: number; right: number }>>
}

const ALARMS = ['altered', 'misplaced', 'not-found', 'no-such-clause']

export function tallyOf(catalogue: Catalogue, drafts: readonly MadeDraft[]): Tally {
  const kinds: Record<string, { drafts: number; right: number }> = {}
  const [wrong, shownAsVerbatim, alarms, otherTruth]: [string[], string[], string[], string[]] = [[], [], [], []]
  let right = 0
  for (const draft of drafts) {
    const items = check(catalogue, draft.text)
    const isRun = draft.kind.startsWith('without marks')
    const own = items.filter(({ kind }) => kind === (isRun ? 'run' : 'quotation'))
    const item = own.find(({ verdict }) => verdict === 'altered') ?? own[0]
    const count = (kinds[draft.kind] ??= { drafts: 0, right: 0 })
    count.drafts++
    const told = `${draft.kind}: ${item?.verdict ?? 'nothing'} ${item?.message ?? ''}\n${draft.text}`
    if (item && draft.right.includes(item.verdict)) {
      count.right++
      right++
    } else wrong.push(told)
    if (item?.verdict === 'verbatim' && !draft.right.includes('verbatim')) shownAsVerbatim.push(told)
    const others = items.filter((other) => !own.includes(other) && ALARMS.includes(other.verdict))
    alarms.push(...others.map((other) => `${other.verdict} ${other.quote} ${other.message}\n${draft.text}`))
    if (draft.truth && item?.truth && !isAbout(item.truth, draft.truth)) otherTruth.push(`${item.truth} ≠ ${draft.truth}`)
  }
  const noted = drafts.filter(({ note }) => note !== undefined).length
  return { drafts: drafts.length, right, shownAsVerbatim, wrong, alarms, otherTruth, noted, kinds }
}

/** Are most of the words the same? */
function isAbout(truth: string, words: string): boolean {
  const [one, other] = [plain(truth), plain(words)]
  const pairs = new Set(Array.from({ length: other.length - 1 }, (_, at) => other.slice(at, at + 2)))
  const shared = Array.from({ length: Math.max(1, one.length - 1) }, (_, at) => one.slice(at, at + 2)).filter((pair) => pairs.has(pair))
  return shared.length >= Math.min(one.length, other.length) / 2
}

export const sayTally = (name: string, { drafts, right, shownAsVerbatim, alarms, otherTruth, noted, kinds }: Tally): string =>
  `${name}: ${right} of ${drafts} right, ${shownAsVerbatim.length} altered shown as verbatim, ${alarms.length} alarms besides, ` +
  `${otherTruth.length} beside other words, ${noted} whose changed words stand elsewhere; ` +
  Object.entries(kinds).map(([kind, count]) => `${kind} ${count.right}/${count.drafts}`).join(', ')
