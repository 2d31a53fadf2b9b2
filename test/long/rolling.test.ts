/** One server takes over from the other on the same data folder, again and again, while people work: nobody notices. */
import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { workshop, writeSmall } from '../library.ts'
import { trials } from '../store/random.ts'
import { openBalancer } from './balancer.ts'
import { postJson, servingDocuments, startServer, upload, type Server } from './server.ts'

const RESTARTS = trials(1, 50)
const CLIENTS = trials(4, 8)
/** A balancer on a busy machine takes its time to look. */
const STOP_WAIT = trials(2, 5).toString()

test(`${RESTARTS} rolling restarts under load, no request fails`, { timeout: 1_800_000 }, async () => {
  const { home } = workshop(writeSmall)
  const balancer = await openBalancer()
  onTestFinished(() => balancer.close())
  const start = () => startServer({ home, environment: { TIAOWEN_STOP_WAIT_SECONDS: STOP_WAIT } })
  let serving = await start()
  const all: Server[] = [serving]
  await servingDocuments(serving.url, 3)
  await balancer.add(serving.url)

  let isOver = false
  const counts: Record<string, number> = {}
  const wrong: string[] = []
  const said = async (what: string, asked: Promise<Response>): Promise<unknown> => {
    const response = await asked.catch((error: Error) => void wrong.push(`${what}: ${String(error.cause ?? error)}`))
    if (!response) return undefined
    const body = await response.text()
    counts[what] = (counts[what] ?? 0) + 1
    if (!response.ok) wrong.push(`${what}: ${response.status} ${body.slice(0, 300)}`)
    return response.ok && body.startsWith('{') ? JSON.parse(body) : undefined
  }
  const work = async (client: number) => {
    const conversationId = randomUUID()
    for (let round = 0; !isOver; round++) {
      const { url } = balancer
      const asked = { question: '全社会研发投入强度超过多少？', conversationId, exchangeId: randomUUID() }
      const answer = (await said('ask', postJson(`${url}/api/ask`, asked))) as { text?: string; notes?: unknown } | undefined
      if (answer && (!answer.text?.includes('超过4%') || answer.notes)) wrong.push(`ask: ${JSON.stringify(answer).slice(0, 300)}`)
      const stream = await said('stream', postJson(`${url}/api/ask`, { ...asked, exchangeId: randomUUID(), stream: true }))
      if (stream !== undefined) wrong.push('a stream that is none')
      await said('search', postJson(`${url}/api/search`, { query: '退款' }))
      await said('conversation', fetch(`${url}/api/conversations/${conversationId}`))
      if (round % 8 !== client) continue
      const text = `通知${client}\n一、退款比例\n第${round}次修订的，退款比例不低于70%。\n`
      const staged = (await said('upload', upload(url, `通知${client}-${round}.txt`, text))) as { id: string } | undefined
      if (staged) await said('accept', postJson(`${url}/api/uploads/${staged.id}/accept`, {}))
    }
  }
  const working = Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)))

  const ended: (number | null)[] = []
  let longestMs = 0
  for (let restart = 0; restart < RESTARTS; restart++) {
    const next: Server = await start()
    await balancer.add(next.url)
    const from = performance.now()
    all.push(next)
    ended.push((await serving.stop()).code)
    longestMs = Math.max(longestMs, performance.now() - from)
    serving = next
  }
  isOver = true
  await working
  if (wrong.length > 0) console.log(all.map((one) => one.log().split('\n').filter((line) => /rror|\s+at /.test(line)).join('\n')).join('\n'))
  expect([wrong, balancer.failures]).toEqual([[], []])
  expect(ended).toEqual(Array.from({ length: RESTARTS }, () => 0))
  const accepted = counts['accept'] ?? 0
  await servingDocuments(serving.url, 3 + accepted) // every upload that was acknowledged counts
  await serving.stop()
  expect(longestMs).toBeLessThan(30_000)
  console.log(`${RESTARTS} rolling restarts, ${JSON.stringify(counts)}, 0 failed, the longest stop ${Math.round(longestMs)} ms`)
})
