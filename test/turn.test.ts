/** What came over the network is not kept waiting by several who work at once. */
import { setImmediate as poll } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { turn } from '../src/turn.ts'

test('of four that work at once, one part is done between two looks at the network', async () => {
  const done: string[] = []
  const work = async (name: string) => {
    for (const part of [1, 2]) {
      await turn()
      done.push(`${name}${part}`)
    }
  }
  const all = Promise.all(['甲', '乙', '丙', '丁'].map(work))
  let mostAtOnce = 0
  for (let before = 0; done.length < 8; before = done.length) {
    await poll()
    mostAtOnce = Math.max(mostAtOnce, done.length - before)
  }
  await all
  expect(mostAtOnce).toBe(1)
  expect(done).toEqual(['甲1', '乙1', '丙1', '丁1', '甲2', '乙2', '丙2', '丁2'])
})
