/** The archive and its list of SHA-256: the same bytes from the same files, read by the tools every system has. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences, filesBelow, readSums, sha256Of, SUMS, sumsText } from '../../deploy/bundle/sums.mjs'
import { headerOf, writeTar } from '../../scripts/bundle/tar.mjs'
import { FLAGS, MEMORY } from '../../scripts/flags.mjs'
import { folderOf } from './temporary.ts'

const SEED = '第一条 为了规范停车管理，制定本办法。\n'
const TIME = 1_700_000_000

async function archiveOf(folder: string): Promise<Buffer> {
  const files = filesBelow(folder).map((path) => {
    const source = join(folder, path)
    return { path: `tiaowen/${path}`, source, size: statSync(source).size, mode: path === 'start' ? 0o755 : 0o644 }
  })
  const output = new PassThrough()
  const [bytes] = await Promise.all([buffer(output), writeTar(output, files.toReversed(), TIME)])
  return bytes
}

describe('a tar archive', () => {
  const long = `${'folder/'.repeat(20)}name.js`
  const files = { start: '#!/bin/sh\n', [long]: 'x'.repeat(513), 'seeds/停车办法.txt': SEED, empty: '' }

  test('is unpacked by tar with its names, bytes, modes and times', async () => {
    const [folder, elsewhere] = [folderOf(files), folderOf({})]
    writeFileSync(join(elsewhere, 'a.tar'), await archiveOf(folder))
    expect(spawnSync('tar', ['xf', 'a.tar'], { cwd: elsewhere }).status).toBe(0)
    for (const [path, content] of Object.entries(files)) {
      expect(readFileSync(join(elsewhere, 'tiaowen', path), 'utf8')).toBe(content)
    }
    expect(statSync(join(elsewhere, 'tiaowen/start')).mode & 0o777).toBe(0o755)
    expect(statSync(join(elsewhere, 'tiaowen/empty')).mode & 0o777).toBe(0o644)
    expect(statSync(join(elsewhere, 'tiaowen/start')).mtimeMs).toBe(TIME * 1000)
  })

  test('is the same whoever makes it, and whenever', async () => {
    expect(await archiveOf(folderOf(files))).toEqual(await archiveOf(folderOf(files)))
  })

  test('refuses a path it cannot hold', () => {
    const entry = { path: 'x'.repeat(101), size: 0, mode: 0o644, mtime: 0 }
    expect(() => headerOf(entry)).toThrow('The path is too long for a tar archive')
  })
})

describe('the list of SHA-256', () => {
  const listed = async (folder: string) => {
    const sums = new Map<string, string>()
    for (const path of filesBelow(folder)) sums.set(path, await sha256Of(join(folder, path)))
    return sums
  }

  test('is read by sha256sum, and read back', async () => {
    const folder = folderOf({ 'a.txt': SEED, 'b c/d.txt': 'd' })
    const sums = await listed(folder)
    writeFileSync(join(folder, SUMS), sumsText(sums))
    expect(readSums(readFileSync(join(folder, SUMS), 'utf8'))).toEqual(sums)
    const checked = spawnSync('sha256sum', ['--check', '--strict', SUMS], { cwd: folder, encoding: 'utf8' })
    if (!checked.error) expect(checked.stdout).toBe('a.txt: OK\nb c/d.txt: OK\n')
    expect(() => readSums('not a line\n')).toThrow('SHA256SUMS: not a line')
  })

  test('tells what was changed, taken away and put in', async () => {
    const folder = folderOf({ 'a.txt': SEED, 'b.txt': 'b', 'c.txt': 'c', 'data/state': '' })
    const leftOut = (path: string) => path === 'data'
    const sums = await listed(folder)
    sums.delete('data/state')
    expect(await differences(folder, sums, leftOut)).toEqual([])
    writeFileSync(join(folder, 'a.txt'), SEED.replace('停车', '停東'))
    unlinkSync(join(folder, 'b.txt'))
    writeFileSync(join(folder, 'planted.mjs'), '')
    expect(await differences(folder, sums, leftOut)).toEqual([
      { kind: 'changed', path: 'a.txt' },
      { kind: 'missing', path: 'b.txt' },
      { kind: 'added', path: 'planted.mjs' },
    ])
  })
})

describe('the start script', () => {
  const script = readFileSync('deploy/bundle/tiaowen', 'utf8')

  test('starts Node as npm start does', () => {
    expect(script).toContain(`exec "$node" ${FLAGS.join(' ')} "$home/src/main.ts" "$@"`)
    for (const [name, value] of Object.entries(MEMORY)) expect(script).toContain(`export ${name}="\${${name}:-${value}}"`)
  })

  /** A bundle whose Node prints what it is given. */
  function bundle(): string {
    const home = folderOf({ 'bin/node': '#!/bin/sh\necho "$0|$*|$NODE_COMPILE_CACHE"\n' })
    copyFileSync('deploy/bundle/tiaowen', join(home, 'tiaowen'))
    for (const file of ['bin/node', 'tiaowen']) chmodSync(join(home, file), 0o755)
    return home
  }
  const run = (command: string, parameters: readonly string[], options: object = {}) =>
    spawnSync('/bin/sh', [command, ...parameters], { env: {}, encoding: 'utf8', ...options }).stdout.trim()

  test('finds its Node and its files from any folder, by any link, without a PATH', () => {
    const home = bundle()
    const expected = `${home}/bin/node|${FLAGS.join(' ')} ${home}/src/main.ts ask 停车 费|${home}/data/compiled`
    expect(run(join(home, 'tiaowen'), ['ask', '停车 费'], { cwd: '/' })).toBe(expected)
    expect(run('./tiaowen', ['ask', '停车 费'], { cwd: home })).toBe(expected)
    expect(run('tiaowen', ['ask', '停车 费'], { cwd: home })).toBe(expected)
    const elsewhere = folderOf({})
    mkdirSync(join(elsewhere, 'bin'))
    symlinkSync(join(home, 'tiaowen'), join(elsewhere, 'bin/tiaowen-current'))
    symlinkSync('bin/tiaowen-current', join(elsewhere, 'tiaowen'))
    expect(run(join(elsewhere, 'tiaowen'), ['ask', '停车 费'], { env: { PATH: '/usr/bin:/bin' } })).toBe(expected)
  })

  test('keeps compiled code in the data folder, and knows verify and health', () => {
    const home = bundle()
    const env = { TIAOWEN_DATA_FOLDER: '/var/lib/tiaowen/data' }
    expect(run(join(home, 'tiaowen'), ['serve'], { env })).toMatch(/src\/main\.ts serve\|\/var\/lib\/tiaowen\/data\/compiled$/)
    expect(run(join(home, 'tiaowen'), ['verify'])).toBe(`${home}/bin/node|${home}/bundle/verify.mjs|`)
    expect(run(join(home, 'tiaowen'), ['health', '/readyz'])).toBe(`${home}/bin/node|${home}/bundle/health.mjs /readyz|`)
  })

  test('verify passes over what the program writes, and nothing else', async () => {
    const home = folderOf({ 'a.txt': 'a', 'data/state.sqlite': '', 'index/CURRENT': '', 'models/pins.json': '', 'tiaowen.yaml': '' })
    mkdirSync(join(home, 'bundle'))
    for (const file of ['verify.mjs', 'sums.mjs']) copyFileSync(join('deploy/bundle', file), join(home, 'bundle', file))
    const sums = new Map<string, string>()
    for (const path of ['a.txt', 'bundle/sums.mjs', 'bundle/verify.mjs']) sums.set(path, await sha256Of(join(home, path)))
    writeFileSync(join(home, SUMS), sumsText(sums))
    const verify = () => spawnSync(process.execPath, [join(home, 'bundle/verify.mjs')], { env: {}, encoding: 'utf8' })
    expect(verify()).toMatchObject({ status: 0, stdout: expect.stringContaining('All 3 files are as they were packed') })
    rmSync(join(home, 'a.txt'))
    expect(verify()).toMatchObject({ status: 1, stderr: expect.stringContaining('缺少 missing: a.txt') })
  })
})
