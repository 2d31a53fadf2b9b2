/** A tar archive that is the same, byte for byte, whenever and wherever it is made of the same files. */

import { createReadStream } from 'node:fs'
import { once } from 'node:events'

const BLOCK = 512
const NAME_BYTES = 100
const PREFIX_BYTES = 155

/**
 * One entry's header, of the POSIX ustar format. Owner and group are root, the time is given.
 * @param {{ path: string, size: number, mode: number, mtime: number, type?: '0' | '5' }} entry `mtime` in seconds
 * @returns {Buffer} 512 bytes
 */
export function headerOf({ path, size, mode, mtime, type = '0' }) {
  const { name, prefix } = splitName(path)
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0)
  octal(header, 100, 8, mode)
  octal(header, 108, 8, 0)
  octal(header, 116, 8, 0)
  octal(header, 124, 12, size)
  octal(header, 136, 12, mtime)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\0' + '00', 257)
  header.write('root', 265)
  header.write('root', 297)
  octal(header, 329, 8, 0)
  octal(header, 337, 8, 0)
  header.write(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

const octal = (header, at, bytes, value) => header.write(`${value.toString(8).padStart(bytes - 1, '0')}\0`, at)

/** A long path is held in two fields, cut at a slash. */
function splitName(path) {
  if (Buffer.byteLength(path) <= NAME_BYTES) return { name: path, prefix: '' }
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (name !== '' && Buffer.byteLength(name) <= NAME_BYTES && Buffer.byteLength(prefix) <= PREFIX_BYTES) return { name, prefix }
  }
  throw new Error(`The path is too long for a tar archive: ${path}`)
}

/**
 * Writes files and the folders they stand in, in the order of their paths.
 * @param {import('node:stream').Writable} output
 * @param {readonly { path: string, source: string, size: number, mode: number }[]} files
 * @param {number} mtime of every entry, in seconds since 1970
 */
export async function writeTar(output, files, mtime) {
  const put = async (bytes) => {
    if (!output.write(bytes)) await once(output, 'drain')
  }
  const folders = new Set()
  for (const file of [...files].sort((left, right) => (left.path < right.path ? -1 : 1))) {
    for (const folder of foldersOf(file.path)) {
      if (folders.has(folder)) continue
      folders.add(folder)
      await put(headerOf({ path: `${folder}/`, size: 0, mode: 0o755, mtime, type: '5' }))
    }
    await put(headerOf({ ...file, mtime }))
    let size = 0
    for await (const chunk of createReadStream(file.source)) {
      size += chunk.length
      await put(chunk)
    }
    if (size !== file.size) throw new Error(`${file.path} changed while it was packed`)
    await put(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK))
  }
  await put(Buffer.alloc(2 * BLOCK))
  output.end()
}

/** @example foldersOf('a/b/c') // ['a', 'a/b'] */
const foldersOf = (path) => path.split('/').slice(0, -1).map((_, at, parts) => parts.slice(0, at + 1).join('/'))
