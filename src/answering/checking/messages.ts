/** The sentences of a draft check 核对结果: short, and with the next thing to do. */
import { spokenOf, titleOf } from '../../clauses/address.ts'
import type { CheckWeight, Document } from '../../types.ts'
import { quotedPlace } from '../quoted-place.ts'
import type { Standing } from './judge.ts'
import { WEIGHT_WORDS } from './verdict-words.ts'

export const PRINTING = { width: '全角半角', marks: '引号', script: '繁简' } as const
const titled = (title: string): string => (title.startsWith('《') ? title : `《${title}》`)

/** 《title》 */
export const titleWords = (document: Document): string => titled(titleOf(document))

/** 《title》第三条第二款 */
export const placeWords = ({ document, span }: Standing): string =>
  `${titleWords(document)}${spokenOf(quotedPlace(document, span))}`

/** 数字、否定词; '' for nothing that weighs. */
export const weightWords = (weights: readonly CheckWeight[]): string => weights.map((weight) => WEIGHT_WORDS[weight]).join('、')

/** What is called so: 《条例》, or 名为“条例”的12份文件. */
export function calledWords(documents: readonly Document[], name: string | undefined): string {
  const [first] = documents
  if (documents.length === 1 && first) return titleWords(first)
  return name === undefined ? '所引文件' : `名为${titled(name)}的${documents.length}份文件`
}

export const SAID = {
  empty: '引号里没有文字。',
  emphasis: '没有注明出处的词语，当作强调，未作核对。',
  termOf: '所引条款中没有这个词语，当作强调，未作核对。',
  unclosed: '引号没有成对，未作核对。',
  own: '指草稿自身，未作核对。',
  noDocumentNamed: '没有写明是哪一份文件，未作核对。',
  ambiguous: '不止一处符合，请写明是哪一份文件、哪一条。',
  failed: '核对时出错，未能核对；原因已记入日志。',
  nowhere: '文件库里没有这段话。',
  inOtherClause: '所引文字不在此处',
} as const

export const noSuchDocument = (name: string): string => `文件库里没有${titled(name)}，未作核对。`

export const onlyLike = (name: string, documents: readonly Document[]): string => {
  const like = documents.slice(0, 3).map(titleWords).join('、')
  return `文件库里没有名为${titled(name)}的文件（名称相近的有${like}${documents.length > 3 ? '等' : ''}），未作核对。`
}

export const manyCalled = (documents: readonly Document[], name: string): string =>
  `名为${titled(name)}的文件有${documents.length}份，不知所指是哪一份，未作核对；请写全称。`
