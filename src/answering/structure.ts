/** 决定有几个部分: counted in the clause tree, with the headings of the parts as quotations. */
import { spokenOf, titleOf } from '../clauses/address.ts'
import { areParts, type Works } from '../clauses/works.ts'
import type { Clause, Document, NumberStyle } from '../types.ts'
import type { Composer, Quotation } from './compose.ts'

const ASKED = /(?:有|分|分为|分成|包括|包含|共)(?:几|多少)(?:个|大)?(部分|章|编|条)(?:内容)?[？?。]?$/
const STYLES: Readonly<Record<string, readonly NumberStyle[]>> = {
  部分: ['division', 'chinese'],
  章: ['chapter'],
  编: ['book'],
  条: ['article'],
}
/** More headings than this are counted and not quoted; the last clause is then, which bears the count out. */
const MOST_HEADINGS = 20

/** The unit a question wants counted; undefined when it asks something else. */
export function unitCounted(text: string): string | undefined {
  return ASKED.exec(text)?.[1]
}

/** Counts the unit in each document that has it, files of one document together; false when none has. */
export function countParts(composer: Composer, documents: readonly Document[], unit: string, works?: Works): boolean {
  const counted = wholest(documents).flatMap((document) => {
    const files = filesOf(document, documents, works)
    const parts = files.flatMap((file) => partsOf(file, STYLES[unit] ?? []).map((clause) => ({ clause, document: file })))
    return parts.length > 0 ? [{ document, parts }] : []
  })
  for (const { document, parts } of counted) {
    const [first, last] = [parts[0]!, parts.at(-1)!].map(({ clause }) => spokenOf({ document, lineage: [clause] }))
    const measure = unit === '部分' ? '个部分' : unit
    composer.add({ kind: 'label', text: `《${titleOf(document)}》` })
    composer.add({ kind: 'count', text: `共有${parts.length}${measure}（${first}至${last}）` }).say('end')
    const headed = parts.length > MOST_HEADINGS ? [] : parts.filter(({ clause }) => clause.heading)
    for (const { clause, document } of headed) composer.quote([{ document, span: clause.heading! } satisfies Quotation])
    const end = parts.at(-1)!
    const shown = headed.length > 0 ? undefined : (end.clause.heading ?? end.clause.paragraphs[0])
    if (shown) composer.quote([{ document: end.document, span: shown } satisfies Quotation])
  }
  return counted.length > 0
}

/** The parts of the version a document is of, where they number on from one another; else the document alone. */
function filesOf(document: Document, documents: readonly Document[], works: Works | undefined): readonly Document[] {
  const parts = works?.versionOf(document.id)?.documents ?? [document]
  return areParts(parts) ? parts.filter((part) => documents.includes(part)) : [document]
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
