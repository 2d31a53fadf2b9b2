import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it, test } from 'vitest'
import { Composer, dateOf, sha256 } from '../../src/answering/compose.ts'
import { isPhrase, phrase } from '../../src/answering/phrases.ts'
import type { Library } from '../../src/retrieval/library.ts'
import type { Document, Fact } from '../../src/types.ts'
import { documentOf, seedLibrary, spanOf } from './seeds.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
})

const DECISION =
  '《中共杭州市委关于全面学习把握落实党的二十大精神 加快打造世界一流的社会主义现代化国际大都市 努力成为中国式现代化城市范例的决定》'
const textOf = (composer: Composer): string => composer.segments.map(({ text }) => text).join('')
const quoted = (number: string, words: string[], dated = false): Composer => {
  const document = documentOf(library, number)
  const [first, ...rest] = words.map((one) => ({ document, span: spanOf(document, one) }))
  return new Composer(library).quote([first!, ...rest], { dated })
}

describe('a quotation', () => {
  it('stands behind the label of its clause', () => {
    const composer = quoted('001', ['全社会研发投入强度超过4%'])
    expect(textOf(composer)).toBe(`${DECISION}第二部分第2条第2款：“全社会研发投入强度超过4%”\n`)
    const kinds = composer.segments.map(({ kind }) => kind)
    expect(kinds).toEqual(['label', 'connecting', 'quotation', 'connecting', 'connecting'])
  })

  it('is cited with its place, its offsets and its hash', () => {
    const { id, text, textSha256 } = documentOf(library, '001')
    const [citation] = quoted('001', ['全社会研发投入强度超过4%']).citations
    expect(citation).toMatchObject({
      n: 1,
      source: '001_c3e04e6f9f8af2f3.txt',
      path: ['二', '2'],
      label: '二、2.第2款',
      spoken: '第二部分第2条第2款',
      quote: '全社会研发投入强度超过4%',
      quoteSha256: sha256('全社会研发投入强度超过4%'),
      titleFrom: 'inferred',
      alsoIn: [],
    })
    expect(text.slice(citation!.start, citation!.end)).toBe(citation!.quote)
    expect(citation!.url).toBe(`/read/${id}/${textSha256.slice(0, 16)}/${citation!.start}-${citation!.end}`)
  })

  it('of a file in pages names the page of its first word; of any other file none', () => {
    const document = documentOf(library, '001')
    const span = spanOf(document, '全社会研发投入强度超过4%')
    const paged = { ...document, pages: [0, 100, span.start + 1] }
    expect(new Composer(library).quote([{ document: paged, span }]).citations[0]!.page).toBe(2)
    expect('page' in quoted('001', ['全社会研发投入强度超过4%']).citations[0]!).toBe(false)
  })

  it('of a clause that stands in two documents says where else', () => {
    const [citation] = quoted('000', ['推动“中国视谷”建设取得突破性进展']).citations
    expect(citation!.alsoIn.map(({ source, spoken }) => [source.slice(0, 3), spoken])).toEqual([['001', '第四部分第1条']])
  })

  it('of a whole clause is named as the clause, of one of its paragraphs as that 款', () => {
    const { text } = documentOf(library, '001')
    const first = text.slice(text.indexOf('2.进一步完善“加快'), text.indexOf('\n未来五年是杭州'))
    const whole = text.slice(text.indexOf('2.进一步完善“加快'), text.indexOf('\n3.进一步强化'))
    expect(quoted('001', [first]).citations[0]!.spoken).toBe('第二部分第2条第1款')
    expect(quoted('001', [whole]).citations[0]!.spoken).toBe('第二部分第2条')
    expect(quoted('003', ['坚持智能化、绿色化、融合化方向']).citations[0]!.spoken).toBe('第三部分导语')
    const plan = documentOf(library, '003').text
    const part = plan.slice(plan.indexOf('三、加快构建'), plan.indexOf('(10)'))
    expect(quoted('003', [part]).citations[0]!.spoken).toBe('第三部分')
  })

  it('twice in one answer is one citation; two of one clause have one label', () => {
    const document = documentOf(library, '004')
    const span = spanOf(document, '重点实施12项改革项目')
    const composer = new Composer(library).quote([{ document, span }]).quote([{ document, span }])
    expect(composer.citations).toHaveLength(1)
    expect(textOf(quoted('004', ['重点实施12项改革项目', '杭州将重点推进政务服务增值化改革']))).toBe(
      '《聚焦“深化改革、强基固本”主题年 杭州“新春第一会”给出“任务书”“作战图”》「深化改革」部分：' +
        '“重点实施12项改革项目”“杭州将重点推进政务服务增值化改革”\n',
    )
  })
})

describe('the date of a document', () => {
  test.each([
    ['002', '设施集群', '（2022-06-29）'],
    ['000', '争创综合性国家科学中心', '（2023-01-09）'],
    ['004', '重点实施12项改革项目', '（2024-02-19）'],
    ['003', '加强人工智能治理', '（日期不详）'],
    ['001', '全社会研发投入强度超过4%', '（2023-01-09）（日期为推断）'],
  ])('%s: %s %s', (number, words, date) => {
    expect(textOf(quoted(number, [words], true))).toContain(`${date}：“${words}”`)
  })

  it('that the operator states is marked as the operator’s', () => {
    const published: Fact = { value: '2025-12-01', from: 'operator' }
    const document: Document = { ...documentOf(library, '003'), header: { published } }
    const span = spanOf(document, '加强人工智能治理')
    const composer = new Composer(library).quote([{ document, span }], { dated: true })
    expect(textOf(composer)).toContain('（2025-12-01）（日期由管理员填写）：“加强人工智能治理”')
    expect(composer.citations[0]).toMatchObject({ date: '2025-12-01', dateFrom: 'operator' })
  })

  it('is that of its passing, else of its publication', () => {
    expect(dateOf(documentOf(library, '002'))?.value).toBe('2022-06-29')
    expect(dateOf(documentOf(library, '003'))).toBeUndefined()
  })
})

describe('connecting words', () => {
  const phrases: Record<string, string> = JSON.parse(readFileSync('prompts/phrases.json', 'utf8'))

  it('are those of prompts/phrases.json and hold no figure', () => {
    for (const [name, text] of Object.entries(phrases)) {
      expect(phrase(name as 'end')).toBe(text)
      expect(isPhrase(text)).toBe(true)
      expect(text).not.toMatch(/[\d〇零一二三四五六七八九十百千万亿]/)
    }
    expect(isPhrase('因此')).toBe(false)
  })

  it('are all that stands between quotations, labels, dates and counts', () => {
    const composer = quoted('002', ['设施集群'], true).say('nearest')
    const connecting = composer.segments.filter(({ kind }) => kind === 'connecting').map(({ text }) => text)
    expect(connecting.every((text) => Object.values(phrases).includes(text))).toBe(true)
  })
})
