/** Names of documents and headed parts, found in a text; documents of one kind told apart by the words before. */
import type { DocumentId } from '../types.ts'
import { foldName } from './script.ts'

/** A name a document, or a headed part of one, goes by. */
export interface KnownName {
  /** Folded by foldName. */
  readonly name: string
  readonly of: 'document' | 'heading' | 'number'
  readonly documents: readonly DocumentId[]
  /** A word for a kind of document (决定, 条例), not for one document. */
  readonly generic?: boolean
}

/** All names of a library, by what they are of and their folded words. */
export class NameIndex {
  readonly #names = new Map<string, KnownName>()
  /** Lengths of the names that begin with a character, the longest first. */
  readonly #lengths: ReadonlyMap<string, readonly number[]>
  readonly #all: readonly KnownName[]
  readonly #titles = new Map<DocumentId, readonly string[]>()

  constructor(names: readonly KnownName[]) {
    this.#all = names
    for (const known of names) {
      if (known.of === 'document' && !known.generic) {
        for (const id of known.documents) this.#titles.set(id, [...(this.#titles.get(id) ?? []), known.name])
      }
      const key = `${known.of} ${known.name}`
      const before = this.#names.get(key)
      const documents = [...new Set([...(before?.documents ?? []), ...known.documents])]
      this.#names.set(key, { ...known, documents })
    }
    const lengths = new Map<string, Set<number>>()
    for (const { name } of names) {
      const own = lengths.get(name.charAt(0)) ?? new Set()
      lengths.set(name.charAt(0), own.add(name.length))
    }
    this.#lengths = new Map(Array.from(lengths, ([first, own]) => [first, [...own].sort((a, b) => b - a)]))
  }

  /** The longest name that stands at an offset. */
  at(text: string, at: number, of: KnownName['of']): KnownName | undefined {
    for (const length of this.#lengths.get(text.charAt(at)) ?? []) {
      if (length === 0 || at + length > text.length) continue
      const known = this.#names.get(`${of} ${text.slice(at, at + length)}`)
      if (known) return known
    }
    return undefined
  }

  /** Of several documents of a kind, those whose title shares most with the words before: 大走廊那份决定, 市委决定. */
  narrow(documents: readonly DocumentId[], before: string): readonly DocumentId[] {
    const words = inFull(before)
    const committee = COMMITTEE.exec(words)?.[0]
    if (documents.length < 2 || words.length < 2) return documents
    const shared = documents.map((id) => {
      const lengths = (this.#titles.get(id) ?? []).map((title) => {
        const issued = committee !== undefined && title.split('关于')[0]?.includes(committee) === true
        return Math.max(commonLength(words, title), issued ? TELLING_CHARACTERS : 0)
      })
      return Math.max(0, ...lengths)
    })
    const telling = sharingMost(documents, shared, TELLING_CHARACTERS)
    return telling.length > 0 ? telling : documents
  }

  /**
   * Documents whose name begins and ends like this one and holds its characters in order: 民诉法, 食安法, 噪声法.
   * Only a guess: 劳动法 reads like 劳动合同法 and is another law.
   */
  abbreviatedBy(name: string): readonly DocumentId[] {
    const folded = foldName(name)
    if (folded.length < 3 || folded.length > 12 || !/(?:法|典|条例|办法|规定|解释|规则|细则)$/.test(folded)) return []
    const fitting = this.#all.filter(({ of, generic, name }) => {
      return of === 'document' && !generic && name.charAt(0) === folded.charAt(0) && holdsInOrder(name, folded)
    })
    return [...new Set(fitting.flatMap(({ documents }) => documents))]
  }

  /** Documents that bear this number 文号, as numbersIn gives it. */
  numbered(key: string): readonly DocumentId[] {
    return this.#names.get(`number ${key}`)?.documents ?? []
  }

  /**
   * Do only longer names hold this one, more than an organ longer? 增值税法 in 增值税法实施条例 is another document's
   * name; 公安机关办理行政案件程序规定 behind 公安部 is the same.
   */
  isPartOnly(name: string): boolean {
    const folded = foldName(name)
    if (folded.length < 4 || this.#names.has(`document ${folded}`)) return false
    return !this.#all.some(({ of, name }) => {
      return of === 'document' && name.endsWith(folded) && ORGAN_BEFORE.test(name.slice(0, -folded.length))
    })
  }

  /** Documents that go by this name, or whose longer name holds it. */
  documentsOf(name: string): readonly DocumentId[] {
    const folded = foldName(name)
    const exact = this.#names.get(`document ${folded}`)
    if (exact) return exact.documents
    if (folded.length < 4) return []
    const holding = this.#all.filter((known) => known.of === 'document' && known.name.includes(folded))
    return [...new Set(holding.flatMap(({ documents }) => documents))]
  }
}

/** 人大常委会 is printed in full in titles. */
const inFull = (words: string): string =>
  words.replace(/人大常委会/g, '人民代表大会常务委员会').replace(/人大(?!会)/g, '人民代表大会').replace(/(?<!人民)政府/g, '人民政府')

/** What may stand before a title and is no part of it. */
const ORGAN_BEFORE = /(?:关于|院|部|局|厅|署|委|会|政府|办公室|银行|军|共和国)$/

/** Length of the longest run of characters of `words` that stands in `name`, in UTF-16 units. */
export function commonLength(words: string, name: string): number {
  let longest = 0
  for (let at = 0; at + longest < words.length; at += 1) {
    while (at + longest < words.length && name.includes(words.slice(at, at + longest + 1))) longest += 1
  }
  return longest
}

/** Those of which most is shared, by the lengths beside them; none where that is less than `least`. */
export function sharingMost<Item>(items: readonly Item[], shared: readonly number[], least: number): Item[] {
  const most = Math.max(0, ...shared)
  return most < least ? [] : items.filter((_, at) => shared[at] === most)
}

/**
 * Fewer characters in common (学习, 关于) say nothing of which document is meant. All the documents here go by the name
 * that follows; among the documents of a library questions/named-documents.ts asks for one more.
 */
const TELLING_CHARACTERS = 3
/** An organ in a title; questions/named-documents.ts looks for it in the issuer, which a name alone does not tell. */
const COMMITTEE = /(?:省|市|县|區|区|党|州)委/

const INDEXES = new WeakMap<readonly KnownName[], NameIndex>()

/** The index over a list of names, made once for each list. */
export function nameIndexOf(names: readonly KnownName[]): NameIndex {
  const known = INDEXES.get(names) ?? new NameIndex(names)
  INDEXES.set(names, known)
  return known
}

function holdsInOrder(name: string, characters: string): boolean {
  let at = 0
  for (const character of characters) {
    at = name.indexOf(character, at) + 1
    if (at === 0) return false
  }
  return name.endsWith(characters.slice(-1))
}
