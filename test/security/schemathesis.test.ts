/**
 * Requests made by schemathesis from our own /openapi.json, against the program as it runs: it stays, nothing is a 5xx,
 * and no refusal shows a path or a stack trace. `TIAOWEN_LONG=1`; needs Python with venv, and PyPI or a mirror of it.
 * TIAOWEN_FUZZ_REQUESTS says how many, where it is not 100,000.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { workshop, writeSmall } from '../library.ts'
import { startServer } from '../long/server.ts'
import { isLong } from '../store/random.ts'

const REQUESTS = Number(process.env['TIAOWEN_FUZZ_REQUESTS'] ?? 100_000)
const KEY = 'schemathesis-operator-key-0123456789abcdef'
const HERE = fileURLToPath(new URL('./schemathesis/', import.meta.url))
const VENV = join(tmpdir(), 'tiaowen-schemathesis')
/** A round of the tool: examples, the edges of every schema, so many made-up requests an operation, and their sequences. */
const EXAMPLES = 250

interface Tally {
  readonly counts: Readonly<Record<string, number>>
  readonly faults: readonly { readonly status: number; readonly at: string; readonly sent: string; readonly answer: string }[]
}

function tool(): string {
  const program = join(VENV, 'bin', 'schemathesis')
  if (!existsSync(program)) {
    mkdirSync(VENV, { recursive: true })
    execFileSync('python3', ['-m', 'venv', VENV])
    execFileSync(join(VENV, 'bin', 'pip'), ['install', '--quiet', '-r', join(HERE, 'requirements.txt')])
  }
  return program
}

/** One round; what it met. Both headers, or the tool makes up the other, and most is refused at the door. */
function round(program: string, url: string, home: string, folder: string, seed: number): Promise<Tally> {
  const tally = join(folder, `tally-${seed}.json`)
  const limits = ['--max-examples', String(EXAMPLES), '--continue-on-failure', '--no-shrink', '--request-timeout', '60']
  const quiet = ['--checks', 'not_a_server_error', '--suppress-health-check', 'all', '--warnings', 'off', '--no-color']
  const how = ['--phases', 'examples,coverage,fuzzing,stateful', '--seed', String(seed), '--workers', '2', '--generation-database', 'none']
  const child = spawn(program, ['run', `${url}/openapi.json`, '-H', `Authorization: Bearer ${KEY}`, '-H', `X-API-Key: ${KEY}`, ...limits, ...quiet, ...how], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: '1', TIAOWEN_FUZZ_TALLY: tally, TIAOWEN_FUZZ_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-8_000)))
  return new Promise((resolve, reject) => {
    child.once('close', () => {
      if (!existsSync(tally)) return reject(new Error(`schemathesis said nothing: ${said}`))
      resolve(JSON.parse(readFileSync(tally, 'utf8')) as Tally)
    })
  })
}

test.runIf(isLong)(`${REQUESTS} requests of schemathesis: 0 exits, 0 × 5xx, nothing of the inside`, { timeout: 7_200_000 }, async () => {
  const program = tool()
  const { home } = workshop(writeSmall)
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-fuzz-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const often = Object.fromEntries(['ASK', 'SEARCH', 'UPLOAD', 'CHECK'].map((kind) => [`TIAOWEN_RATE_${kind}`, '100000']))
  const server = await startServer({ home, environment: { TIAOWEN_API_KEY: KEY, ...often } })
  const { status } = await fetch(`${server.url}/openapi.json`, { headers: { Authorization: `Bearer ${KEY}` } })
  expect(status).toBe(200)

  const counts: Record<string, number> = {}
  const faults: Tally['faults'][number][] = []
  for (let seed = 1; Object.values(counts).reduce((sum, count) => sum + count, 0) < REQUESTS; seed++) {
    const met = await round(program, server.url, home, folder, seed)
    expect(Object.keys(met.counts), 'a round that sends nothing').not.toEqual([])
    for (const [code, count] of Object.entries(met.counts)) counts[code] = (counts[code] ?? 0) + count
    faults.push(...met.faults)
    expect(server.process.exitCode, server.log().slice(-2_000)).toBeNull()
  }
  console.log(`schemathesis: ${JSON.stringify(counts)}`)
  expect(faults).toEqual([])
  const ended = await server.stop()
  expect(ended.code, ended.log.slice(-2_000)).toBe(0)
})
