/** 《…》同时废止: which titles a document says are repealed, since when. */
import type { Document } from '../types.ts'
import { inForceFrom } from './editions.ts'
import { chineseDate } from './repeal-dates.ts'
import { foldName } from './script.ts'

/** A statement that a document of a title is no longer in force. */
export interface RepealStatement {
  /** Folded, without 中华人民共和国 and 《》. */
  readonly title: string
  /** Words of its sentence before the title: 最高人民法院 of 最高人民法院《关于…的解释》. */
  readonly before: string
  /** ISO 8601; absent where neither the sentence nor the repealing document states a day. */
  readonly since?: string
  readonly by: Document
}

const SAYS_SO = /(?:同时|一并|相应|即行|均|予以|起|宣布|自行|随之)(?:废止|失效|停止执行)/
/** What may stand between a title and the verb: more titles with their dates and organs, never 中有关…的规定. */
const BETWEEN = /^(?:[(][^()]{0,60}[)])*(?:$|[、,，和与及]|以及|自|从|于|即|同时|一并|相应|予以|均|宣布|自行|随之|废止|失效)/
/** Parts of one: 《…法》第三条, 《…条例》中有关…的规定. */
const TITLE = /《((?:[^《》]|《[^《》]*》){2,120})》/g

/** Every repeal a document states, of whole documents named by title. */
export function repealsIn(document: Document): RepealStatement[] {
  const { text } = document
  const stated = inForceFrom(document)
  const inSentences = sentencesSaying(text).flatMap((sentence) => namedIn(sentence, document, stated))
  return [...repealedByTitle(document, stated), ...inSentences]
}

/** 关于废止《…》的决定 repeals what its own title names. */
function repealedByTitle(document: Document, since: string | undefined): RepealStatement[] {
  const title = document.header.title?.value ?? ''
  if (!/关于废止[^《]{0,12}《/.test(title)) return []
  const names = [...title.slice(title.indexOf('关于废止')).matchAll(TITLE)]
  return names.map(([, name = '']) => ({ title: bareTitle(name), before: '', by: document, ...(since ? { since } : {}) }))
}

function sentencesSaying(text: string): string[] {
  const found: string[] = []
  for (const match of text.matchAll(new RegExp(SAYS_SO, 'g'))) {
    const start = Math.max(text.lastIndexOf('。', match.index), text.lastIndexOf('\n', match.index)) + 1
    found.push(text.slice(start, match.index + match[0].length))
  }
  return found
}

function namedIn(sentence: string, by: Document, stated: string | undefined): RepealStatement[] {
  const clause = sentence.slice(Math.max(sentence.lastIndexOf('；'), sentence.lastIndexOf(';')) + 1)
  const since = /(?:自|从)([^自从，,。]{6,16}?日)起(?:予以|即行|同时)?(?:废止|失效|停止执行)$/.exec(clause)?.[1]
  const day = (since === undefined ? undefined : chineseDate(since)) ?? stated
  const found: RepealStatement[] = []
  let whole = true
  // from the verb backwards: once something but a list of titles stands between, what is before is not repealed
  for (const match of [...clause.matchAll(TITLE)].reverse()) {
    const after = foldName(clause.slice(match.index + match[0].length)).replace(/，/g, ',')
    if (!BETWEEN.test(after)) whole = false
    if (!whole) break
    const before = foldName(clause.slice(0, match.index))
    found.push({ title: bareTitle(match[1] ?? ''), before, by, ...(day ? { since: day } : {}) })
  }
  return found
}

/** As titles are compared where one document names another: folded, without 中华人民共和国, 〈〉 as 《》. */
export const bareTitle = (title: string): string =>
  foldName(title).replaceAll('中华人民共和国', '').replace(/[〈<]/g, '《').replace(/[〉>]/g, '》')
