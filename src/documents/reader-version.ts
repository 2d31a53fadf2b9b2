/** Which version of the code reads documents: what it made of a file is taken over only while that is the same. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('..', import.meta.url))
/** Bytes → text → clause tree. */
const READING = ['documents', 'clauses']
/** The versions of the packages that read formats. */
const PACKAGES = ['package-lock.json', 'package.json']

let known: string | undefined

/**
 * 16 hex digits of the SHA-256 over the code that reads documents and clause trees and over the versions of its
 * packages, so that nobody has to remember to raise a number. Computed once a process.
 */
export function readerVersion(): string {
  return (known ??= versionOf(SOURCE))
}

/** Of a folder laid out like `src/`, with the package files beside it. */
export function versionOf(source: string): string {
  const hash = createHash('sha256')
  for (const folder of READING) {
    for (const name of readdirSync(join(source, folder)).filter((name) => /\.[cm]?[jt]s$/.test(name)).sort()) {
      hash.update(`${folder}/${name}\n`).update(readFileSync(join(source, folder, name)))
    }
  }
  for (const path of PACKAGES.map((name) => join(source, '..', name))) if (existsSync(path)) hash.update(readFileSync(path))
  return hash.digest('hex').slice(0, 16)
}
