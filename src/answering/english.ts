/**
 * An English question → the Chinese words in which the documents may say it.
 *
 * No translation is made: numbers, times and question words follow fixed rules, everything else is looked up in a short
 * list of policy English and in CC-CEDICT, and of several Chinese words those are taken that the documents hold and that
 * stand side by side in them.
 */
import { glossKey, loadCharacters, loadGlosses } from './cedict.ts'
import type { Library } from '../retrieval/library.ts'
import { POLICY_ENGLISH } from './policy-english.ts'
import { slipIndexOf } from './slips.ts'
import { stem } from './stem.ts'

export interface Translated {
  /** Chinese words in the order of a Chinese question. */
  readonly text: string
  /** 0 to 1: share of the content words that found a Chinese word. */
  readonly covered: number
}

/** A piece of the question, in order. */
type Piece =
  | { readonly kind: 'fixed'; readonly text: string; readonly time: boolean } // numbers, times
  | { readonly kind: 'word'; readonly word: string; readonly capital: boolean }
  | { readonly kind: 'preposition'; readonly word: string }

interface Choice {
  readonly word: string
  readonly score: number
}

/** A place in the Chinese words, for which several may stand. */
interface Slot {
  readonly choices: readonly Choice[]
  /** A figure with its measure word, an age, or anything else. */
  readonly role: 'count' | 'age' | 'word'
}

const MOST_CHOICES = 6
const LONGEST_PHRASE = 5
/** Characters of a question that are read. */
const LONGEST_QUESTION = 2_000

const STOP = new Set(
  (
    'a an the to be is are was were been being am do does did done has have had having will would shall should can could may might must this that these those ' +
    'it its they their them there here he she his her we our us you your i my me and or but so if than then as with into onto about above up out off over ' +
    'what which who whom whose when where why how many much any some all each every such same other another also only just please tell show give list ' +
    'find explain describe state document text file mention say said according regarding concerning want know let not no yes plan ' +
    'within during between per via under ever well more most less least after before kind date day year used uses using very meet met let contain contained ' +
    'look like seem please really actually currently mainly consist include included including emphasize emphasized stress stressed ever called name named kind type sort exactly roughly approximately get go come take make'
  ).split(' '),
)
const PREPOSITIONS = new Set('of in on for by at from within during under through across to'.split(' '))
const DIGITS: Readonly<Record<string, number>> = {
  one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12, fifteen: 15, twenty: 20,
  thirty: 30, fifty: 50, hundred: 100,
}
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']
const NUMERALS = '零一二三四五六七八九十'

/** The form of the answer, from the question word; first match wins. `after` follows the words. */
const ASKED: readonly (readonly [RegExp, string])[] = [
  [/\b(?:what|which) (?:share|percentage|proportion|percent)\b|\bhow many percent\b/i, '占比多少'],
  [/\bhow (?:long|soon)\b/i, '多久'],
  [/\bhow (?:old)\b/i, '多少岁'],
  [/\bhow much (?:money|funding)\b/i, '多少资金'],
  [/\bhow much\b.*\b(?:yuan|rmb)\b|\bin (?:(?:million|billion|trillion) )?(?:yuan|rmb)\b/i, '多少元'],
  [/\b(?:what|which) (?:kinds?|types?|sorts?) of\b/i, '有哪些'],
  [/\b(?:which|what) (?:[\w-]+ ){0,3}[\w-]+[^s\W]s (?:will|should|must|can|do|to|have|shall|would|could)\b/i, '有哪些'],
  [/\bhow (?:many|much|large|big|high|far)\b|\bwhat (?:is|are|was|were) the (?:\w+ ){0,3}(?:number|amount|rate|size|quota|figure)\b/i, '多少'],
  [/\bwhen\b|\b(?:what|which) (?:year|date|day|month|time)\b|\bby what (?:year|date)\b/i, '什么时候'],
  [/\bwhere\b/i, '哪里'],
  [/\b(?:which|what) (?:department|agency|body|organ|authority|committee|institution|organi[sz]ation)s?\b/i, '哪个部门'],
  [/\bwho\b|\bwhom\b|\bwhose\b/i, '谁'],
  [/\bwhat (?:are|were)\b|\bwhich (?:\w+ ){0,4}(?:are|were)\b|\blist\b|\bname the\b|\bwhich (?:two|three|four|five|six|seven|eight|nine|ten)\b/i, '有哪些'],
  [/\bwhat does .{1,60} (?:mean|stand for)\b|\bwhat is meant by\b|\bdefin/i, '是什么意思'],
  [/\bwhy\b/i, '为什么'],
  [/\bhow\b/i, '如何'],
  [/\bwhich\b/i, '哪个'],
  [/\bwhat\b/i, '是什么'],
  [/^(?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have)\b/i, '吗'],
]

/** Time and number words rewritten before anything else is looked up. Each stands for itself between ⟦ ⟧. */
function fixedParts(question: string): string {
  const keep = (text: string): string => ` ⟦${text}⟧ `
  const count = (word: string): string => DIGITS[word.toLowerCase()] === undefined ? word : numeral(DIGITS[word.toLowerCase()]!)
  const months = MONTHS.join('|')
  const number = `(\\d{1,3}|${Object.keys(DIGITS).join('|')})`
  return question
    .replace(/\b(?:what )?do you (?:think|believe|feel|recommend)\b|\bin your (?:view|opinion)\b/gi, keep('你觉得'))
    .replace(/\b(?:ignore|disregard|forget)\b(?=.{0,60}\b(?:instructions?|rules?|files?|documents?|prompts?)\b)/gi, keep('忽略指令'))
    .replace(/\b(?:write|draft|compose|translate)\s+(?:me\b|for me\b|an?\b)/gi, keep('帮我写'))
    .replace(/\bhow (?:long|soon|old|large|big|high|far|many|much)\b/gi, ' ')
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .replace(new RegExp(`\\b(${months})\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})\\b`, 'gi'), (_, month: string, day: string, year: string) => keep(`${year}年${MONTHS.indexOf(month.toLowerCase()) + 1}月${Number(day)}日`))
    .replace(new RegExp(`\\b(${months}),?\\s+(\\d{4})\\b`, 'gi'), (_, month: string, year: string) => keep(`${year}年${MONTHS.indexOf(month.toLowerCase()) + 1}月`))
    .replace(/\b(?:part|section)\s+(\d{1,2})\b/gi, (_, nth: string) => keep(`第${numeral(Number(nth))}部分`))
    .replace(/\b(?:article|clause|item|point)\s+(\d{1,4})\b/gi, (_, nth: string) => keep(`第${nth}条`))
    .replace(/\b(\d{1,2})th[\s-]five[\s-]year[\s-](?:plan|programme|program)(?:\s+period)?\b/gi, (_, nth: string) => keep(`${numeral(Number(nth))}五规划`))
    .replace(new RegExp(`\\b(?:next|coming|following)\\s+${number}\\s+years?\\b`, 'gi'), (_, years: string) => keep(`未来${count(years)}年`))
    .replace(new RegExp(`\\b(?:past|last|previous)\\s+${number}\\s+years?\\b`, 'gi'), (_, years: string) => keep(`过去${count(years)}年`))
    .replace(new RegExp(`\\b(?:aged\\s+)?(?:under|below)\\s+(?:the\\s+age\\s+of\\s+)?(\\d{2})(?:\\s+years?\\s+old)?\\b(?!\\s*(?:%|percent|per))`, 'gi'), (_, age: string) => keep(`${age}岁以下`))
    .replace(new RegExp(`\\b${number}[\\s-]+years?[\\s-]+olds?\\b`, 'gi'), (_, age: string) => keep(`${age}岁`))
    .replace(new RegExp(`\\b${number}[\\s-]+years?\\b`, 'gi'), (_, years: string) => keep(`${count(years)}年`))
    .replace(new RegExp(`\\b${number}[\\s-]+months?\\b`, 'gi'), (_, months: string) => keep(`${count(months)}个月`))
    .replace(new RegExp(`\\b${number}[\\s-]+(?:working\\s+)?days?\\b`, 'gi'), (_, days: string) => keep(`${count(days)}日`))
    .replace(/\b(\d+(?:\.\d+)?)\s*(trillion|billion|million|thousand)(?:[\s-]+(yuan|rmb))?/gi, (_, amount: string, scale: string, money?: string) => keep(large(Number(amount), scale) + (money ? '元' : '')))
    .replace(/(?<![\d⟦A-Za-z.-])(\d{1,9})(?=((?:[ -][a-z]+){1,3}))/gi, (whole, digits: string, after: string) => counted(whole, Number(digits), after, keep))
    .replace(/\b(\d+(?:\.\d+)?)\s*(?:%|per\s?cent)/gi, (_, amount: string) => keep(`${amount}%`))
    .replace(/\bin (?:(?:million|billion|trillion) )?(?:yuan|rmb)\b/gi, ' ')
    .replace(/\bpercent(?:age)?\b/gi, ' ')
    .replace(/\b(?:by|in|of|for|until|since)?\s*\b(1[89]\d\d|20\d\d|21\d\d)\b(?![⟧年%.\d-])/gi, (_, year: string) => keep(`${year}年`))
    .replace(/\bthis year\b/gi, keep('今年'))
    .replace(/\blast year\b/gi, keep('去年'))
    .replace(/\bnext year\b/gi, keep('明年'))
    .replace(/\bmid(?:dle of the |-)?\s?century\b/gi, keep('本世纪中叶'))
}

/** 500000 before college students → 50万名; left as it is where it may be a year or counts nothing known. */
function counted(digits: string, value: number, after: string, keep: (text: string) => string): string {
  const unit = UNITS.find(([pattern]) => pattern.test(after.toLowerCase()))?.[1]
  if (/percent|per cent/i.test(after) || (unit === undefined && value < 10_000)) return digits
  return keep((value >= 10_000 && value % 1000 === 0 ? `${value / 10_000}万` : digits) + (unit ?? ''))
}

function numeral(value: number): string {
  if (value <= 10) return NUMERALS[value]!
  if (value < 20) return `十${NUMERALS[value - 10]!}`
  if (value < 100 && value % 10 === 0) return `${NUMERALS[value / 10]!}十`
  return String(value)
}

/** 5 million → 500万, 1.2 trillion → 1.2万亿. */
function large(amount: number, scale: string): string {
  const [factor, unit] = { trillion: [1, '万亿'], billion: [10, '亿'], million: [100, '万'], thousand: [1000, ''] }[scale.toLowerCase()] as [number, string]
  return `${Number((amount * factor).toPrecision(12))}${unit}`
}

function pieces(question: string): Piece[] {
  const found: Piece[] = []
  for (const [token] of fixedParts(question).matchAll(/⟦[^⟦⟧]*⟧|[A-Za-z]+\d+[A-Za-z]*|\d+(?:\.\d+)?[A-Za-z]*|R&D|[A-Za-z]+(?:'s)?/g)) {
    const word = token.toLowerCase().replace(/'s$/, '')
    if (token.startsWith('⟦')) found.push({ kind: 'fixed', text: token.slice(1, -1), time: /[年月]|世纪|规划|你觉得|忽略|帮我/.test(token) })
    else if (/\d/.test(token)) found.push({ kind: 'fixed', text: token, time: false })
    else if (PREPOSITIONS.has(word)) found.push({ kind: 'preposition', word })
    else if (DIGITS[word] !== undefined && word !== 'hundred') found.push({ kind: 'fixed', text: word === 'two' ? '两个' : `${numeral(DIGITS[word])}个`, time: false })
    else found.push({ kind: 'word', word, capital: /^[A-Z]/.test(token) })
  }
  return found
}

/** As spelled, before endings are cut: building is not build. */
const SPELLED: ReadonlyMap<string, readonly string[]> = new Map(
  POLICY_ENGLISH.map(([english, chinese]): [string, readonly string[]] => [english.replaceAll('-', ' '), chinese.split('/')]),
)
/** Keys of the list, stemmed as the question is. */
const POLICY: ReadonlyMap<string, readonly string[]> = new Map(
  POLICY_ENGLISH.map(([english, chinese]): [string, readonly string[]] => [policyKey(english.split(/[\s-]+/)), chinese.split('/')]),
)

function policyKey(words: readonly string[]): string {
  return words.map((word) => stem(word.replace(/'s?$/, ''))).join(' ')
}

export function translateQuestion(question: string, frequency: (word: string) => number): Translated {
  const all = pieces(question.slice(0, LONGEST_QUESTION).replaceAll('’', "'"))
  const groups: { readonly preposition: string; readonly slots: Slot[] }[] = [{ preposition: '', slots: [] }]
  const times: string[] = []
  let [content, found] = [0, 0]
  for (let at = 0; at < all.length; at++) {
    const piece = all[at]!
    if (piece.kind === 'preposition') {
      groups.push({ preposition: piece.word, slots: [] })
      continue
    }
    const slots = groups.at(-1)!.slots
    if (piece.kind === 'fixed') {
      if (piece.time) times.push(piece.text)
      else slots.push({ choices: [{ word: piece.text, score: 0 }], role: roleOf(piece.text) })
      continue
    }
    const match = longestMatch(all, at, frequency)
    if (match) {
      slots.push({ choices: match.choices, role: 'word' })
      content += match.length
      if (match.known) found += match.length
      at += match.length - 1
    } else if (!STOP.has(piece.word)) {
      content++
      const name = piece.capital ? byReading(piece.word, frequency) : undefined
      if (name !== undefined) {
        found++
        slots.push({ choices: [{ word: name, score: 0 }], role: 'word' })
      }
    }
  }
  const words = inChineseOrder(groups).map((slots) => sideBySide(slots, frequency).join(''))
  const text = times.join('') + words.filter((group) => group !== '').join('的').replaceAll('的第', '第') + askedFor(question.slice(0, LONGEST_QUESTION))
  return { text, covered: content === 0 ? 0 : found / content }
}

/** What is counted → the measure word a figure of it has. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/people|persons?|talents?|students?|graduates|workers|residents|visitors|tourists|teachers|doctors|children|jobs|employees|members|experts|scientists/, '名'],
  [/homes|houses|apartments|flats|housing/, '套'],
  [/square kilomet/, '平方公里'],
  [/square met/, '平方米'],
  [/kilomet|\bkm\b/, '公里'],
  [/hectares/, '公顷'],
  [/ton(?:ne)?s/, '吨'],
  [/minutes/, '分钟'],
  [/hours/, '小时'],
  [/days/, '天'],
  [/years/, '年'],
  [/months/, '个月'],
  [/yuan|rmb/, '元'],
  [/percent/, '个百分点'],
]

/** The words that ask, with the measure word where things are counted. */
function askedFor(question: string): string {
  const counted = /\bhow many ((?:[\w-]+ ){0,4}?[\w-]+?)(?: (?:is|are|was|were|will|does|do|did|must|should|shall|has|have|can|may)\b|[?.!]|$)/i.exec(question)?.[1]
  if (counted !== undefined && !/percent/i.test(counted)) return `多少${UNITS.find(([pattern]) => pattern.test(counted.toLowerCase()))?.[1] ?? '个'}`
  return ASKED.find(([pattern]) => pattern.test(question))?.[1] ?? ''
}

function roleOf(fixed: string): Slot['role'] {
  if (/岁/.test(fixed)) return 'age'
  return /^\d[\d.]*万?[名套]$/.test(fixed) ? 'count' : 'word'
}

/** Modifiers stand before what they modify: the decision on the corridor → 走廊的决定. */
function inChineseOrder(groups: readonly { readonly slots: readonly Slot[] }[]): (readonly Choice[])[][] {
  return groups.map(({ slots }) => arranged(slots).map(({ choices }) => choices)).reverse()
}

/** 50万名大学生35岁以下 → 35岁以下大学生50万名, as policy texts have it. */
function arranged(slots: readonly Slot[]): Slot[] {
  const order: Slot[] = []
  let count: Slot | undefined
  for (const slot of slots) {
    if (slot.role === 'count') {
      count = slot
      continue
    }
    if (slot.role === 'age') order.splice(Math.max(0, order.length - (order.at(-1)?.role === 'count' ? 2 : 1)), 0, slot)
    else order.push(slot)
    if (count && slot.role === 'word') {
      order.push(count)
      count = undefined
    }
  }
  return count ? [...order, count] : order
}

interface Match {
  readonly length: number
  /** A Chinese word of it stands in the documents, or it is a place. */
  readonly known: boolean
  readonly choices: readonly Choice[]
}

/** The longest run of words that the list or the dictionary knows; small words inside a run are skipped by the key. */
function longestMatch(all: readonly Piece[], start: number, frequency: (word: string) => number): Match | undefined {
  const { words } = loadGlosses(frequency)
  const run: string[] = []
  for (const piece of all.slice(start, start + LONGEST_PHRASE)) {
    if (piece.kind === 'fixed') break
    run.push(piece.word)
  }
  for (let length = run.length; length >= 1; length--) {
    const part = run.slice(0, length)
    const last = part.at(-1)!
    if (PREPOSITIONS.has(last) || (length === 1 && STOP.has(last))) continue
    const listed = SPELLED.get(part.join(' ')) ?? POLICY.get(policyKey(part))
    if (listed) {
      const there = listed.filter((word) => frequency(word) > 0)
      const choices = (there.length > 0 ? there : listed.slice(0, 1)).map((word, nth) => ({ word, score: 2 - nth * 0.3 }))
      return { length, known: there.length > 0, choices }
    }
    if (length > 1 && (STOP.has(part[0]!) || STOP.has(last))) continue
    const senses = words.get(glossKey(part.join(' '))) ?? []
    const choices = senses
      .map(({ word, rank, there, name }) => ({ word, score: Math.log2(1 + there) * 0.25 - rank * 0.7 + (word.length === 2 ? 0.6 : word.length > 2 ? 0.4 : -0.6) + (name ? 0.3 : 0) }))
      .sort((one, other) => other.score - one.score)
      .slice(0, MOST_CHOICES)
    if (choices.length > 0) return { length, known: true, choices }
  }
  return undefined
}

/** One word a slot, so that neighbours stand side by side in the documents as far as they can (Viterbi). */
function sideBySide(slots: readonly (readonly Choice[])[], frequency: (word: string) => number): string[] {
  let paths: { readonly words: readonly string[]; readonly score: number }[] = [{ words: [], score: 0 }]
  for (const choices of slots) {
    paths = choices.map(({ word, score }) => {
      const ends = paths.map((path) => ({ words: [...path.words, word], score: path.score + score + joint(path.words.at(-1), word, frequency) }))
      return ends.reduce((best, end) => (end.score > best.score ? end : best))
    })
  }
  return [...paths.reduce((best, path) => (path.score > best.score ? path : best)).words]
}

function joint(before: string | undefined, word: string, frequency: (word: string) => number): number {
  if (before === undefined || before === word) return before === word ? -1 : 0
  return frequency(before + word) > 0 ? 1.2 : 0
}

/** A name written in pinyin that the documents hold: Yuhang → 余杭. */
function byReading(word: string, frequency: (word: string) => number): string | undefined {
  const { readings } = loadCharacters()
  const bySound = soundsOf(readings)
  let best: { readonly name: string; readonly there: number } | undefined
  for (let cut = 1; cut < word.length; cut++) {
    for (const first of bySound.get(word.slice(0, cut)) ?? []) {
      for (const second of bySound.get(word.slice(cut)) ?? []) {
        const there = frequency(first + second)
        if (there > (best?.there ?? 0)) best = { name: first + second, there }
      }
    }
  }
  return best?.name
}

let sounds: ReadonlyMap<string, readonly string[]> | undefined

function soundsOf(readings: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  if (!sounds) {
    const bySound = new Map<string, string[]>()
    for (const [character, own] of readings) for (const sound of own) (bySound.get(sound) ?? bySound.set(sound, []).get(sound)!).push(character)
    sounds = bySound
  }
  return sounds
}

const frequencies = new WeakMap<Library['documents'], (word: string) => number>()

/** In how many clauses of a library a word stands: by its pairs of characters, and by its runs of three and four. */
export function frequencyIn(library: Library): (word: string) => number {
  const kept = frequencies.get(library.documents)
  if (kept) return kept
  const { keywords } = library.clauses
  const index = slipIndexOf(library.documents)
  const frequency = (word: string): number => {
    if (word.length < 2 || !/^\p{Script=Han}+$/u.test(word)) return keywords.frequency(word.toLowerCase())
    let least = Infinity
    for (let at = 0; at + 1 < word.length && least > 0; at++) least = Math.min(least, keywords.frequency(word.slice(at, at + 2)))
    for (let at = 0; at + 2 < word.length && least > 0; at++) if (!index.knows(word.slice(at, at + 4).length === 4 ? word.slice(at, at + 4) : word.slice(at, at + 3))) least = 0
    return least
  }
  frequencies.set(library.documents, frequency)
  return frequency
}
