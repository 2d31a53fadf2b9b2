import { describe, expect, test } from 'vitest'
import { citeOf, findClause, innermost, labelOf, ownPlace, spokenOf, walk } from '../../src/clauses/address.ts'
import { lookUp } from '../../src/clauses/lookup.ts'
import { findTwins, inferHeaders } from '../../src/clauses/twins.ts'
import type { Document, DocumentId, Place } from '../../src/types.ts'
import { SEEDS, documentOf, seed } from './sources.ts'

const parsed = SEEDS.map(seed)
const twins = findTwins(parsed)
const seeds = inferHeaders(parsed, twins)

const at = (place: Place): string => `${place.document.id} ${labelOf(place)}`

/** Outcome and places, or the sentence that says what is missing. */
function found(reference: string, documents: readonly Document[] = seeds): string[] {
  const result = lookUp(reference, documents, twins)
  if (result.outcome === 'found') return result.places.map(at)
  if (result.outcome === 'ambiguous') return ['ambiguous', ...result.candidates.map(at)]
  return [result.reason, result.message]
}

describe('what a drafter types leads to the clause', () => {
  test.each([
    ['《决定》第三部分第2条', '000 三、2.'],
    ['《決定》第三部分第2條', '000 三、2.'],
    ['决定三（二）', '000 三、2.'],
    ['第三部分的第二条', '000 三、2.'],
    ['三、2', '000 三、2.'],
    ['规划建议（七）', '003 二、(7)'],
    ['(12)', '003 三、(12)'],
    ['规划建议第二部分第6条', '003 二、(6)'],
    ['第5部分第1点', '000 五、1.'],
    ['第二部分第2条第2款', '001 二、2.第2款'],
    ['第十一部分第四条', '001 十一、4.'],
    ['规划建议第三部分导语', '003 三、导语'],
    ['深化改革部分', '004 深化改革'],
    ['002第四部分', '002 四、'],
    ['结语', '002 结语'],
    ['《关于促进杭州城西科创大走廊创新发展的决定》第五部分', '002 五、'],
    ['《杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定》第五部分', '002 五、'],
  ])('%s → %s', (reference, place) => expect(found(reference)).toEqual([place]))

  test('a range and a list lead to several', () => {
    expect(found('规划建议第9条至第11条')).toEqual(['003 三、(9)', '003 三、(10)', '003 三、(11)'])
    expect(found('第二部分第2条第1款和第2款')).toEqual(['001 二、2.第1款', '001 二、2.第2款'])
  })
})

describe('several clauses are candidates, never a guess', () => {
  test('a pair of twins is one candidate, led by the copy with its own title', () => {
    expect(found('《决定》第三部分')).toEqual(['ambiguous', '000 三、', '002 三、'])
    expect(found('《决定》第三部分', [...seeds].reverse())).toEqual(['ambiguous', '002 三、', '000 三、'])
  })

  test.each([
    ['城西科创大走廊那份决定的第三部分', ['002 三、']],
    ['人大常委会的《决定》第三部分', ['002 三、']],
    ['市委决定第三部分', ['000 三、']],
    ['学习决定第三部分', ['ambiguous', '000 三、', '002 三、']],
    ['杭州的决定第三部分', ['ambiguous', '000 三、', '002 三、']],
  ])('words before a kind of document may tell which is meant: %s', (reference, expected) =>
    expect(found(reference)).toEqual(expected))

  test.each([
    ['决定 5.4', ['000 五、4.']],
    ['市委决定第七大部分的第3小点', ['001 七、3.']],
    ['决定第六大点第二小点', ['001 六、2.']],
    ['大走廊决定的导语', ['002 序言']],
    ['规划建议第三部分开头那一段', ['003 三、导语']],
    ['规划建议三导语', ['003 三、导语']],
    ['002第四部分', ['002 四、']],
  ])('numbers and places as people type them: %s', (reference, expected) => expect(found(reference)).toEqual(expected))

  test('without a name every document is asked', () => {
    expect(found('第三部分')).toEqual(['ambiguous', '000 三、', '002 三、', '003 三、'])
    expect(found('导语')).toEqual(['ambiguous', '003 二、导语', '003 三、导语'])
  })
})

describe('what is not there is said, with the numbers that are', () => {
  const title = seeds[0]?.header.title?.value
  test.each([
    ['《决定》第三部分第9条', 'no-such-clause', `《${title}》第三部分没有第9条；该部分共有4条（第1条至第4条）。`],
    ['规划建议第二部分第9条', 'no-such-clause', '《规划建议》第二部分没有第9条；该部分共有3条（第(6)条至第(8)条）。'],
    ['规划建议第一部分', 'no-such-clause', '《规划建议》没有第一部分；全文共有2个部分（第二部分至第三部分）。'],
    ['第二部分第2条第3款', 'no-such-clause', `《${title}》第二部分第2条没有第3款；该条共有2款。`],
    ['《关于促进杭州城西科创大走廊创新发展的决定》第三部分第2条', 'no-such-clause', `《${seeds[2]?.header.title?.value}》第三部分没有第2条；该部分不分条。`],
  ])('%s', (reference, reason, message) => expect(found(reference)).toEqual([reason, message]))

  test('existing numbers and the deepest clause that exists come with it', () => {
    const result = lookUp('《决定》第三部分第9条', seeds, twins)
    expect(result).toMatchObject({ outcome: 'absent', existing: ['1.', '2.', '3.', '4.'] })
    expect(result.outcome === 'absent' && result.parent && spokenOf(result.parent)).toBe('第三部分')
  })

  test('a document nobody has', () => {
    expect(found('《不存在的法》第三条')[0]).toBe('no-such-document')
    expect(found('民法典第一千零六十二条第二款')[0]).toBe('no-such-document')
  })

  test.each(['', '第一次', '你好', '二十大'])('%j is not a reference', (words) => expect(found(words)[0]).toBe('not-a-reference'))
})

describe('laws', () => {
  const text = (more: string) =>
    `第一章 总则\n第七条 有下列情形之一的：\n（一）甲；\n（二）乙；\n（三）丙。\n前款有例外：\n（一）丁；\n（二）戊。\n第八条 己。\n第十二条 庚。\n${more}第十三条 辛。`
  const law = documentOf(text(''), {
    id: 'law' as DocumentId, source: '法/示范法(2020-01-01).md', header: { title: { value: '中华人民共和国示范法', from: 'text' } },
  })
  const amended = documentOf(text('第十二条之一 新增。\n'), {
    id: 'new' as DocumentId, source: '法/新示范法.md', header: { title: { value: '中华人民共和国新示范法', from: 'text' } },
  })

  test.each([
    ['示范法第七条第一款第（三）项', ['law 第七条第一款（三）']],
    ['《中华人民共和国示范法》第七条第二款第一项', ['law 第七条第二款（一）']],
    ['示范法第七条第三项', ['law 第七条第一款（三）']],
    ['示范法第七条第一项', ['ambiguous', 'law 第七条第一款（一）', 'law 第七条第二款（一）']],
    ['示范法第七条第二款', ['law 第七条第二款']],
    ['示范法第七条第一款和第二款', ['law 第七条第一款', 'law 第七条第二款']],
    ['示范法第一章第八条', ['law 第八条']],
    ['示范法第7条至第8条', ['law 第七条', 'law 第八条']],
    ['示范法7条第三项', ['law 第七条第一款（三）']],
    ['示范法第七条第三款', ['no-such-clause', '《中华人民共和国示范法》第七条没有第三款；该条共有2款。']],
    ['示范法第七条第一款第四项', ['no-such-clause', '《中华人民共和国示范法》第七条第一款没有第四项；该款共有3项（第（一）项至第（三）项）。']],
    ['示范法第九条至第十二条', ['no-such-clause', '《中华人民共和国示范法》没有第九条至第十二条；全文共有4条（第七条至第十三条）。']],
  ])('%s', (reference, expected) => expect(found(reference, [law, amended])).toEqual(expected))

  test('之一 is never its parent', () => {
    expect(found('新示范法第十二条之一', [law, amended])).toEqual(['new 第十二条之一'])
    expect(found('新示范法第十二条', [law, amended])).toEqual(['new 第十二条'])
    expect(found('示范法第十二条之一', [law, amended])).toEqual([
      'no-such-clause', '《中华人民共和国示范法》没有第十二条之一；全文共有4条（第七条至第十三条）。',
    ])
  })

  test('a shortened name is a guess, and asked back', () => {
    const civil = documentOf(text(''), {
      id: 'law' as DocumentId, source: '法/民事诉讼法.md', header: { title: { value: '中华人民共和国民事诉讼法', from: 'text' } },
    })
    expect(found('民诉法第八条', [civil])).toEqual(['ambiguous', 'law 第八条'])
    expect(found('民诉法八条', [civil])).toEqual(['ambiguous', 'law 第八条'])
    expect(found('刑诉法第八条', [civil])[0]).toBe('no-such-document')
  })

  test('an item is looked for among the article’s own before deeper ones', () => {
    const nested = documentOf('第九条 办法如下：\n一、甲：\n（一）乙；\n（二）丙。\n二、丁。')
    expect(found('第九条第二项', [nested])).toEqual(['d 第九条 二、'])
    expect(found('第九条第一项第（二）目', [nested])).toEqual(['d 第九条 一、（二）'])
  })

  test('一、 in a 第一部分 is an item of it', () => {
    const divided = documentOf('第一部分\n一、甲：\n（一）乙。\n二、丙。\n第二部分\n一、丁。\n二、戊。')
    expect(found('第二部分第二项', [divided])).toEqual(['d 第二部分 二、'])
    expect(spokenOf({ document: divided, lineage: findClause(divided, ['第一部分', '一', '一'])! })).toBe('第一部分第一项第（一）项')
    expect(found('第一部分第一项第（一）项', [divided])).toEqual(['d 第一部分 一、（一）'])
  })

  test('an annex is named by its number', () => {
    const annexed = documentOf('第一条 甲。\n附件一：操作规程\n第一条 丙。\n第二条 丁。\n附件二：名录\n一、锆\n二、硼')
    expect(found('附件一第二条', [annexed])).toEqual(['d 附件一第二条'])
    expect(found('附件二第一部分', [annexed])).toEqual(['d 附件二 一、'])
    expect(found('附件二', [annexed])).toEqual(['d 附件二'])
  })

  test('it is cited as it was looked up', () => {
    const result = lookUp('《中华人民共和国示范法》第七条第二款第（二）项', [law], new Map())
    expect(result.outcome === 'found' && citeOf(result.places[0])).toBe('《中华人民共和国示范法》第七条第二款第（二）项')
  })
})

describe('what is printed or spoken is read back', () => {
  /** Every numbered clause and 款, by both its names; what does not lead back to itself. */
  function strays(documents: readonly Document[]): string[] {
    return documents.flatMap((document) =>
      [...walk(document)].flatMap((lineage) => {
        const clause = innermost(lineage)
        if (!clause.number) return []
        const own = clause.paragraphs.map((_, at) => ownPlace(document, lineage, at + 1))
        return [{ document, lineage }, ...own].flatMap((place) =>
          [labelOf(place), spokenOf(place)].filter((words) => !leadsBack(words, place)).map((words) => `${document.source} ${words}`))
      }))
  }
  function leadsBack(words: string, place: Place): boolean {
    const result = lookUp(words, [place.document], new Map())
    if (result.outcome !== 'found') return false
    const [only, ...more] = result.places
    return more.length === 0 && only.lineage.at(-1) === place.lineage.at(-1) && only.paragraph === place.paragraph
  }

  test('in the seeds, all', () => expect(strays(seeds)).toEqual([]))
})
