/**
 * References of a draft, paragraph by paragraph. 该法, 同条 and a number alone are read from what stands before them in
 * the paragraph, never further; what names no document stays without one. A name that the draft gives a document
 * (以下简称《条例》) stands for it from there on.
 */
import { findReferences, type KnownName, type Reference, type Step } from '../../clauses/reference.ts'
import { nameIndexOf, type NameIndex } from '../../clauses/name-index.ts'
import { foldName, foldScript } from '../../clauses/script.ts'
import { numbersIn } from '../../clauses/document-numbers.ts'
import type { VersionAsked } from '../../clauses/standing.ts'
import { versionWords } from '../../questions/version-words.ts'
import type { DocumentId, Span } from '../../types.ts'
import { nameGivenAt } from './aliases.ts'
import { isOneSentence } from './attribution.ts'

export interface Mention {
  readonly span: Span
  readonly words: string
  /** With offsets of the draft; absent: a document alone. */
  readonly reference?: Reference
  /** As the draft calls it; absent: none is named in the paragraph. */
  readonly name?: string
  readonly documents: readonly DocumentId[]
  /** The name is only like those of these documents: 《增值税法》 of 增值税法实施条例. */
  readonly isGuess?: boolean
  /** 本法, 本条例: the draft's own. */
  readonly isOwn?: boolean
  /** The document is the only one its paragraph has named so far, in a sentence before: it may be another that is meant. */
  readonly isCarried?: boolean
  /** Brackets behind it that give the document a name: （以下简称“条例”）. */
  readonly gives?: Span
  /** 2018年修正, 旧: the version it says. */
  readonly asked?: VersionAsked
  /** The document number in brackets behind the title 文号. */
  readonly number?: { readonly words: string; readonly span: Span; readonly documents: readonly DocumentId[] }
}

const TITLE = /[《〈]([^《》〈〉\n]{1,120}(?:[〈《][^《》〈〉\n]{1,80}[〉》][^《》〈〉\n]{0,80})?)[》〉]/g
/** Right before a number: of the document named before. */
const THAT_ONE = /(?:该|此|同|前述|上述|前款所称)(?:部|份|个)?(?:法|法律|条例|规定|办法|决定|意见|通知|方案|规划|纲要|解释|规则|细则|文件|建议)?(?:的|中)?$/
const OWN = /(?:(?<![基根原成样版日资])本\p{Script=Han}{1,5}|(?:草案|征求意见稿|送审稿|讨论稿|审议稿)(?:[（(][^（）()]{1,8}[)）])?)(?:的|中)?$/u
/** The draft's own articles: 第一条 at the beginning of a paragraph. */
const HEAD = /^[\s#*>]*$/
/** 第二款 behind a clause named before in the sentence: 第一款（“…”）、第二款（“…”）. */
const INNER = /第[一二三四五六七八九十0-9]{1,3}款(?:第[（(]?[一二三四五六七八九十0-9]{1,3}[）)]?项)?|第[（(][一二三四五六七八九十0-9]{1,3}[）)]项/g
/** 《公司法（2018年修正）》 */
const VERSION_TAG = /[（(]((?:19|20)[0-9]{2})年?(?:第[一二三四五六七八九十]{1,2}次)?(?:修正|修订|修改)?(?:版本|版|本)?[）)]$/
/** Behind a name that the draft gave, without marks. */
const GIVEN_GOES_ON = '(?=(?:中|里)?(?:明确|也|还|均|同时|进一步|专门|对此|已经?|曾|就此)*(?:规定|要求|明确|提出|指出|强调|所称|第|关于|中|的))'

/** What is said of a document: where it begins, right behind the name. */
const SAYS = /(?<=\p{Script=Han})(?=(?:中|里)?(?:明确|也|还|均|同时|进一步|专门|对此|已经?|曾)*(?:规定|要求|明确|提出|指出|强调)[^。！？\n]{0,12}[“「『"])/gu
/** Shorter names are words that have other uses (决定, 通知). */
const SHORTEST_BARE = 4
const LONGEST_BARE = 80
/** Before a name without marks: no word that it may be the end of. */
const STANDS_ALONE = /(?:^|[^\p{Script=Han}《〈“「『"]|(?:根据|依据|依照|按照|按|据|在|对照|贯彻|落实|执行|以及|及|和|与))$/u

interface Named {
  readonly name: string
  readonly documents: readonly DocumentId[]
  readonly isGuess?: boolean
  readonly asked?: VersionAsked
}

/** The document named last in a paragraph, and whether it is the only one there. */
interface Last extends Named {
  readonly isOnly: boolean
}

/** Paragraph by paragraph; an empty list is a paragraph without any. */
export function* mentionsIn(draft: string, names: readonly KnownName[]): Generator<readonly Mention[], void> {
  const reader = new MentionReader(names)
  for (let from = 0; from <= draft.length; ) {
    const end = draft.indexOf('\n', from)
    const to = end < 0 ? draft.length : end
    yield reader.paragraph(draft.slice(from, to), from)
    from = to + 1
  }
}

class MentionReader {
  readonly #names: readonly KnownName[]
  readonly #index: NameIndex
  /** Names that the draft gave, folded. */
  readonly #given = new Map<string, Named>()
  /** Documents named so far by what kind they are, the last one last: 条例 → 政府信息公开条例. */
  readonly #named: Named[] = []

  readonly #isNumber = (key: string): boolean => this.#index.numbered(key).length > 0

  constructor(names: readonly KnownName[]) {
    this.#names = names
    this.#index = nameIndexOf(names)
  }

  paragraph(text: string, from: number): readonly Mention[] {
    const mayHold = /[第《〈号]|[一二三四五六七八九十]、/.test(text) || this.#bareNames(text).length > 0
    return mayHold ? this.#read(text, from) : []
  }

  #read(text: string, from: number): Mention[] {
    // a character that is no reference keeps a paragraph from being read as a typed one
    const references = findReferences(`${text}¶`, this.#names)
    const isTaken = ({ start, end }: Span) => references.some(({ span }) => span.start < end && start < span.end)
    const alone = [...this.#titles(text), ...this.#bareNames(text)].filter(({ span }) => !isTaken(span))
    const isHead = ({ span, document }: Reference) =>
      !document && HEAD.test(text.slice(0, span.start)) && /^(?:[\s\u3000：:]|【|$)/.test(text.slice(span.end))
    const inner = [...text.matchAll(INNER)].flatMap((match): Reference[] => {
      const [read] = findReferences(match[0], [])
      const span = { start: match.index, end: match.index + match[0].length }
      return read && !isTaken(span) ? [{ ...read, span }] : []
    })
    const clauses = [...references.filter((one) => !isHead(one)), ...inner]
    const all: (Mention | Reference)[] = [...alone, ...clauses].sort((a, b) => a.span.start - b.span.start)
    const found: Mention[] = []
    let last: Last | undefined
    let before: Span | undefined
    let given = 0
    for (const one of all) {
      if (one.span.start < given || (before && one.span.start < before.end)) continue
      const isInner = 'targets' in one && inner.includes(one)
      const outer = isInner ? found.at(-1)?.reference : undefined
      // …。第二款：… goes on too
      const goesOn = /^[：:（(“「]/.test(text.slice(one.span.end)) || (before && isOneSentence(text, before.end, one.span.start, 'quotations-apart'))
      if (isInner && !(outer && goesOn)) continue
      const whole = outer && 'targets' in one ? { ...one, targets: [continued(outer, one)] as const } : one
      const mention = 'targets' in whole ? this.#reference(text, whole, last, before) : this.#alone(text, whole)
      before = mention.span
      const isNamed = mention.name !== undefined && !mention.isCarried
      const named = isNamed ? namedOf(mention) : undefined
      const isNew = named && !('targets' in one && !one.document)
      const at = titleEnd(text, mention)
      const behind = isNew ? nameGivenAt(text, at) : undefined
      found.push(shifted(behind ? { ...mention, gives: { start: at, end: behind.end } } : mention, from))
      if (named) last = { ...named, isOnly: last === undefined || (last.isOnly === true && sameDocuments(last, named)) }
      if (named && isNew) this.#named.push(named)
      if (named && behind) {
        this.#given.set(behind.name, named)
        given = behind.end
      }
    }
    return found
  }

  /** Titles and document numbers that stand alone. */
  #titles(text: string): Mention[] {
    const titles = [...text.matchAll(TITLE)].map((match): Mention => {
      const span = { start: match.index, end: match.index + match[0].length }
      return { span, words: match[0], name: match[1]!, documents: [] }
    })
    const numbers = numbersIn(text, this.#isNumber).map(({ span, key, words }): Mention => ({ span, words, name: words, documents: this.#index.numbered(key) }))
    const isTitled = ({ span }: Mention) => titles.some((title) => /^[ ]{0,3}[（(]?$/.test(text.slice(title.span.end, span.start)) || (title.span.start < span.end && span.start < title.span.end))
    return [...titles, ...numbers.filter((number) => !isTitled(number))]
  }

  /** Names without marks that something is said of: 条例规定 of a name the draft gave, 规划建议要求 of one of the library. */
  #bareNames(text: string): Mention[] {
    const given = this.#givenNames(text)
    const isGiven = ({ start, end }: Span) => given.some(({ span }) => span.start < end && start < span.end)
    return [...given, ...this.#libraryNames(text).filter(({ span }) => !isGiven(span))]
  }

  #libraryNames(text: string): Mention[] {
    const folded = foldScript(text)
    return [...folded.matchAll(SAYS)].flatMap(({ index: end }): Mention[] => {
      for (let at = Math.max(0, end - LONGEST_BARE); at <= end - SHORTEST_BARE; at++) {
        const known = this.#index.at(folded, at, 'document')
        if (!known || known.generic || at + known.name.length !== end || !STANDS_ALONE.test(folded.slice(0, at))) continue
        const span = { start: at, end }
        return [{ span, words: text.slice(at, end), name: text.slice(at, end), documents: known.documents }]
      }
      return []
    })
  }

  #givenNames(text: string): Mention[] {
    return [...this.#given].flatMap(([name, named]) => {
      if (name.length < 2 || !text.includes(name)) return []
      const pattern = new RegExp(`(?<![《〈“"「\\p{Script=Han}])${escaped(name)}${GIVEN_GOES_ON}`, 'gu')
      return [...text.matchAll(pattern)].map((match) => ({
        span: { start: match.index, end: match.index + match[0].length },
        words: match[0],
        ...named,
      }))
    })
  }

  #alone(text: string, mention: Mention): Mention {
    const { name = '', span } = mention
    if (mention.documents.length > 0 || !/[》〉]$/.test(mention.words)) return mention
    return { ...mention, ...this.#called(text, name, span), ...this.#numberBehind(text, span.end) }
  }

  #reference(text: string, reference: Reference, last: Last | undefined, before: Span | undefined): Mention {
    const { span } = reference
    const own = { span, words: text.slice(span.start, span.end), reference }
    const ahead = text.slice(Math.max(0, span.start - 12), span.start)
    const isOwn = reference.document !== undefined && /[本我]$/.test(text.slice(0, reference.document.span.start))
    if (reference.document && !isOwn) {
      const { words, span: name, documents } = reference.document
      const called = this.#called(text, words, name, documents)
      const resolved = { ...reference, document: { ...reference.document, documents: called.documents } }
      return { ...own, reference: resolved, ...called, ...this.#numberBehind(text, name.end) }
    }
    if (isOwn || OWN.test(ahead)) return { ...own, documents: [], isOwn: true }
    if (!last || !before) return { ...own, documents: [] }
    const { isOnly, ...named } = last
    const isContinued = THAT_ONE.test(ahead) || isOneSentence(text, before.end, span.start, 'quotations-apart')
    if (isContinued) return { ...own, ...named }
    return isOnly ? { ...own, ...named, isCarried: true } : { ...own, documents: [] }
  }

  /** Which documents a name of the draft stands for. */
  #called(text: string, name: string, span: Span, known?: readonly DocumentId[]): Named {
    const given = this.#given.get(foldName(name))
    if (given) return { ...given, name: given.name }
    const tagged = known?.length ? undefined : VERSION_TAG.exec(name)
    if (tagged) {
      const untagged = this.#called(text, name.slice(0, tagged.index), span)
      return { ...untagged, asked: { kind: 'year', year: foldScript(tagged[1]!) } }
    }
    const folded = foldScript(name)
    const quoted = /[《〈]/.test(text.charAt(span.start))
    const documents = known ?? this.#index.narrow(this.#index.documentsOf(folded), text.slice(Math.max(0, span.start - 30), span.start))
    const asked = this.#versionAsked(text, span)
    const version = asked ? { asked } : {}
    const kind = foldName(name)
    // 市委《决定》 says itself which is meant
    const isTold = documents.length < this.#index.documentsOf(folded).length
    const isKind = documents.length > 1 && kind.length <= 6 && !isTold
    // 《条例》 of a draft that has named one condition: the last of that kind
    const meant = isKind ? this.#named.findLast((named) => foldName(named.name).endsWith(kind) && foldName(named.name) !== kind) : undefined
    if (meant) return { ...meant, ...version }
    const isGuess = quoted && documents.length > 0 && this.#index.isPartOnly(folded)
    return { name, documents, ...(isGuess ? { isGuess } : {}), ...version }
  }

  #versionAsked(text: string, { start, end }: Span): VersionAsked | undefined {
    const before = /[^，。；：、“”（）()\s《》]{0,14}$/u.exec(text.slice(Math.max(0, start - 14), start))?.[0] ?? ''
    const behind = /^\s{0,2}[（(][^（）()\n]{1,24}[）)]/u.exec(text.slice(end, end + 30))?.[0] ?? ''
    if (!/[0-9０-９]{4}|旧|老|新|原来|以前|修[正订改]/.test(before + behind)) return undefined
    return versionWords(`${before}${text.slice(start, end)}${behind}`, this.#names)?.asked
  }

  #numberBehind(text: string, end: number): Pick<Mention, 'number'> {
    const opening = /^[ ]{0,3}[（(]\s?/.exec(text.slice(end, end + 6))?.[0]
    if (opening === undefined) return {}
    const from = end + opening.length
    const [number] = numbersIn(text.slice(from, from + 40), this.#isNumber)
    if (!number || number.span.start !== 0) return {}
    const span = { start: from + number.span.start, end: from + number.span.end }
    return { number: { words: number.words, span, documents: this.#index.numbered(number.key) } }
  }
}

/** 第二款 behind 第七条第一款: 第七条第二款. */
function continued(outer: Reference, { targets: [inner] }: Reference): readonly Step[] {
  const last = outer.targets.at(-1)!
  const same = last.findIndex(({ kind }) => kind === inner[0]!.kind)
  return [...(same < 0 ? last : last.slice(0, same)), ...inner]
}

/** Behind the title of a mention, its clause left out: names are given there. */
const titleEnd = (text: string, { span, reference }: Mention): number =>
  reference?.document ? (reference.document.span.end < span.end && /[（(]/.test(text.charAt(reference.document.span.end)) ? reference.document.span.end : span.end) : span.end

const namedOf = ({ name = '', documents, isGuess, asked }: Mention): Named => ({
  name,
  documents,
  ...(isGuess ? { isGuess } : {}),
  ...(asked ? { asked } : {}),
})

const sameDocuments = (one: Named, other: Named): boolean =>
  one.documents.length > 0 && one.documents.length === other.documents.length && one.documents.every((id) => other.documents.includes(id))

const escaped = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const moved = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by })

function shifted(mention: Mention, by: number): Mention {
  const { number, gives } = mention
  return {
    ...mention,
    span: moved(mention.span, by),
    ...(number && { number: { ...number, span: moved(number.span, by) } }),
    ...(gives && { gives: moved(gives, by) }),
  }
}
