/** Drafts → clauses: every clause gets the path of its printed ordinals, unique within the document, and its id. */
import type { Clause, DocumentId } from '../types.ts'
import type { Draft } from './draft.ts'
import { clauseId } from './ids.ts'
import type { Mark } from './markers.ts'
import { chineseNumeral } from './numerals.ts'

/** Gives every clause its path and id. */
export class Addressing {
  readonly clauses: readonly Clause[]
  readonly #id: DocumentId
  readonly #restarting: ReadonlySet<Draft | undefined>
  readonly #taken = new Set<string>()
  /** How often a path was asked for, so that the next copy is numbered at once. */
  readonly #copies = new Map<string, number>()

  constructor(id: DocumentId, top: readonly Draft[]) {
    this.#id = id
    this.#restarting = restartingRoots(top)
    this.clauses = this.#address(top, [], undefined)
  }

  #address(clauses: readonly Draft[], outer: readonly string[], root: Draft | undefined, several = false): Clause[] {
    const lists = repeatingLists(clauses)
    return clauses.map((clause) => {
      const scope = root ?? (clause.annex ? clause : undefined)
      const path = this.#pathOf(clause, outer, scope, lists)
      const number = clause.mark && numberOf(clause.mark)
      return {
        id: clauseId(this.#id, path),
        kind: clause.kind,
        path,
        ...(number ? { number } : {}),
        ...(clause.heading ? { heading: clause.heading } : {}),
        paragraphs: clause.paragraphs,
        extent: { start: clause.start, end: clause.end },
        ...(several && clause.underParagraph > 0 ? { underParagraph: clause.underParagraph } : {}),
        children: this.#address(clause.children, path, scope, clause.paragraphs.length > 1),
      }
    })
  }

  #pathOf(clause: Draft, outer: readonly string[], root: Draft | undefined, lists: ReadonlySet<number>): string[] {
    const step = clause.mark?.step ?? (clause.kind === 'headed' ? clause.name || 'headed' : clause.kind)
    if (clause.mark?.style === 'article' && !this.#restarting.has(root)) return this.#claim([], step)
    const list = clause.underParagraph
    const insert = clause.mark && lists.has(list) ? [`第${chineseNumeral(list)}款`] : []
    return this.#claim([...outer, ...insert], step)
  }

  #claim(outer: readonly string[], step: string): string[] {
    const wanted = clauseId(this.#id, [...outer, step])
    let copy = this.#copies.get(wanted) ?? 0
    let path: string[]
    do {
      copy += 1
      path = [...outer, copy === 1 ? step : `${step}~${copy}`]
    } while (this.#taken.has(clauseId(this.#id, path)))
    this.#copies.set(wanted, copy)
    this.#taken.add(clauseId(this.#id, path))
    return path
  }
}

/** Annexes (or the main part, undefined) whose articles begin again at a number used already. */
function restartingRoots(top: readonly Draft[]): Set<Draft | undefined> {
  const steps = new Map<Draft | undefined, string[]>()
  const uses = new Map<string, number>()
  const collect = (clauses: readonly Draft[], root: Draft | undefined): void => {
    for (const clause of clauses) {
      if (clause.mark?.style !== 'article') {
        collect(clause.children, root ?? (clause.annex ? clause : undefined))
        continue
      }
      const { step } = clause.mark
      const own = steps.get(root) ?? []
      own.push(step)
      steps.set(root, own)
      uses.set(step, (uses.get(step) ?? 0) + 1)
    }
  }
  collect(top, undefined)
  const restarts = (root: Draft | undefined, own: readonly string[]): boolean =>
    root
      ? own.some((step) => (uses.get(step) ?? 0) > 1)
      : own.filter((step) => step === '第一条' || step === '第1条').length > 1
  return new Set([...steps].filter(([root, own]) => restarts(root, own)).map(([root]) => root))
}

/** Lists of a clause, by the 款 they follow, that use a number an earlier list of it has used. */
function repeatingLists(siblings: readonly Draft[]): Set<number> {
  const steps = new Map<number, Set<string>>()
  for (const { mark, underParagraph } of siblings) {
    if (!mark) continue
    const list = steps.get(underParagraph) ?? new Set()
    list.add(mark.step)
    steps.set(underParagraph, list)
  }
  const used = new Set<string>()
  const repeating = new Set<number>()
  for (const [list, own] of steps) {
    if ([...own].some((step) => used.has(step))) repeating.add(list)
    else for (const step of own) used.add(step)
  }
  return repeating
}

function numberOf({ style, mark, ordinal, branch }: Mark): NonNullable<Clause['number']> {
  return { style, mark, ordinal, ...(branch === undefined ? {} : { branch }) }
}
