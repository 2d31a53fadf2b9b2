/** Rankings brought to one scale and added up. */
import { describe, expect, test } from 'vitest'
import { Fusion, minMax } from '../../src/retrieval/fuse.ts'
import { randomFrom } from '../store/random.ts'

describe('minMax', () => {
  test('brings the lowest to 0 and the highest to 1', () => {
    expect([2, 3, 6].map(minMax([2, 3, 6]))).toEqual([0, 0.25, 1])
    expect([-1, 0, 1].map(minMax([-1, 0, 1]))).toEqual([0, 0.5, 1])
  })

  test('equal scores all count fully, and so does one alone', () => {
    expect([4, 4].map(minMax([4, 4]))).toEqual([1, 1])
    expect(minMax([0.3])(0.3)).toBe(1)
  })
})

describe('Fusion', () => {
  test('adds scaled rankings; what one does not hold counts 0 there', () => {
    const fusion = new Fusion(5)
    fusion.add([0, 1, 2], [10, 20, 30])
    fusion.add([2, 3], [0.9, 0.1])
    expect([0, 1, 2, 3].map((thing) => fusion.total(thing))).toEqual([0, 0.5, 2, 0])
  })

  test('the last of a ranking is found, with nothing; what is in none is not', () => {
    const fusion = new Fusion(3)
    fusion.add([0, 1], [1, 2])
    expect([0, 1, 2].map((thing) => fusion.has(thing))).toEqual([true, true, false])
  })

  test('the best are at least as many as asked, their like included', () => {
    const fusion = new Fusion(6)
    fusion.add([0, 1, 2, 3], [4, 3, 3, 1])
    expect(fusion.best(1)).toEqual([0])
    expect(fusion.best(2)).toEqual([0, 1, 2])
    expect(fusion.best(9)).toEqual([0, 1, 2, 3])
    expect(new Fusion(4).best(3)).toEqual([])
  })

  test('what scores enough is found, whatever else it has is its own', () => {
    const fusion = new Fusion(5, (thing) => [4, 2, 9, 1, 3][thing]!)
    fusion.find(Float32Array.of(0, 2, 0, 6, 3), 3)
    expect([0, 1, 2, 3, 4].map((thing) => [fusion.has(thing), fusion.total(thing)])).toEqual([
      [false, 0],
      [false, 0],
      [false, 0],
      [true, 1],
      [true, 3],
    ])
    fusion.add([0, 3], [1, 2], 0.5)
    expect([0, 3].map((thing) => fusion.total(thing))).toEqual([4, 1.5])
  })

  test('nothing is found by a score of 0, nor where it does not count', () => {
    const fusion = new Fusion(3)
    fusion.find(Float32Array.of(9, 2, 0), 0, Uint8Array.of(0, 1, 1))
    expect([0, 1, 2].map((thing) => fusion.has(thing))).toEqual([false, true, false])
  })

  test('the best of many are those that sorting puts first', () => {
    const random = randomFrom(3)
    const totals = Array.from({ length: 500 }, () => random.between(0, 90))
    const fusion = new Fusion(totals.length)
    fusion.add([...totals.keys()], totals)
    const sorted = totals.toSorted((one, other) => other - one)
    for (const count of [1, 7, 48, 499, 500]) {
      const least = sorted[count - 1]!
      expect(fusion.best(count)).toEqual([...totals.keys()].filter((at) => totals[at]! >= least))
    }
    expect(fusion.best(0)).toEqual([])
  })

  test('an empty ranking changes nothing', () => {
    const fusion = new Fusion(2)
    fusion.add([], [])
    expect(fusion.best(2)).toEqual([])
  })
})
