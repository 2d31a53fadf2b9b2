import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readAddress, standsAt } from '../../evals/address.ts'
import { parseCases, readCases } from '../../evals/cases.ts'

const cases = readCases(join(import.meta.dirname, '../../evals/cases'))
const seed = (source: string) => readFileSync(join(import.meta.dirname, '../../seeds', source), 'utf8')

/** Every offset at which the words stand. */
function offsetsOf(text: string, words: string): number[] {
  const offsets: number[] = []
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) offsets.push(at)
  return offsets
}

describe('the eval set', () => {
  test('has at least 170 cases, no id and no question twice', () => {
    expect(cases.length).toBeGreaterThanOrEqual(170)
    expect(new Set(cases.map((one) => one.id)).size).toBe(cases.length)
    expect(new Set(cases.map((one) => JSON.stringify([one.question, one.history]))).size).toBe(cases.length)
  })

  test('gives each group half to tune and half to report', () => {
    for (const [group, members] of Map.groupBy(cases, (one) => one.group)) {
      const tune = members.filter((one) => one.split === 'tune').length
      expect(Math.abs(tune * 2 - members.length), group).toBeLessThanOrEqual(1)
    }
  })

  test('names a clause for every question that has an answer, and none for a number that does not exist', () => {
    for (const { id, expect: expected } of cases) {
      if (expected.outcome === 'answered' || expected.reason === 'false-premise') {
        expect(expected.gold?.length, id).toBeGreaterThan(0)
        expect(expected.contains?.length, id).toBeGreaterThan(0)
      }
      if (expected.reason === 'no-such-clause') expect(expected.gold, id).toBeUndefined()
    }
  })

  test.each(cases.filter((one) => one.expect.contains).map((one) => [one.id, one] as const))(
    '%s expects words that stand verbatim in its clause',
    (_, { expect: { contains = [], gold = [] } }) => {
      for (const words of contains) {
        const homes = gold.filter(({ source, path, paragraph, within }) => {
          const text = seed(source)
          return offsetsOf(text, words).some((at) => {
            const read = readAddress(text, at)
            const here = standsAt(text, at, path) || (within && path.every((step, index) => step === read.path[index]))
            return here && (paragraph === undefined || paragraph === read.paragraph)
          })
        })
        expect(homes, words).not.toEqual([])
      }
    },
  )

  test('a line that is not a case is named with its file and line', () => {
    expect(() => parseCases('\n{"id": "x"}', 'lists.jsonl')).toThrow('lists.jsonl:2 is not an eval case')
  })
})

describe('the address of a place, read line by line', () => {
  const decision = seed('001_c3e04e6f9f8af2f3.txt')
  const at = (words: string) => readAddress(decision, decision.indexOf(words))

  test.each([
    ['全社会研发投入强度超过4%', ['二', '2'], 2],
    ['人均地区生产总值达到发达经济体水平', ['二', '2'], 1],
    ['力争未来5年实现技术交易额', ['三', '2'], 1],
    ['营造风清气正的政治生态', ['十一', '4'], 1],
  ])('%s', (words, path, paragraph) => {
    expect(at(words)).toMatchObject({ path, paragraph, under: 'marked' })
  })

  test('the items of the plan run on from (6) through its parts', () => {
    const plan = seed('003_64014263bb8856a1.txt')
    const pathOf = (words: string) => readAddress(plan, plan.indexOf(words)).path
    expect(pathOf('润苗计划')).toEqual(['二', '7'])
    expect(pathOf('千岛湖')).toEqual(['三', '12'])
    expect(pathOf('坚持智能化、绿色化')).toEqual(['三'])
  })

  test('a heading without a number gives its words, the line under it is no heading of its own', () => {
    const news = seed('004_16cbea4428e1ec43.txt')
    const pathOf = (words: string) => readAddress(news, news.indexOf(words)).path
    expect(pathOf('重点实施12项改革项目')).toEqual(['深化改革'])
    expect(pathOf('不少于6000套')).toEqual(['强基固本'])
    expect(readAddress(news, news.indexOf('2月18日下午')).under).toBe('before')
  })

  test('an article keeps its 之一, and its 项 stands under it', () => {
    const law = '第二章 总则\n第十二条 有下列情形之一的:\n（一）甲。\n（二）乙。\n前款所称。\n第十二条之一 丙。\n第十三条 丁。'
    expect(readAddress(law, law.indexOf('乙')).path).toEqual(['第十二条', '二'])
    expect(readAddress(law, law.indexOf('前款所称')).path).toEqual(['第十二条'])
    expect(readAddress(law, law.indexOf('丙')).path).toEqual(['第十二条之一'])
  })
})
