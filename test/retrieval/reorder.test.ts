/** The order of a reranker over what was found in the seeds. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Library } from '../../src/retrieval/library.ts'
import { orderOf, reordered, retrieveInOrder } from '../../src/retrieval/reorder.ts'
import { retrieve, type Found } from '../../src/retrieval/retrieve.ts'
import { seedLibrary } from '../answering/seeds.ts'

const QUERY = { text: '全社会研发投入强度' }
const MADE = { by: 'made', most: 6 }
let library: Library
let found: Found[]
beforeAll(async () => {
  library = await seedLibrary()
  found = await retrieve(library, QUERY, 6)
})

const placesOf = (list: readonly Found[]): number[] =>
  list.map(({ clause }) => found.findIndex((one) => one.clause.id === clause.id))

describe('clauses found change places by their scores', () => {
  test('best first, and equal ones stay as they were found', () => {
    const order = orderOf(found, [0, 2, 1, 2, 1, 2], MADE)
    expect(placesOf(reordered(found, order))).toEqual([1, 3, 5, 2, 4, 0])
    expect(placesOf(reordered(found, orderOf(found, [1, 1, 1, 1, 1, 1], MADE)))).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('and those that were not scored keep their places', () => {
    const [first, , third, , fifth] = found as [Found, Found, Found, Found, Found]
    const order = orderOf([first, third, fifth], [1, 2, 3], MADE)
    expect(placesOf(reordered(found, order))).toEqual([4, 1, 2, 3, 0, 5])
  })

  test('with the scores of retrieval, which no longer fall', () => {
    const turned = reordered(found, orderOf(found, [0, 1, 2, 3, 4, 5], MADE))
    expect(turned.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toReversed())
    expect(turned[5]).toBe(found[0])
  })

  test('a clause led by another copy of it has the same score', async () => {
    const twin = (await retrieve(library, QUERY, 30)).find(({ twins }) => twins.length > 0)!
    const order = orderOf([twin], [7], MADE)
    expect([twin.clause.id, ...twin.twins.map(({ lineage }) => lineage.at(-1)!.id)].map((id) => order.scores.get(id))).toEqual(
      [twin, ...twin.twins].map(() => 7),
    )
  })
})

describe('of a search', () => {
  test('the first are taken of all that were scored', async () => {
    const order = orderOf(found, [0, 1, 2, 3, 4, 5], MADE)
    expect(placesOf(await retrieveInOrder(library, QUERY, 2, order))).toEqual([5, 4])
  })

  test('without a reranker it is what retrieve gives', async () => {
    expect(await retrieveInOrder(library, QUERY, 4)).toEqual(found.slice(0, 4))
  })
})
