/** Word files give the clause tree of the same document as text; what a reader sees is text, and nothing else. */
import { readFileSync, readdirSync } from 'node:fs'
import JSZip from 'jszip'
import { describe, expect, test } from 'vitest'
import { outline } from '../../src/clauses/outline.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import { clean } from '../../src/documents/clean.ts'
import { readHeader } from '../../src/documents/header.ts'
import { readBytes } from '../../src/documents/read.ts'
import { PolicyError } from '../../src/errors.ts'
import { sourceOf } from '../clauses/sources.ts'

const fixture = (name: string): Buffer => readFileSync(`test/fixtures/docx/${name}`)
const textOf = async (name: string): Promise<string> => (await readBytes(fixture(name), name)).text

/** The clause tree without offsets, which differ by blank lines and line ends. */
async function treeOf(bytes: Uint8Array, name: string): Promise<string> {
  const { text: received, format } = await readBytes(bytes, name)
  const { text } = clean(received)
  const { header, bodyStart } = readHeader(text, format)
  return outline(parseDocument(sourceOf(text, { format, header, bodyStart }))).replace(/ \| \d+–\d+\]/g, ']')
}

const WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
/** A package of the parts given; `document` is what stands in the body. */
async function packed(document: string, more: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const zip = new JSZip()
  zip.file('word/document.xml', `<w:document ${WORD}><w:body>${document}</w:body></w:document>`)
  for (const [part, xml] of Object.entries(more)) zip.file(`word/${part}.xml`, `<w:${part} ${WORD}>${xml}</w:${part}>`)
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' })
}
const run = (words: string): string => `<w:r><w:t>${words}</w:t></w:r>`
const linesOf = async (document: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> =>
  (await readBytes(await packed(document, more), 'a.docx')).text.trimEnd().split('\n')

describe('the clause tree of a Word file', () => {
  test.each(['001', '003'])('is that of seed %s', async (number) => {
    const seed = readFileSync(`seeds/${readdirSync('seeds').find((name) => name.startsWith(number))}`)
    const tree = await treeOf(fixture(`seed-${number}.docx`), 'a.docx')
    expect(tree).toBe(await treeOf(seed, 'a.txt'))
    expect(tree.split('\n').length).toBeGreaterThan(15)
  })

  test.each([
    ['law-books', '    第一节 【级别管辖】  [section | 第一编/第二章/第一节]'],
    ['law-divisions', '第十一条  [article'],
    ['law-branches', '第一百二十条之一  [article | 第一百二十条之一]'],
  ])('of %s is that of its text', async (name, line) => {
    const tree = await treeOf(fixture(`${name}.docx`), 'a.docx')
    expect(tree).toBe(await treeOf(fixture(`${name}.txt`), 'a.txt'))
    expect(tree).toContain(line)
  })

  test('with automatic numbers is that of the numbers typed', async () => {
    const typed = [
      '余杭区人才专项资金管理办法',
      '第一章 总则',
      '第一条 为规范人才专项资金管理，根据有关规定，制定本办法。',
      '第二条 本办法所称人才专项资金，包括下列各项：',
      '（一）引进补贴；',
      '（二）培养补贴，分为：',
      '1. 学历提升补贴；',
      '2. 技能提升补贴。',
      '（三）平台建设补贴。',
      '第三条 专项资金按年度安排。',
      '第二章 申报与审核',
      '第四条 申报单位应当具备下列条件：',
      '（一）在本区注册；',
      '（二）依法纳税。',
      '第五条 区人才办按下列程序审核：',
      '①受理；',
      '②初审；',
      '③公示。',
      '公示期不少于五个工作日。',
      '第六条 有下列情形之一的，不予补贴：',
      '①弄虚作假；',
      '②重复申报。',
      '申报材料一式两份。',
      '第三章 附则',
      '第七条 本办法自2025年1月1日起施行。',
      '',
    ].join('\n')
    expect(await textOf('automatic-numbers.docx')).toBe(typed)
    expect(await treeOf(fixture('automatic-numbers.docx'), 'a.docx')).toBe(await treeOf(Buffer.from(typed), 'a.txt'))
  })

  test('with tables has a 款 for each row, and no clause for 一、 in a cell', async () => {
    expect(await treeOf(fixture('tables.docx'), 'a.docx')).toBe(`·  [header | header]
  ¶1 余杭区高层次人才补贴标准
第一条  [article | 第一条]
  ¶1 第一条 补贴按下表执行：
  ¶2 表1 补贴标准
  ¶3 级别：A类，补贴·市级：100万元，补贴·区级：…件：年龄不超过55周岁。 (59)
  ¶4 级别：A类，补贴·市级、补贴·区级：无，条件：柔性引进。
  ¶5 级别：B类，补贴·市级：60万元，补贴·区级：30万元。
  ¶6 补贴分三年发放。
第二条  [article | 第二条]
  ¶1 第二条 申报材料如下：
  ¶2 序号：一、，材料名称：身份证明。
  ¶3 序号：二、，材料名称：学历证书。
第三条  [article | 第三条]
  ¶1 第三条 办理步骤：
  ¶2 | 一、 | 网上申报 |
  ¶3 | 二、 | 现场核验 |
第四条  [article | 第四条]
  ¶1 第四条 本标准自发布之日起施行。
`)
  })

  test('has its footnotes in a part of their own: no 款 of any article', async () => {
    expect(await treeOf(fixture('footnotes.docx'), 'a.docx')).toBe(`·  [header | header]
  ¶1 关于规范行政处罚裁量的规定
第一条  [article | 第一条]
  ¶1 第一条 行政处罚应当遵循公正、公开的原则。
第二条  [article | 第二条]
  ¶1 第二条 行政机关应当制定裁量基准，并向社会公布。
  ¶2 违法行为轻微并及时改正的，不予处罚。
第三条  [article | 第三条]
  ¶1 第三条 本规定自2024年1月1日起施行。
· 【附：脚注】  [headed | 附]
  ¶1 [1] 见《中华人民共和国行政处罚法》第五条。
  ¶2 [2] 第三十三条第一款规定了同样的情形。
`)
  })

  test('has inserted words and not deleted, hidden or coded ones; deleted paragraphs do not count', async () => {
    expect(await textOf('tracked-changes.docx')).toBe(
      [
        '杭州市科技创新促进办法',
        '第一条 研发投入强度应当超过4%。',
        '第二条 市、区应当安排专项资金。',
        '第三条 违反第二条规定的，责令改正。',
        '第四条 本办法自2024年1月1日起施行。',
        '',
      ].join('\n'),
    )
  })
})

/** Levels of one list, `decimal %1.`, and paragraphs of it by level; `num 2` begins again at 5. */
async function numbered(levels: readonly string[], paragraphs: readonly string[]): Promise<string[]> {
  const lvls = levels.map((level, at) => {
    const [format = '', text = '', more = ''] = level.split(' ')
    return `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:suff w:val="nothing"/>${more
      .replaceAll(',', ' ')}<w:lvlText w:val="${text}"/></w:lvl>`
  })
  const again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
  const numbering =
    `<w:abstractNum w:abstractNumId="0">${lvls.join('')}</w:abstractNum>` +
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>' +
    `<w:num w:numId="2"><w:abstractNumId w:val="0"/>${again}</w:num>`
  const body = paragraphs.map((paragraph) => {
    const [num = '1', level = '0'] = paragraph.split('/')
    const numPr = `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${num}"/></w:numPr>`
    return `<w:p><w:pPr>${numPr}</w:pPr>${run('。')}</w:p>`
  })
  return (await linesOf(body.join(''), { numbering })).map((line) => line.replace('。', ''))
}

describe('an automatic number', () => {
  test.each([
    ['chineseCounting', '一 十 十一 二十 一○一'],
    ['chineseCountingThousand', '一 十 十一 二十 一百零一'],
    ['japaneseCounting', '一 十 十一 二十 一百零一'],
    ['chineseLegalSimplified', '壹 壹拾 壹拾壹 贰拾 壹佰零壹'],
    ['ideographTraditional', '甲 癸 11 20 101'],
    ['ideographDigital', '一 一〇 一一 二〇 一〇一'],
    ['decimalFullWidth', '１ １０ １１ ２０ １０１'],
    ['decimalEnclosedCircle', '① ⑩ ⑪ ⑳ 101'],
    ['decimalZero', '01 10 11 20 101'],
    ['lowerLetter', 'a j k t wwww'],
    ['upperRoman', 'I X XI XX CI'],
    ['hindiVowels', '1 10 11 20 101'],
  ])('in %s', async (format, expected) => {
    const lines = await numbered([`${format} %1`], Array.from({ length: 101 }, () => '1/0'))
    expect([1, 10, 11, 20, 101].map((at) => lines[at - 1]).join(' ')).toBe(expected)
  })

  test('of a lower level begins anew below the next of a higher one, and tells both', async () => {
    const paragraphs = ['1/0', '1/1', '1/1', '1/0', '1/1']
    expect(await numbered(['chineseCounting %1、', 'decimal %1.%2'], paragraphs)).toEqual([
      '一、', '一.1', '一.2', '二、', '二.1',
    ])
    expect(await numbered(['chineseCounting %1、', 'decimal %1.%2 <w:isLgl/>'], paragraphs)).toEqual([
      '一、', '1.1', '1.2', '二、', '2.1',
    ])
    expect(await numbered(['decimal %1.', 'decimal （%2） <w:lvlRestart,w:val="0"/>'], paragraphs)).toEqual([
      '1.', '（1）', '（2）', '2.', '（3）',
    ])
  })

  test('counts on in another instance of the list, or begins where it says, once', async () => {
    expect(await numbered(['decimal %1.'], ['1/0', '2/0', '2/0', '1/0'])).toEqual(['1.', '5.', '6.', '7.'])
  })

  test('a bullet is none, nor is the number 0 that takes numbering off', async () => {
    expect(await numbered(['bullet •'], ['1/0'])).toEqual([''])
    expect(await numbered(['decimal %1.'], ['1/0', '0/0', '1/0'])).toEqual(['1.', '', '2.'])
  })

  test('comes from the style, from what that is based on, and from the level bound to it', async () => {
    const styles =
      '<w:style w:styleId="T"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>' +
      '<w:style w:styleId="T2"><w:basedOn w:val="T"/></w:style>' +
      '<w:style w:styleId="X"><w:basedOn w:val="T"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
    const level = (at: number, text: string) =>
      `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="${text}"/></w:lvl>`
    const numbering =
      `<w:abstractNum w:abstractNumId="7">${level(0, '第%1条')}${level(1, '（%2）')}</w:abstractNum>` +
      '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    const paragraph = (style: string) => `<w:p><w:pPr><w:pStyle w:val="${style}"/></w:pPr>${run('甲')}</w:p>`
    expect(await linesOf(['T', 'T2', 'X', 'X', 'T'].map(paragraph).join(''), { styles, numbering })).toEqual([
      '第一条 甲', '第二条 甲', '（一） 甲', '（二） 甲', '第三条 甲',
    ])
  })
})

describe('what a reader sees', () => {
  test('is the result of a field and not its code, nor a field within the code', async () => {
    const mark = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`
    const field = (code: string, result: string) =>
      mark('begin') + `<w:r><w:instrText>${code} </w:instrText></w:r>` + mark('separate') + run(result) + mark('end')
    const within = field('IF', '果').replace('</w:instrText></w:r>', `</w:instrText></w:r>${field('MERGEFIELD', '内')}`)
    expect(await linesOf(`<w:p>${run('前')}${within}${run('后')}</w:p>`)).toEqual(['前果后'])
    expect(await linesOf(`<w:p>${mark('begin')}${run('没有结束的域')}</w:p>`)).toEqual(['没有结束的域'])
  })

  test('is no table of contents, which repeats the headings', async () => {
    const styles = '<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
    const pPr = '<w:pPr><w:pStyle w:val="TOC1"/></w:pPr>'
    const entry = `<w:p>${pPr}${run('第一章 总则')}<w:r><w:tab/></w:r>${run('1')}</w:p>`
    const body = `<w:p>${run('目 录')}</w:p>${entry}<w:p>${run('第一章 总则')}</w:p>`
    expect(await linesOf(body, { styles })).toEqual(['第一章 总则'])
  })

  test('is a text box after its paragraph, once, and a formula in one line', async () => {
    const numbering =
      '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:lvlText w:val="%1."/></w:lvl>' +
      '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    const pPr = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    const box = `<w:txbxContent><w:p>${pPr}${run('框内')}</w:p></w:txbxContent>`
    const mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    const fallback = `<w:pict><v:textbox xmlns:v="urn:schemas-microsoft-com:vml">${box}</v:textbox></w:pict>`
    const both =
      `<mc:AlternateContent ${mc}><mc:Choice>${box}</mc:Choice><mc:Fallback>${fallback}</mc:Fallback></mc:AlternateContent>`
    const body = `<w:p><w:r>${both}</w:r>${run('正文')}</w:p><w:p>${pPr}${run('其次')}</w:p>`
    expect(await linesOf(body, { numbering })).toEqual(['正文', '1. 框内', '2. 其次'])
    const math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    const part = (name: string, words: string) => `<m:${name}><m:r><m:t>${words}</m:t></m:r></m:${name}>`
    const fraction = `<m:f>${part('num', '甲+乙')}${part('den', '2')}</m:f>`
    const formula = `<m:oMath ${math}><m:r><m:t>补贴=</m:t></m:r>${fraction}</m:oMath>`
    expect(await linesOf(`<w:p>${formula}${run('。')}</w:p>`)).toEqual(['补贴=(甲+乙)/2。'])
  })

  test('is the same whatever prefix the file has for the namespace', async () => {
    const zip = new JSZip()
    const whole = await JSZip.loadAsync(fixture('automatic-numbers.docx'))
    for (const part of ['document', 'styles', 'numbering']) {
      const words = await whole.file(`word/${part}.xml`)!.async('string')
      zip.file(`word/${part}.xml`, words.replaceAll(/(<\/?| )w:/g, '$1n:').replace('xmlns:w=', 'xmlns:n='))
    }
    const { text } = await readBytes(await zip.generateAsync({ type: 'nodebuffer' }), 'a.docm')
    expect(text).toBe(await textOf('automatic-numbers.docx'))
  })
})

describe('a file that is no readable Word file', () => {
  const refusal = async (bytes: Uint8Array): Promise<string> => {
    const error: unknown = await readBytes(bytes, '决定.docx').catch((cause: unknown) => cause)
    return error instanceof PolicyError ? `${error.code} ${error.message}` : `read: ${JSON.stringify(error)}`
  }
  const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex')

  test('says what it is and what to do', async () => {
    expect(await refusal(Buffer.concat([ole, Buffer.from('WordDocument', 'utf16le')]))).toBe(
      'file-format 决定.docx 是旧版 Word（doc）文件，只是扩展名改成了 docx。请用 Word 或 WPS 打开，另存为 docx。',
    )
    expect(await refusal(Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le')]))).toBe(
      'file-format 决定.docx 设有打开密码，无法读取。请用 Word 打开，取消密码后保存，再放入文件夹。',
    )
    expect(await refusal(Buffer.from('第一条'))).toBe(
      'file-format 决定.docx 不是 Word（docx）文件：开头不是 docx 的标志。请用 Word 或 WPS 打开确认，另存为 docx 后再放入。',
    )
    const sheet = await new JSZip().file('xl/workbook.xml', '<workbook/>').generateAsync({ type: 'nodebuffer' })
    expect(await refusal(sheet)).toBe(
      'file-format 决定.docx 是压缩包，但里面没有 Word 正文。如果是表格或演示文稿，请把内容另存为 docx。',
    )
  })

  test('cut short, broken inside or too deep, is refused and not waited for', async () => {
    const whole = fixture('tables.docx')
    const damaged =
      'file-format 决定.docx 已损坏，无法按 Word（docx）读取。请用 Word 或 WPS 打开确认，另存为 docx 后再放入。'
    expect(await refusal(whole.subarray(0, 3000))).toBe(damaged)
    expect(await refusal(await packed('<w:p><w:r'))).toBe(damaged)
    const deep = await packed('<w:ins>'.repeat(20_000) + '</w:ins>'.repeat(20_000))
    expect(await refusal(deep)).toBe('file-format 决定.docx 的内容过多或嵌套过深，未读取。请拆分后再放入。')
  })

  test('a bomb is not unpacked beyond 64 MB, nor beyond a hundred times its size', async () => {
    const bomb = await packed(' '.repeat(80_000_000))
    expect(bomb.length).toBeLessThan(200_000)
    expect(await refusal(bomb)).toBe(
      'file-format 决定.docx 解开后是压缩时的 100 倍以上，不是正常的 Word 文件，未读取。请用 Word 或 WPS 打开确认，另存为 docx 后再放入。',
    )
    const numbers = Array.from({ length: 9_000_000 }, (_, at) => (at * 2_654_435_761) % 9_999_999).join(' ')
    expect(await refusal(await packed(numbers))).toBe('file-format 决定.docx 解开后超过 64 MB，未读取。请拆分后再放入。')
    const crowd = new JSZip()
    for (let at = 0; at <= 10_000; at++) crowd.file(`word/${at}`, '')
    expect(await refusal(await crowd.generateAsync({ type: 'nodebuffer' }))).toContain('超过 10000 个，未读取。')
  })

  test('a package that is locked, has links or names outside itself, or declares entities is not opened', async () => {
    const whole = await packed(run('第一条'))
    const entry = whole.indexOf(Buffer.from('504b0102', 'hex'))
    const changed = (at: number, ...bytes: readonly number[]): Buffer => {
      const copy = Buffer.from(whole)
      copy.set(bytes, at)
      return copy
    }
    expect(await refusal(changed(entry + 8, 1))).toContain('决定.docx 的压缩包设有密码，无法读取。')
    expect(await refusal(changed(entry + 40, 0xff, 0xa1))).toContain('有指向包外的内容')
    const outside = new JSZip().file('x/../../document.xml', 'x', { createFolders: false })
    for (const name of ['/etc/passwd', 'C:\\word\\a', '..\\a']) {
      const zip = new JSZip().file(name, 'x', { createFolders: false })
      expect(await refusal(await zip.generateAsync({ type: 'nodebuffer' })), name).toContain('有指向包外的内容')
    }
    expect(await refusal(await outside.generateAsync({ type: 'nodebuffer' }))).toContain('有指向包外的内容')
    const entities = `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document ${WORD}><w:body>&b;</w:body></w:document>`
    const declared = new JSZip().file('word/document.xml', entities)
    expect(await refusal(await declared.generateAsync({ type: 'nodebuffer' }))).toContain('有 Word 不会写的声明（DOCTYPE）')
  })

  test('a picture, a PDF, an RTF or an OFD under the name of a Word file is named', async () => {
    expect(await refusal(Buffer.from('ffd8ffe000104a464946', 'hex'))).toBe(
      'file-format 决定.docx 其实是图片，只是扩展名写成了 docx。请先做文字识别（OCR），另存为 docx、txt 或带文字层的 PDF 再放入。',
    )
    expect(await refusal(Buffer.from('%PDF-1.7\n'))).toBe(
      'file-format 决定.docx 其实是PDF，只是扩展名写成了 docx。请把扩展名改为 .pdf 再放入。',
    )
    expect(await refusal(Buffer.from('{\\rtf1\\ansi'))).toBe(
      'file-format 决定.docx 其实是RTF，只是扩展名写成了 docx。请用 Word 或 WPS 打开，另存为 docx。',
    )
    const ofd = await new JSZip().file('OFD.xml', '<ofd:OFD/>').generateAsync({ type: 'nodebuffer' })
    expect(await refusal(ofd)).toBe(
      'file-format 决定.docx 其实是 OFD 文件。请用 OFD 阅读器打开，导出（另存）为 PDF 或 docx。',
    )
  })
})
