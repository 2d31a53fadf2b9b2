/** Verdicts over drafts as officials write them, against the seeds and articles of real laws. */
import { describe, expect, test } from 'vitest'
import { checkDraft, summaryOf } from '../../../src/answering/checking/check.ts'
import { worksOf } from '../../../src/clauses/works.ts'
import type { CheckItem, DocumentId } from '../../../src/types.ts'
import { COMPANY } from '../../clauses/versions.ts'
import { documentOf } from '../../clauses/sources.ts'
import { catalogueOf, changes, check, load } from './library.ts'

const law = (id: string, title: string, text: string, number?: string) =>
  documentOf(text, {
    id: id as DocumentId,
    source: `${id}.md`,
    textSha256: id.padEnd(64, '0'),
    header: { title: { value: title, from: 'text' }, ...(number ? { documentNumber: { value: number, from: 'text' } } : {}) },
  })

const INFO = law(
  'info',
  '中华人民共和国政府信息公开条例',
  '第十五条 涉及商业秘密、个人隐私等公开会对第三方合法权益造成损害的政府信息，行政机关不得公开。但是，第三方同意公开或者行政机关认为不公开会对公共利益造成重大影响的，予以公开。\n' +
    '第三十三条 行政机关收到政府信息公开申请，能够当场答复的，应当当场予以答复。\n' +
    '行政机关不能当场答复的，应当自收到申请之日起20个工作日内予以答复；需要延长答复期限的，应当经政府信息公开工作机构负责人同意并告知申请人，延长的期限最长不得超过20个工作日。\n' +
    '第四十七条 对行政机关未按照要求开展政府信息公开工作的，予以督促整改或者通报批评。\n',
)
const PENALTY = law(
  'penalty',
  '中华人民共和国治安管理处罚法',
  '第四十二条 有下列行为之一的，处五日以下拘留或者五百元以下罚款；情节较重的，处五日以上十日以下拘留，可以并处五百元以下罚款：\n' +
    '（一）写恐吓信或者以其他方法威胁他人人身安全的；\n（二）公然侮辱他人或者捏造事实诽谤他人的；\n（三）捏造事实诬告陷害他人，企图使他人受到刑事追究或者受到治安管理处罚的；\n' +
    '第四十三条 殴打他人的，处五日以上十日以下拘留，并处二百元以上五百元以下罚款；情节较轻的，处五日以下拘留或者五百元以下罚款。\n',
)
const ASSAULT = law('assault', '最高人民法院关于办理袭警刑事案件适用法律若干问题的解释', '第一条 暴力袭击正在依法执行职务的人民警察的，依照刑法第二百七十七条第五款的规定定罪处罚。\n', '高检发释字〔2025〕1号')
const { documents, twins } = await load('seeds')
const catalogue = catalogueOf([...documents, INFO, PENALTY, ASSAULT, ...COMPANY], twins)
/** 引文 verdict, why, changes. */
const told = (text: string): string[] =>
  check(catalogue, text).map((item) => [`${item.quote.slice(0, 12)} ${item.verdict}`, item.why, changes(item)].filter((one) => one).join(' '))
const only = (text: string): CheckItem => {
  const items = check(catalogue, text)
  expect(items).toHaveLength(1)
  return items[0]!
}

test('a look-up that breaks is not checked, told to the log, and its inner words to nobody else', () => {
  const broken = { ...catalogue, twins: { get: () => { throw new Error('twins broke') } } as unknown as typeof catalogue.twins }
  const faults: unknown[] = []
  const draft = { text: '《决定》第二部分第2条提出“全社会研发投入强度超过4%”', choice: { works: worksOf(broken.documents), today: '2026-11-22' }, onFault: (error: unknown) => faults.push(error) }
  const items = [...checkDraft(broken, draft)].filter((one) => !('step' in one)) as CheckItem[]
  expect(items.map(({ verdict, why, message }) => [verdict, why, message])).toEqual([
    ['not-checked', 'failed', '核对时出错，未能核对；原因已记入日志。'],
  ])
  expect(faults).toEqual([new Error('twins broke')])
})

describe('verdicts', () => {
  test.each([
    ['《决定》第二部分第2条提出“全社会研发投入强度超过4%”', ['全社会研发投入强度超过4 verbatim']],
    ['《决定》第二部分第2条提出“全社会研发投入强度超过14%”', ['全社会研发投入强度超过1 altered -4%!percentage +14%!percentage']],
    ['《规划建议》（七）：“企业出题、政府助题、平台答题、车间验题、市场评价”', ['企业出题、政府助题、平台 verbatim']],
    ['《政府信息公开条例》第三十三条第二款：“应当自收到申请之日起15个工作日内予以答复”', ['应当自收到申请之日起15 altered -20个工作日!number +15个工作日!number']],
    ['《政府信息公开条例》第三十三条第一款：“需要延长答复期限的，应当经政府信息公开工作机构负责人同意”', ['需要延长答复期限的，应当 misplaced']],
    ['《政府信息公开条例》第九十九条：“能够当场答复的，应当当场予以答复”', ['能够当场答复的，应当当场 no-such-clause']],
    ['《政府信息公开条例》第十五条：“月球基地的信息应当向火星居民公开”', ['月球基地的信息应当向火星 not-found']],
    ['《不动产登记条例》第三条：“不动产登记由县级人民政府办理登记”', ['不动产登记由县级人民政府 not-checked no-such-document']],
    ['《政府信息公开条例》第四十七条、第三十三条第二款。', ['《政府信息公开条例》第四 exists']],
    ['《政府信息公开条例》第九十九条。', ['《政府信息公开条例》第九 no-such-clause']],
    ['规划建议要求“深化‘三定三评’人才分类评价”', ['深化‘三定三评’人才分类 verbatim']],
    ['规划建议要求“深化‘三定五评’人才分类评价，有序推进人才‘企业认定、政府认账’”', ['深化‘三定五评’人才分类 altered -三!number +五!number']],
    ['我市加快“人才分类评价机制”建设，做好“深化‘三定三评’人才分类评价”', ['人才分类评价机制 not-checked emphasis', '深化‘三定三评’人才分类 verbatim']],
    ['践行“八八战略”，打造“重要窗口”', ['八八战略 not-checked emphasis', '重要窗口 not-checked emphasis']],
    ['会上说“没有关上的引号\n下一段', ['没有关上的引号 not-checked unclosed']],
    ['他说“”', [' not-checked too-short']],
    ['有人认为，“月球基地的信息应当向火星居民公开”', ['月球基地的信息应当向火星 not-found']],
    ['本办法第三条规定“月球基地的信息应当公开，定期报送”', ['月球基地的信息应当公开， not-checked no-document-named']],
  ])('%s', (text, expected) => expect(told(text)).toEqual(expected))

  test('words cut through a negation are altered', () => {
    expect(told('《政府信息公开条例》第十五条规定“公开会对公共利益造成重大影响的，予以公开”')).toEqual(['公开会对公共利益造成重大 altered -不!negation'])
  })

  test('parts with an ellipsis between them, and what it stands for', () => {
    const item = only('《政府信息公开条例》第三十三条第二款：“行政机关不能当场答复的，……延长的期限最长不得超过20个工作日。”')
    expect([item.verdict, item.skipped]).toEqual([
      'verbatim',
      ['，应当自收到申请之日起20个工作日内予以答复；需要延长答复期限的，应当经政府信息公开工作机构负责人同意并告知申请人，'],
    ])
    expect(told('《政府信息公开条例》第三十三条第二款：“行政机关不能当场答复的，……延长的期限最长不得超过30个工作日。”')).toEqual([
      '行政机关不能当场答复的， altered -20个工作日!number +30个工作日!number',
    ])
    // the parts the other way round
    expect(told('《政府信息公开条例》第三十三条第二款：“延长的期限最长不得超过20个工作日，……行政机关不能当场答复的”')[0]).not.toContain('verbatim')
  })

  test('several paragraphs, each opened by a mark', () => {
    const first = '行政机关收到政府信息公开申请，能够当场答复的，应当当场予以答复。'
    expect(told(`《政府信息公开条例》第三十三条：\n“${first}\n“行政机关不能当场答复的，应当自收到申请之日起20个工作日内予以答复”`)).toEqual(['行政机关收到政府信息公开 verbatim'])
  })

  test('an item is cited for the words before it too', () => {
    const lead = '有下列行为之一的，处五日以下拘留或者五百元以下罚款'
    expect(told(`《治安管理处罚法》第四十二条第（三）项：“${lead}”`)).toEqual(['有下列行为之一的，处五日 verbatim'])
    expect(told('《治安管理处罚法》第四十二条第（三）项：“公然侮辱他人或者捏造事实诽谤他人的”')).toEqual(['公然侮辱他人或者捏造事实 misplaced'])
    expect(told('《治安管理处罚法》第四十二条第（三）项：“处五日以上十五日以下拘留，可以并处五百元以下罚款”')).toEqual([
      '处五日以上十五日以下拘留 altered -十日!number +十五日!number',
    ])
  })

  test('a slip in the clause named is told as that, though other words stand so elsewhere', () => {
    const item = only('《治安管理处罚法》第四十三条：“处五日以上十日以下拘留，可以并处五百元以下罚款”')
    expect([item.verdict, item.citation?.spoken]).toEqual(['misplaced', '第四十二条'])
  })

  test('a name the draft gives means its document from there on', () => {
    const text = '为落实《政府信息公开条例》（以下简称《条例》），现通知如下。\n《条例》第三十三条第二款规定“应当自收到申请之日起20个工作日内予以答复”。'
    expect(told(text)).toEqual(['应当自收到申请之日起20 verbatim'])
  })

  test('terms beside a reference are emphasis, unless a figure of the clause was changed', () => {
    expect(told('《政府信息公开条例》第四十七条，建立“限时办结、超时问责”机制')).toEqual(['《政府信息公开条例》第四 exists', '限时办结、超时问责 not-checked emphasis'])
    expect(told('按照《政府信息公开条例》第三十三条第二款，期限为“15个工作日”')).toEqual(['15个工作日 altered -20个工作日!number +15个工作日!number'])
  })
})

describe('versions', () => {
  const words = '全体股东认缴的出资额由股东按照公司章程的规定自公司成立之日起五年内缴足'
  test('words of another version are altered against the one meant, which is named', () => {
    const item = only('《公司法》第二十六条：“公司全体股东的首次出资额不得低于注册资本的百分之二十”')
    expect([item.verdict, item.citation?.version?.date]).toEqual(['misplaced', '2005-10-27'])
    expect(item.message).toContain('（2005-10-27版）')
  })
  test('the version that is asked for', () => {
    expect(only(`《公司法》（2023年修订）第四十七条：“${words}”`).verdict).toBe('verbatim')
    expect(only('《公司法》（2018年修正）第一百四十二条：“公司不得收购本公司股份”').verdict).toBe('verbatim')
    expect(only('《公司法（2018年修正）》第一百四十二条：“公司不得收购本公司股份”').verdict).toBe('verbatim')
    expect(only('《公司法》（1993年）第三条：“公司是企业法人，有独立的财产”')).toMatchObject({ verdict: 'not-checked', why: 'no-such-version' })
  })
})

describe('document numbers', () => {
  test('name the document, whatever their brackets', () => {
    for (const number of ['高检发释字〔2025〕1号', '高检发释字[2025]1号', '高检发释字【2025】01号', '高检发释字（2025）1号', '高检发释字［2025］第1号']) {
      expect(told(`根据${number}第一条，“依照刑法第二百七十七条第五款的规定定罪处罚”`)).toEqual(['依照刑法第二百七十七条第 verbatim'])
    }
  })
  test('that belong to another document, or are a digit off, are told', () => {
    expect(told('《关于办理袭警刑事案件适用法律若干问题的解释》（高检发释字〔2024〕1号）第一条')).toEqual([
      '《关于办理袭警刑事案件适 exists',
      '高检发释字〔2024〕1 altered -〔2025〕1号!number +〔2024〕1号!number',
    ])
  })
})

describe('words without marks', () => {
  test('a figure changed right before the stop', () => {
    const text = '行政机关不能当场答复的，应当自收到申请之日起20个工作日内予以答复；需要延长答复期限的，应当经政府信息公开工作机构负责人同意并告知申请人，延长的期限最长不得超过30个工作日。'
    expect(told(text)).toEqual(['行政机关不能当场答复的， altered -20个工作日!number +30个工作日!number'])
  })
  test('marks around a part of them are no change', () => {
    const text = '有下列行为之一的，处“五日以下拘留或者五百元以下罚款”；情节较重的，处五日以上十日以下拘留。'
    expect(told(text)).toEqual(['五日以下拘留或者五百元以 verbatim'])
  })
  test('what follows another reference is another quotation', () => {
    const text = '《政府信息公开条例》第三十三条第一款：行政机关收到政府信息公开申请，能够当场答复的，应当当场予以答复。第二款：行政机关不能当场答复的，应当自收到申请之日起20个工作日内予以答复。'
    expect(told(text)).toEqual(['行政机关收到政府信息公开 verbatim', '行政机关不能当场答复的， verbatim'])
  })
  test('terms set off within them are part of them', () => {
    const text = '我区围绕“互联网＋”、生命健康、新材料三大科创高地建设，打造世界级数字科技产业集群。'
    expect(told(text)).toEqual(['围绕“互联网＋”、生命健 verbatim'])
  })
})

test('a look-up that breaks is told as broken, never as words that are not found', () => {
  const broken = new Proxy(catalogue, { get: (target, name) => (name === 'twins' ? undefined : Reflect.get(target, name)) })
  const [item] = check(broken, '《政府信息公开条例》第三十三条第二款：“应当自收到申请之日起20个工作日内予以答复”')
  expect(item).toMatchObject({ verdict: 'not-checked', why: 'failed' })
})

test('the sentences people read', () => {
  expect(only('《政府信息公开条例》第三十三条第二款：“应当自收到申请之日起15个工作日内予以答复”').message).toBe(
    '与《中华人民共和国政府信息公开条例》第三十三条第二款的原文有出入，涉及数字。',
  )
  expect(only('《政府信息公开条例》第三十三条第一款：“需要延长答复期限的，应当经政府信息公开工作机构负责人同意”').message).toBe(
    '所引文字不在此处，而在《中华人民共和国政府信息公开条例》第三十三条第二款。',
  )
  expect(only('《政府信息公开条例》第十五条：“月球基地的信息应当向火星居民公开”').message).toBe(
    '《中华人民共和国政府信息公开条例》没有这段话，文件库的其他文件里也没有。',
  )
  expect(only('《政府信息公开条例》第三十三条第二款：“应当自收到申请之日起２０个工作日内予以答复”').message).toBe(
    '与《中华人民共和国政府信息公开条例》第三十三条第二款的原文一致（全角半角写法不同）。',
  )
})

test('a summary counts verdicts and says whether anything is wrong', () => {
  const clean = check(catalogue, '《政府信息公开条例》第四十七条；践行“八八战略”')
  expect(summaryOf(clean, 8)).toMatchObject({ items: 2, isClean: true, documents: 8, verdicts: { exists: 1, 'not-checked': 1 } })
  expect(summaryOf(check(catalogue, '《政府信息公开条例》第九十九条'), 8).isClean).toBe(false)
})

test('items come in the order of the draft, their citations numbered', () => {
  const items = check(catalogue, '“不得公开”一说，见《政府信息公开条例》第十五条；“全社会研发投入强度超过4%，杭州亚运会成功举办”；《政府信息公开条例》第四十七条。')
  expect(items.map(({ start }) => start)).toEqual(items.map(({ start }) => start).toSorted((a, b) => a - b))
  expect(items.flatMap(({ citation }) => citation?.n ?? [])).toEqual([1, 2, 3].slice(0, items.filter(({ citation }) => citation).length))
})
