/** The harness itself: each recorder tells when it is provoked, and none by a page that behaves. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInBrowser, usePages, VIEWS, type Trouble, type View } from './browser.ts'
import { openSite, type Site } from './site.ts'

/** Serves pages that misbehave, by their path. */
async function serveBad(pages: Readonly<Record<string, { readonly html: string; readonly policy?: string }>>): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? '']
    response.writeHead(page ? 200 : 404, {
      'Content-Type': 'text/html; charset=utf-8',
      ...(page?.policy !== undefined && { 'Content-Security-Policy': page.policy }),
    })
    response.end(page && `<!doctype html><html lang="zh"><head><title>坏页</title><link rel="icon" href="data:,"></head><body>${page.html}</body></html>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const BAD = {
  '/console': { html: `<script>console.error('坏了'); console.warn('小心'); console.log('没事')</script>` },
  '/error': { html: `<script>setTimeout(() => { throw new TypeError('没有接住') })</script>` },
  '/inline': { html: `<script>document.title = '跑了'</script>`, policy: "script-src 'self'" },
  '/types': {
    html: `<div id="x"></div><script nonce="n">try { document.getElementById('x').innerHTML = '<b>x</b>' } catch {}</script>`,
    policy: "script-src 'nonce-n'; require-trusted-types-for 'script'",
  },
  '/foreign': { html: `<img src="https://elsewhere.example/pixel.gif" alt="">` },
  '/socket': { html: `<script>new WebSocket('wss://elsewhere.example/')</script>` },
  '/missing': { html: `<img src="/nothing.png" alt="">` },
  '/shift': { html: `<p id="p">字</p><script>setTimeout(() => { p.style.marginTop = '400px' }, 300)</script>` },
  '/low': { html: `<main><h1>题</h1><p style="color:#bbb;background:#fff">看不清的字</p><input></main>` },
  '/slow': {
    html: `<input id="box"><div class="words"></div><script>box.onkeydown = (e) => e.key === 'Enter' && setTimeout(() => document.querySelector('.words').append('答'), 200)</script>`,
  },
}

const NONE: Trouble = { console: [], errors: [], violations: [], foreign: [], failed: [] }

describeInBrowser('a page that misbehaves is told of', () => {
  const pages = usePages()
  let bad: { server: Server; url: string }
  beforeAll(async () => {
    bad = await serveBad(BAD)
  })
  afterAll(() => bad.server.close())

  test.each<[path: keyof typeof BAD, kind: keyof Trouble, lines: readonly RegExp[]]>([
    ['/console', 'console', [/^error: 坏了$/, /^warning: 小心$/]],
    ['/error', 'errors', [/TypeError: 没有接住/]],
    ['/inline', 'violations', [/^script-src-elem: inline /]],
    ['/types', 'violations', [/^require-trusted-types-for: trusted-types-sink Element innerHTML/]],
    ['/foreign', 'foreign', [/^GET https:\/\/elsewhere\.example\/pixel\.gif$/]],
    ['/socket', 'foreign', [/^WebSocket wss:\/\/elsewhere\.example\/$/]],
    ['/missing', 'failed', [/^GET http:\/\/127\.0\.0\.1:\d+\/nothing\.png: 404$/]],
  ])('%s: %s', async (path, kind, lines) => {
    const visit = await pages.open(bad.url + path)
    await expect.poll(() => visit.trouble[kind]).toHaveLength(lines.length)
    visit.trouble[kind].forEach((line, at) => expect(line).toMatch(lines[at]!))
    expect(() => visit.expectClean()).toThrow()
    visit.expectClean([...lines, /Failed to load resource|Content Security Policy|TrustedHTML/])
  })

  test('words that move are measured', async () => {
    const visit = await pages.open(`${bad.url}/shift`)
    await expect.poll(() => visit.layoutShift()).toBeGreaterThan(0.01)
    expect(visit.trouble).toEqual(NONE)
  })

  test('faults of accessibility are named with their element', async () => {
    const visit = await pages.open(`${bad.url}/low`)
    const faults = await visit.accessibilityFaults()
    expect(faults).toEqual([
      expect.stringMatching(/^color-contrast \(serious\): .*: p$/),
      expect.stringMatching(/^label \(critical\): .*: input$/),
    ])
  })

  test('the first words after Enter are timed', async () => {
    const visit = await pages.open(`${bad.url}/slow`)
    const milliseconds = await visit.askAndTime('问', { box: '#box', words: '.words' })
    expect(milliseconds).toBeGreaterThanOrEqual(195)
    expect(milliseconds).toBeLessThan(2_000)
  })
})

describeInBrowser('the asking page', () => {
  const pages = usePages()
  let site: Site
  beforeAll(async () => {
    site = await openSite()
  }, 120_000)
  afterAll(() => site?.close())

  test.each(Object.keys(VIEWS) as View[])('answers a question without trouble: %s', async (view) => {
    const { page, ...visit } = await pages.open(site.url, { view })
    await visit.askAndTime('未来五年全社会研发投入强度要超过多少？', { box: '#question', words: '.answer-words' })
    await expect.poll(() => page.locator('.answer').first().textContent()).toContain('全社会研发投入强度超过4%')
    visit.expectClean()
  })

  test.each(Object.keys(VIEWS) as View[])('nothing moves while an answer comes: %s', async (view) => {
    const { page, ...visit } = await pages.open(site.url, { view })
    // later than what a browser still takes for a consequence of the key
    await page.route('**/api/ask', async (route) => setTimeout(() => void route.continue(), 1_000))
    await page.locator('#question').fill('未来五年全社会研发投入强度要超过多少？')
    await page.locator('#question').press('Enter')
    await page.locator('.exchange').waitFor()
    await page.waitForTimeout(600)
    const before = await visit.layoutShift()
    await page.locator('.answer-foot').waitFor()
    await page.waitForTimeout(200)
    expect((await visit.layoutShift()) - before).toBe(0)
  })
})
