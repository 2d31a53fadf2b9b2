/** The clause tree of a document as a reader's outline: each clause by its printed and its spoken address. */
import type { Clause, Document } from '../types.ts'
import { headingOf, innermost, labelOf, placeOf, spokenOf, type Lineage } from './address.ts'

export interface OutlineNode {
  readonly kind: Clause['kind']
  readonly path: readonly string[]
  readonly label: string
  readonly spoken: string
  readonly heading?: string
  readonly start: number
  readonly end: number
  readonly children: readonly OutlineNode[]
}

export function outlineOf(document: Document): readonly OutlineNode[] {
  const node = (lineage: Lineage): OutlineNode => {
    const place = placeOf(document, lineage)
    const clause = innermost(lineage)
    const heading = headingOf(document, clause)
    return {
      kind: clause.kind,
      path: clause.path,
      label: labelOf(place),
      spoken: spokenOf(place),
      ...(heading === undefined ? {} : { heading }),
      start: clause.extent.start,
      end: clause.extent.end,
      children: clause.children.map((child) => node([...lineage, child])),
    }
  }
  return document.clauses.map((clause) => node([clause]))
}
