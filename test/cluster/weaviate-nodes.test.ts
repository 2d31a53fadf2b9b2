/** Three nodes with three copies: one of them killed, whichever it is. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApp, type App } from '../../src/app.ts'
import type { Config } from '../../src/config.ts'
import { indexRounds, type Round } from '../../src/index-rounds.ts'
import { verifySearch } from '../../src/verify-search.ts'
import { answerTo, configFor, CountingEmbedder, suiteFolder, writeSmall } from '../library.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

let cluster: WeaviateCluster
let config: Config
let app: App
beforeAll(async () => {
  cluster = await WeaviateCluster.start(3)
  const home = suiteFolder()
  mkdirSync(join(home, 'documents'))
  writeSmall(join(home, 'documents'))
  config = { ...configFor(home), search: cluster.config({ querySeconds: 3 }) }
  await round()
  app = await openApp(config, { log: () => {}, embedder: new CountingEmbedder(), frozen: true })
}, 300_000)
afterAll(async () => {
  await app?.close()
  await cluster?.stop()
})

async function round(): Promise<Round> {
  const request = { watch: false, embedder: new CountingEmbedder(), log: () => {}, signal: new AbortController().signal }
  return (await indexRounds(config, request).next()).value as Round
}

const QUESTION = '种质资源库要建成几个？'

test.each([2, 1, 0])('without node %i questions are answered, and nothing is written until it is back', async (at) => {
  await cluster.kill(at)
  const began = performance.now()
  expect((await answerTo(app, QUESTION)).text).toContain('5个')
  expect(performance.now() - began).toBeLessThan(7_000) // the first may wait for the one that is gone
  const times: number[] = []
  for (let asked = 0; asked < 20; asked++) {
    const before = performance.now()
    expect((await answerTo(app, QUESTION)).text).toContain('5个')
    times.push(performance.now() - before)
  }
  times.sort((one, other) => one - other)
  console.log(`without node ${at}: 20 of 20 answered, ms median ${times[10]!.toFixed(0)}, longest ${times[19]!.toFixed(0)}`)
  writeFileSync(join(config.folders[0]!, '通知.txt'), `关于第${at}次调整的通知\n一、自${at + 1}月1日起调整收费标准。\n`)
  await expect(round()).rejects.toMatchObject({ code: 'search-unavailable' })
  expect((await answerTo(app, QUESTION)).text).toContain('5个')
  await cluster.restart(at)
  expect((await round()).wasBuilt).toBe(true)
  const { collections } = await verifySearch(config, { all: true, log: () => {} })
  expect(collections.map(({ repaired, foreign }) => repaired + foreign)).toEqual(collections.map(() => 0))
  await app.close()
  app = await openApp(config, { log: () => {}, embedder: new CountingEmbedder(), frozen: true })
}, 300_000)

test('a node that comes back with an empty disk is not asked until it is filled', async () => {
  const all = await cluster.objectsAt(2)
  expect(all.size).toBeGreaterThan(20)
  const [first, second, emptied] = cluster.config().nodes
  const asksItFirst = { ...config, search: cluster.config({ nodes: [emptied!, first!, second!] }) }
  const ask = async () => {
    const copy = await openApp(asksItFirst, { log: () => {}, embedder: new CountingEmbedder(), frozen: true })
    const { text } = await answerTo(copy, QUESTION)
    const { state } = copy.assistant.status().search!
    await copy.close()
    return { text, state }
  }
  const whole = await ask()
  expect(whole).toEqual({ text: expect.stringContaining('5个'), state: 'ok' })

  await cluster.empty(2)
  const isListening = () => fetch(`${emptied!.url}/v1/.well-known/ready`).then(({ ok }) => ok, () => false)
  await expect.poll(isListening, { timeout: 60_000 }).toBe(true)
  const seen: { text: string; state: string }[] = []
  do seen.push(await ask())
  while ((await cluster.objectsAt(2)).size < all.size)
  expect(seen.filter(({ text }) => text !== whole.text)).toEqual([])
  expect(seen.some(({ state }) => state === 'incomplete')).toBe(true)
  console.log(`asked ${seen.length} times until it was filled`)
  await expect.poll(ask, { timeout: 30_000 }).toEqual(whole)
}, 300_000)
