/** What two printings of words may differ in, where words stand, and how they are aligned. */
import { describe, expect, test } from 'vitest'
import { alignWithin } from '../../../src/answering/checking/align.ts'
import { widened } from '../../../src/answering/checking/boundaries.ts'
import { differencesOf } from '../../../src/answering/checking/differences.ts'
import { foldText, printingOf } from '../../../src/answering/checking/fold.ts'
import { WordPlaces } from '../../../src/answering/checking/word-places.ts'
import { runsIn } from '../../../src/answering/checking/runs.ts'
import { wordsOf } from '../../../src/answering/checking/judge.ts'
import { documentOf, seed, SEEDS } from '../../clauses/sources.ts'

const folded = (text: string): string => String.fromCharCode(...foldText(text).codes)

describe('words as they are compared', () => {
  test.each([
    ['全社会研发投入强度超过４％', '全社会研发投入强度超过4%'],
    ['政府指导、 市场为主\n信用支撑', '政府指导、市场为主信用支撑'],
    ['“科创高地”「科创高地」『科创高地』‘科创高地’', '"科创高地""科创高地""科创高地""科创高地"'],
    ['國家尊重和保障人權', '国家尊重和保障人权'],
    ['关于适用〈民法典〉的解释', '关于适用《民法典》的解释'],
    ['办公厅（室）：１５个工作日', '办公厅(室):15个工作日'],
    ['2023—2025年', '2023-2025年'],
  ])('%s', (words, expected) => expect(folded(words)).toBe(expected))

  test('digits, stops and 不 stay what they are', () => {
    expect(folded('超过4%')).not.toBe(folded('超过14%'))
    expect(folded('应当、可以。')).toBe('应当、可以。')
  })

  test('every unit leads back to where it stands', () => {
    expect([...foldText('４ ％').offsets]).toEqual([0, 2])
    expect([...foldText('第三条\u3000公司').offsets]).toEqual([0, 1, 2, 4, 5])
  })

  test.each([
    ['超过４％', '超过4%', ['width']],
    ['“三农”', '‘三农’', ['marks']],
    ['國家', '国家', ['script']],
    ['办公厅（室）', '办公厅(室)', ['width']],
    ['同 一', '同一', []],
  ])('%s beside %s differs in %j', (one, other, expected) => expect(printingOf(one, other)).toEqual(expected))
})

describe('where words stand', () => {
  const documents = SEEDS.map(seed)
  const places = new WordPlaces(documents)
  const standing = (words: string): string[] =>
    places.find(foldText(words).codes).map((from) => {
      const document = places.documentAt(from)
      const { start, end } = places.spanOf({ from, length: foldText(words).codes.length })
      return `${document.id} ${document.text.slice(start, end)}`
    })

  test('in every copy, whatever the width of their stops', () => {
    expect(standing('全社会研发投入强度超过４％，杭州亚运会成功举办')).toEqual(['001 全社会研发投入强度超过4%,杭州亚运会成功举办'])
    expect(standing('力争未来5年实现技术交易额、新产品产值总和超1万亿元')).toEqual([
      '000 力争未来5年实现技术交易额、新产品产值总和超1万亿元',
      '001 力争未来5年实现技术交易额、新产品产值总和超1万亿元',
    ])
  })

  test('words of any length from a text are found, wherever they begin', () => {
    const { codes } = places
    for (let from = 0; from < 3_000; from += 37) {
      for (const length of [1, 4, 6, 7, 8, 9, 23]) {
        const words = codes.slice(from, from + length)
        if (!words.includes(0)) expect(places.find(words, 100_000)).toContain(from)
      }
    }
  })

  test('none is found over the seam of two documents, and none that stands nowhere', () => {
    expect(standing('全社会研发投入强度超过14%')).toEqual([])
    const seam = places.unitsOf(documents[1]!).begin - 1
    expect(places.codes[seam]).toBe(0)
  })

  test('words like these are near their place', () => {
    const [best] = places.near(foldText('全社会研发投入强度达到5%,杭州亚运会胜利举办').codes)
    expect(places.documentAt(best! + 40).id).toBe('001')
  })

  test('a document that is not among those indexed is no place', () => {
    expect(() => places.unitsOf(documentOf('第一条 甲。'))).toThrow(RangeError)
  })
})

/** The pieces of an alignment: = what is alike, - only in the text, + only in the draft. */
function aligned(words: string, text: string): string {
  const [ours, theirs] = [foldText(words), foldText(text)]
  const found = alignWithin(ours.codes, theirs.codes, 0, theirs.codes.length)!
  const say = found.pieces.map(({ same, from, to, textFrom, textTo }) =>
    same ? `=${words.slice(from, to)}` : `${textFrom < textTo ? `-${text.slice(textFrom, textTo)}` : ''}${from < to ? `+${words.slice(from, to)}` : ''}`,
  )
  return `${found.distance} ${say.join(' ')}`
}

describe('the fewest changes', () => {
  test.each([
    ['行政机关可以擅自改变已经生效的行政许可', '受法律保护，行政机关不得擅自改变已经生效的行政许可。', '2 =行政机关 -不得+可以 =擅自改变已经生效的行政许可'],
    ['秘密级不超过十五年', '机密级不超过二十年，秘密级不超过十年。', '1 =秘密级不超过十 +五 =年'],
    ['具有特定的目的和必要性', '只有在具有特定的目的和充分的必要性，', '3 =具有特定的目的和 -充分的 =必要性'],
    ['人民法院应理', '赔偿损失的，人民法院应受理。', '1 =人民法院应 -受 =理'],
    ['人民法院应许：', '情形之一的，人民法院应予准许：', '2 =人民法院应 -予准 =许：'],
  ])('%s', (words, text, expected) => expect(aligned(words, text)).toBe(expected))

  test('no words, or no text, are aligned with nothing', () => {
    expect(alignWithin(new Uint16Array(), foldText('甲').codes, 0, 1)).toBeUndefined()
    expect(alignWithin(foldText('甲').codes, foldText('甲').codes, 1, 1)).toBeUndefined()
  })
})

describe('a stretch begins and ends where the text has a seam', () => {
  const cut = (text: string, words: string): string => {
    const start = text.indexOf(words)
    const span = widened(text, { start, end: start + words.length })
    return text.slice(span.start, span.end)
  }
  test.each([
    ['研发投入强度超过14%，', '4%', '14%'],
    ['行政机关不得批准。', '得批准', '不得批准'],
    ['机密级不超过二十年', '十年', '二十年'],
    ['未经批准不得施工', '施工', '不得施工'],
    ['法律另有规定的除外。', '法律另有规定的', '法律另有规定的除外'],
    ['但约定不公开的情形除外', '约定不公开的', '约定不公开的情形除外'],
    ['是否批准，由省政府决定', '批准，由省政府', '批准，由省政府'],
    ['应当自收到申请之日起20个工作日内答复', '自收到申请之日起20个工作日内答复', '自收到申请之日起20个工作日内答复'],
  ])('%s: %s → %s', (text, words, expected) => expect(cut(text, words)).toBe(expected))
})

describe('what differs, with what weighs', () => {
  const differences = (draft: string, text: string): string => {
    const [ours, theirs] = [foldText(draft), foldText(text)]
    const { pieces } = alignWithin(ours.codes, theirs.codes, 0, theirs.codes.length)!
    const diff = differencesOf(pieces, { draft, text, draftOffsets: ours.offsets, textOffset: (unit) => theirs.offsets[unit]! })
    const shown = diff.filter(({ kind }) => kind !== 'same')
    return shown.map(({ kind, text, weighs }) => `${kind === 'left-out' ? '-' : '+'}${text} ${weighs.join('、')}`.trim()).join(' | ')
  }
  test.each([
    ['绝密级不超过三十五年', '绝密级不超过三十年', '-三十年 number | +三十五年 number'],
    ['处五日以上十五日以下拘留', '处五日以上十日以下拘留', '-十日 number | +十五日 number'],
    ['全社会研发投入强度超过5%', '全社会研发投入强度超过4%', '-4% percentage | +5% percentage'],
    ['总和超1.5万亿元', '总和超1万亿元', '-1万亿元 amount | +1.5万亿元 amount'],
    ['应当在每年3月31日前提交', '应当在每年1月31日前提交', '-1月31日 date | +3月31日 date'],
    ['行政机关可以公开', '行政机关应当公开', '-应当 modality | +可以 modality'],
    ['适用前两款的规定', '不适用前两款的规定。', ''],
    ['检举失实的，适用前两款的规定', '检举失实的，不适用前两款的规定。', '-不 negation'],
    ['一百人以下的', '一百人以上的', '-以上 comparison | +以下 comparison'],
    ['特定的目的和必要性', '特定的目的和充分的必要性', '-充分的'],
  ])('%s', (draft, text, expected) => expect(differences(draft, text)).toBe(expected))
})

describe('stretches of a document without marks', () => {
  const document = seed('001')
  const places = new WordPlaces([document])
  const runs = (draft: string): string[] => {
    const words = wordsOf(draft, { start: 0, end: draft.length })
    return [...runsIn(places, words, () => true)].flatMap((run) =>
      typeof run === 'number' ? [] : [`${run.isExact ? 'exact' : 'changed'} ${draft.slice(words.offsets[run.from], words.offsets[run.to - 1]! + 1)}`])
  }
  test.each([
    ['我区积极推进概念验证支持计划，加快建设技术转移转化中心，打造线上线下融合的技术交易服务平台。', ['exact 积极推进概念验证支持计划，加快建设技术转移转化中心，打造线上线下融合的技术交易服务平台']],
    ['力争全市生产总值达到2.5万亿元，人均生产总值达到29万元，全社会研发投入强度超过4%。', ['changed 力争全市生产总值达到2.5万亿元，人均生产总值达到29万元，全社会研发投入强度超过4%']],
    ['加快建设技术转移转化中心。', []],
    // what follows the stop in the document begins alike
    ['力争全市生产总值达到2.5万亿元，人均生产总值达到19万元，全社会研发投入强度超过4%，杭州亚运会成功举办，国际门户枢纽功能持续增强。', ['exact 力争全市生产总值达到2.5万亿元，人均生产总值达到19万元，全社会研发投入强度超过4%，杭州亚运会成功举办，国际门户枢纽功能持续增强']],
    ['本年度共召开座谈会十二次，走访企业三百余家，收集意见建议一千二百条。', []],
  ])('%s', (draft, expected) => expect(runs(draft)).toEqual(expected))
})

