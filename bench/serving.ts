/**
 * A server over 1,342 laws, in a process of its own: start, memory after many questions, and one changed document. Run
 * by `npm run bench` after `indexing`, whose index it opens; skipped without one.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { holdTo, median, timesOf } from './tools/figures.ts'
import { environment, hasLaws, LAWS, Program, searchAt, served } from './tools/laws.ts'

const MOST_SERVING_MB = 600
const MOST_READY_MS = 5_000
const MOST_CHANGE_MS = 5_000
const ROUNDS = 5
/** Between two questions while a document is indexed. */
const PAUSE_MS = 50

async function main(): Promise<void> {
  const hasIndex = hasLaws && existsSync(environment()['TIAOWEN_INDEX_FOLDER']!)
  if (!hasIndex) return console.log('没有法律索引，跳过 serving bench skipped: no index of laws')
  await startsAndMemory()
  await changes()
}

async function startsAndMemory(): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { program, milliseconds } = await served(environment())
    times.push(milliseconds)
    await program.end('SIGTERM')
  }
  console.log(`start to ready with the index present, files verified: ${timesOf(times)}`)
  holdTo('ready', median(times), MOST_READY_MS, ' ms')

  const { program, url } = await served(environment())
  for (let round = 0; round < 3; round++) {
    for (const question of QUESTIONS) await searchAt(url, question)
    await Promise.all(QUESTIONS.map((question) => searchAt(url, question)))
  }
  await new Promise((done) => setTimeout(done, IDLE_MS))
  console.log(`serving: most memory ${program.mostMemory.toFixed(0)} MB while it opened`)
  holdTo('serving', program.memory, MOST_SERVING_MB, ' MB')
  await program.end('SIGTERM')
}

/** After this, what it took to start and to answer eight at once has been given back. */
const IDLE_MS = 30_000

const QUESTIONS = [
  '夫妻一方经营个体工商户所欠债务，谁偿还？',
  '劳动合同到期不续签，公司要赔偿吗？',
  '买到假药可以要求几倍赔偿？',
  '醉酒驾驶机动车怎么处罚？',
  '房屋租赁合同最长可以签多少年？',
  '未成年人打赏主播的钱能退吗？',
  '法定代表人越权订立的合同有效吗？',
  '行政复议应当在多少天内申请？',
]

async function changes(): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await oneChange())
  console.log(`one changed document: ${timesOf(times)}`)
  holdTo('one changed document', median(times), MOST_CHANGE_MS, ' ms')
}

/** From the start of `tiaowen index` until a running server answers from the new text; questions asked meanwhile. */
async function oneChange(): Promise<number> {
  const file = join(LAWS, '行政法规', '促进个体工商户发展条例(2022-10-01).md')
  const text = readFileSync(file, 'utf8')
  const mark = `试点编号${Date.now()}`
  const { program: server, url } = await served(environment())
  writeFileSync(file, text.replace(/\n第三条[^\n]*/, `$&经营者应当公示${mark}。`))
  const indexing = new Program(['index'], environment())
  const done = indexing.end()
  const meanwhile: number[] = []
  for (;;) {
    const asked = performance.now()
    const [first] = await searchAt(url, `经营者应当公示${mark}`)
    meanwhile.push(performance.now() - asked)
    if (first?.text.includes(mark)) break
    if (indexing.milliseconds > 60_000) break
    await new Promise((done) => setTimeout(done, PAUSE_MS))
  }
  const milliseconds = indexing.milliseconds
  await done
  writeFileSync(file, text)
  await server.end('SIGTERM')
  console.log(`answered after ${milliseconds.toFixed(0)} ms; ${meanwhile.length} questions answered meanwhile, ${timesOf(meanwhile)}`)
  return milliseconds
}

await main()
