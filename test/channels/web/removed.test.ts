import { expect, test } from 'vitest'
import { GUARDS } from '../../../src/answering/written/guards.ts'
import { removedBecause } from '../../../src/channels/web/chat/removed.ts'

const OTHERS = ['empty', 'too-long', 'no-quotation', 'unknown-handle', 'not-found', 'unsupported', 'unsound', 'repeated', 'malformed']

test('whatever a sentence is left out for is of a kind that the page has words for', () => {
  for (const name of [...GUARDS.map((guard) => guard.name), ...OTHERS]) {
    expect(removedBecause({ [name]: 1 }), name).not.toEqual([{ because: 'other', times: 1 }])
  }
  expect(removedBecause({ 'of a later version': 1 })).toEqual([{ because: 'other', times: 1 }])
})

test('kinds are counted together, the most frequent first', () => {
  expect(removedBecause({ negation: 1, number: 1, time: 1 })).toEqual([
    { because: 'figures', times: 2 },
    { because: 'limits', times: 1 },
  ])
})
