/** Names of people's files become names in one folder, or are refused; none is ever a path. */
import { basename, join, normalize, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freeName, uploadName } from '../../src/documents/upload-names.ts'
import { PolicyError } from '../../src/errors.ts'

const outcome = (name: string): string => {
  try {
    return uploadName(name)
  } catch (error) {
    if (error instanceof PolicyError) return error.code
    throw error
  }
}

describe('a name of an ordinary file is kept', () => {
  test.each([
    '关于征求意见的通知.docx',
    '杭州市人民政府办公厅关于印发《办法》的通知（杭政办〔2023〕4号）.pdf',
    '决定 (2).txt',
    'Décision n° 4.md',
    '附件1：标准.html',
    '办法-修订稿_v2.3+最终.docx',
    '100%.txt',
    '决定..txt',
    "it's & that.txt",
    '决定.DOCX',
  ])('%s', (name) => expect(uploadName(name)).toBe(name))

  test('in NFC', () => expect(uploadName('De\u0301cision.txt')).toBe('D\u00e9cision.txt'))

  test('shortened between its letters where it is too long, its ending kept', () => {
    const name = uploadName(`${'关于促进高质量发展的若干意见'.repeat(20)}𠮷.docx`)
    expect(name).toMatch(/^关于促进高质量发展的若干意见.*\.docx$/)
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
    expect(Buffer.byteLength(name)).toBeGreaterThan(196)
    expect(Buffer.byteLength(uploadName(`${'𠮷'.repeat(99)}.txt`))).toBe(200)
    expect(uploadName(`${'𠮷'.repeat(99)}.txt`).isWellFormed()).toBe(true)
  })
})

describe('a hostile name is refused', () => {
  const bidi = ['\u200e', '\u200f', '\u202a', '\u202d', '\u202e', '\u2066', '\u2069', '\u061c']
  const hostile = [
    ...['../决定.txt', '../../etc/passwd.txt', '..\\..\\boot.txt', '/etc/cron.d/a.txt', '\\\\server\\share\\a.txt'],
    ...['C:\\Windows\\a.txt', 'C:a.txt', 'c:/a.txt', 'a.txt:stream.txt', 'a/b.txt', 'a\\b.txt', './a.txt', '.../a.txt'],
    ...['staging/../documents.txt', '....//a.txt', '..;/a.txt', '.\\a.txt', 'file:///etc/a.txt', '~/a.txt', 'a//b.txt'],
    ...['.txt', '.htaccess.txt', '.env.md', '..txt', '...txt', '.git.txt', '.documents.yaml.txt'],
    ...['~$决定.docx', '~$.docx'],
    ...['a\0.txt', 'a.txt\0.docx', 'a.php\0.txt', 'a\n.txt', 'a\r\nContent-Type: x.txt', 'a\t.txt', '\u001b[31m.txt', 'a\u007f.txt'],
    ...['a\u0085.txt', 'a\u2028.txt', 'a\u2029.txt', 'a\ufeff.txt', 'a\u200b.txt', 'a\u00ad.txt', 'a\ue000.txt', 'a\ud800.txt'],
    ...bidi.map((mark) => `a${mark}txt.exe.txt`),
    ...['CON.txt', 'con.md', 'PRN.txt', 'aux.docx', 'NUL.txt', 'COM1.txt', 'com9.pdf', 'LPT1.txt', 'lpt¹.txt', 'nul.a.txt'],
    ...['a*.txt', 'a?.txt', 'a"b.txt', '<script>.txt', 'a>b.txt', 'a|b.txt', 'a:b.txt'],
    ...[' a.txt', '\u3000a.txt', 'a.txt ', 'a.txt.', '', ' '],
  ]

  test(`${hostile.length} of them`, () => {
    expect(hostile.length).toBeGreaterThanOrEqual(60)
    expect(hostile.filter((name) => outcome(name) !== 'bad-request')).toEqual([])
  })

  test.each(['documents.yaml', '决定', '决定.exe', '决定.txt.exe', '%2e%2e%2fa', 'passwd', '决定.doc', 'a.txt/..'])('%s', (name) => {
    expect(['bad-request', 'file-format']).toContain(outcome(name))
  })

  test('and what is kept stays in its folder, whatever it was', () => {
    const folder = join(sep, 'srv', 'documents')
    const pieces = ['..', '/', '\\', '%2e%2e', '%2f', '..%c0%af', '．．', '／', '∕', 'a', '.', '~', '\0', '\u202e', ' ', 'con', ':']
    for (const a of pieces) for (const b of pieces) for (const c of pieces) {
      const name = outcome(`${a}${b}${c}.txt`)
      if (!name.endsWith('.txt')) continue
      expect(normalize(join(folder, name)), JSON.stringify(name)).toBe(`${folder}${sep}${name}`)
      expect(basename(name)).toBe(name)
    }
  })

  test('the sentence names the fault and the step, without the characters themselves', () => {
    expect(() => uploadName('a\u202etxt.exe.txt')).toThrow('里有路径、控制字符或不能用作文件名的符号。请改名后再上传。')
    expect(() => uploadName('决定.ofd')).toThrow('决定.ofd 的格式不支持。请用它的阅读器打开，导出（另存）为 PDF 或 docx。')
  })
})

describe('a name that is taken', () => {
  test.each([
    [['决定.docx'], '决定 (2).docx'],
    [['决定.docx', '决定 (2).docx'], '决定 (3).docx'],
    [['决定.txt'], '决定.docx'],
  ])('%j', (taken, free) => expect(freeName('决定.docx', (name) => taken.includes(name))).toBe(free))

  test('is taken whatever its case', () => {
    expect(freeName('Notice.TXT', (name) => name === 'notice.txt')).toBe('Notice (2).TXT')
  })

  test('makes room for the number where it is long', () => {
    const long = uploadName(`${'一'.repeat(90)}.txt`)
    const free = freeName(long, (name) => name === long)
    expect(free).toMatch(/^一{64} \(2\)\.txt$/)
    expect(Buffer.byteLength(free)).toBeLessThanOrEqual(200)
  })
})
