/** SHA256SUMS, as `sha256sum -c` reads it: made when the bundle is packed, compared by `./tiaowen verify`. */

import { createHash } from 'node:crypto'
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const SUMS = 'SHA256SUMS'
const LINE = /^([0-9a-f]{64}) [ *](.+)$/

/** @returns {string[]} files below a folder, sorted, with `/`; links are files */
export function filesBelow(folder, leftOut = () => false) {
  const found = []
  const walk = (below) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (leftOut(path)) continue
      if (entry.isDirectory()) walk(path)
      else found.push(path)
    }
  }
  walk('')
  return found.sort()
}

/** @returns {Promise<string>} 64 hex digits */
export async function sha256Of(file) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

/** @param {ReadonlyMap<string, string>} sums path → hash */
export const sumsText = (sums) => [...sums].map(([path, hash]) => `${hash}  ${path}\n`).join('')

/** @returns {Map<string, string>} path → hash @throws Error on a line that is none */
export function readSums(text) {
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const [, hash, path] = LINE.exec(line) ?? []
      if (hash === undefined || path === undefined) throw new Error(`${SUMS}: ${line}`)
      return [path, hash]
    }),
  )
}

/**
 * What is not as it was packed.
 * @returns {Promise<{ kind: 'missing' | 'changed' | 'added', path: string }[]>} in the order of the list, then what was added
 */
export async function differences(folder, sums, leftOut) {
  const present = filesBelow(folder, leftOut)
  const found = new Set(present)
  const wrong = []
  for (const [path, hash] of sums) {
    if (!found.has(path)) wrong.push({ kind: 'missing', path })
    else if ((await sha256Of(join(folder, path))) !== hash) wrong.push({ kind: 'changed', path })
  }
  for (const path of present) if (!sums.has(path)) wrong.push({ kind: 'added', path })
  return wrong
}
