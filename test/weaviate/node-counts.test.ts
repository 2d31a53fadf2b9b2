/** Which nodes of a search cluster hold all of a collection. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HoldsLess, NodeCounts } from '../../src/weaviate/node-counts.ts'

const [NODE, OTHER] = ['http://weaviate-0:8080', 'http://weaviate-1:8080']
const LAWS = 'Tiaowen56289e265cac7e50_Entries'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

test('what was counted a moment ago is believed; a second later it is counted again', async () => {
  const counts = new NodeCounts()
  const count = vi.fn(async () => 12)
  await Promise.all([counts.expect(NODE, LAWS, 12, count), counts.expect(NODE, LAWS, 12, count)])
  vi.advanceTimersByTime(999)
  await counts.expect(NODE, LAWS, 12, count)
  expect(count).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  await counts.expect(NODE, LAWS, 12, count)
  expect(count).toHaveBeenCalledTimes(2)
})

test('a node that holds less of what serves is told by name, until it is filled', async () => {
  const counts = new NodeCounts()
  counts.serve(new Map([[LAWS, 12]]))
  let held = 0
  const expected = () => counts.expect(NODE, LAWS, 12, async () => held)
  await counts.expect(OTHER, LAWS, 12, async () => 12)
  await expect(expected()).rejects.toThrow(new HoldsLess(NODE, LAWS, 12, 0))
  held = 11
  await expect(expected()).rejects.toThrow('http://weaviate-0:8080 的 Tiaowen56289e265cac7e50_Entries 应有 12 条，现有 11 条')
  expect(counts.lacking).toEqual(new Set([NODE]))
  held = 12
  await expected()
  expect(counts.lacking).toEqual(new Set())
})

test('a node beside the one that is asked, that did not answer, is not waited for again within a second', async () => {
  const counts = new NodeCounts()
  const count = vi.fn<() => Promise<number>>().mockRejectedValue(new Error('14 UNAVAILABLE'))
  const beside = () => counts.expect(OTHER, LAWS, 12, count, { isBeside: true })
  await expect(beside()).rejects.toThrow('14 UNAVAILABLE')
  vi.advanceTimersByTime(999)
  await expect(beside()).rejects.toThrow('14 UNAVAILABLE')
  expect(count).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  await expect(beside()).rejects.toThrow('14 UNAVAILABLE')
  expect(count).toHaveBeenCalledTimes(2)
})

test('a count that failed is not kept for who is asked', async () => {
  const counts = new NodeCounts()
  counts.serve(new Map([[LAWS, 12]]))
  const count = vi.fn<() => Promise<number>>().mockRejectedValueOnce(new Error('14 UNAVAILABLE')).mockResolvedValueOnce(12)
  await expect(counts.expect(NODE, LAWS, 12, count)).rejects.toThrow('14 UNAVAILABLE')
  await counts.expect(NODE, LAWS, 12, count)
  expect(counts.lacking.size).toBe(0)
})

test('what an earlier generation lacks says nothing of the one that serves: its collections are dropped', async () => {
  const counts = new NodeCounts()
  const later = 'Tiaowen09b1f2a3c4d5e6f7_Entries'
  const dropped = () => counts.expect(NODE, LAWS, 12, async () => 0)
  counts.serve(new Map([[LAWS, 12]]))
  await expect(dropped()).rejects.toThrow(HoldsLess)
  expect(counts.lacking.size).toBe(1)
  counts.serve(new Map([[later, 20]]))
  expect(counts.lacking.size).toBe(0)
  await expect(dropped()).rejects.toThrow(HoldsLess) // a question that began before
  expect(counts.lacking.size).toBe(0)
  expect([...counts.served]).toEqual([[later, 20]])
})
