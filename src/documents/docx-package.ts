/** The package of a Word file: the parts that hold its words, unpacked within limits. */
import { join, normalize } from 'node:path/posix'
import JSZip from 'jszip'
import { PolicyError } from '../errors.ts'
import { walkXml } from './xml.ts'
import { zipEntries } from './zip-entries.ts'

/** XML of the parts; absent where the file has none. */
export interface WordParts {
  readonly document: string
  readonly styles?: string
  readonly numbering?: string
  readonly footnotes?: string
  readonly endnotes?: string
}

/** Bytes of all parts read, unpacked: a law of 3,000 articles has 10 MB. */
const LARGEST_UNPACKED = 64 * 1024 * 1024
/** XML packs to a tenth; what packs to a hundredth was made to burst its reader. */
const MOST_PACKED = 100
/** So much may be packed as it likes. */
const ALWAYS_UNPACKED = 1024 * 1024

const SAVE_AGAIN = '请用 Word 或 WPS 打开确认，另存为 docx 后再放入。'

/** A Word file opened: its main part unpacked, the others at hand. */
export interface WordPackage {
  /** XML of the main part. */
  readonly document: string
  /** `word/document.xml` */
  readonly main: string
  /** Of the main part, in the order of the file. */
  readonly relations: readonly Relation[]
  /** The text of a part; undefined where there is none. @throws PolicyError 'file-format' */
  part(path: string): Promise<string | undefined>
  /** The whole file with parts of it changed or added; the others stay what they were, byte for byte. */
  withParts(parts: ReadonlyMap<string, string>): Promise<Uint8Array>
}

/** Where a part leads to another of the package. */
export interface Relation {
  readonly id: string
  /** Without the address before it: `comments`. */
  readonly type: string
  /** `word/comments.xml` */
  readonly path: string
}

/** @throws PolicyError 'file-format' with what the file is and what to do. */
export async function openWordFile(bytes: Uint8Array, name: string): Promise<WordParts> {
  const { document, main, relations, part } = await openWordPackage(bytes, name)
  const folder = main.slice(0, main.lastIndexOf('/') + 1)
  const parts: Record<string, string> = {}
  for (const type of ['styles', 'numbering', 'footnotes', 'endnotes'] as const) {
    const xml = await part(pathOf(relations, type) ?? `${folder}${type}.xml`)
    if (xml !== undefined) parts[type] = xml
  }
  return { ...parts, document }
}

/**
 * @param mostBytes of all parts that are read, unpacked.
 * @throws PolicyError 'file-format' with what the file is and what to do.
 */
export async function openWordPackage(
  bytes: Uint8Array,
  name: string,
  mostBytes = LARGEST_UNPACKED,
): Promise<WordPackage> {
  refuseOthers(bytes, name)
  const entries = zipEntries(bytes, name, SAVE_AGAIN) ?? []
  const zip = await JSZip.loadAsync(bytes).catch((cause: unknown) => {
    throw damaged(name, cause)
  })
  if (zip.file('OFD.xml')) {
    throw new PolicyError('file-format', `${name} 其实是 OFD 文件。请用 OFD 阅读器打开，导出（另存）为 PDF 或 docx。`)
  }
  const unpack = unpacker(zip, new Map(entries.map((entry) => [entry.name, entry.packedBytes])), name, mostBytes)
  const main = pathOf(relationsIn(await unpack('_rels/.rels'), ''), 'officeDocument') ?? 'word/document.xml'
  const relations = relationsIn(await unpack(relationsPath(main)), main.slice(0, main.lastIndexOf('/') + 1))
  const document = await unpack(main)
  if (document === undefined || !/<(?:[\w-]+:)?document[\s>]/.test(document.slice(0, 4096))) {
    throw new PolicyError('file-format', `${name} 是压缩包，但里面没有 Word 正文。如果是表格或演示文稿，请把内容另存为 docx。`)
  }
  const withParts = (parts: ReadonlyMap<string, string>): Promise<Uint8Array> => {
    for (const [path, xml] of parts) zip.file(path, inUtf8(xml), { createFolders: false })
    return zip.generateAsync({ type: 'uint8array', compression: 'DEFLATE' })
  }
  return { document, main, relations, part: unpack, withParts }
}

/** @example relationsPath('word/document.xml') // 'word/_rels/document.xml.rels' */
export function relationsPath(part: string): string {
  const slash = part.lastIndexOf('/') + 1
  return `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`
}

/** The first part that a relation of a type leads to. */
export const pathOf = (relations: readonly Relation[], type: string): string | undefined =>
  relations.find((relation) => relation.type === type)?.path

/** What the XML was read from may have been UTF-16; what is written is UTF-8, and says so. */
const inUtf8 = (xml: string): string => xml.replace(/^(<\?xml[^>]*encoding=["'])utf-16(?:le|be)?/i, '$1UTF-8')

/** Old Word files and encrypted ones share one container; the name of a stream in it tells them apart. */
function refuseOthers(bytes: Uint8Array, name: string): void {
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11 && bytes[3] === 0xe0) {
    if (Buffer.from(bytes).includes(Buffer.from('EncryptedPackage', 'utf16le'))) {
      throw new PolicyError('file-format', `${name} 设有打开密码，无法读取。请用 Word 打开，取消密码后保存，再放入文件夹。`)
    }
    throw new PolicyError('file-format', `${name} 是旧版 Word（doc）文件，只是扩展名改成了 docx。请用 Word 或 WPS 打开，另存为 docx。`)
  }
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw new PolicyError('file-format', `${name} 不是 Word（docx）文件：开头不是 docx 的标志。${SAVE_AGAIN}`)
  }
}

/** What a failure in the middle of reading means for the operator. */
export function damaged(name: string, cause: unknown): PolicyError {
  if (cause instanceof PolicyError) return cause
  if (cause instanceof RangeError) {
    return new PolicyError('file-format', `${name} 的内容过多或嵌套过深，未读取。请拆分后再放入。`, { cause })
  }
  return new PolicyError('file-format', `${name} 已损坏，无法按 Word（docx）读取。${SAVE_AGAIN}`, { cause })
}

/** Reads parts as text; the bytes of all parts are counted while they are unpacked, whatever their headers say. */
function unpacker(
  zip: JSZip,
  packed: ReadonlyMap<string, number>,
  name: string,
  mostBytes: number,
): (path: string) => Promise<string | undefined> {
  let total = 0
  return async (path) => {
    const file = zip.file(path)
    if (!file) return undefined
    const most = Math.max(ALWAYS_UNPACKED, MOST_PACKED * (packed.get(path) ?? 0))
    let own = 0
    try {
      const chunks = await chunksOf(file, (length) => {
        total += length
        own += length
        if (own > most) throw tooPacked(name)
        if (total > mostBytes) throw tooLarge(name, mostBytes)
      })
      return withoutDeclarations(decoded(Buffer.concat(chunks)), name)
    } catch (cause) {
      throw damaged(name, cause)
    }
  }
}

/** Unpacks piece by piece, and stops as soon as `count` throws. */
function chunksOf(file: JSZip.JSZipObject, count: (length: number) => void): Promise<readonly Uint8Array[]> {
  return new Promise((settle, fail) => {
    const chunks: Uint8Array[] = []
    const stream = file.nodeStream()
    stream.on('data', (chunk: Uint8Array) => {
      try {
        count(chunk.length)
        chunks.push(chunk)
      } catch (cause) {
        stream.pause()
        fail(cause)
      }
    })
    stream.on('error', fail)
    stream.on('end', () => settle(chunks))
  })
}

const tooLarge = (name: string, mostBytes: number): PolicyError =>
  new PolicyError('file-format', `${name} 解开后超过 ${mostBytes / 1024 / 1024} MB，未读取。请拆分后再放入。`)

const tooPacked = (name: string): PolicyError =>
  new PolicyError('file-format', `${name} 解开后是压缩时的 ${MOST_PACKED} 倍以上，不是正常的 Word 文件，未读取。${SAVE_AGAIN}`)

/** Word declares no types and no entities; what does was made to make its reader multiply words or fetch files. */
function withoutDeclarations(xml: string, name: string): string {
  if (!/<!(?:DOCTYPE|ENTITY)/i.test(xml)) return xml
  throw new PolicyError('file-format', `${name} 里有 Word 不会写的声明（DOCTYPE），未读取。${SAVE_AGAIN}`)
}

/** XML is UTF-8, or UTF-16 with its mark. @throws TypeError for anything else. */
function decoded(bytes: Uint8Array): string {
  const mark = `${bytes[0]} ${bytes[1]}`
  const label = mark === '255 254' ? 'utf-16le' : mark === '254 255' ? 'utf-16be' : 'utf-8'
  return new TextDecoder(label, { fatal: true }).decode(bytes)
}

/** Relations to parts of the package, in order; what leads out of it is left out. */
function relationsIn(xml: string | undefined, folder: string): Relation[] {
  const relations: Relation[] = []
  walkXml(xml ?? '', {
    open({ attributes }) {
      const { Id: id = '', Type = '', Target, TargetMode } = attributes
      if (Target === undefined || TargetMode === 'External') return
      const path = (Target.startsWith('/') ? normalize(Target) : join('/', folder, Target)).slice(1)
      relations.push({ id, type: Type.slice(Type.lastIndexOf('/') + 1), path })
    },
  })
  return relations
}
