/** Documents of which every version can be told by its words: one alone, and a library that changes with each. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Library } from '../src/retrieval/library.ts'

/** A document whose every version can be told by its words. */
export const VERSIONED = '版本.txt'

export function textOfVersion(version: number): string {
  return `关于版本的通知\n一、现行版本\n现行文本为版本${version}。自第${version}日起施行。\n二、实施\n各单位执行版本${version}的规定，编号为K${version}号。\n`
}

/** The version that a library holds. */
export function versionOf({ documents }: Pick<Library, 'documents'>): number {
  const text = documents.find(({ source }) => source === VERSIONED)?.text ?? ''
  return Number(/现行文本为版本(\d+)。/.exec(text)?.[1])
}

/** Whole files of laws, or of the seeds again and again, until there is a base that later builds keep. */
const LIBRARY_CHARACTERS = 215_000
const LAWS = join(process.env['TIAOWEN_CORPUS'] ?? '../shared/corpus', 'laws', '社会法')
const RULES = 260

let laws: ReadonlyMap<string, string> | undefined

/**
 * The files of version 0, 1, 2 …, name → text. With each one law is amended, the detailed rules are others, every
 * second time a notice comes, is renamed and goes: some versions change little, some more than a tenth. No sentence
 * that has gone comes back.
 */
export function filesOfVersion(version: number): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  laws ??= wholeLaws()
  for (const [at, [name, text]] of [...laws].entries()) {
    const amended = version - ((version - at) % laws.size)
    const article = `\n第九百九十九条 本法第${amended}次修改的决定自公布之日起施行。\n`
    files.set(name, version >= at && amended > 0 ? text + article : text)
  }
  files.set(VERSIONED, textOfVersion(version))
  files.set('细则.txt', rulesOf(version))
  for (const number of [version - 2, version - 1, version].filter((number) => number > 0 && number % 2 === 0)) {
    const text = `关于第${number}号事项的通知\n一、事项\n第${number}号事项由综合处办理，限${number}日内办结。\n`
    files.set(number === version ? `通知${number}.txt` : `更名${number}.txt`, text)
  }
  return files
}

function rulesOf(version: number): string {
  const rules = Array.from({ length: RULES }, (_, at) => `${at + 1}.第${at + 1}项按版本${version}第${at * 7 + 3}号要求办理。`)
  return `实施细则\n一、办理\n${rules.join('\n')}\n`
}

function wholeLaws(): Map<string, string> {
  const hasLaws = existsSync(LAWS)
  const folder = hasLaws ? LAWS : 'seeds'
  const texts = readdirSync(folder).filter((name) => /\.(?:md|txt)$/.test(name)).toSorted()
  const files = new Map<string, string>()
  for (let at = 0, characters = 0; characters < LIBRARY_CHARACTERS; at++) {
    const name = texts[at % texts.length]!
    const text = readFileSync(join(folder, name), 'utf8')
    const round = Math.floor(at / texts.length)
    const one = round === 0 ? text : text.replaceAll('。', `（第${round}辑）。`)
    files.set(round === 0 ? name : `${round}-${name}`, one)
    characters += one.length
  }
  return files
}

/** Makes a folder hold the files of a version and no others. */
export function writeVersion(folder: string, version: number): void {
  mkdirSync(folder, { recursive: true })
  const files = filesOfVersion(version)
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name))
  for (const [name, text] of files) {
    const path = join(folder, name)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
  }
}
