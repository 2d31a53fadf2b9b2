/** The pages: the stored text unaltered, the cited words marked, and nothing a document says is ever markup. */
import { Parser } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/channels/http/app.ts'
import { readPage } from '../../../src/channels/http/pages/read-page.ts'
import { documentSummary } from '../../../src/channels/wire.ts'
import type { Document, DocumentId } from '../../../src/types.ts'
import { answered, COPY, DECISION, documentOf, PLAN, scripted, sha256, TITLE, type Script } from '../scripted.ts'

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
      (name === 'src' && !(tag === 'script' && /^\/assets\/\w+\.js$/.test(value))) ||
      (name === 'href' && !/^(?:\/(?!\/)|#)/.test(value)),
  )
  return [...inline, ...foreign, ...risky]
}

describe('the reading page', () => {
  const citation = answered({ question: '' }).citations[0]!

  test('marks the cited words and nothing else', async () => {
    const page = seen((await html(citation.url)).text)
    expect(page.marked).toEqual([citation.quote])
    expect(page.attributes).toContainEqual(['mark', 'id', 'q'])
  })

  test('shows every line of the text as it is stored', async () => {
    for (const document of [DECISION, COPY, PLAN]) {
      const page = seen((await html(`/read/${document.id}`)).text)
      const lines = document.text
        .split('\n')
        .map((line) => line.replace(/\r$/, ''))
        .filter((line) => line !== '')
      expect(page.lines.filter((line) => line !== '')).toEqual(lines)
      expect(page.marked).toEqual([])
    }
  })

  test('words that run over lines are marked on each of them, the first one named', async () => {
    const start = PLAN.text.indexOf('走在前列')
    const end = PLAN.text.indexOf('(6)') + 3
    const { text } = await html(`/read/d-003/${PLAN.textSha256.slice(0, 16)}/${start}-${end}`)
    expect(seen(text).marked.join('\n')).toBe(PLAN.text.slice(start, end))
    expect(text.match(/<mark id="q">/g)).toHaveLength(1)
  })

  test('a mark that begins with a line break still has a name', async () => {
    const start = PLAN.text.indexOf('\n')
    const { text } = await html(`/read/d-003/${PLAN.textSha256.slice(0, 16)}/${start}-${start + 4}`)
    expect(seen(text).marked).toEqual([PLAN.text.slice(start + 1, start + 4)])
    expect(text).toContain('<mark id="q">')
  })

  test('the outline leads to the clauses', async () => {
    const { text } = await html('/read/d-003')
    const { attributes } = seen(text)
    const targets = attributes.filter(([tag, name]) => tag === 'a' && name === 'id').map(([, , value]) => `#${value}`)
    const links = attributes
      .filter(([, name, value]) => name === 'href' && value.startsWith('#c-'))
      .map(([, , value]) => value)
    expect(links).toHaveLength(9)
    expect(targets).toEqual(links)
    expect(text).toContain('<b>二、(6)</b> 深化教育科技人才一体改革发展')
  })

  test('an old version says 已被替代 and leads to the current one', async () => {
    const old = '二、旧的一版\n(6)旧的说法。\n'
    const script = { older: [{ documentId: 'd-003', text: old }] }
    const { text } = await html(`/read/d-003/${sha256(old).slice(0, 16)}/0-2`, script)
    expect(text).toContain('已被替代')
    expect(text).toContain('<a href="/read/d-003">看现行文本</a>')
    expect(seen(text).marked).toEqual(['二、'])
    expect((await html(citation.url)).text).not.toContain('已被替代')
  })

  test('an inferred title is marked as inferred', async () => {
    expect((await html('/read/d-001')).text).toContain('推断')
    expect((await html('/read/d-000')).text).not.toContain('推断')
  })

  test.each([
    '/read/d-999',
    '/read/d-000/0000000000000000',
    '/read/d-000/..%2f..%2fetc',
    '/read/d-000/213ffd5c05c1071a/10-10',
    '/read/d-000/213ffd5c05c1071a/9-1',
    '/read/d-000/213ffd5c05c1071a/0-999999',
    '/read/d-000/213ffd5c05c1071a/-1-4',
    '/read/d-000/213ffd5c05c1071a/x',
  ])('%s is not found', async (address) => {
    const { status, text } = await html(address)
    expect(status).toBe(404)
    expect(text).toContain('没有这份文件，或没有它的这一版文本。')
  })
})

describe('the asking page', () => {
  test('lists the documents, and has a box', async () => {
    const { text } = await html('/')
    expect(text).toContain(`<a href="/read/d-000">${TITLE}</a>`)
    expect(text).toContain('<textarea id="question"')
    expect(text).toContain('3 份文件')
  })

  test('says so in keyword-only mode', async () => {
    expect((await html('/')).text).not.toContain('只按关键词检索')
    expect((await html('/', { status: { retrieval: 'keyword', embedder: null, vectors: null } })).text).toContain(
      '只按关键词检索',
    )
  })

  test('says so while there is no index', async () => {
    const { status, text } = await html('/', {
      status: { ready: false, building: { step: '向量', done: 3, total: 9 } },
    })
    expect(status).toBe(200)
    expect(text).toContain('索引尚未就绪')
    expect(text).toContain('向量 3/9')
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
    const page = seen((await html('/read/d-bad', { documents })).text)
    expect(
      page.lines
        .filter((line) => line !== '')
        .slice(-2)
        .join('\n'),
    ).toContain(payload)
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

test('where a page of the file begins, the reading page says so without a word between those of the text', () => {
  const version = { text: PLAN.text, textSha256: PLAN.textSha256, superseded: false }
  const options = { document: documentSummary(PLAN), version, outline: [] }
  const [without, paged] = [seen(String(readPage(options))), seen(String(readPage({ ...options, pages: [0, 10, 700] })))]
  expect(paged.lines).toEqual(without.lines)
  expect(paged.attributes.filter(([, name]) => name === 'data-page').map(([, , value]) => value)).toEqual(['第1页', '第2页', '第3页'])
  expect(without.attributes.filter(([, name]) => name === 'data-page')).toEqual([])
})
