/** The tools of the MCP server: arguments in, what the HTTP API gives out, with the words the command line prints. */
import type { Assistant, CheckingProgress } from '../../answering/assistant.ts'
import { PolicyError } from '../../errors.ts'
import type { AskRequest, CheckResult, DocumentId, Payer } from '../../types.ts'
import { checkedText as checkedDraft } from '../checked-draft.ts'
import { citedText, foundText } from '../cli/answers.ts'
import { checkedText, itemText } from '../cli/checking.ts'
import { Turns } from '../http/turns.ts'
import { documentNamed, documentsNamed } from '../known-documents.ts'
import { bracketed, dateWords, PLAIN, plain, renderText, standingWords } from '../render.ts'
import { wholeAnswer } from '../whole-answer.ts'
import {
  cited,
  clauseText,
  documentSummary,
  listedDocument,
  placeOfPath,
  type Cited,
  type ClauseText,
  type ListedDocument,
} from '../wire.ts'
import { coverageOf, type Looked } from './coverage.ts'
import type { InputOf, ToolName } from './schemas.ts'
import { verifyQuote, type Judged } from './verify-quote.ts'

export interface ToolParts {
  /** Over what whoever asks may see. */
  readonly assistant: Assistant
  /** Ids of the documents that were uploaded. */
  readonly uploaded: () => Promise<ReadonlySet<string>>
  /** For whom the tokens of a language model count; absent: for all. */
  readonly payer?: Payer
}

export interface Call {
  readonly signal: AbortSignal
  /** Told to a client that asked to be told. */
  readonly onProgress: (done: number, total: number, message: string) => void
}

export interface Reply {
  readonly structured: Readonly<Record<string, unknown>>
  readonly text: string
}

type Tool<Name extends ToolName> = {
  readonly title: string
  readonly description: string
  readonly run: (parts: ToolParts, input: InputOf<Name>, call: Call) => Promise<Reply>
}

export const TOOLS: { readonly [Name in ToolName]: Tool<Name> } = {
  ask: {
    title: '提问',
    description:
      '根据文件库回答一个问题：每句都逐字引自文件并注明条款，文件里没有的就说没有。引用时照抄引文，不要改写。\n' +
      'Answers from the documents, in verbatim quotations with clause numbers, or declines.',
    run: ask,
  },
  search: {
    title: '查找条款',
    description: '查找与词句相关的条款，给出原文，最相关的在前。Ranked clauses with their words.',
    run: search,
  },
  get_clause: {
    title: '取条款',
    description: '按文件编号和条款路径取出原文，连同另见与版本。A clause by document id and path.',
    run: getClause,
  },
  resolve_citation: {
    title: '查引用',
    description:
      '查出一处引用指的是哪一条款，给出原文；不止一处符合的列出各处，没有的说明有哪些。\n' +
      'The clauses a typed reference leads to, its candidates, or the numbers that do exist.',
    run: resolveCitation,
  },
  verify_quote: {
    title: '核对引文',
    description:
      '核对一段话是不是文件的原话：一致、有出入（逐字对照）、出处不符、没有、未核对。写进文稿之前请先核对。\n' +
      'Is this verbatim what the documents say, and there?',
    run: verify,
  },
  check_draft: {
    title: '核对草稿',
    description:
      '核对一份草稿里的全部引文和引用，逐处给出结论。Every quotation and reference of a draft against the documents.',
    run: checkDraft,
  },
  list_documents: {
    title: '列出文件',
    description: '文件库里的文件：编号、题名、日期、是否有效。The documents with their ids, dates and standing.',
    run: listDocuments,
  },
}

async function ask({ assistant, payer }: ToolParts, input: InputOf<'ask'>, { signal }: Call): Promise<Reply> {
  const { question, history, documents, asOf, mode } = input
  const only = documents && documentsNamed(documents, assistant.catalogue())
  const request: AskRequest = {
    question,
    ...(history && { history }),
    ...(only && { documents: only }),
    ...(asOf !== undefined && { asOf }),
    ...(mode && { mode }),
    ...(payer && { payer }),
  }
  const answer = await wholeAnswer(assistant.ask(request, signal), signal)
  return reply(assistant, answer, renderText(answer), lookedIn(only))
}

async function search({ assistant }: ToolParts, input: InputOf<'search'>): Promise<Reply> {
  const { query, limit, documents, asOf } = input
  const only = documents && documentsNamed(documents, assistant.catalogue())
  const found = await assistant.search({
    query,
    limit,
    ...(only && { documents: only }),
    ...(asOf !== undefined && { asOf }),
  })
  return reply(assistant, found, foundText(found, PLAIN), lookedIn(only))
}

const lookedIn = (only: readonly DocumentId[] | undefined): Looked => (only ? { searched: new Set(only).size } : {})

async function getClause({ assistant }: ToolParts, input: InputOf<'get_clause'>): Promise<Reply> {
  const catalogue = assistant.catalogue()
  const { path, paragraph } = input
  const document = documentNamed(input.documentId, catalogue)
  const place = placeOfPath(document, path)
  const paragraphs = place?.lineage.at(-1)?.paragraphs ?? []
  if (!place || (paragraph !== undefined && paragraph > paragraphs.length)) {
    const asked = `${path.join('/')}${paragraph === undefined ? '' : `第${paragraph}款`}`
    const next = place ? `这一条有${paragraphs.length}款` : `目录见资源 tiaowen://outline/${document.id}`
    throw new PolicyError('no-such-clause', `文件 ${document.id} 里没有条款 ${asked}；${next}。`)
  }
  const given = withinBounds([clauseText(paragraph === undefined ? place : { ...place, paragraph }, catalogue)])
  const [clause] = given.clauses
  const text = citedText({ outcome: 'found', reference: '', clauses: given.clauses }, PLAIN)
  return reply(assistant, clause!, text, { searched: 1, notChecked: given.notGiven })
}

async function resolveCitation({ assistant }: ToolParts, input: InputOf<'resolve_citation'>): Promise<Reply> {
  const { reference, asOf, at } = input
  const found = cited(reference, assistant.lookUp(reference, asOf, at), assistant.catalogue())
  const { result, notGiven } = boundedCited(found)
  return reply(assistant, result, citedText(result, PLAIN), { notChecked: notGiven })
}

async function verify({ assistant }: ToolParts, input: InputOf<'verify_quote'>, { signal }: Call): Promise<Reply> {
  const { quote, reference, asOf } = input
  const asked = { quote, ...(reference !== undefined && { reference }), ...(asOf !== undefined && { asOf }) }
  const judged = await inTurn(signal, () => verifyQuote(assistant, asked, signal))
  const structured = { ...judged, ...(reference !== undefined && { reference }) }
  const notChecked = judged.verdict === 'not-checked' ? [judged.message] : []
  return reply(assistant, structured, judgedWords(judged), { notChecked })
}

/** Two check at once, in whatever session; a check takes a second or two. */
const turns = new Turns({ atOnce: 2, waiting: 6, full: { code: 'checks-full', message: '正在核对的草稿太多，请稍候几秒再试。' } })

async function inTurn<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  const leave = await turns.enter(signal)
  try {
    return await work()
  } finally {
    leave()
  }
}

/** It has no place in a draft: lines without one. */
const judgedWords = (judged: Judged): string =>
  itemText({ ...judged, kind: 'quotation', start: 0, end: judged.quote.length }, '', PLAIN)
    .map((line) => line.trimEnd())
    .join('\n')

const STEPS: Readonly<Record<CheckingProgress['step'], readonly [at: number, words: string]>> = {
  references: [0, '正在找引用'],
  quotations: [1, '正在核对引文'],
  runs: [2, '正在找没有加引号的原文'],
  suggestions: [3, '正在找推荐出处'],
}
const PROGRESS_MS = 200

async function checkDraft({ assistant }: ToolParts, input: InputOf<'check_draft'>, call: Call): Promise<Reply> {
  const { text, asOf, suggest = false } = input
  const steps = suggest ? 4 : 3
  let told = 0
  const onProgress = ({ step, done, total }: CheckingProgress) => {
    if (performance.now() - told < PROGRESS_MS) return
    told = performance.now()
    const [at, words] = STEPS[step]
    call.onProgress((at + done / Math.max(total, 1)) / steps, 1, words)
  }
  const { signal } = call
  const how = { ...(asOf !== undefined && { asOf }), suggest }
  const result = await inTurn(signal, () => checkedDraft(assistant, text, how, { signal, onProgress }))
  return reply(assistant, result, checkedText(result, text, PLAIN), { notChecked: notCheckedIn(result) })
}

/** One line for each reason, with how many. */
function notCheckedIn({ items }: CheckResult): readonly string[] {
  const counts = new Map<string, number>()
  for (const { verdict, message } of items) {
    if (verdict === 'not-checked') counts.set(message, (counts.get(message) ?? 0) + 1)
  }
  return [...counts].map(([message, count]) => `${count}处未核对：${message}`)
}

async function listDocuments({ assistant, uploaded }: ToolParts, input: InputOf<'list_documents'>): Promise<Reply> {
  const catalogue = assistant.catalogue()
  const { offset, limit } = input
  const words = (input.words ?? '').trim()
  const all = words === '' ? catalogue.documents : catalogue.documents.filter((document) => isCalled(document, words))
  const ids = await uploaded()
  const documents = all.slice(offset, offset + limit).map((document) => listedDocument(document, catalogue, ids))
  const next = offset + documents.length
  const { generation, embedder } = catalogue
  const structured = {
    documents,
    index: { generation, embedder },
    total: all.length,
    ...(next < all.length && documents.length > 0 && { next }),
  }
  const rest = next < all.length && documents.length > 0 ? [`后面还有${all.length - next}份，offset 写 ${next} 继续。`] : []
  const lines = documents.map(documentLine)
  return reply(assistant, structured, [`共${all.length}份${words === '' ? '文件' : `符合“${plain(words)}”`}。`, ...lines].join('\n'), {
    notChecked: rest,
  })
}

function isCalled(document: Parameters<typeof documentSummary>[0], words: string): boolean {
  const { title, source, shortNames, header } = documentSummary(document)
  return [title, source, ...shortNames, header['documentNumber']?.value ?? ''].some((name) => name.includes(words))
}

function documentLine({ id, title, titleFrom, source, header, version }: ListedDocument): string {
  const dated = header['published'] ?? header['passed'] ?? header['amended']
  const date = dateWords({
    ...(dated && { date: dated.value, dateFrom: dated.from }),
    ...(titleFrom && { titleFrom }),
  })
  return plain(`· ${bracketed(title)}　${id}　${date}　${source}${standingWords(version)}`)
}

/** Of the clauses of one reply: a whole law is read as a resource. */
const TEXT_CHARACTERS = 20_000

/** Clauses whose words are cut at the bound: `text` is still exactly the document's words from `start` to `end`. */
function withinBounds(clauses: readonly ClauseText[]): { clauses: readonly ClauseText[]; notGiven: readonly string[] } {
  let room = TEXT_CHARACTERS
  const given: ClauseText[] = []
  const notGiven: string[] = []
  for (const clause of clauses) {
    if (room <= 0) break
    const cut = clause.text.length <= room ? clause.text.length : cutAt(clause.text, room)
    room -= cut
    given.push(cut === clause.text.length ? clause : { ...clause, text: clause.text.slice(0, cut), end: clause.start + cut })
    if (cut < clause.text.length) {
      notGiven.push(`${clause.spoken}共${clause.text.length}字，这里只给出前${cut}字；其余请用 get_clause 取它下面的条款。`)
    }
  }
  const left = clauses.slice(given.length)
  if (left.length > 0) notGiven.push(`还有${left.length}条没有给出：${left[0]!.spoken}至${left.at(-1)!.spoken}，请分别查。`)
  return { clauses: given, notGiven }
}

/** At the end of a line, if there is one; never within a character. */
function cutAt(text: string, most: number): number {
  const line = text.lastIndexOf('\n', most)
  if (line > 0) return line
  return /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most
}

function boundedCited(found: Cited): { result: Cited; notGiven: readonly string[] } {
  switch (found.outcome) {
    case 'found': {
      const { clauses, notGiven } = withinBounds(found.clauses)
      return { result: { ...found, clauses }, notGiven }
    }
    case 'ambiguous': {
      const { clauses, notGiven } = withinBounds(found.candidates)
      return { result: { ...found, candidates: clauses }, notGiven }
    }
    case 'absent': {
      if (!found.parent) return { result: found, notGiven: [] }
      const { clauses, notGiven } = withinBounds([found.parent])
      return { result: { ...found, parent: clauses[0]! }, notGiven }
    }
  }
}

function reply(assistant: Assistant, result: object, text: string, looked: Looked): Reply {
  return { structured: { ...result, coverage: coverageOf(assistant, looked) }, text }
}
