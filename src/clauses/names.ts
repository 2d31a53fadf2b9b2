/** The names documents and their headed parts go by, in questions. */
import type { Document } from '../types.ts'
import { headingOf, innermost, partName, walk } from './address.ts'
import type { KnownName } from './reference.ts'
import { foldName } from './script.ts'
import { numberKey } from './document-numbers.ts'

/** Last words of titles that say what kind of document it is; two characters or more. */
const KIND = new RegExp(
  '(?:规划建议|实施细则|司法解释|暂行条例|暂行办法|决定|决议|规定|条例|办法|意见|通知|公告|公报|通告|方案|细则|解释|规则|规范|' +
    '规划|纲要|建议|报告|章程|准则|安排|批复|答复|计划|要点|宪法)(?:[(][^()]{1,20}[)])?$',
)

const COUNTRY = '中华人民共和国'

function titleNames(title: string): { name: string; generic: boolean }[] {
  const bare = title.replace(/[(][^()]{1,20}[)]$/, '')
  const about = bare.indexOf('关于')
  const kind = KIND.exec(bare)?.[0]
  return [
    ...[title, bare].flatMap((name) => [name, name.replaceAll(COUNTRY, '')]).map((name) => ({ name, generic: false })),
    ...(about > 0 ? [{ name: bare.slice(about), generic: false }] : []),
    ...(kind ? [{ name: kind, generic: true }] : []),
    ...(kind && title !== bare ? [{ name: kind + title.slice(bare.length), generic: true }] : []),
  ]
}

function fileNames(source: string): string[] {
  const base = source.slice(source.lastIndexOf('/') + 1)
  const stem = base.replace(/\.[A-Za-z0-9]{1,8}$/, '')
  const number = /^\d{2,}(?=[_-])/.exec(stem)?.[0]
  return [source, base, stem, stem.replace(/[(（][0-9-]{4,10}[)）]$/, ''), ...(number ? [number] : [])]
}

/** Organs that issue together are set apart by a space or by 、: 最高人民法院 最高人民检察院关于…. */
function writingsOf(title: string): string[] {
  const [organs = ''] = title.split('关于')
  const others = [organs.replace(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, '、'), organs.replaceAll('、', '')]
  return [title, ...others.filter((other) => other !== organs).map((other) => other + title.slice(organs.length))]
}

const NAMES = new WeakMap<readonly Document[], readonly KnownName[]>()

/**
 * Titles (with and without 中华人民共和国), the operator's short names, the word for the kind of document (决定),
 * file names and the number they open with (002), document numbers 文号, and the headings of parts without a number.
 * Computed once for each document.
 */
export function knownNames(documents: readonly Document[]): readonly KnownName[] {
  const computed = NAMES.get(documents) ?? documents.flatMap(namesOf)
  NAMES.set(documents, computed)
  return computed
}

const OWN = new WeakMap<Document, readonly KnownName[]>()

function namesOf(document: Document): readonly KnownName[] {
  const computed = OWN.get(document) ?? readNames(document)
  OWN.set(document, computed)
  return computed
}

function readNames(document: Document): KnownName[] {
  const names: KnownName[] = []
  const title = document.header.title?.value
  const own = [
    ...(title ? writingsOf(title).flatMap((writing) => titleNames(foldName(writing))) : []),
    ...document.shortNames.map((name) => ({ name: foldName(name), generic: true })),
    ...fileNames(document.source).map((name) => ({ name: foldName(name), generic: false })),
  ]
  const once = new Map(own.filter(({ name }) => name.length >= 2).map((known) => [known.name, known]))
  for (const known of once.values()) names.push({ ...known, of: 'document', documents: [document.id] })
  const number = numberKey(document.header.documentNumber?.value ?? '')
  if (number !== undefined) names.push({ name: number, of: 'number', documents: [document.id] })
  for (const lineage of walk(document)) {
    const clause = innermost(lineage)
    if (clause.kind !== 'headed') continue
    const headings = new Set([headingOf(document, clause) ?? '', partName(clause)].map(foldName))
    for (const name of headings) {
      if (name.length >= 2 || name === '附') names.push({ name, of: 'heading', documents: [document.id] })
    }
  }
  return names
}
