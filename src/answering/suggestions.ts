/**
 * Questions a new reader can begin with, drawn from the documents that are there. None is shown untried: the assistant
 * answered it, with words of the document it was drawn from.
 */
import { setImmediate as othersFirst } from 'node:timers/promises'
import { headingOf, innermost, isArticle, placeOf, spokenOf, titleOf, walk, type Lineage } from '../clauses/address.ts'
import type { Catalogue } from '../retrieval/library.ts'
import type { Answer, Clause, Document, DocumentId } from '../types.ts'
import type { Assistant } from './assistant.ts'
import { versionNoteOf } from './version-note.ts'

export interface Suggestion {
  readonly question: string
  readonly documentId: DocumentId
}

/** A question that may do. */
export interface Candidate {
  readonly kind: keyof typeof KINDS
  readonly question: string
  /** Words that an answer to it must quote. */
  readonly quotes?: string
}

const MOST = 6
/** Of a large library: a question is answered in some 10 ms, and those who ask meanwhile wait for it. */
const MOST_TRIED = 24
const DOCUMENTS_SAMPLED = 12
/** Characters that an answer to how or what quotes at the least. */
const LEAST_WORDS = 30

/**
 * The suggestions of the generation that serves: at most 6, tried when they are first asked for, and kept.
 * @throws PolicyError while there is no library
 */
export function suggestionsOf(assistant: Assistant): () => Promise<readonly Suggestion[]> {
  let kept: { readonly generation: string; readonly made: Promise<readonly Suggestion[]> } | undefined
  return () => {
    const catalogue = assistant.catalogue()
    const { generation } = catalogue
    if (kept?.generation !== generation) kept = { generation, made: suggest(assistant, catalogue) }
    const asked = kept
    asked.made.catch(() => {
      if (kept === asked) kept = undefined
    })
    return asked.made
  }
}

/** In rounds over the documents, each asked a question of the kind that was tried least: variety of both. */
async function suggest(assistant: Assistant, { documents }: Catalogue): Promise<readonly Suggestion[]> {
  const waiting = sampled(documents).map((document) => ({ id: document.id, candidates: [...candidatesOf(document)] }))
  const found: Suggestion[] = []
  const tried = new Map<string, Candidate>()
  const triesOf = ({ kind }: Candidate) => [...tried.values()].filter((other) => other.kind === kind).length
  while (waiting.some(({ candidates }) => candidates.length > 0)) {
    for (const { id, candidates } of waiting) {
      if (found.length === MOST || tried.size === MOST_TRIED) return found
      const candidate = takeLeast(candidates, triesOf)
      if (!candidate || tried.has(candidate.question)) continue
      tried.set(candidate.question, candidate)
      await othersFirst()
      if (answers(await answerTo(assistant, candidate.question), id, candidate)) {
        found.push({ question: candidate.question, documentId: id })
      }
    }
  }
  return found
}

/** Takes the first of the least out of a list. */
function takeLeast<Item>(items: Item[], measure: (item: Item) => number): Item | undefined {
  const least = Math.min(...items.map(measure))
  return items.splice(
    items.findIndex((item) => measure(item) === least),
    1,
  )[0]
}

/** Answered from the document it was drawn from, and with more than a heading, which says what the question says. */
function answers({ outcome, citations }: Answer, id: DocumentId, { question, quotes }: Candidate): boolean {
  const isFromIt = citations.some(({ documentId, quote }) => documentId === id && quote.includes(quotes ?? ''))
  const words = citations.map(({ quote }) => quote).filter((quote) => !question.includes(bare(quote))).join('')
  return outcome === 'answered' && isFromIt && (quotes !== undefined || words.length >= LEAST_WORDS)
}

/** Words without their mark and stops. */
const bare = (words: string): string => words.replace(/^[\s\d一二三四五六七八九十（）()、.．]+/u, '').replace(/[。；;，,：:\s]+$/u, '')

/** By quotations alone: nobody has asked, so no language model is put to work. */
async function answerTo(assistant: Assistant, question: string): Promise<Answer> {
  for await (const event of assistant.ask({ question, mode: 'extractive' })) if (event.type === 'done') return event.answer
  throw new TypeError('an answer without an end')
}

/** Documents from all over the library; of a law its version in force. */
function sampled(documents: readonly Document[]): readonly Document[] {
  if (documents.length <= DOCUMENTS_SAMPLED) return documents.filter((document) => stands(documents, document))
  const step = documents.length / DOCUMENTS_SAMPLED
  return Array.from({ length: DOCUMENTS_SAMPLED }, (_, at) => {
    const share = documents.slice(Math.floor(at * step), Math.floor((at + 1) * step))
    return share.find((document) => stands(documents, document))
  }).filter((document) => document !== undefined)
}

const stands = (documents: readonly Document[], document: Document): boolean =>
  (versionNoteOf(documents, document)?.status ?? 'in-force') === 'in-force'

/** Questions that a document may answer: of each kind a few, from one place of the text on. */
export function candidatesOf(document: Document): readonly Candidate[] {
  const lineages = [...walk(document)]
  return Object.entries(KINDS).flatMap(([kind, read]) =>
    rotated(read(document, lineages), seedOf(document))
      .slice(0, MOST)
      .map((drawn) => ({ kind: kind as Candidate['kind'], ...drawn })),
  )
}

/** Another place to begin in each text, the same each time. */
const seedOf = ({ textSha256 }: Document): number => Number.parseInt(textSha256.slice(0, 8), 16)

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = items.length === 0 ? 0 : by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

type Drawn = Omit<Candidate, 'kind'>
type Kind = (document: Document, lineages: readonly Lineage[]) => readonly Drawn[]

const FIGURE = new RegExp(
  '(?<=^|[，,。；;：:）)\\s])(?<subject>[\\p{Script=Han}A-Za-z“”"‘’·]{4,24}?)' +
    '(?<verb>不(?:得|能|应)?(?:超过|少于|低于|小于|多于|高于)|达到|超过|突破)' +
    '(?<figure>[0-9][0-9,，.]*[万亿]*|[一二三四五六七八九十百千万亿两]+)' +
    '(?<unit>平方米|平方公里|公里|公顷|个工作日|个?月|个?小时|分钟|[元家个人名项年日天周倍件次户亩吨米%％])' +
    // what ends in 的 is the condition of something else
    '(?![^，,。；;]*的(?:[，,。；;]|$))',
  'gu',
)
/** Words a subject begins with that mean nothing without what stands before them. */
const LEANING =
  /^(?:[对由在以因经从按向与和或但而自将把被该其且并若如即之的最至每同未已]|前款|上述|有下列|应当|可以|一般|情节|数额|期限|期间|时间|人数|金额|次数|累计|总|合计|包括|延长)/
const LEADING = /^(?:力争|确保|争取|努力|推动|其中)/
const TRAILING = /(?:力争|应当|必须|分别|总共|[要应须将已均])$/
const LASTING = /^(?:年|个?月|个工作日|日|天|周|个?小时|分钟)$/

/** 全社会研发投入强度超过4% → 全社会研发投入强度超过多少？ */
const figures: Kind = (document, lineages) =>
  paragraphsOf(document, lineages).flatMap((text) => [...text.matchAll(FIGURE)].flatMap(({ groups }) => figureAsked(groups!)))

function figureAsked({ subject = '', verb = '', figure = '', unit = '' }: Readonly<Record<string, string>>): Drawn[] {
  const named = subject.replace(LEADING, '').replace(TRAILING, '')
  if (LEANING.test(named) || !/\p{Script=Han}{4}/u.test(named) || !balanced(named)) return []
  // 超过三个月 is when something follows, 不得超过三个月 is a rule
  if (LASTING.test(unit) && !verb.startsWith('不')) return []
  const much = LASTING.test(unit) ? '多长时间' : `多少${/[%％]/.test(unit) ? '' : unit}`
  return [{ question: `${named}${verb}${much}？`, quotes: `${verb}${figure}${unit}` }]
}

const balanced = (words: string) => (words.match(/[“‘]/g)?.length ?? 0) === (words.match(/[”’]/g)?.length ?? 0)

/** What a heading of a policy document sets out to do. */
const TASK = new RegExp(
  '^(?:加强|加快|加大|推进|推动|推行|完善|健全|建立|建设|构建|构筑|强化|深化|优化|提升|提高|打造|培育|支持|落实|' +
    '实施|扩大|促进|保障|发展|壮大|规范|创新|争创|激发|营造|防范|改善|统筹)[\\p{Script=Han}A-Za-z0-9“”、]{3,20}$',
  'u',
)

/** 2.构筑科技成果转移转化首选地 → 如何构筑科技成果转移转化首选地？ Not of a law, whose headings are names. */
const tasks: Kind = (document, lineages) => {
  if (lineages.some((lineage) => isArticle(innermost(lineage)))) return []
  return lineages.flatMap((lineage) => {
    const heading = headingOf(document, innermost(lineage))?.replace(/[。，；：:\s]+$/, '') ?? ''
    return TASK.test(heading) ? [{ question: `如何${heading}？` }] : []
  })
}

const DEFINED = /本(?:法|条例|办法|规定|细则|规则|规章|解释|决定|意见|通知)(?:中)?所称的?[“"]?(?<term>\p{Script=Han}{2,14}?)[”"]?[，,]?\s*(?:是|系)?指/gu

/** 本法所称公司，是指 → 什么是公司？ */
const definitions: Kind = (document, lineages) =>
  paragraphsOf(document, lineages).flatMap((text) =>
    [...text.matchAll(DEFINED)].map(({ groups, 0: quotes }) => ({ question: `什么是${groups?.['term'] ?? ''}？`, quotes })),
  )

const PARTS: readonly unknown[] = ['chinese', 'division', 'chapter']
/** What every law has, and nobody asks for first: 总则, 附则. */
const FRAME = /^[总附]\s*则$/
const SHORTEST_ARTICLE = 60

/** 《规划建议》第三部分讲了什么？ */
const parts: Kind = (document, lineages) => {
  const isPart = ({ kind, number, heading }: Clause) => heading !== undefined && (kind === 'headed' || PARTS.includes(number?.style))
  return named(document, besidesFrame(document, lineages).filter((lineage) => isPart(innermost(lineage))), '讲了什么？')
}

/** 《公司法》第二十一条规定了什么？ */
const articles: Kind = (document, lineages) => {
  const isLong = ({ extent }: Clause) => extent.end - extent.start >= SHORTEST_ARTICLE
  const told = besidesFrame(document, lineages).filter((lineage) => isArticle(innermost(lineage)) && isLong(innermost(lineage)))
  return named(document, told, '规定了什么？')
}

function besidesFrame(document: Document, lineages: readonly Lineage[]): readonly Lineage[] {
  return lineages.filter((lineage) => !lineage.some((clause) => FRAME.test(headingOf(document, clause) ?? '')))
}

const LONGEST_NAME = 20

function named(document: Document, lineages: readonly Lineage[], asked: string): readonly Drawn[] {
  const name = document.shortNames[0] ?? titleOf(document).replace(/^中华人民共和国/, '')
  const isStated = document.header.title !== undefined || document.shortNames.length > 0
  if (!isStated || name.length > LONGEST_NAME || /[《》\s]/.test(name)) return []
  return lineages.map((lineage) => ({ question: `《${name}》${spokenOf(placeOf(document, lineage))}${asked}` }))
}

function paragraphsOf({ text }: Document, lineages: readonly Lineage[]): readonly string[] {
  return lineages.flatMap((lineage) => innermost(lineage).paragraphs.map(({ start, end }) => text.slice(start, end)))
}

/** In the order in which they are tried where no kind has been tried more than another. */
const KINDS = { figure: figures, definition: definitions, task: tasks, article: articles, part: parts }
