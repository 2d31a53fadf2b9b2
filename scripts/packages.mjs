/** node_modules: installed when it is missing or is not what package-lock.json says. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { environmentWithout, runQuietly } from './processes.mjs'
import { say, SetUpError, timed } from './say.mjs'

/** Node 24, which everything but this bootstrap runs on; a package like any other. */
export const nodeOf = (checkout) => join(checkout, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const addonOf = (checkout) => join(checkout, 'node_modules', 'hnswlib-node', 'build', 'Release', 'addon.node')
/** Says why the addon could not be compiled, so that every start does not try again. */
const addonFailureOf = (checkout) => join(checkout, 'node_modules', '.hnswlib-not-compiled')

/** What remains to be done, in order. */
export function missingPackages(checkout) {
  return {
    packages: !isInstalled(checkout),
    node: !existsSync(nodeOf(checkout)),
    addon: !existsSync(addonOf(checkout)) && !existsSync(addonFailureOf(checkout)),
  }
}

/** Whether npm's own record of what it installed has every package of the lock file in its version. */
function isInstalled(checkout) {
  const wanted = packagesOf(join(checkout, 'package-lock.json'))
  const present = packagesOf(join(checkout, 'node_modules', '.package-lock.json'))
  if (!wanted || !present) return false
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || present[path]?.version === version || (!present[path] && (optional || devOptional)),
  )
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * `npm ci`, without any install script: onnxruntime-node's would fetch CUDA from outside. The scripts that are
 * needed run after it, by name. `npm ci` alone tries every package several times before it says that there is no
 * network, so the registry is asked for first; one that knows no ping may still serve.
 */
export async function installPackages(checkout) {
  await timed('① 安装依赖 installing packages', async () => {
    const ping = await npm(checkout, ['ping', '--fetch-retries=1'])
    if (ping.code !== 0 && NO_NETWORK.test(ping.output)) throw new SetUpError(sentenceOf(ping.output))
    const { code, output } = await npm(checkout, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
    if (code !== 0) throw new SetUpError(sentenceOf(output))
  })
}

/** Puts Node 24 in place. */
export async function installNode(checkout) {
  await timed('② 安装 Node 24 installing Node 24', async () => {
    const { code, output } = await npm(checkout, ['rebuild', 'node', '--ignore-scripts=false', '--foreground-scripts'])
    if (code !== 0 || !existsSync(nodeOf(checkout))) throw new SetUpError(sentenceOf(output))
  })
}

/** Compiles hnswlib-node. A machine without a compiler is told so, and searches exactly. */
export async function compileAddon(checkout) {
  const { code, output } = await timed('③ 编译近邻索引 compiling hnswlib-node', () =>
    npm(checkout, ['rebuild', 'hnswlib-node', '--ignore-scripts=false', '--foreground-scripts']),
  )
  if (code === 0 && existsSync(addonOf(checkout))) return
  const last = linesOf(output).filter((line) => /err/i.test(line)).at(-1) ?? `npm exit code ${code}`
  say('　hnswlib-node 没有编译成功，改用精确检索（结果相同，文件多时较慢）。需要 g++、make、python3；装好后运行 npm rebuild hnswlib-node')
  say('　hnswlib-node did not compile; exact search serves meanwhile. Install g++, make and python3, then run: npm rebuild hnswlib-node')
  say(`　${last}`)
  writeFileSync(addonFailureOf(checkout), `${last}\n`)
}

/** Milliseconds between tries. As npm comes, a machine without network is told so after two minutes. */
const QUICK_RETRIES = { npm_config_fetch_retry_mintimeout: '1000', npm_config_fetch_retry_maxtimeout: '5000' }

function npm(checkout, parameters) {
  const env = { ...environmentWithout(checkout), ...QUICK_RETRIES, ONNXRUNTIME_NODE_INSTALL: 'skip', ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' }
  const headers = headersOf(env.PATH)
  if (headers && !env.npm_config_nodedir) env.npm_config_nodedir = headers
  return runQuietly('npm', parameters, { cwd: checkout, env })
}

/** The prefix of the Node in PATH, where it has its headers: then node-gyp need not download them. */
function headersOf(path) {
  const prefixes = path.split(process.platform === 'win32' ? ';' : ':').map((folder) => dirname(folder))
  return prefixes.find((prefix) => existsSync(join(prefix, 'include', 'node', 'node_api.h')))
}

const linesOf = (output) => output.split('\n').map((line) => line.trim()).filter((line) => line !== '')

/** What npm's output means for the person, and what to do next. */
export function sentenceOf(output) {
  const last = linesOf(output).filter((line) => /err/i.test(line)).slice(0, 3).join('\n　') || linesOf(output).at(-1) || ''
  const [sentence] = CAUSES.find(([, pattern]) => pattern.test(output)) ?? ['npm 没有装成；看下面的原因，改好后再运行一次 npm could not install the packages; mend what it says below and run the command again.']
  return last ? `${sentence}\n　${last}` : sentence
}

const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network request|ERR_SOCKET_TIMEOUT/

const CAUSES = [
  ['磁盘已满：请腾出约 2 GB 后再运行。The disk is full: free about 2 GB and run the command again.', /ENOSPC|no space left/i],
  [
    '没有网络：连不上 npm 的仓库。请接上网络，或用 npm config set registry / proxy 指到能用的镜像或代理，再运行一次。No network: the npm registry cannot be reached. Connect, or set a mirror or proxy with npm config set, and run the command again.',
    NO_NETWORK,
  ],
  ['没有写入权限：请检查 node_modules 的属主。No permission to write: check who owns node_modules, then run the command again.', /EACCES|EPERM|EROFS/],
  ['package-lock.json 与 package.json 不一致：请运行 npm install 后再试。The lock file does not match package.json: run npm install, then the command again.', /EUSAGE|can only install packages when your package.json/],
  ['找不到 npm：请安装带 npm 的 Node 20 或更新版本。npm was not found: install Node 20 or newer, with npm.', /spawn npm ENOENT/],
]
