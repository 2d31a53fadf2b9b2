/** Where a clause tree does not add up: reported for a person to look at, never mended. */
import type { Clause, Document, NumberStyle, Span } from '../types.ts'

export interface TreeProblem {
  /** gap: a number is missing; twice: it stands twice; order: it runs backwards; start: it does not begin at 1. */
  readonly kind: 'gap' | 'twice' | 'order' | 'start'
  readonly path: readonly string[]
  /** The mark that was not expected. */
  readonly span: Span
  /** A plain Chinese sentence naming the numbers. */
  readonly message: string
}

interface Last {
  readonly ordinal: number
  readonly branch: number
  readonly mark: string
}

/** Every place where printed numbers do not follow each other, in reading order. */
export function findProblems(document: Document): TreeProblem[] {
  const problems: TreeProblem[] = []
  const running = new Map<NumberStyle, Last>()
  const articles = new Map<NumberStyle, Last>()

  const check = (clause: Clause, siblings: Map<NumberStyle, Last>, list: number): void => {
    const { number } = clause
    if (!number) return
    const isArticle = number.style === 'article'
    const before = isArticle ? articles.get('article') : siblings.get(number.style)
    const problem = compare(clause, before, running.get(number.style), list)
    if (problem) problems.push(problem)
    const last = { ordinal: number.ordinal, branch: number.branch ?? 0, mark: number.mark }
    siblings.set(number.style, last)
    running.set(number.style, last)
    if (isArticle) articles.set('article', last)
  }

  const visit = (clauses: readonly Clause[]): void => {
    let siblings = new Map<NumberStyle, Last>()
    let list = clauses[0]?.underParagraph ?? 0
    for (const clause of clauses) {
      if ((clause.underParagraph ?? 0) !== list) siblings = new Map()
      list = clause.underParagraph ?? 0
      if (!clause.number && clause.kind === 'headed') articles.clear()
      check(clause, siblings, list)
      visit(clause.children)
    }
  }
  visit(document.clauses)
  return problems
}

/** `before` is the last number beside it, `ran` the last of its style anywhere. */
function compare(clause: Clause, before?: Last, ran?: Last, list = 0): TreeProblem | undefined {
  const { number, path, extent } = clause
  if (!number) return undefined
  const { ordinal, branch = 0, mark } = number
  const problem = (kind: TreeProblem['kind'], message: string): TreeProblem => ({
    kind,
    path,
    span: { start: extent.start, end: Math.min(extent.end, extent.start + mark.length) },
    message,
  })
  if (!before) {
    const runsOn = ran !== undefined && ordinal === ran.ordinal + 1
    return ordinal === 1 || runsOn ? undefined : problem('start', `从“${mark}”开始，此前没有编号。`)
  }
  const nextBranch = ordinal === before.ordinal && branch === before.branch + 1
  const expected = branch > 0 ? nextBranch : ordinal === before.ordinal + 1
  if (expected) return undefined
  if (ordinal === before.ordinal && branch === before.branch) return problem('twice', `“${mark}”出现两次。`)
  if (ordinal > before.ordinal || branch > before.branch + 1) {
    return problem('gap', `“${before.mark}”之后是“${mark}”，中间缺号。`)
  }
  if (ordinal === 1 && (list > 0 || number.style === 'article')) return undefined
  return problem('order', `“${before.mark}”之后是“${mark}”，编号倒退。`)
}
