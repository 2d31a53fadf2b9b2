/**
 * An English question → the Chinese words in which the documents may say it.
 *
 * No translation is made: figures, times and question words follow fixed rules, all else is looked up in a short list
 * of policy English and in CC-CEDICT, and of several Chinese words those are taken that the documents hold and that
 * stand side by side in them.
 */
import type { Library } from '../retrieval/library.ts'
import { glossKey, loadCharacters, loadGlosses, type Sense } from './cedict.ts'
import { askedFor, digitOf, numeral, standsFirst, withFixedParts } from './english-rules.ts'
import { POLICY_ENGLISH } from './policy-english.ts'
import { slipIndexOf } from './slips.ts'
import { stem } from './stem.ts'

interface Translated {
  /** Chinese words in the order of a Chinese question. */
  readonly text: string
  /** 0 to 1: share of the content words that found a Chinese word. */
  readonly covered: number
}

/** A piece of the question, in order. */
type Piece =
  | { readonly kind: 'fixed'; readonly text: string; readonly first: boolean } // figures, times
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

/** Words that ask nothing of the documents. */
const STOP = new Set(
  (
    'a an the to be is are was were been being am do does did done has have had having will would shall should ' +
    'can could may might must this that these those it its they their them there here he she his her we our us ' +
    'you your i my me and or but so if than then as with into onto about above up out off over what which who ' +
    'whom whose when where why how many much any some all each every such same other another also only just ' +
    'please tell show give list find explain describe state document text file mention say said according ' +
    'regarding concerning want know let not no yes plan within during between per via under ever well more most ' +
    'less least after before kind date day year used uses using very meet met contain contained look like seem ' +
    'really actually currently mainly consist include included including emphasize emphasized stress stressed ' +
    'called name named type sort exactly roughly approximately get go come take make'
  ).split(' '),
)
const PREPOSITIONS = new Set('of in on for by at from within during under through across to'.split(' '))
const TOKEN = /⟦[^⟦⟧]*⟧|[A-Za-z]+\d+[A-Za-z]*|\d+(?:\.\d+)?[A-Za-z]*|R&D|[A-Za-z]+(?:'s)?/g

function pieces(question: string): Piece[] {
  return [...withFixedParts(question).matchAll(TOKEN)].map(([token]): Piece => {
    const word = token.toLowerCase().replace(/'s$/, '')
    const digit = digitOf(word)
    if (token.startsWith('⟦')) return { kind: 'fixed', text: token.slice(1, -1), first: standsFirst(token) }
    if (/\d/.test(token)) return { kind: 'fixed', text: token, first: false }
    if (PREPOSITIONS.has(word)) return { kind: 'preposition', word }
    if (digit !== undefined) return { kind: 'fixed', text: digit === 2 ? '两个' : `${numeral(digit)}个`, first: false }
    return { kind: 'word', word, capital: /^[A-Z]/.test(token) }
  })
}

/** As spelled, before endings are cut: building is not build. */
const SPELLED = policyBy((words) => words.join(' '))
/** Stemmed, as the question is. */
const STEMMED = policyBy(policyKey)

function policyBy(key: (words: readonly string[]) => string): ReadonlyMap<string, readonly string[]> {
  return new Map(POLICY_ENGLISH.map(([english, chinese]) => [key(english.split(/[\s-]+/)), chinese.split('/')]))
}

function policyKey(words: readonly string[]): string {
  return words.map((word) => stem(word.replace(/'s?$/, ''))).join(' ')
}

/** English → Chinese in words the documents use; `frequency`: how often a Chinese word stands in them. */
export function translateQuestion(question: string, frequency: (word: string) => number): Translated {
  const all = pieces(question.slice(0, LONGEST_QUESTION).replaceAll('’', "'"))
  const groups: { readonly preposition: string; readonly slots: Slot[] }[] = [{ preposition: '', slots: [] }]
  const first: string[] = []
  let [content, found] = [0, 0]
  for (let at = 0; at < all.length; at++) {
    const piece = all[at]!
    if (piece.kind === 'preposition') {
      groups.push({ preposition: piece.word, slots: [] })
      continue
    }
    const slots = groups.at(-1)!.slots
    if (piece.kind === 'fixed') {
      if (piece.first) first.push(piece.text)
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
  const phrase = words.filter((group) => group !== '').join('的').replaceAll('的第', '第')
  const text = first.join('') + phrase + askedFor(question.slice(0, LONGEST_QUESTION))
  return { text, covered: content === 0 ? 0 : found / content }
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
    const listed = SPELLED.get(part.join(' ')) ?? STEMMED.get(policyKey(part))
    if (listed) {
      const there = listed.filter((word) => frequency(word) > 0)
      const usable = there.length > 0 ? there : listed.slice(0, 1)
      const choices = usable.map((word, nth) => ({ word, score: 2 - nth * 0.3 }))
      return { length, known: there.length > 0, choices }
    }
    if (length > 1 && (STOP.has(part[0]!) || STOP.has(last))) continue
    const senses = words.get(glossKey(part.join(' '))) ?? []
    const choices = senses
      .map((sense) => ({ word: sense.word, score: scoreOf(sense) }))
      .sort((one, other) => other.score - one.score)
      .slice(0, MOST_CHOICES)
    if (choices.length > 0) return { length, known: true, choices }
  }
  return undefined
}

/** Words of two characters, first glosses, and what the documents say often are likelier. */
function scoreOf({ word, rank, there, name }: Sense): number {
  const length = word.length === 1 ? -0.6 : word.length === 2 ? 0.6 : 0.4
  return Math.log2(1 + there) * 0.25 - rank * 0.7 + length + (name ? 0.3 : 0)
}

/** One word a slot, so that neighbours stand side by side in the documents as far as they can (Viterbi). */
function sideBySide(slots: readonly (readonly Choice[])[], frequency: (word: string) => number): string[] {
  let paths: { readonly words: readonly string[]; readonly score: number }[] = [{ words: [], score: 0 }]
  for (const choices of slots) {
    paths = choices.map(({ word, score }) => {
      const ends = paths.map((path) => ({
        words: [...path.words, word],
        score: path.score + score + joint(path.words.at(-1), word, frequency),
      }))
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
    for (const [character, own] of readings) {
      for (const sound of own) {
        const list = bySound.get(sound)
        if (list) list.push(character)
        else bySound.set(sound, [character])
      }
    }
    sounds = bySound
  }
  return sounds
}

const frequencies = new WeakMap<Library['documents'], (word: string) => number>()

/** In how many clauses of a library a word stands: by its pairs of characters, and by its runs of three and four. */
export function frequencyIn(library: Library): (word: string) => number {
  const kept = frequencies.get(library.documents)
  if (kept) return kept
  const { keywords } = library
  const index = slipIndexOf(library.documents)
  const frequency = (word: string): number => {
    if (word.length < 2 || !/^\p{Script=Han}+$/u.test(word)) return keywords.frequency(word.toLowerCase())
    let least = Infinity
    for (let at = 0; at + 1 < word.length && least > 0; at++) {
      least = Math.min(least, keywords.frequency(word.slice(at, at + 2)))
    }
    for (let at = 0; at + 2 < word.length && least > 0; at++) {
      if (!index.knows(word.slice(at, at + 4))) least = 0
    }
    return least
  }
  frequencies.set(library.documents, frequency)
  return frequency
}
