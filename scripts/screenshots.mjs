/**
 * Pictures of every view, light and dark, and of messages in chat, for docs/: the program over the seeds in a folder of
 * its own, a browser, and what a person would do there. `npm run screenshots`, or `npm run screenshots -- messages` for
 * those alone; they are looked at by eye before they are committed.
 */

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { findChromium } from './chromium.mjs'
import { fillAdminData } from './admin-data.mjs'
import { takeMessagePictures } from './message-pictures.mjs'
import { say } from './say.mjs'

const checkout = fileURLToPath(new URL('..', import.meta.url))
const WIDE = { viewport: { width: 1280, height: 800 } }
const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }
const QUALITY = 82
const SETTLE_MS = 700

const NOTICE = `关于人才公寓租金的通知
杭政办函〔2026〕7号
2026年3月1日
一、适用范围
（一）本通知适用于市区人才公寓。
（二）租期不超过五年。
二、租金标准
（一）人才公寓租金按市场价的70%收取。
（二）A类人才免收租金。
`

const DRAFT = `关于做好科技成果转化工作的请示（代拟稿）

《决定》第三部分第2条提出“深入实施科技成果转移转化‘145’行动”，并要求“力争未来5年实现技术交易额、新产品产值总和超2万亿元”。
《决定》第三部分第1条提出“探索建立人才集团，完善‘三定三评’人才认定模式”。依照《决定》第三部分第9条办理。
《月球基地管理条例》第三条规定“居民应当按时返回地球并办理登记手续”。
`

const ask = async (page, question) => {
  await page.locator('#question').fill(question)
  await page.locator('#question').press('Enter')
  await page.locator('.exchange').last().locator('.answer-foot').waitFor()
}

/** Each view by its name: how a browser opens it, and what is done in it. */
const VIEWS = {
  welcome: { run: (page) => page.locator('.suggestions button').first().waitFor() },
  answer: {
    run: async (page) => {
      await ask(page, '“三定三评”在2023年的决定、2024年的大会和后来的规划建议里分别是怎么说的？')
      await page.locator('.answer-words a.chip').nth(1).click()
      await page.locator('.reader mark.cited').first().waitFor()
    },
  },
  card: {
    run: async (page) => {
      await ask(page, '《决定》第三部分第3条')
      await page.locator('.answer-words a.chip').first().hover()
      await page.locator('.citation-card').waitFor()
    },
  },
  declined: { run: (page) => ask(page, '2027年全社会研发投入强度要超过多少？') },
  documents: { path: '/documents', run: (page) => page.locator('tbody a').first().waitFor() },
  upload: {
    path: '/documents',
    run: async (page) => {
      await page.locator('input[type=file]').first().setInputFiles({ name: '人才公寓租金通知.txt', mimeType: 'text/plain', buffer: Buffer.from(NOTICE) })
      await page.getByRole('button', { name: /^查看/ }).last().click()
      await page.getByRole('dialog').waitFor()
    },
  },
  reading: {
    run: async (page, url) => {
      const { documents } = await (await page.request.get(`${url}/api/documents`)).json()
      const { id, textSha256 } = documents.find(({ clauses }) => clauses > 40)
      const { text } = await (await page.request.get(`${url}/api/reading/${id}`)).json()
      const quote = '全社会研发投入强度超过4%'
      const start = text.indexOf(quote)
      await page.goto(`${url}/read/${id}/${textSha256.slice(0, 16)}/${start}-${start + quote.length}`)
      await page.locator('.reader mark.cited').first().waitFor()
    },
  },
  check: {
    path: '/check',
    run: async (page) => {
      await page.locator('#question').fill(DRAFT)
      await page.getByRole('button', { name: '开始核对' }).click()
      await page.locator('.check-result').waitFor()
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.locator('.found-card').waitFor()
    },
  },
  lookup: { path: '/lookup?ref=决定三（二）', run: (page) => page.locator('.clause').waitFor() },
  phone: { context: PHONE, run: (page) => ask(page, '未来五年全社会研发投入强度要超过多少？') },
}

const ADMIN_KEY = 'tw_pictures_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9'
const TALL = { viewport: { width: 1280, height: 1060 } }

async function main() {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-pictures-'))
  const browser = await chromium.launch({ executablePath: findChromium() })
  const only = process.argv[2]
  try {
    mkdirSync(join(checkout, 'docs', 'pictures'), { recursive: true })
    let answer
    await served(home, {}, async (url) => {
      if (only !== 'admin') await takeMessagePictures(browser, url)
      if (only === undefined) for (const [name, view] of Object.entries(VIEWS)) await bothPictures(browser, url, name, view)
      answer = await answerOf(url, '未来五年全社会研发投入强度要超过多少？')
    })
    if (only === 'messages') return
    // keys shut the way in without one: the administration is pictured last, by a server of its own
    const state = join(home, 'data', 'state.sqlite')
    for (const file of [state, `${state}-wal`, `${state}-shm`, join(home, 'data', 'audit.head')]) rmSync(file, { force: true })
    await fillAdminData(state, { answer })
    await served(home, { TIAOWEN_API_KEY: ADMIN_KEY }, (url) => bothPictures(browser, url, 'admin', ADMIN))
  } finally {
    await browser.close()
    rmSync(home, { recursive: true, force: true })
  }
}

const ADMIN = {
  context: TALL,
  path: '/admin',
  before: (context, url) => context.request.post(`${url}/api/session`, { data: { key: ADMIN_KEY } }),
  run: async (page) => {
    await page.locator('.remarks li').first().waitFor()
    await page.locator('.chart-plot').first().hover()
  },
}

/** A server over the seeds while `work` is done. */
async function served(home, env, work) {
  const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(checkout, 'src/main.ts'), 'serve'], {
    cwd: checkout,
    env: { ...process.env, TIAOWEN_PORT: '0', TIAOWEN_DATA_FOLDER: join(home, 'data'), TIAOWEN_INDEX_FOLDER: join(home, 'index'), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await work(await addressOf(server, env.TIAOWEN_API_KEY))
  } finally {
    server.kill('SIGTERM')
    await new Promise((settle) => server.once('close', settle))
  }
}

async function answerOf(url, question) {
  const response = await fetch(`${url}/api/ask`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ question }) })
  return response.json()
}

async function bothPictures(browser, url, name, view) {
  for (const colorScheme of ['light', 'dark']) await picture(browser, url, name, view, colorScheme)
}

/** Once it answers from a whole index. */
async function addressOf(server, apiKey) {
  const headers = apiKey === undefined ? {} : { 'X-API-Key': apiKey }
  let said = ''
  server.stdout.setEncoding('utf8').on('data', (words) => (said += words))
  for (;;) {
    const url = /：(http:\/\/\S+)/.exec(said)?.[1]
    const ready = url && (await (await fetch(`${url}/readyz`, { headers })).json())
    if (ready?.ready && !ready.building) return url
    if (server.exitCode !== null) throw new Error('tiaowen serve ended')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function picture(browser, url, name, { context = WIDE, path = '/', before = async () => {}, run }, colorScheme) {
  const opened = await browser.newContext({ ...context, colorScheme, locale: 'zh-CN' })
  await before(opened, url)
  const page = await opened.newPage()
  await page.goto(url + path)
  await run(page, url)
  await page.waitForTimeout(SETTLE_MS)
  const file = join('docs', 'pictures', `${name}-${colorScheme}.jpg`)
  writeFileSync(join(checkout, file), await page.screenshot({ type: 'jpeg', quality: QUALITY, scale: 'css' }))
  await opened.close()
  say(file)
}

await main()
