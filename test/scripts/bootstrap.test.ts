import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeJar } from '../embedding/make-jar.ts'

/** A checkout with the real scripts and a program of three lines; npm and mvn are fakes that write down each call. */
let checkout: string
let programs: string

const LOCK = (version: string): string => JSON.stringify({ packages: { '': {}, 'node_modules/hono': { version }, 'node_modules/other-system': { version: '1.0.0', optional: true } } })

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'fresh-'))
  programs = mkdtempSync(join(tmpdir(), 'programs-'))
  for (const part of ['scripts', 'src/embedding', 'src/errors.ts']) cpSync(part, join(checkout, part), { recursive: true })
  writeFileSync(join(checkout, 'package.json'), '{"type":"module"}')
  writeFileSync(join(checkout, 'package-lock.json'), LOCK('4.0.0'))
  mkdirSync(join(checkout, 'src/channels/web'), { recursive: true })
  for (const file of ['index.html', 'tsconfig.json']) writeFileSync(join(checkout, 'src/channels/web', file), '{}')
  writeFileSync(join(checkout, 'src/main.ts'), `console.log('main:', ...process.argv.slice(2))\n`)
  writeFileSync(join(programs, 'model.jar'), makeJar({ 'q.onnx': Buffer.from('weights'), 'q-tokenizer.json': Buffer.from('{}') }))
  program('npm', `echo "npm $*" >> ${checkout}/calls
    case "$1 $2" in
    "ci "*)
      sleep 0.2
      mkdir -p node_modules/typescript/bin node_modules/vitest node_modules/vite
      echo '{"name":"vite","type":"module","exports":"./vite.js"}' > node_modules/vite/package.json
      echo 'import { mkdirSync, writeFileSync } from "node:fs"; export function build({ build: { outDir } }) { mkdirSync(outDir, { recursive: true }); writeFileSync(outDir + "/index.html", "page") }' > node_modules/vite/vite.js
      cp package-lock.json node_modules/.package-lock.json
      echo 'console.log("types checked")' > node_modules/typescript/bin/tsc
      echo 'import { writeFileSync } from "node:fs"; const file = process.argv.find((a) => a.startsWith("--outputFile")).split("=")[1]; writeFileSync(file, JSON.stringify({ numPassedTests: 5, numFailedTests: Number(process.env.FAILING ?? 0), testResults: [] })); process.exitCode = process.env.FAILING ? 1 : 0' > node_modules/vitest/vitest.mjs ;;
    "rebuild node") mkdir -p node_modules/node/bin; ln -sf ${process.execPath} node_modules/node/bin/node ;;
    "rebuild hnswlib-node") mkdir -p node_modules/hnswlib-node/build/Release; touch node_modules/hnswlib-node/build/Release/addon.node ;;
    esac`)
  program('mvn', `echo "mvn $*" >> ${checkout}/calls; cp ${programs}/model.jar .`)
})

function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(programs, name), 0o755)
}

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

function begin(parameters: readonly string[], env: Readonly<Record<string, string>> = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const path = `${programs}:/usr/bin:/bin`
  const child = spawn(process.execPath, [join(checkout, 'scripts/bootstrap.mjs'), ...parameters], { env: { PATH: path, ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (piece) => (stdout += piece))
  child.stderr!.on('data', (piece) => (stderr += piece))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
  return { child, ended }
}
const run = (parameters: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> => begin(parameters, env).ended

/** What npm and mvn were asked since the last look. */
function calls(): string[] {
  const file = join(checkout, 'calls')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  rmSync(file)
  return lines.map((line) => line.split(' ').slice(0, 3).join(' ')).sort()
}

const ALL_CALLS = ['mvn -B dependency:copy', 'npm ci --ignore-scripts', 'npm ping --fetch-retries=1', 'npm rebuild hnswlib-node', 'npm rebuild node']

describe('the first start', () => {
  test('installs, compiles, fetches and runs the program; the second only runs it', async () => {
    const first = await run(['start', '--port', '9000'])
    expect(first).toMatchObject({ code: 0, stdout: 'main: serve --port 9000\n' })
    expect(calls()).toEqual(ALL_CALLS)
    for (const step of ['① 安装依赖', '② 安装 Node 24', '③ 编译近邻索引', '④ 取向量模型', '⑤ 构建页面']) expect(first.stderr).toMatch(new RegExp(`${step}.* … \\d+\\.\\d s`))

    const second = await run(['start'])
    expect(second).toMatchObject({ code: 0, stdout: 'main: serve\n', stderr: '' })
    expect(calls()).toEqual([])
  })

  test('does no more than the command needs', async () => {
    expect(await run(['check'])).toMatchObject({ code: 0, stdout: 'types checked\ntypes checked\n' })
    expect(calls()).toEqual(ALL_CALLS.slice(1))
  })

  test('by two at a time installs once', async () => {
    const [one, other] = await Promise.all([run(['start']), run(['start'])])
    expect([one.code, other.code]).toEqual([0, 0])
    expect(calls()).toEqual(ALL_CALLS)
    expect(one.stderr + other.stderr).toContain('waiting for another start')
  })

  test('after one that was killed takes over its lock', async () => {
    mkdirSync(join(checkout, 'data'))
    writeFileSync(join(checkout, 'data/set-up.lock'), String(spawnSync('true').pid))
    expect((await run(['start'])).code).toBe(0)
  })

  test('goes on where one that failed stopped', async () => {
    const npm = readFileSync(join(programs, 'npm'), 'utf8')
    program('npm', 'echo "npm error code ENOTFOUND" >&2; exit 1')
    expect((await run(['start'])).code).toBe(1)
    writeFileSync(join(programs, 'npm'), npm)
    expect((await run(['start'])).code).toBe(0)
  })
})

describe('packages', () => {
  test('are installed again when the lock file names another version', async () => {
    await run(['check'])
    calls()
    writeFileSync(join(checkout, 'package-lock.json'), LOCK('4.0.1'))
    await run(['check'])
    expect(calls()).toContain('npm ci --ignore-scripts')
  })

  test.each([
    ['npm error code ENOTFOUND', 'No network: the npm registry cannot be reached.'],
    ['npm error nospc ENOSPC: no space left on device, write', 'The disk is full: free about 2 GB'],
    ['npm error code EACCES', 'No permission to write'],
    ['npm error code EUSAGE', 'The lock file does not match package.json: run npm install'],
    ['npm error something new', 'npm could not install the packages'],
  ])('that fail with 「%s」 give a sentence and exit code 1', async (output, sentence) => {
    program('npm', `echo "${output}" >&2; exit 1`)
    const { code, stdout, stderr } = await run(['start'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(sentence)
    expect(stderr).toContain(output)
    expect(stderr).not.toContain('    at ')
  })

  test('are tried all the same when the registry knows no ping', async () => {
    const npm = readFileSync(join(programs, 'npm'), 'utf8')
    writeFileSync(join(programs, 'npm'), npm.replace('"ci "*', '"ping "*) echo "npm error code E404"; exit 1 ;;\n"ci "*'))
    expect((await run(['start'])).code).toBe(0)
  })

  test('without npm say what to install', async () => {
    rmSync(join(programs, 'npm'))
    const { ended } = begin(['start'], { PATH: programs })
    expect((await ended).stderr).toContain('install Node 20 or newer, with npm')
  })

  test('that cannot be compiled are named, once, and the program runs all the same', async () => {
    const npm = readFileSync(join(programs, 'npm'), 'utf8')
    writeFileSync(join(programs, 'npm'), npm.replace(/"rebuild hnswlib-node"\) [^\n]*/, '"rebuild hnswlib-node") echo "gyp ERR! not found: make"; exit 1 ;;'))
    const first = await run(['start'])
    expect(first).toMatchObject({ code: 0, stdout: 'main: serve\n' })
    expect(first.stderr).toContain('exact search serves meanwhile. Install g++, make and python3')
    expect(first.stderr).toContain('gyp ERR! not found: make')
    calls()
    expect((await run(['start'])).stderr).toBe('')
    expect(calls()).toEqual([])
  })
})

describe('the model', () => {
  const noModel = (): void => program('mvn', `echo "mvn $*" >> ${checkout}/calls; echo "[ERROR] unknown host"; exit 1`)

  test('that cannot be had leaves the program to its keywords, and is not sought again at once', async () => {
    noModel()
    const first = await run(['start'])
    expect(first).toMatchObject({ code: 0, stdout: 'main: serve\n' })
    expect(first.stderr).toContain('WITHOUT MODEL')
    expect(first.stderr).toContain('unknown host')
    calls()
    expect((await run(['start'])).stderr).toContain('WITHOUT MODEL')
    expect(calls()).toEqual([])
  })

  test('is sought again by npm run model', async () => {
    noModel()
    expect((await run(['model'])).code).toBe(3)
    program('mvn', `cp ${programs}/model.jar .`)
    expect((await run(['model'])).code).toBe(0)
    await run(['page'])
    expect((await run(['start'])).stderr).toBe('')
  })

  test('in TIAOWEN_MODEL_DIR is not fetched', async () => {
    await run(['model'])
    await run(['page'])
    calls()
    const model = join(programs, 'model')
    cpSync(join(checkout, 'models/bge-small-zh-v1.5'), model, { recursive: true })
    rmSync(join(checkout, 'models'), { recursive: true })
    expect((await run(['start'], { TIAOWEN_MODEL_DIR: model })).stderr).toBe('')
    expect(calls()).toEqual([])
  })

  test('is not fetched with TIAOWEN_MODEL_DIR=off', async () => {
    expect((await run(['start'], { TIAOWEN_MODEL_DIR: 'off' })).stderr).toContain('keyword-only, as asked')
    expect(calls()).not.toContain('mvn -B dependency:copy')
  })
})

describe('npm test', () => {
  test('counts the types, the tests and the eval in its last line', async () => {
    const { code, stdout } = await run(['test'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/types checked\nmain: eval --floors\n8 passed, 0 failed\n$/)
  })

  test('fails when one test fails', async () => {
    const { code, stdout } = await run(['test'], { FAILING: '2' })
    expect(code).toBe(1)
    expect(stdout).toMatch(/8 passed, 2 failed\n$/)
  })

  test('that is interrupted begins nothing more', async () => {
    await run(['check'])
    await run(['model'])
    writeFileSync(join(checkout, 'node_modules/typescript/bin/tsc'), `process.on('SIGINT', () => process.exit(1)); setInterval(() => {}, 1000); console.log('checking')`)
    const { child, ended } = begin(['test'])
    await new Promise((resolve) => child.stdout!.once('data', resolve))
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130, stdout: 'checking\n' })
  })

  test('that need a browser and have none print so and pass; with CI=true they fail', async () => {
    await run(['check'])
    await run(['model'])
    mkdirSync(join(checkout, 'test/web'), { recursive: true })
    writeFileSync(join(checkout, 'test/web/page.test.ts'), "import { openPages } from './browser.ts'\n")
    const alone = await run(['test'], { PATH: programs })
    expect(alone.stdout).toMatch(/WITHOUT BROWSER\n8 passed, 0 failed\n$/)
    expect(alone.stderr).toContain('apt-get install chromium fonts-noto-cjk')
    expect((await run(['test'], { PATH: programs, CI: 'true' })).stdout).toMatch(/WITHOUT BROWSER\n8 passed, 1 failed\n$/)
    expect((await run(['test', 'test/answering'], { PATH: programs })).stdout).not.toContain('WITHOUT BROWSER')
    program('chromium', 'exit 0')
    expect((await run(['test'], { PATH: programs })).stdout).not.toContain('WITHOUT BROWSER')
  })

  test('without a model prints so and passes; with CI=true it fails', async () => {
    const alone = await run(['test'], { TIAOWEN_MODEL_DIR: 'off' })
    expect(alone.stdout).toMatch(/WITHOUT MODEL\n8 passed, 0 failed\n$/)
    expect(alone.code).toBe(0)
    const inCi = await run(['test'], { TIAOWEN_MODEL_DIR: 'off', CI: 'true' })
    expect(inCi.stdout).toMatch(/WITHOUT MODEL\n8 passed, 1 failed\n$/)
    expect(inCi.code).toBe(1)
  })
})

describe('the program', () => {
  test('gives its exit code to the script', async () => {
    writeFileSync(join(checkout, 'src/main.ts'), 'process.exit(7)')
    expect((await run(['tiaowen', 'ask'])).code).toBe(7)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('is told of %s and may end in its own way', async (signal) => {
    writeFileSync(join(checkout, 'src/main.ts'), `process.on('${signal}', () => { console.log('goodbye'); process.exit(0) }); setInterval(() => {}, 1000); console.log('ready')`)
    await run(['model'])
    await run(['check'])
    const { child, ended } = begin(['start'])
    await new Promise((resolve) => child.stdout!.once('data', resolve))
    child.kill(signal)
    expect(await ended).toMatchObject({ code: 0, stdout: 'ready\ngoodbye\n' })
  })

  test('that does not listen ends by the signal, and so does the script', async () => {
    writeFileSync(join(checkout, 'src/main.ts'), `setInterval(() => {}, 1000); console.log('ready')`)
    const { child, ended } = begin(['start'])
    await new Promise((resolve) => child.stdout!.once('data', resolve))
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ signal: 'SIGTERM' })
  })

  test('ends with the shell npm runs it in, which tells nobody of the signal', async () => {
    writeFileSync(join(checkout, 'src/main.ts'), `process.on('SIGTERM', () => { console.log('goodbye'); process.exit(0) }); setInterval(() => {}, 1000); console.log('ready')`)
    await run(['model'])
    await run(['check'])
    const shell = spawn('sh', ['-c', `${process.execPath} ${join(checkout, 'scripts/bootstrap.mjs')} start; true`], { env: { PATH: '/usr/bin:/bin', npm_lifecycle_event: 'start' } })
    let stdout = ''
    shell.stdout.on('data', (piece) => (stdout += piece))
    await new Promise((resolve) => shell.stdout.once('data', resolve))
    shell.kill('SIGTERM')
    await new Promise((resolve) => shell.stdout.once('end', resolve))
    expect(stdout).toBe('ready\ngoodbye\n')
  })

  test('that is asked for by a wrong name is named with the right ones', async () => {
    const { code, stderr } = await run(['strat'])
    expect(code).toBe(1)
    expect(stderr).toContain('no such command: strat (start, tiaowen, eval')
  })
})
