/** A file of a folder that takes too long or too much memory is left out, and told; the others are read. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readBeside } from '../../src/documents/document-thread.ts'
import { loadFolder, sourceTextOf } from '../../src/documents/load.ts'
import { readPdf } from '../../src/documents/pdf.ts'

const WORD = readFileSync('test/fixtures/docx/law-books.docx')
const LIMITS = { longestMs: 60_000, mostMemoryMb: 512 }

test('a Word file is read beside as it is read in place', async () => {
  const file = { source: '民法典.docx' }
  expect(await readBeside(file, WORD)).toEqual(await sourceTextOf(file, WORD))
})

test('what takes too long is refused with the next step, and the next file is read', async () => {
  const file = { source: '民法典.docx' }
  await expect(readBeside(file, WORD, { ...LIMITS, longestMs: 0 })).rejects.toMatchObject({
    code: 'file-format',
    message: '民法典.docx 读取超过 0 秒，已停止。请拆分，或另存为 txt 后再放入。',
  })
  expect((await readBeside(file, WORD)).text).toContain('第一条')
})

test('what takes too much memory is refused with the next step', async () => {
  const long = Buffer.from('一、总体要求\n'.repeat(1_500_000))
  await expect(readBeside({ source: '大.md' }, long, { ...LIMITS, mostMemoryMb: 24 })).rejects.toMatchObject({
    code: 'file-format',
    message: '大.md 读取时占用内存过多，已停止。请拆分后再放入。',
  })
})

test('a page of a PDF that takes too long is refused', async () => {
  const pdf = readFileSync('test/fixtures/pdf/seed-001.pdf')
  await expect(readPdf(pdf, '卷.pdf', { longestMs: 60_000, longestStepMs: 0 })).rejects.toMatchObject({
    code: 'file-format',
    message: '卷.pdf 读取一页超过 0 秒，已停止。请拆分，或另存为 PDF 再放入。',
  })
})

test('a folder leaves none of its files out because this process has too many open', async () => {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-open-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  mkdirSync(join(home, 'documents'))
  writeFileSync(join(home, 'documents', '办法.txt'), '办法\n第一条 总则。\n')
  const read = () => Promise.reject(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }))
  const loading = loadFolder({ folders: [join(home, 'documents')], dataFolder: join(home, 'data'), read })
  await expect(loading).rejects.toMatchObject({ code: 'file-unreadable', message: expect.stringContaining('ulimit -n') as string })
})

