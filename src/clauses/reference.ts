/** Clause references in questions and typed strings: 《决定》第三部分第2条, 决定三（二）, 民法典第一千零六十二条第二款. */
import type { DocumentId, Span } from '../types.ts'
import { NUMERAL_CHARACTERS, ordinalOf } from './numerals.ts'
import { numbersIn, type DocumentNumber } from './document-numbers.ts'
import { nameIndexOf, type KnownName, type NameIndex } from './name-index.ts'
import { foldScript } from './script.ts'

export type { KnownName }

/** What a number in a reference may stand for; which printed styles that is, lookup.ts knows. */
export type StepKind =
  | 'book' // 第一编
  | 'subbook' // 第一分编
  | 'chapter' // 第一章
  | 'section' // 第一节
  | 'part' // 第三部分, 部分三, 三、
  | 'article' // 第2条, 第十二条
  | 'point' // 第1点, 2
  | 'paragraph' // 第二款
  | 'item' // 第（一）项, （七）
  | 'subitem' // 第1目
  | 'heading' // 「深化改革」部分
  | 'header' // 题头
  | 'preamble' // 序言
  | 'lead' // 导语
  | 'closing' // 结语

export interface Step {
  readonly kind: StepKind
  /** As typed: 第2条, （七）. */
  readonly words: string
  readonly ordinal?: number
  /** 之一 → 1 */
  readonly branch?: number
  /** Last ordinal of a range: 第三条至第五条. */
  readonly to?: number
}

export interface NamedDocument {
  /** As typed, without 《》. */
  readonly words: string
  readonly span: Span
  /** Empty when no document goes by that name. */
  readonly documents: readonly DocumentId[]
  /** The name may stand for these, as 民诉法 for 民事诉讼法, but may be another law's own name too. */
  readonly guessed?: boolean
}

export interface Reference {
  /** Where it stands, its document name included. */
  readonly span: Span
  readonly words: string
  readonly document?: NamedDocument
  /** One for each clause or range named: 第七条第一款和第三款 has two. Steps from the outside in. */
  readonly targets: readonly [readonly Step[], ...(readonly Step[])[]]
}

const N = `[${NUMERAL_CHARACTERS}]{1,12}`
const UNITS: Readonly<Record<string, StepKind>> = {
  分编: 'subbook', 编: 'book', 章: 'chapter', 节: 'section', 部分: 'part', 部份: 'part', 条: 'article', 条款: 'article',
  点: 'point', 款: 'paragraph', 自然段: 'paragraph', 段: 'paragraph', 项: 'item', 目: 'subitem',
}
/** A unit, and not the beginning of another word: 第一条例, 第二点钟, 第一节课. */
const UNIT =
  '(分编|编(?![辑制号队程剧写导者])|章(?!程)|节(?![课约目能日奏电水])|部[分份](?!人|群众)|自然段|段(?!时|位)|' +
  '条款|条(?![例件约幅鱼龙腿命裤路河街线船狗道]|高速|地铁|铁路|跑道|生产线|航线|消息|新闻)|点(?!钟|击)|款(?![项式车产])|' +
  '项(?!目|任务|工作|工程)|目(?![标的录前]))'
const UNTIL = `(?:至|到|[-—~－～]) ?第? ?\\(?(${N})\\)? ?`
const EXPLICIT = new RegExp(
  `第 ?\\(? ?(${N}(?:[、,] ?${N}){0,8}) ?\\)? ?(?:${UNTIL})?[大小]?${UNIT}(?:之([一二三四五六七八九十]{1,3}))?`,
  'y',
)
/** Behind a name people leave 第 out: 公务员法26条第二项. */
const WITHOUT_ORDER = new RegExp(`(${N}) ?(条|章)(?:之([一二三四五六七八九十]{1,3}))?(?=第|的|[，,。？?！! (]|$|是|讲|说|规|怎|内|原|里|给)`, 'y')
const REVERSED = new RegExp(`(部分|条|章|节) ?(${N})(?=第|[、,， ]|的|$)`, 'y')
const BRACKETED = new RegExp(`\\( ?(${N}) ?\\)`, 'y')
/** ①, ⑴, ⒈, ㈠: a number in one character; 第①项 too. */
const CIRCLED = /(第?)([①-⑳⑴-⒇⒈-⒛㈠-㈩])(?:(点|项|目|条)|(?=$|[^\p{L}\p{N}]|[①-⑳⑴-⒇⒈-⒛㈠-㈩]|第|的|导语))/uy
const BARE_CHINESE = /([〇零一二三四五六七八九十百]{1,5})(?:[、.．/·-]|之(?=[0-9])|(?=[(]|第|的第|导语|导言|$|[。？?！!]))/y
const BARE_ARABIC = /([0-9]{1,3})(?:[.．、/·-](?=[0-9一二三四五六七八九十(（第])|[.．、]?(?=$|[。？?！!，, (]|第|的第|导))/y
const WORDS: readonly (readonly [StepKind, RegExp])[] = [
  ['header', /题头/y],
  ['preamble', /(?:序言|前言|序文)(?:部分)?/y],
  ['lead', /(?:导语|导言|引导段)(?:部分)?|(?:开头|开篇|起首)(?:的)?(?:那|这|第)?(?:一)?(?:段话?|部分|句话?)/y],
  ['closing', /(?:结语|结尾段?|尾段)(?:部分)?|最后(?:的)?(?:那|这)?一?(?:段话?|部分)/y],
]
const GLUE = /[ ]{0,3}(?:里面的|当中的|里的|中的|内的|的|之(?![一二三四五六七八九十])|里|中|内|,|，|:|：|\/|·)?[ ]{0,3}/y
/** Between a title and its clause: 《办法》（国办发〔2023〕12号）第三条, 《公司法》（2018年修正）第三条. */
const BETWEEN = /(?:[ ]{0,3}\((?:[^()\n]|\([^()\n]{1,10}\)){1,60}\)){1,2}(?=[ ]{0,3}第)/y
const LIST = /[ ]{0,2}(?:、|，|,|和|与|及|以及|或者|或)[ ]{0,2}/y
const RANGE = new RegExp(`[ ]{0,2}(?:至|到|[-—~－～])[ ]{0,2}(?=第|${N})`, 'y')
const QUOTED = /[《〈]([^《》〈〉\n]{1,120}(?:[〈《][^《》〈〉\n]{1,80}[〉》][^《》〈〉\n]{0,80})?)[》〉]/y
/** A document called by a name nobody knows, right before a number. */
const UNKNOWN_NAME = /[\p{Script=Han}()]{1,40}(?:法典|法|条例|规定|办法|决定|意见|细则|解释|规则|规划|纲要|方案|建议|通知|章程)(?:的|中的?|里的?|之)?$/u
const NOISE =
  new RegExp(
    '^(?:请问|请|那么|根据|依据|按照|依照|按|查询|查一下|查|看看|看|在|和|与|及|或|对|从|据|关于|我国|现行|最新|引用|参见|见|比较|对比|告诉我|' +
      '我想知道|想问|问|说说|解释|找|给我|打开|显示|一下|下|为什么|什么是|是|把|用|违反|适用|了|的|还有|以及|并且|到|由|会|上述|其中|就)',
  )
const THIS_ONE = /^(?:本|该|此|这个?|那个?|上述|前述|同)/

/** More clauses than this in one list, or steps in one address, nobody types. */
const TARGETS_MAXIMUM = 50
const STEPS_MAXIMUM = 10

interface Targets {
  readonly targets: Step[][]
  readonly end: number
}

/** A step, or several with one unit (第三、四条). */
interface Read {
  readonly steps: readonly Step[]
  readonly end: number
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/**
 * Every clause reference in a text, in order. A number alone (三, 2) is one only behind a name or another step, or when
 * the whole text is nothing else; 第一次, 第一城, 第二个百年 are none.
 */
export function findReferences(text: string, names: readonly KnownName[]): Reference[] {
  const reader = new ReferenceReader(text, nameIndexOf(names))
  const whole = reader.readWhole()
  return whole ? [whole] : reader.readAll()
}

class ReferenceReader {
  readonly #text: string
  readonly #folded: string
  readonly #names: NameIndex
  /** Document numbers by where they begin. */
  readonly #numbers: ReadonlyMap<number, DocumentNumber>

  constructor(text: string, names: NameIndex) {
    this.#text = text
    this.#folded = foldScript(text)
    this.#names = names
    const numbers = numbersIn(text, (key) => names.numbered(key).length > 0)
    this.#numbers = new Map(numbers.map((number) => [number.span.start, number]))
  }

  /** The text as one reference and nothing else. */
  readWhole(): Reference | undefined {
    if (this.#text.length > 300) return undefined
    const start = /^\s*/.exec(this.#folded)?.[0].length ?? 0
    const reference = this.#readAt(start, true)
    return reference && /^[\s。？?！!]*$/.test(this.#folded.slice(reference.span.end)) ? reference : undefined
  }

  readAll(): Reference[] {
    const found: Reference[] = []
    for (let at = 0; at < this.#folded.length; ) {
      const reference = this.#readAt(at, false)
      if (reference) found.push(reference)
      at = reference ? reference.span.end : at + 1
    }
    return found
  }

  #readAt(at: number, whole: boolean): Reference | undefined {
    const name = this.#readName(at)
    if (name) {
      const between = matchAt(BETWEEN, this.#folded, name.span.end)?.[0].length ?? 0
      const glued = between + (matchAt(GLUE, this.#folded, name.span.end + between)?.[0].length ?? 0)
      const read = this.#readTargets(name.span.end + glued, true, whole)
      if (read) return this.#reference(at, read.end, read.targets, name)
    }
    const unknown = this.#unknownNameBefore(at)
    const resolved = unknown !== undefined && unknown.documents.length > 0
    const read = this.#readTargets(at, resolved && matchAt(WITHOUT_ORDER, this.#folded, at) !== null, whole)
    if (!read) return undefined
    return this.#reference(unknown?.span.start ?? at, read.end, read.targets, unknown)
  }

  #reference(start: number, end: number, targets: readonly (readonly Step[])[], document?: NamedDocument): Reference {
    return {
      span: { start, end },
      words: this.#text.slice(start, end),
      ...(document ? { document } : {}),
      targets: targets as unknown as Reference['targets'],
    }
  }

  #readName(at: number): NamedDocument | undefined {
    const quoted = matchAt(QUOTED, this.#folded, at)
    if (quoted) {
      const span = { start: at, end: at + quoted[0].length }
      const words = this.#text.slice(at + 1, span.end - 1)
      const documents = this.#names.narrow(this.#names.documentsOf(words), this.#before(at))
      const guessed = documents.length > 0 && this.#names.isPartOnly(words)
      return { words, span, documents, ...(guessed ? { guessed } : {}) }
    }
    const number = this.#numbers.get(at)
    if (number) return { words: number.words, span: number.span, documents: this.#names.numbered(number.key) }
    const known = this.#names.at(this.#folded, at, 'document')
    if (!known || (!known.generic && this.#isTailOfLongerName(at, known.name))) return undefined
    const span = { start: at, end: at + known.name.length }
    const documents = known.generic ? this.#names.narrow(known.documents, this.#before(at)) : known.documents
    return { words: this.#text.slice(at, span.end), span, documents }
  }

  /** The words right before an offset, back to the last punctuation, at most 30. */
  #before(at: number): string {
    return /[^，。？！；、：,.?!;:\s]*$/.exec(this.#folded.slice(Math.max(0, at - 30), at))?.[0] ?? ''
  }

  /** 仲裁法 in 劳动争议调解仲裁法 is another law's name. */
  #isTailOfLongerName(at: number, name: string): boolean {
    if (!/(?:法|条例|规定|办法|规则|细则|解释)$/.test(name)) return false
    const before = /[\p{Script=Han}]{0,20}$/u.exec(this.#folded.slice(Math.max(0, at - 20), at))?.[0] ?? ''
    return stripNoise(before.replace(/中华人民共和国$/, '')) !== ''
  }

  #unknownNameBefore(at: number): NamedDocument | undefined {
    const from = Math.max(0, at - 44)
    const match = UNKNOWN_NAME.exec(this.#folded.slice(from, at))
    if (!match) return undefined
    const bare = match[0].replace(/(?:的|中的?|里的?|之)$/, '')
    const name = stripNoise(bare)
    if (name.length < 2 || THIS_ONE.test(name)) return undefined
    const start = from + match.index + bare.length - name.length
    const end = start + name.length
    const documents = this.#names.documentsOf(name)
    const abbreviated = documents.length === 0 ? this.#names.abbreviatedBy(name) : []
    return {
      words: this.#text.slice(start, end),
      span: { start, end },
      documents: documents.length > 0 ? documents : abbreviated,
      ...(abbreviated.length > 0 ? { guessed: true } : {}),
    }
  }

  #readTargets(from: number, named: boolean, whole: boolean): Targets | undefined {
    const first = this.#readStep(from, named, undefined, whole)
    if (!first) return undefined
    let targets: Step[][] = first.steps.map((step) => [step])
    let end = first.end
    for (;;) {
      const next = this.#readNext(targets, end, named, whole)
      if (!next) break
      ;({ targets, end } = next)
    }
    const alone = targets.every(([step, ...more]) => more.length === 0 && step && NEEDS_COMPANY.includes(step.kind))
    return alone && !named && !whole ? undefined : { targets, end }
  }

  /** One more step, one more target, or the end of a range. */
  #readNext(targets: Step[][], end: number, named: boolean, whole: boolean): Targets | undefined {
    const current = targets.at(-1) ?? []
    const last = current.at(-1)
    if (!last || targets.length >= TARGETS_MAXIMUM || current.length >= STEPS_MAXIMUM) return undefined
    const range = matchAt(RANGE, this.#folded, end)
    if (range && last.ordinal !== undefined && last.to === undefined) {
      const until = this.#readStep(end + range[0].length, true, last, whole)
      const [to] = until?.steps ?? []
      if (until && to?.kind === last.kind && to.ordinal !== undefined && to.ordinal > last.ordinal) {
        const ranged = { ...last, to: to.ordinal, words: this.#text.slice(end - last.words.length, until.end) }
        return { targets: [...targets.slice(0, -1), [...current.slice(0, -1), ranged]], end: until.end }
      }
    }
    const list = matchAt(LIST, this.#folded, end)
    if (list) {
      const other = this.#readExplicit(end + list[0].length)
      const [step] = other?.steps ?? []
      if (other && step) {
        const same = current.findLastIndex(({ kind }) => kind === step.kind)
        const outer = same >= 0 ? current.slice(0, same) : []
        const continues = same < 0 && /[，,]/.test(list[0])
        if (continues) return { targets: extend(targets, other.steps), end: other.end }
        return { targets: [...targets, ...other.steps.map((one) => [...outer, one])], end: other.end }
      }
    }
    const glued = matchAt(GLUE, this.#folded, end)?.[0].length ?? 0
    const deeper = this.#readStep(end + glued, named, last, whole)
    if (!deeper || deeper.steps.some((step) => step.kind === last.kind && !isNested(last, step))) return undefined
    return { targets: extend(targets, deeper.steps), end: deeper.end }
  }

  #readStep(at: number, named: boolean, last: Step | undefined, whole: boolean): Read | undefined {
    return this.#readExplicit(at) ?? this.#readWord(at, named, last, whole) ?? this.#readTerse(at, named, last, whole)
  }

  #readExplicit(at: number): Read | undefined {
    const match = matchAt(EXPLICIT, this.#folded, at)
    if (match) {
      const [all, numerals = '', until, unit = '', branchNumeral] = match
      const kind = kindOf(unit, all)
      const words = this.#text.slice(at, at + all.length)
      const branch = branchNumeral === undefined ? undefined : ordinalOf(branchNumeral)
      const to = until === undefined ? undefined : ordinalOf(until)
      const ordinals = numerals.split(/[、,] ?/).map(ordinalOf)
      if (!kind || ordinals.some((ordinal) => ordinal === undefined)) return undefined
      const steps = ordinals.map((ordinal, index): Step => ({
        kind,
        words: ordinals.length > 1 ? `第${numerals.split(/[、,] ?/)[index]}${unit}` : words,
        ...(ordinal === undefined ? {} : { ordinal }),
        ...(branch === undefined ? {} : { branch }),
        ...(to === undefined ? {} : { to }),
      }))
      return { steps, end: at + all.length }
    }
    const reversed = matchAt(REVERSED, this.#folded, at)
    const ordinal = reversed && ordinalOf(reversed[2] ?? '')
    const kind = reversed && UNITS[reversed[1] ?? '']
    if (!reversed || !kind || ordinal === undefined || ordinal === null) return undefined
    return this.#one(kind, at, reversed[0].length, ordinal)
  }

  #one(kind: StepKind, at: number, length: number, ordinal?: number): Read {
    const words = this.#text.slice(at, at + length)
    return { steps: [{ kind, words, ...(ordinal === undefined ? {} : { ordinal }) }], end: at + length }
  }

  /** 序言, 导语, 结语, 题头, 「深化改革」部分. */
  #readWord(at: number, named: boolean, last: Step | undefined, whole: boolean): Read | undefined {
    if (named || last || whole || at === 0) {
      for (const [kind, pattern] of WORDS) {
        const match = matchAt(pattern, this.#folded, at)
        if (match) return this.#one(kind, at, match[0].length)
      }
    }
    if (last && !(whole && BESIDE_HEADINGS.includes(last.kind))) return undefined
    const opened = /[「『“"‘《]/.test(this.#folded.charAt(at)) ? 1 : 0
    const known = this.#names.at(this.#folded, at + opened, 'heading')
    if (!known) return undefined
    const nameEnd = at + opened + known.name.length
    // 附 alone is an annex, 附条件 is a word
    if (known.name === '附' && /^(?!第)\p{Script=Han}/u.test(this.#folded.charAt(nameEnd))) return undefined
    const closed = /[」』”"’》]/.test(this.#folded.charAt(nameEnd)) ? 1 : 0
    const after = this.#folded.slice(nameEnd + closed, nameEnd + closed + 8)
    const unit = /^ ?(?:这|那)?(?:一|个)?(?:部分|部份|一节|板块|章节)/.exec(after)?.[0]
    const annex = /^附.{1,2}[一二三四五六七八九十0-9]/.test(known.name) || (named && known.name.startsWith('附'))
    if (unit === undefined && !(whole || annex || (named && opened === 1))) return undefined
    const words = this.#text.slice(at + opened, nameEnd)
    return { steps: [{ kind: 'heading', words }], end: nameEnd + closed + (unit?.length ?? 0) }
  }

  /** 三（二）, 三、2, （七）, 2: numbers without 第 and a unit. */
  #readTerse(at: number, named: boolean, last: Step | undefined, whole: boolean): Read | undefined {
    const first = last === undefined
    if (first && !named && !whole) return undefined
    const bracketed = matchAt(BRACKETED, this.#folded, at)
    if (bracketed) {
      const ordinal = ordinalOf(bracketed[1] ?? '')
      return ordinal === undefined || ordinal > 999 ? undefined : this.#one('item', at, bracketed[0].length, ordinal)
    }
    const unordered = first && named ? matchAt(WITHOUT_ORDER, this.#folded, at) : null
    const counted = unordered && ordinalOf(unordered[1] ?? '')
    if (unordered && typeof counted === 'number') {
      const branch = unordered[3] === undefined ? undefined : ordinalOf(unordered[3])
      const read = this.#one(unordered[2] === '章' ? 'chapter' : 'article', at, unordered[0].length, counted)
      return branch === undefined ? read : { ...read, steps: read.steps.map((step) => ({ ...step, branch })) }
    }
    const circled = matchAt(CIRCLED, this.#folded, at)
    if (circled) return this.#one(circled[3] ? UNITS[circled[3]]! : 'point', at, circled[0].length, circledOrdinal(circled[2]!))
    const chinese = first || whole ? matchAt(BARE_CHINESE, this.#folded, at) : null
    const part = chinese && ordinalOf(chinese[1] ?? '')
    if (chinese && typeof part === 'number') {
      return this.#one(first || last.kind === 'heading' ? 'part' : 'item', at, chinese[0].length, part)
    }
    const dotted = named && first && /^[0-9]{1,3}[.．/·-][0-9]/.test(this.#folded.slice(at, at + 6))
    const arabic = whole || dotted || last?.kind === 'part' ? matchAt(BARE_ARABIC, this.#folded, at) : null
    const point = arabic && ordinalOf(arabic[1] ?? '')
    if (!arabic || typeof point !== 'number') return undefined
    const outer = first && /[.．、/·-]$/.test(arabic[0]) && /^[0-9(]/.test(this.#folded.slice(at + arabic[0].length))
    return this.#one(outer ? 'part' : 'point', at, arabic[0].length, point)
  }
}

/** ⒎ → 7 */
function circledOrdinal(sign: string): number {
  const code = sign.charCodeAt(0)
  return code - [0x3220, 0x2488, 0x2474, 0x2460].find((first) => code >= first)! + 1
}

/** 第六大点 is a part, 第二小节 an item of one. */
function kindOf(unit: string, words: string): StepKind | undefined {
  if (words.includes(`大${unit}`) && /^(?:点|项|条)$/.test(unit)) return 'part'
  if (words.includes(`小${unit}`) && /^(?:点|节|条)$/.test(unit)) return 'point'
  return UNITS[unit]
}

/** Kinds that may stand in one another: 三（二）(1), 5.1.2, 第3条第(2)条. */
const isNested = (outer: Step, { kind, words }: Step): boolean =>
  kind === 'point' || kind === 'item' || (kind === 'article' && /^第 ?[(（]/.test(words) && !/^第 ?[(（]/.test(outer.words))

/** Kinds that may hold a part with a heading and no number. */
const BESIDE_HEADINGS: readonly StepKind[] = ['book', 'subbook', 'chapter', 'section', 'part']

/** Kinds whose words are too common (第一项任务, 第二点) to be a reference on their own in a sentence. */
const NEEDS_COMPANY: readonly StepKind[] = ['point', 'paragraph', 'item', 'subitem', 'section']

const extend = (targets: readonly (readonly Step[])[], steps: readonly Step[]): Step[][] => [
  ...targets.slice(0, -1).map((target) => [...target]),
  ...steps.map((step) => [...(targets.at(-1) ?? []), step]),
]

function stripNoise(words: string): string {
  let rest = words
  for (let noise = NOISE.exec(rest); noise && rest !== ''; noise = NOISE.exec(rest)) rest = rest.slice(noise[0].length)
  return rest
}
