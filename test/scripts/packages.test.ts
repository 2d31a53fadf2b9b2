import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Readonly<Record<string, Locked>> }
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>

/** Where npm would find `name` from the package at `path`: beside it, or in a folder further out. */
function isLocked(name: string, path: string): boolean {
  const folders = path.split('/node_modules/')
  return folders.some((_, at) => {
    const outer = folders.slice(0, folders.length - at).join('/node_modules/')
    return `${outer === '' ? '' : `${outer}/`}node_modules/${name}` in packages
  }) || `node_modules/${name}` in packages
}

test('the lock file has every package another one asks for, those of other systems included', () => {
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isLocked(name, path)).map((name) => `${path} → ${name}`),
  )
  expect(missing).toEqual([])
})

test('the lock file names no registry: whoever installs has one of their own', () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
})

test('the install scripts allowed by name are those the bootstrap runs', () => {
  expect(manifest['allowScripts']).toEqual({ node: true, 'hnswlib-node': true, 'onnxruntime-node': false, protobufjs: false })
})

test('every script goes through the bootstrap', () => {
  for (const [name, script] of Object.entries(manifest['scripts']!)) expect(script).toBe(`node scripts/bootstrap.mjs ${name}`)
  expect(existsSync('scripts/bootstrap.mjs')).toBe(true)
})
