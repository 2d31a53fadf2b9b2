/** Comments stand exactly around the words of the draft, whatever holds them; the rest of the file stays what it was. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import JSZip from 'jszip'
import mammoth from 'mammoth'
import { describe, expect, test } from 'vitest'
import { annotateDraft } from '../../src/drafts/annotate-draft.ts'
import { readDraft } from '../../src/drafts/read-draft.ts'
import { PolicyError } from '../../src/errors.ts'
import type { CheckItem, Citation, ClauseReference } from '../../src/types.ts'
import { MARKED, wholeDraft } from './whole-draft.ts'
import { call, commentsOf, itemAt, line, notes, paragraph, partOf, run, wordFile } from './word-files.ts'

const AT = new Date(2026, 2, 5, 9, 30)

/** The comments of a copy of a draft with items at words. */
async function marked(bytes: Uint8Array, ...words: readonly string[]): Promise<string[]> {
  const file = await readDraft(bytes, '汇报.docx')
  const copy = await annotateDraft(bytes, file, words.map((each) => itemAt(file, each)), AT)
  return (await commentsOf(copy)).map((comment) => comment.marked)
}

describe('the words between the marks of a comment', () => {
  test('are those of the item, over runs, paragraphs and cells, in links, insertions and content controls', async () => {
    const bytes = await wholeDraft()
    const file = await readDraft(bytes, '汇报.docx')
    const copy = await annotateDraft(bytes, file, MARKED.map(([words]) => itemAt(file, words)), AT)
    const [old, ...ours] = await commentsOf(copy)
    expect(old).toEqual({ id: '5', author: '张三', words: ['请核'], marked: '旧批注所在的“应用中试基地”' })
    expect(ours.map((comment) => comment.marked)).toEqual(MARKED.map(([, words]) => words))
    expect(ours.map(({ id, author }) => `${id} ${author}`)).toEqual(MARKED.map((_, at) => `${at + 6} 条问`))
  })

  test('cut out of a run keep the properties of the run, and the blanks beside the cut', async () => {
    const bytes = await wordFile(paragraph('<w:r w:rsidR="00A1"><w:rPr><w:i/></w:rPr><w:t>支持 西湖大学 建设</w:t></w:r>'))
    const file = await readDraft(bytes, 'a.docx')
    const copy = await annotateDraft(bytes, file, [itemAt(file, '西湖大学')], AT)
    const [, body = ''] = /<w:body>(.*)<\/w:body>/.exec(await partOf(copy, 'word/document.xml')) ?? []
    expect(body).toBe(
      '<w:p><w:r w:rsidR="00A1"><w:rPr><w:i/></w:rPr><w:t xml:space="preserve">支持 </w:t></w:r>' +
        '<w:commentRangeStart w:id="0"/>' +
        '<w:r w:rsidR="00A1"><w:rPr><w:i/></w:rPr><w:t xml:space="preserve">西湖大学</w:t></w:r>' +
        '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>' +
        '<w:r w:rsidR="00A1"><w:rPr><w:i/></w:rPr><w:t xml:space="preserve"> 建设</w:t></w:r></w:p>',
    )
  })

  test('may lie in one another, overlap and touch', async () => {
    const bytes = await wordFile(line('深化“三定三评”人才分类评价'))
    expect(await marked(bytes, '三定三评', '“三定三评”人才', '人才分类评价', '深化“', '三定', '深化“三定三评”人才分类评价')).toEqual([
      '三定三评', '“三定三评”人才', '人才分类评价', '深化“', '三定', '深化“三定三评”人才分类评价',
    ])
    const file = await readDraft(bytes, 'a.docx')
    const copy = await annotateDraft(bytes, file, ['三定三评', '定三评', '评', '三'].map((each) => itemAt(file, each)), AT)
    const marks = (await partOf(copy, 'word/document.xml')).match(/commentRange\w+ w:id="\d+"|深|三定|定三|评|人/g) ?? []
    const told = marks.map((mark) => mark.replace(/commentRange(Start|End) w:id="(\d+)"/, (_, side, id) => (side === 'Start' ? `<${id}` : `${id}>`)))
    // those that begin together: the longest first; those that end together: the last to begin first
    expect(told.filter((mark) => /^<|>$/.test(mark))).toEqual(['<0', '<3', '3>', '<1', '<2', '2>', '1>', '0>'])
  })

  test('are whole where an entity, a base with its reading or a section of CDATA stands', async () => {
    const ruby = '<w:r><w:ruby><w:rt><w:r><w:t>dàng</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>荡漾</w:t></w:r></w:rubyBase></w:ruby></w:r>'
    const bytes = await wordFile(paragraph(run('甲&lt;乙&#20029;丙'), '<w:r><w:t>子<![CDATA[丑寅]]>卯</w:t></w:r>', ruby))
    const file = await readDraft(bytes, 'a.docx')
    expect(file.text).toBe('甲<乙丽丙子丑寅卯荡漾\n')
    expect(await marked(bytes, '<乙', '丽', '寅', '漾')).toEqual(['<乙', '丽', '子丑寅卯', 'dàng荡漾'])
  })

  test('are found where the file calls the namespace by another name', async () => {
    const zip = await JSZip.loadAsync(await wordFile(''))
    zip.file('word/document.xml', `<?xml version="1.0"?><x:document xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><x:body>
<x:p><x:r><x:t>健全统计监测体系</x:t></x:r></x:p></x:body></x:document>`)
    const bytes = await zip.generateAsync({ type: 'nodebuffer' })
    const file = await readDraft(bytes, 'a.docx')
    expect(file.text).toBe('健全统计监测体系\n')
    const copy = await annotateDraft(bytes, file, [itemAt(file, '统计')], AT)
    expect(await partOf(copy, 'word/document.xml')).toContain(
      '<x:r><x:t>健全</x:t></x:r><w:commentRangeStart xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:id="0"/>' +
        '<x:r><x:t xml:space="preserve">统计</x:t></x:r>',
    )
  })

  test('in a note called twice, or called in a table, are marked at the first call', async () => {
    const deleted = `<w:del w:id="8" w:author="甲">${call('footnote', 1)}</w:del>`
    const body = [paragraph(run('一'), deleted, call('footnote', 2)), paragraph(run('二'), call('footnote', 1), call('footnote', 2))]
    const footnotes = notes('footnote', line('注甲“人才蓄水池”'), line('注乙“科研范式”'))
    const bytes = await wordFile(body.join(''), { footnotes })
    const file = await readDraft(bytes, 'a.docx')
    expect(file.text).toBe('一\n二\n注乙“科研范式”\n注甲“人才蓄水池”\n')
    const copy = await annotateDraft(bytes, file, [itemAt(file, '人才蓄水池'), itemAt(file, '科研范式')], AT)
    const comments = await commentsOf(copy)
    expect(comments.map((comment) => comment.marked)).toEqual(['[注1]', '[注2]'])
    const xml = await partOf(copy, 'word/document.xml')
    expect(xml.indexOf('<w:commentRangeStart w:id="0"/>')).toBeGreaterThan(xml.indexOf('二'))
    expect(comments[1]?.words.at(-1)).toBe('位置：脚注1第1段“科研范式”。Word 不显示脚注里的批注，故标在注号处。')
  })

  test('in a header are marked at the beginning of the section that has it', async () => {
    const section = (id: string) => `<w:sectPr><w:headerReference w:type="default" r:id="${id}"/></w:sectPr>`
    const bytes = await wordFile(
      [line('前言'), paragraph(`<w:pPr>${section('header1')}</w:pPr>`), line('正文'), line('其二'), section('header2')].join(''),
      { header1: line('眉一'), header2: line('眉二') },
    )
    expect(await marked(bytes, '眉二', '眉一')).toEqual(['正文', '前言'])
  })
})

describe('a package that is not as usual', () => {
  test('of the strict kind of the format gets comments of that kind', async () => {
    const zip = await JSZip.loadAsync(await wordFile(line('加强标准建设')))
    for (const path of ['word/document.xml', '_rels/.rels', 'word/_rels/document.xml.rels']) {
      const xml = (await zip.file(path)?.async('string')) ?? ''
      const strict = xml
        .replaceAll('http://schemas.openxmlformats.org/wordprocessingml/2006/main', 'http://purl.oclc.org/ooxml/wordprocessingml/main')
        .replaceAll('http://schemas.openxmlformats.org/officeDocument/2006/', 'http://purl.oclc.org/ooxml/officeDocument/')
      zip.file(path, strict)
    }
    const bytes = await zip.generateAsync({ type: 'nodebuffer' })
    const file = await readDraft(bytes, 'a.docx')
    const copy = await annotateDraft(bytes, file, [itemAt(file, '标准')], AT)
    expect((await commentsOf(copy)).map((comment) => comment.marked)).toEqual(['标准'])
    expect(await partOf(copy, 'word/comments.xml')).toContain('<w:comments xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main">')
    expect(await partOf(copy, 'word/_rels/document.xml.rels')).toContain('Type="http://purl.oclc.org/ooxml/officeDocument/relationships/comments"')
  })

  test('with words in its header alone gets a paragraph for the comment', async () => {
    const bytes = await wordFile('<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>', { header1: line('眉') })
    const file = await readDraft(bytes, 'a.docx')
    const [comment] = await commentsOf(await annotateDraft(bytes, file, [itemAt(file, '眉')], AT))
    expect(comment?.words.at(-1)).toBe('位置：页眉1第1段“眉”。找不到可以加批注的位置，标在文首。')
  })
})

const clause = { title: '浙江省促进条例', spoken: '第三条' } as ClauseReference
const citation = {
  title: '杭州市规划建议', spoken: '第二部分第8条', date: '2025-12-22', version: { status: 'superseded', others: [] },
} as unknown as Citation

describe('what a comment says', () => {
  const said = async (more: Partial<CheckItem>): Promise<string[]> => {
    const bytes = await wordFile(line('研发投入强度可以超过4%。'))
    const file = await readDraft(bytes, 'a.docx')
    const copy = await annotateDraft(bytes, file, [itemAt(file, '可以超过4%', more)], AT)
    return (await commentsOf(copy))[0]?.words ?? []
  }

  test('of altered words: both, and what differs, with what weighs', async () => {
    const diff = [
      { kind: 'left-out', text: '应当', weighs: ['modality'] },
      { kind: 'put-in', text: '可以', weighs: ['modality'] },
      { kind: 'same', text: '超过', weighs: [] },
      { kind: 'left-out', text: '1', weighs: ['number', 'percentage'] },
      { kind: 'same', text: '4%', weighs: [] },
      { kind: 'put-in', text: '<略>', weighs: [] },
    ] as const
    const message = '与《杭州市规划建议》第二部分第8条的原文有出入。'
    expect(await said({ verdict: 'altered', message, truth: '应当超过14%', diff, citation, alternatives: [clause] })).toEqual([
      '【有出入】与《杭州市规划建议》第二部分第8条的原文有出入。',
      '原文：应当超过14%',
      '草稿：可以超过4%',
      '不同：原文“应当”，草稿“可以”（应当、可以一类的词）；原文有“1”，草稿没有（数字、百分比）；原文没有“<略>”，草稿多出。',
      '出处：《杭州市规划建议》第二部分第8条（2025-12-22，已被取代）',
      '另见：《浙江省促进条例》第三条',
    ])
  })

  test('of words with an ellipsis: what it leaves out', async () => {
    const more = { verdict: 'verbatim', message: '与原文一致；省略号略去1处，见下。', skipped: ['不得\n低于'] } as const
    expect(await said(more)).toEqual(['【一致】与原文一致；省略号略去1处，见下。', '省略号略去：“不得 低于”'])
  })

  test('of long words and many places: as much as is read', async () => {
    const words = await said({ verdict: 'misplaced', message: 'a\0b', alternatives: Array(7).fill(clause), skipped: ['长'.repeat(1000)] })
    expect(words[0]).toBe('【出处不符】a\ufffdb')
    expect(words[1]).toMatch(/^省略号略去：“长{599}……（共1002字）$/)
    expect(words[2]).toMatch(/第三条；等共7处$/)
  })
})

describe('the copy', () => {
  test('has all other parts byte for byte, and the body without the marks', async () => {
    const bytes = await wholeDraft()
    const file = await readDraft(bytes, 'a.docx')
    const copy = await annotateDraft(bytes, file, [itemAt(file, '“加强人工智能治理”一句，')], AT)
    const [before, after] = [await JSZip.loadAsync(bytes), await JSZip.loadAsync(copy)]
    expect(Object.keys(after.files)).toEqual(Object.keys(before.files))
    for (const path of Object.keys(before.files)) {
      if (/document\.xml$|comments\.xml$/.test(path)) continue
      expect(await after.file(path)?.async('base64'), path).toBe(await before.file(path)?.async('base64'))
    }
    const marks = /<w:commentRange(?:Start|End) w:id="6"\/>|<w:r><w:commentReference w:id="6"\/><\/w:r>/g
    const bare = (await partOf(copy, 'word/document.xml')).replace(marks, '')
    const cut = '</w:t></w:r><w:r><w:t xml:space="preserve">'
    expect(bare.replace(cut, '')).toBe(await partOf(bytes, 'word/document.xml'))
    expect(await readDraft(copy, 'a.docx')).toMatchObject({ text: file.text })
  })

  test('names its comments in the types and relations of the package, once, and can be marked again', async () => {
    const bytes = await wordFile(line('推进首台（套）产品推广应用'))
    const file = await readDraft(bytes, 'a.docx')
    const once = await annotateDraft(bytes, file, [itemAt(file, '推广')], AT)
    const again = await annotateDraft(once, await readDraft(once, 'a.docx'), [itemAt(file, '应用'), itemAt(file, '推广')], AT)
    expect((await commentsOf(again)).map(({ id, marked }) => `${id} ${marked}`)).toEqual(['0 推广', '1 应用', '2 推广'])
    expect((await partOf(again, '[Content_Types].xml')).match(/PartName="\/word\/comments.xml"/g)).toHaveLength(1)
    expect((await partOf(again, 'word/_rels/document.xml.rels')).match(/Target="comments.xml"/g)).toHaveLength(1)
    expect(await partOf(again, 'word/comments.xml')).toContain('w:author="条问" w:date="2026-03-05T09:30:00Z"')
  })

  test('is refused for another file than the one checked, for text, and for more comments than Word opens', async () => {
    const bytes = await wordFile(line('甲乙'))
    const file = await readDraft(bytes, 'a.docx')
    const other = await wordFile(line('甲丙'))
    const item = itemAt(file, '甲')
    await expect(annotateDraft(other, file, [item], AT)).rejects.toThrow(/内容与核对时不同.*请重新核对/)
    await expect(annotateDraft(bytes, { ...file, format: 'txt' }, [item], AT)).rejects.toThrow(/不能加批注/)
    const many = annotateDraft(bytes, file, Array(32_768).fill(item), AT)
    await expect(many).rejects.toMatchObject({ code: 'bad-request', constructor: PolicyError })
    await expect(many).rejects.toThrow(/共 32768 条，超过 Word 能打开的 32767 条/)
  })

  test('is read by mammoth, with the comments', async () => {
    const bytes = await wholeDraft()
    const file = await readDraft(bytes, 'a.docx')
    const copy = await annotateDraft(bytes, file, [itemAt(file, '应用中试基地'), itemAt(file, '科研范式变革')], AT)
    const buffer = Buffer.from(copy)
    const { value, messages } = await mammoth.convertToHtml({ buffer }, { styleMap: ['comment-reference => sup'] })
    expect(messages.filter(({ type }) => type === 'error')).toEqual([])
    expect(value).toContain('旧批注所在的“应用中试基地<sup>')
    expect(value.match(/<dd><p>[^< ]*/g)).toEqual([
      '<dd><p>【未找到】文件库里没有这段话。', '<dd><p>【未找到】文件库里没有这段话。', '<dd><p>请核',
    ])
  })
})

const office = ['soffice', 'libreoffice'].find((name) => spawnSync(name, ['--version']).status === 0)
if (office === undefined) console.warn('LibreOffice (soffice) is not on this machine: the copy was not opened with it.')

describe.skipIf(office === undefined)('LibreOffice', () => {
  /** A file converted, in a folder that is gone afterwards. */
  function converted(bytes: Uint8Array, from: string, to: string): Buffer {
    const folder = mkdtempSync(join(tmpdir(), 'tiaowen-office-'))
    try {
      writeFileSync(join(folder, `a.${from}`), bytes)
      const own = `-env:UserInstallation=file://${folder}/profile`
      spawnSync(office ?? '', [own, '--headless', '--convert-to', to, '--outdir', folder, join(folder, `a.${from}`)])
      return readFileSync(join(folder, `a.${to}`))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  test('opens the copy with every comment at its words', async () => {
    const bytes = await wholeDraft()
    const file = await readDraft(bytes, 'a.docx')
    const copy = await annotateDraft(bytes, file, MARKED.map(([words], at) => itemAt(file, words, { message: `第${at}项。` })), AT)
    const content = await partOf(converted(copy, 'docx', 'odt'), 'content.xml')
    const seen = [...content.matchAll(/<office:annotation [^>]*office:name="([^"]+)"[^>]*>(.*?)<\/office:annotation>/gs)].map(
      ({ 1: name = '', 2: inside = '', index, 0: all }) => {
        const end = content.indexOf(`<office:annotation-end office:name="${name}"/>`)
        const between = content.slice(index + all.length, end).replace(/<office:annotation .*?<\/office:annotation>/gs, '')
        const plain = (xml: string) => xml.replace(/<[^>]+>/g, '').replaceAll('&amp;', '&')
        return { words: plain(inside.replace(/^.*?<\/dc:date>/s, '')), marked: plain(between) }
      },
    )
    expect(seen).toHaveLength(MARKED.length + 1)
    for (const [at, [words, marked]] of MARKED.entries()) {
      const comment = seen.find((each) => each.words.includes(`【未找到】第${at}项。`))
      expect(comment, words).toBeDefined()
      // a formula is an object there, a note stands in its call, a text box once
      const expected = marked.replaceAll('/', '').replace(/^\[框\](.*)\[框\]\1$/, '$1')
      if (words !== 'x=4' && !marked.startsWith('[注')) expect(comment?.marked, words).toBe(expected)
    }
  })

  test('writes a draft that is read and marked as Word’s own is', async () => {
    const rich = converted(await wholeDraft(), 'docx', 'docx')
    const file = await readDraft(rich, 'a.docx')
    for (const words of ['攻关和高端芯片', '新增“布局大规模智算集群飞地”', '框内“全产业链协同发展格局”', '脚注引“第一城”', '页眉引“296X”']) {
      expect(file.text.split(words), words).toHaveLength(2)
    }
    expect(file.text).not.toContain('旧的提法')
    expect(await marked(rich, '机器人”和“', '芯片、基础')).toContain('芯片、基础')
  })
})
