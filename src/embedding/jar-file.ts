/** Reads chosen files out of a jar, which is a zip, from its central directory. Stored and deflated files, no zip64. */

import { crc32, inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_HEADER = 0x04034b50
const LONGEST_END = 22 + 0xffff
const LARGEST_FILE = 512 * 1024 * 1024

export class JarError extends Error {}

/**
 * Contents of the files that `isWanted`, by name, each checked against its CRC.
 * @throws JarError when it is not a zip, is cut short or damaged
 */
export function readJar(jar: Buffer, isWanted: (name: string) => boolean): Map<string, Buffer> {
  try {
    return new Map(entriesOf(jar).filter(({ name }) => isWanted(name)).map((entry) => [entry.name, contentOf(jar, entry)]))
  } catch (error) {
    if (error instanceof JarError) throw error
    throw new JarError(`the jar is damaged: ${String(error)}`, { cause: error })
  }
}

interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packedSize: number
  readonly size: number
  readonly headerAt: number
}

function entriesOf(jar: Buffer): Entry[] {
  const end = endOfDirectory(jar)
  const count = jar.readUInt16LE(end + 10)
  let at = jar.readUInt32LE(end + 16)
  const entries: Entry[] = []
  for (let entry = 0; entry < count; entry++) {
    if (jar.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new JarError('the directory of the jar is damaged')
    const nameLength = jar.readUInt16LE(at + 28)
    entries.push({
      name: jar.toString('utf8', at + 46, at + 46 + nameLength),
      method: jar.readUInt16LE(at + 10),
      crc: jar.readUInt32LE(at + 16),
      packedSize: jar.readUInt32LE(at + 20),
      size: jar.readUInt32LE(at + 24),
      headerAt: jar.readUInt32LE(at + 42),
    })
    at += 46 + nameLength + jar.readUInt16LE(at + 30) + jar.readUInt16LE(at + 32)
  }
  return entries
}

function endOfDirectory(jar: Buffer): number {
  for (let at = jar.length - 22; at >= Math.max(0, jar.length - LONGEST_END); at--) {
    if (jar.readUInt32LE(at) === END_OF_DIRECTORY) return at
  }
  throw new JarError('not a jar, or cut short')
}

function contentOf(jar: Buffer, { name, method, crc, packedSize, size, headerAt }: Entry): Buffer {
  if (jar.readUInt32LE(headerAt) !== LOCAL_HEADER || size > LARGEST_FILE) throw new JarError(`${name} is damaged in the jar`)
  const start = headerAt + 30 + jar.readUInt16LE(headerAt + 26) + jar.readUInt16LE(headerAt + 28)
  const packed = jar.subarray(start, start + packedSize)
  if (method !== 0 && method !== 8) throw new JarError(`${name} is packed by method ${method}, which is not supported`)
  const content = method === 0 ? Buffer.from(packed) : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
  if (content.length !== size || crc32(content) !== crc) throw new JarError(`${name} is damaged in the jar`)
  return content
}
