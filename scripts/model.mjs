/**
 * The embedding model: looked for here, fetched by src/embedding/fetch-model.ts under Node 24. Run by itself
 * (`node scripts/model.mjs`, Node 24) it is that fetch: exit code 0 with a model, 3 without.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { say, timed } from './say.mjs'
import { runInFront } from './processes.mjs'

/** As src/embedding/model-files.ts has it; this file is read by a Node that reads no TypeScript. */
export const MODEL_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx']
const RETRY_AFTER_MS = 10 * 60_000
const WITHOUT_MODEL = 3

const lastFailureOf = (checkout) => join(checkout, 'models', '.last-failure')

/** Whether a whole model stands where the program will look. It is checked by SHA-256 when it is loaded. */
export function isModelPresent(checkout, env = process.env) {
  return env.TIAOWEN_MODEL_DIR !== 'off' && modelFolder(checkout, env) !== undefined
}

/** Where a whole model stands, or nothing. */
export function modelFolder(checkout, env = process.env) {
  const folders = [env.TIAOWEN_MODEL_DIR, join(checkout, 'models', 'bge-small-zh-v1.5')]
  return folders.find((folder) => folder && MODEL_FILES.every((file) => existsSync(join(folder, file))))
}

/** Whether to fetch: not when it is there, not when it is not wanted, not minutes after it failed. */
export function isModelToBeFetched(checkout, env = process.env) {
  return env.TIAOWEN_MODEL_DIR !== 'off' && !isModelPresent(checkout, env) && !hasJustFailed(checkout)
}

function hasJustFailed(checkout) {
  try {
    return Date.now() - Number(readFileSync(lastFailureOf(checkout), 'utf8')) < RETRY_AFTER_MS
  } catch {
    return false
  }
}

/** Fetches the model, or says that it is done without. */
export async function obtainModel(checkout, node) {
  await timed('④ 取向量模型 getting the embedding model', async () => {
    const { code } = await runInFront(node, [fileURLToPath(import.meta.url)], { cwd: checkout })
    mkdirSync(dirname(lastFailureOf(checkout)), { recursive: true })
    if (code === 0) rmSync(lastFailureOf(checkout), { force: true })
    else writeFileSync(lastFailureOf(checkout), String(Date.now()))
  })
}

export function sayWithoutModel(env = process.env) {
  if (env.TIAOWEN_MODEL_DIR === 'off') return say('WITHOUT MODEL：TIAOWEN_MODEL_DIR=off，只用关键词检索 keyword-only, as asked')
  say('WITHOUT MODEL：没有向量模型，只用关键词检索 no embedding model: keyword-only.')
  say('　再取一次 to try again: npm run model；已有模型 if you have one: TIAOWEN_MODEL_DIR=/path/to/bge-small-zh-v1.5')
}

async function main() {
  const { fetchModel } = await import('../src/embedding/fetch-model.ts')
  const found = await fetchModel({
    checkout: fileURLToPath(new URL('..', import.meta.url)),
    modelDirectory: process.env.TIAOWEN_MODEL_DIR,
    hubEndpoint: process.env.HF_ENDPOINT,
    say: (line) => say(`　${line}`),
  })
  if (found.outcome === 'found') {
    for (const note of found.notes) say(`　${note}`)
    say(`　向量模型 the model: ${found.model.origin}`)
  } else say(`　${found.reason}`)
  return found.outcome === 'found' ? 0 : WITHOUT_MODEL
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main()
