/**
 * A library of as many clauses as wanted: the laws, and copies of them with noise in their words and vectors, so that
 * neither keywords nor vectors of two copies are the same. The noise in a text can be taken out again: that is how the
 * vector of a changed text is known without the model, as the vector of the text it came from with noise of its own.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { toUnitLength, type Embedder, type OnBatch } from '../../src/embedding/embedder.ts'
import { vectorOf } from '../../src/retrieval/quantised.ts'
import { FIELDS, textsOf, type Segment } from '../../src/retrieval/segment.ts'

/** Han characters of extension A, which no law of ours prints: each stands for one common character. */
const FIRST_SIGN = 0x3400
const SIGNS = 1_500
/** What headings, numbers and dates are told by stays as it is, or the trees would be others. */
const KEPT = new Set('第条章节编款项目附件则一二三四五六七八九十百千万零〇年月日总分共和国中华人民')
const SHARE = 0.08
/** Of a copy's title: two works of one title would be taken for two versions of it. */
const TITLE_SHARE = 0.5
/** Length of the noise beside a vector of length 1: copies have a cosine of 0.94 to what they came from. */
const NOISE = 0.35

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** Writes files of laws and copies of them until they hold so many clauses. @returns how many clauses there are about */
export function multiply(from: string, to: string, clauses: number, clausesOf: (text: string) => number): number {
  const files = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:md|txt)$/.test(name)).sort()
  const texts = files.map((name) => readFileSync(join(from, name), 'utf8'))
  const counts = texts.map(clausesOf)
  const signs = signsFor(texts)
  let held = 0
  for (let copy = 0; ; copy++) {
    for (const [at, name] of files.entries()) {
      if (held >= clauses) return held
      const path = join(to, String(copy).padStart(4, '0'), name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, copy === 0 ? texts[at]! : noisy(texts[at]!, signs, numbersFrom(copy * 1_000_003 + at)))
      held += counts[at]!
    }
  }
}

/** The commonest characters that may change, each with its sign. */
function signsFor(texts: readonly string[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const text of texts) for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  const common = [...counts].filter(([one]) => /^\p{Script=Han}$/u.test(one) && !KEPT.has(one)).sort(([, one], [, other]) => other - one)
  return new Map(common.slice(0, SIGNS).map(([character], at) => [character, String.fromCharCode(FIRST_SIGN + at)]))
}

function noisy(text: string, signs: ReadonlyMap<string, string>, next: () => number): string {
  const titleEnd = text.indexOf('\n')
  return Array.from(text, (character, at) => {
    const share = at < titleEnd ? TITLE_SHARE : SHARE
    return next() < share ? (signs.get(character) ?? character) : character
  }).join('')
}

/** Gives each text the vector of the text it came from, with noise of its own. */
export class NoisyEmbedder implements Embedder {
  readonly id: string
  readonly dimensions: number
  readonly #known: ReadonlyMap<string, Int8Array>
  readonly #characters: ReadonlyMap<string, string>
  /** Texts that came from none known: 0 where all is well. */
  unknown = 0

  private constructor(of: Embedder, known: ReadonlyMap<string, Int8Array>, characters: ReadonlyMap<string, string>) {
    this.id = of.id
    this.dimensions = of.dimensions
    this.#known = known
    this.#characters = characters
  }

  /** @param segments of the laws, with the vectors that the embedder has made */
  static async over(embedder: Embedder, segments: readonly Segment[], from: string): Promise<NoisyEmbedder> {
    const known = new Map<string, Int8Array>()
    for (const segment of segments) {
      for (const field of FIELDS) {
        const rows = await segment.fields[field].vectors!()
        textsOf(segment, field).forEach((text, row) => known.set(text, rows.stored(row)))
      }
    }
    const files = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:md|txt)$/.test(name)).sort()
    const signs = signsFor(files.map((name) => readFileSync(join(from, name), 'utf8')))
    return new NoisyEmbedder(embedder, known, new Map([...signs].map(([character, sign]) => [sign, character])))
  }

  embedQuestion(): Promise<Float32Array> {
    throw new Error('questions are for the model')
  }

  async embedInBatches(texts: readonly string[], onBatch: OnBatch): Promise<void> {
    const size = 256
    for (let from = 0; from < texts.length; from += size) {
      const positions = Array.from({ length: Math.min(size, texts.length - from) }, (_, at) => from + at)
      const vectors = new Float32Array(positions.length * this.dimensions)
      positions.forEach((position, at) => vectors.set(this.#vectorOf(texts[position]!), at * this.dimensions))
      onBatch(positions, vectors)
      await new Promise(setImmediate)
    }
  }

  async close(): Promise<void> {}

  #vectorOf(text: string): Float32Array {
    const stored = this.#known.get(text)
    if (stored) return vectorOf(stored)
    const original = this.#known.get(Array.from(text, (character) => this.#characters.get(character) ?? character).join(''))
    if (!original) this.unknown++
    const next = numbersFrom(seedOf(text))
    const vector = original ? vectorOf(original) : new Float32Array(this.dimensions)
    const noise = toUnitLength(Float32Array.from({ length: this.dimensions }, () => normalFrom(next)))
    return toUnitLength(vector.map((value, at) => value + (original ? NOISE : 1) * noise[at]!))
  }
}

/** Box and Muller 1958. */
const normalFrom = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
