/** What heads of decisions, notices, news and laws state, and where. */
import { describe, expect, test } from 'vitest'
import { readHeader } from '../../src/documents/header.ts'
import type { Format } from '../../src/documents/read.ts'

/** The facts as plain values, and the first words of the body. */
function head(text: string, format: Format = 'txt'): Record<string, string> {
  const { header, bodyStart } = readHeader(text, format)
  const facts = Object.entries(header).map(([key, fact]) => [key, fact.value as string])
  return { ...Object.fromEntries(facts), body: text.slice(bodyStart).split('\n')[0] ?? '' }
}

const FIRST_ARTICLE = '第一条 为了规范本市人才工作,制定本规定。'

describe('notices and decisions', () => {
  test('a notice with letterhead, number and salutation: the salutation is body', () => {
    const notice = [
      '杭州市人民政府文件',
      '杭政〔2022〕3号',
      '',
      '杭州市人民政府关于印发杭州市人才工作办法的通知',
      '',
      '各区、县（市）人民政府，市政府各部门、各直属单位：',
      '现将《杭州市人才工作办法》印发给你们，请认真贯彻执行。',
      '杭州市人民政府',
      '2022年1月9日',
    ]
    expect(head(notice.join('\n'))).toEqual({
      title: '杭州市人民政府关于印发杭州市人才工作办法的通知',
      issuer: '杭州市人民政府',
      documentNumber: '杭政〔2022〕3号',
      published: '2022-01-09',
      body: '各区、县（市）人民政府，市政府各部门、各直属单位：',
    })
  })

  test.each([
    '2023-01-09 08:42:32',
    '发布时间：2023-01-09 浏览次数：12',
    '来源：杭州日报 2023-01-09 08:42',
    '来源：市科技局 发布日期：2023年1月9日 字体：大 中 小',
  ])('%s below the title is the date of publication', (line) => {
    expect(head(`深化改革\n${line}\n${FIRST_ARTICLE}`)).toEqual({
      title: '深化改革',
      published: '2023-01-09',
      body: FIRST_ARTICLE,
    })
  })

  test('a title that runs over two lines is one title', () => {
    expect(head(`最高人民法院关于审理证券市场虚假陈述\n侵权民事赔偿案件的若干规定\n法释〔2022〕2号\n\n${FIRST_ARTICLE}`)).toEqual({
      title: '最高人民法院关于审理证券市场虚假陈述侵权民事赔偿案件的若干规定',
      issuer: '最高人民法院',
      documentNumber: '法释〔2022〕2号',
      body: FIRST_ARTICLE,
    })
  })

  test('the organ that forwards is the issuer, not the one whose paper it is', () => {
    expect(head(`国务院办公厅转发财政部关于人才经费的意见的通知\n国办发〔2023〕12号\n${FIRST_ARTICLE}`)).toMatchObject({
      issuer: '国务院办公厅',
      documentNumber: '国办发〔2023〕12号',
    })
  })

  test.each([
    ['an opening paragraph', '中国共产党杭州市第十三届委员会第三次全体会议,深入学习贯彻党的二十大精神。'],
    ['a numbered part', '二、做深做透“两篇大文章”,努力在以科技创新塑造发展新优势上走在前列'],
    ['an item', '(6)深化教育科技人才一体改革发展'],
    ['a salutation', '各区、县（市）人民政府：'],
  ])('%s at the top is no title', (_, line) => {
    expect(head(`${line}\n${FIRST_ARTICLE}`)).toEqual({ body: line })
  })

  test('a date in the first sentence of the body is not the document’s', () => {
    expect(head(`深化改革\n2023年1月9日，市委召开会议，部署工作。\n${FIRST_ARTICLE}`)).toEqual({
      title: '深化改革',
      body: '2023年1月9日，市委召开会议，部署工作。',
    })
  })
})

describe('laws', () => {
  test('passing and coming into force, as 民法典 prints them', () => {
    const law =
      '# 中华人民共和国民法典\n\n（2020年5月28日第十三届全国人民代表大会第三次会议通过 自2021年1月1日起施行）\n\n## 第一编 总则'
    expect(head(law, 'md')).toEqual({
      title: '中华人民共和国民法典',
      issuer: '全国人民代表大会',
      passed: '2020-05-28',
      effective: '2021-01-01',
      body: '## 第一编 总则',
    })
  })

  test('passed by one organ, published by order of another, in force on a third day', () => {
    const rules = [
      '# 黄河水量调度条例',
      '2006年7月5日 国务院第142次常务会议通过',
      '2006年7月24日 中华人民共和国国务院令第472号公布',
      '2006年8月1日 施行',
      '<!-- INFO END -->',
      '## 第一章 总则',
    ]
    expect(head(rules.join('\n\n'), 'md')).toEqual({
      title: '黄河水量调度条例',
      issuer: '国务院',
      documentNumber: '中华人民共和国国务院令第472号',
      passed: '2006-07-05',
      published: '2006-07-24',
      effective: '2006-08-01',
      body: '## 第一章 总则',
    })
  })

  test('an amendment is not the passing; the last article states when it came into force', () => {
    const law = [
      '# 中华人民共和国土地管理法',
      '1986年6月25日 第六届全国人民代表大会常务委员会第十六次会议通过',
      '1998年8月29日 第九届全国人民代表大会常务委员会第四次会议修订',
      '2019年8月26日 第十三届全国人民代表大会常务委员会第十二次会议《关于修改〈中华人民共和国土地管理法〉',
      '〈中华人民共和国城市房地产管理法〉的决定》第三次修正',
      '<!-- INFO END -->',
      '第一条 为了加强土地管理,制定本法。',
      '第八十七条 本法自1999年1月1日起施行。',
    ]
    expect(head(law.join('\n\n'), 'md')).toEqual({
      title: '中华人民共和国土地管理法',
      issuer: '全国人民代表大会常务委员会',
      passed: '1986-06-25',
      effective: '1999-01-01',
      amended: '2019-08-26',
      body: '第一条 为了加强土地管理,制定本法。',
    })
  })

  test('the passing of an amendment is not the passing of the law', () => {
    const amended = '2020年12月26日 第十三届全国人民代表大会常务委员会第二十四次会议通过的《刑法修正案（十一）》'
    expect(head(`# 刑法\n\n${amended}\n\n${FIRST_ARTICLE}`, 'md')).toEqual({
      title: '刑法',
      amended: '2020-12-26',
      body: FIRST_ARTICLE,
    })
  })

  test('a history in brackets below the title is head, and its last amendment is told', () => {
    const history =
      '（1987年9月5日第六届全国人民代表大会常务委员会第二十二次会议通过　根据2018年10月26日第十三届全国人民代表大会常务委员会第六次会议《关于修改〈中华人民共和国野生动物保护法〉等十五部法律的决定》第二次修正）'
    expect(head(`中华人民共和国大气污染防治法\n${history}\n第一条 为保护和改善环境，制定本法。\n`, 'txt')).toEqual({
      title: '中华人民共和国大气污染防治法',
      issuer: '全国人民代表大会常务委员会',
      passed: '1987-09-05',
      amended: '2018-10-26',
      body: '第一条 为保护和改善环境，制定本法。',
    })
  })

  test('of two entries into force the one of the last revision counts', () => {
    const lines = ['# 公司法', '2006年1月1日 施行', '2023年12月29日 第十四届全国人民代表大会常务委员会第七次会议第二次修订', '2024年7月1日 施行']
    expect(head(`${lines.join('\n\n')}\n\n${FIRST_ARTICLE}`, 'md')).toMatchObject({ effective: '2024-07-01', amended: '2023-12-29' })
  })

  test('who speaks of 修订前的刑法 is not amended', () => {
    const line = '为正确适用刑法，现就人民法院1997年10月1日以后审理的刑事案件，具体适用修订前的刑法或者修订后的刑法的有关问题规定如下：'
    expect(head(`# 最高人民法院关于适用刑法时间效力规定若干问题的解释\n\n${line}\n\n第一条 甲。`, 'md')).not.toHaveProperty('amended')
  })

  test('a date before an order’s number is the day it was published', () => {
    const order = '2017年11月22日 中华人民共和国国务院令第692号'
    expect(head(`# 反间谍法实施细则\n\n${order}\n\n${FIRST_ARTICLE}`, 'md')).toEqual({
      title: '反间谍法实施细则',
      issuer: '国务院',
      documentNumber: '中华人民共和国国务院令第692号',
      published: '2017-11-22',
      body: FIRST_ARTICLE,
    })
  })

  test('from the day of publication is no date', () => {
    expect(head('# 国籍法\n\n1980年9月10日 第五届全国人民代表大会第三次会议通过\n\n第十八条 本法自公布之日起施行。', 'md')).toEqual({
      title: '国籍法',
      issuer: '全国人民代表大会',
      passed: '1980-09-10',
      body: '第十八条 本法自公布之日起施行。',
    })
  })

  test('the day another law came into force is not this one’s', () => {
    const text = '# 某条例\n\n第二条 依照本法第十条自2020年1月1日起施行的规定办理。\n\n第三条 《档案法》自2021年1月1日起施行。'
    expect(head(text, 'md')).toEqual({ title: '某条例', body: '第二条 依照本法第十条自2020年1月1日起施行的规定办理。' })
  })

  test('a table of contents belongs to the head', () => {
    const law = ['某某办法', '（2022年6月29日某市人民代表大会常务委员会第三次会议通过）', '目　录', '第一章 总则', '第二章 附则', '', '第一章 总则', FIRST_ARTICLE]
    expect(head(law.join('\n'))['body']).toBe('第一章 总则')
    expect(readHeader(law.join('\n'), 'txt').bodyStart).toBe(law.slice(0, 6).join('\n').length + 1)
  })
})

test('every fact names the place that states it', () => {
  const text = [
    '杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定',
    '2022- 07- 11 10:29:44 来源:杭州日报 作者:',
    '(2022年6月29日杭州市第十四届人民代表大会常务委员会第三次会议通过)',
    '为进一步。',
  ].join('\n')
  const { header } = readHeader(text, 'txt')
  const places = Object.fromEntries(
    Object.entries(header).map(([key, { span }]) => [key, text.slice(span?.start, span?.end)]),
  )
  expect(places).toEqual({
    title: '杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定',
    issuer: '杭州市人民代表大会常务委员会',
    passed: '2022年6月29日',
    published: '2022- 07- 11',
  })
})
