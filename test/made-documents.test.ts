/** Documents made for the purpose, from the file to the clause tree: very long, very deep, very short. How long they take: bench/reading.ts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { loadDocuments } from '../src/build-index.ts'
import { findClause, innermost, ownText, walk } from '../src/clauses/address.ts'
import { chineseNumeral } from '../src/clauses/numerals.ts'
import { findProblems } from '../src/clauses/tree.ts'
import type { Document } from '../src/types.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

/** The document that a file with these words becomes. */
async function made(text: string, name = '条例.md'): Promise<Document> {
  const root = mkdtempSync(join(tmpdir(), 'tiaowen-made-'))
  roots.push(root)
  writeFileSync(join(root, name), text)
  const { documents, skipped } = await loadDocuments([root], `${root}-data`)
  roots.push(`${root}-data`)
  expect(skipped).toEqual([])
  const [document] = documents
  if (!document) throw new Error('nothing was loaded')
  return document
}

const paths = (document: Document): string[] => [...walk(document)].map((lineage) => innermost(lineage).path.join('/'))
const wordsAt = (document: Document, ...path: string[]): string | undefined => {
  const lineage = findClause(document, path)
  return lineage && ownText(document, innermost(lineage))
}
/** The words between a clause's offsets. */
const extentAt = (document: Document, ...path: string[]): string | undefined => {
  const lineage = findClause(document, path)
  const extent = lineage && innermost(lineage).extent
  return extent && document.text.slice(extent.start, extent.end)
}

/** Article after article, each with a list of two and a second 款: 4 clauses less one. */
const articles = (first: number, last: number): string => {
  const lines: string[] = []
  for (let count = first; count <= last; count += 1) {
    lines.push(`第${chineseNumeral(count)}条 为了规范第${count}项行政许可的设定和实施，有下列情形之一的，应当撤销：`)
    lines.push('（一）滥用职权的；', '（二）超越职权的。', `前款规定适用于第${count}项。`)
  }
  return lines.join('\n\n')
}

describe('made documents', () => {
  test('3,000 articles', async () => {
    const document = await made(`# 长条例\n\n${articles(1, 3000)}\n`)
    const all = paths(document)
    expect(all).toHaveLength(1 + 3 * 3000)
    expect(all.slice(0, 5)).toEqual(['header', '第一条', '第一条/一', '第一条/二', '第二条'])
    expect(all.at(-1)).toBe('第三千条/二')
    expect(wordsAt(document, '第一千零六十二条')?.split('\n')).toEqual([
      '第一千零六十二条 为了规范第1062项行政许可的设定和实施，有下列情形之一的，应当撤销：', '前款规定适用于第1062项。',
    ])
    expect(extentAt(document, '第三千条', '二')).toBe('（二）超越职权的。')
    expect(findProblems(document)).toEqual([])
  })

  test('an interpretation numbered 一、 only', async () => {
    const lines = ['关于适用撤销权若干问题的解释', '', '为正确适用法律，解释如下：', '']
    for (let count = 1; count <= 34; count += 1) lines.push(`${chineseNumeral(count)}、当事人请求第${count}种撤销的，人民法院应予支持。`, '')
    const document = await made(lines.join('\n'), '解释.txt')
    expect(paths(document)).toEqual(['header', 'preamble', ...Array.from({ length: 34 }, (_, at) => chineseNumeral(at + 1))])
    expect(wordsAt(document, '二十一')).toBe('二十一、当事人请求第21种撤销的，人民法院应予支持。')
    expect(extentAt(document, '三十四')).toBe('三十四、当事人请求第34种撤销的，人民法院应予支持。')
  })

  test('every level there is, one below the other', async () => {
    const marks = [
      '第一编 分则', '第一分编 通则', '第一章 总则', '第一节 范围', '第一条 按照下列规定办理：', '一、总的要求：', '（一）程序：',
      '1.受理：', '（1）材料：', '①原件；', '②复印件。',
    ]
    const document = await made(`# 层级规定\n\n${marks.join('\n\n')}\n\n第二条 施行。\n`)
    expect(paths(document)).toEqual([
      'header', '第一编', '第一编/第一分编', '第一编/第一分编/第一章', '第一编/第一分编/第一章/第一节', '第一条', '第一条/一',
      '第一条/一/一', '第一条/一/一/1', '第一条/一/一/1/1', '第一条/一/一/1/1/①', '第一条/一/一/1/1/②', '第二条',
    ])
    const deepest = findClause(document, ['第一条', '一', '一', '1', '1', '②'])
    expect(deepest?.map(({ number }) => number?.mark)).toEqual([
      '第一编', '第一分编', '第一章', '第一节', '第一条', '一、', '（一）', '1.', '（1）', '②',
    ])
    expect(findClause(document, ['第二条'])?.map(({ number }) => number?.mark)).toEqual([
      '第一编', '第一分编', '第一章', '第一节', '第二条',
    ])
    expect(wordsAt(document, '第一条', '一', '一', '1', '1', '②')).toBe('②复印件。')
  })

  test.each([
    ['第一条 本办法自公布之日起施行。', ['第一条'], '第一条 本办法自公布之日起施行。'],
    ['一、本办法自公布之日起施行。', ['一'], '一、本办法自公布之日起施行。'],
    ['本办法自公布之日起施行。', ['preamble'], '本办法自公布之日起施行。'],
  ])('one line: %s', async (line, path, words) => {
    const document = await made(line, '一行.txt')
    expect(document.text).toBe(line)
    expect(paths(document)).toEqual([path.join('/')])
    expect(extentAt(document, ...path)).toBe(words)
  })

  test('10 MB', async () => {
    const text = `# 巨型条例\n\n${articles(1, 45_000)}\n`
    expect(Buffer.byteLength(text)).toBeGreaterThan(10_000_000)
    const document = await made(text)
    expect(document.text).toBe(text)
    const all = [...walk(document)]
    expect(all).toHaveLength(1 + 3 * 45_000)
    expect(innermost(all.at(-1) ?? all[0]!).path).toEqual(['第四万五千条', '二'])
    expect(extentAt(document, '第四万五千条')).toBe(text.slice(text.indexOf('第四万五千条 ')).trimEnd())
    expect(wordsAt(document, '第二万零一条')?.split('\n')[1]).toBe('前款规定适用于第20001项。')
  })
})
