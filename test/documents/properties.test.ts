/** Whatever bytes arrive, they end as text or as a refusal, and what is kept is whole lines of what came. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clean } from '../../src/documents/clean.ts'
import { readHeader } from '../../src/documents/header.ts'
import { linesOf } from '../../src/documents/lines.ts'
import { readBytes } from '../../src/documents/read.ts'
import { PolicyError } from '../../src/errors.ts'

/** Trials of each kind; TIAOWEN_LONG=1 runs a hundred times as many. */
const TRIALS = process.env['TIAOWEN_LONG'] === '1' ? 50_000 : 500

/** A small generator with a seed, so that a failure can be repeated (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const seeds = readdirSync('seeds').filter((name) => name.endsWith('.txt')).map((name) => readFileSync(join('seeds', name)))
const seedLines = seeds.flatMap((bytes) => bytes.toString('utf8').split('\n'))
const LINES = [...seedLines, '', '', '来源：', '分享到：', '首页', '目录', '第一章 总则', '2023-01-09', '<!-- x -->', '# 甲', '（', '《']
const TAGS = ['<p>', '</p>', '<table>', '<tr>', '<td>', '</table>', '<nav>', '</nav>', '<!--', '-->', '<br>', '&nbsp;', '&#0;', '<a', '>']

const pick = <T>(random: () => number, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

/** Reads as loadFolder does; a PolicyError is a proper end. */
async function readWhole(bytes: Uint8Array, name: string): Promise<void> {
  try {
    const { text: received, format } = await readBytes(bytes, name)
    const { text, dropped } = clean(received)
    const left = new Set(dropped.map(({ line }) => line))
    const kept = linesOf(received).filter(({ number }) => !left.has(number))
    expect(kept.map(({ start, end }) => received.slice(start, end)).join('')).toBe(text)
    const { header, bodyStart } = readHeader(text, format)
    expect(bodyStart >= 0 && bodyStart <= text.length).toBe(true)
    for (const { span } of Object.values(header)) {
      expect(span && span.start < span.end && span.end <= text.length).toBe(true)
    }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
  }
}

test('lines joined are the text', () => {
  const text = '一\r\n二\r三\n\n\u200b 四\u3000'
  expect(linesOf(text).map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
  expect(linesOf(text).map(({ words }) => words)).toEqual(['一', '二', '三', '', '四'])
})

test('seeds with damaged bytes are read or refused', { timeout: 600_000 }, async () => {
  const random = randomFrom(1)
  for (let trial = 0; trial < TRIALS; trial++) {
    const bytes = Buffer.from(pick(random, seeds))
    for (let count = 0; count < 3; count++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    await readWhole(bytes.subarray(0, Math.floor(random() * bytes.length)), 'a.txt')
  }
})

test('lines in any order are cleaned by whole lines', { timeout: 600_000 }, async () => {
  const random = randomFrom(2)
  for (let trial = 0; trial < TRIALS; trial++) {
    const lines = Array.from({ length: Math.floor(random() * 20) }, () => pick(random, LINES))
    const text = [...lines, ...(random() < 0.3 ? lines : [])].join(pick(random, ['\n', '\r\n', '\r', '\n\n']))
    await readWhole(Buffer.from(text), pick(random, ['a.txt', 'a.md']))
  }
})

test('tags in any order become lines', { timeout: 600_000 }, async () => {
  const random = randomFrom(3)
  for (let trial = 0; trial < TRIALS; trial++) {
    const parts = Array.from({ length: Math.floor(random() * 40) }, () => pick(random, random() < 0.6 ? TAGS : LINES))
    await readWhole(Buffer.from(parts.join('')), 'a.html')
  }
})
