/**
 * Pages in a real browser: one Chromium for a file of tests, a context of its own for each test. What a page should not
 * do is written down while it is open; `expectClean` wants none of it.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { chromium as engine, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { findChromium } from '../../scripts/chromium.mjs'

const program = findChromium()
if (program === undefined) console.log('WITHOUT BROWSER: the pages are not tested here. Install Chromium or Chrome.')

/** `describe` for tests that open pages; left out where the machine has no browser. */
export const describeInBrowser = describe.skipIf(program === undefined)

/** This machine by a name that no browser trusts as its own: http to it is no secure context, as from another machine. */
export const ELSEWHERE = 'tiaowen.test'

export const VIEWS = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  dark: { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
} as const satisfies Record<string, BrowserContextOptions>
export type View = keyof typeof VIEWS

/** What went wrong on a page, each a line. */
export interface Trouble {
  /** Errors and warnings of the console. */
  readonly console: string[]
  /** Exceptions nobody caught. */
  readonly errors: string[]
  /** What the Content-Security-Policy, Trusted Types included, refused or would have. */
  readonly violations: string[]
  /** Requests to any origin but the page's own; none of them left the machine. */
  readonly foreign: string[]
  /** Requests that got no answer, and answers of 400 or more. */
  readonly failed: string[]
}

export interface Visit {
  readonly page: Page
  readonly trouble: Trouble
  /** Expects no trouble of any kind but lines that match `allowed`. */
  expectClean(allowed?: readonly RegExp[]): void
  /** Serious and critical faults that axe finds by WCAG 2.2 A and AA and its best practice, one line an element. */
  accessibilityFaults(): Promise<readonly string[]>
  /** Sum of layout shifts since the page opened that did not follow a key or click within half a second. */
  layoutShift(): Promise<number>
  /** Milliseconds from Enter in `box` until the first words of a new element that matches `words` are painted. */
  askAndTime(question: string, selectors: { readonly box: string; readonly words: string }): Promise<number>
}

export interface OpenOptions {
  readonly view?: View
  readonly context?: BrowserContextOptions
}

export interface Pages {
  /** Opens an address in a new context, closed when the test is over. */
  open(url: string, options?: OpenOptions): Promise<Visit>
}

/** To be called once in a `describeInBrowser`. */
export function usePages(): Pages {
  let browser: Browser
  beforeAll(async () => {
    browser = await engine.launch({ executablePath: program!, args: ['--lang=zh-CN', '--force-color-profile=srgb', `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`] })
  })
  afterAll(() => browser?.close())
  return {
    async open(url, { view = 'desktop', context: more = {} } = {}) {
      const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...VIEWS[view], ...more })
      onTestFinished(() => context.close())
      const trouble = await watch(context, new URL(url).origin)
      const page = await context.newPage()
      await page.goto(url)
      return visitOf(page, trouble)
    },
  }
}

type Kind = keyof Trouble

/** Writes down what happens in a context; a request to another origin ends there. */
async function watch(context: BrowserContext, origin: string): Promise<Trouble> {
  const trouble: Trouble = { console: [], errors: [], violations: [], foreign: [], failed: [] }
  const isOwn = (url: string) => /^(?:data|blob|about):/.test(url) || new URL(url).origin === origin
  await context.exposeBinding('__tell', (_, kind: Kind, line: string) => trouble[kind].push(line))
  await context.addInitScript({ path: 'test/web/inside.js' })
  await context.route(
    (url) => !isOwn(url.href),
    (route) => route.abort('blockedbyclient'),
  )
  await context.routeWebSocket(/./, (socket) => {
    trouble.foreign.push(`WebSocket ${socket.url()}`)
    void socket.close()
  })
  context.on('request', (request) => {
    if (!isOwn(request.url())) trouble.foreign.push(`${request.method()} ${request.url()}`)
  })
  context.on('requestfailed', (request) => {
    // given up by the page itself; Chromium says so too of a stream that was read to its end
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return
    if (isOwn(request.url())) trouble.failed.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText ?? ''}`)
  })
  context.on('response', (response) => {
    if (response.status() >= 400) trouble.failed.push(`${response.request().method()} ${response.url()}: ${response.status()}`)
  })
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.console.push(`${message.type()}: ${message.text()}`)
  })
  context.on('weberror', (error) => trouble.errors.push(String(error.error().stack ?? error.error())))
  return trouble
}

function visitOf(page: Page, trouble: Trouble): Visit {
  return {
    page,
    trouble,
    expectClean(allowed = []) {
      const left = (lines: readonly string[]) => lines.filter((line) => !allowed.some((pattern) => pattern.test(line)))
      const { console, errors, violations, foreign, failed } = trouble
      const lines = { console: left(console), errors: left(errors), violations: left(violations), foreign: left(foreign), failed: left(failed) }
      expect(lines).toEqual({ console: [], errors: [], violations: [], foreign: [], failed: [] })
    },
    accessibilityFaults: () => accessibilityFaults(page),
    layoutShift: () => page.evaluate<number>('window.__inside.shift'),
    async askAndTime(question, { box, words }) {
      await page.locator(box).fill(question)
      await page.evaluate(`window.__inside.timeFromEnter(${JSON.stringify(words)})`)
      await page.locator(box).press('Enter')
      return page.evaluate<number>('window.__inside.afterEnter')
    },
  }
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']

async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const options = { runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'] }
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, help, nodes }) => nodes.map(({ target }) => `${id} (${impact}): ${help}: ${target.join(' ')}`))
}
