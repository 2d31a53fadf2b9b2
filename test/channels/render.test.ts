/** An answer as plain text and as Markdown: the segments, then the citations under their documents. */
import { describe, expect, test } from 'vitest'
import { escaped, plain, PLAIN, renderMarkdown, renderText, wrapped } from '../../src/channels/render.ts'
import { piecesOf } from '../../src/channels/segments.ts'
import type { Answer } from '../../src/types.ts'
import { answered, answerOf, citationOf, COPY, declined, passageOf, placeIn, PLAN, TITLE } from './scripted.ts'

const request = { question: '145行动是什么？' }

test('an answer: the words, then what they rest on', () => {
  expect(renderText(answered(request))).toBe(
    `第三部分第2条：深入实施科技成果转移转化“145”行动[1]

依据
《${TITLE}》
2023-01-09　000_76b057a27a625e20.txt
[1] 第三部分第2条（三、2.）
    「深入实施科技成果转移转化“145”行动」
    另见：《${TITLE}》第三部分第2条（001_c3e04e6f9f8af2f3.txt）`,
  )
})

test('the page of a file in pages stands beside the label', () => {
  const answer = answered(request)
  const citations = answer.citations.map((citation) => ({ ...citation, page: 12 }))
  expect(renderText({ ...answer, citations })).toContain('[1] 第三部分第2条（三、2.）「第12页」\n')
  expect(renderMarkdown({ ...answer, citations })).toContain('（三、2.）「第12页」2023-01-09')
  const passages = [{ ...passageOf(placeIn(COPY, '三')), page: 3 }]
  expect(renderText({ ...declined(request), passages })).toContain(`《${TITLE}》「第3页」`)
})

test('a declined answer says so first, and shows the nearest clauses', () => {
  const text = renderText(declined(request))
  expect(text.split('\n')[0]).toBe('文件中没有找到依据，不作回答')
  expect(text).toContain('最接近的条款\n· 第二部分第2条')
  expect(text).not.toContain('依据\n')
})

test('a clause that does not exist has no nearest ones', () => {
  expect(renderText({ ...declined(request), reason: 'no-such-clause' })).not.toContain('最接近的条款')
})

test('an ambiguous answer lists the candidates it names and no others', () => {
  const [decision, plan] = [passageOf(placeIn(COPY, '三')), passageOf(placeIn(PLAN, '二'))]
  const answer: Answer = answerOf(request, {
    outcome: 'ambiguous',
    segments: [{ kind: 'label', text: `《${plan.title}》${plan.spoken}\n` }],
    passages: [decision, plan],
  })
  const text = renderText(answer)
  expect(text).toContain('不止一处符合，请指明')
  expect(text).toContain('可能是指\n· 第二部分　《决定》')
  expect(text.match(/^· /gm)).toHaveLength(1)
})

test('a lent title, an absent date and the operator are named', () => {
  const citation = citationOf(1, placeIn(COPY, '三', '2'), '锚定全国颠覆性技术转移先行地')
  const { date: _, dateFrom: __, ...undated } = citation
  const text = renderText(
    answerOf(request, {
      segments: [],
      citations: [undated, { ...citation, n: 2, date: '2023-01-09', dateFrom: 'operator' }],
    }),
  )
  expect(text).toContain('日期不详　题名（推断）')
})

test('a long clause that stands above is not printed twice', () => {
  const place = placeIn(PLAN, '二', '7')
  const { text } = passageOf(place)
  const citations = [citationOf(1, place, text)]
  const above = renderText(answerOf(request, { segments: [{ kind: 'quotation', text, citations: [1] }], citations }))
  expect(above.split(text)).toHaveLength(2)
  expect(above).toContain(`    「${text.slice(0, 80)}…」`)
  expect(renderText(answerOf(request, { segments: [], citations }))).toContain(`「${text}」`)
})

test('keyword-only mode and a fallback are said', () => {
  const text = renderText({
    ...answered(request),
    retrieval: 'keyword',
    fallback: { from: 'hybrid', reason: '没有模型。' },
  })
  expect(text.endsWith('\n\n仅按关键词检索：没有模型。')).toBe(true)
})

test('what a model wrote is said to be, with what was left out; why it did not write, too', () => {
  const model = { id: 'qwen-plus @ example.org', prompt: 'answer-2 0123456789ab', sentences: 3, removed: 1, reasons: { number: 1 } }
  const written = { ...answered(request), mode: 'llm', model } as const
  const note = '由语言模型 qwen-plus @ example.org 成文，每句都已与所引原文核对，核对不过的 1 句已略去。'
  expect(renderText(written).endsWith(note)).toBe(true)
  expect(renderMarkdown(written).endsWith(`*${note}*`)).toBe(true)
  const fallback = { from: 'llm', reason: '此回答为原文摘录：语言模型没有及时回答' }
  const instead = renderText({ ...answered(request), retrieval: 'keyword', model, fallback })
  expect(instead.endsWith('\n\n仅按关键词检索。\n此回答为原文摘录：语言模型没有及时回答')).toBe(true)
})

describe('a number is marked where the words are quoted', () => {
  const marked = (segments: Answer['segments']) =>
    piecesOf(segments)
      .map((piece) => ('marks' in piece ? `[${piece.marks.join()}]` : piece.text))
      .join('')

  test.each<[string, Answer['segments'], string]>([
    [
      'once, not at the label too',
      [
        { kind: 'label', text: '第2条', citations: [1] },
        { kind: 'quotation', text: '超过4%', citations: [1] },
      ],
      '第2条超过4%[1]',
    ],
    [
      'behind the closing quotation mark',
      [
        { kind: 'quotation', text: '超过4%', citations: [1] },
        { kind: 'connecting', text: '”。' },
      ],
      '超过4%”[1]。',
    ],
    [
      "before the stop of a model's sentence",
      [
        { kind: 'sentence', text: '强度超过4%。\n', citations: [1, 2] },
        { kind: 'sentence', text: '占比达到1.5', citations: [2] },
      ],
      '强度超过4%[1,2]。\n占比达到1.5[2]',
    ],
    [
      'before the end of the line',
      [
        { kind: 'quotation', text: '超过4%\n', citations: [1] },
        { kind: 'connecting', text: '”' },
      ],
      '超过4%[1]\n”',
    ],
    [
      'at the label where nothing is quoted',
      [
        { kind: 'label', text: '第2条', citations: [1] },
        { kind: 'connecting', text: '。' },
      ],
      '第2条[1]。',
    ],
    [
      'each of several',
      [
        { kind: 'quotation', text: '甲', citations: [1, 2] },
        { kind: 'quotation', text: '乙', citations: [3] },
      ],
      '甲[1,2]乙[3]',
    ],
  ])('%s', (_, segments, words) => {
    expect(marked(segments)).toBe(words)
  })

  test('and no word is lost or added', () => {
    const segments = answered(request).segments
    expect(
      piecesOf(segments)
        .map((piece) => ('text' in piece ? piece.text : ''))
        .join(''),
    ).toBe(answered(request).text)
  })
})

describe('Markdown', () => {
  test('an answer with links to the reading page', () => {
    const markdown = renderMarkdown(answered(request), 'http://127.0.0.1:8787/')
    expect(markdown).toContain('第三部分第2条：深入实施科技成果转移转化“145”行动 \\[1\\]')
    expect(markdown).toMatch(
      /^1\. \[《.*》第三部分第2条\]\(http:\/\/127\.0\.0\.1:8787\/read\/d-000\/213ffd5c05c1071a\/\d+-\d+\)（三、2\.）2023-01-09$/m,
    )
    expect(markdown).toContain('\n   > 深入实施科技成果转移转化“145”行动\n')
  })

  test('without an address there are no links', () => {
    expect(renderMarkdown(answered(request))).not.toMatch(/\]\(/)
  })

  test.each([
    ['![x](https://example.org/?q=secret)', '\\!\\[x\\](https://example.org/?q=secret)'],
    ['[法][1]', '\\[法\\]\\[1\\]'],
    ['<img src=x>', '&lt;img src=x\\>'],
    ['https://example.org<img src=x>', 'https://example.org&lt;img src=x\\>'],
    ['1.争创中心', '1\\.争创中心'],
    ['# 一、', '\\# 一、'],
    ['- 甲', '\\- 甲'],
    ['**甲**_乙_`丙`', '\\*\\*甲\\*\\*\\_乙\\_\\`丙\\`'],
    ['全社会研发投入强度超过4%', '全社会研发投入强度超过4%'],
  ])('%s stays words', (words, markdown) => {
    expect(escaped(words)).toBe(markdown)
  })

  test('an address that is no reading page becomes no link', () => {
    const [citation] = answered(request).citations
    const answer = answerOf(request, { segments: [], citations: [{ ...citation!, url: 'javascript:alert(1)' }] })
    expect(renderMarkdown(answer, 'http://localhost')).not.toContain('javascript')
  })
})

describe('a terminal', () => {
  test('is sent nothing it would obey', () => {
    expect(plain('\u001b[31m甲\u0007\u009b乙\r\u202e丙\n丁')).toBe('\ufffd[31m甲\ufffd\ufffd乙\ufffd\ufffd丙\n丁')
  })

  test('is given lines as wide as it is, Chinese counting double', () => {
    const style = { ...PLAIN, columns: 24 }
    expect(wrapped('加快打造世界一流的社会主义现代化国际大都市', '  ', style)).toEqual([
      '  加快打造世界一流的社会',
      '  主义现代化国际大都市',
    ])
  })

  test('gets no line that begins with a comma', () => {
    const style = { ...PLAIN, columns: 20 }
    expect(wrapped('一二三四五六七八九十，一二', '', style)).toEqual(['一二三四五六七八九十，', '一二'])
  })
})
