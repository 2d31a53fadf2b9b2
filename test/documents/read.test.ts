/** Bytes of every encoding a policy file arrives in, and the refusals that say what to do. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readBytes, readerFor } from '../../src/documents/read.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { PolicyError } from '../../src/errors.ts'

const seed = readFileSync('seeds/002_19591aa6ab4e6a68.txt')
const fixture = (name: string) => readFileSync(`test/fixtures/documents/${name}`)
const utf16 = (text: string, mark: readonly number[], swap: boolean) => {
  const bytes = Buffer.from(text, 'utf16le')
  return Buffer.concat([Buffer.from(mark), swap ? bytes.swap16() : bytes])
}

async function refusal(bytes: Uint8Array, name: string): Promise<{ code: ErrorCode; message: string }> {
  try {
    await readBytes(bytes, name)
  } catch (error) {
    if (error instanceof PolicyError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error(`${name} was read`)
}

describe('the encodings of policy files', () => {
  test('UTF-8 is read as it stands', async () => {
    const { text, encoding, format } = await readBytes(seed, '002.txt')
    expect({ encoding, format, same: text === seed.toString('utf8') }).toEqual({
      encoding: 'utf-8',
      format: 'txt',
      same: true,
    })
  })

  test('GB18030 gives the same text as UTF-8', async () => {
    const { text, encoding } = await readBytes(fixture('gb18030.txt'), '002.txt')
    expect(encoding).toBe('gb18030')
    expect(text).toBe(seed.toString('utf8'))
  })

  test('a byte order mark is left out, of UTF-8 and of both kinds of UTF-16', async () => {
    const words = '第一条 为了规范𠮷野家'
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(words)])
    expect(await readBytes(marked, 'a.txt')).toEqual({ text: words, encoding: 'utf-8', format: 'txt' })
    const little = await readBytes(utf16(words, [0xff, 0xfe], false), 'a.md')
    expect(little).toEqual({ text: words, encoding: 'utf-16le', format: 'md' })
    const big = await readBytes(utf16(words, [0xfe, 0xff], true), 'a.md')
    expect(big).toEqual({ text: words, encoding: 'utf-16be', format: 'md' })
  })

  test('CRLF stays CRLF', async () => {
    expect((await readBytes(Buffer.from('一、总则\r\n二、附则\r\n'), 'a.txt')).text).toBe('一、总则\r\n二、附则\r\n')
  })
})

describe('files that are no text', () => {
  test('UTF-8 with a damaged byte is not taken for GB18030', async () => {
    const damaged = Buffer.from(seed)
    damaged[400] = 0xff
    expect(await refusal(damaged, '002.txt')).toEqual({
      code: 'file-encoding',
      message: '002.txt 既不是 UTF-8（第 8 行有不合的字节），也不是 GB18030。请用编辑器打开并另存为 UTF-8 文本。',
    })
  })

  test('Latin-1 is not taken for GB18030', async () => {
    expect((await refusal(Buffer.from('d\xe9cision n\xb0 4 du caf\xe9\xe0', 'latin1'), 'a.txt')).code).toBe('file-encoding')
  })

  test('Big5 is not taken for GB18030, although its bytes could be', async () => {
    const big5 = Buffer.from('c3f6a9f3b3d0b773b56fae69aabaa84da977', 'hex') // 關於創新發展的決定
    expect(new TextDecoder('gb18030', { fatal: true }).decode(big5)).toContain('承穝')
    expect((await refusal(big5, 'a.txt')).code).toBe('file-encoding')
    const page = Buffer.concat([Buffer.from('<meta charset="big5"><p>'), big5])
    expect(await readBytes(page, 'a.html')).toEqual({ text: '關於創新發展的決定\n', encoding: 'big5', format: 'html' })
  })

  test('a NUL byte makes a binary file', async () => {
    expect(await refusal(Buffer.from('第一条\0'), 'a.txt')).toEqual({
      code: 'file-format',
      message: 'a.txt 第 10 字节是空字节，像是二进制文件或无标记的 UTF-16。请用编辑器打开并另存为 UTF-8 文本。',
    })
  })

  test.each([
    ['PDF', Buffer.from('%PDF-1.7')],
    ['Word（docx）或压缩包', Buffer.from('PK\x03\x04rest', 'latin1')],
  ])('%s under the name of a text file is named', async (kind, bytes) => {
    expect(await refusal(bytes, '决定.txt')).toEqual({
      code: 'file-format',
      message: `决定.txt 是${kind}，不是文本文件。请改正扩展名，或另存为 docx、pdf、txt、md 或 html。`,
    })
  })

  test('an empty file has no text', async () => {
    expect((await refusal(Buffer.from(' \r\n\u3000'), 'a.txt')).code).toBe('file-format')
  })

  test('a lone surrogate in UTF-16 is refused', async () => {
    expect((await refusal(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]), 'a.txt')).code).toBe('file-encoding')
  })

  test('a format without a reader is refused with the formats there are', async () => {
    expect((await refusal(Buffer.from('x'), '决定.xyz')).message).toBe(
      '决定.xyz 的格式不支持（支持：.txt .text .md .markdown .html .htm .docx .docm .pdf）。请另存为其中一种格式。',
    )
  })

  test.each([
    ['决定.doc', '请用 Word 或 WPS 打开，另存为 docx。'],
    ['决定.WPS', '请用 Word 或 WPS 打开，另存为 docx。'],
    ['决定.rtf', '请用 Word 或 WPS 打开，另存为 docx。'],
    ['决定.odt', '请用 Word 或 WPS 打开，另存为 docx。'],
    ['决定.ofd', '请用它的阅读器打开，导出（另存）为 PDF 或 docx。'],
    ['扫描.jpeg', '请先做文字识别（OCR），另存为 docx、txt 或带文字层的 PDF 再放入。'],
    ['标准.xlsx', '请用 Excel 或 WPS 打开，把表格复制到 Word 里存为 docx，或另存为网页（html）。'],
    ['解读.pptx', '请另存为 PDF。'],
    ['文件.rar', '请解压后放入里面的文件。'],
  ])('%s is told how to become one that is read', async (name, step) => {
    expect((await refusal(Buffer.from('x'), name)).message).toBe(`${name} 的格式不支持。${step}`)
  })

  test('pictures of every kind under the name of a text file are pictures', async () => {
    const heads = ['89504e470d0a1a0a', 'ffd8ffe1', '474946383961', '49492a0008', '52494646000000005745425056503820']
    for (const head of heads) {
      expect((await refusal(Buffer.from(head, 'hex'), '扫描.txt')).message, head).toMatch(/^扫描\.txt 是图片，不是文本文件。请先做文字识别/)
    }
    expect((await readBytes(Buffer.from('BM 第一条 为了'), 'a.txt')).text).toBe('BM 第一条 为了')
  })

  test('endings are read without regard to case', () => {
    expect(readerFor('甲/附则.MD')?.format).toBe('md')
    expect(readerFor('附则')).toBeUndefined()
  })
})
