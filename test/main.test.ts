/** The program as a process: what it prints where, its exit codes, how signals end it. It needs no model. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const REGULATION = '某市条例\n\n第一条 为了方便办事，制定本条例。\n第二条 申请材料齐全的，应当在五个工作日内办结。\n'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiaowen-main-'))
  await mkdir(join(folder, 'documents'))
  await writeFile(join(folder, 'documents', '某市条例.txt'), REGULATION)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const environment = () => ({
  PATH: process.env['PATH'],
  TIAOWEN_CONFIG: 'off',
  TIAOWEN_SEEDS: 'off',
  TIAOWEN_FOLDERS: join(folder, 'documents'),
  TIAOWEN_DATA_FOLDER: join(folder, 'data'),
  TIAOWEN_INDEX_FOLDER: join(folder, 'index'),
  TIAOWEN_MODEL_DIR: join(folder, 'no-model'),
  TIAOWEN_PORT: '0',
})

function start(argv: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, ...argv], { env: { ...environment(), ...more } })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  const ended = new Promise<{ code: number | null; signal: string | null; out: string; err: string }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...said })),
  )
  return { child, said, ended }
}

const run = (argv: readonly string[], more: Readonly<Record<string, string>> = {}) => start(argv, more).ended

/** The address it serves on, once it says so. */
async function address({ child, said }: ReturnType<typeof start>): Promise<string> {
  for (;;) {
    const found = /http:\/\/\S+/.exec(said.out)?.[0]
    if (found !== undefined) return found
    if (child.exitCode !== null) throw new Error(said.err)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('a clause is printed with its number, and nothing else on standard output', async () => {
  const { code, out } = await run(['cite', '--json', '第二条'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    outcome: 'found',
    clauses: [{ text: '第二条 申请材料齐全的，应当在五个工作日内办结。', spoken: '第二条' }],
  })
})

test('a clause that does not exist exits 5', async () => {
  expect(await run(['cite', '第九条'])).toMatchObject({ code: 5 })
})

test('help asks nothing of the environment; a command does', async () => {
  expect(await run(['--help'], { TIAOWEN_PORT: 'x' })).toMatchObject({ code: 0 })
  const { code, err } = await run(['index'], { TIAOWEN_PORT: 'x' })
  expect([code, err.includes('TIAOWEN_PORT'), err.includes('config-invalid')]).toEqual([1, true, true])
})

test('colours only where they are asked for', async () => {
  expect((await run(['cite', '第二条'])).out).not.toContain('\u001b')
  expect((await run(['cite', '--color', '第二条'])).out).toContain('\u001b[1m')
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s, even when it comes twice at once, ends the server with 0',
  async (signal) => {
    const server = start(['serve'])
    const url = await address(server)
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    server.child.kill(signal)
    server.child.kill(signal)
    expect(await server.ended).toMatchObject({ code: 0, signal: null })
  },
)

test('a busy port is one sentence and exit code 1', async () => {
  const server = start(['serve'])
  const { port } = new URL(await address(server))
  const { code, err } = await run(['serve'], { TIAOWEN_PORT: port })
  server.child.kill('SIGTERM')
  await server.ended
  expect(code).toBe(1)
  expect(err).toContain(`端口 ${port} 已被别的程序占用。`)
  expect(err).not.toMatch(/\n\s+at /)
})

test('where the port is busy no channel is opened: another process has the sockets and the questions', async () => {
  const server = start(['serve'])
  const { port } = new URL(await address(server))
  let calls = 0
  const platform = createServer((_, response) => (calls++, response.end('{}'))).listen(0, '127.0.0.1')
  await once(platform, 'listening')
  const own = {
    TIAOWEN_PORT: port,
    TIAOWEN_DATA_FOLDER: join(folder, 'data-of-second'),
    TIAOWEN_DINGTALK_CLIENT_ID: 'dingtiaowen',
    TIAOWEN_DINGTALK_CLIENT_SECRET: 'policy-rag-ding-app-secret',
    TIAOWEN_DINGTALK_API_URL: `http://127.0.0.1:${(platform.address() as AddressInfo).port}`,
  }
  const { code, err } = await run(['serve'], own)
  server.child.kill('SIGTERM')
  await server.ended
  platform.close()
  expect([code, calls]).toEqual([1, 0])
  expect(err).not.toContain('已开启')
})

test('index takes folders in place of those of the configuration, and says how to keep them', async () => {
  await mkdir(join(folder, 'more', 'below'), { recursive: true })
  await writeFile(join(folder, 'more', 'below', '某市办法.txt'), REGULATION.replace('条例', '办法'))
  const own = { TIAOWEN_INDEX_FOLDER: join(folder, 'index-of-more'), TIAOWEN_DATA_FOLDER: join(folder, 'data-of-more') }
  const { code, out, err } = await run(['index', join(folder, 'more')], own)
  expect([code, out.split('\n')[1], out.split('\n')[2]]).toEqual([
    0,
    expect.stringMatching(/^新增 1，修改 0，移除 0，改名 0，未变 0；计算向量 \d+ 段；用时 [\d.]+ 秒。$/),
    '  + below/某市办法.txt',
  ])
  expect(err).toContain(`TIAOWEN_FOLDERS=${join(folder, 'more')}`)
  expect(await run(['index', join(folder, 'nowhere')], own)).toMatchObject({
    code: 1,
    err: expect.stringContaining('（folder-missing）') as string,
  })
})

test.each(['SIGTERM', 'SIGINT'] as const)('watching gives way to what answers, and %s ends it with 0', async (signal) => {
  const own = { TIAOWEN_INDEX_FOLDER: join(folder, 'watched'), TIAOWEN_DATA_FOLDER: join(folder, 'data-of-watched') }
  const watching = start(['index', '--watch'], own)
  while (!watching.said.out.includes('正在等待文件变化')) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(getPriority(watching.child.pid)).toBe(constants.priority.PRIORITY_BELOW_NORMAL)
  watching.child.kill(signal)
  expect(await watching.ended).toMatchObject({ code: 0, signal: null, err: expect.stringContaining('已停止') as string })
})

test('a conversation outlives a killed server; feedback on it is exported while the next one serves', async () => {
  const own = { TIAOWEN_DATA_FOLDER: join(folder, 'data-of-people') }
  const where = { conversationId: randomUUID(), exchangeId: randomUUID() }
  const killed = start(['serve'], own)
  const asked = await (async () => {
    const url = await address(killed)
    for (;;) {
      const response = await fetch(`${url}/api/ask`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ question: '第二条', ...where }),
      })
      if (response.status !== 503) return (await response.json()) as { text: string }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  killed.child.kill('SIGKILL')
  await killed.ended
  const next = start(['serve'], own)
  const url = await address(next)
  const open = async () => {
    for (;;) {
      const response = await fetch(`${url}/api/conversations/${where.conversationId}`)
      if (response.status !== 503) return response.json()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const exchange = { id: where.exchangeId, answer: { text: asked.text } }
  expect(await open()).toMatchObject({ title: '第二条', exchanges: [exchange] })
  const feedback = `${url}/api/conversations/${where.conversationId}/exchanges/${where.exchangeId}/feedback`
  const headers = { 'Content-Type': 'application/json' }
  expect((await fetch(feedback, { method: 'PUT', headers, body: '{"rating":"down"}' })).status).toBe(204)
  const { code, out, err } = await run(['feedback', 'export', '--rating', 'down'], own)
  next.child.kill('SIGTERM')
  expect([code, err]).toEqual([0, '共 1 条评价。\n'])
  expect(JSON.parse(out)).toMatchObject({ question: '第二条', rating: 'down', outcome: 'answered' })
  expect(await next.ended).toMatchObject({ code: 0 })
  const nothing = { TIAOWEN_DATA_FOLDER: join(folder, 'nothing-here') }
  expect(await run(['feedback', 'export'], nothing)).toMatchObject({ code: 0, out: '' })
})

test('a channel that is set up by half is off: said once, told by /readyz and by doctor, and its address does not exist', async () => {
  const half = { TIAOWEN_SLACK_BOT_TOKEN: 'xoxb-0123-secret' }
  const server = start(['serve'], { ...half, TIAOWEN_DATA_FOLDER: join(folder, 'data-of-half') })
  const url = await address(server)
  const { channels } = (await (await fetch(`${url}/readyz`)).json()) as { channels: Record<string, { state: string; missing?: string }> }
  const hook = await fetch(`${url}/slack/events`, { method: 'POST', body: '{}' })
  server.child.kill('SIGTERM')
  const { code, err } = await server.ended
  expect([code, hook.status, channels['dingtalk']]).toEqual([0, 404, { state: 'off' }])
  expect(channels['slack']).toEqual({ state: 'off', missing: expect.stringContaining('TIAOWEN_SLACK_SIGNING_SECRET') as string })
  expect(err.match(/Slack 未开启/g)).toHaveLength(1)
  const examined = await run(['doctor', 'slack'], half)
  expect([examined.code, examined.out]).toEqual([1, expect.stringContaining('TIAOWEN_SLACK_SIGNING_SECRET') as string])
  expect(await run(['doctor', 'dingtalk'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('没有设置 TIAOWEN_DINGTALK_… 变量') as string,
  })
  expect(err + examined.out + examined.err).not.toContain('0123-secret')
})

test('a key is printed alone, a password is read from what is piped in, and neither is kept', async () => {
  const where = { TIAOWEN_DATA_FOLDER: join(folder, 'access') }
  const password = '春眠不觉晓处处闻啼鸟夜来'
  const made = await run(['keys', 'create', '门户网站'], where)
  expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^tw_live_[\w-]{43}\n$/)])
  const adding = start(['people', 'add', '--role', 'admin', 'li.ming'], where)
  adding.child.stdin.end(`${password}\n`)
  expect(await adding.ended).toMatchObject({ code: 0, out: '', err: expect.stringContaining('已添加：li.ming') as string })
  expect(await run(['audit', 'verify'], where)).toMatchObject({ code: 0, out: expect.stringMatching(/^审计日志完好：2 条/) as string })
  const kept = Buffer.concat(await Promise.all(['state.sqlite', 'audit.head'].map((name) => readFile(join(folder, 'access', name)))))
  for (const secret of [password, made.out.trim(), made.out.trim().slice(16)]) expect(kept.includes(secret)).toBe(false)
})
