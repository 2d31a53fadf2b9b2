/** Word files, PDFs and texts in one folder: versions of one law, told by their heads or by the operator, read steadily. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import JSZip from 'jszip'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadDocuments } from '../src/build-index.ts'
import { spokenOf } from '../src/clauses/address.ts'
import { lookUp } from '../src/clauses/lookup.ts'
import { pageAt } from '../src/clauses/page.ts'
import { standingOf } from '../src/clauses/standing.ts'
import { worksOf } from '../src/clauses/works.ts'
import { loadFolder } from '../src/documents/load.ts'
import type { Document } from '../src/types.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tiaowen-formats-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))
const data = (): string => `${root}/.data`

/** A Word file of paragraphs. */
async function wordFile(...lines: readonly string[]): Promise<Buffer> {
  const zip = new JSZip()
  const paragraphs = lines.map((line) => `<w:p><w:r><w:t>${line}</w:t></w:r></w:p>`).join('')
  const space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
  zip.file('word/document.xml', `<w:document ${space}><w:body>${paragraphs}</w:body></w:document>`)
  return zip.generateAsync({ type: 'nodebuffer' })
}

/** 民事诉讼法 as amended in 2017: what is its 第十六条 became 第十七条 in 2021. */
const CIVIL_PROCEDURE_2017 = [
  '中华人民共和国民事诉讼法',
  '1991年4月9日 第七届全国人民代表大会第四次会议通过',
  '2017年6月27日 第十二届全国人民代表大会常务委员会第二十八次会议《关于修改〈中华人民共和国民事诉讼法〉和〈中华人民共和国行政诉讼法〉的决定》第三次修正',
  '第一编 总 则',
  '第一章 任务、适用范围和基本原则',
  '第十五条 机关、社会团体、企业事业单位对损害国家、集体或者个人民事权益的行为，可以支持受损害的单位或者个人向人民法院起诉。',
  '第十六条 民族自治地方的人民代表大会根据宪法和本法的原则，结合当地民族的具体情况，可以制定变通或者补充的规定。',
]
const SAYS_AMENDED = 'documents:\n  民诉.pdf:\n    amended: 2021-12-24\n'

async function twoVersions(): Promise<readonly Document[]> {
  await copyFile('test/fixtures/pdf/civil-procedure.pdf', join(root, '民诉.pdf'))
  await writeFile(join(root, '旧民诉.docx'), await wordFile(...CIVIL_PROCEDURE_2017))
  await writeFile(join(root, 'documents.yaml'), SAYS_AMENDED)
  const { documents, skipped, notices } = await loadDocuments([root], data())
  expect([skipped, notices]).toEqual([[], []])
  return documents
}

describe('a law as a Word file of 2017 and as a PDF, whose amendment of 2021 the operator states', () => {
  test('are two versions of one work, and the PDF is in force', async () => {
    const [work, ...others] = worksOf(await twoVersions()).all
    const told = work?.versions.map((version) => [
      version.date,
      standingOf(work, version, '2026-01-01').status,
      ...version.documents.map(({ source }) => source),
    ])
    expect(told).toEqual([['2017-06-27', 'superseded', '旧民诉.docx'], ['2021-12-24', 'in-force', '民诉.pdf']])
    expect(others).toEqual([])
  })

  test.each([
    ['2026-01-01', '民诉.pdf', 2, '第十六条 经当事人同意'],
    ['2020-06-30', '旧民诉.docx', undefined, '第十六条 民族自治地方'],
  ])('第十六条 on %s is that of %s', async (day, source, page, words) => {
    const documents = await twoVersions()
    const choice = { works: worksOf(documents), today: '2026-01-01', asked: { kind: 'day', day } } as const
    const found = lookUp('《民事诉讼法》第十六条', documents, new Map(), choice)
    const [place] = found.outcome === 'found' ? found.places : []
    if (!place) throw new Error(`${day}: ${found.outcome}`)
    const start = place.lineage.at(-1)?.extent.start ?? -1
    expect([place.document.source, spokenOf(place), pageAt(place.document, start)]).toEqual([source, '第十六条', page])
    expect(place.document.text.slice(start)).toMatch(new RegExp(`^${words}`))
  })
})

test('the same words as Word, PDF and text are copies of one version', async () => {
  await copyFile('test/fixtures/pdf/civil-procedure.pdf', join(root, '民诉.pdf'))
  await copyFile('test/fixtures/docx/law-books.docx', join(root, '民诉.docx'))
  await copyFile('test/fixtures/docx/law-books.txt', join(root, '民诉.txt'))
  const { documents } = await loadDocuments([root], data())
  expect(worksOf(documents).all.map(({ versions }) => versions.map(({ date, documents }) => [date, documents.length]))).toEqual([
    [['2021-12-24', 3]],
  ])
})

test.each([
  ['test/fixtures/pdf/civil-procedure.pdf', '民诉.pdf', 'pdf'],
  ['test/fixtures/docx/law-books.docx', '民诉.docx', 'docx'],
])('%s that is still being copied while it is read is read again', async (from, name, format) => {
  const whole = await readFile(from)
  const path = join(root, name)
  await writeFile(path, whole.subarray(0, whole.length / 2))
  let reads = 0
  const { documents, skipped } = await loadFolder({
    folders: [root],
    dataFolder: data(),
    read: async (one) => {
      const bytes = await readFile(one)
      if (reads++ === 0) await writeFile(path, whole)
      return bytes
    },
  })
  expect(skipped).toEqual([])
  expect(documents.map(({ format, header }) => [format, header.title?.value])).toEqual([[format, '中华人民共和国民事诉讼法']])
})

test('the file that Word keeps beside an open one is passed over', async () => {
  await writeFile(join(root, '决定.docx'), await wordFile('关于促进创新发展的决定', '一、总体要求。'))
  await writeFile(join(root, '~$决定.docx'), Buffer.from('\u0005owner'))
  const { documents, skipped } = await loadFolder({ folders: [root], dataFolder: data() })
  expect([documents.map(({ source }) => source), skipped]).toEqual([['决定.docx'], []])
})
