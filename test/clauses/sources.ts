/** Texts for the tests of the clause tree, built by hand: the seeds and the laws, without the readers of documents/. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from '../../src/clauses/tree.ts'
import { readHeader } from '../../src/documents/header.ts'
import type { Document, DocumentId, SourceText } from '../../src/types.ts'

export function sourceOf(text: string, more: Partial<SourceText> = {}): SourceText {
  return {
    id: 'd' as DocumentId,
    source: 'd.txt',
    format: 'txt',
    encoding: 'utf-8',
    text,
    textSha256: '',
    fileSha256: '',
    header: {},
    shortNames: [],
    bodyStart: 0,
    dropped: [],
    ...more,
  }
}

export const documentOf = (text: string, more: Partial<SourceText> = {}): Document => parseDocument(sourceOf(text, more))

/** Lines of the file (1-based) that are navigation, a source line or a second standing of the body. */
const DROPPED: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  '000': [[35, 36]],
  '001': [[54, 106]],
  '002': [[1, 2]],
  '003': [],
  '004': [[1, 4], [7, 7], [50, 200]],
}
const FIRST_WORDS: Readonly<Record<string, string>> = { '000': '三、推进', '002': '为进一步贯彻', '004': '2月18日下午' }
const TITLES: Readonly<Record<string, string>> = {
  '000': '中共杭州市委关于全面学习把握落实党的二十大精神 加快打造世界一流的社会主义现代化国际大都市 努力成为中国式现代化城市范例的决定',
  '002': '杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定',
  '004': '聚焦“深化改革、强基固本”主题年 杭州“新春第一会”给出“任务书”“作战图”',
}
const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = { '000': ['决定'], '001': ['决定'], '003': ['规划建议'] }

/** A seed by its first three figures, e.g. '003'. */
export function seedSource(number: string): SourceText {
  const file = readdirSync('seeds').find((name) => name.startsWith(number)) ?? ''
  const lines = readFileSync(join('seeds', file), 'utf8').split(/(?<=\n)/)
  const dropped = DROPPED[number] ?? []
  const text = lines.filter((_, at) => !dropped.some(([first, last]) => at + 1 >= first && at + 1 <= last)).join('')
  const title = TITLES[number]
  return sourceOf(text, {
    id: number as DocumentId,
    source: file,
    bodyStart: FIRST_WORDS[number] ? text.indexOf(FIRST_WORDS[number]) : 0,
    header: title ? { title: { value: title, from: 'text' } } : {},
    shortNames: SHORT_NAMES[number] ?? [],
  })
}

export const SEEDS = ['000', '001', '002', '003', '004'] as const
export const seed = (number: string): Document => parseDocument(seedSource(number))

const LAWS = join(process.env['TIAOWEN_CORPUS'] ?? '../shared/corpus', 'laws')
export const hasLaws = existsSync(LAWS)
if (!hasLaws) console.warn(`no laws at ${LAWS}: the tests over them are left out (set TIAOWEN_CORPUS)`)

/** Paths of the laws: every tenth, or all where asked for or with TIAOWEN_LONG=1. */
export function lawFiles({ all = false } = {}): string[] {
  if (!hasLaws) return []
  const files = readdirSync(LAWS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).sort()
  return all || process.env['TIAOWEN_LONG'] === '1' ? files : files.filter((_, at) => at % 10 === 0)
}

/** A law by its path, its header ending at the comment the collection puts there. */
export function lawSource(file: string): SourceText {
  const text = readFileSync(join(LAWS, file), 'utf8')
  const title = /^# (.+)/.exec(text)?.[1]?.trim()
  return sourceOf(text, {
    id: file as DocumentId,
    source: file,
    format: 'md',
    bodyStart: Math.max(0, text.indexOf('<!-- INFO END -->')),
    header: title ? { title: { value: title, from: 'text' } } : {},
  })
}

/** All the laws with the headers their heads give: title, organ and dates. */
export function lawDocuments(): Document[] {
  const files = readdirSync(LAWS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).sort()
  return files.map((file) => {
    const text = readFileSync(join(LAWS, file), 'utf8')
    return parseDocument(sourceOf(text, { id: file as DocumentId, source: file, format: 'md', ...readHeader(text, 'md') }))
  })
}
