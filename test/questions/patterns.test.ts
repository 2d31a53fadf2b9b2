import { expect, it } from 'vitest'
import { anyOf } from '../../src/questions/patterns.ts'

it('matches where one of the patterns does, the first of them first', () => {
  expect(anyOf(/多少/, /第几/)).toEqual(/(?:多少)|(?:第几)/)
  expect(anyOf(/分别|都/i, /G60/).exec('g60都')?.[0]).toBe('g60')
  expect(anyOf(/多少/, /第几/).test('何时')).toBe(false)
})
