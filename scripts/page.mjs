/** The page: built by Vite from src/channels/web into dist/web, and only when what it was built from has changed. */

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { runInFront } from './processes.mjs'
import { SetUpError, timed } from './say.mjs'

const RECORD = 'built-from.json'
const COMPRESSED = /\.(?:js|css|svg|html)$/
const outputOf = (checkout) => join(checkout, 'dist', 'web')

/** Files every build depends on, whatever the page imports. */
const ALWAYS = ['package-lock.json', 'scripts/page.mjs', 'src/channels/web/index.html', 'src/channels/web/tsconfig.json']

const sha256 = (content) => createHash('sha256').update(content).digest('hex')

/** Whether a file the page was built from is no longer what it was then, or there is no page. */
export function isPageStale(checkout) {
  try {
    const builtFrom = JSON.parse(readFileSync(join(outputOf(checkout), RECORD), 'utf8'))
    return Object.entries(builtFrom).some(([file, hash]) => sha256(readFileSync(join(checkout, file))) !== hash)
  } catch {
    return true
  }
}

/** Builds it under Node 24, which Vite needs. */
export async function buildPage(checkout, node) {
  await timed('⑤ 构建页面 building the page', async () => {
    const { code } = await runInFront(node, [fileURLToPath(import.meta.url)], { cwd: checkout })
    if (code !== 0) throw new SetUpError('页面没有构建成功，原因见上 the page could not be built; see above')
  })
}

/** Written beside and then put in place: a build that fails leaves the page as it was. */
async function build(checkout) {
  // the tests build it too, and theirs would be the slow React that checks itself
  process.env.NODE_ENV = 'production'
  const { build: viteBuild } = await import('vite')
  const beside = join(checkout, 'dist', `.web-${process.pid}`)
  const builtFrom = new Set(ALWAYS)
  await viteBuild({
    root: join(checkout, 'src', 'channels', 'web'),
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    oxc: { jsx: { runtime: 'automatic' } },
    // several pages load what they share once; nothing is put into the page itself, which its policy would refuse
    build: { rolldownOptions: { onLog: quiet }, outDir: beside, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
    plugins: [recording(checkout, builtFrom)],
  })
  for (const file of filesBelow(beside)) if (COMPRESSED.test(file)) compress(file)
  const hashes = [...builtFrom].sort().map((file) => [file, sha256(readFileSync(join(checkout, file)))])
  writeFileSync(join(beside, RECORD), JSON.stringify(Object.fromEntries(hashes), undefined, 1))
  mkdirSync(join(checkout, 'dist'), { recursive: true })
  rmSync(outputOf(checkout), { recursive: true, force: true })
  renameSync(beside, outputOf(checkout))
}

/** Packages say 'use client' for servers that draw pages; ours is drawn in the browser. */
const quiet = (level, log, tell) => {
  if (log.code !== 'MODULE_LEVEL_DIRECTIVE') tell(level, log)
}

/** Notes the files of the project that the page is made of. */
const recording = (checkout, builtFrom) => ({
  name: 'tiaowen-record',
  moduleParsed({ id }) {
    const file = relative(checkout, id.replace(/[?\0].*$/, '')).replaceAll('\\', '/')
    if (file !== '' && !file.startsWith('..') && !file.startsWith('node_modules/') && !file.startsWith('\0')) builtFrom.add(file)
  },
})

const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** Compressed once, at leisure; the server hands out what the browser takes. */
function compress(file) {
  const content = readFileSync(file)
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build(fileURLToPath(new URL('..', import.meta.url)))
