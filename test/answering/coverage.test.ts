import { beforeAll, expect, it, test } from 'vitest'
import { coverageOf, standingIn, weightedTerms } from '../../src/answering/coverage.ts'
import { analyse } from '../../src/questions/question.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { terms } from '../../src/retrieval/terms.ts'
import { seedLibrary } from './seeds.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
})

it('the share of a question that a text holds is 0 for none of its words and 1 for all', () => {
  const weights = weightedTerms(analyse('全社会研发投入强度'), library.keywords)
  expect(coverageOf(weights, '宠物')).toBe(0)
  expect(coverageOf(weights, '全社会研发投入强度超过4%')).toBeCloseTo(1, 6)
  expect(coverageOf(weights, '研发')).toBeGreaterThan(0)
})

test.each([
  ['2035年研发投入强度', '到二〇三五年研发投入', true],
  ['2035年研发投入强度', '第12035号', false],
  ['G60走廊', '共建g60科创走廊', true],
  ['G60走廊', '共建g600走廊', false],
])('the terms of %s stand in %s as in the list of its terms', (question, text, whole) => {
  const words = [{ text: question, noun: true, span: { start: 0, end: question.length } }]
  const weighted = weightedTerms({ words }, library.keywords)
  const listed = new Set(terms(text))
  expect(standingIn(weighted, text)).toEqual(weighted.terms.map((term) => listed.has(term)))
  expect(standingIn(weighted, text)[weighted.terms.findIndex((term) => /\d/.test(term))]).toBe(whole)
})
