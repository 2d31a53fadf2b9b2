/** What was typed of a title that is not whole → references with the whole titles that it may mean. */
import { bracketed } from '../../render.ts'
import type { ListedDocument } from '../api/queries.ts'

/** Where the number of a clause begins. */
const CLAUSE = /(?:第[\d〇零一二三四五六七八九十百千两廿]|[（(][\d一二三四五六七八九十]|[一二三四五六七八九十]+[、（(]).*$/u
const MOST = 8

export interface Partial {
  readonly documentId: string
  readonly title: string
  readonly source: string
  /** Ready to be looked up. */
  readonly reference: string
}

/** What is typed before the number of a clause, word by word. */
function wordsOf(typed: string): { readonly words: readonly string[]; readonly clause: string } {
  const clause = CLAUSE.exec(typed)?.[0] ?? ''
  const before = typed.slice(0, typed.length - clause.length).split(/[\s《》〈〉“”"]+/)
  return { clause, words: before.filter((word) => word !== '').map((word) => word.toLowerCase()) }
}

/** Does a title hold all that was typed of it? */
export function holdsTitle(typed: string, title: string): boolean {
  const { words } = wordsOf(typed)
  const whole = title.toLowerCase()
  return words.every((word) => whole.includes(word))
}

/** @example partialsOf('大走廊第二条', documents) // 《…促进杭州城西科创大走廊创新发展的决定》第二条 */
export function partialsOf(typed: string, documents: readonly ListedDocument[]): readonly Partial[] {
  const { words, clause } = wordsOf(typed)
  if (words.length === 0) return []
  const holds = ({ title, header, shortNames }: ListedDocument) => {
    const names = [title, header['documentNumber']?.value ?? '', ...shortNames].join('\n').toLowerCase()
    return words.every((word) => names.includes(word))
  }
  return documents
    .filter(holds)
    .slice(0, MOST)
    .map(({ id, title, source }) => ({ documentId: id, title, source, reference: `${bracketed(title)}${clause}` }))
}
