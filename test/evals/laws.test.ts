/** The eval of declining over laws: which documents are left out, what counts, and how sure the figures are. */
import { describe, expect, test } from 'vitest'
import { figuresOf, outcomeOf, parseQuestions, shareOf, splitOf, tableOf, trialsOf, type Listed, type Outcome } from '../../evals/laws.ts'
import type { Answer, DocumentId } from '../../src/types.ts'

const listed = (source: string, title?: string): Listed => ({
  id: source as DocumentId,
  source,
  ...(title === undefined ? {} : { title }),
})
const LIBRARY = [
  listed('民法典/总则.md', '中华人民共和国民法典'),
  listed('民法典/合同编.md', '中华人民共和国民法典'),
  listed('民法商法/公司法(2023-12-29).md', '中华人民共和国公司法'),
  listed('民法商法/公司法(2018-10-26).md', '中华人民共和国公司法（2018修正）'),
  listed('经济法/商标法.md', '中华人民共和国商标法'),
  listed('无题.md'),
]
const [ONE, TWO] = parseQuestions(
  '{"id": 1, "question": "夫妻一方经营个体工商户所欠债务，谁偿还？", "gold": [{"file": "民法典/总则.md", "title": "中华人民共和国民法典", "article": "第五十六条", "cite": "《民法典》第五十六条"}]}\n' +
    '{"id": 4, "question": "注册资本多久缴足？", "gold": [{"file": "民法商法/公司法(2023-12-29).md", "title": "公司法", "article": "第四十七条"}, {"file": "民法典/合同编.md", "title": "民法典", "article": "第四百六十五条"}]}\n',
) as [ReturnType<typeof parseQuestions>[0], ReturnType<typeof parseQuestions>[0]]

describe('a law that answers is left out', () => {
  test('with its other parts', () => {
    expect(trialsOf(ONE, LIBRARY)).toEqual([
      { question: ONE, condition: 'present' },
      {
        question: ONE,
        condition: 'removed',
        documents: ['民法商法/公司法(2023-12-29).md', '民法商法/公司法(2018-10-26).md', '经济法/商标法.md', '无题.md'],
      },
    ])
  })

  test('with its other versions; of two laws one is kept in turn', () => {
    const [, removed, ...kept] = trialsOf(TWO, LIBRARY)
    expect(removed?.documents).toEqual(['经济法/商标法.md', '无题.md'])
    expect(kept.map(({ condition, documents }) => [condition, documents?.length])).toEqual([
      ['one-kept', 4],
      ['one-kept', 4],
    ])
  })

  test('where sources have their folder before them', () => {
    const named = LIBRARY.map((one) => ({ ...one, source: `laws/${one.source}` }))
    expect(trialsOf(ONE, named)[1]?.documents).toHaveLength(4)
  })
})

test('an answer is held against the gold articles', () => {
  const place = (article: string) => ({ source: '民法典/总则.md', path: ['第二章', article] })
  const answer = (outcome: string, cited: string[], found: string[]) =>
    ({ outcome, citations: cited.map(place), passages: found.map(place) }) as unknown as Answer
  const [trial] = trialsOf(ONE, LIBRARY)
  const none = Array.from({ length: 10 }, () => '第一条')
  expect(outcomeOf(trial!, answer('answered', ['第五十六条'], ['第五十六条']))).toEqual({
    id: 1, split: 'tune', condition: 'present', declined: false, cited: true, found: true,
  })
  expect(outcomeOf(trial!, answer('declined', ['第五十六条'], [...none, '第五十六条']))).toMatchObject({
    declined: true, cited: false, found: false,
  })
})

describe('figures', () => {
  const outcome = (id: number, declined: boolean, condition: Outcome['condition'] = 'removed'): Outcome => ({
    id, split: splitOf(id), condition, declined, cited: false, found: true,
  })
  const outcomes = Array.from({ length: 100 }, (_, id) => outcome(id, id < 60))

  test('come with an interval that is the same every time', () => {
    const share = shareOf(outcomes, ({ declined }) => declined)
    expect(share).toEqual(shareOf(outcomes, ({ declined }) => declined))
    expect(share).toMatchObject({ share: 0.6, of: 100 })
    // the normal approximation: 0.6 ± 1.96·√(0.6·0.4/100) = 0.504–0.696
    expect(share!.low).toBeCloseTo(0.504, 1)
    expect(share!.high).toBeCloseTo(0.696, 1)
    expect(shareOf([], () => true)).toBeUndefined()
  })

  test('are told by split', () => {
    const figures = figuresOf([...outcomes, outcome(1, false, 'present')])
    expect(figures['tune']?.['removedDeclined']).toMatchObject({ share: 0.6, of: 50 })
    expect(figures['all']?.['presentDeclined']).toMatchObject({ share: 0, of: 1 })
    expect(figures['report']?.['presentDeclined']).toBeUndefined()
    expect(tableOf(figures).split('\n')[0]).toBe('百分比 [95% 区间]\ttune\treport\tall')
  })
})
