/** How far a long step is: what is written when, on a terminal and elsewhere. */
import { describe, expect, test } from 'vitest'
import { progressTo, progressWords, timeWords } from '../../../src/channels/cli/progress.ts'

function watched(isTerminal: boolean) {
  const written: string[] = []
  let at = 0
  const report = progressTo({ write: (text) => written.push(text), isTerminal, now: () => at })
  return { written, after: (seconds: number, step: string, done: number, total: number) => ((at += seconds * 1000), report(step, done, total)) }
}

test('a step tells its share, its rate and the time left', () => {
  expect(progressWords('embedding', 500, 2000, 100)).toBe('计算向量 embedding 500/2000（25%），100 字/秒，约剩 15 秒')
  expect(progressWords('reading', 3, 10, 0.5)).toBe('读取文件 reading files 3/10（30%），0.5 个/秒，约剩 14 秒')
  expect(progressWords('keywords', 0, 67_227, 0)).toBe('关键词索引 keywords 0/67227（0%）')
})

test.each([
  [0.2, '1 秒'],
  [60, '1 分 0 秒'],
  [75, '1 分 15 秒'],
  [7325, '2 小时 2 分'],
])('%f seconds are %s', (seconds, words) => {
  expect(timeWords(seconds)).toBe(words)
})

describe('on a terminal', () => {
  test('one line is written over, and taken away when the step is done', () => {
    const { written, after } = watched(true)
    after(0, 'embedding', 0, 100)
    after(2, 'embedding', 20, 100)
    after(2, 'embedding', 40, 100)
    after(6, 'embedding', 100, 100)
    expect(written).toEqual([
      '\r\u001b[K计算向量 embedding 20/100（20%），10 字/秒，约剩 8 秒',
      '\r\u001b[K计算向量 embedding 40/100（40%），10 字/秒，约剩 6 秒',
      '\r\u001b[K',
    ])
  })

  test('a step of less than a second writes nothing', () => {
    const { written, after } = watched(true)
    after(0, 'checking', 1, 1342)
    after(0.9, 'checking', 1341, 1342)
    after(0.1, 'checking', 1342, 1342)
    expect(written).toEqual([])
  })
})

test('elsewhere a line every five seconds, and none for less', () => {
  const { written, after } = watched(false)
  after(0, 'embedding', 0, 1000)
  for (let second = 1; second <= 12; second++) after(1, 'embedding', second * 10, 1000)
  expect(written).toEqual([
    '计算向量 embedding 50/1000（5%），10 字/秒，约剩 1 分 35 秒\n',
    '计算向量 embedding 100/1000（10%），10 字/秒，约剩 1 分 30 秒\n',
  ])
})

test('the rate is that of the last seconds: vectors that were known do not count for those to be made', () => {
  const { written, after } = watched(false)
  after(0, 'embedding', 0, 2000)
  after(0.1, 'embedding', 1000, 2000)
  for (let second = 1; second <= 20; second++) after(1, 'embedding', 1000 + second * 5, 2000)
  expect(written.at(-1)).toContain('5.0 字/秒')
})
