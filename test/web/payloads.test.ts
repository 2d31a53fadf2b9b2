/** The payloads are many and different, and would run where a page is careless: a page that stops them has stopped something. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeInBrowser, usePages } from './browser.ts'
import { PAYLOADS, type Sink } from './payloads.ts'

describe('the payloads', () => {
  test('are at least 300, no two alike, each with a number of its own', () => {
    expect(PAYLOADS.length).toBeGreaterThanOrEqual(300)
    expect(new Set(PAYLOADS.map(({ text }) => text)).size).toBe(PAYLOADS.length)
    expect(new Set(PAYLOADS.map(({ text, id }) => text.replaceAll(String(id), '#'))).size).toBe(PAYLOADS.length)
    expect(PAYLOADS.map(({ id }) => id)).toEqual(PAYLOADS.map((_, at) => at + 1))
  })

  test('fit into a question', () => {
    expect(PAYLOADS.filter(({ text }) => text.length > 2_000)).toEqual([])
  })
})

/**
 * A page that puts texts where their sink says, each into a frame of its own, does to every element what a hand could
 * do, and says which ids ran.
 */
const CARELESS = `<!doctype html><html lang="zh"><head><title>粗心的页</title><link rel="icon" href="data:,"></head><body><script>
const ran = new Set()
Object.defineProperty(window, '__xss', { set: (id) => ran.add(id) })
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const WRITTEN = {
  document: (text) => text,
  'double-quoted': (text) => '<input value="' + text + '">',
  'single-quoted': (text) => "<input value='" + text + "'>",
  unquoted: (text) => '<input value=' + text + '>',
  address: (text) => '<a href="' + text + '">字</a>',
  'script-string': (text) => "<script>let words = '" + text + "'</scr" + 'ipt>',
  json: (text) => '<script>let answer = {"quote":"' + text + '"}</scr' + 'ipt>',
  style: (text) => '<style>.a{color:' + text + '}</style>',
}
function put({ sink, text }) {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const page = frame.contentDocument
  const write = WRITTEN[sink]
  if (write) {
    page.open()
    page.write('<!doctype html><body>' + write(text))
    page.close()
  } else page.body.innerHTML = text
  if (sink === 'twice') page.body.innerHTML = page.body.innerHTML
  return frame
}
const HANDS = ['mouseover', 'mouseenter', 'pointerdown', 'pointerover', 'wheel', 'auxclick', 'dblclick', 'keydown', 'copy',
  'paste', 'drop', 'dragstart', 'contextmenu', 'scrollend', 'touchstart']
function handle(frame) {
  for (const element of frame.contentDocument?.querySelectorAll('*') ?? []) {
    if (element.matches('[onfocus]')) element.focus()
    for (const name of HANDS) element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }))
    if (element.click) element.click()
    else element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  }
}
/** Until what was asked for before has come, and then until nothing more happens. */
async function quiet() {
  await new Promise((resolve) => Object.assign(new Image(), { onerror: resolve, src: '/last?' + performance.now() }))
  for (let before = -1; before !== ran.size; ) {
    before = ran.size
    await pause(400)
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  }
}
async function runAll(payloads) {
  ran.clear()
  const frames = payloads.map(put)
  await quiet()
  for (const frame of frames) handle(frame)
  await quiet()
  for (const frame of frames) frame.remove()
  return [...ran]
}
</script></body></html>`

const BATCH = 60

describeInBrowser('on a careless page', () => {
  const pages = usePages()
  let server: Server
  let ran: ReadonlySet<number>

  beforeAll(async () => {
    server = createServer(({ url }, response) => {
      response.writeHead(url === '/' ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' })
      response.end(url === '/' ? CARELESS : '')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => server?.close())

  const shareOf = (sink?: Sink) => {
    const meant = PAYLOADS.filter((payload) => payload.sink !== 'none' && (sink === undefined || payload.sink === sink))
    return meant.filter(({ id }) => ran.has(id)).length / meant.length
  }

  test('four of five of those that a browser can run do run', async () => {
    const { page } = await pages.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const found: number[] = []
    for (let at = 0; at < PAYLOADS.length; at += BATCH) {
      found.push(...(await page.evaluate<number[]>(`runAll(${JSON.stringify(PAYLOADS.slice(at, at + BATCH))})`)))
    }
    ran = new Set(found)
    expect(shareOf()).toBeGreaterThanOrEqual(0.8)
  })

  test.each<Sink>(['markup', 'document', 'double-quoted', 'single-quoted', 'unquoted', 'address', 'script-string', 'json', 'style', 'twice'])(
    'half or more of those for the place %s',
    (sink) => {
      expect(shareOf(sink)).toBeGreaterThanOrEqual(0.5)
    },
  )
})
