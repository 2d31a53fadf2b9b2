/** Rounds of indexing: one at a time, none is lost, a failure is told and tried again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { PolicyError } from '../../src/errors.ts'
import { Rounds } from '../../src/library/rounds.ts'

function roundsOf(run: () => Promise<void>, againMs = 20) {
  const stop = new AbortController()
  const lines: string[] = []
  const now = () => new Date('2026-03-01T08:00:00Z')
  const rounds = new Rounds({ run, log: (line) => lines.push(line), now, signal: stop.signal, againMs })
  onTestFinished(() => (stop.abort(), rounds.close()))
  return { rounds, lines }
}

test('what is asked for during a round is one round after it', async () => {
  let running = 0
  let most = 0
  let rounds_ = 0
  const { rounds } = roundsOf(async () => {
    most = Math.max(most, ++running)
    rounds_++
    await sleep(30)
    running--
  })
  rounds.request()
  await sleep(5)
  for (let at = 0; at < 10; at++) rounds.request()
  expect(rounds.isBusy).toBe(true)
  await rounds.idle()
  expect([most, rounds_, rounds.isBusy]).toEqual([1, 2, false])
  expect(rounds.last).toEqual({ at: '2026-03-01T08:00:00.000Z' })
})

test('while another process writes it waits, says so, and goes on', async () => {
  let attempts = 0
  const { rounds, lines } = roundsOf(async () => {
    if (++attempts < 3) throw new PolicyError('index-locked', 'Process 7 is writing')
  })
  rounds.request()
  await expect.poll(() => rounds.last?.failed).toBe('另一个程序正在写索引，随后自动再试。')
  expect(rounds.isBusy).toBe(true)
  await rounds.idle()
  expect([attempts, rounds.last, lines]).toEqual([3, { at: '2026-03-01T08:00:00.000Z' }, []])
})

test.each([
  [new PolicyError('disk-full', '/srv/index is full'), '磁盘已满，索引没有更新，原有的索引继续回答。请管理员腾出空间，随后自动再试。'],
  [new Error('/srv/index: EIO'), '索引没有更新，原有的索引继续回答；文件都已存好。请管理员查看日志，随后自动再试。'],
])('%s is logged whole, told without a path, and tried again', async (error, sentence) => {
  let attempts = 0
  const { rounds, lines } = roundsOf(async () => {
    if (++attempts === 1) throw error
  }, 150)
  rounds.request()
  await rounds.idle()
  expect([rounds.last?.failed, lines[0]?.includes('/srv/index')]).toEqual([sentence, true])
  await expect.poll(() => rounds.last).toEqual({ at: '2026-03-01T08:00:00.000Z' })
  expect(attempts).toBe(2)
})
