/**
 * Answers of every shape: words of the seeds and words nobody should write, short and 30,000 characters long, with no
 * citation and with hundreds, quoted, written by a model, declined, ambiguous.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { Answer, Citation, ClauseReference, DocumentId, Passage, Segment, VersionNote } from '../../../src/types.ts'
import { randomFrom, type Random } from '../../store/random.ts'

const folder = new URL('../../../seeds/', import.meta.url)
const SEEDS = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .sort()
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))

/** What breaks a count, a cut, an escape or a client. */
const HOSTILE: readonly string[] = [
  '\ud83d',
  '\udc00',
  '𠮷𠮷𠮷',
  '👨‍👩‍👧‍👦👍🏽🇨🇳',
  `e${'\u0301'.repeat(400)}`,
  'ก็็็็็็็็็็',
  '\u202e倒\u202c',
  '\u200b\u2060\ufeff',
  '\u0000\u0007\u001b[31m',
  '\r\n',
  '\u2028\u2029',
  '&'.repeat(700),
  '<'.repeat(700),
  '*_~`#>|[]()!\\'.repeat(60),
  '```\n```',
  '<!channel>',
  '<@U0123456>',
  '<https://evil.example|《决定》>',
  '@所有人 @all @here',
  '[看这里](https://evil.example)',
  '![](https://evil.example/p.png)',
  'https://evil.example/?q=甲',
  ':joy: :100:',
  '&amp;lt;',
  '一'.repeat(5_000),
  'a'.repeat(5_000),
  '。'.repeat(300),
  '\n'.repeat(50),
  '1. 甲\n- 乙\n# 丙\n> 丁\n---\n|戊|己|',
  'Ünïcödé text of a foreign tongue, with spaces. '.repeat(40),
]

/** True that often. */
const isTrue = (random: Random, share: number) => random.next() < share

const some = <Item>(random: Random, most: number, make: () => Item): Item[] =>
  Array.from({ length: random.between(0, most + 1) }, make)

function wordsOf(random: Random, most: number): string {
  if (isTrue(random, 0.15)) return random.pick(HOSTILE)
  const seed = random.pick(SEEDS)
  const length = random.between(1, (isTrue(random, 0.004) ? 30_000 : most) + 1)
  const start = random.between(0, Math.max(0, seed.length - length) + 1)
  const words = seed.slice(start, start + length)
  return isTrue(random, 0.1) ? `${words}${random.pick(HOSTILE)}${words}` : words
}

const lineOf = (random: Random, most: number) => wordsOf(random, most).replace(/\n/g, '')
const dayOf = (random: Random) => `20${random.between(10, 26)}-0${random.between(1, 10)}-1${random.between(0, 10)}`

function referenceOf(random: Random): ClauseReference {
  const [part, item] = [random.between(1, 13), random.between(1, 100)]
  const start = random.between(0, 9_000)
  return {
    documentId: `d-00${random.between(0, 10)}` as DocumentId,
    source: `${isTrue(random, 0.05) ? lineOf(random, 60) : 'seed'}.txt`,
    title: lineOf(random, isTrue(random, 0.03) ? 900 : 40) || '决定',
    path: [String(part), String(item)],
    label: `${part}、${item}.`,
    spoken: isTrue(random, 0.05) ? lineOf(random, 300) : `第${part}部分第${item}条`,
    url: isTrue(random, 0.1)
      ? random.pick(['javascript:alert(1)', '//evil.example', '/read/a|b', '/read/a)b', '/read/a>b', 'https://evil.example/read/a'])
      : `/read/d-000/213ffd5c05c1071a/${start}-${start + 20}`,
  }
}

function versionOf(random: Random): VersionNote {
  const others = some(random, 5, () => ({ date: dayOf(random), status: 'superseded' as const, url: '/read/x' }))
  return {
    date: dayOf(random),
    status: random.pick(['in-force', 'upcoming', 'superseded', 'repealed'] as const),
    since: dayOf(random),
    ...(isTrue(random, 0.5) && { by: { title: lineOf(random, 30), date: dayOf(random) } }),
    others,
  }
}

function citationOf(random: Random, n: number, quote: string): Citation {
  return {
    ...referenceOf(random),
    n,
    ...(isTrue(random, 0.2) && { titleFrom: 'inferred' as const }),
    ...(isTrue(random, 0.8) && { date: dayOf(random), dateFrom: random.pick(['text', 'operator'] as const) }),
    quote,
    start: 0,
    end: quote.length,
    ...(isTrue(random, 0.2) && { page: random.between(1, 901) }),
    textSha256: '0'.repeat(64),
    quoteSha256: '0'.repeat(64),
    alsoIn: some(random, isTrue(random, 0.02) ? 40 : 1, () => referenceOf(random)),
    ...(isTrue(random, 0.3) && { version: versionOf(random) }),
  }
}

function passageOf(random: Random): Passage {
  const version = isTrue(random, 0.2) ? { version: versionOf(random) } : {}
  return { ...referenceOf(random), text: wordsOf(random, 300), start: 0, end: 1, score: 0.5, alsoIn: [], ...version }
}

/** Answer number `seed`, always the same one. */
export function generatedAnswer(seed: number): Answer {
  const random = randomFrom(seed)
  const outcome = isTrue(random, 0.7) ? 'answered' : random.pick(['declined', 'ambiguous'] as const)
  const mode = outcome === 'answered' && isTrue(random, 0.3) ? 'llm' : 'extractive'
  const count = isTrue(random, 0.01) ? random.between(60, 301) : random.between(0, isTrue(random, 0.1) ? 41 : 6)
  const segments: Segment[] = []
  const citations: Citation[] = []
  for (let n = 1; n <= count; n += 1) {
    const quote = wordsOf(random, 250)
    citations.push(citationOf(random, n, quote))
    if (mode === 'llm') {
      segments.push({ kind: 'sentence', text: `${wordsOf(random, 80)}。\n`, citations: [...new Set([random.between(1, n + 1), n])] })
      continue
    }
    segments.push({ kind: 'label', text: `${citations.at(-1)!.spoken}：`, citations: [n] })
    if (isTrue(random, 0.9)) segments.push({ kind: 'quotation', text: quote, citations: [n] })
    segments.push({ kind: 'connecting', text: random.pick(['；', '。\n', '\n', '”\n', '']) })
  }
  if (outcome !== 'answered' || count === 0) segments.push({ kind: 'connecting', text: wordsOf(random, 60) })
  const passages = some(random, 6, () => passageOf(random))
  const named = outcome === 'ambiguous' ? passages.map(({ title, spoken }) => ({ kind: 'label' as const, text: `《${title}》${spoken}\n` })) : []
  const all = [...segments, ...named]
  return {
    id: `a-${seed}`,
    question: '问',
    ...(isTrue(random, 0.2) && { understoodAs: wordsOf(random, 80) }),
    outcome,
    ...(outcome === 'declined' && {
      reason: random.pick(['no-evidence', 'no-such-clause', 'false-premise', 'unsupported', 'out-of-scope'] as const),
    }),
    text: all.map(({ text }) => text).join(''),
    segments: all,
    citations,
    passages,
    mode,
    ...(mode === 'llm' && { model: { id: lineOf(random, 30), prompt: 'answer-2', sentences: 3, removed: random.between(0, 3), reasons: {} } }),
    retrieval: random.pick(['hybrid', 'keyword'] as const),
    ...(isTrue(random, 0.2) && { fallback: { from: random.pick(['hybrid', 'llm']), reason: wordsOf(random, 60) } }),
    ...(isTrue(random, 0.2) && { notes: some(random, 3, () => wordsOf(random, 100)) }),
    index: { generation: 'gen-00000001', embedder: null },
    timings: {},
  }
}
