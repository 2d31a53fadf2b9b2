/** Disks of the engine are lost: one node's fills from the others, all of them are written again from the folder. */
import { expect, onTestFinished, test } from 'vitest'
import { workshop, writeSmall } from '../library.ts'
import { answerFrom, postJson, runCommand, servingDocuments, startServer } from '../long/server.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

const QUESTION = '全社会研发投入强度超过多少？'

const NOT_FILLED = { ASYNC_REPLICATION_DISABLED: 'true' }

async function office({ ofNodes = {}, more = {} }: { readonly ofNodes?: Readonly<Record<string, string>>; readonly more?: Readonly<Record<string, string>> } = {}) {
  const cluster = await WeaviateCluster.start(3, ofNodes)
  onTestFinished(() => cluster.stop())
  const { home } = workshop(writeSmall)
  const environment = { ...cluster.environment(), ...more }
  const server = await startServer({ home, environment })
  await servingDocuments(server.url, 3)
  const verify = (...words: string[]) => runCommand(['reindex', '--verify', ...words], { home, environment }).code
  return { cluster, verify, ...server }
}

test('of one node: nobody notices, it fills by itself, and all of it is whole', { timeout: 300_000 }, async () => {
  const { cluster, verify, url, stop } = await office()
  const before = await cluster.objectsAt(2)
  expect(before.size).toBe((await cluster.objectsAt(1)).size)
  expect(before.size).toBeGreaterThan(10)

  let isOver = false
  const failed: string[] = []
  const asking = (async () => {
    while (!isOver) await answerFrom(url, QUESTION).then(({ text }) => text.includes('超过4%') || failed.push(text), (error: Error) => failed.push(error.message))
  })()
  await cluster.empty(2)
  const began = performance.now()
  const whole = () => cluster.objectsAt(2).catch(() => undefined)
  await expect.poll(whole, { timeout: 180_000, interval: 500 }).toEqual(before)
  console.log(`filled after ${Math.round((performance.now() - began) / 1000)} s`)
  isOver = true
  await asking

  expect(failed).toEqual([])
  expect(verify('--all')).toBe(0)
  expect((await stop()).code).toBe(0)
})

test('of one node that the others do not fill: reindex --verify finds what it lacks, and writes it', { timeout: 300_000 }, async () => {
  const { cluster, verify, stop } = await office({ ofNodes: NOT_FILLED })
  const before = await cluster.objectsAt(2)
  await cluster.empty(2)
  await cluster.healthy()
  expect((await cluster.objectsAt(2)).size).toBe(0)
  expect([verify(), verify()]).toEqual([6, 0])
  expect(await cluster.objectsAt(2)).toEqual(before)
  expect((await stop()).code).toBe(0)
})

test('of one node where each object is kept twice: refused rather than answered from half of it', { timeout: 300_000 }, async () => {
  const { cluster, verify, url, stop } = await office({ ofNodes: NOT_FILLED, more: { TIAOWEN_SEARCH_REPLICATION: '2' } })
  const before = await answerFrom(url, QUESTION)
  await cluster.kill(2)
  const times: number[] = []
  for (let asked = 0; asked < 30; asked++) {
    const began = performance.now()
    expect((await answerFrom(url, QUESTION)).text).toBe(before.text)
    times.push(performance.now() - began)
  }
  times.sort((one, other) => one - other)
  console.log(`without it, ms median ${times[15]!.toFixed(0)}, longest ${times.at(-1)!.toFixed(0)}`)

  await cluster.empty(2)
  await cluster.healthy()
  for (let asked = 0; asked < 30; asked++) {
    const { code } = (await (await postJson(`${url}/api/ask`, { question: QUESTION })).json()) as { code?: string }
    expect(code).toBe('search-unavailable')
  }
  expect([verify(), verify()]).toEqual([6, 0])
  expect((await answerFrom(url, QUESTION)).text).toBe(before.text)
  expect((await stop()).code).toBe(0)
})

test('of all: questions are refused with what to do; reindex --verify does it while the server runs', { timeout: 300_000 }, async () => {
  const { cluster, verify, url, stop, log } = await office()
  const before = await answerFrom(url, QUESTION)

  await cluster.lost()
  const refused = async () => ((await (await postJson(`${url}/api/ask`, { question: QUESTION })).json()) as { code?: string }).code
  await expect.poll(refused, { timeout: 30_000 }).toBe('search-unavailable')
  await expect.poll(log, { timeout: 10_000 }).toContain('reindex --verify') // for whoever runs it, not for who asks

  expect([verify(), verify()]).toEqual([6, 0]) // repaired, and whole

  const after = await answerFrom(url, QUESTION)
  expect([after.text, after.citations]).toEqual([before.text, before.citations])
  expect((await stop()).code).toBe(0)
})
