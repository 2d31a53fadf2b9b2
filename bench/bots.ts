/**
 * How soon a chat platform is told that its event is taken, by a server over 1,342 laws, while another process makes a
 * full index of the same laws: 10,000 events of DingTalk's HTTP mode, 9,000 in a rush, 50 at a time, and 1,000 in rounds
 * of 50 at once while those are answered. Run by `npm run bench bots` after `indexing`, whose index it opens; over the
 * seeds without one.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { holdTo, quantile, temporaryFolder } from './tools/figures.ts'
import { environment, hasLaws, lawQuestions, Program, served } from './tools/laws.ts'

/** Fewer for a quick look: `node bench/bots.ts 1000`. */
const EVENTS = Number(process.argv[2] ?? 9_000)
/** After them, while those are answered: so many at once, again and again. */
const ROUNDS = 20
const BETWEEN_MS = 1_000
const AT_ONCE = 50
const MOST_P99_MS = 200
const MOST_MS = 1_000
const SECRET = 'policy-rag-ding-app-secret'

const hasIndex = hasLaws && existsSync(environment()['TIAOWEN_INDEX_FOLDER']!)
const own = temporaryFolder()
const library: NodeJS.ProcessEnv = hasIndex ? environment() : { ...process.env, TIAOWEN_PORT: '0' }
const QUESTIONS = hasIndex ? lawQuestions().map(({ question }) => question) : ['全社会研发投入强度要超过多少？']

const DATA = hasIndex ? library['TIAOWEN_DATA_FOLDER']! : join(own, 'serving')

/** What is asked here is answered by nobody else. */
function forget(): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(DATA, `state.sqlite${end}`), { force: true })
}

/** Takes whatever is posted to it. */
async function dingTalk(): Promise<{ readonly url: string; readonly taken: () => number; close(): void }> {
  let taken = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      taken++
      response.setHeader('Content-Type', 'application/json').end('{"errcode":0,"errmsg":"ok"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, taken: () => taken, close: () => void server.close() }
}

function signed(): Record<string, string> {
  const timestamp = String(Date.now())
  const sign = createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`).digest('base64')
  return { 'Content-Type': 'application/json', timestamp, sign }
}

/** An event of a chat of its own, as DingTalk posts it. */
function eventOf(at: number, platform: string): string {
  return JSON.stringify({
    msgId: `msg-${at}-${randomUUID()}`,
    conversationId: `cid-${at}`,
    conversationType: '1',
    senderStaffId: `staff-${at}`,
    msgtype: 'text',
    text: { content: QUESTIONS[at % QUESTIONS.length]! },
    sessionWebhook: `${platform}/robot/sendBySession?session=${at}`,
    sessionWebhookExpiredTime: Date.now() + 5_400_000,
  })
}

let next = 0

/** Milliseconds to each acknowledgement. */
async function acknowledged(url: string, platform: string, events: number): Promise<number[]> {
  const times: number[] = []
  const until = next + events
  const asking = async () => {
    while (next < until) {
      const body = eventOf(next++, platform)
      const began = performance.now()
      const response = await fetch(`${url}/dingtalk/messages`, { method: 'POST', headers: signed(), body })
      await response.arrayBuffer()
      if (response.status !== 200) throw new Error(`an event was not taken: ${response.status}`)
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, asking))
  return times
}

function tell(what: string, times: readonly number[]): void {
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)]
  console.log(`${what}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${Math.max(...times).toFixed(1)} ms`)
}

async function main(): Promise<void> {
  forget()
  const platform = await dingTalk()
  const { program, url } = await served({
    ...library,
    TIAOWEN_DATA_FOLDER: DATA,
    TIAOWEN_DINGTALK_CLIENT_ID: 'dingbench',
    TIAOWEN_DINGTALK_CLIENT_SECRET: SECRET,
    TIAOWEN_DINGTALK_MODE: 'http',
    TIAOWEN_DINGTALK_API_URL: platform.url,
  })
  const indexing = new Program(['index'], { ...library, TIAOWEN_INDEX_FOLDER: join(own, 'index'), TIAOWEN_DATA_FOLDER: join(own, 'data') })
  let isIndexed = false
  indexing.process.once('exit', () => (isIndexed = true))
  await new Promise((done) => setTimeout(done, 2_000)) // it has begun
  const status = async () => {
    const { channels } = (await (await fetch(`${url}/readyz`)).json()) as { channels: { dingtalk: { answered: number; waiting: number } } }
    return channels.dingtalk
  }
  const rush = await acknowledged(url, platform.url, EVENTS)
  const { answered, waiting } = await status()
  tell(`${EVENTS} events in a rush, ${AT_ONCE} at a time (${answered} answered meanwhile, ${waiting} wait)`, rush)
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(...(await acknowledged(url, platform.url, AT_ONCE)))
    await new Promise((done) => setTimeout(done, BETWEEN_MS))
  }
  const after = await status()
  tell(`${ROUNDS} rounds of ${AT_ONCE} (${after.answered - answered} answered meanwhile, ${platform.taken()} messages arrived)`, rounds)
  if (isIndexed) console.log('the index was made before the last event came')
  const all = [...rush, ...rounds]
  holdTo('acknowledgement p99', quantile(all, 0.99), MOST_P99_MS, ' ms')
  holdTo('acknowledgement at most', Math.max(...all), MOST_MS, ' ms')
  indexing.process.kill('SIGKILL')
  await program.end('SIGTERM')
  platform.close()
  forget()
}

await main()
process.exit()
