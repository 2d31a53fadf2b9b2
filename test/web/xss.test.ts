/** Whatever a document, a file, a person or an error says is words on the page: none of the payloads runs anywhere. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Page } from 'playwright-core'
import { chineseNumeral } from '../../src/clauses/numerals.ts'
import { describeInBrowser, usePages, type Visit } from './browser.ts'
import { PAYLOADS } from './payloads.ts'
import { openSite, type Site } from './site.ts'
import { ask, BOX, lastOf } from './steps.ts'

const TITLED = 120
/** Where each takes a step of a browser or a question: every fourth, and all of them under TIAOWEN_LONG=1. */
const STEPPED = process.env['TIAOWEN_LONG'] === '1' ? PAYLOADS : PAYLOADS.filter((_, at) => at % 4 === 0)

/** Of the payload on a line of its own; a file name and a line hold no line end, a file name no slash either. */
const onALine = (text: string) => text.toWellFormed().replace(/[\r\n\0]/g, ' ')
const NAMED = PAYLOADS.filter(({ text }) => !text.includes('/') && Buffer.byteLength(onALine(text)) < 200).slice(0, TITLED)

/** A law whose article n is the n-th payload, and many small files by the names and titles of payloads. */
function poison(home: string): void {
  const folder = join(home, 'seeds')
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
  const articles = PAYLOADS.map(({ text, id }) => `第${chineseNumeral(id)}条　甲乙丙丁${id}：${onALine(text)}。`)
  writeFileSync(join(folder, '毒条例.txt'), `毒条例\n${articles.join('\n')}\n`)
  const statements = ['documents:']
  PAYLOADS.slice(0, TITLED).forEach(({ text, id }, at) => {
    const name = `${NAMED[at] ? onALine(NAMED[at].text).replace(/^[.~]/, '·') : ''} ${id}.txt`
    writeFileSync(join(folder, name), `第一条　这是第${id}份文件。\n`)
    const words = JSON.stringify(onALine(text))
    statements.push(`  ${JSON.stringify(name.normalize('NFC'))}:`, `    title: ${words}`, `    issuer: ${words}`, `    documentNumber: ${words}`, `    shortNames: [${words}]`)
  })
  writeFileSync(join(folder, 'documents.yaml'), `${statements.join('\n')}\n`)
}

/** What a browser says of an answer with one of these: never the line of a payload that ran. */
const refused = (...statuses: readonly number[]): RegExp[] =>
  statuses.flatMap((status) => [new RegExp(`^error: Failed to load resource: the server responded with a status of ${status} `), new RegExp(`^[A-Z]+ http\\S+: ${status}$`)])

describeInBrowser('payloads in every place', () => {
  const pages = usePages()
  let site: Site
  beforeAll(async () => {
    site = await openSite({ env: { TIAOWEN_MODEL_DIR: 'off' }, prepare: poison })
    // it answers from the seeds until the poisoned files are indexed
    const served = async () => ((await (await fetch(`${site.url}/readyz`)).json()) as { index: { documents: number } }).index.documents
    await vi.waitUntil(async () => (await served()) === TITLED + 1, { timeout: 30_000 })
  })
  afterAll(() => site.close())

  /** A page that writes down what runs in it. */
  async function open(path: string): Promise<Visit> {
    const visit = await pages.open(`${site.url}/docs`)
    await visit.page.context().addInitScript("Object.defineProperty(window, '__xss', { set: (id) => window.__tell('errors', `payload ${id} ran`) })")
    await visit.page.goto(site.url + path)
    return visit
  }

  async function documents(page: Page): Promise<{ id: string; title: string; source: string }[]> {
    return ((await (await page.request.get(`${site.url}/api/documents`)).json()) as { documents: { id: string; title: string; source: string }[] }).documents
  }

  test('in the words of a document: all of them on the reading page, as they are', async () => {
    const { page, expectClean } = await open('/')
    const law = (await documents(page)).find(({ title }) => title === '毒条例')!
    await page.goto(`${site.url}/read/${law.id}`)
    await page.locator('.reader .text-block').first().waitFor()
    for (let at = 0; at < 40; at++) {
      await page.mouse.move(700, 600)
      await page.mouse.wheel(0, 2_000)
    }
    const words = (await page.locator('.reader').textContent()) ?? ''
    const missing = PAYLOADS.filter(({ text }) => !words.includes(onALine(text).trim().slice(0, 60)))
    expect(missing.map(({ id }) => id)).toEqual([])
    expectClean()
  })

  test('in file names, titles, issuers, numbers: the table, the picker, the reader, what is removed', { timeout: 240_000 }, async () => {
    const { page, expectClean } = await open('/documents')
    await page.locator('tbody a').first().waitFor()
    const more = page.getByRole('button', { name: /^再显示/ })
    while ((await more.count()) > 0) await more.first().click()
    expect(await page.locator('tbody tr').count()).toBeGreaterThanOrEqual(TITLED)
    const all = await documents(page)
    for (const { id } of all.slice(0, 12)) {
      await page.goto(`${site.url}/documents?read=${id}`)
      await page.locator('.reader .text-block').first().waitFor()
    }
    await page.goto(site.url)
    await page.locator(BOX).pressSequentially('@')
    await page.getByRole('option').first().waitFor()
    for (const { id } of all.slice(0, 5)) await page.request.delete(`${site.url}/api/documents/${id}`)
    await page.goto(`${site.url}/documents`)
    await page.locator('tbody tr').first().waitFor()
    expectClean()
  })

  test('in questions, answers and citations: a conversation of all of them', { timeout: 240_000 }, async () => {
    const { page, expectClean } = await open('/')
    const conversationId = crypto.randomUUID()
    const asked = STEPPED.flatMap(({ text, id }) => [text, `《毒条例》第${chineseNumeral(id)}条`])
    for (const question of asked) {
      const data = { question: question.trim() === '' ? '空' : question, conversationId, exchangeId: crypto.randomUUID() }
      expect((await page.request.post(`${site.url}/api/ask`, { data })).status()).toBe(200)
    }
    await page.goto(`${site.url}/c/${conversationId}`)
    await expect.poll(() => page.locator('.exchange').count(), { timeout: 30_000 }).toBe(asked.length)
    const shown = (await page.locator('.answer-words .quotation').allTextContents()).join('\n')
    expect(STEPPED.filter(({ text }) => !shown.includes(onALine(text).trim().slice(0, 40))).map(({ id }) => id)).toEqual([])
    const chips = page.locator('.answer-words a.chip')
    for (let at = 0; at < 20; at++) {
      await chips.nth(Math.floor((at * STEPPED.length) / 24)).focus()
      await page.keyboard.press('Shift')
    }
    await page.locator('.reader').waitFor({ state: 'detached' })
    await page.goto(`${site.url}/?q=${encodeURIComponent(PAYLOADS[0]!.text)}`)
    await lastOf(page).locator('.answer-foot').waitFor()
    expectClean(refused(414, 400))
  })

  test('in the title of a conversation, its search, and the address of a page', { timeout: 240_000 }, async () => {
    const { page, expectClean } = await open('/')
    const exchange = await ask(page, '《毒条例》第一条')
    expect(await exchange.locator('.answer').getAttribute('class')).toContain('answered')
    const id = /\/c\/([0-9a-f-]+)/.exec(page.url())![1]
    for (const { text } of STEPPED.filter(({ text }) => text.trim() !== '' && text.length <= 200)) {
      await page.request.patch(`${site.url}/api/conversations/${id}`, { data: { title: text } })
    }
    for (const { text } of STEPPED.slice(0, 60)) {
      await page.request.patch(`${site.url}/api/conversations/${id}`, { data: { title: text.slice(0, 200) || '空' } })
      await page.getByRole('searchbox', { name: '搜索对话' }).fill(text.slice(0, 100))
    }
    for (const { text } of STEPPED.filter((_, at) => at % 8 === 0)) {
      await page.goto(`${site.url}/c/${encodeURIComponent(text)}`)
      await page.goto(`${site.url}/documents?sort=${encodeURIComponent(text)}&read=${encodeURIComponent(text)}&at=${encodeURIComponent(text)}`)
      await page.locator('tbody a').first().waitFor()
      await page.goto(`${site.url}/documents?q=${encodeURIComponent(text)}`)
      await page.getByRole('searchbox').last().waitFor()
    }
    expectClean(refused(400, 404))
  })

  test('in errors: of asking, of the library, of the server itself', { timeout: 240_000 }, async () => {
    const { page, expectClean } = await open('/')
    let at = 0
    await page.route('**/api/ask', (route) => {
      const { text } = STEPPED[at]!
      const body = { type: text, title: text, status: 400, code: text, detail: text, instance: text }
      return route.fulfill({ status: 400, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': text.replace(/[^\x20-\x7e]/g, '') }, body: JSON.stringify(body) })
    })
    await page.locator(BOX).fill('目标？')
    await page.locator(BOX).press('Enter')
    for (at = 0; at < STEPPED.length; at++) {
      await lastOf(page).getByRole('button', { name: '重试' }).click()
      const words = STEPPED[at]!.text.trim().slice(0, 30)
      await expect.poll(() => lastOf(page).getByRole('alert').textContent(), { message: words }).toContain(words)
      if (at === STEPPED.length - 1) break
    }
    await page.unroute('**/api/ask')
    for (const pattern of ['**/api/documents', '**/api/library', '**/readyz', '**/api/conversations?*']) {
      await page.route(pattern, (route) => route.fulfill({ status: 400, json: { status: 400, code: 'x', title: PAYLOADS[3]!.text, detail: PAYLOADS[4]!.text } }))
    }
    await page.goto(`${site.url}/documents`)
    await page.waitForTimeout(500)
    expectClean(refused(400))
  })

  test('in a draft that is checked, in its card, and in a look-up', async () => {
    const { page, expectClean } = await open('/check')
    const draft = PAYLOADS.map(({ text, id }) => `《毒条例》第${chineseNumeral(id)}条规定“甲乙丙丁${id}：${onALine(text)}”，“甲乙丙丁9${id}：${onALine(text)}不得有误”。`).join('\n')
    await page.locator(BOX).fill(draft)
    await page.getByRole('button', { name: '开始核对' }).click()
    await page.locator('.check-result').waitFor({ timeout: 60_000 })
    expect(await page.locator('.draft-text').textContent()).toContain(onALine(PAYLOADS[0]!.text))
    for (let at = 0; at < 40; at++) await page.keyboard.press('j')
    await page.locator('.found-card').waitFor()
    for (const { text } of STEPPED.slice(0, 20)) {
      await page.goto(`${site.url}/lookup?ref=${encodeURIComponent(onALine(text).slice(0, 400))}`)
      await page.locator('.lookup-result > *').first().waitFor()
    }
    await page.goto(`${site.url}/lookup?ref=${encodeURIComponent('《毒条例》第一条至第三十条')}`)
    await page.locator('.clause').nth(20).waitFor()
    expectClean()
  })
})
