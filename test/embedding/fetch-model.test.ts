import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchModel } from '../../src/embedding/fetch-model.ts'
import { findModel, MODEL_FILES, modelFolderOf } from '../../src/embedding/model-files.ts'
import { makeJar } from './make-jar.ts'

const realModel = modelFolderOf('.')
const path = process.env['PATH']
let checkout: string
let server: Server | undefined
let lines: string[]

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'checkout-'))
  lines = []
})
afterEach(async () => {
  process.env['PATH'] = path
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

/** A folder in the layout of transformers.js, with stand-ins for the files. */
function writeModel(folder: string, weights = 'weights'): void {
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  for (const file of MODEL_FILES) writeFileSync(join(folder, file), file.endsWith('.onnx') ? weights : '{}')
}

/** Puts a program named mvn in front of PATH. */
function fakeMaven(script: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'bin-'))
  writeFileSync(join(folder, 'mvn'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'mvn'), 0o755)
  process.env['PATH'] = `${folder}${delimiter}${path}`
}

async function hub(answer: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer(answer!)
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const deadHub = (): Promise<string> => hub((_, response) => response.writeHead(503).end())
const fetchHere = (hubEndpoint: string, more: object = {}): ReturnType<typeof fetchModel> =>
  fetchModel({ checkout, hubEndpoint, say: (line) => lines.push(line), ...more })

describe('the model on this machine', () => {
  test('is taken from TIAOWEN_MODEL_DIR before models/, and says so', () => {
    const own = join(checkout, 'own')
    writeModel(own)
    writeModel(modelFolderOf(checkout))
    expect(findModel({ modelDirectory: own, checkout })).toMatchObject({ outcome: 'found', model: { folder: own, origin: `TIAOWEN_MODEL_DIR=${own}` } })
    expect(findModel({ checkout })).toMatchObject({ outcome: 'found', model: { origin: 'models/bge-small-zh-v1.5' } })
  })

  test('is looked for in models/ when TIAOWEN_MODEL_DIR holds none, with a note', () => {
    writeModel(modelFolderOf(checkout))
    const found = findModel({ modelDirectory: join(checkout, 'elsewhere'), checkout })
    expect(found).toMatchObject({ outcome: 'found', model: { folder: modelFolderOf(checkout) } })
    expect(found.notes[0]).toContain('no such folder')
  })

  test('absent is a sentence with the next step', () => {
    const found = findModel({ checkout })
    expect(found.outcome === 'missing' && found.reason).toMatch(/没有向量模型.*no such folder.*npm run model/)
  })

  test('is not looked for when TIAOWEN_MODEL_DIR=off', () => {
    writeModel(modelFolderOf(checkout))
    expect(findModel({ modelDirectory: 'off', checkout })).toMatchObject({ outcome: 'missing' })
    expect(findModel({ modelDirectory: join(checkout, 'off'), checkout })).toMatchObject({ outcome: 'missing' })
  })

  test('names the file it lacks', () => {
    writeModel(modelFolderOf(checkout))
    const own = join(checkout, 'own')
    mkdirSync(own)
    writeFileSync(join(own, 'config.json'), '{}')
    expect(findModel({ modelDirectory: own, checkout }).notes[0]).toContain('missing tokenizer.json, tokenizer_config.json, onnx/model_quantized.onnx')
  })

  test('unknown is pinned when it is first used, without a word written to its folder', () => {
    const own = join(checkout, 'own')
    writeModel(own)
    const before = readdirSync(own)
    expect(findModel({ modelDirectory: own, checkout }).notes[0]).toContain('unknown SHA-256')
    expect(findModel({ modelDirectory: own, checkout }).notes).toEqual([])
    expect(readdirSync(own)).toEqual(before)
  })

  test('changed since it was first used is refused', () => {
    writeModel(modelFolderOf(checkout))
    findModel({ checkout })
    writeModel(modelFolderOf(checkout), 'weightS')
    const found = findModel({ checkout })
    expect(found.outcome === 'missing' && found.reason).toContain('the files changed since')
  })
})

describe('a model that is fetched', () => {
  test('comes from Maven when the hub does not answer, and is whole', async () => {
    const jar = join(checkout, 'fake.jar')
    writeFileSync(jar, makeJar({ 'bge-q.onnx': Buffer.from('weights'), 'bge-q-tokenizer.json': Buffer.from('{}') }))
    fakeMaven(`echo "$@" > ${checkout}/maven-arguments; cp ${jar} ./model.jar`)
    const found = await fetchHere(await deadHub())
    expect(found).toMatchObject({ outcome: 'found', model: { origin: 'models/bge-small-zh-v1.5（Maven）' } })
    expect(readFileSync(join(checkout, 'maven-arguments'), 'utf8')).toMatch(/^-B dependency:copy -Dartifact=dev\.langchain4j:/)
    expect(JSON.parse(readFileSync(join(modelFolderOf(checkout), 'config.json'), 'utf8'))).toMatchObject({ hidden_size: 512, vocab_size: 21128 })
    expect(readdirSync(join(checkout, 'models')).sort()).toEqual(['bge-small-zh-v1.5', 'pins.json'])
  })

  test('is not fetched again when it is there', async () => {
    writeModel(modelFolderOf(checkout))
    await fetchHere('http://127.0.0.1:9')
    expect(lines).toEqual([])
  })

  test('takes the place of one that is damaged', async () => {
    writeModel(modelFolderOf(checkout))
    findModel({ checkout })
    writeModel(modelFolderOf(checkout), 'damaged')
    const jar = join(checkout, 'fake.jar')
    writeFileSync(jar, makeJar({ 'bge-q.onnx': Buffer.from('new weights'), 'bge-q-tokenizer.json': Buffer.from('{}') }))
    fakeMaven(`cp ${jar} ./model.jar`)
    expect((await fetchHere(await deadHub())).outcome).toBe('found')
    expect(readFileSync(join(modelFolderOf(checkout), 'onnx/model_quantized.onnx'), 'utf8')).toBe('new weights')
  })

  test('waits no longer than it is told for a hub that is silent', async () => {
    fakeMaven('exit 1')
    const start = performance.now()
    const found = await fetchHere(await hub(() => {}), { hubPatienceMs: 200 })
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(found.outcome === 'missing' && found.reason).toContain('no answer within 0.2 s')
  })

  test('waits no longer than it is told for Maven', async () => {
    fakeMaven('sleep 60')
    const found = await fetchHere(await deadHub(), { mavenTimeoutMs: 300 })
    expect(found.outcome === 'missing' && found.reason).toContain('not done within 0.3 s')
  })

  test('says what Maven says, and leaves nothing half done', async () => {
    fakeMaven('echo "[INFO] hello"; echo "[ERROR] Could not transfer artifact: unknown host"; exit 1')
    const found = await fetchHere(await deadHub())
    expect(found.outcome === 'missing' && found.reason).toContain('Could not transfer artifact: unknown host')
    expect(readdirSync(join(checkout, 'models'))).toEqual([])
  })

  test('says that Maven is not installed', async () => {
    process.env['PATH'] = mkdtempSync(join(tmpdir(), 'empty-'))
    const found = await fetchHere(await deadHub())
    expect(found.outcome === 'missing' && found.reason).toContain('Maven is not installed')
  })

  test('refuses a jar that is damaged', async () => {
    fakeMaven('echo nonsense > model.jar')
    const found = await fetchHere(await deadHub())
    expect(found.outcome === 'missing' && found.reason).toContain('not a jar, or cut short')
  })

  test.skipIf(!existsSync(realModel))('comes from the mirror HF_ENDPOINT names', async () => {
    const asked: string[] = []
    const mirror = await hub((request, response) => {
      asked.push(request.url ?? '')
      const file = join(realModel, (request.url ?? '').replace('/Xenova/bge-small-zh-v1.5/resolve/main/', ''))
      if (existsSync(file)) response.end(readFileSync(file))
      else response.writeHead(404).end()
    })
    const found = await fetchHere(mirror)
    expect(found).toMatchObject({ outcome: 'found', model: { origin: `models/bge-small-zh-v1.5（HF_ENDPOINT=${mirror}）` } })
    expect(asked).toContain('/Xenova/bge-small-zh-v1.5/resolve/main/onnx/model_quantized.onnx')
    const isSame = (file: string): boolean => readFileSync(join(modelFolderOf(checkout), file)).equals(readFileSync(join(realModel, file)))
    expect(MODEL_FILES.filter((file) => !isSame(file))).toEqual([])
  })

  test.skipIf(!existsSync(realModel))('known by its SHA-256 needs no note', () => {
    cpSync(realModel, modelFolderOf(checkout), { recursive: true })
    expect(findModel({ checkout })).toMatchObject({ outcome: 'found', notes: [] })
  })
})
