/** `tiaowen mcp` as an AI client starts it: the official client over standard input and output. It needs no model. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { protocolOutput } from '../../../src/channels/mcp/stdio.ts'
import { call, newClient } from './client.ts'

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const REGULATION = '某市条例\n\n第一条 为了方便办事，制定本条例。\n第二条 申请材料齐全的，应当在五个工作日内办结。\n'

let folder = ''
let environment: Record<string, string> = {}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiaowen-mcp-'))
  await mkdir(join(folder, 'documents'))
  await writeFile(join(folder, 'documents', '某市条例.txt'), REGULATION)
  environment = {
    PATH: process.env['PATH'] ?? '',
    TIAOWEN_SEEDS: 'off',
    TIAOWEN_FOLDERS: join(folder, 'documents'),
    TIAOWEN_DATA_FOLDER: join(folder, 'data'),
    TIAOWEN_INDEX_FOLDER: join(folder, 'index'),
    TIAOWEN_MODEL_DIR: 'off',
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('an AI client starts it, asks, verifies a quotation, reads a clause', async () => {
  const transport = new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], env: environment, stderr: 'pipe' })
  const client = newClient()
  await client.connect(transport)
  const list = () => call(client, 'list_documents', {})
  await expect.poll(async () => (await list()).isError).toBe(false) // it answers at once; the index is built meanwhile
  const { structured } = await list()
  const [{ id, origin }] = structured['documents'] as [{ id: string; origin: string }]
  expect([structured['total'], origin]).toEqual([1, 'folder'])
  await expect.poll(async () => (await list()).coverage).toBe('范围：文件库共1份文件，库外的文件未查。') // and then brought up to date
  const found = await call(client, 'resolve_citation', { reference: '某市条例第二条' })
  expect(found.text).toContain('第二条 申请材料齐全的，应当在五个工作日内办结。')
  expect(found.coverage).toBe('范围：文件库共1份文件，库外的文件未查。')
  const altered = await call(client, 'verify_quote', { quote: '申请材料齐全的，应当在三个工作日内办结', reference: '《某市条例》第二条' })
  expect(altered.structured).toMatchObject({ verdict: 'altered', citation: { spoken: '第二条' } })
  const answer = await call(client, 'ask', { question: '申请材料齐全的几个工作日内办结？' })
  expect(answer.text).toContain('应当在五个工作日内办结')
  const clause = await client.readResource({ uri: `tiaowen://clause/${id}/第二条` })
  expect(clause.contents).toMatchObject([{ text: '第二条 申请材料齐全的，应当在五个工作日内办结。' }])
  await client.close()
})

test('nothing but the protocol on standard output; the end of standard input ends it with 0', async () => {
  const child = spawn(process.execPath, [MAIN, 'mcp'], { env: { ...environment, TIAOWEN_LOG_LEVEL: 'debug' } })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`)
  child.stdin.write('this is no message\n')
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })}\n`)
  await expect.poll(() => said.out.split('\n').length).toBe(3)
  child.stdin.end()
  expect(await ended).toBe(0)
  const lines = said.out.trimEnd().split('\n').map((line) => JSONRPCMessageSchema.parse(JSON.parse(line)))
  expect(lines.map((line) => 'id' in line && line.id)).toEqual([1, 2])
  expect(said.err).toContain('MCP: ')
})

test('whatever else is written to standard output goes to standard error', async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const output = protocolOutput({ stdout: stdout as never, stderr: stderr as never })
  stdout.write('loaded the model\n') // as a package might
  output.write('{"jsonrpc":"2.0"}\n')
  await expect.poll(() => stdout.readableLength).toBeGreaterThan(0)
  expect([String(stdout.read()), String(stderr.read())]).toEqual(['{"jsonrpc":"2.0"}\n', 'loaded the model\n'])
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with 0', async (signal) => {
  const child = spawn(process.execPath, [MAIN, 'mcp'], { env: environment })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}\n`)
  await expect.poll(() => out).not.toBe('')
  child.kill(signal)
  expect(await ended).toBe(0)
})
