/**
 * A browser for the tests of the page: Chromium, Chrome or Edge where the machine has one, else Debian's chromium, with a
 * font that has Chinese. Nothing is fetched from anywhere but the machine's own package sources.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { alone } from './lock.mjs'
import { runQuietly } from './processes.mjs'
import { say, timed } from './say.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']

/** Where installers put it without a word to PATH. */
const PLACES = {
  linux: () => ['/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge'],
  darwin: () =>
    ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
  win32: ({ ProgramFiles, 'ProgramFiles(x86)': x86, LOCALAPPDATA }) =>
    [ProgramFiles, x86, LOCALAPPDATA]
      .filter(Boolean)
      .flatMap((folder) => [`${folder}\\Google\\Chrome\\Application\\chrome.exe`, `${folder}\\Chromium\\Application\\chrome.exe`, `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`]),
}

/**
 * The program, or undefined where there is none. Ubuntu's `chromium-browser` only fetches a snap; it is not one.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [platform]
 * @returns {string | undefined}
 */
export function findChromium(env = process.env, platform = process.platform) {
  const suffix = platform === 'win32' ? '.exe' : ''
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '')
  const named = NAMES.flatMap((name) => folders.map((folder) => join(folder, name + suffix)))
  return [...named, ...(PLACES[platform]?.(env) ?? [])].find((file) => existsSync(file) && !isSnapStub(file))
}

function isSnapStub(file) {
  try {
    return file.endsWith('chromium-browser') && readFileSync(file, 'utf8').slice(0, 2_000).includes('snap install')
  } catch {
    return false
  }
}

/**
 * Whether the tests that `filters` name open a browser: those that import test/web/browser.ts.
 * @param {string} checkout
 * @param {readonly string[]} filters as vitest takes them: parts of a path; none for all tests
 */
export function needsBrowser(checkout, filters) {
  const folder = join(checkout, 'test')
  if (!existsSync(folder)) return false
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join('test', file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.test.ts') && (filters.length === 0 || filters.some((part) => file.includes(part.replace(/^\.\//, '')))))
    .some((file) => /from '[^']*\/browser\.ts'/.test(readFileSync(join(checkout, file), 'utf8')))
}

/**
 * Installs Debian's chromium where that is possible without asking anyone; else says what to install. Never fails.
 * @param {string} checkout
 * @param {{ env?: NodeJS.ProcessEnv, platform?: string, osRelease?: string, isRoot?: boolean }} [machine] for tests
 * @returns {Promise<string | undefined>} the program
 */
export async function obtainChromium(checkout, machine = {}) {
  const { env = process.env, platform = process.platform, osRelease = '/etc/os-release', isRoot = process.getuid?.() === 0 } = machine
  const apt = isDebian(osRelease) ? aptOf(env, isRoot) : undefined
  const isMissing = () => findChromium(env, platform) === undefined
  if (apt) await alone(join(checkout, 'data', 'set-up.lock'), async () => isMissing() && install(checkout, env, apt))
  const found = findChromium(env, platform)
  if (!found) say('　没有浏览器：请安装 Chromium 或 Chrome（Debian：apt-get install chromium fonts-noto-cjk），让它在 PATH 中，再运行一次 no browser: install Chromium or Chrome so that it is found in PATH, and run it again')
  return found
}

async function install(checkout, env, [command, ...parameters]) {
  const run = (...more) =>
    runQuietly(command, [...parameters, ...PATIENCE, ...more], { cwd: checkout, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } })
  await timed('安装浏览器 installing chromium for the tests of the page', async () => {
    const updated = await run('update')
    const { code, output } = await run('install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk')
    if (code !== 0) say(`　${lastOf(output) ?? lastOf(updated.output) ?? `apt-get exit code ${code}`}`)
  })
}

/** Another apt may be at work; a machine without network is told soon. */
const PATIENCE = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20']

const lastOf = (output) => output.split('\n').map((line) => line.trim()).filter((line) => /^E:|error/i.test(line)).at(-1)

function aptOf(env, isRoot) {
  const isThere = (name) => (env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)))
  if (!isThere('apt-get')) return undefined
  if (isRoot) return ['apt-get']
  return isThere('sudo') ? ['sudo', '-n', 'apt-get'] : undefined
}

/** Debian itself: its chromium is a package; that of Ubuntu is not. */
function isDebian(osRelease) {
  try {
    return /^ID="?debian"?$/m.test(readFileSync(osRelease, 'utf8'))
  } catch {
    return false
  }
}
