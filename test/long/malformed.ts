/** Documents as broken disks, odd programs and hostile people make them: real files, changed by chance, and made ones. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import JSZip from 'jszip'
import type { Random } from '../store/random.ts'

export interface Malformed {
  readonly name: string
  readonly bytes: Buffer
  /** What was done to it, for whoever has to look. */
  readonly how: string
}

type Kind = 'txt' | 'md' | 'html' | 'docx' | 'pdf'

const read = (folder: string, ending: string): Buffer[] =>
  readdirSync(folder).filter((name) => name.endsWith(ending)).toSorted().map((name) => readFileSync(join(folder, name)))

const TEXTS = [...read('seeds', '.txt'), ...read('test/fixtures/docx', '.txt'), ...read('test/golden/laws', '.txt')]
const WORD = read('test/fixtures/docx', '.docx')
const PDF = read('test/fixtures/pdf', '.pdf')

/** How many of a hundred are of each kind; a PDF takes a thread of its own each. */
const SHARES: readonly (readonly [Kind, number])[] = [['txt', 33], ['md', 15], ['html', 25], ['docx', 24], ['pdf', 3]]

export async function malformed(random: Random): Promise<Malformed> {
  let left = random.between(0, 100)
  const [kind] = SHARES.find(([, share]) => (left -= share) < 0)!
  const makers = MAKERS[kind]
  const [how, make] = random.pick(Object.entries(makers))
  return { name: `文件.${kind}`, bytes: await make(random), how: `${kind}: ${how}` }
}

type Make = (random: Random) => Buffer | Promise<Buffer>

const text = (random: Random): string => random.pick(TEXTS).toString('utf8')

function changed(bytes: Buffer, random: Random, most = 30): Buffer {
  const copy = Buffer.from(bytes)
  for (let n = random.between(1, most); n > 0; n--) copy[random.between(0, copy.length)] = random.between(0, 256)
  return copy
}

const cut = (bytes: Buffer, random: Random): Buffer => bytes.subarray(0, random.between(0, bytes.length))

/** A stretch of the file twice, or out of its place. */
function spliced(bytes: Buffer, random: Random): Buffer {
  const [from, to] = [random.between(0, bytes.length), random.between(0, bytes.length)].toSorted((a, b) => a - b) as [number, number]
  const piece = bytes.subarray(from, to)
  const at = random.between(0, bytes.length)
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
}

/** Long, up to a few megabytes now and then. */
const long = (random: Random): number => random.pick([1_000, 10_000, 100_000, 100_000, 1_000_000])

const ODD = ['\0', '\ufffe', '\uffff', '\u202e', '\u200b', '\ud800', '\udc00', '\u2028', '\r', '\v', '\f', '\ufeff', '\u0000一、', '第'.repeat(50), '（'.repeat(200)]

function withOdd(string: string, random: Random): string {
  let result = string
  for (let n = random.between(1, 20); n > 0; n--) {
    const at = random.between(0, result.length + 1)
    result = result.slice(0, at) + random.pick(ODD) + result.slice(at)
  }
  return result
}

const NUMBERS = ['一、', '（一）', '1.', '(1)', '第一条 ', '第九千九百九十九条之九 ', '第一编 ', '第二章 ', '①', '十百千万亿、', '第〇条', '1.1.1.1.1.1 ']

const TEXT: Record<string, Make> = {
  'bytes changed': (random) => changed(random.pick(TEXTS), random),
  'cut off': (random) => cut(random.pick(TEXTS), random),
  'a stretch out of its place': (random) => spliced(random.pick(TEXTS), random),
  'UTF-16 with half of a pair': (random) => {
    const bytes = Buffer.from(`\ufeff${withOdd(text(random), random)}`, 'utf16le')
    return random.next() < 0.5 ? bytes : bytes.swap16()
  },
  'UTF-16 of an odd length': (random) => Buffer.from(`\ufeff${text(random)}`, 'utf16le').subarray(0, -1),
  'odd characters': (random) => Buffer.from(withOdd(text(random), random)),
  noise: (random) => Buffer.from(Array.from({ length: random.between(1, 5_000) }, () => random.between(0, 256))),
  'GB18030 with bytes changed': (random) => changed(readFileSync('test/fixtures/documents/gb18030.txt'), random),
  'one long line': (random) => Buffer.from(random.pick(['一', '（', '、', ' ', '第', '第一条', '《', '-', '1', '"', '　']).repeat(long(random))),
  'nothing but numbers': (random) => Buffer.from(Array.from({ length: random.between(1, 3_000) }, () => random.pick(NUMBERS)).join(random.pick(['\n', '', ' ']))),
  'many short lines': (random) => Buffer.from(random.pick(['\n', '\r\n', '一、\n', '来源：\n', '#\n', '|\n', '> ']).repeat(long(random) / 10)),
  'a mark of an encoding it does not have': (random) => Buffer.concat([Buffer.from(random.pick([[0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff], [0x84, 0x31, 0x95, 0x33]])), random.pick(TEXTS)]),
}

const MARKDOWN: Record<string, Make> = {
  ...TEXT,
  'a table of many cells': (random) => Buffer.from(`${`|${'甲|'.repeat(random.between(1, 2_000))}\n`.repeat(random.between(1, 40))}`),
  'a table with a head': (random) => {
    const row = `|${'甲|'.repeat(random.between(1, 300))}\n`
    return Buffer.from(`${row}${row.replaceAll('甲', '---')}${row.repeat(random.between(1, 200))}`)
  },
  'deep quotations and lists': (random) => Buffer.from(`${random.pick(['>', '- ', '  - ', '*', '`', '[', '![', '<', '_'])}`.repeat(random.between(1, 5_000))),
}

const TAGS = ['<p>', '</p>', '<table>', '<tr>', '<td rowspan="99999" colspan="99999">', '</table>', '<!--', '-->', '<![CDATA[', ']]>', '<script>', '</script>', '<br>', '&#0;', '&#xD800;', '&nbsp;', '<a href="', '<svg>', '<math>', '<template>', '<select>', '<frameset>', '<plaintext>', '<textarea>', '&lt']

const HTML: Record<string, Make> = {
  'bytes changed': (random) => changed(readFileSync('test/fixtures/documents/notice.html'), random),
  'cut off': (random) => cut(readFileSync('test/fixtures/documents/notice.html'), random),
  'tags in any order': (random) => Buffer.from(Array.from({ length: random.between(1, 3_000) }, () => (random.next() < 0.7 ? random.pick(TAGS) : '一、总体要求')).join('')),
  'deep nesting': (random) => Buffer.from(random.pick(['<div>', '<table><tr><td>', '<p><span>', '<ul><li>', '<b>']).repeat(random.pick([1_000, 20_000, 100_000]))),
  'wide spans': (random) => Buffer.from(`<table>${'<tr><td rowspan=65535 colspan=1000>甲</td></tr>'.repeat(random.between(1, 200))}</table>`),
  'a charset it does not have': (random) => Buffer.concat([Buffer.from(`<meta charset="${random.pick(['gb2312', 'utf-16', 'big5', 'x-user-defined', '\0', 'utf-7'])}">`), random.pick(TEXTS)]),
  'many attributes': (random) => Buffer.from(`<p ${'a="b" '.repeat(long(random) / 10)}>一、总体要求</p>`),
  'text instead': (random) => TEXT[random.pick(Object.keys(TEXT))]!(random),
}

const entities = (levels: number): string =>
  `<!DOCTYPE x [<!ENTITY a0 "一一一一一一一一">${Array.from({ length: levels }, (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`).join('')}]>`

/** A Word file whose parts were changed as text. */
async function inside(random: Random, change: (xml: string, part: string) => string): Promise<Buffer> {
  const zip = await JSZip.loadAsync(random.pick(WORD))
  const parts = Object.keys(zip.files).filter((part) => /^word\/(?:document|numbering|styles|footnotes)\.xml$/.test(part))
  const part = random.next() < 0.6 ? 'word/document.xml' : random.pick(parts)
  zip.file(part, change(await zip.file(part)!.async('string'), part))
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' })
}

const tagsOf = (xml: string): string[] => xml.match(/<[^>]+>/g) ?? ['<w:p>']

const WORDS: Record<string, Make> = {
  'bytes changed': (random) => changed(random.pick(WORD), random),
  'cut off': (random) => cut(random.pick(WORD), random),
  'a stretch out of its place': (random) => spliced(random.pick(WORD), random),
  'bytes within': (random) => inside(random, (xml) => changed(Buffer.from(xml), random).toString('utf8')),
  'cut off within': (random) => inside(random, (xml) => xml.slice(0, random.between(0, xml.length))),
  'tags lost': (random) => inside(random, (xml) => xml.replace(/<[^>]+>/g, (tag) => (random.next() < 0.02 ? '' : tag))),
  'tags out of place': (random) =>
    inside(random, (xml) => {
      const tags = tagsOf(xml)
      return xml.replace(/<[^>]+>/g, (tag) => (random.next() < 0.02 ? random.pick(tags) : tag))
    }),
  'tags again and again': (random) =>
    inside(random, (xml) => {
      const tag = random.pick(tagsOf(xml))
      return xml.replace(tag, tag.repeat(random.pick([100, 5_000, 50_000])))
    }),
  'numbers changed': (random) => inside(random, (xml) => xml.replace(/"\d+"/g, (number) => (random.next() < 0.1 ? random.pick(['"-1"', '"99999999999"', '"1e9"', '""', '"NaN"', '"2147483648"']) : number))),
  'deep nesting': (random) => inside(random, (xml) => xml.replace('<w:body>', `<w:body>${random.pick(['<w:tbl><w:tr><w:tc>', '<w:p><w:r>', '<w:sdt><w:sdtContent>']).repeat(random.pick([500, 20_000]))}`)),
  'entities of entities': (random) => inside(random, (xml) => `${entities(random.between(1, 12))}${xml.replace(/<\?xml[^>]*>/, '').replace('<w:t>', '<w:t>&a9;&a1;')}`),
  'a part that inflates': async (random) => {
    const zip = await JSZip.loadAsync(random.pick(WORD))
    const part = random.pick(['word/document.xml', 'word/styles.xml', 'word/media/image1.png', 'docProps/core.xml'])
    zip.file(part, Buffer.alloc(random.pick([1, 30, 120]) * 1024 * 1024, random.pick(['<w:p>', 'a', '\0'])))
    return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE', compressionOptions: { level: 1 } })
  },
  'many parts': async (random) => {
    const zip = await JSZip.loadAsync(random.pick(WORD))
    for (let n = random.between(10, 3_000); n > 0; n--) zip.file(`word/${random.pick(['', '../', 'a/'])}${n}.xml`, 'x')
    return zip.generateAsync({ type: 'nodebuffer' })
  },
  'parts missing': async (random) => {
    const zip = await JSZip.loadAsync(random.pick(WORD))
    for (const part of Object.keys(zip.files)) if (random.next() < 0.3) zip.remove(part)
    return zip.generateAsync({ type: 'nodebuffer' })
  },
  'another kind': (random) => changed(random.pick([...PDF, ...TEXTS]), random),
}

const PDFS: Record<string, Make> = {
  'bytes changed': (random) => changed(random.pick(PDF), random, 200),
  'cut off': (random) => cut(random.pick(PDF), random),
  'a stretch out of its place': (random) => spliced(random.pick(PDF), random),
  'numbers changed': (random) =>
    Buffer.from(random.pick(PDF).toString('latin1').replace(/\b\d+\b/g, (number) => (random.next() < 0.03 ? random.pick(['0', '-1', '99999999', '4294967296', `${Number(number) + 1}`]) : number)), 'latin1'),
  'references that lead in circles': (random) => {
    const pdf = random.pick(PDF).toString('latin1')
    const references = pdf.match(/\d+ 0 R/g) ?? ['1 0 R']
    return Buffer.from(pdf.replace(/\d+ 0 R/g, (reference) => (random.next() < 0.1 ? random.pick(references) : reference)), 'latin1')
  },
}

const MAKERS: Readonly<Record<Kind, Record<string, Make>>> = { txt: TEXT, md: MARKDOWN, html: HTML, docx: WORDS, pdf: PDFS }
