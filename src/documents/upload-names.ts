/** Names that people's files bring along → names under which they may lie in the folder of uploads. */
import { extname } from 'node:path/posix'
import { PolicyError } from '../errors.ts'
import { readerFor, unknownFormat } from './read.ts'
import { SIDECAR_NAME } from './sidecar.ts'

/** In UTF-8; systems take 255, and a number may come behind. */
const LONGEST_BYTES = 200

/** What no name may hold: control and format characters (bidi marks among them), separators, signs Windows refuses. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|]/u
/** Names of devices of Windows, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

const RENAME = '请改名后再上传。'

/**
 * The name in NFC, shortened where it is too long, its ending kept. It never has a folder in it.
 * @throws PolicyError 'bad-request' for a name that no ordinary file has; 'file-format' for an ending no reader takes.
 * @example uploadName('关于征求意见的通知.docx') // '关于征求意见的通知.docx'
 */
export function uploadName(given: string): string {
  const name = given.toWellFormed().normalize('NFC')
  const said = JSON.stringify(name.slice(0, 100))
  if (FORBIDDEN.test(name) || /\ufffd/.test(name)) throw refused(`文件名 ${said} 里有路径、控制字符或不能用作文件名的符号。`)
  if (/^\s|[\s.]$/u.test(name) || name === '') throw refused(`文件名 ${said} 是空的，或以空格、句点开头或结尾。`)
  if (name.startsWith('.') || name.startsWith('~$')) throw refused(`${said} 是隐藏文件或 Word 打开时的临时文件。`)
  if (DEVICE.test(name)) throw refused(`${said} 是系统保留的名称。`)
  if (name.toLowerCase() === SIDECAR_NAME) throw refused(`${said} 是说明文件的名称，不能上传。`)
  if (!readerFor(name)) throw new PolicyError('file-format', unknownFormat(clipped(name)))
  return fitting(name, '')
}

/**
 * The name, or it with ` (2)`, ` (3)` … before its ending where it is taken; `isTaken` is asked in lower case.
 * @example freeName('决定.docx', (name) => name === '决定.docx') // '决定 (2).docx'
 */
export function freeName(name: string, isTaken: (lowerCase: string) => boolean): string {
  for (let number = 1; ; number++) {
    const free = fitting(name, number === 1 ? '' : ` (${number})`)
    if (!isTaken(free.toLowerCase())) return free
  }
}

/** Shortened before the ending to what a folder takes, `behind` put between. */
function fitting(name: string, behind: string): string {
  const ending = extname(name)
  const room = LONGEST_BYTES - Buffer.byteLength(ending) - Buffer.byteLength(behind)
  let stem = ''
  for (const letter of name.slice(0, name.length - ending.length)) {
    if (Buffer.byteLength(stem) + Buffer.byteLength(letter) > room) break
    stem += letter
  }
  return `${stem.trimEnd()}${behind}${ending}`
}

const clipped = (name: string): string => (name.length > 60 ? `${name.slice(0, 20)}…${name.slice(-30)}` : name)

const refused = (why: string) => new PolicyError('bad-request', `${why}${RENAME}`)
