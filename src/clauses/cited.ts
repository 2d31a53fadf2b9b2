/** How many documents of a library cite another by its title 被引: how much stands on it. */
import type { Document, DocumentId } from '../types.ts'
import { foldName } from './script.ts'

const TITLE = /《([^《》]{2,60})》/g

/** A title as it is compared: 《中华人民共和国水法（2016修正）》 and 《水法》 are one. */
export function bareName(title: string): string {
  return foldName(title)
    .replace(/[(][^()]{1,20}[)]$/, '')
    .replace(/^中华人民共和国/, '')
}

/** The titles a text names in 《》, as they are compared. */
export function titlesIn(text: string): Set<string> {
  const found = new Set(Array.from(text.matchAll(TITLE), ([, title]) => title!))
  return new Set([...found].map(bareName))
}

const CITED = new WeakMap<Document, ReadonlySet<string>>()

/** The titles a document names in 《》, as they are compared; its own is none of them. */
function titlesCited(document: Document): ReadonlySet<string> {
  let cited = CITED.get(document)
  if (!cited) {
    const titles = titlesIn(document.text)
    titles.delete(bareName(document.header.title?.value ?? ''))
    cited = titles
    CITED.set(document, cited)
  }
  return cited
}

/**
 * The number of documents that cite each; those that none cites are left out. Files that share a title (民法典 in
 * eight) are cited together.
 */
export function citedBy(documents: readonly Document[]): Map<DocumentId, number> {
  const counts = new Map<string, number>()
  for (const document of documents) {
    for (const title of titlesCited(document)) counts.set(title, (counts.get(title) ?? 0) + 1)
  }
  const found = new Map<DocumentId, number>()
  for (const { id, header } of documents) {
    const count = header.title ? counts.get(bareName(header.title.value)) : undefined
    if (count !== undefined) found.set(id, count)
  }
  return found
}
