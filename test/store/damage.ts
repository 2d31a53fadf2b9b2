/** What disks and people do to files, and kill -9: helpers for the tests of the store and of the whole index. */
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import type { Random } from './random.ts'

export interface ByteChange {
  /** Path below the folder. */
  readonly file: string
  readonly offset: number
  readonly before: number
  readonly after: number
  /** Puts the byte back, if the file is still there. */
  undo(): void
}

/** Files below a folder that are not empty, in a fixed order, without locks, drafts and what was set aside. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !/(?:^|[/\\])(?:tmp-|bad-|writer-)/.test(file))
    .filter((file) => statSync(join(folder, file)).isFile() && statSync(join(folder, file)).size > 0)
    .toSorted()
}

/** Changes one byte of one file, each file equally likely. `among`: which files may be hit. */
export function randomByteChange(folder: string, random: Random, among = (_file: string) => true): ByteChange {
  const file = random.pick(filesOf(folder).filter(among))
  const path = join(folder, file)
  const bytes = readFileSync(path)
  const offset = random.between(0, bytes.length)
  const before = bytes[offset] as number
  const after = before ^ random.between(1, 256)
  bytes[offset] = after
  writeFileSync(path, bytes)
  const undo = () => {
    bytes[offset] = before
    writeFileSync(path, bytes)
  }
  return { file: relative(folder, path), offset, before, after, undo }
}

/** Cuts a file at a random place, before its end. */
export function truncateRandomly(path: string, random: Random): void {
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.subarray(0, random.between(0, bytes.length)))
}

/** Fills a file with zeros from a random place to its end, as a lost page would; at least one byte changes. */
export function zeroTail(path: string, random: Random): void {
  const bytes = readFileSync(path)
  const last = bytes.findLastIndex((byte) => byte !== 0)
  if (last < 0) throw new Error(`${path} holds nothing but zeros`)
  writeFileSync(path, bytes.fill(0, random.between(0, last + 1)))
}

export interface KillOptions {
  readonly command: string
  readonly arguments: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly random: Random
  /** Milliseconds after the start, or after a line of output (the first, or one that matches), within which the kill falls. */
  readonly within: number
  readonly from: 'start' | 'first-line' | RegExp
}

export interface Killed {
  /** Whole lines of standard output before it died. */
  readonly lines: readonly string[]
  readonly errors: string
  /** False when it ended by itself first. */
  readonly wasKilled: boolean
  /** Milliseconds from `from` to the kill. */
  readonly after: number
}

/** Starts a command and sends it SIGKILL at a random moment. */
export async function killAtRandomMoment(options: KillOptions): Promise<Killed> {
  const after = options.random.next() * options.within
  const child = spawn(options.command, [...options.arguments], {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let errors = ''
  let timer: NodeJS.Timeout | undefined
  const aim = () => {
    timer ??= setTimeout(() => child.kill('SIGKILL'), after)
  }
  if (options.from === 'start') child.once('spawn', aim)
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    if (!(options.from instanceof RegExp) || options.from.test(line)) aim()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const signal = await new Promise<NodeJS.Signals | null>((done, failed) => {
    child.once('error', failed)
    child.once('close', (_code, signal) => done(signal))
  })
  clearTimeout(timer)
  return { lines, errors, wasKilled: signal === 'SIGKILL', after }
}
