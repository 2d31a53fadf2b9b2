/** A file that takes too long or too much is refused with a sentence, and questions are answered meanwhile. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PREVIEW_LIMITS, readUpload } from '../../src/library/preview.ts'
import { RULES } from './library.ts'

const folder = mkdtempSync(join(tmpdir(), 'tiaowen-preview-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fileOf = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const articles = (count: number): string =>
  Array.from({ length: count }, (_, at) => `第${at + 1}条 申请人应当在${at + 1}日内提交材料。\n`).join('')

test('too late: it says how long was waited; the next file is read', async () => {
  const limits = { ...PREVIEW_LIMITS, longestMs: () => 30 }
  const long = fileOf('长.txt', articles(50_000))
  await expect(readUpload(long, '长.txt', limits)).rejects.toMatchObject({
    code: 'file-format',
    message: '长.txt 读取超过 0.03 秒，已停止。请拆分，或另存为 txt 后再上传。',
  })
  expect((await readUpload(fileOf('办法.txt', RULES), '办法.txt')).preview.title).toBe('预付卡管理办法')
})

test('too much memory: the thread ends, the program does not', async () => {
  const limits = { longestMs: () => 60_000, mostMemoryMb: 24 }
  const large = fileOf('大.html', `<table>${'<tr><td>甲<td>乙'.repeat(900_000)}</table>`)
  await expect(readUpload(large, '大.html', limits)).rejects.toMatchObject({
    code: 'file-format',
    message: '大.html 读取时占用内存过多，已停止。请拆分后再上传。',
  })
  expect((await readUpload(fileOf('办法.txt', RULES), '办法.txt', limits)).preview.clauses).toBe(3)
})

test('more clauses than a browser can show are refused', async () => {
  const many = fileOf('多.txt', articles(60_000))
  await expect(readUpload(many, '多.txt')).rejects.toMatchObject({
    message: expect.stringMatching(/^多\.txt (?:的条款超过 50000 条，未读取。|读取超过 9 秒，已停止。)/) as unknown,
  })
})

test('questions are answered while it is read', async () => {
  const long = fileOf('长.txt', articles(20_000))
  let turns = 0
  const turning = setInterval(() => turns++, 10)
  await readUpload(long, '长.txt').catch(() => {})
  clearInterval(turning)
  expect(turns).toBeGreaterThan(5) // read here, it would be one turn
})
