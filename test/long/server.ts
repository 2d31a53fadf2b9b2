/** The program as it runs for an office, in a process of its own, without a model: started, asked, measured, stopped. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { FLAGS, MEMORY } from '../../scripts/flags.mjs'
import type { Answer } from '../../src/types.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it said to the log. */
  readonly log: string
}

export interface Server {
  readonly url: string
  readonly process: ChildProcess
  /** What it has said so far. */
  log(): string
  readonly ended: Promise<Ended>
  stop(): Promise<Ended>
}

export interface ServerOptions {
  /** Has `documents`, gets `data` and `index`. */
  readonly home: string
  readonly dataFolder?: string
  readonly indexFolder?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Put before the program, e.g. `['sh', '-c', 'ulimit -n 64; exec "$@"', '-']`. */
  readonly before?: readonly string[]
}

/** Of the program over an office's folders, for the server and for commands beside it. */
export function environmentOf({ home, dataFolder, indexFolder, environment }: Omit<ServerOptions, 'before'>): NodeJS.ProcessEnv {
  return {
    ...MEMORY,
    PATH: process.env['PATH'],
    TIAOWEN_SEEDS: 'off',
    TIAOWEN_FOLDERS: join(home, 'documents'),
    TIAOWEN_DATA_FOLDER: dataFolder ?? join(home, 'data'),
    TIAOWEN_INDEX_FOLDER: indexFolder ?? join(home, 'index'),
    TIAOWEN_MODEL_DIR: 'off',
    TIAOWEN_PORT: '0',
    ...environment,
  }
}

/** A command of the program beside the server, to its end. */
export function runCommand(words: readonly string[], office: Omit<ServerOptions, 'before'>): { readonly code: number | null; readonly out: string } {
  const { status, stdout } = spawnSync(process.execPath, [...FLAGS, MAIN, ...words], { encoding: 'utf8', env: environmentOf(office) })
  return { code: status, out: stdout.trim() }
}

/** Resolves when it listens. */
export async function startServer({ before = [], ...office }: ServerOptions): Promise<Server> {
  const command = [...before, process.execPath, ...FLAGS, MAIN, 'serve']
  const child = spawn(command[0]!, command.slice(1), {
    env: environmentOf(office),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [out, log] = ['', '']
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal, log })))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      out += text
      const found = /http:\/\/\S+/.exec(out)?.[0]
      if (found !== undefined) resolve(found)
    })
    void ended.then(({ code }) => reject(new Error(`it ended with ${code}: ${log}`)))
  })
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { url, process: child, log: () => log, ended, stop }
}

export interface Ready {
  readonly ready: boolean
  readonly index: { readonly generation: string | null; readonly documents: number }
  readonly fallbacks: readonly { readonly from: string; readonly reason: string }[]
}

export async function readyOf(url: string): Promise<Ready> {
  return (await (await fetch(`${url}/readyz`)).json()) as Ready
}

/** What of /readyz is wrong; that there is no model is not. */
export async function troublesOf(url: string): Promise<string[]> {
  const { fallbacks } = await readyOf(url)
  return fallbacks.map(({ from }) => from).filter((from) => from !== 'hybrid')
}

/** Resolves when there are so many documents to ask, and their index is on the disk. */
export async function servingDocuments(url: string, documents: number): Promise<void> {
  for (;;) {
    const { ready, index } = await readyOf(url)
    if (ready && index.documents === documents && index.generation?.startsWith('gen-')) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export const postJson = (url: string, body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })

export async function answerFrom(url: string, question: string, more: object = {}): Promise<Answer> {
  const response = await postJson(`${url}/api/ask`, { question, ...more })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

export function upload(url: string, name: string, content: string | Uint8Array<ArrayBuffer>): Promise<Response> {
  const form = new FormData()
  form.set('file', new Blob([content]), name)
  return fetch(`${url}/api/uploads`, { method: 'POST', body: form })
}

/** Resident memory of a process in KiB and its open descriptors; where there is no /proc, nothing. */
export function measured({ pid }: ChildProcess): { readonly rss: number; readonly descriptors: number } | undefined {
  try {
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    return { rss, descriptors: readdirSync(`/proc/${pid}/fd`).length }
  } catch {
    return undefined
  }
}
