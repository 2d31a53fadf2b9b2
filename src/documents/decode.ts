/** Bytes → characters: UTF-8 and UTF-16 by their marks, else strict UTF-8, else GB18030. Never a guess silently. */
import { isUtf8 } from 'node:buffer'
import { PolicyError } from '../errors.ts'
import type { DroppedLine } from '../types.ts'
import { fileKindOf, KIND_NAMES, RECOGNISE } from './file-kinds.ts'

export interface DecodedText {
  readonly text: string
  /** `utf-8`, `utf-16le`, `utf-16be`, `gb18030`, a label a page declared; `docx`, `pdf` of formats that say it themselves. */
  readonly encoding: string
  /** Of a file in pages: the offset in `text` where each page begins, page 1 first. */
  readonly pages?: readonly number[]
  /** What the reader itself left out, e.g. running heads. */
  readonly dropped?: readonly DroppedLine[]
  /** Sentences the operator should see. */
  readonly notices?: readonly string[]
}

const NEXT_STEP = '请用编辑器打开并另存为 UTF-8 文本。'

/**
 * @param declared the charset a page names for itself; used only for charsets beside UTF-8 and GB18030.
 * @throws PolicyError 'file-format' for binary files, 'file-encoding' for bytes in no known encoding.
 */
export function decodeBytes(bytes: Uint8Array, name: string, declared?: string): DecodedText {
  const kind = fileKindOf(bytes)
  if (kind !== undefined) {
    const step = kind === 'picture' ? RECOGNISE : '请改正扩展名，或另存为 docx、pdf、txt、md 或 html。'
    throw new PolicyError('file-format', `${name} 是${KIND_NAMES[kind]}，不是文本文件。${step}`)
  }
  const marked = markedEncoding(bytes)
  if (marked) return { text: strictly(marked, bytes, name), encoding: marked }
  const nul = bytes.indexOf(0)
  if (nul >= 0) {
    throw new PolicyError('file-format', `${name} 第 ${nul + 1} 字节是空字节，像是二进制文件或无标记的 UTF-16。${NEXT_STEP}`)
  }
  if (isUtf8(bytes)) return { text: strictly('utf-8', bytes, name), encoding: 'utf-8' }
  if (declared && !/^(utf-?8|gb)/i.test(declared)) return { text: strictly(declared, bytes, name), encoding: declared }
  return { text: gb18030(bytes, name), encoding: 'gb18030' }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

/** Decodes or throws; TextDecoder leaves out the byte order mark. */
function strictly(encoding: string, bytes: Uint8Array, name: string): string {
  let text: string
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new PolicyError('file-encoding', `${name} 自称是 ${encoding}，但有字节不合该编码。${NEXT_STEP}`, { cause })
  }
  if (text.includes('\0')) {
    throw new PolicyError('file-format', `${name} 含有空字符（U+0000），像是二进制文件。${NEXT_STEP}`)
  }
  return text
}

function gb18030(bytes: Uint8Array, name: string): string {
  const line = lineOfFirstBadUtf8(bytes)
  const refusal = `${name} 既不是 UTF-8（第 ${line} 行有不合的字节），也不是 GB18030。${NEXT_STEP}`
  if (commonShare(bytes) < 0.8) throw new PolicyError('file-encoding', refusal)
  try {
    return new TextDecoder('gb18030', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new PolicyError('file-encoding', refusal, { cause })
  }
}

function lineOfFirstBadUtf8(bytes: Uint8Array): number {
  const lossy = new TextDecoder('utf-8').decode(bytes)
  const bad = lossy.indexOf('\ufffd')
  return (bad < 0 ? lossy : lossy.slice(0, bad)).split('\n').length
}

/**
 * The share of two-byte characters that are GB 2312 punctuation or level-1 hanzi. Chinese text has over 0.9;
 * Big5, Latin-1 or damaged UTF-8 taken for GB18030 has far less.
 */
function commonShare(bytes: Uint8Array): number {
  let common = 0
  let all = 0
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) continue
    const trail = bytes[at + 1] ?? 0
    all++
    if (trail >= 0x30 && trail <= 0x39) {
      at += 3 // a four-byte character, rare
      continue
    }
    if (trail >= 0xa1 && ((lead >= 0xa1 && lead <= 0xa3) || (lead >= 0xb0 && lead <= 0xd7))) common++
    at++
  }
  return all === 0 ? 0 : common / all
}
