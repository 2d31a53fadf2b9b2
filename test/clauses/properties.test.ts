/** What holds for the clause tree of any text: seeds, laws and random lines. */
import { describe, expect, test } from 'vitest'
import { walk } from '../../src/clauses/address.ts'
import { linesOf } from '../../src/clauses/lines.ts'
import { withoutContents } from '../../src/clauses/paragraphs.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import type { Clause, Document, SourceText, Span } from '../../src/types.ts'
import { SEEDS, lawFiles, lawSource, seedSource, sourceOf } from './sources.ts'

/** Own words of a clause: paragraphs, and the opening line where the heading stands alone. */
function ownSpans({ heading, paragraphs, extent }: Clause): Span[] {
  const inside = heading && paragraphs.some(({ start, end }) => start <= heading.start && heading.end <= end)
  const alone = heading && !inside ? [{ start: extent.start, end: heading.end }] : []
  return [...alone, ...paragraphs]
}

const isBlank = (words: string): boolean => /^[\s\u3000\u200b\ufeff#>*_\-+•·●■◆：:（）()【】〔〕]*$/.test(words)

/** Throws a sentence for the first thing that is wrong. */
function check(source: SourceText, document: Document): void {
  const { text } = source
  const fail = (what: string, at: number): never => {
    throw new Error(`${source.source}: ${what} at ${at}: ${JSON.stringify(text.slice(at, at + 30))}`)
  }
  const ids = new Set<string>()
  for (const lineage of walk(document)) {
    const clause = lineage.at(-1) as Clause
    const { extent, heading, paragraphs, children, id } = clause
    if (ids.has(id)) fail(`${id} twice`, extent.start)
    ids.add(id)
    for (const span of [extent, ...(heading ? [heading] : []), ...paragraphs]) {
      if (!(span.start >= extent.start && span.start < span.end && span.end <= extent.end && span.end <= text.length)) fail('a span outside', span.start)
    }
    let before = extent.start
    for (const child of children) {
      if (child.extent.start < before || child.extent.end > extent.end) fail('a child outside or out of order', child.extent.start)
      before = child.extent.end
    }
  }
  const spans = [...walk(document)].flatMap((lineage) => ownSpans(lineage.at(-1) as Clause)).sort((a, b) => a.start - b.start)
  let covered = 0
  const lines = [...linesOf(text, 0, source.bodyStart), ...withoutContents(linesOf(text, source.bodyStart))]
  for (const span of spans) {
    if (span.start < covered) fail('words in two clauses', span.start)
    covered = span.end
  }
  let next = 0
  for (const line of lines) {
    let at = line.start
    while (next < spans.length && (spans[next]?.end ?? 0) <= at) next += 1
    for (let look = next; look < spans.length && (spans[look]?.start ?? 0) < line.end; look += 1) {
      if (!isBlank(text.slice(at, Math.max(at, spans[look]?.start ?? 0)))) fail('words in no clause', at)
      at = Math.max(at, spans[look]?.end ?? 0)
    }
    if (at < line.end && !isBlank(text.slice(at, line.end))) fail('words in no clause', at)
  }
}

describe('every word stands in exactly one clause, children inside their parents, ids apart', () => {
  test.each(SEEDS)('seed %s', (number) => check(seedSource(number), parseDocument(seedSource(number))))

  test('laws', () => {
    for (const file of lawFiles()) {
      const source = lawSource(file)
      check(source, parseDocument(source))
    }
  })

  test('texts of random lines', () => {
    const random = randomFrom(20_230_109)
    for (let round = 0; round < (process.env['TIAOWEN_LONG'] === '1' ? 20_000 : 2_000); round += 1) {
      const source = sourceOf(randomText(random), { source: `round ${round}` })
      const bodyStart = random() < 0.3 ? Math.max(0, source.text.indexOf('\n')) : 0
      check({ ...source, bodyStart }, parseDocument({ ...source, bodyStart }))
    }
  })
})

/** Time that grew with the square of the length would not end within the limit of the test. */
test('any one line many times over is read in time that grows with its length', () => {
  const length = process.env['TIAOWEN_LONG'] === '1' ? 1_000_000 : 300_000
  const lines = [
    '第一条 ', '第十二条规定的情形，\n', '（一）甲；\n', '1.2.3.', '一、', '（（（', '甲，\n', '目录\n', '## ', '附件', '<!--', '**',
    '深化改革\n\n', '一、甲。乙。\n', '第一条 甲\n附件一\n', '\u3000', ' ', '1. ', '- ', '第', '\n',
  ]
  for (const line of lines) expect(parseDocument(sourceOf(line.repeat(Math.ceil(length / line.length)))).id).toBe('d')
}, 120_000)

/** Mulberry32: the same numbers in every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const PIECES = [
  '第一条', '第十二条', '第三条之一', '第二章', '第一编', '第四节', '第二部分', '一、', '二、', '十一、', '（一）', '(二)', '㈢', '1.', '2．', '3、',
  '(6)', '（7）', '⑴', '①', '②', ' ', '\u3000', '\n', '\n\n', '\r\n', '# ', '## ', '**', '> ', '- ', '<!-- x -->', '---', '目录', '附件一', '附件：', '序言',
  '总则', '深化改革', '规定的情形', '有下列情形之一的：', '为了规范，制定本法。', '甲；', '乙。', '丙', '，', '2023年1月9日', '【目的】', '（略）', '“', '”', 'a/b', '%', '😀', '\ud800', '\u0000',
]
function randomText(random: () => number): string {
  const pick = (): string => PIECES[Math.floor(random() * PIECES.length)] ?? ''
  return Array.from({ length: Math.floor(random() * 60) }, () => pick() + (random() < 0.3 ? '\n' : '')).join('')
}
