/** Reads a file as it was at one moment: what is written to while it is read is read again, or refused. */
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { PolicyError } from '../errors.ts'

/** How often a file is read before it is said to be changing. */
const ATTEMPTS = 3
/**
 * A file changed less than this before it is read may be in the middle of being written, and clocks of file systems
 * tick so slowly that one more write would leave the same time of change: it is read again.
 */
const TICK_MS = 25

export type ReadBytes = (path: string) => Promise<Uint8Array>

/**
 * The bytes of one version of a file: its size, times of change and identity are the same before and after reading.
 * @param name for the message. @param read for tests.
 * @throws PolicyError 'file-unreadable' when it changed during each of three readings; the system's error otherwise.
 */
export async function readSteadily(path: string, name: string, read: ReadBytes = readFile): Promise<Uint8Array> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await versionOf(path)
    const age = Date.now() - before.changedMs
    const bytes = await read(path)
    const settled = age < 0 || age >= TICK_MS // a clock that is ahead says nothing
    if (settled && before.version === (await versionOf(path)).version) return bytes
    if (attempt < ATTEMPTS) await wait(2 * TICK_MS)
  }
  const message = `${name} 在读取时不断被改写（读了 ${ATTEMPTS} 次），未读取。请等写入完成后重新建立索引。`
  throw new PolicyError('file-unreadable', message)
}

async function versionOf(path: string): Promise<{ version: string; changedMs: number }> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
  return { version: [dev, ino, size, mtimeNs, ctimeNs].join(' '), changedMs: Number(mtimeNs / 1_000_000n) }
}
