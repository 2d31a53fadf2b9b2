/**
 * Each guard of docs/security.md is taken out of a copy of the program, and the test named for it must fail there. In a
 * copy as it is, the same test passes. `TIAOWEN_LONG=1`.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isLong } from '../store/random.ts'

interface Guard {
  /** The class, as docs/security.md numbers it. */
  readonly of: string
  readonly file: string
  /** Stands there exactly once. */
  readonly guard: string
  readonly without: string
  readonly test: string
  /** Of the test, where the file has others. */
  readonly named: string
}

const GUARDS: readonly Guard[] = [
  { of: '1 names that are paths', file: 'src/documents/upload-names.ts', guard: 'if (FORBIDDEN.test(name) || /\\ufffd/.test(name))', without: 'if (false)', test: 'test/security/traversal.test.ts', named: 'names of uploads' },
  { of: '1 ids that are paths', file: 'src/library/staging.ts', guard: 'const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/', without: 'const ID = /^/', test: 'test/security/traversal.test.ts', named: 'an id that climbs' },
  { of: '2 zip slip', file: 'src/documents/zip-entries.ts', guard: 'if (isOutside || (mode & KIND_OF_FILE) === LINK)', without: 'if (false)', test: 'test/security/packages.test.ts', named: 'are refused' },
  { of: '2 bombs', file: 'src/documents/docx-package.ts', guard: 'if (own > most) throw tooPacked(name)', without: '', test: 'test/security/packages.test.ts', named: 'are refused' },
  { of: '3 what Word files name outside', file: 'src/documents/docx-package.ts', guard: 'if (!file) return undefined', without: "if (!file) return path.endsWith('secret.xml') ? (await import('node:fs')).readFileSync(`/${path}`, 'utf8') : undefined", test: 'test/security/packages.test.ts', named: 'neither read nor asked for' },
  { of: '4 addresses that come with a message', file: 'src/channels/dingtalk/session-webhook.ts', guard: ".test(address)\n}", without: ".test(address) || true\n}", test: 'test/channels/dingtalk/session-webhook.test.ts', named: '' },
  { of: '4 the network, for a reader of documents', file: 'src/documents/html.ts', guard: 'const page = new PageLines()', without: "void fetch('http://169.254.169.254/')\n  const page = new PageLines()", test: 'test/security/lints.test.ts', named: 'the way out' },
  { of: '5 words that run: the policy', file: 'src/channels/http/guards.ts', guard: "  \"script-src 'self'\",", without: "  \"script-src 'self' 'unsafe-inline'\",", test: 'test/channels/http/guards.test.ts', named: 'pages may run their own script only' },
  { of: '5 words that run: HTML of words', file: 'src/channels/web/chat/citation-link.tsx', guard: 'resetScroll={false}>', without: 'resetScroll={false} dangerouslySetInnerHTML={{ __html: url }}>', test: 'test/security/lints.test.ts', named: 'the page' },
  { of: '6 links', file: 'src/channels/render.ts', guard: 'base !== undefined && /^\\/read\\/[\\w%/.-]+$/.test(url)', without: 'base !== undefined', test: 'test/security/markdown.test.ts', named: 'poisoned' },
  { of: '7 pictures and tags in Markdown', file: 'src/channels/render.ts', guard: "    .replaceAll('<', '&lt;')\n", without: "    .replaceAll('<', '\\\\<')\n", test: 'test/security/markdown.test.ts', named: 'poisoned' },
  { of: '8 whose it is', file: 'src/state/sqlite-state.ts', guard: "if (known && known['owner'] !== owner) throw noSuchConversation(conversationId)", without: '', test: 'test/state/sqlite-state.test.ts', named: '' },
  { of: '8 what a scope may', file: 'src/channels/http/guards.ts', guard: 'if (lacking === undefined) return next()', without: 'return next()', test: 'test/channels/http/matrix.test.ts', named: 'route × who' },
  { of: '9 a revoked key, by every way', file: 'src/access/records.ts', guard: "row['revoked_at'] === null && (row['expires_at']", without: "(row['expires_at']", test: 'test/channels/http/matrix.test.ts', named: 'route × who' },
  { of: '9 a page of another site', file: 'src/channels/http/guards.ts', guard: "if (site !== undefined) return site === 'same-origin' || site === 'none'", without: 'if (site !== undefined) return true', test: 'test/channels/http/guards.test.ts', named: 'a request that changes something' },
  { of: '10 no key on a public address', file: 'src/channels/http/serve.ts', guard: 'if (isPublic && apiKey === undefined && !(await access?.hasAnyone()))', without: 'if (false)', test: 'test/channels/http/serve.test.ts', named: 'without a key it will not listen' },
  { of: '10 chance', file: 'src/access/secrets.ts', guard: "randomBytes(SECRET_BYTES).toString('base64url')", without: "Buffer.from(String(Math.random()).padEnd(SECRET_BYTES)).toString('base64url')", test: 'test/security/lints.test.ts', named: 'secrets come from' },
  { of: '11 a body without end', file: 'src/channels/http/upload-body.ts', guard: '    if (size > most) return undefined\n', without: '', test: 'test/channels/http/library.test.ts', named: 'counted while it is read' },
  { of: '12 SQL of values', file: 'src/state/state-statements.ts', guard: 'FROM conversations c WHERE c.id = :id`', without: "FROM conversations c WHERE c.id = ${String('id')}`", test: 'test/security/lints.test.ts', named: 'SQL' },
  { of: '13 who is known', file: 'src/access/passwords.ts', guard: 'this.#nobodys ??= this.#nobody()', without: "if (kept === undefined) throw new PolicyError('bad-request', '没有这个人。')\n    this.#nobodys ??= this.#nobody()", test: 'test/channels/http/door.test.ts', named: 'unknown and wrong are told alike' },
  { of: '14 Hono below its floor', file: 'package-lock.json', guard: '"node_modules/hono": {\n      "version": "4.13.', without: '"node_modules/hono": {\n      "version": "4.12.', test: 'test/security/lints.test.ts', named: 'no dependency is older' },
  { of: '15 answers of other MCP clients', file: 'src/channels/mcp/sessions.ts', guard: ' || session.caller.owner !== caller.owner', without: '', test: 'test/channels/mcp/http.test.ts', named: 'answered to nobody but who opened it' },
  { of: '15 MCP bodies', file: 'src/channels/mcp/sessions.ts', guard: '      maxRequestBodySize: this.#limits.bodyBytes,\n', without: '', test: 'test/channels/mcp/http.test.ts', named: '' },
]

const HERE = resolve('.')
const WHOLE = ['src', 'test', 'prompts', 'scripts', 'deploy', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.library.json']
const LINKED = ['node_modules', 'seeds', 'dist', 'evals', 'examples', 'docs', 'README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'index', 'bench']
let copy = ''

beforeAll(() => {
  if (!isLong) return
  copy = mkdtempSync(join(tmpdir(), 'tiaowen-guards-'))
  for (const name of WHOLE) cpSync(join(HERE, name), join(copy, name), { recursive: true })
  for (const name of LINKED) symlinkSync(join(HERE, name), join(copy, name))
  writeFileSync(join(copy, 'vitest.config.ts'), "export default { test: { include: ['test/**/*.test.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 120_000 } }\n")
})
afterAll(() => copy !== '' && rmSync(copy, { recursive: true, force: true }))

/** Whether the test passes in the copy; undefined where there was none to run. */
function passes({ test: file, named }: Guard): Promise<{ readonly passed: boolean; readonly said: string }> {
  const { TIAOWEN_LONG: _, VITEST: __, ...env } = process.env
  const name = named === '' ? [] : ['-t', named.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')]
  return new Promise((settle) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', join(HERE, 'node_modules/vitest/vitest.mjs'), 'run', file, ...name], { cwd: copy, env, timeout: 240_000, maxBuffer: 64 * 1024 * 1024 }, (error, out) => {
      // oxlint-disable-next-line no-control-regex
      settle({ passed: error === null, said: out.replace(/\u001b\[[\d;]*m/g, '') })
    })
  })
}

const ran = (said: string): number => [...(/^ +Tests +(.*)$/m.exec(said)?.[1] ?? '').matchAll(/(\d+) (?:passed|failed)/g)].reduce((sum, [, count]) => sum + Number(count), 0)

test.each(GUARDS)('$of: without its guard, $test fails', { timeout: 600_000 }, async (one) => {
  const path = join(isLong ? copy : HERE, one.file)
  const text = readFileSync(path, 'utf8')
  expect(text.split(one.guard).length - 1, `${one.file} holds the guard once`).toBe(1)
  if (!isLong) return
  const whole = await passes(one)
  expect(whole.passed, whole.said.slice(-3_000)).toBe(true)
  expect(ran(whole.said), 'the test exists').toBeGreaterThan(0)
  writeFileSync(path, text.replace(one.guard, () => one.without))
  try {
    const { passed, said } = await passes(one)
    expect(passed, `${one.of} went unnoticed: ${said.slice(-1_000)}`).toBe(false)
    expect(ran(said), `it fails by its assertions: ${said.slice(-1_000)}`).toBeGreaterThan(0)
  } finally {
    writeFileSync(path, text)
  }
})
