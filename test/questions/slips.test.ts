import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCases } from '../../evals/cases.ts'
import { normaliseQuestion } from '../../src/questions/normalise.ts'
import { correctSlips, SlipIndex } from '../../src/questions/slips.ts'

const seed = (name: string): string => readFileSync(new URL(`../../seeds/${name}`, import.meta.url), 'utf8')
const seeds = [
  '000_76b057a27a625e20.txt',
  '001_c3e04e6f9f8af2f3.txt',
  '002_19591aa6ab4e6a68.txt',
  '003_64014263bb8856a1.txt',
  '004_16cbea4428e1ec43.txt',
].map(seed)
const index = new SlipIndex(seeds)
const mend = (question: string): string => correctSlips(question, index).text

describe('a slip is mended from the words of the documents', () => {
  it.each([
    ['a character that sounds the same', '探索取消小客车线购写在哪', '探索取消小客车限购写在哪'],
    ['a character that looks the same', '良诸遗址要提升什么影响力', '良渚遗址要提升什么影响力'],
    ['a slip inside quotation marks', '搞什么“百社示范、千社提声”', '搞什么“百社示范、千社提升”'],
    ['a character typed twice', '全社会研发投投入强度要超过多少', '全社会研发投入强度要超过多少'],
    ['a character left out', '实证中华5000多年文明史圣地和全社会研投入强度', '实证中华5000多年文明史圣地和全社会研发投入强度'],
    ['nothing', '未来五年全社会研发投入强度要超过多少', '未来五年全社会研发投入强度要超过多少'],
  ])('%s', (_, typed, meant) => {
    expect(mend(typed)).toBe(meant)
  })

  it('says what was changed, with the characters around it', () => {
    expect(correctSlips('良诸遗址要提升什么影响力', index).corrected).toEqual([{ from: '良诸遗', to: '良渚遗' }])
  })
})

describe('what differs in meaning is left as typed', () => {
  it.each([
    ['a year', '2027年全社会研发投入强度超过多少'],
    ['a numeral', '未来六年全社会研发投入强度超过多少'],
    ['a negation', '全社会研发投入强度不超过4%'],
    ['a place', '宁波市第十三届委员会第三次全体会议'],
    ['a level of government', '中国共产党杭州区第十三届委员会'],
    ['a word of its own', '全社会研发收入强度超过多少'],
    ['a word the documents lack', '量子计算机的补贴怎么申领'],
  ])('%s', (_, question) => {
    expect(correctSlips(question, index)).toEqual({ text: question, corrected: [] })
  })

  it('no question of the cases that has no slip is changed', () => {
    const cases = readCases(new URL('../../evals/cases', import.meta.url).pathname)
    const sound = cases.filter(({ group }) => !/slips|english/.test(group))
    const others = sound.map(({ question }) => normaliseQuestion(question).text)
    expect(others.length).toBeGreaterThan(150)
    expect(others.filter((question) => correctSlips(question, index).text !== question)).toEqual([])
  })
})

it('an index over no text changes nothing', () => {
  expect(correctSlips('良诸遗址要提升什么影响力', new SlipIndex([]))).toEqual({ text: '良诸遗址要提升什么影响力', corrected: [] })
})

it('an index made in slices is the same', async () => {
  const gentle = await SlipIndex.gently(seeds)
  expect(gentle.characters).toEqual(index.characters)
  for (const question of ['良诸遗址要提升什么影响力', '全社会研投入强度超过多少']) {
    expect(correctSlips(question, gentle)).toEqual(correctSlips(question, index))
  }
})

it('an index of more texts is made from the one before', () => {
  const length = seeds.reduce((sum, text) => sum + text.length, 0)
  const more = new SlipIndex(seeds.slice(0, 4), length).and(seeds.slice(4), length)!
  expect(more.characters).toEqual(index.characters)
  for (const question of ['良诸遗址要提升什么影响力', '全社会研投入强度超过多少']) {
    expect(correctSlips(question, more)).toEqual(correctSlips(question, index))
  }
  expect(new SlipIndex(seeds).and([], 100 * length)).toBeUndefined()
})
