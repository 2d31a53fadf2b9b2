/** Sixty-four people at work for half an hour, the language model coming and going: no failure, and nothing grows. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { workshop, writeSmall } from '../library.ts'
import { randomFrom, trials, type Random } from '../store/random.ts'
import { measured, postJson, readyOf, servingDocuments, startServer, upload } from './server.ts'

const MINUTES = Number(process.env['TIAOWEN_SOAK_MINUTES'] ?? trials(0.05, 30))
const CLIENTS = trials(8, 64)
/** What a server takes while it warms up is not growth; a short run warms up for a third of it. */
const WARM_MINUTES = Math.min(5, MINUTES / 3)
const MOST_GROWTH = 1.05
const QUESTIONS = ['全社会研发投入强度超过多少？', '哪些情形予以退款？', '种质资源库建成几个？', '引进高层次人才多少名？', '火星上有几个水库？']
const PEOPLE_PAUSE_MS = 400

/** An endpoint that says something, hangs, breaks off or fails, and is restarted every few seconds. */
async function openModel(random: Random) {
  const say = (response: ServerResponse): void => {
    const chance = random.next()
    if (chance < 0.1) return void response.writeHead(500).end()
    if (chance < 0.2) return void response.socket?.destroy()
    if (chance < 0.25) return // hangs until it is restarted
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const delta = { content: '文件说，全社会研发投入强度超过4%。' }
    response.write(`data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`)
    response.end('data: [DONE]\n\n')
  }
  const open = (port: number) => {
    const server = createServer((from, to) => {
      from.resume()
      from.on('end', () => say(to))
    })
    return new Promise<typeof server>((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)))
  }
  let server = await open(0)
  const { port } = server.address() as AddressInfo
  let restarts = 0
  let isOpen = true
  const restarting = (async () => {
    while (isOpen) {
      await pause(3_000)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await pause(300)
      server = await open(port)
      restarts++
    }
  })()
  return {
    url: `http://127.0.0.1:${port}/v1`,
    restarts: () => restarts,
    async close() {
      isOpen = false
      await restarting
      server.closeAllConnections()
      server.close()
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test(`${CLIENTS} clients for ${MINUTES} minutes`, { timeout: MINUTES * 60_000 + 300_000 }, async () => {
  const { home } = workshop(writeSmall)
  const random = randomFrom(20_261_201)
  const model = await openModel(random)
  onTestFinished(() => model.close())
  const environment = { TIAOWEN_LLM_URL: model.url, TIAOWEN_LLM_MODEL: 'fake', TIAOWEN_LLM_TIMEOUT_SECONDS: '5' }
  const server = await startServer({ home, environment })
  const { url } = server
  await servingDocuments(url, 3)

  const began = performance.now()
  const minutes = () => (performance.now() - began) / 60_000
  const counts: Record<string, number> = {}
  const wrong: string[] = []
  const said = async (what: string, asked: Promise<Response>, expected = [200, 201, 202, 204]): Promise<unknown> => {
    try {
      const response = await asked
      const body = await response.text()
      counts[what] = (counts[what] ?? 0) + 1
      if (!expected.includes(response.status)) wrong.push(`${what}: ${response.status} ${body.slice(0, 200)}`)
      if (/^event: error/m.test(body)) wrong.push(`${what}: ${body.slice(-300)}`)
      return body.startsWith('{') ? JSON.parse(body) : undefined
    } catch (error) {
      wrong.push(`${what}: ${String((error as Error).cause ?? error)}`)
      return undefined
    }
  }
  /** What of the library only one client does, so that it stays the size it has. */
  const changeLibrary = async (round: number) => {
    const text = `通知\n一、退款比例\n第${round}次修订的，退款比例不低于70%。\n`
    const staged = (await said('upload', upload(url, `通知${round}.txt`, text))) as { id: string } | undefined
    if (!staged) return
    await said('accept', postJson(`${url}/api/uploads/${staged.id}/accept`, {}))
    while ((await readyOf(url)).index.documents !== 4) await pause(200)
    const listed = (await said('documents', fetch(`${url}/api/documents`))) as { documents: { id: string; source: string }[] }
    const id = listed.documents.find(({ source }) => source === `通知${round}.txt`)!.id
    await said('delete', fetch(`${url}/api/documents/${id}`, { method: 'DELETE' }))
    while ((await readyOf(url)).index.documents !== 3) await pause(200)
  }
  const work = async (client: number) => {
    for (let round = 0; minutes() < MINUTES; round++) {
      if (client === 0) {
        await changeLibrary(round)
        continue
      }
      const conversationId = randomUUID()
      for (let turn = 0; turn < 3; turn++) {
        const stream = random.next() < 0.5
        const body = { question: random.pick(QUESTIONS), conversationId, exchangeId: randomUUID(), stream }
        await said(stream ? 'stream' : 'ask', postJson(`${url}/api/ask`, body))
        await pause(PEOPLE_PAUSE_MS * random.next())
      }
      await said('search', postJson(`${url}/api/search`, { query: random.pick(QUESTIONS) }))
      await said('cite', fetch(`${url}/api/cite?ref=${encodeURIComponent('预付卡管理办法第三条')}`))
      await said('conversations', fetch(`${url}/api/conversations?limit=20`))
      await said('conversation', fetch(`${url}/api/conversations/${conversationId}`))
      await said('forget', fetch(`${url}/api/conversations/${conversationId}`, { method: 'DELETE' }))
    }
  }
  const working = Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)))

  const readings: { minutes: number; rss: number; descriptors: number }[] = []
  const watching = (async () => {
    while (minutes() < MINUTES) {
      await pause(Math.min(5_000, (MINUTES * 60_000) / 20))
      const found = measured(server.process)
      if (found) readings.push({ minutes: Math.round(minutes() * 100) / 100, ...found })
    }
  })()
  await Promise.all([working, watching])
  writeFileSync(join(home, 'readings.json'), JSON.stringify(readings))

  expect(wrong.slice(0, 10)).toEqual([])
  const warm = readings.filter((reading) => reading.minutes >= WARM_MINUTES)
  const third = Math.max(1, Math.floor(warm.length / 3))
  /** Of a part of the time: memory goes up and down with what is collected when. */
  const median = (some: readonly { rss: number }[]) => some.map(({ rss }) => rss).toSorted((a, b) => a - b)[some.length >> 1] ?? NaN
  const [first, last] = [median(warm.slice(0, third)), median(warm.slice(-third))]
  const tenth = Math.max(1, Math.ceil(readings.length / 10))
  const course = Array.from({ length: 10 }, (_, at) => Math.round(median(readings.slice(at * tenth, (at + 1) * tenth)) / 1024))
  const growth = last / first
  // lines that are idle are closed after 75 seconds: what is open then is open for good
  await expect.poll(() => measured(server.process)?.descriptors ?? 0, { timeout: 180_000 }).toBeLessThan(60)
  const { code, log } = await server.stop()
  const requests = Object.values(counts).reduce((sum, count) => sum + count, 0)
  console.log(
    `${requests} requests ${JSON.stringify(counts)}, ${model.restarts()} restarts of the model, ${wrong.length} wrong; ` +
      `RSS ${Math.round(first / 1024)} → ${Math.round(last / 1024)} MB (${((growth - 1) * 100).toFixed(1)} %), by tenths of the time ${course.join(' ')}`,
  )
  expect([code, /没有料到的错误/.test(log)]).toEqual([0, false])
  if (MINUTES >= 15) expect(growth).toBeLessThan(MOST_GROWTH)
})
