/** PDFs of several producers become the clauses of the text they were made from. See test/fixtures/pdf/README.md. */
import { readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findClause, innermost } from '../../src/clauses/address.ts'
import { outline } from '../../src/clauses/outline.ts'
import { pageAt } from '../../src/clauses/page.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import { clean } from '../../src/documents/clean.ts'
import { readHeader } from '../../src/documents/header.ts'
import { loadFolder } from '../../src/documents/load.ts'
import type { LoadedFolders } from '../../src/documents/load.ts'
import { readBytes } from '../../src/documents/read.ts'
import { PolicyError } from '../../src/errors.ts'
import type { Document } from '../../src/types.ts'
import { seedSource, sourceOf } from '../clauses/sources.ts'

const FOLDER = 'test/fixtures/pdf'

let loaded: LoadedFolders
beforeAll(async () => {
  const data = await mkdtemp(join(tmpdir(), 'tiaowen-pdf-'))
  const folder = join(data, 'documents')
  await mkdir(folder)
  for (const name of await readdir(FOLDER)) if (name.endsWith('.pdf')) await copyFile(join(FOLDER, name), join(folder, name))
  loaded = await loadFolder({ folders: [folder], dataFolder: data })
  afterAll(() => rm(data, { recursive: true, force: true }))
}, 60_000)

function pdf(name: string): Document {
  const source = loaded.documents.find((document) => document.source === `${name}.pdf`)
  if (!source) throw new Error(`${name} was not loaded`)
  return parseDocument(source)
}

/** The document made of the text that the PDF was made of. */
async function original(name: string): Promise<Document> {
  const { text } = name.startsWith('seed') ? clean(seedText(name)) : await readBytes(readFileSync(`${FOLDER}/${name}.txt`), 'a.txt')
  return parseDocument(sourceOf(text, readHeader(text, 'txt')))
}

/** Seed 003 has one blank between 、 and a word, which no page shows. */
const seedText = (name: string) => seedSource(name.slice(5)).text.replace('、 制造业', '、制造业')

/** Every clause and paragraph with its length, but not its place: a PDF has no blank lines. */
const linesOf = (document: Document) =>
  outline(document).trimEnd().split('\n').map((line) => line.replace(/ \| \d+–\d+\]/, ']'))

describe('the clause tree of a PDF is the one of its text', () => {
  test.each([
    ['seed-001', 94, 'fonts not embedded, named by a CMap; running head, page numbers at the outer edge'],
    ['seed-003', 18, 'no indent kept for (6), page numbers - 1 -'],
    ['civil-procedure', 77, '编 章 节 条 款 项; running head, 第1页 共4页'],
    ['criminal-law', 71, '第一百二十条之一; page numbers 1/3'],
    ['export-control', 186, 'two columns, running head'],
    ['enterprise-reform', 98, '一、 above 第一条; printed by a browser, a title of two lines'],
  ])('%s: all %i lines of the outline', async (name, count) => {
    const lines = linesOf(pdf(name))
    expect(lines).toEqual(linesOf(await original(name)))
    expect(lines).toHaveLength(count)
  })
})

describe('the page of a clause', () => {
  const pageOf = (name: string, path: readonly string[]) => {
    const document = pdf(name)
    const lineage = findClause(document, path)
    if (!lineage) throw new Error(`${name} has no ${path.join('/')}`)
    return pageAt(document, innermost(lineage).extent.start)
  }

  test.each([
    ['seed-003', ['二', '6'], 1],
    ['seed-003', ['二', '7'], 1],
    ['seed-003', ['二', '8'], 2],
    ['seed-003', ['三', '12'], 4],
    ['civil-procedure', ['第五条'], 1],
    ['civil-procedure', ['第十条'], 2],
    ['civil-procedure', ['第一百二十六条'], 4],
    ['criminal-law', ['第一百二十条之六'], 3],
    ['export-control', ['第九条'], 1],
    ['export-control', ['第三十五条'], 4],
  ])('%s %j begins on page %i', (name, path, page) => {
    expect(pageOf(name, path)).toBe(page)
  })

  test('a paragraph that runs over a page is one paragraph, and its last words stand on the next page', () => {
    const document = pdf('export-control')
    const paragraph = '第三十八条 出口经营者拒绝、阻碍监督检查的，给予警告，并处十万元以上三十万元以下罚款；情节严重的，责令停业整顿，直至吊'
    const at = document.text.indexOf(paragraph)
    expect([pageAt(document, at), pageAt(document, at + paragraph.length - 1), pageAt(document, at + paragraph.length)]).toEqual([4, 4, 5])
  })

  test('a document without pages has none', async () => {
    expect(pageAt(await original('criminal-law'), 0)).toBeUndefined()
  })
})

describe('what a page prints around the text', () => {
  test('is left out, and told', () => {
    expect(pdf('civil-procedure').dropped).toEqual([
      ...[1, 2, 3, 4].map((page) => ({
        line: 1,
        page,
        text: '中华人民共和国法律汇编 诉讼与非诉讼程序法',
        reason: 'running-head',
      })),
      { line: 27, page: 1, text: '第1页 共4页', reason: 'page-number' },
      { line: 28, page: 2, text: '第2页 共4页', reason: 'page-number' },
      { line: 28, page: 3, text: '第3页 共4页', reason: 'page-number' },
      { line: 13, page: 4, text: '第4页 共4页', reason: 'page-number' },
    ])
  })

  test('a scanned page among others is told, and the words around it are not joined', () => {
    const document = pdf('some-scanned')
    expect(loaded.notices).toEqual([
      'some-scanned.pdf 第2页（共4页）没有文字，是空白页或扫描件，未收录。如是扫描件，请先做文字识别(OCR)再放入。',
    ])
    expect(document.dropped.at(-1)).toEqual({ line: 1, page: 2, text: '', reason: 'empty-page' })
    expect(document.text).toContain('不受行政机关、社会团体和个人的干涉。\n具有同等法律效力。\n')
    expect(pageAt(document, document.text.indexOf('具有同等'))).toBe(3)
  })
})

describe('PDFs that cannot be read say why', () => {
  test('scans, passwords, fonts without a map of their letters', () => {
    expect(loaded.skipped.map(({ source, code, message }) => [source, code, message])).toEqual([
      ['no-unicode.pdf', 'file-format', 'no-unicode.pdf 的字体没有文字对照表（ToUnicode），取出的是乱码。请重新导出 PDF，或先做文字识别(OCR)再放入。'],
      ['password.pdf', 'file-format', 'password.pdf 有打开密码。请另存为没有密码的 PDF 再放入。'],
      ['scanned.pdf', 'file-format', 'scanned.pdf 没有文字层（扫描件），请先做文字识别(OCR)再放入。（1 页几乎没有文字）'],
    ])
  })

  test('a password that only forbids printing is none', () => {
    expect(pdf('owner-password').header.title?.value).toBe('中华人民共和国刑法')
  })

  test('a damaged file', async () => {
    const bytes = readFileSync(`${FOLDER}/password.pdf`).subarray(0, 700)
    const message = 'a.pdf 已损坏或不是 PDF，无法读取。请重新下载，或另存为 PDF 再放入。'
    await expect(readBytes(bytes, 'a.pdf')).rejects.toEqual(new PolicyError('file-format', message))
    await expect(readBytes(Buffer.from('第一条'), 'a.pdf')).rejects.toEqual(new PolicyError('file-format', message))
  })
})
