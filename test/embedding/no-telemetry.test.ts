/** What people ask stays here, and so does that they ask: the runtime of the model tells nobody. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OPT_OUT } from '../../src/embedding/no-telemetry.ts'

const LIBRARIES = `node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}`
const modelFolder = resolve(process.env['TIAOWEN_MODEL_DIR'] ?? 'models/bge-small-zh-v1.5')

test('the installed runtime still knows the name by which it is told to send nothing', () => {
  const libraries = readdirSync(LIBRARIES).filter((name) => /^libonnxruntime\./.test(name))
  expect(libraries).not.toEqual([])
  for (const name of libraries) expect(readFileSync(join(LIBRARIES, name)).includes(`${OPT_OUT}\0`)).toBe(true)
})

test.skipIf(!existsSync(modelFolder))('a question leaves no identity and no log behind', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-telemetry-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [home, script] = [join(folder, 'home'), join(folder, 'ask.mjs')]
  mkdirSync(home)
  writeFileSync(script, `
    const { TransformersEmbedder } = await import(${JSON.stringify(resolve('src/embedding/transformers-embedder.ts'))})
    const embedder = new TransformersEmbedder({ modelFolder: ${JSON.stringify(modelFolder)}, modelSha256: '', workers: 1 })
    process.stdout.write(String((await embedder.embedQuestion('停车费每小时多少钱？')).length))
    await embedder.close()`)
  // not CI=true, in which the runtime is silent by itself
  const env = { PATH: process.env['PATH'], HOME: home, TMPDIR: home, XDG_CACHE_HOME: join(home, 'cache') }
  const ended = spawnSync(process.execPath, [script], { env, encoding: 'utf8' })
  expect(ended.stdout).toBe('512')
  expect(readdirSync(home)).toEqual([])
})
