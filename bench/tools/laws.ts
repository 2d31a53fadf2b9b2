/** The library of laws the benches run over (TIAOWEN_CORPUS), and a program over it in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const corpus = resolve(process.env['TIAOWEN_CORPUS'] ?? '../shared/corpus')
/** As they came; never written to. */
export const lawsFolder = join(corpus, 'laws')
export const hasLaws = existsSync(lawsFolder)

/** Kept from run to run, so that the benches after the first find the index made: copies of the laws, index, data. */
const HOME = resolve('data', 'bench')
export const LAWS = join(HOME, 'laws')

/** The laws in a folder that may be written to. */
export function copyLaws(): void {
  cpSync(lawsFolder, LAWS, { recursive: true, preserveTimestamps: true })
}

/** What a program over the laws finds in its environment; `folder`: other places for index and data. */
export function environment(folder = HOME): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TIAOWEN_PORT: '0',
    TIAOWEN_SEEDS: 'off',
    TIAOWEN_FOLDERS: LAWS,
    TIAOWEN_INDEX_FOLDER: join(folder, 'index'),
    TIAOWEN_DATA_FOLDER: join(folder, 'data'),
  }
}

export interface LawQuestion {
  readonly id: number
  readonly question: string
  readonly gold: readonly { readonly file: string; readonly article: string }[]
}

/** Lay questions with the articles that answer them. */
export function lawQuestions(): LawQuestion[] {
  const lines = readFileSync(join(corpus, 'questions.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as LawQuestion)
}

/** The program, its most memory so far asked of the system every quarter of a second. */
export class Program {
  readonly process: ChildProcess
  readonly #began = performance.now()
  readonly #timer: NodeJS.Timeout
  #mostKilobytes = 0

  constructor(parameters: readonly string[], env: NodeJS.ProcessEnv) {
    this.process = spawn(process.execPath, [...process.execArgv, 'src/main.ts', ...parameters], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#timer = setInterval(() => (this.#mostKilobytes = Math.max(this.#mostKilobytes, this.#status('VmHWM'))), 250)
  }

  get milliseconds(): number {
    return performance.now() - this.#began
  }

  /** Megabytes; 0 where the system does not tell. */
  get mostMemory(): number {
    return this.#mostKilobytes / 1024
  }

  get memory(): number {
    return this.#status('VmRSS') / 1024
  }

  async line(): Promise<string> {
    const [line] = (await once(createInterface({ input: this.process.stdout! }), 'line')) as [string]
    return line
  }

  /** @throws Error when it fails */
  async end(signal?: NodeJS.Signals): Promise<void> {
    const ended = once(this.process, 'exit')
    if (signal) this.process.kill(signal)
    else this.process.stdout!.resume()
    const [code] = (await ended) as [number | null]
    clearInterval(this.#timer)
    if (!signal && code !== 0) throw new Error(`the program ended with ${code}`)
  }

  #status(field: string): number {
    const path = `/proc/${this.process.pid}/status`
    if (!existsSync(path)) return 0
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(path, 'utf8'))?.[1] ?? 0)
  }
}

export interface Served {
  readonly program: Program
  readonly url: string
}

/** A server that is ready by its own word, and the milliseconds that took. */
export async function served(env: NodeJS.ProcessEnv): Promise<Served & { readonly milliseconds: number }> {
  const program = new Program(['serve'], env)
  const url = /https?:\/\/\S+/.exec(await program.line())?.[0]
  if (url === undefined) throw new Error('the server says no address')
  while (!(await fetch(new URL('/readyz', url))).ok) await new Promise((done) => setTimeout(done, 10))
  return { program, url, milliseconds: program.milliseconds }
}

/** The passages a server finds. */
export async function searchAt(url: string, query: string): Promise<readonly { readonly text: string }[]> {
  const response = await fetch(new URL('/api/search', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  return ((await response.json()) as { passages: { text: string }[] }).passages
}

/** Megabytes of the files in a folder, each counted once however many names it has. */
export function sizeOf(folder: string): number {
  const sizes = new Map<number, number>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const { ino, size } = statSync(join(folder, name))
    sizes.set(ino, size)
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0) / 2 ** 20
}
