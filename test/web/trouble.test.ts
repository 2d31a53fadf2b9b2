/** What goes wrong on the way, and the way on: nothing a person typed is lost. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page, Route } from 'playwright-core'
import { describeInBrowser, ELSEWHERE, usePages } from './browser.ts'
import { openSite, type Site } from './site.ts'
import { ask, BOX, conversationOf, lastOf } from './steps.ts'

const RESEARCH = '未来五年全社会研发投入强度要超过多少？'
const QUOTE = '全社会研发投入强度超过4%'

const problem = (status: number, code: string, detail: string, headers: Record<string, string> = {}) => (route: Route) =>
  route.fulfill({
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: JSON.stringify({ type: `/docs#${code}`, title: code, status, code, detail, instance: '/api/ask' }),
  })

/** Types a question and asks; whatever becomes of it. */
async function put(page: Page, question = RESEARCH): Promise<void> {
  await page.locator(BOX).fill(question)
  await page.locator(BOX).press('Enter')
}

const answered = async (page: Page) => {
  await lastOf(page).locator('.answer-foot').waitFor()
  expect(await lastOf(page).locator('.quotation').textContent()).toBe(QUOTE)
}

describeInBrowser('trouble', () => {
  const pages = usePages()
  let site: Site
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.close())

  test('a server that is killed while it is asked: the page says so, and asks again when it is back', async () => {
    const { page } = await pages.open(site.url)
    await page.locator('.suggestions button').first().waitFor()
    await site.down()
    await put(page)
    await page.getByText('连接中断，正在重新连接；问题没有丢失。').waitFor()
    await site.up()
    await answered(page)
    expect((await conversationOf(page)).exchanges.map(({ question }) => question)).toEqual([RESEARCH])
  })

  test('an answer that is cut off is asked for again, and stands once', async () => {
    const { page } = await pages.open(site.url)
    const half = 'event: passages\ndata: []\n\nevent: segment\ndata: {"kind":"quotation","text":"全社会研发","citations":[1]}\n\n'
    await page.route('**/api/ask', (route) => route.fulfill({ contentType: 'text/event-stream', body: half }), { times: 1 })
    await put(page)
    await answered(page)
    expect(await page.locator('.exchange').count()).toBe(1)
  })

  test('a conversation survives a restart of the server and a reload, citations included', async () => {
    const { page } = await pages.open(site.url)
    await ask(page, RESEARCH)
    await site.down()
    await site.up()
    await page.reload()
    await answered(page)
    await lastOf(page).locator('.answer-words a.chip').first().click()
    await expect.poll(() => page.locator('.reader mark.cited').allTextContents()).toEqual([QUOTE])
  })

  test.each([
    ['429', problem(429, 'rate-limited', '提问太频繁，请稍候再问。', { 'Retry-After': '7' }), '提问太频繁，请稍候再问。（7 秒后可重试）'],
    ['413', problem(413, 'body-too-large', '请求超过 64 KiB。'), '请求超过 64 KiB。'],
    ['500', problem(500, 'internal', '服务端出错，已记入日志。请稍后再试。'), '服务端出错，已记入日志。请稍后再试。'],
    ["a proxy's own 413", (route: Route) => route.fulfill({ status: 413, contentType: 'text/html', body: '<html>Too Large</html>' }), '内容太大，服务器不接受。请缩短后重试。'],
  ])('%s: a plain sentence, the question kept, and a button that asks again', async (_, answer, sentence) => {
    const { page } = await pages.open(site.url)
    await page.route('**/api/ask', answer, { times: 1 })
    await put(page)
    expect(await lastOf(page).getByRole('alert').textContent()).toContain(sentence)
    expect(await lastOf(page).locator('.asked').textContent()).toBe(RESEARCH)
    await page.getByRole('button', { name: '重试' }).click()
    await answered(page)
    expect(await page.locator('.exchange').count()).toBe(1)
  })

  test('a question that failed stays on the page when its window is looked at again', async () => {
    const { page } = await pages.open(site.url)
    await ask(page, RESEARCH)
    await page.route('**/api/ask', problem(429, 'rate-limited', '提问太频繁，请稍候再问。'), { times: 1 })
    await put(page, '未来五年全市生产总值力争达到多少？')
    await lastOf(page).getByRole('alert').waitFor()
    const refetched = page.waitForResponse(/\/api\/conversations\/[0-9a-f-]{36}$/)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    await (await refetched).finished()
    await page.waitForTimeout(200)
    expect(await page.locator('.exchange .asked').allTextContents()).toEqual([RESEARCH, '未来五年全市生产总值力争达到多少？'])
    await page.getByRole('button', { name: '重试' }).click()
    await lastOf(page).locator('.answer-foot').waitFor()
    expect((await conversationOf(page)).exchanges).toHaveLength(2)
  })

  test('a search cluster that is away: the page says so, and the question is answered once it is back', async () => {
    const { page } = await pages.open(site.url)
    await page.locator('.suggestions button').first().waitFor()
    let isAway = true
    const refuse = problem(503, 'search-unavailable', '检索集群没有应答。')
    await page.route('**/api/ask', (route) => (isAway ? refuse(route) : route.continue()))
    await page.route('**/readyz', async (route) => {
      const response = await route.fetch()
      const ready = (await response.json()) as object
      const reason = '检索集群没有应答 the search cluster does not answer'
      await (isAway ? route.fulfill({ status: 503, json: { ...ready, ready: false, fallbacks: [{ from: 'search', reason }] } }) : route.fulfill({ response }))
    })
    await put(page)
    await page.getByText('暂时不能回答，恢复后自动作答；问题没有丢失。').waitFor()
    await page.reload()
    const banner = page.locator('.banner.condition')
    await expect.poll(() => banner.innerText()).toMatch(/^暂时不能检索，因而不能回答；文件和引文照常打开。\s+检索集群没有应答$/)
    await put(page)
    isAway = false
    await answered(page)
  })

  test('offline, and online again', async () => {
    const { page } = await pages.open(site.url)
    await page.locator('.suggestions button').first().waitFor()
    await page.context().setOffline(true)
    await put(page)
    await page.getByText('连接中断，正在重新连接；问题没有丢失。').waitFor()
    await page.context().setOffline(false)
    await answered(page)
  })

  test('stopped, and asked again', async () => {
    const { page } = await pages.open(site.url)
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    await page.route('**/api/ask', async (route) => {
      await held
      await route.continue().catch(() => {})
    }, { times: 1 })
    await put(page)
    await page.getByRole('button', { name: '停止' }).click()
    expect(await lastOf(page).getByRole('alert').textContent()).toContain('已停止。')
    release()
    await page.getByRole('button', { name: '重试' }).click()
    await answered(page)
  })

  test('a question that was never answered can be asked again after a reload', async () => {
    const { page } = await pages.open(site.url)
    const first = { conversationId: crypto.randomUUID(), exchangeId: crypto.randomUUID() }
    const stopped = await page.request.post(`${site.url}/api/ask`, { data: { question: RESEARCH, ...first } })
    expect(stopped.status()).toBe(200)
    const { exchangeId } = first
    const stored = (await (await page.request.get(`${site.url}/api/conversations/${first.conversationId}`)).json()) as { exchanges: { answer?: unknown }[] }
    const unanswered = { ...stored, exchanges: stored.exchanges.map(({ answer: _, ...rest }) => rest) }
    await page.route(`**/api/conversations/${first.conversationId}`, (route) => route.fulfill({ json: unanswered }), { times: 1 })
    await page.goto(`${site.url}/c/${first.conversationId}`)
    expect(await page.locator(`[id="x-${exchangeId}"]`).getByRole('alert').textContent()).toContain('这个问题还没有回答完。')
    await page.getByRole('button', { name: '重试' }).click()
    await answered(page)
  })

  test('a question of 2,001 characters is told before it is sent', async () => {
    const { page } = await pages.open(site.url)
    await page.locator(BOX).fill('问'.repeat(2_001))
    await page.getByText('问题最多 2000 个字，请缩短。').waitFor()
    expect(await page.getByRole('button', { name: '提问' }).isDisabled()).toBe(true)
    await page.locator(BOX).press('Enter')
    expect(await page.locator('.exchange').count()).toBe(0)
    await page.locator(BOX).fill('问'.repeat(1_990))
    await page.getByText('还可以写 10 个字').waitFor()
  })
})

describeInBrowser('less than the best', () => {
  const pages = usePages()

  test('without a model a banner says so, and so does every answer', async () => {
    const site = await openSite({ env: { TIAOWEN_MODEL_DIR: 'off' } })
    try {
      const { page, expectClean } = await pages.open(site.url)
      await page.getByText('当前只按关键词检索，换一种说法提问可能找不到。').waitFor()
      const exchange = await ask(page, RESEARCH)
      expect(await exchange.locator('.note').allTextContents()).toEqual([expect.stringMatching(/^仅按关键词检索/)])
      expectClean()
    } finally {
      await site.close()
    }
  })

  test('from another machine over http, with a key: asked, copied, kept', async () => {
    const key = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
    const site = await openSite({ env: { TIAOWEN_API_KEY: key, TIAOWEN_MODEL_DIR: 'off' } })
    try {
      const { page, trouble } = await pages.open(site.url.replace('127.0.0.1', ELSEWHERE), {})
      await page.getByLabel('API 密钥').fill(key)
      await page.getByRole('button', { name: '登录', exact: true }).click()
      expect(await page.evaluate<boolean>('isSecureContext')).toBe(false)
      const exchange = await ask(page, RESEARCH)
      await exchange.getByRole('button', { name: '复制回答' }).click()
      await page.getByRole('menuitem', { name: '复制为文字' }).click()
      await page.getByText('已复制', { exact: true }).waitFor()
      await page.reload()
      await answered(page)
      expect({ ...trouble, console: trouble.console.filter((line) => !/Cross-Origin-Opener-Policy/.test(line)), failed: [] }).toEqual({ console: [], errors: [], violations: [], foreign: [], failed: [] })
    } finally {
      await site.close()
    }
  })

  describe('an empty library', () => {
    test('says what to do first, and leads there', async () => {
      const site = await openSite({ env: { TIAOWEN_FOLDERS: '', TIAOWEN_SEEDS: 'off' } })
      try {
        const { page, expectClean, accessibilityFaults } = await pages.open(site.url)
        await page.getByRole('heading', { name: '还没有文件' }).waitFor()
        expect(await accessibilityFaults()).toEqual([])
        await page.getByRole('link', { name: '添加文件' }).click()
        await expect.poll(() => page.url()).toBe(`${site.url}/documents`)
        await page.getByRole('button', { name: /上传|选择/ }).first().waitFor()
        expect(await accessibilityFaults()).toEqual([])
        expectClean()
      } finally {
        await site.close()
      }
    })
  })
})
