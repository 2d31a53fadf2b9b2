import { describe, expect, test } from 'vitest'
import { findClause, headingOf, innermost, ownText, walk } from '../../src/clauses/address.ts'
import { findProblems, parseDocument } from '../../src/clauses/tree.ts'
import type { Document } from '../../src/types.ts'
import { documentOf, seed } from './sources.ts'

/** Paths of all clauses, joined, in reading order. */
const paths = (document: Document): string[] => [...walk(document)].map((lineage) => innermost(lineage).path.join('/'))

function clauseAt(document: Document, ...path: string[]) {
  const lineage = findClause(document, path)
  if (!lineage) throw new Error(`no ${path.join('/')} among ${paths(document).join(' ')}`)
  return innermost(lineage)
}
const wordsAt = (document: Document, ...path: string[]): string => ownText(document, clauseAt(document, ...path))

describe('policy documents', () => {
  test('a fragment that begins at 二 keeps its printed numbers, running on across parts', () => {
    expect(paths(seed('003'))).toEqual(['二', '二/6', '二/7', '二/8', '三', '三/9', '三/10', '三/11', '三/12'])
  })

  test('a paragraph before the first item is the part’s own', () => {
    expect(wordsAt(seed('003'), '二')).toMatch(/^紧紧抓住共建长三角国际科技创新中心机遇.*最大增量。$/)
  })

  test('a paragraph without a number behind an item is its second 款', () => {
    const { paragraphs } = clauseAt(seed('001'), '二', '2')
    expect(paragraphs.map(({ start, end }) => end - start)).toEqual([466, 556])
    expect(wordsAt(seed('001'), '二', '2').split('\n')[1]).toMatch(/^未来五年是杭州加快打造/)
  })

  test('a run-in first sentence is the heading, without its full stop', () => {
    const document = seed('002')
    expect(headingOf(document, clauseAt(document, '一'))).toBe('厚植科创土壤,夯实大走廊创新发展的硬件基础')
    expect(wordsAt(document, '一')).toMatch(/^一、厚植科创土壤/)
  })

  test('a paragraph after sections of one paragraph each is the closing, of no section', () => {
    const document = seed('002')
    expect(paths(document)).toEqual(['header', 'preamble', '一', '二', '三', '四', '五', 'closing'])
    expect(wordsAt(document, 'closing')).toBe(
      '市政府及有关部门要认真贯彻落实决定相关内容,细化相关政策措施。市人大常委会将适时开展监督。',
    )
  })

  test('short lines without a number head the parts of a news item; their subtitles are no parts', () => {
    const document = seed('004')
    expect(paths(document)).toEqual(['header', 'preamble', '深化改革', '强基固本'])
    expect(wordsAt(document, '深化改革').split('\n')[0]).toBe('破解深层次障碍、激发动力活力')
  })

  test('enumerations inside a sentence are no clauses', () => {
    expect(paths(seed('001')).filter((path) => path.startsWith('二/3'))).toEqual(['二/3'])
  })

  test('styles nest as the document nests them, whatever custom says', () => {
    const document = documentOf('1.总则\n一、范围。甲。\n二、对象。乙。\n2.分则\n一、程序。丙。\n二、期限。丁。')
    expect(paths(document)).toEqual(['1', '1/一', '1/二', '2', '2/一', '2/二'])
  })

  test('第X部分 stands above every list, also where a list stands before it', () => {
    const document = documentOf('一、释义\n（一）甲。\n第一部分\n一、乙。\n二、丙。\n第二部分\n一、丁。')
    expect(paths(document)).toEqual(['一', '一/一', '第一部分', '第一部分/一', '第一部分/二', '第二部分', '第二部分/一'])
  })

  test('full- and half-width forms are one style', () => {
    const document = documentOf('一、总体要求\n（一）目标。甲。\n(二)原则。乙。\n㈢路径。丙。\n1．先行。丁。\n2、后行。戊。\n⑴试点。己。\n（2）推广。庚。\n①甲地。\n②乙地。')
    expect(paths(document)).toEqual([
      '一', '一/一', '一/二', '一/三', '一/三/1', '一/三/2', '一/三/2/1', '一/三/2/2', '一/三/2/2/①', '一/三/2/2/②',
    ])
  })

  test.each(['1.2亿元用于研发。', '2023.5.1起施行。', '2.5万人受益。', '一、二、三产业融合发展。', '第一次会议召开。', '第二个百年奋斗目标。', '12315热线。'])(
    '%s opens no clause',
    (line) => expect(paths(documentOf(`一、甲\n${line}\n二、乙\n${line}`)).length).toBe(2),
  )

  test('a signature and its date are the closing', () => {
    const document = documentOf('一、范围。本办法适用于全市。\n附带说明。\n二、施行。自公布之日起施行。\n杭州市人民政府办公厅\n2023年1月9日')
    expect(paths(document)).toEqual(['一', '二', 'closing'])
    expect(wordsAt(document, 'closing')).toBe('杭州市人民政府办公厅\n2023年1月9日')
  })
})

describe('laws', () => {
  const penal = [
    '## 第一章 总 则', '', '第一条 为了惩罚犯罪，制定本法。', '',
    '第十二条 有下列情形之一的，免予处罚：', '', '（一）管制；', '', '（二）拘役。', '',
    '前款规定不适用于累犯。有下列情形的除外：', '', '（一）自首；', '', '1.主动投案的；', '', '（二）立功。', '',
    '第十二条之一 本条新增。', '', '## 第二章 附 则', '', '第十三条 本法自公布之日起施行。',
  ].join('\n')

  test('articles carry their numbers through the chapters', () => {
    expect(paths(documentOf(penal))).toEqual([
      '第一章', '第一条', '第十二条', '第十二条/一', '第十二条/二', '第十二条/第二款/一', '第十二条/第二款/一/1',
      '第十二条/第二款/二', '第十二条之一', '第二章', '第十三条',
    ])
  })

  test('a paragraph after items is the next 款 of the article, and items know the 款 they follow', () => {
    const article = clauseAt(documentOf(penal), '第十二条')
    expect(article.paragraphs).toHaveLength(2)
    expect(article.children.map(({ underParagraph }) => underParagraph)).toEqual([1, 1, 2, 2])
  })

  test('ordinals and branches are read from the mark', () => {
    expect(clauseAt(documentOf(penal), '第十二条之一').number).toEqual({
      style: 'article', mark: '第十二条之一', ordinal: 12, branch: 1,
    })
  })

  test('a chapter’s heading is its words without the mark', () => {
    const document = documentOf(penal)
    const chapter = clauseAt(document, '第一章')
    expect(headingOf(document, chapter)).toBe('总 则')
    expect(chapter.paragraphs).toEqual([])
    expect(chapter.children).toHaveLength(3)
  })

  test.each([
    ['right after a line break in a sentence', '第一条 依照\n第十二条规定的情形，处罚。\n第二条 施行。'],
    ['with a 款', '第一条 甲。\n第十二条第二款所列的情形除外。\n第二条 施行。'],
    ['in a list', '第一条 甲适用本法\n第十二条、第十三条的规定。\n第二条 施行。'],
    ['with white space, in the middle of a sentence', '第一条 有下列情形的，依照本法第十一条、\n第十二条 的规定处罚。\n第二条 施行。'],
  ])('a cross-reference that opens a line is no article: %s', (_, text) => {
    expect(paths(documentOf(text))).toEqual(['第一条', '第二条'])
  })

  test('lines broken by hand stay one paragraph', () => {
    const line = '为了规范行政许可的设定和实施保护公民法人和其他组织合法'
    const text = Array.from({ length: 8 }, (_, at) => `第${'一二三四五六七八'[at]}条 ${line}\n${line}\n权益。`).join('\n')
    const document = documentOf(text)
    expect(paths(document)).toHaveLength(8)
    expect(clauseAt(document, '第三条').paragraphs).toHaveLength(1)
  })

  test('the lines of a table of contents are no clauses', () => {
    const document = documentOf('目录\n第一章 总则\n第二章 附则\n第一章 总则\n第一条 甲。\n第二章 附则\n第二条 乙。')
    expect(paths(document)).toEqual(['第一章', '第一条', '第二章', '第二条'])
  })

  test('an annex stands beside the chapters, and its articles keep apart from those of the law', () => {
    const document = documentOf('第一条 甲。\n第二条 乙。\n附件一：操作规程\n第一条 丙。\n附件二 名录\n1.锆\n2.硼')
    expect(paths(document)).toEqual(['第一条', '第二条', '附件一', '附件一/第一条', '附件二', '附件二/1', '附件二/2'])
  })

  test('附则 without a heading mark stands beside the chapters, and is no 款 of the article before it', () => {
    const document = documentOf(
      '## 第五章 罚则\n\n第二十二条 依法追究刑事责任。\n\n附 则\n\n第二十三条 本条例自发布之日起施行。',
    )
    expect(paths(document)).toEqual(['第五章', '第二十二条', '附 则', '第二十三条'])
    expect(document.clauses.map(({ path, children }) => [path[0], children.length])).toEqual([['第五章', 1], ['附 则', 1]])
    expect(clauseAt(document, '第二十二条').paragraphs).toHaveLength(1)
  })

  test('a chapter’s caption that has lost its mark stands beside the chapters', () => {
    const document = documentOf(
      '## 第一章 总 则\n\n第十二条 有关规定给予表彰和奖励。\n\n\u200b\n\n网络素养促进\n\n第十三条 国务院教育部门应当指导。\n\n网络信息内容规范\n\n' +
        '第二十一条 国家鼓励和支持制作。\n\n## 第七章 附则\n\n第六十条 施行。',
    )
    expect(document.clauses.map(({ path, children }) => [path[0], children.length])).toEqual([
      ['第一章', 1], ['网络素养促进', 1], ['网络信息内容规范', 1], ['第七章', 1],
    ])
    expect(clauseAt(document, '第十二条').paragraphs).toHaveLength(1)
  })

  test('a short 款 is no caption: it ends as a sentence, or no article follows it', () => {
    const document = documentOf('第一条 由下列人员组成。\n委员长\n秘书长\n第二条 公式如下：\n应纳税额\n第三条 施行。')
    expect(paths(document)).toEqual(['第一条', '第二条', '第三条'])
    expect(clauseAt(document, '第一条').paragraphs).toHaveLength(3)
  })

  test('the word 附件 on a line of its own opens an annex, also below a text without numbers', () => {
    const document = documentOf(
      '各区、县（市）人民政府：\n现将办法印发给你们，请认真贯彻执行。\n附件：暂行办法\n\n附件\n\n暂行办法\n\n第一条 为了规范，制定本办法。\n\n第二条 施行。',
    )
    expect(paths(document)).toEqual(['preamble', '附件', '第一条', '第二条'])
    expect(document.clauses.at(-1)?.children).toHaveLength(2)
  })

  test('a line that holds several articles has lost its line ends', () => {
    const document = documentOf(
      '## 第一章 总则\n\n第一条 为了维护国家领空主权，制定本规则。 第二条 凡辖有航空器的单位，都必须遵守： （一）甲； （二）乙。 前款规定适用于丙。 ' +
        '第三条 国家实行统一的飞行管制。 第二章 空域管理 第四条 空域管理应当依照第一条 的规定。\n附件一 符号（略） 附件二 示意图（略）',
    )
    expect(paths(document)).toEqual([
      '第一章', '第一条', '第二条', '第二条/一', '第二条/二', '第三条', '第二章', '第四条', '附件一', '附件二',
    ])
    expect(clauseAt(document, '第二条').paragraphs).toHaveLength(2)
    expect(wordsAt(document, '第三条')).toBe('第三条 国家实行统一的飞行管制。')
    expect(headingOf(document, clauseAt(document, '第二章'))).toBe('空域管理')
  })

  test('blanks behind sentences mean nothing in a line of one article', () => {
    const document = documentOf('第一条 甲。 乙： （一）丙； （二）丁。\n第二条 依照第一条 处理。')
    expect(paths(document)).toEqual(['第一条', '第二条'])
    expect(clauseAt(document, '第一条').paragraphs).toHaveLength(1)
  })

  test('a document of one line is read part by part', () => {
    const document = documentOf('第一编 通则 第一章 总则 第一条 甲。 第二条 乙。 第二章 附则 第三条 丙。')
    expect(paths(document)).toEqual(['第一编', '第一编/第一章', '第一条', '第二条', '第一编/第二章', '第三条'])
  })

  test('a caption numbered like an item heads the articles below it', () => {
    const document = documentOf(
      '## 三、关于担保物权\n\n（一）担保合同与担保物权的效力\n\n第三十七条 当事人以所有权、使用权不明的财产抵押，按照下列情形处理：\n\n（一）有效；\n\n' +
        '（二）无效。\n\n第三十八条 主债权未受全部清偿。\n\n（二）不动产抵押\n\n第四十六条 不动产抵押合同生效后未办理抵押登记手续。',
    )
    expect(paths(document)).toEqual([
      '三', '三/一', '第三十七条', '第三十七条/一', '第三十七条/二', '第三十八条', '三/二', '第四十六条',
    ])
    expect(headingOf(document, clauseAt(document, '三', '二'))).toBe('不动产抵押')
    expect(clauseAt(document, '三').children.map(({ children }) => children.length)).toEqual([2, 1])
  })

  test('words between two items of a list are words of the first', () => {
    const document = documentOf(
      '第一条 自诉案件包括：\n（一）告诉才处理的案件；\n（二）轻微刑事案件：\n1.故意伤害案；\n2.重婚案。\n本项规定的案件，人民法院应当受理。\n' +
        '（三）其他案件。\n前款规定的案件，由被害人起诉。',
    )
    expect(wordsAt(document, '第一条', '二').split('\n')).toEqual(['（二）轻微刑事案件：', '本项规定的案件，人民法院应当受理。'])
    expect(wordsAt(document, '第一条').split('\n')).toEqual(['第一条 自诉案件包括：', '前款规定的案件，由被害人起诉。'])
  })

  test('words that the last 目 of an item announces are its own', () => {
    const document = documentOf(
      '第二百一十条 按照下列规定计算：\n（一）关于人身伤亡：\n1.总吨位300吨的船舶；\n2.总吨位超过500吨的船舶，应当增加下列数额：\n501吨至3000吨的部分，每吨增加500计算单位；\n' +
        '超过70000吨的部分，每吨增加167计算单位。\n（二）依照第（一）项规定的限额。',
    )
    expect(wordsAt(document, '第二百一十条', '一', '2').split('\n')).toHaveLength(3)
    expect(clauseAt(document, '第二百一十条').paragraphs).toHaveLength(1)
  })

  test('a line marked as the heading of a section is its heading, whatever it ends with', () => {
    const document = documentOf('### 第五节 生活、卫生。\n\n第五十条 由国家规定。')
    expect(headingOf(document, clauseAt(document, '第五节'))).toBe('生活、卫生。')
  })

  test('the last item of a list is an item, whatever stands behind it', () => {
    const document = documentOf('第一条 下列货物：\n（一）煤\n（二）焦炭\n第二条 施行。')
    expect(paths(document)).toEqual(['第一条', '第一条/一', '第一条/二', '第二条'])
  })

  test('the first item on the line that announces the list is an item', () => {
    const document = documentOf('第一条 以本规定为准。\n附件：1.司法建议书制作规范\n2.文书样式\n附件1\n为指导制作。')
    expect(paths(document)).toEqual(['第一条', '附件', '附件/1', '附件/2', '附件1'])
    expect(paths(documentOf('第一条 条件:（一）遵纪守法；（二）胜任工作。\n第二条 施行。'))).toEqual(['第一条', '第二条'])
  })

  test('a chapter may be a branch: 第三章之一', () => {
    const document = documentOf('第三章 处罚\n第九条 甲。\n第三章之一 特别处罚\n第九条之一 乙。\n第四章 附则\n第十条 丙。')
    expect(paths(document)).toEqual(['第三章', '第九条', '第三章之一', '第九条之一', '第四章', '第十条'])
    expect(findProblems(document).map(({ kind }) => kind)).toEqual(['start', 'start'])
  })

  test('articles in figures, in traditional characters and with blanks within the mark', () => {
    expect(paths(documentOf('第1条 甲。\n第2条 乙。\n第3条之一 丙。'))).toEqual(['第1条', '第2条', '第3条之一'])
    expect(paths(documentOf('第十一條 甲。\n第十二條 乙。\n第 十三 條 丙。'))).toEqual(['第十一條', '第十二條', '第十三條'])
  })

  test('items run on beyond ten', () => {
    const numerals = [...'一二三四五六七八九十'].concat([...'一二三四五六七八九'].map((one) => `十${one}`), '二十')
    const document = documentOf(`第一条 下列情形：\n${numerals.map((numeral) => `（${numeral}）情形；`).join('\n')}`)
    expect(clauseAt(document, '第一条').children.map(({ path }) => path[1])).toEqual(numerals)
  })

  test('articles that begin again in every book take the book into their path', () => {
    const document = documentOf('第一编 总则\n第一条 甲。\n第二条 乙。\n第二编 分则\n第一条 丙。\n第二条 丁。')
    expect(paths(document)).toEqual(['第一编', '第一编/第一条', '第一编/第二条', '第二编', '第二编/第一条', '第二编/第二条'])
  })

  test('a caption in brackets is the heading of an article', () => {
    const document = documentOf('第一条 【立法目的】为了规范，制定本法。\n第二条（适用范围）\n本市范围内适用本条例。')
    expect(headingOf(document, clauseAt(document, '第一条'))).toBe('立法目的')
    expect(headingOf(document, clauseAt(document, '第二条'))).toBe('适用范围')
    expect(wordsAt(document, '第二条')).toBe('本市范围内适用本条例。')
  })

  test('序言 as a heading is the preamble', () => {
    const document = documentOf('## 序言\n\n中国是世界上历史最悠久的国家之一。\n\n## 第一章 总纲\n\n第一条 国体。')
    expect(paths(document)).toEqual(['preamble', '第一章', '第一条'])
    expect(headingOf(document, clauseAt(document, 'preamble'))).toBe('序言')
  })
})

describe('a tree that does not add up is reported, not mended', () => {
  test('a number that is missing, one that stands twice, one that runs backwards', () => {
    const document = documentOf('一、甲\n三、乙\n三、丙\n二、丁')
    expect(paths(document)).toEqual(['一', '三', '三~2', '二'])
    expect(findProblems(document).map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      'gap “一、”之后是“三、”，中间缺号。',
      'twice “三、”出现两次。',
      'order “三、”之后是“二、”，编号倒退。',
    ])
  })

  test('a fragment says where it begins; numbers that run on across parts are in order', () => {
    expect(findProblems(seed('003')).map(({ message }) => message)).toEqual([
      '从“二、”开始，此前没有编号。', '从“(6)”开始，此前没有编号。',
    ])
    expect(findProblems(seed('001'))).toEqual([])
  })
})

test('nothing comes of nothing', () => {
  expect(parseDocument({ ...seed('003'), text: '', bodyStart: 0 }).clauses).toEqual([])
})
