/** The program as a process: the form of its log, its metrics on a port of their own, and how it ends by an error nobody caught. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
/** Breaks where it is told to, as a mistake of ours would. */
const MISTAKES = `
process.on('SIGUSR2', () => { throw new Error('nobody caught this') })
process.on('SIGWINCH', () => { Promise.reject(new Error('nobody awaited this')) })`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiaowen-process-'))
  await mkdir(join(folder, 'documents'))
  await writeFile(join(folder, 'documents', '某市条例.txt'), '某市条例\n\n第一条 为了方便办事，制定本条例。\n')
  await writeFile(join(folder, 'mistakes.mjs'), MISTAKES)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function start(more: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--import', join(folder, 'mistakes.mjs'), MAIN, 'serve'], {
    env: {
      PATH: process.env['PATH'],
      TIAOWEN_SEEDS: 'off',
      TIAOWEN_FOLDERS: join(folder, 'documents'),
      TIAOWEN_DATA_FOLDER: join(folder, 'data'),
      TIAOWEN_INDEX_FOLDER: join(folder, 'index'),
      TIAOWEN_MODEL_DIR: 'off',
      TIAOWEN_PORT: '0',
      ...more,
    },
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const heard = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(said.err + said.out)
      if (found) return found[1] ?? found[0]
      if (child.exitCode !== null) throw new Error(said.err)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { child, said, ended, heard }
}

const linesOf = (text: string) => text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)

test.each([
  ['SIGUSR2', 'uncaughtException', 'nobody caught this'],
  ['SIGWINCH', 'unhandledRejection', 'nobody awaited this'],
] as const)('an error nobody caught is told and counted, what is under way ends, and the process with 1', async (signal, kind, words) => {
  const server = start({ TIAOWEN_METRICS_PORT: '0' })
  const url = await server.heard(/Tiaowen \S+：(http:\S+)\n/)
  const metrics = await server.heard(/指标 metrics: (http:\S+?)"/)
  await server.heard(/就绪：/)
  expect((await fetch(`${url}/metrics`)).status).toBe(404)
  const read = async () => (await fetch(metrics)).text()
  expect(await read()).toContain(`tiaowen_fatal_errors_total{kind="${kind}"} 0\n`)
  // a request is under way: it holds the server until its answer is at its end
  const { request } = await import('node:http')
  const asking = request(`${url}/api/search`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Content-Length': 9 + 12 } })
  const answered = new Promise<number | undefined>((resolve) => asking.on('response', (response) => resolve(response.resume().statusCode)))
  await new Promise<void>((resolve) => asking.write('{"query":', () => resolve()))
  await expect.poll(read).toContain('tiaowen_http_requests_under_way 1\n')
  server.child.kill(signal)
  await server.heard(/没有料到的错误/)
  expect(await read()).toContain(`tiaowen_fatal_errors_total{kind="${kind}"} 1\n`)
  asking.end('"第一条"}')
  expect(await answered).toBe(200)
  expect(await server.ended).toBe(1)
  const told = linesOf(server.said.err).find(({ level }) => level === 'error')!
  expect(told).toMatchObject({ component: 'main', msg: `没有料到的错误，正在停止 unexpected error, stopping: ${kind}` })
  expect(told['err']).toMatch(new RegExp(`^Error: ${words}\\n`))
})

test('for a person the log is sentences, and requests are none of them', async () => {
  const server = start({ TIAOWEN_LOG_FORMAT: 'text' })
  const url = await server.heard(/Tiaowen \S+：(http:\S+)\n/)
  await server.heard(/就绪：/)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('tiaowen_index_documents 1\n')
  const { parts } = (await (await fetch(`${url}/readyz`)).json()) as { parts: Record<string, { ok: boolean }> }
  expect(Object.keys(parts)).toEqual(['index', 'indexer', 'model', 'database', 'disk'])
  expect(parts['database']).toEqual({ ok: true })
  expect((await fetch(`${url}/api/documents`)).status).toBe(200)
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)
  expect(server.said.err.trimEnd().split('\n').filter((line) => line.startsWith('{') || line.includes('/api/'))).toEqual([])
  expect(server.said.err).toMatch(/^就绪：1 份文件，\d+ 个条款，仅关键词检索，gen-\d{8}$/m)
})
