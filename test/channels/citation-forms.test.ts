/** Citations as writers need them, of documents as they are: the seeds, interpretations of the courts, a page of a PDF. */
import { beforeAll, describe, expect, test } from 'vitest'
import { loadDocuments } from '../../src/build-index.ts'
import { bibtex, cslJson } from '../../src/channels/citation-data.ts'
import { citedOf, footnote, inText, referenceEntry, withQuotation, type Cited } from '../../src/channels/citation-forms.ts'
import { clauseText, documentSummary } from '../../src/channels/wire.ts'
import type { Document } from '../../src/types.ts'
import { suiteFolder } from '../library.ts'
import { placeIn } from './scripted.ts'

let seeds: readonly Document[]
beforeAll(async () => {
  seeds = (await loadDocuments(['seeds'], suiteFolder())).documents
})

/** A clause of a seed, as the reader and the answers hand it over. */
function cited(number: string, ...path: string[]): Cited {
  const document = seeds.find(({ source }) => source.startsWith(number))!
  const catalogue = { documents: seeds, twins: new Map(), generation: 'gen-1', embedder: null }
  return citedOf(clauseText(placeIn(document, ...path), catalogue), documentSummary(document))
}

const CORRIDOR = '杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定'
const DECISION =
  '中共杭州市委关于全面学习把握落实党的二十大精神 加快打造世界一流的社会主义现代化国际大都市 努力成为中国式现代化城市范例的决定'

const INTERPRETATION: Cited = {
  title: '最高人民法院、最高人民检察院关于办理洗钱刑事案件适用法律若干问题的解释',
  titleFrom: 'text',
  issuer: '最高人民法院、最高人民检察院',
  documentNumber: '法释〔2024〕10号',
  date: '2024-03-29',
  dateFrom: 'text',
  spoken: '第三条第一款',
  quote: '认定“知道或者应当知道”，应当根据行为人所接触、接收的信息',
}

/** A notice as most are: its title does not name who issued it. */
const NOTICE: Cited = {
  title: '关于转发北京市企业投资项目核准暂行实施办法的通知',
  titleFrom: 'text',
  issuer: '北京市人民政府办公厅',
  documentNumber: '京政办发〔2005〕37号',
  date: '2005-07-12',
  spoken: '第一条',
}
const LINK = { url: 'https://laws.example.org/read/d-1', accessed: '2026-11-22' }

describe('in running text', () => {
  test('title and clause', () => {
    expect(inText(cited('002', '一'))).toBe(`《${CORRIDOR}》第一部分`)
    expect(inText(cited('000', '三', '2'))).toBe(`《${DECISION}》第三部分第2条`)
  })

  test('an inferred title says so, with the quotation too', () => {
    expect(inText(cited('001', '二', '2'))).toBe(`《${DECISION}》第二部分第2条（标题为推断）`)
    expect(withQuotation({ ...cited('001', '二', '2'), quote: '全社会研发投入强度超过4%' })).toBe(
      `“全社会研发投入强度超过4%”（《${DECISION}》第二部分第2条，标题为推断）`,
    )
  })

  test('the quotation is the slice of the text, its own marks too', () => {
    expect(withQuotation(INTERPRETATION)).toBe(
      '“认定“知道或者应当知道”，应当根据行为人所接触、接收的信息”' +
        '（《最高人民法院、最高人民检察院关于办理洗钱刑事案件适用法律若干问题的解释》第三条第一款）',
    )
    expect(withQuotation(NOTICE)).toBe('《关于转发北京市企业投资项目核准暂行实施办法的通知》第一条')
  })

  test.each([
    ['《中华人民共和国刑法》', '《中华人民共和国刑法》第一条'],
    [
      '最高人民法院关于《中华人民共和国刑法修正案（九）》时间效力问题的解释',
      '《最高人民法院关于〈中华人民共和国刑法修正案（九）〉时间效力问题的解释》第一条',
    ],
    ['《工伤保险条例》实施办法', '《〈工伤保险条例〉实施办法》第一条'],
    ['《甲办法》和《乙办法》', '《〈甲办法〉和〈乙办法〉》第一条'],
  ])('%s brings its own marks', (title, words) => {
    expect(inText({ title, titleFrom: 'text', spoken: '第一条' })).toBe(words)
  })
})

describe('as a footnote', () => {
  test('who, what, number, day, clause', () => {
    expect(footnote(NOTICE)).toBe(
      '北京市人民政府办公厅：《关于转发北京市企业投资项目核准暂行实施办法的通知》（京政办发〔2005〕37号），2005年7月12日，第一条。',
    )
  })

  test('a title that begins with its issuer does not say it twice', () => {
    expect(footnote(cited('002', '一'))).toBe(`《${CORRIDOR}》，2022年6月29日，第一部分。`)
    expect(footnote(INTERPRETATION)).toBe(
      '《最高人民法院、最高人民检察院关于办理洗钱刑事案件适用法律若干问题的解释》（法释〔2024〕10号），2024年3月29日，第三条第一款。',
    )
  })

  test('what is inferred is marked, each by itself', () => {
    expect(footnote(cited('001', '二', '2'))).toBe(`《${DECISION}》（标题为推断），2023年1月9日（推断），第二部分第2条。`)
    expect(footnote({ ...INTERPRETATION, titleFrom: 'inferred' })).toContain('（法释〔2024〕10号，标题为推断），2024年3月29日，')
  })

  test('no date, no comma for it; a page of a PDF comes last', () => {
    expect(footnote(cited('003', '二', '6'))).toBe('《规划建议》，第二部分第(6)条。')
    expect(footnote({ ...cited('003', '二', '6'), page: 12 })).toBe('《规划建议》，第二部分第(6)条，第12页。')
  })

  test('a law is dated by its last amendment, a version of which only the year is known by that', () => {
    const from = 'text' as const
    const header = { issuer: { value: '全国人民代表大会', from }, passed: { value: '1979-07-01', from }, amended: { value: '2023-12-29', from } }
    const article = { title: '中华人民共和国刑法', titleFrom: from, spoken: '第二十条', date: '1979-07-01' }
    expect(footnote(citedOf(article, { header }))).toBe('全国人民代表大会：《中华人民共和国刑法》，2023年12月29日修正，第二十条。')
    const version = { date: '2018', status: 'superseded' as const, others: [] }
    expect(footnote(citedOf({ ...article, version }))).toBe('《中华人民共和国刑法》，2018年，第二十条。')
  })
})

describe('in a list of references', () => {
  test('GB/T 7714—2015 in half width, —2025 in full width; the number keeps its 〔〕', () => {
    const title = '最高人民法院、最高人民检察院关于办理洗钱刑事案件适用法律若干问题的解释'
    expect(referenceEntry(INTERPRETATION, '2015')).toBe(
      `最高人民法院, 最高人民检察院. ${title}: 法释〔2024〕10号[Z]. 2024-03-29.`,
    )
    expect(referenceEntry(INTERPRETATION, '2025')).toBe(
      `最高人民法院，最高人民检察院. ${title}：法释〔2024〕10号[Z]. 2024-03-29.`,
    )
  })

  test('of four issuers three are named', () => {
    expect(referenceEntry({ ...NOTICE, issuer: '财政部 海关总署 税务总局 民航局' }, '2025')).toMatch(/^财政部，海关总署，税务总局，等\. 关于/)
  })

  test('with a page', () => {
    expect(referenceEntry({ ...cited('002', '一'), page: 3 }, '2015')).toBe(
      `杭州市人民代表大会常务委员会. ${CORRIDOR}[Z]. 2022-06-29: 3.`,
    )
    expect(referenceEntry({ ...cited('002', '一'), page: 3 }, '2025')).toBe(
      `杭州市人民代表大会常务委员会. ${CORRIDOR}[Z]. 2022-06-29：3.`,
    )
  })

  test('with an address', () => {
    const online = { ...NOTICE, link: LINK }
    expect(referenceEntry(online, '2015')).toBe(
      '北京市人民政府办公厅. 关于转发北京市企业投资项目核准暂行实施办法的通知: 京政办发〔2005〕37号[Z/OL]. ' +
        '(2005-07-12)[2026-11-22]. https://laws.example.org/read/d-1.',
    )
    expect(referenceEntry({ ...online, page: 2 }, '2015')).toContain('[Z/OL]. 2005-07-12: 2[2026-11-22]. https:')
    expect(referenceEntry(online, '2025')).toBe(
      '北京市人民政府办公厅. 关于转发北京市企业投资项目核准暂行实施办法的通知：京政办发〔2005〕37号[EB/OL]. ' +
        '（2005-07-12）[2026-11-22]. https://laws.example.org/read/d-1.',
    )
  })

  test('an inferred title and date stand in brackets, and so does the name of a file', () => {
    expect(referenceEntry(cited('001', '二', '2'), '2025')).toBe(`中共杭州市委. [${DECISION}][Z]. [2023-01-09].`)
    expect(referenceEntry({ title: 'scan-12.pdf', spoken: '正文', page: 4 }, '2025')).toBe('[scan-12.pdf][Z]：4.')
  })

  test('nothing but a title leaves no stray marks', () => {
    expect(referenceEntry(cited('003', '二', '6'), '2015')).toBe('规划建议[Z].')
    expect(referenceEntry({ ...cited('003', '二', '6'), link: LINK }, '2015')).toBe(
      '规划建议[Z/OL]. [2026-11-22]. https://laws.example.org/read/d-1.',
    )
    expect(referenceEntry({ title: '《中华人民共和国刑法》', titleFrom: 'text', spoken: '第一条' }, '2025')).toBe('中华人民共和国刑法[Z].')
  })
})

describe('for reference managers', () => {
  test('BibTeX keeps 〔〕 of the number, and a body is one name', () => {
    expect(bibtex(NOTICE)).toBe(`@misc{${bibtexKey(NOTICE)},
  author = {{北京市人民政府办公厅}},
  title = {{关于转发北京市企业投资项目核准暂行实施办法的通知}},
  number = {京政办发〔2005〕37号},
  date = {2005-07-12},
  year = {2005},
  note = {第一条},
  langid = {chinese},
}`)
    expect(bibtex(INTERPRETATION)).toContain('  author = {{最高人民法院} and {最高人民检察院}},\n')
    expect(bibtex({ ...NOTICE, page: 3, link: LINK })).toContain(
      '  pages = {3},\n  note = {第一条},\n  url = {https://laws.example.org/read/d-1},\n  urldate = {2026-11-22},\n',
    )
  })

  test('what TeX would obey is written out', () => {
    const title = '《{甲}\\input{x}》100% & #1_2^~\n下'
    const [, words] = /title = \{\{(.*)\}\},/.exec(bibtex({ ...NOTICE, title }))!
    expect(words).toBe('《\\textbraceleft 甲\\textbraceright \\textbackslash input\\textbraceleft x\\textbraceright 》100\\% \\& \\#1\\_2\\textasciicircum \\textasciitilde  下')
  })

  test('CSL-JSON', () => {
    expect(JSON.parse(cslJson({ ...INTERPRETATION, page: 2, link: LINK }))).toEqual([
      {
        id: bibtexKey(INTERPRETATION),
        type: 'document',
        title: INTERPRETATION.title,
        author: [{ literal: '最高人民法院' }, { literal: '最高人民检察院' }],
        number: '法释〔2024〕10号',
        issued: { 'date-parts': [[2024, 3, 29]] },
        page: '2',
        note: '第三条第一款',
        URL: LINK.url,
        accessed: { 'date-parts': [[2026, 11, 22]] },
        language: 'zh-CN',
      },
    ])
    expect(JSON.parse(cslJson(cited('001', '二', '2')))[0]).toMatchObject({ title: DECISION, note: '第二部分第2条；标题为推断' })
  })

  test('the key is the same for one document, and another for another', () => {
    expect(bibtexKey(NOTICE)).toMatch(/^tiaowen2005[0-9a-z]{7}$/)
    expect(bibtexKey({ ...NOTICE, spoken: '第二条' })).toBe(bibtexKey(NOTICE))
    expect(bibtexKey({ ...NOTICE, documentNumber: '京政办发〔2005〕38号' })).not.toBe(bibtexKey(NOTICE))
  })
})

const bibtexKey = (one: Cited) => /^@misc\{(\w+),/.exec(bibtex(one))![1]
