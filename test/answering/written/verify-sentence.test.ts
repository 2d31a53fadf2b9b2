/** Made sentences over real text: the bad are never shown, the good nearly always, and each guard is needed. */
import { beforeAll, describe, expect, test } from 'vitest'
import { GUARDS } from '../../../src/answering/written/guards.ts'
import { handlesOf, type Handle } from '../../../src/answering/written/handles.ts'
import { verifySentence } from '../../../src/answering/written/verify-sentence.ts'
import { quantities } from '../../../src/questions/quantities.ts'
import type { Document, DocumentId } from '../../../src/types.ts'
import { hasLaws } from '../../clauses/sources.ts'
import { BAD, GOOD, itemsAlone, madeOf, realDocuments, toldSentences, type Made } from './made-sentences.ts'

const PER_DOCUMENT = hasLaws ? 40 : 400
let documents: readonly Document[]
let good: readonly Made[]
let bad: readonly Made[]
beforeAll(() => {
  documents = realDocuments()
  const told = toldSentences(documents, PER_DOCUMENT)
  good = madeOf(GOOD, told, 300)
  bad = [...madeOf(BAD, told, 100), ...itemsAlone(documents, 100), ...BY_HAND]
})

const passages = (...texts: readonly string[]): Handle[] =>
  handlesOf(
    texts.map((text) => ({ documentId: '001' as DocumentId, title: '中共杭州市委关于推进高水平建设的决定', spoken: '第一部分', text, start: 0 })),
  )
const quoting = (...quotes: readonly string[]) => quotes.map((quote, at) => ({ handle: `c${at + 1}`, quote }))

const LIST = '第八条 经营者不得有下列行为：\n（一）伪造产品的产地；\n（二）冒用他人的厂名。'
const TARGET = '到二〇三五年,全市研发投入强度达到国际先进水平,率先高水平实现社会主义现代化。'
const OTHER = '支持余杭区建设未来科技城,打造全球创新策源地。'

/** What the corpus has too few occasions for. */
const BY_HAND: readonly Made[] = [
  {
    kind: 'a time set before what another sentence says',
    handles: passages(TARGET, OTHER),
    sentence: { text: '到2035年、支持余杭区建设未来科技城。', quotes: quoting('到二〇三五年', '支持余杭区建设未来科技城') },
  },
  {
    kind: 'a condition without what holds under it',
    handles: passages('对直接负责的主管人员,依法给予处分。'),
    sentence: { text: '对直接负责的主管人员。', quotes: quoting('对直接负责的主管人员') },
  },
  ...['伪造产品的产地', '冒用他人的厂名'].map((item) => ({
    kind: 'an item without the words that open its list',
    handles: passages(LIST),
    sentence: { text: `${item}。`, quotes: quoting(item) },
  })),
  {
    kind: 'little more than a frame',
    handles: passages('自愿,平等,公平,诚信,是民事活动的原则。'),
    sentence: { text: '文件对此明确规定如下：诚信。', quotes: quoting('诚信') },
  },
]

/** How many of each kind were shown, of how many. */
function tally(made: readonly Made[]): Record<string, { made: number; shown: number }> {
  const kinds: Record<string, { made: number; shown: number }> = {}
  for (const { kind, sentence, handles } of made) {
    const count = (kinds[kind] ??= { made: 0, shown: 0 })
    count.made++
    if (verifySentence(sentence, handles).shown) count.shown++
  }
  return kinds
}

test('of the bad sentences none is shown', () => {
  const kinds = tally(bad)
  if (process.env['TIAOWEN_FIGURES']) console.table(kinds)
  expect(Object.entries(kinds).filter(([, { shown }]) => shown > 0)).toEqual([])
  expect(Object.keys(kinds).length).toBeGreaterThanOrEqual(30)
  expect(bad.length).toBeGreaterThanOrEqual(1000)
})

test('of the good sentences at least 99% are kept', () => {
  const kinds = tally(good)
  if (process.env['TIAOWEN_FIGURES']) console.table(kinds)
  const shown = Object.values(kinds).reduce((sum, kind) => sum + kind.shown, 0)
  expect(shown / good.length).toBeGreaterThanOrEqual(0.99)
  expect(Object.keys(kinds)).toEqual(Object.keys(GOOD))
  expect(good.length).toBeGreaterThanOrEqual(hasLaws ? 1000 : 400)
})

describe('without one of its guards something bad is shown:', () => {
  test.each(GUARDS.map(({ name }) => name))('%s', (name) => {
    const others = GUARDS.filter((guard) => guard.name !== name)
    const shown = bad.some(({ sentence, handles }) => verifySentence(sentence, handles, others).shown)
    expect(shown).toBe(true)
  })
})

describe('what is shown', () => {
  test('rests on exact slices of the documents, with the offsets of the document', () => {
    const texts = new Map<string, string>(documents.map(({ id, text }) => [id, text]))
    let quotations = 0
    for (const { sentence, handles } of good) {
      const verdict = verifySentence(sentence, handles)
      if (!verdict.shown) continue
      for (const { passage, span, quote } of verdict.restsOn) {
        expect(texts.get(passage.documentId)!.slice(span.start, span.end)).toBe(quote)
        quotations++
      }
    }
    expect(quotations).toBeGreaterThan(hasLaws ? 1500 : 500)
  })

  test('has no number that does not stand in what it rests on', () => {
    for (const { sentence, handles } of good) {
      const verdict = verifySentence(sentence, handles)
      if (!verdict.shown) continue
      const values = (text: string) => quantities(text).map(({ value }) => value)
      const said = new Set(verdict.restsOn.flatMap(({ quote }) => values(quote)))
      expect(values(verdict.text).filter((value) => !said.has(value)), verdict.text).toEqual([])
    }
  })

  test('rests on every quotation it names and on no other', () => {
    const handles = passages(TARGET, OTHER)
    const text = '到2035年，全市研发投入强度达到国际先进水平。'
    const verdict = verifySentence({ text, quotes: quoting(TARGET, OTHER) }, handles)
    expect(verdict.shown && verdict.restsOn.map(({ quote }) => quote)).toEqual([TARGET])
  })
})

describe('a sentence of real words', () => {
  const law =
    '第十二条 用人单位应当为职工缴纳工伤保险费，缴费比例不超过工资总额的2‰，职工个人不缴纳。但是，约定期限不足三十日的除外。'
  const verdict = (text: string, ...quotes: readonly string[]) => {
    const found = verifySentence({ text, quotes: quotes.map((quote) => ({ handle: 'c1', quote })) }, passages(law))
    return found.shown ? 'shown' : found.why
  }
  const first = '用人单位应当为职工缴纳工伤保险费，缴费比例不超过工资总额的2‰，职工个人不缴纳'
  const whole = `${first}。但是，约定期限不足三十日的除外。`

  test.each([
    ['shown', `根据规定，${whole}`, whole],
    ['shown', whole.replace('三十日', '30日').replace('2‰', '２‰'), whole],
    ['condition', `${first}。`, whole],
    ['condition', `${first}。`, first],
    ['number', whole.replace('‰', '%'), whole],
    ['number', whole.replace('三十', '十三'), whole],
    ['negation', whole.replace('应当', '不应当'), whole],
    ['modality', whole.replace('应当', '可以'), whole],
    ['comparison', whole.replace('不超过', '超过'), whole],
    ['words', whole.replace('职工个人', '实习生'), whole],
    ['not-found', whole, whole.replace('2‰', '3‰')],
    ['not-found', whole, '用人单位应当……职工个人不缴纳'],
    ['no-quotation', whole],
    ['empty', ' ', whole],
    ['too-long', '用人单位'.repeat(200), whole],
  ])('%s: %s', (expected, text, ...quotes) => {
    expect(verdict(text, ...quotes)).toBe(expected)
  })

  test('an item of a list is told with the words that open it, and what 力争 governs with 力争', () => {
    const told = (text: string, passage: string, ...quotes: readonly string[]) => {
      const found = verifySentence({ text, quotes: quotes.map((quote) => ({ handle: 'c1', quote })) }, passages(passage))
      return found.shown ? 'shown' : found.why
    }
    const opening = '经营者不得有下列行为'
    expect(told(`${opening}：冒用他人的厂名。`, LIST, opening, '冒用他人的厂名')).toBe('shown')
    expect(told('冒用他人的厂名。', LIST, '冒用他人的厂名')).toBe('opening')
    const aims = '力争全市生产总值达到2.5万亿元,人均生产总值达到19万元,全社会研发投入强度超过4%。'
    expect(told('全社会研发投入强度超过4%。', aims, '全社会研发投入强度超过4%')).toBe('condition')
    expect(told('力争全市生产总值达到25000亿元，全社会研发投入强度超过4%。', aims, aims)).toBe('shown')
  })

  test('the title of what it quotes may stand in it, unless that holds a figure', () => {
    const under = (title: string) => {
      const [handle] = handlesOf([{ documentId: '001' as DocumentId, title, spoken: '', text: OTHER, start: 0 }])
      const found = verifySentence({ text: `根据《${title}》，${OTHER}`, quotes: quoting(OTHER) }, [handle!])
      return found.shown ? 'shown' : found.why
    }
    expect(under('关于建设未来科技城的决定')).toBe('shown')
    expect(under('关于学习党的二十大精神的决定')).toBe('title')
  })

  test('a quotation cut inside a figure or a word lends neither', () => {
    const cut = (text: string, quote: string) => {
      const found = verifySentence({ text, quotes: quoting(quote) }, passages('补贴总额为1200万元，企业不得挪用补贴资金。'))
      return found.shown ? 'shown' : found.why
    }
    expect(cut('补贴总额为1,200万元。', '补贴总额为1200万元')).toBe('shown')
    expect(cut('200万元，企业不得挪用补贴资金。', '200万元，企业不得挪用补贴资金')).toBe('number')
    expect(cut('得挪用补贴资金。', '得挪用补贴资金')).not.toBe('shown')
    expect(cut('挪用补贴资金。', '挪用补贴资金')).toBe('left-out')
  })

  test('garbage throws nothing', () => {
    for (const text of ['\ud800', '\udc00坏', '《'.repeat(500), '第'.repeat(599), '“”'.repeat(200), '1'.repeat(600)]) {
      expect(verifySentence({ text, quotes: quoting(text) }, passages(law)).shown).toBe(false)
    }
  })
})
