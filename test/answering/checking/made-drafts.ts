/**
 * Drafts with known truth: a sentence of a library, written down as it stands or changed in one way, with the clause it
 * is from. Truth is told without the engine: a plain search of the words over all texts says where else they stand.
 */
import { innermost, placeOf, spokenOf, titleOf, walk, type Lineage } from '../../../src/clauses/address.ts'
import { parseDocument } from '../../../src/clauses/tree.ts'
import type { CheckVerdict, Document, DocumentId, Span } from '../../../src/types.ts'
import { randomFrom } from '../../clauses/typed-references.ts'

export interface MadeDraft {
  readonly kind: string
  readonly text: string
  /** Every verdict that is right: more than one where changed words stand word for word elsewhere. */
  readonly right: readonly CheckVerdict[]
  /** The document the words are from. */
  readonly document?: Document
  /** The words that were left out or changed, as the document has them. */
  readonly truth?: string
  /** Why more than one verdict is right. */
  readonly note?: string
}

/** A sentence of a clause. */
interface Source {
  readonly document: Document
  readonly lineage: Lineage
  readonly words: string
  readonly span: Span
}

/** A sentence of the version in force, and what an older one had in its place. */
export interface Versions {
  readonly newer: Source
  readonly older: string
}

type Change = (words: string, random: () => number) => string | undefined

const pickOf = (random: () => number) => <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!

/** The words with one match of a pattern replaced; undefined where there is none. */
function replacing(pattern: RegExp, by: (match: RegExpMatchArray) => string, where: (at: number, length: number) => boolean = () => true): Change {
  return (words, random) => {
    const found = [...words.matchAll(pattern)].filter(({ index }) => where(index, words.length))
    if (found.length === 0) return undefined
    const match = pickOf(random)(found)
    return words.slice(0, match.index) + by(match) + words.slice(match.index + match[0].length)
  }
}

const DIGITS = '一二三四五六七八九'
const nextDigit = (digit: string): string =>
  /[0-9]/.test(digit) ? String((Number(digit) % 9) + 1) : DIGITS[(DIGITS.indexOf(digit) + 1) % 9]!
const inside = (at: number, length: number) => at >= 2 && at < length - 3

/** Ways in which words are changed, each with the words as they should be. */
export const CHANGES: Readonly<Record<string, Change>> = {
  'a figure, Arabic': replacing(/[0-9]/g, ([digit]) => nextDigit(digit)),
  'a figure, Chinese': replacing(/[一二三四五六七八九](?=[个倍名次人件条])/g, ([digit]) => nextDigit(digit)),
  'a date': replacing(/[0-9一二三四五六七八九](?=[年月日])/g, ([digit]) => nextDigit(digit)),
  'an amount': replacing(/[0-9一二三四五六七八九](?=[十百千]?[万亿]?元)/g, ([digit]) => nextDigit(digit)),
  'a percentage': replacing(/(?<=百分之)[一二三四五六七八九]|[0-9](?=%)/g, ([digit]) => nextDigit(digit)),
  'a word dropped': replacing(/(?<=[\p{Script=Han}])\p{Script=Han}{2}(?=\p{Script=Han})/gu, () => '', inside),
  'a word put in': replacing(/(?<=\p{Script=Han})(?=\p{Script=Han})/gu, () => '市级', inside),
  '应当 for 可以': replacing(/应当/g, () => '可以'),
  '可以 for 应当': replacing(/可以/g, () => '应当'),
  '不 removed at the start': replacing(/[不未](?=\p{Script=Han})/gu, () => '', (at) => at < 4),
  '不 removed in the middle': replacing(/[不未](?=\p{Script=Han})/gu, () => '', (at, length) => at >= 4 && at < length - 6),
  '不 removed at the end': replacing(/[不未](?=\p{Script=Han})/gu, () => '', (at, length) => at >= length - 6),
  '以下 for 以上': replacing(/以上/g, () => '以下'),
  '除外 left out': (words) => (/除外。$/.test(words) ? words.replace(/除外。$/, '') : undefined),
}

/** What is compared of words by the plain search: no white space, one width, one kind of quotation marks. */
export const plain = (words: string): string =>
  words.replace(/\s+/g, '').replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/[“”‘’「」『』]/g, '"')

const TRADITIONAL: Readonly<Record<string, string>> = {
  国: '國', 规: '規', 应: '應', 当: '當', 务: '務', 业: '業', 关: '關', 进: '進', 发: '發', 实: '實', 设: '設', 机: '機', 经: '經', 济: '濟', 处: '處', 违: '違', 员: '員', 单: '單', 责: '責', 护: '護',
}

const KINDS = [
  'verbatim', ...Object.keys(CHANGES), 'wrong clause', 'other version', 'invented', 'ellipsis', 'ellipsis with words changed', 'paragraphs',
  'paragraphs with a word dropped', 'nested marks', 'mixed width', 'traditional characters', 'without marks', 'without marks, a figure changed', 'no document named',
  'no document named, changed', 'title alone', 'document number', 'no such clause', 'no such document', 'short name given',
] as const
export type Kind = (typeof KINDS)[number]

export class DraftMaker {
  readonly #random: () => number
  readonly #sources: readonly Source[]
  readonly #long: readonly Source[]
  readonly #nested: readonly Source[]
  readonly #texts: ReadonlyMap<Document, string>
  readonly #versions: readonly Versions[]

  /** @param documents what a draft quotes; `others` are in the library too: older versions */
  constructor(documents: readonly Document[], seed: number, { others = [], versions = [] }: { readonly others?: readonly Document[]; readonly versions?: readonly Versions[] } = {}) {
    this.#random = randomFrom(seed)
    this.#texts = new Map([...documents, ...others].map((document) => [document, plain(document.text)]))
    const all = documents.flatMap(sourcesOf)
    this.#sources = all.filter(({ words }) => !/[“”]/.test(words))
    this.#nested = all.filter(({ words }) => /^[^“”]*“[^“”]{2,20}”[^“”]*$/.test(words))
    this.#long = documents.flatMap(paragraphsOf)
    this.#versions = versions
  }

  /** `count` drafts, every kind as often as the others where the documents allow. */
  make(count: number, kinds: readonly Kind[] = KINDS): MadeDraft[] {
    const made: MadeDraft[] = []
    const barren = new Map<Kind, number>()
    for (let n = 0; made.length < count && n < 40 * count; n++) {
      const kind = kinds[n % kinds.length]!
      if ((barren.get(kind) ?? 0) > 3) continue
      let draft: MadeDraft | undefined
      for (let tries = 0; tries < 4_000 && !draft; tries++) draft = this.#one(kind)
      if (draft) made.push(draft)
      else barren.set(kind, (barren.get(kind) ?? 0) + 1)
    }
    return made
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#random() * items.length)]
  }

  #one(kind: Kind): MadeDraft | undefined {
    const source = this.#pick(this.#sources)
    if (!source) return undefined
    const { document, words } = source
    const change = CHANGES[kind]
    if (change) return this.#changed(kind, source, change)
    const told = (text: string, right: CheckVerdict = 'verbatim'): MadeDraft => ({ kind, text, right: [right], document })
    switch (kind) {
      case 'verbatim':
        return told(this.#quoting(source, words))
      case 'mixed width':
        return told(this.#quoting(source, this.#mixed(words)))
      case 'traditional characters': {
        const written = words.replace(/./gu, (sign) => TRADITIONAL[sign] ?? sign)
        return written === words ? undefined : told(this.#quoting(source, written))
      }
      case 'wrong clause':
        return this.#wrongClause(source)
      case 'other version':
        return this.#otherVersion()
      case 'invented':
        return told(this.#quoting(source, this.#invented()), 'not-found')
      case 'ellipsis':
      case 'ellipsis with words changed':
        return this.#elided(kind, source)
      case 'paragraphs':
      case 'paragraphs with a word dropped':
        return this.#paragraphs(kind)
      case 'nested marks':
        return this.#nestedMarks()
      case 'without marks':
        return words.length < 40 ? undefined : told(`按照规定，${words}各单位要抓好落实。`)
      case 'without marks, a figure changed': {
        const written = replacing(/[0-9一二三四五六七八九](?=[十百千万亿年月日个元倍%])/g, ([digit]) => nextDigit(digit), (at, length) => at > 20 && at < length - 16)(words, this.#random)
        if (written === undefined || words.length < 50 || this.#stands(written)) return undefined
        return told(`按照${this.#reference(source)}，${written}`, 'altered')
      }
      case 'no document named':
        return told(`会议指出，“${words}”`)
      case 'no document named, changed': {
        const written = CHANGES['a word dropped']!(words, this.#random)
        return written === undefined || this.#stands(written) || words.length < 24 ? undefined : { ...told(`会议指出，“${written}”`, 'altered'), truth: words }
      }
      case 'title alone':
        return told(`《${titled(document)}》明确：“${words}”`)
      case 'document number': {
        const number = document.header.documentNumber?.value
        return number?.includes('〔') ? told(`根据${number}${spokenOf(placeOf(document, source.lineage))}，“${words}”`) : undefined
      }
      case 'no such clause':
        return innermost(source.lineage).number?.style === 'article' ? told(`《${titled(document)}》第九千九百九十九条规定：“${words}”`, 'no-such-clause') : undefined
      case 'no such document':
        return told(`《银河系星际航行${this.#pick(['条例', '管理办法', '法'])}》第三条规定：“${this.#invented()}”`, 'not-checked')
      case 'short name given':
        return told(`为落实《${titled(document)}》（以下简称“上位文件”），现通知如下。\n上位文件${spokenOf(placeOf(document, source.lineage))}规定：“${words}”`)
      default:
        return undefined
    }
  }

  #changed(kind: Kind, source: Source, change: Change): MadeDraft | undefined {
    const written = change(source.words, this.#random)
    if (written === undefined || plain(written) === plain(source.words)) return undefined
    const { document, lineage, words } = source
    const { extent } = innermost(lineage)
    const isLeftOut = kind === '除外 left out'
    // the changed words may be the clause's own in another sentence: then nothing was changed
    if (!isLeftOut && plain(document.text.slice(extent.start, extent.end)).includes(bare(written)) && !isCut(document, bare(written))) return undefined
    const elsewhere = isLeftOut ? false : this.#stands(written)
    return {
      kind,
      text: this.#quoting(source, written),
      right: elsewhere ? ['altered', 'misplaced'] : ['altered'],
      document,
      truth: words,
      ...(elsewhere ? { note: 'the changed words stand word for word in another clause' } : {}),
    }
  }

  #wrongClause(source: Source): MadeDraft | undefined {
    const { document, lineage, words } = source
    const others = this.#sources.filter((other) => other.document === document && innermost(other.lineage) !== innermost(lineage))
    const other = this.#pick(others)
    if (!other || other.lineage.includes(innermost(lineage)) || lineage.includes(innermost(other.lineage))) return undefined
    const { extent } = innermost(other.lineage)
    if (plain(document.text.slice(extent.start, extent.end)).includes(bare(words))) return undefined
    return { kind: 'wrong clause', text: this.#quoting({ ...source, lineage: other.lineage }, words), right: ['misplaced'], document }
  }

  #otherVersion(): MadeDraft | undefined {
    const pair = this.#pick(this.#versions)
    if (!pair) return undefined
    return {
      kind: 'other version',
      text: this.#quoting(pair.newer, pair.older),
      right: ['altered'],
      document: pair.newer.document,
      truth: pair.newer.words,
    }
  }

  #elided(kind: Kind, source: Source): MadeDraft | undefined {
    const { words } = source
    const parts = words.split(/(?<=[，；])/)
    if (parts.length < 3) return undefined
    const left = 1 + Math.floor(this.#random() * (parts.length - 2))
    const [first, last] = [parts.slice(0, left).join(''), parts.slice(left + 1).join('')]
    if (first.length < 9 || last.length < 9) return undefined
    const mark = this.#pick(['……', '...', '（略）', '…'])
    if (kind === 'ellipsis') return { kind, text: this.#quoting(source, `${first}${mark}${last}`), right: ['verbatim'], document: source.document }
    const changed = CHANGES['a word dropped']!(last, this.#random)
    if (changed === undefined || this.#stands(changed)) return undefined
    return { kind, text: this.#quoting(source, `${first}${mark}${changed}`), right: ['altered'], document: source.document, truth: last }
  }

  #paragraphs(kind: Kind): MadeDraft | undefined {
    const source = this.#pick(this.#long)
    if (!source) return undefined
    const lines = source.words.split(/\n+/).map((line) => line.trim()).filter((line) => line !== '')
    const changed = kind === 'paragraphs' ? lines[1]! : CHANGES['a word dropped']!(lines[1]!, this.#random)
    if (changed === undefined || (kind !== 'paragraphs' && this.#stands(changed))) return undefined
    const written = [lines[0]!, changed, ...lines.slice(2)].join('\n“')
    return {
      kind,
      text: `${this.#reference(source)}规定：\n“${written}”`,
      right: [kind === 'paragraphs' ? 'verbatim' : 'altered'],
      document: source.document,
      ...(kind === 'paragraphs' ? {} : { truth: lines[1]! }),
    }
  }

  #nestedMarks(): MadeDraft | undefined {
    const source = this.#pick(this.#nested)
    if (!source) return undefined
    const isCorner = this.#random() < 0.5
    const inner = source.words.replace('“', isCorner ? '『' : '‘').replace('”', isCorner ? '』' : '’')
    const text = `${this.#reference(source)}规定：${isCorner ? '「' : '“'}${inner}${isCorner ? '」' : '”'}`
    return { kind: 'nested marks', text, right: ['verbatim'], document: source.document }
  }

  #quoting(source: Source, words: string): string {
    const reference = this.#reference(source)
    const stopped = words.replace(/[，；]$/, '')
    return this.#pick([
      `根据${reference}规定：“${words}”`,
      `${reference}：“${words}”`,
      `文件写道“${stopped}”（${reference}）。`,
      `依照${reference}“${stopped}”的规定，`,
      `${reference}明确，「${words}」`,
      `“${stopped}”（见${reference}），各单位要抓好落实。`,
      `一是严格执行${reference}有关“${stopped.replace(/。$/, '')}”的要求；`,
    ])!
  }

  #reference({ document, lineage }: Source): string {
    return `《${titled(document)}》${spokenOf(placeOf(document, lineage))}`
  }

  #mixed(words: string): string {
    const spaced = Array.from(words, (sign) => (this.#random() < 0.1 ? `${sign} ` : sign)).join('')
    return spaced.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).replace(/，/, ',').replace(/（/, '(').replace(/）/, ')')
  }

  #invented(): string {
    const parts = ['有关单位须在', '每季度末', '向数字经济专班', '报送', '星际旅客', '名册并缴存', '押金', '以便开展', '月面巡检', '及', '火星补给', '联合演练']
    return `${Array.from({ length: 9 }, () => this.#pick(parts)).join('')}。`
  }

  /** Do the words stand anywhere, by a plain search of every text? */
  #stands(words: string): boolean {
    const wanted = bare(words)
    for (const text of this.#texts.values()) if (text.includes(wanted)) return true
    return false
  }
}

/** Without stops at the ends. */
const bare = (words: string): string => plain(words).replace(/^[,.;:。、]+|[,.;:。、]+$/g, '')
const titled = (document: Document): string => titleOf(document).replace(/《/g, '〈').replace(/》/g, '〉')

/** Do the words stand in a text only behind a 不 or within a figure? Then the text says something else. */
function isCut(document: Document, words: string): boolean {
  const text = plain(document.text)
  const [before, behind] = [text.charAt(text.indexOf(words) - 1), text.charAt(text.indexOf(words) + words.length)]
  return /[不未0-9一二三四五六七八九十百千万]/.test(before) || /[0-9%十百千万]/.test(behind)
}

const MARK = /^第[一二三四五六七八九十百千零]+条(?:之[一二三四五六七八九十]+)?[\s\u3000]+|^[（(][一二三四五六七八九十0-9]+[）)]\s*|^[一二三四五六七八九十]+、|^[0-9]+[.．]\s*|^\*+|\*+$/g

/** Sentences of 18 to 200 characters of every numbered clause. */
function sourcesOf(document: Document): Source[] {
  return [...walk(document)].flatMap((lineage) => {
    const clause = innermost(lineage)
    if (clause.kind !== 'numbered') return []
    return clause.paragraphs.flatMap(({ start, end }) => {
      const text = document.text.slice(start, end)
      if (text.includes('\n')) return []
      let at = start
      return text.split(/(?<=[。；])/).flatMap((sentence): Source[] => {
        const words = sentence.replace(MARK, '').replace(MARK, '').trim()
        const span = { start: at, end: at + sentence.length }
        at = span.end
        return words.length >= 18 && words.length <= 200 ? [{ document, lineage, words, span }] : []
      })
    })
  })
}

/** Two or three 款 of one article, as they follow one another. */
function paragraphsOf(document: Document): Source[] {
  return [...walk(document)].flatMap((lineage): Source[] => {
    const { number, paragraphs, children } = innermost(lineage)
    if (number?.style !== 'article' || paragraphs.length < 2 || children.length > 0) return []
    const span = { start: paragraphs[0]!.start, end: paragraphs[Math.min(2, paragraphs.length - 1)]!.end }
    const words = document.text.slice(span.start, span.end).replace(MARK, '')
    return words.length > 400 || /[“”]/.test(words) ? [] : [{ document, lineage, words, span }]
  })
}

/**
 * Older versions of laws: the same law some years before, one figure or word different in each of some articles; with
 * the sentences that differ. The laws at hand are each there in one version only.
 */
export function withOlderVersions(documents: readonly Document[], count: number, seed: number): {
  readonly older: readonly Document[]
  readonly versions: readonly Versions[]
} {
  const random = randomFrom(seed)
  const laws = documents.filter(({ header, text }) => /法$/.test(header.title?.value ?? '') && (header.passed ?? header.amended) && text.length > 5_000)
  const chosen = laws.filter((_, at) => at % Math.max(1, Math.floor(laws.length / count)) === 0).slice(0, count)
  const versions: Versions[] = []
  const older = chosen.map((law): Document => {
    const own = sourcesOf(law).filter(({ words }) => words.length > 24 && !/[“”]/.test(words))
    let { text } = law
    for (const newer of own.filter((_, at) => at % 5 === 0).reverse()) {
      const sentence = law.text.slice(newer.span.start, newer.span.end)
      const changed = CHANGES['a figure, Chinese']!(newer.words, random) ?? CHANGES['a word dropped']!(newer.words, random)
      if (changed === undefined || law.text.indexOf(newer.words) !== law.text.lastIndexOf(newer.words) || plain(law.text).includes(bare(changed))) continue
      text = text.slice(0, newer.span.start) + sentence.replace(newer.words, changed) + text.slice(newer.span.end)
      versions.push({ newer, older: changed })
    }
    const back = (day: string | undefined) => day && `${Number(day.slice(0, 4)) - 9}${day.slice(4)}`
    const header = Object.fromEntries(
      Object.entries(law.header).map(([name, fact]) => [name, /passed|amended|published|effective/.test(name) ? { ...fact, value: back(fact.value) } : fact]),
    ) as Document['header']
    const { clauses: _, ...source } = law
    return parseDocument({ ...source, id: `${law.id}-older` as DocumentId, source: `older/${law.source.replace(/\([0-9-]+\)(?=\.md$)/, '')}`, text, header, textSha256: `${law.textSha256}-older` })
  })
  return { older, versions }
}
