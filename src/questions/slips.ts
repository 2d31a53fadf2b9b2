/**
 * Typing slips in a Chinese question, mended from the documents: 良诸遗址 → 良渚遗址.
 *
 * A slip is a character that belongs to no word and stands in no run of three characters the documents know,
 * where one that sounds or looks like it makes a word and a run of four or more that they do know. A character typed
 * twice or left out is mended likewise. Anything less is left as typed:
 * a question that is not understood can be asked again, one that was changed in meaning is answered wrongly.
 */
import { fold } from '../retrieval/terms.ts'
import { loadCharacters } from './cedict.ts'
import { placesIn } from './places.ts'
import { loadDictionary } from './words.ts'

interface Correction {
  /** The characters as typed, and as the documents have them. */
  readonly from: string
  readonly to: string
}

interface Corrected {
  readonly text: string
  readonly corrected: readonly Correction[]
}

/** Most slips mended in one question: with more, the question is not about these documents. */
const MOST = 3
/** A longer text is no question and is left as it is. */
const LONGEST_QUESTION = 2_000
const QUOTES = new Set('“”‘’"\'「」『』《》〈〉')
/** Never taken for a slip and never put in: numerals, negations, directions, degrees, levels of government, organs. */
const PROTECTED = new Set(
  '零〇一二三四五六七八九十百千万亿两几半双单第不未无非没否勿禁别免上下左右前后东西南北中内外男女大小多少高低增减加买卖收支借贷授受进出退始终定订' +
    '省市县区州乡镇村街国央部委局院厅署处办会年月日时分秒岁元角',
)
/** Words of a question that no document need hold. */
const FUNCTION = new Set(
  '的地得了和与及或且并而但却则若即便在是有为对把被将要能也都还就又从到由于向以之其这那该此每各吗呢吧啊么嘛谁何哪什请问怎可应当需给让使用' +
    '去来写说讲指叫做我你您他她它们自己里仅只因所者均已再更最很太才过着看想算',
)
/** Characters of other sounds that are taken for each other by their shape 形近字. */
const SHAPES =
  '人入 已己巳 未末 土士 日曰 干千于 天夫 大太犬 贝见 拔拨 历厉 券卷 准淮 治冶 侯候 竞竟 晴睛 场扬 域城 侍待 推堆 技枝 住往 体休 析折拆 设没 微徽 ' +
  '巾币 车东 风凤 今令 乌鸟 刀力 几儿 户尸 木本术 目且 用甩 甲由申 白自 石右 立产 亿忆 仓仑 代伐 冒昌 劝功 享亨 即既 季委 幸辛 拥佣 持待特 授援 ' +
  '措借惜 描猫 涛淘 清请情 流疏 渔鱼 港巷 续读 绿缘 缓援 编遍 网冈 育盲 落荡 规现 视现 订计 评坪 诚城 质贸 购构 贷货 资贺 跨垮 较校 辅铺 通适 郊效 铁轶 锐税 障彰 险检'
const HAN = /\p{Script=Han}/u
const TURN_MS = 8
/** 8 MB: over the seven million characters of 1,342 laws 3% of strange runs are taken for known, else 1%. */
const MOST_BITS = 26

/** Which runs of three and four characters stand in the texts: a Bloom filter, about one byte a character. */
export class SlipIndex {
  #bits: Uint32Array
  readonly #mask: number
  /** 1 for each code that stands in the texts. */
  readonly #seen = new Uint8Array(0x10000)
  #characters: ReadonlySet<string> | undefined

  constructor(texts: readonly string[], length = lengthOf(texts)) {
    const bits = 2 ** Math.min(MOST_BITS, Math.max(16, Math.ceil(Math.log2(length * 16 + 1))))
    this.#bits = new Uint32Array(bits / 32)
    this.#mask = bits - 1
    for (const text of texts) this.#add(text)
  }

  /** The same index, other work let through every few milliseconds. */
  static async gently(texts: readonly string[]): Promise<SlipIndex> {
    const index = new SlipIndex([], lengthOf(texts))
    let since = performance.now()
    for (const text of texts) {
      index.#add(text)
      if (performance.now() - since < TURN_MS) continue
      await new Promise(setImmediate)
      since = performance.now()
    }
    return index
  }

  /** An index of more texts, at the cost of those alone; undefined when there is no room for them. */
  and(texts: readonly string[], length: number): SlipIndex | undefined {
    const more = new SlipIndex([], length)
    if (more.#mask !== this.#mask) return undefined
    more.#bits = this.#bits.slice()
    more.#seen.set(this.#seen)
    for (const text of texts) more.#add(text)
    return more
  }

  /** Han characters that stand in the texts. */
  get characters(): ReadonlySet<string> {
    if (this.#characters) return this.#characters
    const seen: string[] = []
    this.#seen.forEach((there, code) => {
      if (there === 1 && HAN.test(String.fromCharCode(code))) seen.push(String.fromCharCode(code))
    })
    this.#characters = new Set(seen)
    return this.#characters
  }

  #add(text: string): void {
    const characters = this.#seen
    let [third, second, first, length] = [0, 0, 0, 0]
    for (let at = 0; at < text.length; at++) {
      const code = folded(text.charCodeAt(at))
      if (code === SKIP) continue
      if (code === BREAK) {
        length = 0
        continue
      }
      characters[code] = 1
      if (length >= 2) this.#set(hash(0, second, first, code))
      if (length >= 3) this.#set(hash(third, second, first, code))
      third = second
      second = first
      first = code
      length++
    }
  }

  #set(key: number): void {
    for (let at = key, nth = 0; nth < 2; nth++, at = rehash(at)) this.#bits[(at & this.#mask) >>> 5]! |= 1 << (at & 31)
  }

  #has(key: number): boolean {
    for (let at = key, nth = 0; nth < 2; nth++, at = rehash(at)) {
      if ((this.#bits[(at & this.#mask) >>> 5]! & (1 << (at & 31))) === 0) return false
    }
    return true
  }

  /** Do these three or four characters stand together in the texts? A wrong yes is rare, a wrong no does not happen. */
  knows(gram: string): boolean {
    const [a, b, c] = [gram.charCodeAt(0), gram.charCodeAt(1), gram.charCodeAt(2)]
    if (!this.#has(hash(0, a, b, c))) return false
    if (gram.length === 3) return true
    const d = gram.charCodeAt(3)
    return this.#has(hash(0, b, c, d)) && this.#has(hash(a, b, c, d))
  }
}

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0)

const SKIP = -1
const BREAK = -2
const classes = new Int32Array(0x10000)
for (let code = 0; code < 0x10000; code++) {
  const character = fold(String.fromCharCode(code))
  const counts = /[\p{Script=Han}\p{N}a-z]/u.test(character)
  classes[code] = QUOTES.has(character) ? SKIP : counts ? character.charCodeAt(0) : BREAK
}

/** The code to compare by; SKIP for quotation marks, which a question leaves out; BREAK for other marks. */
function folded(code: number): number {
  return classes[code]!
}

function hash(a: number, b: number, c: number, d: number): number {
  let key = Math.imul(a + 0x9e3779b9, 0x85ebca6b) ^ b
  key = Math.imul(key ^ (key >>> 15), 0xc2b2ae35) ^ c
  key = Math.imul(key ^ (key >>> 13), 0x27d4eb2f) ^ d
  return rehash(key)
}

function rehash(key: number): number {
  let mixed = Math.imul(key ^ (key >>> 16), 0x45d9f3b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 14)) >>> 0
}

const indexes = new WeakMap<readonly { readonly text: string }[], SlipIndex>()

/** The index over a library's documents, built when first asked for and kept as long as they are. */
export function slipIndexOf(documents: readonly { readonly text: string }[]): SlipIndex {
  let index = indexes.get(documents)
  if (!index) {
    index = new SlipIndex(documents.map(({ text }) => text))
    indexes.set(documents, index)
  }
  return index
}

type Texts = readonly { readonly text: string }[]

/**
 * Has the index ready before a question asks for it: over a library of laws it takes half a second. `before`: documents
 * of which most are still there; runs that only stood in others may still be known.
 */
export async function prepareSlips(documents: Texts, before?: Texts): Promise<void> {
  if (indexes.has(documents)) return
  const texts = documents.map(({ text }) => text)
  const index = before && indexes.get(before)
  const held = new Set(before)
  const more = index?.and(documents.filter((one) => !held.has(one)).map(({ text }) => text), lengthOf(texts))
  indexes.set(documents, more ?? (await SlipIndex.gently(texts)))
}

/** The question with its slips mended, and what was changed. Unchanged when in doubt. */
export function correctSlips(question: string, index: SlipIndex): Corrected {
  const corrected: Correction[] = []
  if (question.length > LONGEST_QUESTION) return { text: question, corrected }
  let text = question
  while (corrected.length < MOST) {
    const edit = findEdit(text, index)
    if (!edit) break
    text = text.slice(0, edit.start) + edit.to + text.slice(edit.end)
    corrected.push({ from: edit.from, to: edit.shown })
  }
  return corrected.length > 0 ? { text, corrected } : { text: question, corrected }
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly to: string
  readonly from: string
  readonly shown: string
}

/** Characters without a mark between them, and where each stands in the question. */
interface Run {
  readonly characters: readonly string[]
  readonly at: readonly number[]
}

function runs(text: string): Run[] {
  const found: { characters: string[]; at: number[] }[] = []
  let run: { characters: string[]; at: number[] } | undefined
  for (let at = 0; at < text.length; at++) {
    const code = folded(text.charCodeAt(at))
    if (code === SKIP) continue
    if (code === BREAK) {
      run = undefined
      continue
    }
    if (!run) found.push((run = { characters: [], at: [] }))
    run.characters.push(String.fromCharCode(code))
    run.at.push(at)
  }
  return found.filter(({ characters }) => characters.length >= 4)
}

function findEdit(text: string, index: SlipIndex): Edit | undefined {
  const suspects = runs(text).map((run) => ({
    run,
    gaps: run.characters.flatMap((_, at) => (at > 0 && !joined(run, at - 1, at, index) ? [at] : [])),
    unknown: run.characters.flatMap((_, at) => (joined(run, at, at, index) ? [] : [at])),
  }))
  if (!suspects.some(({ gaps }) => gaps.length > 0)) return undefined
  const free = charactersOutsideWords(text)
  const loose = ({ characters, at }: Run, nth: number): boolean => free.has(at[nth]!) && open(characters[nth]!)
  for (const { run, gaps, unknown } of suspects) {
    for (const at of unknown) {
      const edit = loose(run, at) ? exchange(run, at, index, free) : undefined
      if (edit) return edit
    }
    for (const gap of gaps) {
      if (!loose(run, gap - 1) && !loose(run, gap)) continue
      const edit = drop(run, gap, index) ?? insert(run, gap, index)
      if (edit) return edit
    }
  }
  return undefined
}

function open(character: string): boolean {
  return HAN.test(character) && !PROTECTED.has(character) && !FUNCTION.has(character)
}

/** Does any run of three that holds these neighbours (or this one character) stand in the documents? */
function joined({ characters }: Run, first: number, last: number, index: SlipIndex): boolean {
  for (let start = Math.max(0, last - 2); start <= first && start + 3 <= characters.length; start++) {
    if (index.knows(characters.slice(start, start + 3).join(''))) return true
  }
  return false
}

/** Offsets of the characters that stand alone in the dictionary's reading and in no name of a place. */
function charactersOutsideWords(text: string): Set<number> {
  const free = new Set<number>()
  let at = 0
  for (const word of loadDictionary().cut(text, false)) {
    if (word.length === 1) free.add(at)
    at += word.length
  }
  for (const place of placesIn(text)) {
    for (let start = text.indexOf(place); start !== -1; start = text.indexOf(place, start + 1)) {
      for (let offset = start; offset < start + place.length; offset++) free.delete(offset)
    }
  }
  return free
}

interface Fit {
  /** Characters before and after that stand in the documents together with this one, up to 3 each. */
  readonly left: number
  readonly right: number
}

/** How far the runs of four around a character are known; undefined when none is. */
function fitOf(characters: readonly string[], at: number, index: SlipIndex): Fit | undefined {
  let fit: Fit | undefined
  for (let start = Math.max(0, at - 3); start <= at && start + 4 <= characters.length; start++) {
    if (!index.knows(characters.slice(start, start + 4).join(''))) continue
    fit = { left: Math.max(fit?.left ?? 0, at - start), right: start + 3 - at }
  }
  return fit
}

/** Two known characters at each side, three at one, or all there is before or after and two at the other. */
function closeEnough({ left, right }: Fit, at: number, length: number): boolean {
  if (left >= 3 || right >= 3 || (left >= 2 && right >= 2)) return true
  return left + right >= 3 && (left === at || right === length - 1 - at)
}

/** In its place another character that sounds or looks like it and makes a word there. */
function exchange(run: Run, at: number, index: SlipIndex, free: ReadonlySet<number>): Edit | undefined {
  const typed = run.characters[at]!
  const offset = run.at[at]!
  const candidates = takenFor(typed, index).flatMap((other) => {
    if (!open(other)) return []
    const characters = run.characters.with(at, other)
    const fit = fitOf(characters, at, index)
    if (!fit || !closeEnough(fit, at, characters.length)) return []
    if (!makesWord(characters, at, (one) => free.has(run.at[one]!))) return []
    return [{ other, size: fit.left + fit.right }]
  })
  const only = single(candidates)
  if (only === undefined) return undefined
  const mended: Run = { ...run, characters: run.characters.with(at, only) }
  return { start: offset, end: offset + 1, to: only, from: around(run, at, at + 1), shown: around(mended, at, at + 1) }
}

/** Does the character make a dictionary word with a neighbour that the slip left in none? */
function makesWord(characters: readonly string[], at: number, stranded: (at: number) => boolean): boolean {
  const { pairs } = loadCharacters()
  const [before = '', own = '', after = ''] = [characters[at - 1], characters[at], characters[at + 1]]
  return (pairs.has(before + own) && stranded(at - 1)) || (pairs.has(own + after) && stranded(at + 1))
}

/** The one that fits, or fits by two characters more than all others. */
function single(candidates: readonly { other: string; size: number }[]): string | undefined {
  const [best, second] = [...candidates].sort((one, other) => other.size - one.size)
  return best && (!second || best.size >= second.size + 2) ? best.other : undefined
}

/** A character typed twice: 投投入强度. */
function drop(run: Run, gap: number, index: SlipIndex): Edit | undefined {
  if (run.characters[gap] !== run.characters[gap - 1]) return undefined
  const rest = run.characters.toSpliced(gap, 1)
  const fit = fitOf(rest, gap - 1, index)
  if (!fit || fit.left < 1 || fit.right < 1) return undefined
  const offset = run.at[gap]!
  const shown = rest.slice(Math.max(0, gap - 2), gap + 1).join('')
  return { start: offset, end: offset + 1, to: '', from: around(run, gap - 1, gap + 1), shown }
}

/** A character left out: 社会研投入强度. Three known characters must stand at each side. */
function insert(run: Run, gap: number, index: SlipIndex): Edit | undefined {
  if (gap < 3 || gap + 3 > run.characters.length) return undefined
  const [before, after] = [run.characters.slice(gap - 3, gap).join(''), run.characters.slice(gap, gap + 3).join('')]
  if (!index.knows(before) || !index.knows(after)) return undefined
  const fitting = [...index.characters].filter((other) => {
    if (!open(other) || !index.knows(before + other) || !index.knows(other + after)) return false
    const whole = run.characters.toSpliced(gap, 0, other)
    const fit = fitOf(whole, gap, index)
    return fit?.left === 3 && fit.right === 3 && makesWord(whole, gap, () => true)
  })
  const [only] = fitting
  if (fitting.length !== 1 || only === undefined) return undefined
  const offset = run.at[gap]!
  const to = run.characters[gap - 1]! + only + run.characters[gap]!
  return { start: offset, end: offset, to: only, from: run.characters[gap - 1]! + run.characters[gap]!, shown: to }
}

/** The characters with one before and one after. */
function around({ characters }: Run, start: number, end: number): string {
  return characters.slice(Math.max(0, start - 1), end + 1).join('')
}

let confusable: ReadonlyMap<string, readonly string[]> | undefined

/** A character → the groups of sound and shape it belongs to, each the characters of it in one string. */
function groupsByCharacter(): ReadonlyMap<string, readonly string[]> {
  if (confusable) return confusable
  const bySound = new Map<string, Set<string>>()
  for (const [one, sounds] of loadCharacters().readings) {
    for (const sound of sounds.map(sameSound)) bySound.set(sound, (bySound.get(sound) ?? new Set()).add(one))
  }
  const groups = new Map<string, string[]>()
  for (const group of [...Array.from(bySound.values(), (own) => [...own].join('')), ...SHAPES.split(' ')]) {
    for (const one of group) {
      const own = groups.get(one)
      if (own) own.push(group)
      else groups.set(one, [group])
    }
  }
  confusable = groups
  return groups
}

/** Characters of the documents for which this one may have been typed. */
function takenFor(typed: string, index: SlipIndex): string[] {
  const alike = new Set((groupsByCharacter().get(typed) ?? []).flatMap((group) => [...group]))
  return [...alike].filter((other) => other !== typed && index.characters.has(other))
}

/** Sounds that input methods and dialects confuse fall together: zh z, ch c, sh s, n l, ing in, eng en, ang an. */
function sameSound(reading: string): string {
  return reading.replace(/^([zcs])h/, '$1').replace(/^l/, 'n').replace(/ng$/, 'n')
}
