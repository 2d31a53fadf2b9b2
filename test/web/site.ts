/** The program itself, served over its own copy of the seeds and their index: nothing of the developer's is touched. */
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { alone } from '../../scripts/lock.mjs'

const START_MS = 60_000
const STOP_MS = 5_000

export interface Site {
  /** Without a slash at the end. */
  readonly url: string
  /** Holds seeds/, data/ and index/ of this server. */
  readonly home: string
  /** What the server that runs has said so far. */
  readonly said: () => string
  /** Kills the server at once, as kill -9 does. */
  down(): Promise<void>
  /** Starts it again at the same address. */
  up(): Promise<void>
  close(): Promise<void>
}

export interface SiteOptions {
  /** Variables of the program besides, e.g. TIAOWEN_API_KEY. */
  readonly env?: Readonly<Record<string, string>>
  /** Changes the folder before the server starts. */
  readonly prepare?: (home: string) => void | Promise<void>
}

/** Starts `tiaowen serve` on a free port; resolves when it answers from a whole index. */
export async function openSite({ env = {}, prepare = () => {} }: SiteOptions = {}): Promise<Site> {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-site-'))
  cpSync(await indexedSeeds(), home, { recursive: true })
  await prepare(home)
  let server = run(['serve'], home, { TIAOWEN_PORT: '0', ...env })
  const close = async () => {
    await ended(server.child, 'SIGTERM')
    rmSync(home, { recursive: true, force: true })
  }
  try {
    const url = await address(server, env['TIAOWEN_API_KEY'])
    const up = async () => {
      server = run(['serve'], home, { TIAOWEN_PORT: new URL(url).port, ...env })
      await address(server, env['TIAOWEN_API_KEY'])
    }
    return { url, home, said: () => server.said(), down: () => ended(server.child, 'SIGKILL'), up, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The seeds with their index, made once for a run of vitest: by keywords alone where there is no model. */
async function indexedSeeds(): Promise<string> {
  const shared = join(inject('webFolder'), 'indexed')
  if (existsSync(shared)) return shared
  await alone(join(inject('webFolder'), 'indexing.lock'), async () => {
    if (existsSync(shared)) return
    const making = join(inject('webFolder'), 'making')
    mkdirSync(making, { recursive: true })
    cpSync('seeds', join(making, 'seeds'), { recursive: true })
    const { child, said } = run(['index'], making)
    const code = await new Promise((settle) => child.once('close', settle))
    if (code !== 0) throw new Error(`tiaowen index ended with ${String(code)}:\n${said()}`)
    renameSync(making, shared)
  })
  return shared
}

interface Running {
  readonly child: ChildProcess
  readonly said: () => string
}

/** The program in Node 24, with no variable of the developer's but where the model is. */
function run(parameters: readonly string[], home: string, env: Readonly<Record<string, string>> = {}): Running {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('TIAOWEN_') || name === 'TIAOWEN_MODEL_DIR')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', resolve('src/main.ts'), ...parameters], {
    env: {
      ...Object.fromEntries(kept),
      TIAOWEN_CONFIG: 'off',
      TIAOWEN_SEEDS: 'off',
      TIAOWEN_FOLDERS: join(home, 'seeds'),
      TIAOWEN_DATA_FOLDER: join(home, 'data'),
      TIAOWEN_INDEX_FOLDER: join(home, 'index'),
      TIAOWEN_EMBEDDING_THREADS: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (words: string) => (said += words))
  return { child, said: () => said }
}

async function address({ child, said }: Running, apiKey?: string): Promise<string> {
  const headers = apiKey === undefined ? {} : { 'X-API-Key': apiKey }
  for (const until = performance.now() + START_MS; performance.now() < until && child.exitCode === null; await sleep(50)) {
    const url = /：(http:\/\/\S+)/.exec(said())?.[1]
    if (url === undefined) continue
    const ready = (await (await fetch(`${url}/readyz`, { headers })).json()) as { ready: boolean; building?: unknown }
    if (ready.ready && ready.building === undefined) return url
  }
  throw new Error(`tiaowen serve did not become ready:\n${said()}`)
}

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((settle) => child.once('close', settle))
  child.kill(signal)
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await closed
  clearTimeout(late)
}
