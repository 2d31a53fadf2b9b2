/** 1,342 laws in Markdown: nothing of them is dropped, and their heads are read. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { clean } from '../../src/documents/clean.ts'
import { readHeader } from '../../src/documents/header.ts'

const laws = join(process.env['TIAOWEN_CORPUS'] ?? '../shared/corpus', 'laws')
const present = existsSync(laws)
if (!present) console.warn(`WITHOUT CORPUS: ${laws} is absent; set TIAOWEN_CORPUS to try the laws too`)

describe.skipIf(!present)('the laws of the corpus', () => {
  const files = present
    ? readdirSync(laws, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).sort()
    : []
  const texts = files.map((file) => [file, readFileSync(join(laws, file), 'utf8')] as const)

  test('lose no line', () => {
    const dropped = texts.flatMap(([file, text]) =>
      clean(text).dropped.map(({ line, text: words }) => `${file}:${line} ${words}`),
    )
    expect(dropped).toEqual([])
  })

  test('all have a title, the words of their first heading', () => {
    const wrong = texts.filter(([, text]) => {
      const title = readHeader(text, 'md').header.title
      return title === undefined || `# ${title.value}` !== text.split('\n')[0]?.trim()
    })
    expect(wrong.map(([file]) => file)).toEqual([])
  })

  test('have no article in the head', () => {
    const swallowed = texts.filter(([, text]) => {
      const head = text.slice(0, readHeader(text, 'md').bodyStart)
      return /^第[一二三四五六七八九十百]+条\s/m.test(head)
    })
    expect(swallowed.map(([file]) => file)).toEqual([])
  })

  test('state issuer, number and dates at least as often as was counted', () => {
    const counts: Record<string, number> = {}
    for (const [, text] of texts) {
      for (const key of Object.keys(readHeader(text, 'md').header)) counts[key] = (counts[key] ?? 0) + 1
    }
    const share = Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, count / texts.length]))
    expect(share['issuer']).toBeGreaterThan(0.94)
    expect(share['effective']).toBeGreaterThan(0.72)
    expect(share['passed']).toBeGreaterThan(0.57)
    expect(share['published']).toBeGreaterThan(0.54)
    expect(share['documentNumber']).toBeGreaterThan(0.41)
  })
})
