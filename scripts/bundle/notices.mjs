/** THIRD-PARTY-NOTICES: every package of the bundle with its version, its licence and the words of that licence. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLicence } from './contents.mjs'

const RULE = '='.repeat(80)

/**
 * @typedef {{ name: string, version: string, licence: string, texts: readonly string[], note?: string }} Notice
 */

/**
 * The licence of an installed package; the standard text of its SPDX name where its archive holds none.
 * @param {string} home folder that holds node_modules
 * @param {{ name: string, version: string, path: string, manifest: Record<string, any> }} installed
 * @param {string} standardTexts folder of `<SPDX name>.txt`
 * @returns {Notice}
 * @throws Error for a package that says no licence: a person must look at it
 */
export function noticeOf(home, { name, version, path, manifest }, standardTexts) {
  const licence = licenceOf(manifest)
  const folder = join(home, path)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => isLicence(file) && !file.endsWith('/') && !/node_modules\//.test(file))
    .sort()
  const texts = files.filter((file) => !/\.[cm]?[jt]s$/.test(file)).flatMap((file) => textOf(join(folder, file)))
  if (texts.length > 0) return { name, version, licence, texts }
  const standard = join(standardTexts, `${licence}.txt`)
  if (!existsSync(standard)) throw new Error(`${name}@${version} (${licence || 'no licence named'}): no licence text is known`)
  return { name, version, licence, texts: [`Copyright (c) ${ownerOf(manifest)}\n\n${readFileSync(standard, 'utf8').trim()}`] }
}

function textOf(file) {
  try {
    return [readFileSync(file, 'utf8').replace(/\r\n?/g, '\n').trim()]
  } catch (error) {
    if (error.code === 'EISDIR') return []
    throw error
  }
}

/**
 * As package.json has it, in any of the shapes it had over the years.
 * @param {Record<string, any>} manifest
 * @example licenceOf({ license: 'MIT' }) // 'MIT'
 */
export function licenceOf({ license, licenses }) {
  const named = license ?? licenses ?? ''
  if (Array.isArray(named)) return named.map((one) => one.type ?? one).join(' OR ')
  return typeof named === 'object' ? (named.type ?? '') : named
}

function ownerOf({ name, author, contributors = [], repository }) {
  const people = [author, ...contributors].filter(Boolean).map((one) => (typeof one === 'string' ? one : one.name))
  const home = typeof repository === 'string' ? repository : repository?.url
  return people[0] ?? `the authors of ${name}${home ? ` (${home})` : ''}`
}

/**
 * @param {readonly Notice[]} notices
 * @returns {string} a table of names, then each licence; texts that are the same stand once
 */
export function noticesText(notices) {
  const byText = new Map()
  for (const notice of notices) {
    const text = notice.texts.join('\n\n')
    byText.set(text, [...(byText.get(text) ?? []), notice])
  }
  const title = ({ name, version, licence, note }) => `${name} ${version} (${licence})${note ? ` — ${note}` : ''}`
  const sections = [...byText].map(([text, those]) => `${RULE}\n${those.map(title).join('\n')}\n${RULE}\n\n${text}\n`)
  const head = 'Tiaowen brings the works of others along. Each is under its own licence, which stands below its name.'
  return `${head}\n\n${notices.map(title).join('\n')}\n\n${sections.join('\n')}`
}
