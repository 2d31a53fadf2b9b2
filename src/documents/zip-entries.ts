/**
 * The list of contents of a zip file, read before anything is unpacked: what is locked, leads out of the package or is
 * far too much is refused unopened. Nothing is ever unpacked to the disk.
 */
import { PolicyError } from '../errors.ts'

/** One file of the package, as its list of contents has it; sizes there may lie. */
export interface ZipEntry {
  readonly name: string
  readonly packedBytes: number
}

const MOST_ENTRIES = 10_000
const END_MARK = 0x06054b50
const ENTRY_MARK = 0x02014b50
const END_BYTES = 22
const ENTRY_BYTES = 46
const LONGEST_COMMENT = 65_535
const LOCKED = 0x1
const KIND_OF_FILE = 0o170000
const LINK = 0o120000

/** @throws PolicyError 'file-format'; undefined where there is no list to be found: the file is damaged. */
export function zipEntries(bytes: Uint8Array, name: string, saveAgain: string): ZipEntry[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(view)
  if (end === undefined) return undefined
  const entries: ZipEntry[] = []
  let at = view.getUint32(end + 16, true)
  while (at + ENTRY_BYTES <= end && view.getUint32(at, true) === ENTRY_MARK) {
    if (entries.length === MOST_ENTRIES) {
      throw new PolicyError('file-format', `${name} 的压缩包里的文件超过 ${MOST_ENTRIES} 个，未读取。${saveAgain}`)
    }
    const length = view.getUint16(at + 28, true)
    const path = Buffer.from(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + length)).toString('utf8')
    refuseEntry(path, view.getUint16(at + 8, true), view.getUint32(at + 38, true) >>> 16, name, saveAgain)
    entries.push({ name: path, packedBytes: view.getUint32(at + 20, true) })
    at += ENTRY_BYTES + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

function endOf(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) === END_MARK) return at
  }
  return undefined
}

function refuseEntry(path: string, flags: number, mode: number, name: string, saveAgain: string): void {
  if ((flags & LOCKED) !== 0) {
    throw new PolicyError('file-format', `${name} 的压缩包设有密码，无法读取。请取消密码后再放入。`)
  }
  const isOutside = /^(?:[\\/]|[a-z]:)/i.test(path) || path.split(/[\\/]/).includes('..') || path.includes('\0')
  if (isOutside || (mode & KIND_OF_FILE) === LINK) {
    throw new PolicyError('file-format', `${name} 的压缩包里有指向包外的内容，不是正常的 Word 文件，未读取。${saveAgain}`)
  }
}
