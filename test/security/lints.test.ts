/**
 * What nothing in the program does, whoever adds to it: reach the network outside a few files, build SQL of values, make
 * HTML or code of words, or take its secrets from a weak chance; and the versions below which a dependency has a hole.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const paths = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => /\.(?:ts|tsx|html)$/.test(path))
/** Without comments: what a file does, not what it tells. */
const code = new Map(
  paths.map((path) => [path, readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')]),
)
const filesWith = (pattern: RegExp, under = 'src/') =>
  [...code].filter(([path, text]) => path.startsWith(under) && pattern.test(text)).map(([path]) => path).sort()

describe('the way out', () => {
  /** Each goes to an address of the configuration, or to one that is compared with it; none to one a document names. */
  const CALLS: Readonly<Record<string, string>> = {
    'src/channels/dingtalk/post.ts': 'DingTalk; addresses that come with a message pass session-webhook.ts',
    'src/channels/slack/web-api.ts': 'Slack; addresses that come with a message pass response-url.ts',
    'src/channels/web/api/client.ts': 'the page, from its own server',
    'src/channels/web/api/queries.ts': 'the page, from its own server',
    'src/channels/web/documents/send-file.ts': 'the page, to its own server',
    'src/embedding/fetch-model.ts': 'declares a method of that name; it calls hub-model.ts and Maven',
    'src/embedding/hub-model.ts': 'the model at set-up, from the configured hub',
    'src/langchain/endpoint-fetch.ts': 'the language model, from its configured address alone, without redirects',
    'src/weaviate/connection.ts': 'the search cluster, at its configured addresses alone, without redirects',
  }
  test('a request is made by these files alone', () => {
    expect(filesWith(/(?<![.\w])fetch\(|(?<![\w.])(?:https?|http2)\.(?:request|get|connect)\(|new XMLHttpRequest|new EventSource\(|sendBeacon\(/)).toEqual(
      Object.keys(CALLS).sort(),
    )
  })

  /** Modules that open connections, and who may have them; types and servers cannot call out. */
  const MODULES: Readonly<Record<string, string>> = {
    'src/channels/dingtalk/stream.ts': 'ws: the gateway that DingTalk names, under dingtalk.com and over wss only',
    'src/channels/slack/socket.ts': '@slack/socket-mode: the address Slack gives for a signed token',
    'src/channels/slack/web-api.ts': '@slack/web-api, handed our own fetch without redirects',
    'src/channels/http/oidc.ts': 'openid-client: the configured issuer',
    'src/state/postgres-session.ts': 'pg: the database that DATABASE_URL names',
    'src/state/postgres-locks.ts': 'pg: the same',
    'src/state/carry.ts': 'pg: the same',
    'src/state/postgres-relay.ts': 'pg: the same',
    'src/embedding/maven-model.ts': 'the model at set-up, from the configured repository',
    'src/langchain/openai-model.ts': '@langchain/openai, handed endpoint-fetch.ts',
    'src/weaviate/node-clients.ts': 'weaviate-client: gRPC to the configured nodes of the search cluster',
    'src/telemetry/trace-export.ts': 'traces, where an operator has configured an endpoint',
    'src/telemetry/metrics-server.ts': 'node:http, createServer alone',
    'src/check-config.ts': 'node:net, createServer alone: is the port free?',
  }
  const opens = /^import (?!type)[^;]*?from '(?:node:(?:https?|http2|net|tls|dgram|dns(?:\/promises)?)|undici|ws|pg|openid-client|@slack\/[\w-]+|@opentelemetry\/exporter[\w-]*|@langchain\/openai|weaviate-client)'/m
  test('what can open a connection is imported by these files alone', () => {
    const harmless = /^import \{ (?:isIP|BlockList, isIP)(?:, type \w+)? \} from 'node:net'$|^import type .*$/gm
    const found = [...code].filter(([, text]) => opens.test(text.replace(harmless, ''))).map(([path]) => path).sort()
    expect(found.filter((path) => MODULES[path] === undefined)).toEqual([])
    for (const server of ['src/telemetry/metrics-server.ts', 'src/check-config.ts']) {
      expect(code.get(server)).toMatch(/^import \{ createServer(?:, type \w+)* \} from 'node:(?:http|net)'$/m)
    }
  })

  test('no page is taken in by its address, and what reads documents has no network', () => {
    const readers = ['src/documents/', 'src/drafts/', 'src/library/', 'src/clauses/', 'src/chunks/', 'src/retrieval/']
    for (const under of readers) expect(filesWith(/fetch\(|node:https?|node:net|node:tls|node:dns|from 'ws'|undici|child_process/, under)).toEqual([])
  })

  test('it starts no shell and no program but itself, and Maven where a model is fetched with it', () => {
    expect(filesWith(/child_process/)).toEqual(['src/embedding/maven-model.ts', 'src/index-process.ts'])
    expect(code.get('src/embedding/maven-model.ts')).toContain("spawn('mvn', [") // no word of anyone's among the arguments
    expect(code.get('src/index-process.ts')).toMatch(/fork\(|process\.execPath/)
    expect(filesWith(/shell: true|execSync\(/)).toEqual([])
  })
})

describe('SQL', () => {
  /** What may stand in a statement beside its words: constants of the file in capitals, its own field or version, parts of its own schema. */
  const CONSTANT = /^(?:[A-Z][A-Z_]*|TOUCH_MS - 1|STEPS\.length|versionOf\(this\.#database!\)|(?:this\.#isHurried \? 0 : BUSY_MS)|isPatient \? BUSY_MS : 0|pragma|table|type|name|sql|sum|differs|anew\.join\(' '\))$/
  const STATEMENT = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA|WITH|CREATE|DROP|ALTER|VACUUM|BEGIN)\b/

  const strays = (text: string): string[] =>
    [...text.matchAll(/`((?:[^`\\]|\\.)*)`/g)]
      .map(([, words = '']) => words)
      .filter((words) => STATEMENT.test(words))
      .flatMap((words) => [...words.matchAll(/\$\{([^}]*)\}/g)].map(([, value = '']) => value.trim()))
      .filter((value) => !CONSTANT.test(value))

  test('holds no value, only parameters', () => {
    expect([...code].filter(([, text]) => strays(text).length > 0).map(([path, text]) => [path, strays(text)])).toEqual([])
    expect(strays('db.prepare(`SELECT * FROM keys WHERE id = ${id}`)')).toEqual(['id'])
  })

  test('is not put together with +', () => {
    expect(filesWith(/(?:prepare|exec)\([^)\n]*['"`]\s*\+/)).toEqual([])
    expect(filesWith(/['"](?:SELECT|INSERT|UPDATE|DELETE)[^'"\n]*['"]\s*\+/)).toEqual([])
  })

  test('is spoken by the state, access and backup alone, and searches no text with MATCH', () => {
    expect(filesWith(/from '(?:node:sqlite|pg)'/).filter((path) => !/^src\/(?:state|access|backup)\//.test(path))).toEqual([])
    expect(filesWith(/\bUSING fts|\bMATCH [:?]\w/)).toEqual([])
  })

  test('the tables that a copy is read from are named in the file', () => {
    expect(code.get('src/state/sqlite-copy.ts')).toMatch(/for \(const table of \[(?:'\w+'(?:, )?)+\]/)
  })
})

describe('the page', () => {
  test('makes no HTML and no code of words', () => {
    const sinks = /dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\(|\.srcdoc|createContextualFragment|DOMParser/
    expect(filesWith(sinks)).toEqual([])
  })

  test('links and pictures lead to itself: no address of a document or an answer is an address of the page', () => {
    const values = [...code].flatMap(([path, text]) =>
      path.startsWith('src/channels/web/') ? [...text.matchAll(/\b(?:href|src|formAction)=(\{[^}]*\}?|"[^"]*")/g)].map(([, value]) => value!) : [],
    )
    const own = /^"(?:\/[a-z]*|#\w+|\.\/[\w.]+)"$|^\{`\/(?:check|api\/session)[?/]|^\{icon\}$|^\{document\.url\}$/
    expect(values.length).toBeGreaterThan(5)
    expect(filesWith(/<form\b[^>]*\baction=/, 'src/channels/web/')).toEqual([])
    expect(values.filter((value) => !own.test(value))).toEqual([])
  })

  test('one renderer for words that come and words that are kept: nothing renders Markdown in the browser', () => {
    expect(filesWith(/from '(?:marked|markdown-it|micromark|dompurify|react-markdown|showdown)[^']*'/, 'src/channels/')).toEqual([])
  })
})

test('secrets come from the chance of node:crypto', () => {
  expect(filesWith(/Math\.random|randomUUID/, 'src/access/')).toEqual([])
  expect(filesWith(/Math\.random/, 'src/channels/http/')).toEqual([])
})

test('prompts are put together of parts, never by a template language', () => {
  expect(filesWith(/from '(?:handlebars|mustache|ejs|nunjucks|liquidjs|pug|eta)'|\bPromptTemplate\b|ChatPromptTemplate/)).toEqual([])
})

describe('no dependency is older than its last hole', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Readonly<Record<string, { readonly version?: string }>>
  }
  const parts = (version: string) => version.split('-')[0]!.split('.').map(Number)
  const isAtLeast = (version: string, floor: string): boolean => {
    const [has, wants] = [parts(version), parts(floor)]
    const differs = [0, 1, 2].find((at) => has[at] !== wants[at])
    return differs === undefined || has[differs]! > wants[differs]!
  }

  test.each([
    ['hono', '4.13.16', 'GHSA-h7mg-cq63-vhpq and all before it'],
    ['@hono/node-server', '2.1.3', 'GHSA on serve-static paths'],
    ['@modelcontextprotocol/sdk', '1.32.0', 'CVE-2026-111768, CVE-2026-25536, CVE-2025-66414'],
    ['mammoth', '1.11.0', 'CVE-2025-11849: linked files were read'],
    ['jszip', '3.8.0', 'CVE-2022-48285: paths'],
    ['undici', '7.28.0', 'the last of its 7.x'],
    ['ws', '8.17.1', 'CVE-2024-37890'],
    ['pdfjs-dist', '4.2.67', 'CVE-2024-4367: code of a font ran'],
    ['micromark', '4.0.0', 'none known'],
    ['openid-client', '6.0.0', 'none known'],
    ['yaml', '2.2.2', 'CVE-2023-2251'],
  ])('%s ≥ %s: %s', (name, floor) => {
    const installed = Object.entries(packages).filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
    expect(installed.length).toBeGreaterThan(0)
    for (const [path, { version = '' }] of installed) expect(isAtLeast(version, floor), `${path} ${version}`).toBe(true)
  })
})
