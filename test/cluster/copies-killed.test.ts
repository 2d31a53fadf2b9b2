/**
 * Copies of the program side by side over one database, one engine and one folder: any of them answers, and one that is
 * killed takes nothing with it. Real servers on the loopback; `npm run test:cluster`.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { BOT_TOKEN, FakeSlack, SIGNING_SECRET } from '../channels/slack/fake-slack.ts'
import { workshop, writeSmall } from '../library.ts'
import { openBalancer } from '../long/balancer.ts'
import { postJson, servingDocuments, startServer, type Server } from '../long/server.ts'
import { randomFrom, trials } from '../store/random.ts'
import { PostgresServer } from './postgres-server.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

const COPIES = 3
const CLIENTS = trials(16, 64)
const SECONDS = trials(20, 120)
const EVENTS = trials(200, 1_200)
const KILLS = trials(2, 8)
const QUESTION = '全社会研发投入强度超过多少？'
const QUOTE = '超过4%'

test(`one of ${COPIES} copies is killed ${KILLS} times under ${CLIENTS} clients and ${EVENTS} events`, { timeout: 900_000 }, async () => {
  const { home } = workshop(writeSmall)
  const database = await PostgresServer.start()
  onTestFinished(() => database.stop())
  const cluster = await WeaviateCluster.start(3)
  onTestFinished(() => cluster.stop())
  const slack = await new FakeSlack({ isPaced: false }).listen()
  onTestFinished(() => slack.close())
  const random = randomFrom(20_261_122)
  const environment = {
    ...cluster.environment(),
    DATABASE_URL: await database.database(),
    TIAOWEN_SLACK_BOT_TOKEN: BOT_TOKEN,
    TIAOWEN_SLACK_SIGNING_SECRET: SIGNING_SECRET,
    TIAOWEN_SLACK_API_URL: slack.apiUrl,
    TIAOWEN_PUBLIC_URL: 'https://tiaowen.example.cn',
    TIAOWEN_RATE_ASK: '100000',
    TIAOWEN_RATE_SEARCH: '100000',
  }
  const start = () => startServer({ home, environment })
  const balancer = await openBalancer()
  onTestFinished(() => balancer.close())
  const copies: Server[] = []
  for (let copy = 0; copy < COPIES; copy++) {
    copies.push(await start())
    await servingDocuments(copies[copy]!.url, 3)
    await balancer.add(copies[copy]!.url)
  }

  const counts: Record<string, number> = {}
  const failed: string[] = []
  let retried = 0
  /** As a client does: once more where the line broke or nobody was ready. */
  const said = async (what: string, ask: () => Promise<Response>): Promise<unknown> => {
    for (let attempt = 1; ; attempt++) {
      const response = await ask().catch((error: Error) => String(error.cause ?? error))
      const isBroken = typeof response === 'string' || response.status === 502 || response.status === 503
      if (isBroken && attempt === 1) {
        retried++
        await sleep(500)
        continue
      }
      counts[what] = (counts[what] ?? 0) + 1
      if (typeof response === 'string') return void failed.push(`${what}: ${response}`)
      const body = await response.text().catch((error: Error) => `broken off: ${String(error)}`)
      if (!response.ok || body.startsWith('broken off')) return void failed.push(`${what}: ${response.status} ${body.slice(0, 300)}`)
      return body.startsWith('{') ? JSON.parse(body) : undefined
    }
  }
  let isOver = false
  const work = async () => {
    const conversationId = randomUUID()
    let turns = 0
    while (!isOver) {
      const exchange = { question: QUESTION, conversationId, exchangeId: randomUUID() }
      const answer = (await said('ask', () => postJson(`${balancer.url}/api/ask`, exchange))) as { text?: string; notes?: unknown } | undefined
      turns++
      if (answer && (!answer.text?.includes(QUOTE) || answer.notes)) failed.push(`ask: ${JSON.stringify(answer).slice(0, 300)}`)
      await said('search', () => postJson(`${balancer.url}/api/search`, { query: '退款' }))
      const kept = (await said('conversation', () => fetch(`${balancer.url}/api/conversations/${conversationId}`))) as { exchanges?: { answer?: unknown }[] } | undefined
      // whichever copy is asked, it has what another one answered
      if (kept && kept.exchanges?.filter((one) => one.answer).length !== turns) failed.push(`conversation: ${kept.exchanges?.length} of ${turns}`)
      await sleep(200 * random.next())
    }
  }
  const working = Promise.all(Array.from({ length: CLIENTS }, work))

  let delivered = 0
  const delivering = (async () => {
    const gap = (SECONDS * 1_000) / EVENTS
    const all: Promise<void>[] = []
    for (let n = 0; n < EVENTS; n++) {
      slack.channels.set(`C${n}`, 'joined')
      const body = slack.mention(QUESTION, { channel: `C${n}` })
      all.push(
        slack.deliver(`${balancer.url}/slack/events`, body, async () => sleep(500)).then((tries) => {
          if (tries.at(-1)?.status === 200) delivered++
        }),
      )
      await sleep(gap)
    }
    await Promise.all(all)
  })()

  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(((SECONDS * 1_000) / (KILLS + 1)) * (0.5 + random.next() / 2))
    const at = random.between(0, COPIES)
    copies[at]!.process.kill('SIGKILL')
    await copies[at]!.ended
    copies[at] = await start()
    await balancer.add(copies[at]!.url)
  }
  await delivering
  isOver = true
  await working
  expect(failed).toEqual([])
  expect(delivered).toBe(EVENTS)
  // a claim of a copy that was killed ends after 30 seconds at most
  await expect.poll(() => new Set(slack.posted.map(({ channel }) => channel)).size, { timeout: 120_000, interval: 500 }).toBe(EVENTS)
  const posts = new Map<string, number>()
  for (const { channel } of slack.posted) posts.set(channel, (posts.get(channel) ?? 0) + 1)
  const doubled = [...posts].filter(([, count]) => count > 1)
  for (const [channel] of doubled) {
    // sent, and killed before that was written down: it comes again with a mark, and is told apart from an answer
    const bodies = slack.posted.filter((one) => one.channel === channel).map(({ body }) => JSON.stringify(body))
    expect(bodies.slice(1).every((body) => /可能已发送过/.test(body))).toBe(true)
  }
  for (const copy of copies) expect((await copy.stop()).code).toBe(0)
  console.log(
    `${KILLS} kills, ${JSON.stringify(counts)}, ${retried} retried once, 0 failed; ${EVENTS} events, ` +
      `${EVENTS - posts.size} lost, ${doubled.length} sent twice and marked`,
  )
})
