/** An Assistant that says what it is told to, over real lines of the seeds: channels need no retrieval. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Assistant, Status, TextVersion } from '../../src/answering/assistant.ts'
import { checkDraft, inOrder, summaryOf } from '../../src/answering/checking/check.ts'
import type { BackupParts } from '../../src/channels/cli/backup.ts'
import type { CarryParts } from '../../src/channels/cli/carrying.ts'
import type { LibraryDesk, LibraryState, Upload } from '../../src/answering/library-desk.ts'
import { readingUrl } from '../../src/answering/links.ts'
import {
  findClause,
  innermost,
  labelOf,
  placeOf,
  spokenOf,
  titleOf,
  walk,
  type Lineage,
} from '../../src/clauses/address.ts'
import type { OutlineNode } from '../../src/clauses/outline-nodes.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import { worksOf } from '../../src/clauses/works.ts'
import { PolicyError } from '../../src/errors.ts'
import type {
  Answer,
  AnswerEvent,
  AskRequest,
  CheckItem,
  Citation,
  ClauseId,
  Document,
  DocumentId,
  Header,
  LookUp,
  Passage,
  Place,
  Segment,
  ClauseReference,
} from '../../src/types.ts'

export const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

const seed = (name: string) => readFileSync(new URL(`../../seeds/${name}`, import.meta.url), 'utf8')

export interface DocumentParts {
  readonly id: string
  readonly source: string
  readonly text: string
  readonly header?: Header
  readonly bodyStart?: number
  readonly pages?: readonly number[]
}

export function documentOf({ id, source, text, header = {}, bodyStart = 0, pages }: DocumentParts): Document {
  return parseDocument({
    id: id as DocumentId,
    source,
    format: 'txt',
    encoding: 'utf-8',
    text,
    textSha256: sha256(text),
    fileSha256: sha256(text),
    header,
    shortNames: ['决定'],
    bodyStart,
    dropped: [],
    ...(pages && { pages }),
  })
}

const TITLE = seed('000_76b057a27a625e20.txt').split('\n')[0] ?? ''

/** 000 as it is: title, date, sections 三 to 五. */
export const DECISION = documentOf({
  id: 'd-000',
  source: '000_76b057a27a625e20.txt',
  text: seed('000_76b057a27a625e20.txt'),
  header: { title: { value: TITLE, from: 'text' }, published: { value: '2023-01-09', from: 'text' } },
  bodyStart: seed('000_76b057a27a625e20.txt').indexOf('三、'),
})

/** 001 from its section 二 up to 四, as its title was inferred from 000. */
export const COPY = documentOf({
  id: 'd-001',
  source: '001_c3e04e6f9f8af2f3.txt',
  text: sectionsOf(seed('001_c3e04e6f9f8af2f3.txt'), '二、', '四、'),
  header: { title: { value: TITLE, from: 'inferred', basis: '000_76b057a27a625e20.txt' } },
})

/** 003: begins at 二, runs on from (6); no title, no date. */
export const PLAN = documentOf({
  id: 'd-003',
  source: '003_64014263bb8856a1.txt',
  text: seed('003_64014263bb8856a1.txt'),
})

function sectionsOf(text: string, from: string, to: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(from))
  const end = lines.findIndex((line, i) => i > start && line.startsWith(to))
  return lines.slice(start, end).join('\n')
}

export const placeIn = (document: Document, ...path: string[]): Place => {
  const lineage = findClause(document, path)
  if (!lineage) throw new Error(`${document.source} has no ${path.join('/')}`)
  return placeOf(document, lineage)
}

const reference = ({ document, lineage }: Place): ClauseReference => ({
  documentId: document.id,
  source: document.source,
  title: titleOf(document),
  path: innermost(lineage as Lineage).path,
  label: labelOf({ document, lineage }),
  spoken: spokenOf({ document, lineage }),
  url: readingUrl(document, innermost(lineage as Lineage).extent),
})

/** A quotation of a document, cited. */
export function citationOf(n: number, place: Place, quote: string, alsoIn: readonly Place[] = []): Citation {
  const { document } = place
  const start = document.text.indexOf(quote)
  if (start === -1) throw new Error(`${document.source} does not say ${quote}`)
  const span = { start, end: start + quote.length }
  const { title, published } = document.header
  return {
    ...reference(place),
    n,
    ...(title && { titleFrom: title.from }),
    ...(published && { date: published.value, dateFrom: published.from }),
    quote,
    ...span,
    textSha256: document.textSha256,
    quoteSha256: sha256(quote),
    alsoIn: alsoIn.map(reference),
    url: readingUrl(document, span),
  }
}

export function passageOf(place: Place, score = 0.5): Passage {
  const { start, end } = innermost(place.lineage as Lineage).extent
  return { ...reference(place), text: place.document.text.slice(start, end), start, end, score, alsoIn: [] }
}

export type AnswerParts = Partial<Answer> & { readonly segments: readonly Segment[] }

export function answerOf(request: AskRequest, parts: AnswerParts): Answer {
  return {
    id: 'a-1',
    question: request.question,
    outcome: 'answered',
    text: parts.segments.map(({ text }) => text).join(''),
    citations: [],
    passages: [],
    mode: 'extractive',
    retrieval: 'hybrid',
    index: { generation: 'gen-00000001', embedder: 'bge-small-zh-v1.5-q' },
    timings: { embed: 3.2, total: 5.1 },
    ...parts,
  }
}

export async function* eventsOf(answer: Answer): AsyncGenerator<AnswerEvent> {
  yield { type: 'passages', passages: answer.passages }
  for (const segment of answer.segments) yield { type: 'segment', segment }
  yield { type: 'citations', citations: answer.citations }
  yield { type: 'done', answer }
}

const RESEARCH = '全社会研发投入强度超过4%'
const BASES = '深入实施科技成果转移转化“145”行动'

/** An answer with a twin, as for 「145行动是什么？」. */
export const answered = (request: AskRequest): Answer =>
  answerOf(request, {
    segments: [
      { kind: 'label', text: '第三部分第2条：' },
      { kind: 'quotation', text: BASES, citations: [1] },
    ],
    citations: [citationOf(1, placeIn(DECISION, '三', '2'), BASES, [placeIn(COPY, '三', '2')])],
    passages: [passageOf(placeIn(DECISION, '三', '2'), 1), passageOf(placeIn(PLAN, '二', '6'))],
  })

export const declined = (request: AskRequest): Answer =>
  answerOf(request, {
    outcome: 'declined',
    reason: 'no-evidence',
    segments: [{ kind: 'connecting', text: '文件中没有找到能回答这个问题的原文。' }],
    passages: [passageOf(placeIn(COPY, '二', '2'), 0.4)],
  })

export interface Script {
  readonly documents?: readonly Document[]
  readonly ask?: (request: AskRequest, signal?: AbortSignal) => AsyncIterable<AnswerEvent>
  readonly lookUp?: (reference: string, asOf?: string, at?: string) => LookUp
  readonly check?: Assistant['check']
  readonly status?: Partial<Status>
  /** Older texts of documents, also of some that are gone. */
  readonly older?: readonly { readonly documentId: string; readonly text: string; readonly outline?: readonly OutlineNode[] }[]
}

const absent: LookUp = {
  outcome: 'absent',
  reason: 'no-such-clause',
  message: `《${TITLE}》第三部分没有第9条；该部分共有4条（第1条至第4条）。`,
  parent: placeIn(DECISION, '三'),
  existing: ['1', '2', '3', '4'],
}

function lookUpScripted(reference: string): LookUp {
  if (reference === '《决定》第三部分第2条') return { outcome: 'found', places: [placeIn(DECISION, '三', '2')] }
  if (reference === '《决定》第三部分') {
    return { outcome: 'ambiguous', candidates: [placeIn(DECISION, '三'), placeIn(PLAN, '二')] }
  }
  return absent
}

export function scripted(script: Script = {}): Assistant {
  const documents = script.documents ?? [DECISION, COPY, PLAN]
  const twins = new Map<ClauseId, readonly ClauseId[]>()
  for (const lineage of walk(DECISION)) {
    const { id, path } = innermost(lineage)
    const twin = findClause(COPY, path)
    if (twin && path[0] === '三') twins.set(id, [innermost(twin).id])
  }
  const status: Status = {
    ready: true,
    retrieval: 'hybrid',
    generation: 'gen-00000001',
    embedder: 'bge-small-zh-v1.5-q',
    vectors: 'hnsw',
    documents: documents.length,
    clauses: documents.reduce((sum, document) => sum + [...walk(document)].length, 0),
    chunks: 120,
    fallbacks: [],
    ...script.status,
  }
  const assistant: Assistant = {
    ask: script.ask ?? ((request) => eventsOf(answered(request))),
    search: async ({ limit }) => ({
      passages: [passageOf(placeIn(DECISION, '三', '2'), 1), passageOf(placeIn(PLAN, '二', '6'))].slice(0, limit),
      retrieval: 'hybrid',
      index: { generation: 'gen-00000001', embedder: 'bge-small-zh-v1.5-q' },
      timings: { total: 1 },
    }),
    lookUp: script.lookUp ?? lookUpScripted,
    check: script.check ?? (async ({ text }) => {
      const catalogue = { generation: 'gen-00000001', documents, twins, embedder: 'bge-small-zh-v1.5-q' }
      const found = [...checkDraft(catalogue, { text, choice: { works: worksOf(documents), today: '2026-11-22' } })]
      const items = inOrder(found.filter((one) => !('step' in one)) as CheckItem[])
      return { items, summary: summaryOf(items, documents.length), index: { generation: 'gen-00000001', embedder: 'bge-small-zh-v1.5-q' }, timings: { total: 1 } }
    }),
    catalogue: () => {
      if (!status.ready) throw new PolicyError('index-missing', 'index/ 里还没有索引。运行：npm run tiaowen -- index')
      return { generation: 'gen-00000001', documents, twins, embedder: 'bge-small-zh-v1.5-q' }
    },
    textOf: async (id, sha): Promise<TextVersion | undefined> => {
      const current = documents.find((document) => document.id === id)
      if (current && (sha === undefined || current.textSha256.startsWith(sha))) {
        return { text: current.text, textSha256: current.textSha256, superseded: false }
      }
      const old = script.older?.find(({ documentId, text }) => documentId === id && sha256(text).startsWith(sha ?? ''))
      if (!old) return undefined
      const removed = current ? {} : { removed: { title: id, source: `${id}.txt` } }
      const { text, outline = [] } = old
      return { text, textSha256: sha256(text), superseded: true, outline: () => outline, ...removed }
    },
    status: () => status,
    within: async () => assistant,
  }
  return assistant
}

const UPLOAD: Upload = {
  id: 'd-000',
  name: '决定.txt',
  bytes: 12,
  format: 'txt',
  title: TITLE,
  titleFrom: 'text',
  header: { title: { value: TITLE, from: 'text' } },
  clauses: 1,
  length: 4,
  outline: [],
  problems: [],
  dropped: 0,
  notices: [],
}

const LIBRARY: LibraryState = {
  uploads: { enabled: true, maxBytes: 1024, formats: ['.txt'] },
  generation: 'gen-00000001',
  skipped: [],
  removed: [],
}

/** A desk that takes whatever it is given. */
export function scriptedDesk(script: Partial<LibraryDesk> = {}): LibraryDesk {
  const desk: LibraryDesk = {
    state: async () => LIBRARY,
    uploaded: async () => new Set(['d-003']),
    admit: async () => {},
    stage: async (name, bytes) => ({ ...UPLOAD, name, bytes: bytes.length }),
    staged: async () => UPLOAD,
    stagedText: async () => '第一条\n',
    discard: async () => {},
    accept: async () => ({ source: '决定.txt' }),
    remove: async () => {},
    restore: async () => {},
    indexAgain: async () => {},
    within: () => desk,
    ...script,
  }
  return desk
}

export { BASES, RESEARCH, TITLE }

const unasked = async () => {
  throw new Error('no backup was asked for')
}
/** For a command line that takes none. */
export const NO_BACKUPS: BackupParts = { take: unasked, verify: unasked, restore: unasked }
export const NO_CARRYING: CarryParts = { toDatabase: unasked, toFile: unasked }
