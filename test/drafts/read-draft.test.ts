/** A draft is read whole, each place of its text leads back to the file, and what was met is told. */
import { readFileSync, readdirSync } from 'node:fs'
import JSZip from 'jszip'
import { describe, expect, test } from 'vitest'
import { placeAt, placeWords } from '../../src/drafts/draft-file.ts'
import type { DraftFile } from '../../src/drafts/draft-file.ts'
import { LARGEST_DRAFT_BYTES, readDraft } from '../../src/drafts/read-draft.ts'
import { PolicyError } from '../../src/errors.ts'
import { WHOLE_TEXT, wholeDraft } from './whole-draft.ts'
import { call, line, notes, paragraph, partOf, run, table, textBox, wordFile } from './word-files.ts'

const textOf = async (body: string, parts: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await readDraft(await wordFile(body, parts), 'a.docx')).text
const remarksOf = async (body: string, parts: Readonly<Record<string, string>> = {}): Promise<string[]> =>
  (await readDraft(await wordFile(body, parts), 'a.docx')).remarks.map(({ message }) => message)
const markdown = (text: string): Promise<DraftFile> => readDraft(Buffer.from(text), 'a.md')

/** Every piece of the text against the file, unit for unit; those that are spelt otherwise there are given back. */
function strangers({ text, places }: DraftFile, file: string): string[] {
  const others: string[] = []
  for (const { pieces } of places) {
    for (const { start, end, from, to, isCounted } of pieces) {
      const [words, spelt] = [text.slice(start, end), file.slice(from, to)]
      if (words !== spelt) others.push(`${words} ← ${isCounted ? '' : spelt}`)
    }
  }
  return others
}

describe('a Word draft', () => {
  test('has a line for each paragraph of its body, then its text boxes, notes and headers', async () => {
    const { text, format, encoding } = await readDraft(await wholeDraft(), '汇报.DOCX')
    expect({ text, format, encoding }).toEqual({ text: WHOLE_TEXT, format: 'docx', encoding: 'docx' })
  })

  test('leads every unit of its text back to the XML', async () => {
    const bytes = await wholeDraft()
    const file = await readDraft(bytes, 'a.docx')
    const body = { ...file, places: file.places.filter((place) => place.file === 'word/document.xml') }
    expect(strangers(body, await partOf(bytes, 'word/document.xml'))).toEqual([
      '& ← &amp;',
      '一、 ← ',
      'x=4 ← <m:oMath><m:r><m:t>x=4</m:t></m:r></m:oMath>',
      '\t ← <w:tab/>',
      '\n ← <w:br/>',
    ])
    const note = { ...file, places: file.places.filter((place) => place.part === 'footnote') }
    expect(strangers(note, await partOf(bytes, 'word/footnotes.xml'))).toEqual([])
  })

  test('tells of a place the part, the paragraph, the run and the character', async () => {
    const file = await readDraft(await wholeDraft(), 'a.docx')
    const at = (words: string) => placeAt(file, file.text.indexOf(words))
    const body = { part: 'body', file: 'word/document.xml' }
    expect(at('和高端')).toMatchObject({ ...body, paragraph: 2, run: 2, character: 17 })
    expect(at('50%')).toMatchObject({ ...body, paragraph: 7, run: 1, character: 4, isCell: true })
    expect(at('一、同一段')).toEqual({ ...body, paragraph: 10, character: 1, isCounted: true })
    expect(at('第一城')).toMatchObject({ part: 'footnote', item: 1, paragraph: 1, run: 2, character: 6 })
    expect(at('全产业链')).toMatchObject({ part: 'text-box', item: 1, paragraph: 1 })
    expect(placeAt(file, file.text.indexOf('\n'))).toBeUndefined()
    expect(placeAt(file, file.text.length)).toBeUndefined()
    expect(placeWords({ part: 'footnote', item: 2, paragraph: 1 })).toBe('脚注2第1段')
    expect(placeWords({ part: 'body', paragraph: 12 })).toBe('正文第12段')
  })

  test.each(['001', '003'])('of seed %s has the words of the seed, line by line', async (number) => {
    const seed = readFileSync(`seeds/${readdirSync('seeds').find((name) => name.startsWith(number))}`, 'utf8')
    const { text } = await readDraft(readFileSync(`test/fixtures/docx/seed-${number}.docx`), 'a.docx')
    const words = (all: string) => all.split('\n').map((each) => each.trim()).filter((each) => each !== '')
    expect(words(text)).toEqual(words(seed))
  })

  test('has inserted words and not deleted, moved away, hidden or coded ones, and says how many', async () => {
    const change = 'w:id="1" w:author="甲"'
    const body = [
      paragraph(run('应当'), `<w:ins ${change}>${run('严格')}</w:ins>`, `<w:del ${change}><w:r><w:delText>尽量</w:delText></w:r></w:del>`, run('执行')),
      paragraph(`<w:pPr><w:rPr><w:del ${change}/></w:rPr></w:pPr>`, run('上半句，')),
      line('下半句。'),
      paragraph(`<w:moveFrom ${change}>${run('移走')}</w:moveFrom>`, `<w:moveTo ${change}>${run('移来')}</w:moveTo>`),
      paragraph(run('显'), run('隐藏', '<w:vanish/>'), run('示')),
      paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF _1</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>', run('第三条'), '<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
      `<w:tbl><w:tr><w:trPr><w:del ${change}/></w:trPr><w:tc>${paragraph(`<w:del ${change}><w:r><w:delText>删行</w:delText></w:r></w:del>`)}</w:tc></w:tr><w:tr><w:tc>${line('留行')}</w:tc></w:tr></w:tbl>`,
    ].join('')
    expect(await textOf(body)).toBe('应当严格执行\n上半句，下半句。\n移来\n显示\n第三条\n留行\n')
    expect(await remarksOf(body)).toEqual([
      '修订插入2处（4字），按接受修订读取。',
      '修订删除4处（6字），按接受修订未读取。',
      '隐藏文字1处（2字），未读取。',
      '表格1个，每格作为一段读取。',
      '域1处，读取其显示的结果，不读取域代码。',
    ])
  })

  test('has no words of a field within the code of another, and all of a field that never ends', async () => {
    const turn = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`
    const inner = `${turn('begin')}${turn('separate')}${run('内')}${turn('end')}`
    const field = `${turn('begin')}${inner}${turn('separate')}${run('第三条')}${turn('end')}`
    expect(await textOf(paragraph(run('见'), field, run('。')))).toBe('见第三条。\n')
    expect(await textOf(paragraph(turn('begin'), run('全文')) + line('照读'))).toBe('全文\n照读\n')
  })

  test('names what it cannot read: objects, pictures, embedded files, symbols', async () => {
    const body = [
      paragraph('<w:r><w:object/></w:r>', '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', run('同意')),
      paragraph('<w:r><w:pict><v:shape><v:imagedata/></v:shape></w:pict></w:r>'),
      '<w:altChunk r:id="x"/>',
    ].join('')
    expect(await textOf(body)).toBe('\ufffd同意\n\n')
    expect(await remarksOf(body)).toEqual([
      '嵌入的其他文件1个，其中的文字未读取；请将其文字粘贴到正文再核对。',
      '嵌入对象、图表或图示1个，其中的文字未读取；请另行核对。',
      '图片1张，其中的文字未读取；请另行核对。',
      '符号字体的字符1个，无法确定是什么字，以“\ufffd”表示。',
    ])
  })

  test('has a text box once, whichever version of Word it is written for', async () => {
    expect(await textOf(paragraph(run('外'), textBox(line('内'))))).toBe('外\n内\n')
    const old = '<w:r><mc:AlternateContent><mc:Choice Requires="wps"/><mc:Fallback><w:pict><v:textbox><w:txbxContent>'
    expect(await textOf(paragraph(`${old}${line('旧版内')}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>`))).toBe('\n旧版内\n')
  })

  test('has its notes in the order they are called; those of deleted words, and those nobody calls, are named', async () => {
    const body = [
      paragraph(run('甲'), call('footnote', 2), run('乙'), call('footnote', 1)),
      paragraph(`<w:del w:id="1" w:author="甲">${call('footnote', 3)}</w:del>`, run('丙')),
    ].join('')
    const footnotes = notes('footnote', line('注乙'), line('注甲一') + line('注甲二'), line('注删'), line('注余'))
    expect(await textOf(body, { footnotes })).toBe('甲乙\n丙\n注甲一\n注甲二\n注乙\n')
    expect(await remarksOf(body, { footnotes })).toEqual([
      '修订删除1处（0字），按接受修订未读取。',
      '脚注2条，已读取。',
      '正文没有引用（或引用已删除）的脚注、尾注2条，未读取。',
    ])
  })

  test('has tables in tables, and leaves out the table of contents', async () => {
    const styles = '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
    const body = paragraph('<w:pPr><w:pStyle w:val="T1"/></w:pPr>', run('第一章 总则 1')) + table([line('外') + table([line('里')]) + line('尾')])
    expect(await textOf(body, { styles })).toBe('外\n里\n尾\n')
    expect(await remarksOf(body, { styles })).toContain('自动目录1行，与标题重复，未读取。')
  })
})

describe('a text draft', () => {
  test.each([
    ['utf-8', Buffer.from('第一条\r\n　　应当😀\r第二条')],
    ['utf-16le', Buffer.from('\ufeff第一条\r\n　　应当😀\r第二条', 'utf16le')],
  ])('in %s is as received, with its lines', async (encoding, bytes) => {
    const file = await readDraft(bytes, '草稿.txt')
    expect(file).toMatchObject({ format: 'txt', encoding, text: '第一条\n　　应当😀\n第二条\n', remarks: [] })
    expect(strangers(file, '第一条\r\n　　应当😀\r第二条')).toEqual([])
    expect(placeAt(file, file.text.indexOf('应当'))).toEqual({ part: 'body', paragraph: 2, character: 3, offset: 7 })
  })

  test('in GB18030 is known', async () => {
    const file = await readDraft(readFileSync('test/fixtures/documents/gb18030.txt'), 'a')
    expect(file.encoding).toBe('gb18030')
    expect(file.text.length).toBeGreaterThan(100)
  })
})

describe('a Markdown draft', () => {
  test('with the number of half a character has a sign for it, not the half', async () => {
    expect((await markdown('不低于&#xD83D;、&#56832;与&#x32;成')).text).toBe('不低于\ufffd、\ufffd与2成\n')
  })

  test('is its words without the marks, a line for each paragraph, item, cell and note', async () => {
    const received = [
      '---', 'title: 汇报', '---', '# 关于**人工智能**的汇报 #', '',
      '见[建议](https://a.cn/x_y "题")所载“实施*大模型*前沿技术', '攻关”[^1]，`AI 工厂`&amp;\\*~~旧~~。  ', '另起一行 and', 'so on', '',
      '1. 一是“提质”；', '2. 二是', '   - 子项', '', '> “引', '> 文”', '',
      '| 目标 | 值 |', '| --- | ---: |', '| “研发\\|投入” | **4%** |', '',
      '**“应当建设”**的，***必须***。', '', '[^1]: 第二部分', '    第8条。', '', '<!-- 不读 -->', '<div><p>块<b>中</b>字</p></div>', '', '```', '代码 **留**', '```', '',
    ].join('\r\n')
    const file = await markdown(received)
    expect(file.text).toBe(
      [
        '关于人工智能的汇报', '见建议所载“实施大模型前沿技术攻关”，AI 工厂&*旧。', '另起一行 and so on', '1. 一是“提质”；', '2. 二是', '子项', '“引文”',
        '目标', '值', '“研发|投入”', '4%', '“应当建设”的，必须。', '第二部分第8条。', '块中字', '代码 **留**', '',
      ].join('\n'),
    )
    expect(strangers(file, received)).toEqual(['& ← &amp;', '\n ← \r\n', '  ← \r\n'])
    expect(placeAt(file, file.text.indexOf('第8条'))).toMatchObject({ part: 'footnote', item: 1, offset: received.indexOf('第8条') })
    expect(file.remarks.map(({ message }) => message)).toEqual([
      '文首的元数据未读取。',
      '表格1个，每格作为一段读取。',
      '脚注1条，已读取。',
      '代码块1处，作为文字读取。',
      '链接和图片1处，读取其文字，不读取其地址。',
      'HTML 标记2处，读取其中的文字，不读取标记、注释和脚本。',
    ])
  })

  test('that would keep the parser busy is read as text, and says so', async () => {
    const { text, remarks } = await markdown('a**b'.repeat(20_000))
    expect(text).toBe(`${'a**b'.repeat(20_000)}\n`)
    expect(remarks).toMatchObject([{ kind: 'not-as-markdown' }])
  })
})

const cut = (bytes: Buffer, length: number): Buffer => bytes.subarray(0, length)
const packed = async (path: string, xml: string): Promise<Buffer> => {
  const zip = await JSZip.loadAsync(await wordFile(line('甲')))
  zip.file(path, xml)
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' })
}
const refusal = (bytes: Uint8Array, name: string): Promise<unknown> => readDraft(bytes, name).catch((error: unknown) => error)

describe('a file that is no draft is refused, with what to do', () => {
  const ole = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), Buffer.alloc(600)])
  const locked = Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le')])
  const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0])
  test.each<[string, string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
    ['an old Word file', '稿.doc', () => ole, /旧版 Word（doc），不能作为草稿核对。请用 Word 或 WPS 打开，另存为 docx。/],
    ['an old Word file named docx', '稿.docx', () => ole, /旧版 Word（doc）文件，只是扩展名改成了 docx/],
    ['a locked one', '稿.docx', () => locked, /设有打开密码.*取消密码后保存/],
    ['a PDF', '稿.pdf', () => Buffer.from('%PDF-1.7'), /是PDF，不能作为草稿核对。请核对生成它的 Word 文件/],
    ['a PDF named docx', '稿.docx', () => Buffer.from('%PDF-1.7'), /是PDF，不能/],
    ['a picture', '稿.png', () => picture, /是图片，不能作为草稿核对。请先做文字识别（OCR）/],
    ['a picture named txt', '稿.txt', () => picture, /是图片.*文字识别/],
    ['a table', '稿.xlsx', () => Buffer.from('PK\x03\x04'), /如果是 Word 文件，请把扩展名改为 .docx/],
    ['a page', '稿.html', () => Buffer.from('<p>甲'), /是网页.*另存为 docx、md 或 txt/],
    ['nothing', '稿.docx', () => Buffer.alloc(0), /空文件（0 字节）/],
    ['blanks', '稿.txt', () => Buffer.from(' \n\u3000\n'), /没有可以核对的文字/],
    ['a Word file without words', '稿.docx', () => wordFile(paragraph('<w:r><w:object/></w:r>')), /没有可以核对的文字。嵌入对象、图表或图示1个/],
    ['a file cut off', '稿.docx', async () => cut(await wholeDraft(), 3000), /已损坏.*另存为 docx/],
    ['XML cut off', '稿.docx', () => packed('word/document.xml', '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>甲'), /已损坏/],
    ['XML mixed up', '稿.docx', () => packed('word/document.xml', '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>甲</w:p></w:body></w:document>'), /已损坏/],
    ['a bomb', '稿.docx', () => packed('word/document.xml', `<w:document>${' '.repeat(4_000_000)}</w:document>`), /解开后是压缩时的 100 倍以上/],
    ['entities', '稿.docx', () => packed('word/document.xml', '<!DOCTYPE a [<!ENTITY b "c">]><w:document/>'), /DOCTYPE/],
    ['another package', '稿.docx', async () => new JSZip().file('xl/workbook.xml', '<a/>').generateAsync({ type: 'nodebuffer' }), /没有 Word 正文/],
    ['what is too large', '稿.txt', () => Buffer.alloc(LARGEST_DRAFT_BYTES + 1, 0x61), /超过 64 MB（67108865 字节），未读取。请拆分/],
  ])('%s', async (_, name, bytes, message) => {
    const error = await refusal(await bytes(), name)
    expect(error).toBeInstanceOf(PolicyError)
    expect(error).toMatchObject({ code: 'file-format', message: expect.stringMatching(message) as string })
  })

  test('what is in no known encoding', async () => {
    expect(await refusal(Buffer.from([0xe9, 0x20, 0xff, 0xe9, 0x20, 0xe8, 0x41]), 'a.txt')).toMatchObject({ code: 'file-encoding' })
  })
})
