/**
 * The page in a real browser against the real server: what the first load weighs, how soon an answer is on the screen, what
 * moves while it comes, how soon a long text is open at the cited words, and how it scrolls. Run by `npm run bench`; skipped
 * where the machine has no browser. The reader is measured over a server without the model: embedding 8 MB takes minutes.
 */
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Browser, type Page } from 'playwright-core'
import { readCases } from '../evals/cases.ts'
import { findChromium } from '../scripts/chromium.mjs'
import { holdTo, median, quantile, temporaryFolder, timesOf } from './tools/figures.ts'
import { hasLaws, served, type Served } from './tools/laws.ts'
import { longLaw, realArticles } from './tools/long-law.ts'

const MOST_SCRIPT_KIB = 250
const MOST_ANSWER_MS = 300
const MOST_OPEN_MS = 500
const MOST_FRAME_MS = 34
const QUESTIONS = 20
const OPENINGS = 5
const FRAMES = 600
/** 14,400 pixels a second: four sweeps of a finger. */
const PIXELS_A_FRAME = 240
/** A shift within half a second of a key is not counted, so answers come later than that. */
const AFTER_KEY_MS = 700
const START_MS = 600_000

interface Law {
  readonly title: string
  readonly articles: number
  /** The article that is asked for. */
  readonly asked: string
}

async function main(): Promise<void> {
  const program = findChromium()
  if (program === undefined) return console.log('WITHOUT BROWSER: page bench skipped')
  if (!existsSync('dist/web/index.html')) return console.log('页面还没有构建 the page has not been built: npm run page; page bench skipped')
  const browser = await chromium.launch({ executablePath: program, args: ['--lang=zh-CN'] })
  console.log(`Chromium ${browser.version()}, load ${loadavg()[0]!.toFixed(1)} at the start`)
  try {
    await overSeeds(browser)
    await overLongLaws(browser)
  } finally {
    await browser.close()
  }
  console.log(`load ${loadavg()[0]!.toFixed(1)} at the end`)
}

async function overSeeds(browser: Browser): Promise<void> {
  const { program, url } = await serverOver((folder) => cpSync('seeds', folder, { recursive: true }), {})
  try {
    await firstLoad(browser, url)
    const questions = readCases('evals/cases').filter((one) => one.expect.outcome === 'answered' && one.history === undefined)
    const every = Math.floor(questions.length / (2 * QUESTIONS))
    const asked = questions.filter((_, at) => at % every === 0).slice(0, 2 * QUESTIONS).map(({ question }) => question)
    await answers(browser, url, asked.filter((_, at) => at % 2 === 0), asked.filter((_, at) => at % 2 === 1))
    await shifts(browser, url, asked.filter((_, at) => at % 2 === 0))
  } finally {
    await program.end('SIGTERM')
  }
}

async function overLongLaws(browser: Browser): Promise<void> {
  const articles = realArticles()
  const [long, huge] = [
    longLaw('三千条示例条例', articles, (count) => count === 3_000),
    longLaw('八兆示例条例', articles, (_, bytes) => bytes >= 8e6),
  ]
  console.log(`long texts made of ${articles.length} articles of ${hasLaws ? 'the library of laws' : 'the seeds'}`)
  const write = (folder: string) => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '三千条示例条例.txt'), long.text)
    writeFileSync(join(folder, '八兆示例条例.txt'), huge.text)
  }
  const { program, url } = await serverOver(write, { TIAOWEN_MODEL_DIR: 'off' })
  try {
    await reader(browser, url, { title: '三千条示例条例', articles: long.articles, asked: '第一千五百条' }, { name: 'reader of 3,000 clauses', isHeld: true })
    await reader(browser, url, { title: '八兆示例条例', articles: huge.articles, asked: '第一万条' }, { name: 'reader of 8 MB', isHeld: false })
  } finally {
    await program.end('SIGTERM')
  }
}

/** A server over documents of its own, ready with all of them. */
async function serverOver(write: (folder: string) => void, env: NodeJS.ProcessEnv): Promise<Served> {
  const home = temporaryFolder()
  const folder = join(home, 'seeds')
  write(folder)
  const server = await served({
    ...process.env,
    TIAOWEN_PORT: '0',
    TIAOWEN_SEEDS: 'off',
    TIAOWEN_FOLDERS: folder,
    TIAOWEN_DATA_FOLDER: join(home, 'data'),
    TIAOWEN_INDEX_FOLDER: join(home, 'index'),
    ...env,
  })
  for (const until = performance.now() + START_MS; performance.now() < until; await sleep(100)) {
    const status = (await (await fetch(new URL('/readyz', server.url))).json()) as { building?: unknown; model: string | null; index: { generation: string; clauses: number } }
    if (status.building !== undefined || status.index.generation === 'building') continue
    console.log(`${status.index.clauses} clauses, model ${status.model ?? 'none: answers by keywords alone'}`)
    return server
  }
  await server.program.end('SIGTERM')
  throw new Error(`not ready within ${START_MS} ms`)
}

/** A page whose cache is empty. */
async function fresh(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1440, height: 900 } })
  await context.exposeBinding('__tell', () => {})
  await context.addInitScript({ path: 'test/web/inside.js' })
  await context.addInitScript({ path: 'bench/tools/page-inside.js' })
  return context.newPage()
}

async function firstLoad(browser: Browser, url: string): Promise<void> {
  const page = await fresh(browser)
  const requests: { path: string; kib: number; isScript: boolean }[] = []
  const sized: Promise<void>[] = []
  page.on('requestfinished', (request) => {
    const size = async () => {
      const [{ responseBodySize }, response] = [await request.sizes(), await request.response()]
      const isScript = /javascript/.test((await response?.headerValue('content-type')) ?? '')
      // what the browser has already is below nothing
      requests.push({ path: new URL(request.url()).pathname, kib: Math.max(0, responseBodySize) / 1024, isScript })
    }
    sized.push(size())
  })
  await page.goto(url, { waitUntil: 'networkidle' })
  await Promise.all(sized)
  await page.context().close()
  const sum = (those: typeof requests) => those.reduce((total, { kib }) => total + kib, 0)
  for (const { path, kib } of requests) console.log(`  ${kib.toFixed(1).padStart(7)} KiB  ${path}`)
  console.log(`first load: ${requests.length} requests, ${sum(requests).toFixed(1)} KiB as transferred`)
  holdTo('JavaScript of the first load, compressed', sum(requests.filter(({ isScript }) => isScript)), MOST_SCRIPT_KIB, ' KiB')
}

/** Enter to words on the screen, each question in a new conversation; against a bare request for other questions, turn about. */
async function answers(browser: Browser, url: string, questions: readonly string[], others: readonly string[]): Promise<void> {
  const page = await fresh(browser)
  const [onScreen, bare]: [number[], number[]] = [[], []]
  await page.goto(url)
  await askOn(page, '市委全会什么时候召开的？') // warms the model
  console.log(`first words of a server's first question in English, which reads a dictionary: ${(await askOn(page, 'Who issued the decision?')).toFixed(0)} ms`)
  for (const [at, question] of questions.entries()) {
    await page.goto(url, { waitUntil: 'networkidle' }) // nobody types a question sooner
    onScreen.push(await askOn(page, question))
    bare.push(await firstSegment(url, others[at]!))
  }
  await page.context().close()
  const slowest = questions[onScreen.indexOf(Math.max(...onScreen))]
  console.log(`first words on the screen after Enter, ${questions.length} questions: ${timesOf(onScreen)}; slowest: ${slowest}`)
  console.log(`bare request for ${others.length} others, kept as the page's are, to the first segment: ${timesOf(bare)}; the page takes ${(median(onScreen) / median(bare)).toFixed(2)} times that`)
  holdTo('first words of an answer on the screen, median', median(onScreen), MOST_ANSWER_MS, ' ms')
  holdTo('first words of an answer on the screen, slowest', Math.max(...onScreen), MOST_ANSWER_MS, ' ms')
}

/** Milliseconds until the first words; gives back when the answer is whole. */
async function askOn(page: Page, question: string): Promise<number> {
  const before = await page.locator('.exchange').count()
  await page.locator('#question').fill(question)
  await page.evaluate("window.__inside.timeFromEnter('.answer-words')")
  await page.locator('#question').press('Enter')
  const milliseconds = await page.evaluate<number>('window.__inside.afterEnter')
  await page.locator('.exchange').nth(before).locator('.answer-foot').waitFor()
  return milliseconds
}

async function firstSegment(url: string, question: string): Promise<number> {
  const body = { question, conversationId: randomUUID(), exchangeId: randomUUID() }
  const began = performance.now()
  const headers = { 'Content-Type': 'application/json', Accept: 'text/event-stream' }
  const response = await fetch(new URL('/api/ask', url), { method: 'POST', headers, body: JSON.stringify(body) })
  let received = ''
  let milliseconds = 0
  for await (const bytes of response.body!) {
    received += Buffer.from(bytes).toString('utf8')
    if (milliseconds === 0 && received.includes('event: segment')) milliseconds = performance.now() - began
  }
  return milliseconds
}

/** One conversation that grows; every answer is held back until a shift counts again. */
async function shifts(browser: Browser, url: string, questions: readonly string[]): Promise<void> {
  const page = await fresh(browser)
  await page.goto(url, { waitUntil: 'networkidle' })
  await page.route('**/api/ask', async (route) => {
    await sleep(AFTER_KEY_MS)
    await route.continue()
  })
  for (const question of questions) await askOn(page, question)
  await sleep(AFTER_KEY_MS)
  const [counted, all] = await page.evaluate<[number, number]>('[window.__inside.shift, window.__measure.shiftWithKeys]')
  await page.context().close()
  console.log(`layout shift with what follows within half a second of Enter: ${all.toFixed(4)}`)
  holdTo(`layout shift while ${questions.length} answers come`, counted, 0)
}

/** From the click on a citation, nothing in the browser's cache, to the cited words painted; then through the text. */
async function reader(browser: Browser, url: string, law: Law, { name, isHeld }: { readonly name: string; readonly isHeld: boolean }): Promise<void> {
  const [opening, fetching]: [number[], number[]] = [[], []]
  for (let round = 0; round < OPENINGS; round++) {
    const page = await fresh(browser)
    await page.goto(url, { waitUntil: 'networkidle' })
    await askOn(page, `《${law.title}》${law.asked}`)
    await page.evaluate('window.__measure.timeFromClick()')
    await page.locator('.answer-words a.chip').first().click()
    opening.push(await page.evaluate<number>('window.__measure.afterClick'))
    const read = new URL(page.url()).searchParams.get('read')!
    const [id, sha] = read.split('/')
    fetching.push(await page.evaluate<number>(`window.__measure.fetchJson('/api/reading/${id}?sha=${sha}')`))
    if (round === OPENINGS - 1) await scrolling(page, name, isHeld)
    await page.context().close()
  }
  console.log(`${name} (${law.articles} articles), click to cited words painted: ${timesOf(opening)} of ${OPENINGS}`)
  console.log(`${name}: fetching the same JSON alone ${timesOf(fetching)}; opening takes ${(median(opening) / median(fetching)).toFixed(2)} times that`)
  if (isHeld) holdTo(`${name}, click to cited words, median`, median(opening), MOST_OPEN_MS, ' ms')
}

async function scrolling(page: Page, name: string, isHeld: boolean): Promise<void> {
  const frames = (pixels: number) => page.evaluate<number[]>(`window.__measure.frames('.reader .text-scroll', ${FRAMES / (pixels === 0 ? 5 : 1)}, ${pixels})`)
  const [still, moving] = [await frames(0), await frames(PIXELS_A_FRAME)]
  console.log(`${name}, frames while it stands still: ${timesOf(still)}`)
  console.log(`${name}, frames while it scrolls ${PIXELS_A_FRAME} pixels in each: ${timesOf(moving)}; ${(quantile(moving, 0.95) / quantile(still, 0.95)).toFixed(2)} times those that stand still`)
  if (isHeld) holdTo(`${name}, frames while scrolling, p95`, quantile(moving, 0.95), MOST_FRAME_MS, ' ms')
}

await main()
