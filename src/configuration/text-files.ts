/** Small text files of the operator: the configuration file, and secrets that stand in a file of their own. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface TextFile {
  readonly text: string
  /** Everybody on this machine may read it, or change it. */
  readonly isReadByAll: boolean
  readonly isWrittenByAll: boolean
}

/** Its text, without the mark of UTF-8, or what is wrong with it as the end of a sentence, e.g. `does not exist`. */
export function readTextFile(path: string, mostBytes: number): TextFile | string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    return reasonOf(error)
  }
  try {
    const bytes = bytesOf(file, mostBytes + 1)
    if (bytes.length > mostBytes) return `is larger than ${mostBytes} bytes`
    const { mode } = fstatSync(file)
    const isPosix = process.platform !== 'win32'
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text, isReadByAll: isPosix && (mode & 0o004) !== 0, isWrittenByAll: isPosix && (mode & 0o002) !== 0 }
  } catch (error) {
    return error instanceof TypeError ? 'is not UTF-8 text' : reasonOf(error)
  } finally {
    closeSync(file)
  }
}

/** Pipes and devices tell no size and may have no end. */
function bytesOf(file: number, most: number): Buffer {
  const bytes = Buffer.alloc(most)
  let length = 0
  for (let read = -1; read !== 0 && length < most; length += read) {
    read = readSync(file, bytes, length, most - length, null)
  }
  return bytes.subarray(0, length)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a folder',
}

function reasonOf(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return REASONS[code] ?? `cannot be read (${code})`
}
