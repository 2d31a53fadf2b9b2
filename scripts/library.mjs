/**
 * src/for-langchain.ts and what it reaches → lib/: JavaScript with its types, for programs that install this package.
 * Run by `npm pack`; a checkout needs none of it.
 */

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const checkout = fileURLToPath(new URL('..', import.meta.url))
const output = join(checkout, 'lib')

rmSync(output, { recursive: true, force: true })
const compiler = join(checkout, 'node_modules', 'typescript', 'bin', 'tsc')
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.library.json'], { cwd: checkout, stdio: ['ignore', 2, 2] })
if (status !== 0) process.exit(status ?? 1)

for (const name of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
  if (/\.(?:js|d\.ts)$/.test(name)) rewrite(join(output, name))
}

/** The compiler turns .ts into .js where a module is imported; not where a worker is named, nor in types. */
function rewrite(file) {
  const text = readFileSync(file, 'utf8')
  const changed = text
    .replace(/(new URL\('\.[^']*)\.ts'/g, "$1.js'")
    .replace(/((?:from|import\()\s*['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2')
  if (changed !== text) writeFileSync(file, changed)
}
