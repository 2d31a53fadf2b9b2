import { describe, expect, test } from 'vitest'
import { findReferences, type KnownName, type Step } from '../../src/clauses/reference.ts'
import type { DocumentId } from '../../src/types.ts'

const names: readonly KnownName[] = [
  { name: '决定', of: 'document', documents: ['000', '001', '002'] as DocumentId[], generic: true },
  { name: '规划建议', of: 'document', documents: ['003'] as DocumentId[], generic: true },
  { name: '民法典', of: 'document', documents: ['m'] as DocumentId[] },
  { name: '仲裁法', of: 'document', documents: ['z'] as DocumentId[] },
  { name: '深化改革', of: 'heading', documents: ['004'] as DocumentId[] },
]
const step = ({ kind, ordinal, branch, to, words }: Step): string =>
  `${kind} ${ordinal ?? words}${branch === undefined ? '' : `之${branch}`}${to === undefined ? '' : `–${to}`}`

/** 决定: part 3 > article 2 */
const read = (text: string): string[] =>
  findReferences(text, names).map(({ document, targets }) =>
    (document ? `${document.words}: ` : '') + targets.map((target) => target.map(step).join(' > ')).join(' & '))

describe('references as people type them', () => {
  test.each([
    ['《决定》第三部分第2条', '决定: part 3 > article 2'],
    ['决定三（二）', '决定: part 3 > item 2'],
    ['规划建议（七）', '规划建议: item 7'],
    ['第5部分第1点', 'part 5 > point 1'],
    ['民法典第一千零六十二条第二款', '民法典: article 1062 > paragraph 2'],
    ['第三部分的第二条', 'part 3 > article 2'],
    ['三、2', 'part 3 > point 2'],
    ['三、2.', 'part 3 > point 2'],
    ['三/2', 'part 3 > point 2'],
    ['5.1', 'part 5 > point 1'],
    ['第3部分第2点', 'part 3 > point 2'],
    ['第七条第一款第（三）项', 'article 7 > paragraph 1 > item 3'],
    ['第七条第一款和第三款', 'article 7 > paragraph 1 & article 7 > paragraph 3'],
    ['第七条、第九条', 'article 7 & article 9'],
    ['第七、九条', 'article 7 & article 9'],
    ['第三条至第五条', 'article 3–5'],
    ['第3-5条', 'article 3–5'],
    ['深化改革部分', 'heading 深化改革'],
    ['「深化改革」部分', 'heading 深化改革'],
    ['序言', 'preamble 序言'],
    ['结语', 'closing 结语'],
    ['题头', 'header 题头'],
    ['第七条第①项', 'article 7 > item 1'],
    ['第一条（二）⒎', 'article 1 > item 2 > point 7'],
    ['第3条第(2)条', 'article 3 > article 2'],
    ['第二部分导语', 'part 2 > lead 导语'],
    ['第(6)条', 'article 6'],
    ['第（一）项', 'item 1'],
    ['第十二条之一', 'article 12之1'],
    ['第三章', 'chapter 3'],
    ['部分三第2条', 'part 3 > article 2'],
    ['第二部分第2条第2款', 'part 2 > article 2 > paragraph 2'],
    ['《決定》第三部分第2條', '決定: part 3 > article 2'],
    ['第１２条', 'article 12'],
    ['《不存在的法》第三条', '不存在的法: article 3'],
  ])('%s', (text, expected) => expect(read(text)).toEqual([expected]))
})

describe('references inside questions', () => {
  test.each([
    ['《决定》第三部分第2条讲了什么？', ['决定: part 3 > article 2']],
    ['请问规划建议（七）和民法典第五条有什么不同？', ['规划建议: item 7', '民法典: article 5']],
    ['第三部分讲什么', ['part 3']],
    ['根据民法典的第十条，该怎么办', ['民法典: article 10']],
    ['决定的序言说了什么', ['决定: preamble 序言']],
    ['劳动争议调解仲裁法第五条', ['劳动争议调解仲裁法: article 5']],
    ['请问仲裁法第五条', ['仲裁法: article 5']],
    ['本法第三条怎么说', ['article 3']],
  ])('%s', (text, expected) => expect(read(text)).toEqual(expected))

  test('the span covers the name and the steps, the words are as typed', () => {
    const text = '请问《决定》第三部分第2条讲了什么？'
    const [reference] = findReferences(text, names)
    expect(reference?.words).toBe('《决定》第三部分第2条')
    expect(text.slice(reference?.span.start, reference?.span.end)).toBe(reference?.words)
    expect(reference?.document?.documents).toEqual(['000', '001', '002'])
  })
})

describe('no references', () => {
  test.each([
    '第一次', '第一城', '第三次会议', '第二个百年', '二十大', '数字经济第一城怎么建？', '2035年', '到2027年研发投入是多少？', '三大科创高地是哪些',
    '第一条例', '第一条高速公路', '第三产业', '第二点钟', '第一项任务是什么', '第一节课', '决定了什么？', '深化改革的目标是什么？', '一是人民至上', '',
    '杭州有几个区？', '12345', '4%', '第三方机构', '第一编辑', '第十三次党代会',
  ])('%j', (text) => expect(read(text)).toEqual([]))
})

test('one phrase many times over is read in time that grows with its length', () => {
  for (const piece of ['第一条、', '《', '《决', '决定', '仲裁法', '三（二）', '第', '（', '第七条第一款和', '一二三四五六七八九十', '根据', '第一条至']) {
    expect(findReferences(piece.repeat(Math.ceil(200_000 / piece.length)), names)).toBeInstanceOf(Array)
  }
}, 120_000)
