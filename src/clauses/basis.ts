/**
 * The laws a document is made under 制定依据, and which of them are there. Implementing rules and interpretations say so
 * in their title or where they begin: 根据《中华人民共和国商标法》，制定本条例。
 */
import type { Document } from '../types.ts'
import { bareName, titlesIn } from './cited.ts'
import { articleRange } from './editions.ts'
import { repealsIn } from './repeals.ts'

/** Laws and regulations, which others are made under; not the decisions that amended them, nor 以下简称《条例》. */
const LAW = /^(?!条例$).+(?:法|法典|条例)$/

/** Where the opening ends: the article after the first, else this many UTF-16 units from the beginning of the text. */
const SECOND_ARTICLE = /^[ \u3000]*第二条/m
const LONGEST_OPENING = 600

const BASES = new WeakMap<Document, readonly string[]>()
const REPEALED = new WeakMap<Document, readonly string[]>()
const RANGES = new WeakMap<Document, ReturnType<typeof articleRange>>()

/**
 * Bare names of the laws a document is made under; its own name is none of them.
 * @example 商标法实施条例: 根据《中华人民共和国商标法》（以下简称商标法），制定本条例。 // ['商标法']
 */
export function basisOf(document: Document): readonly string[] {
  const known = BASES.get(document)
  if (known) return known
  const { header, text } = document
  const title = header.title?.value ?? ''
  const opening = text.slice(0, LONGEST_OPENING)
  const second = SECOND_ARTICLE.exec(opening)
  const names = titlesIn(`${title}\n${opening.slice(0, second?.index)}`)
  const basis = [...names].filter((name) => LAW.test(name) && name !== bareName(title))
  BASES.set(document, basis)
  return basis
}

/** Bare names of what a document says is repealed. */
function repealedBy(document: Document): readonly string[] {
  const known = REPEALED.get(document) ?? repealsIn(document).map(({ title }) => bareName(title))
  REPEALED.set(document, known)
  return known
}

/** Of the laws that some documents are made under, those that are among them. */
export class Held {
  readonly #documents: readonly Document[]
  readonly #byName = new Map<string, Document[]>()
  readonly #held = new Map<string, boolean>()
  #repealed: ReadonlySet<string> | undefined
  #lacking: { readonly ofAll: number; readonly ofRules: number } | undefined

  constructor(documents: readonly Document[]) {
    this.#documents = documents
    for (const document of documents) {
      const title = document.header.title?.value
      if (title === undefined) continue
      const name = bareName(title)
      const known = this.#byName.get(name)
      if (known) known.push(document)
      else this.#byName.set(name, [document])
    }
  }

  /** The laws it is made under that are missing here, or of which a part is missing. */
  missingFor(document: Document): string[] {
    return basisOf(document).filter((name) => !this.#holds(name))
  }

  /** Documents made under a law that is missing: as a share of all, and of those made under any; 0 to 1. */
  get lacking(): { readonly ofAll: number; readonly ofRules: number } {
    this.#lacking ??= this.#countLacking()
    return this.#lacking
  }

  #countLacking(): { readonly ofAll: number; readonly ofRules: number } {
    const lacking = this.#documents.filter((document) => this.missingFor(document).length > 0).length
    const rules = this.#documents.filter((document) => basisOf(document).length > 0).length
    return { ofAll: lacking / Math.max(1, this.#documents.length), ofRules: lacking / Math.max(1, rules) }
  }

  /** A law that one of the documents says is repealed is not missing: that document has its place. */
  #holds(name: string): boolean {
    const known = this.#held.get(name) ?? (isWhole(this.#byName.get(name) ?? []) || this.#isRepealed(name))
    this.#held.set(name, known)
    return known
  }

  #isRepealed(name: string): boolean {
    this.#repealed ??= new Set(this.#documents.flatMap(repealedBy))
    return this.#repealed.has(name)
  }
}

/** A law in one file or several, whose articles follow one another from the first; what has no articles is whole. */
function isWhole(files: readonly Document[]): boolean {
  if (files.length === 0) return false
  const ranges = files.flatMap((file) => rangeOf(file) ?? []).sort((one, other) => one.first - other.first)
  let last = 0
  for (const range of ranges) {
    if (range.first > last + 1) return false
    last = Math.max(last, range.last)
  }
  return true
}

function rangeOf(document: Document): ReturnType<typeof articleRange> {
  if (!RANGES.has(document)) RANGES.set(document, articleRange(document))
  return RANGES.get(document)
}
