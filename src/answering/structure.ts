/** 决定有几个部分: counted in the clause tree, with the headings of the parts as quotations. */
import { spokenOf, titleOf } from '../clauses/address.ts'
import type { Clause, Document, NumberStyle } from '../types.ts'
import type { Composer, Quotation } from './compose.ts'

const ASKED = /(?:有|分|分为|分成|包括|包含|共)(?:几|多少)(?:个|大)?(部分|章|编|条)(?:内容)?[？?。]?$/
const STYLES: Readonly<Record<string, readonly NumberStyle[]>> = {
  部分: ['division', 'chinese'],
  章: ['chapter'],
  编: ['book'],
  条: ['article'],
}
/** More headings than this are counted and not quoted. */
const MOST_HEADINGS = 20

/** The unit a question wants counted; undefined when it asks something else. */
export function unitCounted(text: string): string | undefined {
  return ASKED.exec(text)?.[1]
}

/** Counts the unit in each document that has it; false when none has. */
export function countParts(composer: Composer, documents: readonly Document[], unit: string): boolean {
  const counted = wholest(documents).flatMap((document) => {
    const parts = partsOf(document, STYLES[unit] ?? [])
    return parts.length > 0 ? [{ document, parts }] : []
  })
  for (const { document, parts } of counted) {
    const [first, last] = [parts[0]!, parts.at(-1)!].map((clause) => spokenOf({ document, lineage: [clause] }))
    const measure = unit === '部分' ? '个部分' : unit
    composer.add({ kind: 'label', text: `《${titleOf(document)}》` })
    composer.add({ kind: 'count', text: `共有${parts.length}${measure}（${first}至${last}）` }).say('end')
    if (parts.length > MOST_HEADINGS) continue
    for (const { heading } of parts) if (heading) composer.quote([{ document, span: heading } satisfies Quotation])
  }
  return counted.length > 0
}

/** Of copies under one title, the one with the most clauses. */
function wholest(documents: readonly Document[]): Document[] {
  const byTitle = new Map<string, Document>()
  for (const document of documents) {
    const known = byTitle.get(titleOf(document))
    if (!known || known.clauses.length < document.clauses.length) byTitle.set(titleOf(document), document)
  }
  return [...byTitle.values()]
}

function partsOf({ clauses }: Document, styles: readonly NumberStyle[]): Clause[] {
  return clauses.flatMap(function within(clause): Clause[] {
    if (clause.number && styles.includes(clause.number.style)) return [clause]
    return clause.children.flatMap(within)
  })
}
