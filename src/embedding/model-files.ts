/** Finds the embedding model on this machine and checks it by SHA-256. Never goes to the network. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** What a model folder holds: the layout of transformers.js. */
export const MODEL_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx'] as const
const CHECKED_FILES = ['tokenizer.json', 'onnx/model_quantized.onnx'] as const

/** In `models/` of the checkout: what each model was when it was first used. Folders of the operator are not written. */
const PINS_FILE = 'pins.json'
/** Beside the model: which source it was fetched from, in its first line. */
export const ORIGIN_FILE = 'origin.txt'
const MODEL_NAME = 'bge-small-zh-v1.5'

/** As published in the Maven artifact; any other origin is pinned when it is first used. */
const KNOWN: Readonly<Record<(typeof CHECKED_FILES)[number], string>> = {
  'tokenizer.json': '48cea5d44424912a6fd1ea647bf4fe50b55ab8b1e5879c3275f80e339e8fae26',
  'onnx/model_quantized.onnx': '15b717c382bcb518ba457b93ea6850ede7f4f1cd8937454aa06972366cd19bcc',
}

export interface ModelFiles {
  readonly folder: string
  /** Which of the places it was found in, as a person is told. */
  readonly origin: string
  /** Hex SHA-256 of the ONNX file. */
  readonly sha256: string
}

/** `notes` and `reason` are plain sentences for the log and the person at the terminal. */
export type ModelSearch =
  | { readonly outcome: 'found'; readonly model: ModelFiles; readonly notes: readonly string[] }
  | { readonly outcome: 'missing'; readonly reason: string; readonly notes: readonly string[] }

export interface ModelPlaces {
  /** TIAOWEN_MODEL_DIR; `off` asks for keyword-only mode. */
  readonly modelDirectory?: string | undefined
  /** Folder of the checkout, which holds `models/`. */
  readonly checkout: string
}

/** `models/bge-small-zh-v1.5` of the checkout. */
export const modelFolderOf = (checkout: string): string => join(checkout, 'models', MODEL_NAME)

/** The model in TIAOWEN_MODEL_DIR, or else in `models/` of the checkout; or a sentence that says why there is none. */
export function findModel({ modelDirectory, checkout }: ModelPlaces): ModelSearch {
  if (isOff(modelDirectory)) {
    return { outcome: 'missing', reason: 'TIAOWEN_MODEL_DIR=off：只用关键词检索 keyword-only by request', notes: [] }
  }
  const places = [
    ...(modelDirectory ? [{ folder: modelDirectory, origin: `TIAOWEN_MODEL_DIR=${modelDirectory}` }] : []),
    { folder: modelFolderOf(checkout), origin: originOf(modelFolderOf(checkout)) },
  ]
  const notes: string[] = []
  for (const { folder, origin } of places) {
    const checked = checkFolder(folder, pinsFileOf(checkout))
    if (checked.outcome === 'good') {
      return { outcome: 'found', model: { folder, origin, sha256: checked.sha256 }, notes: [...notes, ...checked.notes] }
    }
    notes.push(`${origin}：${checked.reason}`)
  }
  return { outcome: 'missing', reason: `没有向量模型，只用关键词检索 no embedding model. ${notes.join(' ')} 下一步 next: npm run model`, notes }
}

/** `off`, also where the configuration has made an absolute path of it. */
export const isOff = (modelDirectory: string | undefined): boolean =>
  modelDirectory !== undefined && basename(modelDirectory) === 'off' && !existsSync(modelDirectory)

/** `models/…`, with what fetchModel noted of where it came from. */
function originOf(folder: string): string {
  try {
    return `models/${MODEL_NAME}（${readFileSync(join(folder, ORIGIN_FILE), 'utf8').split('\n')[0]}）`
  } catch {
    return `models/${MODEL_NAME}`
  }
}

export type FolderCheck =
  | { readonly outcome: 'good'; readonly sha256: string; readonly notes: readonly string[] }
  | { readonly outcome: 'absent' | 'incomplete' | 'corrupt'; readonly reason: string }

type Hashes = Readonly<Record<(typeof CHECKED_FILES)[number], string>>
type Pins = Readonly<Record<string, { readonly files: Hashes; readonly firstUsed: string }>>

const pinsFileOf = (checkout: string): string => join(checkout, 'models', PINS_FILE)

/** Whether the folder holds a whole model with the hashes that are known, or those it had when it was first used. */
export function checkFolder(folder: string, pinsFile?: string): FolderCheck {
  if (!existsSync(folder)) return { outcome: 'absent', reason: '没有这个文件夹 no such folder.' }
  const missing = MODEL_FILES.filter((file) => !existsSync(join(folder, file)))
  if (missing.length > 0) return { outcome: 'incomplete', reason: `缺少文件 missing ${missing.join(', ')}.` }
  let hashes: Hashes
  try {
    hashes = hashesOf(folder)
  } catch (error) {
    return { outcome: 'corrupt', reason: `无法读取 cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).` }
  }
  const sha256 = hashes['onnx/model_quantized.onnx']
  if (!pinsFile) return { outcome: 'good', sha256, notes: [] }
  const known = sameHashes(hashes, KNOWN)
  const pinned = pinsOf(pinsFile)[resolve(folder)]
  if (pinned && sameHashes(hashes, pinned.files)) return { outcome: 'good', sha256, notes: [] }
  if (pinned && !known) {
    const reason = `模型文件与首次使用时不同 the files changed since ${pinned.firstUsed}; 如属有意 if that was meant, delete ${pinsFile}.`
    return { outcome: 'corrupt', reason }
  }
  const written = pin(pinsFile, folder, hashes)
  return { outcome: 'good', sha256, notes: known ? [] : [firstUseNote(folder, sha256, written)] }
}

function hashesOf(folder: string): Hashes {
  const hash = (file: string): string => createHash('sha256').update(readFileSync(join(folder, file))).digest('hex')
  return { 'tokenizer.json': hash('tokenizer.json'), 'onnx/model_quantized.onnx': hash('onnx/model_quantized.onnx') }
}

const sameHashes = (left: Hashes, right: Partial<Hashes> | undefined): boolean =>
  CHECKED_FILES.every((file) => left[file] === right?.[file])

function pinsOf(pinsFile: string): Pins {
  try {
    const pins: unknown = JSON.parse(readFileSync(pinsFile, 'utf8'))
    return pins !== null && typeof pins === 'object' ? (pins as Pins) : {}
  } catch {
    return {}
  }
}

/** Remembers the hashes, or forgets them where there are none; `false` when the file cannot be written. */
function pin(pinsFile: string, folder: string, files: Hashes | undefined): boolean {
  const { [resolve(folder)]: _, ...others } = pinsOf(pinsFile)
  const pins: Pins = files ? { ...others, [resolve(folder)]: { files, firstUsed: new Date().toISOString() } } : others
  const draft = `${pinsFile}.${process.pid}`
  try {
    mkdirSync(dirname(pinsFile), { recursive: true })
    writeFileSync(draft, `${JSON.stringify(pins, null, 2)}\n`)
    renameSync(draft, pinsFile)
    return true
  } catch {
    return false
  }
}

/** A model newly fetched into the checkout may differ from the one before. */
export function forgetPin(checkout: string): void {
  pin(pinsFileOf(checkout), modelFolderOf(checkout), undefined)
}

function firstUseNote(folder: string, sha256: string, written: boolean): string {
  const start = `${folder} 的 SHA-256 不在已知之列 unknown SHA-256 ${sha256.slice(0, 12)}…`
  return written ? `${start}；以后按它核对 pinned in models/${PINS_FILE}.` : `${start}；未能记下 it could not be pinned.`
}
