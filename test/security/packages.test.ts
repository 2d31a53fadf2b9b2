/**
 * Word files are read in memory, and nothing they name is: no part outside the package, no picture, template, object or
 * chunk elsewhere, by file or by address. Packages that are bombs, locked, linked or lead out are refused unopened.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import JSZip from 'jszip'
import { expect, onTestFinished, test } from 'vitest'
import { readBytes } from '../../src/documents/read.ts'
import { readDraft } from '../../src/drafts/read-draft.ts'
import { PolicyError } from '../../src/errors.ts'
import { isLong } from '../store/random.ts'

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const WORDS = '第一条 为了规范停车管理，制定本办法。'
const SECRET = '机密：外面的文件'

const docx = (parts: Readonly<Record<string, string>>): Promise<Buffer> => {
  const zip = new JSZip()
  for (const [path, content] of Object.entries(parts)) zip.file(path, content, { createFolders: false })
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' })
}
const paragraph = (inner: string) => `<w:p><w:r>${inner}</w:r></w:p>`
const body = (inner: string) => `<w:document ${W}><w:body>${paragraph(`<w:t>${WORDS}</w:t>`)}${inner}</w:body></w:document>`
const relations = (type: string, target: string, mode: string) =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="${OFFICE}/${type}" Target="${target}"${mode}/></Relationships>`

/** What in a body calls for a relation, and what type that is. */
const CALLS: Readonly<Record<string, string>> = {
  image: paragraph('<w:drawing><wp:inline><a:graphic><a:graphicData><a:blip r:link="rId9" r:embed="rId9"/></a:graphicData></a:graphic></wp:inline></w:drawing>'),
  attachedTemplate: '<w:attachedTemplate r:id="rId9"/>',
  oleObject: paragraph('<w:object><o:OLEObject Type="Link" ProgID="Word.Document.8" r:id="rId9" UpdateMode="Always"/></w:object>'),
  aFChunk: '<w:altChunk r:id="rId9"/>',
  hyperlink: '<w:hyperlink r:id="rId9"><w:r><w:t>链接</w:t></w:r></w:hyperlink>',
  subDocument: '<w:subDoc r:id="rId9"/>',
  frame: '<w:frame><w:sourceFileName r:id="rId9"/></w:frame>',
  styles: '',
  numbering: '',
  footnotes: paragraph('<w:footnoteReference w:id="1"/>'),
  endnotes: '',
  comments: '',
  header: '',
  settings: '',
}

test('what a Word file names outside of itself is neither read nor asked for', { timeout: 120_000 }, async () => {
  let requests = 0
  const listener = createServer((_, response) => {
    requests++
    response.end(SECRET)
  }).listen(0, '127.0.0.1')
  await new Promise((settle) => listener.once('listening', settle))
  const { port } = listener.address() as AddressInfo
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-outside-'))
  onTestFinished(() => {
    listener.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const file = join(folder, 'secret.xml')
  writeFileSync(file, `<w:footnotes ${W}><w:footnote w:id="1"><w:p><w:r><w:t>${SECRET}</w:t></w:r></w:p></w:footnote></w:footnotes>`)
  const targets = [file, `file://${file}`, `../../../../../../../..${file}`, `http://127.0.0.1:${port}/a.png`, `//127.0.0.1:${port}/a`, `\\\\127.0.0.1@${port}\\a`, 'file:///dev/zero', '/dev/zero', '/proc/self/environ']
  let read = 0
  for (const [at, [type, inner]] of Object.entries(CALLS).entries()) {
    for (const target of targets.filter((_, n) => isLong || (at + n) % 3 === 0)) {
      for (const mode of [' TargetMode="External"', '']) {
        const bytes = await docx({ 'word/document.xml': body(inner), 'word/_rels/document.xml.rels': relations(type, target, mode), 'word/settings.xml': `<w:settings ${W}>${CALLS['attachedTemplate']}</w:settings>`, 'word/_rels/settings.xml.rels': relations('attachedTemplate', target, mode) })
        const texts = await Promise.all([readBytes(bytes, '办法.docx'), readDraft(bytes, '办法.docx')].map((reading) => reading.then(({ text }) => text, refusedAs)))
        for (const text of texts) {
          // a note that is called and is not there is damage
          if (type !== 'footnotes') expect(text, `${type} ${target}`).toContain(WORDS)
          expect(text, `${type} ${target}`).not.toContain(SECRET)
        }
        read += 1
      }
    }
  }
  expect(read).toBe((Object.keys(CALLS).length * targets.length * 2) / (isLong ? 1 : 3))
  expect(requests).toBe(0)
})

function refusedAs(error: unknown): string {
  if (error instanceof PolicyError) return error.message
  throw error
}

const refusal = (bytes: Uint8Array): Promise<string> =>
  readBytes(bytes, '办法.docx').then(
    () => 'read',
    (error: unknown) => {
      if (error instanceof PolicyError) return error.code
      throw error
    },
  )

/** The list of contents says something else of an entry than what lies there. */
function changed(bytes: Buffer, offset: number, ...values: readonly number[]): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(values, copy.indexOf(Buffer.from('504b0102', 'hex')) + offset)
  return copy
}

test('more than 200 packages that lead out, are locked, linked or bombs are refused; none is unpacked to the disk', { timeout: 120_000 }, async () => {
  const ways = ['../', '..\\', '/', '\\', 'C:\\', 'c:/', 'word/../../', 'word\\..\\..\\', 'a/../', '//server/', 'x/..', '../../../../']
  const aims = ['etc/passwd', 'word/document.xml', 'state.sqlite', '决定.txt', 'a', '.ssh/authorized_keys', 'a\0b', '%2e%2e/a', 'CON', 'x'.repeat(300), 'documents.yaml', '_rels/.rels', 'tiaowen.yaml', 'NUL', '..']
  let cases = 0
  for (const way of ways) {
    for (const aim of aims) {
      const bytes = await docx({ 'word/document.xml': body(''), [`${way}${way.endsWith('..') ? '/' : ''}${aim}`]: SECRET })
      expect(await refusal(bytes), JSON.stringify(way + aim)).toBe('file-format')
      cases++
    }
  }
  const whole = await docx({ 'word/document.xml': body('') })
  expect(await refusal(whole)).toBe('read')
  for (const flags of [0x1, 0x41, 0x2001, 0x801, 0x9]) {
    expect(await refusal(changed(whole, 8, flags & 0xff, flags >> 8)), `locked ${flags}`).toBe('file-format')
    cases++
  }
  for (const mode of [0o120777, 0o120000, 0o120644]) {
    expect(await refusal(changed(whole, 40, mode & 0xff, mode >> 8)), `link ${mode}`).toBe('file-format')
    cases++
  }
  for (const [part, filling] of [['document', ' '], ['document', 'a'], ['styles', ' '], ['numbering', '0'], ['footnotes', '<w:x/>'], ['endnotes', '第']] as const) {
    const swollen = `<w:${part} ${W}>${filling.repeat(3_000_000 / filling.length)}</w:${part}>`
    expect(await refusal(await docx({ 'word/document.xml': body(''), [`word/${part}.xml`]: swollen })), `bomb ${part}`).toBe('file-format')
    cases++
  }
  for (const declared of ['<!DOCTYPE a>', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE a SYSTEM "http://127.0.0.1/a">', '<!ENTITY b "b">', '<!doctype a>']) {
    expect(await refusal(await docx({ 'word/document.xml': `${declared}${body('&b;')}` })), declared).toBe('file-format')
    cases++
  }
  for (let at = 1; at <= 10; at++) {
    const cut = whole.subarray(0, Math.floor((whole.length * at) / 11))
    expect(await refusal(cut), `cut at ${cut.length}`).toBe('file-format')
    cases++
  }
  expect(cases).toBeGreaterThanOrEqual(200)
})
