/**
 * Nodes of the engine are killed while people ask and documents come in: one of three is not noticed by who asks, two
 * of three are told, and all comes back by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { workshop, writeSmall } from '../library.ts'
import { postJson, readyOf, runCommand, servingDocuments, startServer, upload } from '../long/server.ts'
import { trials } from '../store/random.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

const CLIENTS = trials(4, 16)
const AWAY_MS = trials(8_000, 30_000)
const QUESTION = '全社会研发投入强度超过多少？'
const QUOTE = '超过4%'

test('a follower, the leader, then two of three', { timeout: 900_000 }, async () => {
  const cluster = await WeaviateCluster.start(3)
  onTestFinished(() => cluster.stop())
  const { home } = workshop(writeSmall)
  const environment = cluster.environment()
  const server = await startServer({ home, environment })
  const { url } = server
  await servingDocuments(url, 3)

  let isOver = false
  let answered = 0
  const failed: string[] = []
  const accepted: string[] = []
  const ask = async (): Promise<void> => {
    while (!isOver) {
      const response = await postJson(`${url}/api/ask`, { question: QUESTION }).catch((error: Error) => String(error))
      const body = typeof response === 'string' ? response : `${response.status} ${await response.text()}`
      if (body.startsWith('200') && body.includes(QUOTE)) answered++
      else failed.push(body.slice(0, 300))
      await sleep(20)
    }
  }
  const write = async (): Promise<void> => {
    for (let n = 0; !isOver; n++) {
      const name = `通知${n}.txt`
      const staged = await upload(url, name, `通知\n一、退款比例\n第${n}次修订的，退款比例不低于70%。\n`)
      const { id } = (await staged.json()) as { id: string }
      const response = await postJson(`${url}/api/uploads/${id}/accept`, {})
      if (response.ok) accepted.push(name)
      await sleep(1_000)
    }
  }
  const working = Promise.all([write(), ...Array.from({ length: CLIENTS }, ask)])

  const leader = (await cluster.leader())!
  for (const [what, at] of [['a follower', (leader + 1) % 3], ['the leader', leader]] as const) {
    const before = [answered, failed.length, accepted.length]
    await cluster.kill(at)
    await sleep(AWAY_MS)
    await cluster.restart(at)
    await sleep(AWAY_MS / 2)
    console.log(`${what}: ${answered - before[0]!} answered, ${failed.length - before[1]!} failed, ${accepted.length - before[2]!} accepted`)
  }
  isOver = true
  await working
  expect(failed).toEqual([])
  await servingDocuments(url, 3 + accepted.length)
  expectWhole(home, environment)

  await cluster.kill(0)
  await cluster.kill(1)
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 60_000 }).toBe(503)
  expect((await readyOf(url)).fallbacks.map(({ from }) => from)).toContain('search')
  // what is answered meanwhile is answered from a whole copy, or refused
  const refused = await postJson(`${url}/api/ask`, { question: QUESTION })
  const said = await refused.text()
  expect(refused.ok ? said.includes(QUOTE) : said.includes('search-unavailable')).toBe(true)
  console.log(`two of three: not ready, asked all the same: ${refused.status}`)
  cluster.begin(0)
  await cluster.restart(1)
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 120_000 }).toBe(200)
  const again = await postJson(`${url}/api/ask`, { question: QUESTION })
  expect(await again.text()).toContain(QUOTE)
  expectWhole(home, environment)
  expect((await server.stop()).code).toBe(0)
})

/** Every collection holds what the index says, and nothing else. */
function expectWhole(home: string, environment: Readonly<Record<string, string>>): void {
  const { code, out } = runCommand(['reindex', '--verify'], { home, environment })
  expect(code).toBe(0)
  console.log(out)
}
