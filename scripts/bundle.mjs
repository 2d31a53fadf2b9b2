/**
 * `npm run bundle`: one archive, dist/tiaowen-<version>-<platform>-<arch>.tar.gz, that starts on a machine with no
 * network: the program, the packages it runs on, Node, the page, the model, the seeds with their index, every licence,
 * a list of parts and a list of SHA-256. Run under Node 24 once packages, model and page are there.
 */

import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pipeline } from 'node:stream/promises'
import { PassThrough } from 'node:stream'
import { createGzip } from 'node:zlib'
import { differences, filesBelow, readSums, sha256Of, SUMS, sumsText } from '../deploy/bundle/sums.mjs'
import { closureOf, isNeeded, isProgram, LEFT_OUT, packagesIn, STAND_INS } from './bundle/contents.mjs'
import { noticeOf, noticesText } from './bundle/notices.mjs'
import { bundleSbom } from './bundle/sbom.mjs'
import { writeTar } from './bundle/tar.mjs'
import { FLAGS } from './flags.mjs'
import { MODEL_FILES, modelFolder } from './model.mjs'
import { say, SetUpError, timed } from './say.mjs'

const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')
const machine = { platform: process.platform, arch: process.arch }
const { version, dependencies } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
/** Where the archive goes: the folder named, else dist/. */
const output = resolve(process.argv[2] ?? join(checkout, 'dist'))
const name = `tiaowen-${version}-${machine.platform}-${machine.arch}`

const MODEL_NAME = 'bge-small-zh-v1.5'
const WITH_CODE = ['package.json', 'package-lock.json', 'LICENSE']
const EXECUTABLE = ['tiaowen', 'bin/node']

/** Seconds since 1970 of every file in the archive: SOURCE_DATE_EPOCH, else the last commit's, so that it can be made again. */
function sourceDate() {
  if (/^\d+$/.test(process.env.SOURCE_DATE_EPOCH ?? '')) return Number(process.env.SOURCE_DATE_EPOCH)
  const { stdout, status } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: checkout, encoding: 'utf8' })
  return status === 0 && /^\d+$/.test(stdout.trim()) ? Number(stdout.trim()) : 0
}

async function bundle() {
  if (machine.platform === 'win32') throw new SetUpError('安装包的启动脚本需要 POSIX shell，请在 Linux 或 macOS 上制作。The bundle starts by a POSIX shell: make it on Linux or macOS.')
  const stage = join(output, `.bundle-${process.pid}`, name)
  try {
    mkdirSync(stage, { recursive: true })
    const { packages, page } = await timed('打包：取文件 gathering files', () => gather(stage))
    await timed('打包：许可与清单 licences and list of parts', () => describe(stage, packages, page))
    await timed('打包：为内置文件建立索引 the index of the seeds', () => prepareIndex(stage))
    checkImports(stage)
    checkTraces(stage)
    await writeSums(stage)
    const archive = await timed('打包：压缩 compressing', () => pack(stage))
    tell(stage, archive)
  } finally {
    rmSync(dirname(stage), { recursive: true, force: true })
  }
}

/** Copies everything that is run. */
function gather(stage) {
  for (const path of WITH_CODE) copy(join(checkout, path), join(stage, path))
  for (const folder of ['src', 'prompts', 'seeds', 'dist/web']) {
    for (const path of filesBelow(join(checkout, folder)).map((file) => `${folder}/${file}`)) {
      if (isProgram(path) && path !== 'dist/web/built-from.json') copy(join(checkout, path), join(stage, path))
    }
  }
  copy(join(checkout, 'deploy/bundle/tiaowen'), join(stage, 'tiaowen'))
  for (const file of ['sums.mjs', 'verify.mjs', 'health.mjs']) copy(join(checkout, 'deploy/bundle', file), join(stage, 'bundle', file))
  for (const file of ['deploy.md', 'deploy.zh-CN.md']) copy(join(checkout, 'docs', file), join(stage, 'docs', file))
  copy(join(checkout, 'deploy/systemd/tiaowen.service'), join(stage, 'deploy/systemd/tiaowen.service'))
  copy(process.execPath, join(stage, 'bin/node'))
  const model = modelFolder(checkout)
  if (model === undefined) throw new SetUpError('没有向量模型，不能打包：请先运行 npm run model。There is no model to bring along: run npm run model first.')
  for (const file of MODEL_FILES) copy(join(model, file), join(stage, 'models', MODEL_NAME, file))
  const packages = closureOf(checkout, Object.keys(dependencies).filter((one) => !(one in LEFT_OUT)))
  for (const installed of packages) gatherPackage(stage, installed)
  return { packages, page: closureOf(checkout, pagePackages()).filter((one) => !packages.some(({ path }) => path === one.path)) }
}

function gatherPackage(stage, { name: packageName, path }) {
  if (packageName in STAND_INS) return standIn(stage, path, packageName)
  const isOther = (file) => /(?:^|\/)node_modules$/.test(file)
  for (const file of filesBelow(join(checkout, path), isOther)) {
    if (isNeeded(packageName, file, machine)) copy(join(checkout, path, file), join(stage, path, file))
  }
}

function standIn(stage, path, packageName) {
  const manifest = { name: packageName, version: '0.0.0-left-out', private: true, license: 'MIT', main: 'index.js' }
  mkdirSync(join(stage, path), { recursive: true })
  writeFileSync(join(stage, path, 'package.json'), `${JSON.stringify(manifest, undefined, 1)}\n`)
  writeFileSync(join(stage, path, 'index.js'), STAND_INS[packageName])
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}

/** What the page was built from: its code stands in dist/web. */
function pagePackages() {
  const sources = filesBelow(join(checkout, 'src/channels/web')).filter((file) => /\.tsx?$/.test(file))
  return [...new Set(sources.flatMap((file) => packagesIn(readFileSync(join(checkout, 'src/channels/web', file), 'utf8'))))]
}

/** Licences of all that is inside, and the list of parts. */
async function describe(stage, packages, page) {
  const texts = join(checkout, 'deploy/licences')
  const inside = packages.filter((one) => !(one.name in STAND_INS))
  const own = [
    { name: 'Node.js', version: process.versions.node, licence: 'MIT', texts: [readFileSync(join(texts, 'node.txt'), 'utf8').trim()] },
    { name: MODEL_NAME, version: 'quantised ONNX', licence: 'MIT', note: 'embedding model', texts: [`Copyright (c) Beijing Academy of Artificial Intelligence (BAAI)\n\n${readFileSync(join(texts, 'MIT.txt'), 'utf8').trim()}`] },
  ]
  const notices = [...inside, ...page].map((one) => noticeOf(checkout, one, texts))
  const inOrder = notices.sort((left, right) => (left.name < right.name ? -1 : 1))
  writeFileSync(join(stage, 'THIRD-PARTY-NOTICES.txt'), noticesText([...own, ...inOrder]))
  const bom = bundleSbom(npmSbom(), { version, packages: [...inside, ...page], more: await moreParts(stage) })
  writeFileSync(join(stage, 'sbom.cdx.json'), `${JSON.stringify(bom, undefined, 1)}\n`)
}

function npmSbom() {
  const parameters = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const { stdout, status, stderr } = spawnSync('npm', parameters, { cwd: checkout, encoding: 'utf8', maxBuffer: 64 << 20 })
  if (status !== 0) throw new SetUpError(`npm sbom 没有成功，需要 npm 10 或更新版本。npm sbom failed; npm 10 or newer is needed.\n　${(stderr ?? '').trim()}`)
  return JSON.parse(stdout)
}

/** What npm knows nothing of. */
async function moreParts(stage) {
  const hash = async (file) => [{ alg: 'SHA-256', content: await sha256Of(join(stage, file)) }]
  const mit = [{ license: { id: 'MIT' } }]
  const { node } = process.versions
  return [
    { 'bom-ref': `nodejs@${node}`, type: 'platform', name: 'Node.js', version: node, licenses: mit, purl: `pkg:generic/nodejs@${node}`, hashes: await hash('bin/node') },
    { 'bom-ref': MODEL_NAME, type: 'machine-learning-model', name: MODEL_NAME, publisher: 'BAAI', licenses: mit, hashes: await hash(`models/${MODEL_NAME}/onnx/model_quantized.onnx`) },
  ]
}

/** Made by the bundle itself, in an empty environment: what does not run here would run nowhere. */
async function prepareIndex(stage) {
  const beside = join(dirname(stage), 'prepared')
  const env = { PATH: '/usr/bin:/bin', TIAOWEN_DATA_FOLDER: join(beside, 'data'), TIAOWEN_INDEX_FOLDER: join(beside, 'index') }
  const { status, stdout, stderr } = spawnSync(join(stage, 'tiaowen'), ['index'], { cwd: stage, env, encoding: 'utf8' })
  if (status !== 0) throw new SetUpError(`安装包里的程序没有跑起来 the program in the bundle did not run:\n${stdout}\n${stderr}`)
  const { copyGeneration } = await import('../src/store/copy.ts')
  const now = () => new Date(sourceDate() * 1000)
  if (!(await copyGeneration(join(beside, 'index'), join(stage, 'prepared'), { now }))) throw new Error('No index was made')
  rmSync(join(stage, 'models', 'pins.json'), { force: true })
}

/** A package that the program names and that was left behind would be missed by a user, and by no test of the checkout. */
function checkImports(stage) {
  const files = filesBelow(join(stage, 'src')).filter((file) => /\.[cm]?ts$/.test(file))
  for (const file of files) {
    for (const wanted of packagesIn(readFileSync(join(stage, 'src', file), 'utf8'))) {
      if (!existsSync(join(stage, 'node_modules', wanted))) throw new Error(`src/${file} needs ${wanted}, which is not in the bundle`)
    }
  }
}

/** No path of the machine that packed it: it says nothing to others, and a program that looks there finds nothing. */
function checkTraces(stage) {
  const traced = filesBelow(stage).filter((file) => readFileSync(join(stage, file)).includes(checkout))
  if (traced.length > 0) throw new Error(`Paths of this checkout stand in ${traced.join(', ')}`)
}

async function writeSums(stage) {
  const sums = new Map()
  for (const path of filesBelow(stage)) {
    chmodSync(join(stage, path), EXECUTABLE.includes(path) ? 0o755 : 0o644)
    sums.set(path, await sha256Of(join(stage, path)))
  }
  writeFileSync(join(stage, SUMS), sumsText(sums))
  const wrong = await differences(stage, readSums(readFileSync(join(stage, SUMS), 'utf8')), (path) => path === SUMS)
  if (wrong.length > 0) throw new Error(`The bundle changed while it was made: ${wrong.map(({ path }) => path).join(', ')}`)
}

/** Written beside and put in place whole, with its own SHA-256 for who carries it over. */
async function pack(stage) {
  const archive = join(output, `${name}.tar.gz`)
  const draft = join(dirname(stage), 'archive')
  const files = filesBelow(stage).map((path) => ({
    path: `${name}/${path}`,
    source: join(stage, path),
    size: statSync(join(stage, path)).size,
    mode: EXECUTABLE.includes(path) ? 0o755 : 0o644,
  }))
  const tar = new PassThrough()
  await Promise.all([pipeline(tar, createGzip({ level: 9 }), createWriteStream(draft)), writeTar(tar, files, sourceDate())])
  const hash = await sha256Of(draft)
  renameSync(draft, archive)
  writeFileSync(`${archive}.sha256`, `${hash}  ${name}.tar.gz\n`)
  return archive
}

function tell(stage, archive) {
  const files = filesBelow(stage)
  const bytes = files.reduce((sum, file) => sum + statSync(join(stage, file)).size, 0)
  const megabytes = (size) => `${(size / 1e6).toFixed(1)} MB`
  say(`${archive}`)
  say(`　${megabytes(statSync(archive).size)}，解开后 unpacked ${megabytes(bytes)}，${files.length} 个文件 files`)
  say(`　到目标机器上 on the other machine: tar xzf ${name}.tar.gz && cd ${name} && ./tiaowen verify && ./tiaowen serve`)
}

try {
  await bundle()
} catch (error) {
  if (!(error instanceof SetUpError)) throw error
  say(error.message)
  process.exitCode = 1
}
