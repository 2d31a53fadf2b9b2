/** The pages as the server hands them out: what is found, and nothing a document says is ever markup. */
import { Parser } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/channels/http/app.ts'
import type { Document, DocumentId } from '../../../src/types.ts'
import { answered, documentOf, scripted, type Script } from '../scripted.ts'

const appWith = (script: Script = {}) => createApp(scripted(script), { version: '0.1.0' })
const html = async (address: string, script: Script = {}) => {
  const response = await appWith(script).request(address, { headers: { Accept: 'text/html' } })
  return { status: response.status, text: await response.text() }
}

interface Seen {
  /** Words inside <main>, a line for every paragraph. */
  readonly lines: readonly string[]
  readonly marked: readonly string[]
  readonly tags: ReadonlySet<string>
  readonly scripts: number
  readonly attributes: readonly (readonly [tag: string, name: string, value: string])[]
}

/** The page as a browser would read it. */
function seen(page: string): Seen {
  const lines: string[] = []
  const marked: string[] = []
  const tags = new Set<string>()
  const attributes: [string, string, string][] = []
  const open: string[] = []
  let scripts = 0
  const parser = new Parser({
    onopentag(name, found) {
      open.push(name)
      tags.add(name)
      if (name === 'script') scripts++
      attributes.push(...Object.entries(found).map(([key, value]): [string, string, string] => [name, key, value]))
      if (name === 'p') lines.push('')
      if (name === 'mark') marked.push('')
    },
    ontext(words) {
      if (open.includes('main') && open.includes('p')) lines.push((lines.pop() ?? '') + words)
      if (open.includes('mark')) marked.push((marked.pop() ?? '') + words)
    },
    onclosetag() {
      open.pop()
    },
  })
  parser.end(page)
  return { lines, marked, tags, scripts, attributes }
}

/** Whatever could run or load: anything beside our own files under /assets. */
function active({ tags, attributes, scripts }: Seen): unknown[] {
  const own = attributes.filter(([tag, name]) => tag === 'script' && name === 'src').length
  const inline = scripts > own ? ['an inline script'] : []
  const foreign = [...tags].filter((tag) =>
    ['img', 'iframe', 'svg', 'object', 'embed', 'base', 'video', 'math', 'style', 'template', 'x'].includes(tag),
  )
  const risky = attributes.filter(
    ([tag, name, value]) =>
      name.startsWith('on') ||
      ['style', 'srcdoc', 'formaction', 'background', 'action'].includes(name) ||
      (name === 'src' && !(tag === 'script' && /^\/assets\/[\w-]+\.js$/.test(value))) ||
      (name === 'href' && !/^(?:\/(?!\/)|#)/.test(value)),
  )
  return [...inline, ...foreign, ...risky]
}

describe('the page that draws itself', () => {
  const { url } = answered({ question: '' }).citations[0]!

  test.each(['/', '/c/018f3f6e-0000-7000-8000-000000000000', '/documents', '/check', '/lookup', '/read/d-003', url])('%s is it', async (address) => {
    const { status, text } = await html(address)
    expect(status).toBe(200)
    expect(text).toContain('<div id="root">')
    expect(active(seen(text))).toEqual([])
  })

  test.each([
    '/read/d-999',
    '/read/d-000/0000000000000000',
    '/read/d-000/213ffd5c05c1071a/10-10',
    '/read/d-000/213ffd5c05c1071a/9-1',
    '/read/d-000/213ffd5c05c1071a/0-999999',
    '/read/d-000/213ffd5c05c1071a/-1-4',
    '/read/d-000/213ffd5c05c1071a/x',
  ])('%s is not found, and the page says so itself', async (address) => {
    const { status, text } = await html(address)
    expect(status).toBe(404)
    expect(text).toContain('<div id="root">')
  })

  test('its files are handed out compressed, for ever, and by no other name', async () => {
    const script = /\/assets\/index-[\w-]+\.js/.exec((await html('/')).text)![0]
    const response = await appWith().request(script, { headers: { 'Accept-Encoding': 'gzip, br' } })
    expect(response.headers.get('Content-Encoding')).toBe('br')
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('Content-Type')).toMatch(/^text\/javascript/)
    for (const name of ['/assets/../built-from.json', '/assets/%2e%2e/built-from.json', '/assets/', '/assets/none.js'])
      expect((await appWith().request(name)).status).toBe(404)
  })
})

describe('whatever a document says, it is words', () => {
  const PAYLOADS = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '<svg/onload=alert(1)>',
    '</main></body><iframe srcdoc="<script>alert(1)</script>">',
    '</title><script>alert(1)</script>',
    '<a href="javascript:alert(1)">x</a>',
    '<base href="//example.org/">',
    '<style>@import "//example.org/x.css"</style>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<!--><x onclick=alert(1)>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=alert(1)>">',
    '`${alert(1)}`{{constructor.constructor("alert(1)")()}}',
    '<x onclick=alert(1)\u0000>',
    '＜script＞alert(1)＜/script＞\u202e<script>',
  ]

  const poisoned = (payload: string): Document =>
    documentOf({
      id: 'd-bad',
      source: `${payload}.txt`,
      text: `一、${payload}\n（一）${payload}。${payload}\n`,
      header: {
        title: { value: payload, from: 'operator' },
        issuer: { value: payload, from: 'text' },
        documentNumber: { value: payload, from: 'text' },
        published: { value: payload, from: 'text' },
      },
    })

  test.each(PAYLOADS)('%s', async (payload) => {
    const documents = [poisoned(payload)]
    const sha = documents[0]!.textSha256.slice(0, 16)
    for (const address of [
      '/',
      '/read/d-bad',
      `/read/d-bad/${sha}/1-9`,
      `/read/${encodeURIComponent(payload)}`,
      `/${encodeURIComponent(payload)}`,
    ]) {
      const { text } = await html(address, { documents })
      expect(active(seen(text)), address).toEqual([])
    }
  })

  test.each(PAYLOADS)('as a failed reference, in JSON only: %s', async (payload) => {
    const response = await appWith().request(
      `/api/cite?ref=${encodeURIComponent(payload)}&x=${encodeURIComponent(payload)}`,
    )
    expect(response.headers.get('Content-Type')).toMatch(/^application\/problem\+json/)
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  })

  test('an id is never put into an address unescaped', async () => {
    const id = 'd"><script>' as DocumentId
    const documents = [documentOf({ id, source: 'a.txt', text: '一、正文。\n' })]
    expect(active(seen((await html('/', { documents })).text))).toEqual([])
  })
})
