/** The Assistant over an index on this machine. Every channel is handed this one. */
import type { View } from '../access/view.ts'
import type { Held } from '../clauses/basis.ts'
import { knownNames, lookUp, lookUpReference } from '../clauses/lookup.ts'
import { findReferences, type Reference } from '../clauses/reference.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { PolicyError } from '../errors.ts'
import { standAlone } from '../questions/conversation.ts'
import { intentOf, type Intent } from '../questions/intent.ts'
import { documentsOfKinds } from '../questions/named-documents.ts'
import { normaliseQuestion } from '../questions/normalise.ts'
import { namesQuoted } from '../questions/question.ts'
import { understand } from '../questions/understand.ts'
import type { Catalogue, Library } from '../retrieval/library.ts'
import { documentById, placeOfClause } from '../clauses/by-id.ts'
import { retrieveInOrder, type Order } from '../retrieval/reorder.ts'
import { retrieve, type Found, type Query } from '../retrieval/retrieve.ts'
import type { Reranker } from '../reranking/reranker.ts'
import type {
  Answer,
  AnswerEvent,
  AskRequest,
  CheckItem,
  CheckRequest,
  CheckResult,
  DeclineReason,
  ClauseId,
  DocumentId,
  Fallback,
  LookUp,
  Payer,
  Place,
  SearchRequest,
  SearchResult,
  Segment,
  SourceSuggestion,
  SourceSuggestions,
} from '../types.ts'
import { turn } from '../turn.ts'
import type { Assistant, CheckOptions, Status, TextVersion } from './assistant.ts'
import type { AnswerModel } from './answer-model.ts'
import { checkDraft, inOrder, summaryOf } from './checking/check.ts'
import { answerReference } from './clause-answer.ts'
import { Clock } from './clock.ts'
import { citationOf, Composer, sha256 } from './compose.ts'
import { answerFrom, type Draft, type Search } from './extractive.ts'
import { handedPassages } from './handed-passages.ts'
import { heldIn } from './missing-law.ts'
import { answerByModel, fallbackFor, type Because, type Task, type Written } from './model-answer.ts'
import { clausesOf, foundAt, passageOf } from './passages.ts'
import { phrase, type PhraseName } from './phrases.ts'
import type { Prompts } from './prompts.ts'
import { orderBy } from './reranking.ts'
import { rewriteFollowUp } from './rewrite.ts'
import { seenNow, statusWithin, withoutInferred } from './within.ts'
import { countParts, unitCounted } from './structure.ts'
import { likelySource, statesWithoutSource, untouchedSentences } from './suggest-sources.ts'
import { verify } from './verify.ts'
import { narrowed, versionsMeant, type VersionsMeant } from './versions-meant.ts'

/** What the assistant is handed; app.ts chooses the real parts. */
interface Parts {
  /** The library that serves now; throws PolicyError while there is none. */
  library(): Library
  readonly embedder?: Embedder
  /** Puts what was found in order, where the operator has one. */
  readonly reranker?: Reranker
  textOf(documentId: DocumentId, textSha256?: string): Promise<TextVersion | undefined>
  status(): Status
  /** Writes answers, where the operator has one. */
  readonly writer?: Writer
  log(message: string): void
  /** Told of each quotation that does not hold against the text, and is not shown. */
  onWithheld?(): void
}

/** A language model with its prompts. */
export interface Writer {
  readonly model: AnswerModel
  readonly prompts: Prompts
}

/** A check lets others have their turn. */
const AT_A_STRETCH_MS = 20
/** Sentences for which a source is looked for; each costs some 20 ms. */
const MOST_LOOKED_UP = 300
/** Clauses in which it is looked for. */
const SUGGESTED_FROM = 5
const PASSAGES = 10
/** A follow-up that is not rewritten by then is rewritten by the rules. */
const REWRITE_MS = 10_000
const RETRIEVED = 12

export class LocalAssistant implements Assistant {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  catalogue(): Catalogue {
    return this.#parts.library()
  }

  textOf(documentId: DocumentId, textSha256?: string): Promise<TextVersion | undefined> {
    return this.#parts.textOf(documentId, textSha256)
  }

  status(): Status {
    return this.#parts.status()
  }

  async within(view: View): Promise<Assistant> {
    const parts = this.#parts
    const library = await seenNow(() => parts.library(), view)
    return new LocalAssistant({
      ...parts,
      library,
      textOf: async (id, textSha256) => (view.sees(id) ? withoutInferred(await parts.textOf(id, textSha256)) : undefined),
      status: () => statusWithin(parts.status(), view, library),
    })
  }

  lookUp(reference: string, asOf?: string, at?: string): LookUp {
    const library = this.#parts.library()
    const { text, choice } = versionsMeant(library, reference, asOf)
    const place = at === undefined ? undefined : placeMeant(library, at, asOf)
    return lookUp(text, library.documents, library.twins, choice, place)
  }

  async check({ text, asOf, suggest = false }: CheckRequest, options: CheckOptions = {}): Promise<CheckResult> {
    const { signal, onProgress } = options
    const library = this.#parts.library()
    const clock = new Clock()
    const meant = versionsMeant(library, '', asOf)
    const { choice } = meant
    const items: CheckItem[] = []
    let rested = performance.now()
    const onFault = (error: unknown) =>
      this.#parts.log(`草稿有一处未能核对 a place of a draft could not be checked: ${error instanceof Error ? error.stack : String(error)}`)
    for (const step of checkDraft(library, { text, choice, onFault })) {
      if ('step' in step) onProgress?.(step)
      else items.push(step)
      if (performance.now() - rested < AT_A_STRETCH_MS) continue
      await turn()
      signal?.throwIfAborted()
      rested = performance.now()
    }
    clock.mark('check')
    const summary = summaryOf(items, library.documents.length)
    const suggestions = suggest ? await this.#suggested(library, text, items, meant, options) : undefined
    if (suggestions) clock.mark('suggest')
    return {
      items: inOrder(items),
      summary,
      ...(suggestions && { suggestions }),
      index: { generation: library.generation, embedder: library.embedder },
      timings: clock.timings(),
    }
  }

  /** Clauses that sentences without a source may rest on; by keywords alone where they cannot be embedded. */
  async #suggested(
    library: Library,
    draft: string,
    checked: readonly CheckItem[],
    meant: VersionsMeant,
    { signal, onProgress }: CheckOptions,
  ): Promise<SourceSuggestions> {
    const items: SourceSuggestion[] = []
    const documents = searched(library, meant, { wanted: undefined, named: undefined })
    const spans = untouchedSentences(draft, checked)
    let [sentences, lookedUp] = [0, 0]
    let rested = performance.now()
    for (const { start, end } of spans) {
      const sentence = draft.slice(start, end)
      if (statesWithoutSource(sentence)) {
        sentences++
        if (lookedUp < MOST_LOOKED_UP) {
          lookedUp++
          const { vector } = await this.#embed(library, sentence)
          const found = await retrieve(library, queryOf(sentence, vector, documents), SUGGESTED_FROM)
          const likely = likelySource(sentence, found, library.keywords)
          if (likely) {
            const citation = citationOf(library, likely, items.length + 1)
            items.push({ sentence, start, end, score: Math.round(likely.score * 1e4) / 1e4, citation })
          }
        }
      }
      if (performance.now() - rested < AT_A_STRETCH_MS) continue
      onProgress?.({ step: 'suggestions', done: end, total: draft.length })
      await turn()
      signal?.throwIfAborted()
      rested = performance.now()
    }
    return { items, sentences, lookedUp }
  }

  async search({ query, limit, documents, asOf }: SearchRequest): Promise<SearchResult> {
    const library = this.#parts.library()
    const clock = new Clock()
    const wanted = checked(library, documents)
    const meant = versionsMeant(library, understand(library, normaliseQuestion(query)).text, asOf)
    const { text } = meant
    clock.mark('understand')
    const { vector, fallback } = await this.#embed(library, text)
    clock.mark('embed')
    const references = findReferences(text, knownNames(library.documents))
    const named = addressed(library, references, meant, wanted)
    const first = searched(library, meant, { wanted, named: wanted })
    const ranked = await this.#order(library, queryOf(text, vector, first), clock)
    const look = (ids?: readonly DocumentId[]): Promise<readonly Found[]> =>
      retrieveInOrder(library, queryOf(text, vector, ids), limit, ranked.order)
    const found = await look(first)
    // what is repealed or no longer the version in force comes last, and only where there is room
    const besides = found.length < limit && meant.out.size > 0 ? await look(evenPast(library, meant, wanted)) : []
    clock.mark('retrieve')
    return {
      passages: firstThen(firstThen(named, found), besides).slice(0, limit).map((one) => passageOf(library, one)),
      ...modeOf(library, vector, [fallback ?? library.fallback, ranked.fallback], ranked.order),
      timings: clock.timings(),
    }
  }

  async *ask(request: AskRequest, signal: AbortSignal = NEVER): AsyncIterable<AnswerEvent> {
    const library = this.#parts.library()
    const clock = new Clock()
    const wanted = checked(library, request.documents)
    const writer = request.mode === 'extractive' ? undefined : paidBy(request.payer, this.#parts.writer)
    const alone = await this.#standAlone(request, writer, signal)
    if (writer && request.history?.length) clock.mark('rewrite')
    await turn()
    const normalised = normaliseQuestion(alone.question)
    const { text: asTyped, unclear } = understand(library, normalised)
    const meant = versionsMeant(library, asTyped, request.asOf)
    const { text } = meant
    clock.mark('understand')
    const { vector, fallback } = await this.#embed(library, text)
    clock.mark('embed')
    await turn()
    const names = knownNames(library.documents)
    const references = findReferences(text, names)
    const named = within(intentOf(text, references, library.documents, names), wanted)
    const inVersions = named.documents && narrowed(library, named.documents, meant)
    const intent = inVersions ? { ...named, documents: inVersions.ids } : named
    const scope = intent.documents ?? wanted
    const queryFor = (documents?: readonly DocumentId[], throughout?: readonly DocumentId[]): Query => ({
      ...queryOf(text, vector, searched(library, meant, { wanted, named: scope, documents })),
      ...(throughout && { throughout }),
    })
    const ranked = await this.#order(library, queryFor(scope), clock, signal)
    const search = searchOnce((documents, limit = RETRIEVED, throughout?: readonly DocumentId[]) =>
      retrieveInOrder(library, queryFor(documents, throughout), limit, ranked.order),
    )
    const found = await search(scope)
    await turn()
    const clauses: Search = async (...asked) => (await search(...asked)).flatMap(clausesOf)
    const past: Search = async (documents, limit = RETRIEVED) => {
      const query = queryOf(text, vector, evenPast(library, meant, documents ?? wanted))
      return (await retrieveInOrder(library, query, limit, ranked.order)).flatMap(clausesOf)
    }
    clock.mark('retrieve')
    const asked = { text, intent, references, scope: scope?.length ? scope : wanted, search: clauses, meant, held: heldIn(library, wanted) }
    const draft = unclear
      ? declined(library, 'no-evidence', 'declined-no-evidence')
      : alone.insufficient
        ? declined(library, 'unsupported', 'declined-standalone')
        : intent.outOfScope
          ? declined(library, 'out-of-scope', 'declined-out-of-scope')
          : inVersions?.absent !== undefined
            ? noSuchVersion(library, inVersions.absent)
            : await orFromThePast(library, { ...asked, intent: named, search: past }, await draftOf(library, asked))
    await turn()
    const exactly = draft.places?.map((place) => foundAt(library, place))
    const nearest = exactly ?? firstThen(addressed(library, references, meant, scope), found)
    const passages = nearest.slice(0, PASSAGES).map((one) => passageOf(library, one))
    yield { type: 'passages', passages }
    const verified = verify(library, withoutLastBreak(draft.composer.segments), draft.composer.citations)
    for (const fault of verified.rejected) {
      this.#parts.log(`quotation withheld: ${fault}`)
      this.#parts.onWithheld?.()
    }
    clock.mark('answer')
    const quoted = verified.segments.some(({ kind }) => kind === 'quotation')
    const withheld = draft.outcome === 'answered' && !quoted
    const segments = withheld ? [said('declined-unsupported')] : verified.segments
    const isWritable = draft.outcome === 'answered' && !withheld && !draft.isDirect
    const handles = writer && isWritable ? handedPassages(library, verified.citations, nearest.slice(0, PASSAGES)) : undefined
    const [lead] = verified.citations
    const { log } = this.#parts
    const written =
      writer && handles && lead
        ? yield* this.#written(
            { library, question: alone.question, lead, handles, model: writer.model, prompt: writer.prompts.answer, log },
            signal,
          )
        : undefined
    if (written) clock.mark('write')
    const shown = written?.stands ? written : { segments, citations: verified.citations }
    if (!written?.stands) for (const segment of segments) yield { type: 'segment', segment }
    yield { type: 'citations', citations: shown.citations }
    const because = unwritten(request, { writer, isWritable, handles, written })
    const reason = withheld ? ('unsupported' as const) : draft.reason
    const isUndated = request.asOf !== undefined && shown.citations.some(({ date, version }) => !date && !version)
    const notes: PhraseName[] = [
      ...(normalised.language === 'en' ? ['english' as const] : []),
      ...(isUndated ? ['undated-as-of' as const] : []),
      ...(written?.stands && written.isBroken ? ['model-broken-off' as const] : []),
    ]
    const understoodAs = asTyped === request.question.trim() ? undefined : asTyped
    const lesser = [because && fallbackFor(because), fallback ?? library.fallback, ranked.fallback]
    const { notes: reasons = [], ...retrieval } = modeOf(library, vector, lesser, ranked.order)
    const told = [...notes.map(phrase), ...reasons]
    const answer: Answer = {
      id: idOf(request, library, writer, ranked.order),
      question: request.question,
      ...(understoodAs ? { understoodAs } : {}),
      outcome: withheld ? 'declined' : draft.outcome,
      ...(reason ? { reason } : {}),
      text: shown.segments.map((segment) => segment.text).join(''),
      segments: shown.segments,
      citations: shown.citations,
      passages,
      mode: written?.stands ? 'llm' : 'extractive',
      ...(written ? { model: written.model } : {}),
      ...retrieval,
      ...(told.length > 0 ? { notes: told } : {}),
      timings: clock.timings(),
    }
    yield { type: 'done', answer }
  }

  /** The question without what it leaves to the turns before: by the model where there is one, else by the rules. */
  async #standAlone(
    { question, history = [] }: AskRequest,
    writer: Writer | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly question: string; readonly insufficient: boolean }> {
    if (!writer || history.length === 0) return standAlone(question, history)
    const within = AbortSignal.any([signal, AbortSignal.timeout(REWRITE_MS)])
    try {
      const { model, prompts } = writer
      const rewritten = await rewriteFollowUp(question, history, { model, prompt: prompts.rewrite, signal: within })
      if (rewritten.reason) this.#parts.log(`追问由规则改写 follow-up rewritten by rules: ${rewritten.reason}`)
      return rewritten
    } catch {
      this.#parts.log(`追问由规则改写 follow-up rewritten by rules: ${signal.aborted ? 'stopped' : 'timeout'}`)
      return standAlone(question, history)
    }
  }

  /** The segments of the model with their citations, and how it came out; both go to the log where it was less than the best. */
  async *#written(task: Task, signal: AbortSignal): AsyncGenerator<AnswerEvent, Written> {
    const writing = answerByModel(task, signal)
    try {
      let next = await writing.next()
      for (; !next.done; next = await writing.next()) yield next.value
      const written = next.value
      const { removed, sentences, reasons } = written.model
      if (removed > 0) {
        const why = Object.entries(reasons).map(([reason, times]) => `${reason} ${times}`).join(', ')
        this.#parts.log(`语言模型的句子 sentences of the model: ${sentences} held, ${removed} removed (${why})`)
      }
      if (!written.stands) this.#parts.log(`改用原文摘录 extractive answer instead: ${written.because}`)
      else if (written.isBroken) this.#parts.log('语言模型的回答中途断开 the reply of the model was broken off')
      return written
    } finally {
      // reached first by a reader who stops: the request to the model ends with it
      void writing.return(undefined as never)
    }
  }

  /** What the reranker makes of the best of a search; nothing where there is none. */
  async #order(library: Library, query: Query, clock: Clock, signal = NEVER): ReturnType<typeof orderBy> {
    const { reranker, log } = this.#parts
    if (!reranker) return {}
    const ranked = await orderBy(reranker, query.text, await retrieve(library, query, reranker.most), signal)
    if (ranked.fallback) log(`不经重排 passages in the order they were found: ${ranked.fallback.reason}`)
    clock.mark('rerank')
    return ranked
  }

  async #embed(library: Library, text: string): Promise<{ vector?: Float32Array; fallback?: Fallback }> {
    const { embedder } = this.#parts
    if (!embedder || library.embedder === null) return {}
    try {
      return { vector: await embedder.embedQuestion(text) }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#parts.log(`embedding failed, keyword-only answer: ${reason}`)
      return { fallback: { from: 'hybrid', reason } }
    }
  }
}

/** A question that is understood, and where its answer may be looked for. */
interface Understanding {
  readonly text: string
  readonly intent: Intent
  readonly references: readonly Reference[]
  /** Documents that a clause is looked up in; absent: all. */
  readonly scope: readonly DocumentId[] | undefined
  readonly search: Search
  readonly meant: VersionsMeant
  /** Of the documents that the request allows. */
  readonly held: Held
}

async function draftOf(library: Library, asked: Understanding): Promise<Draft> {
  const { text, intent, references, search } = asked
  const [reference] = references
  const counted = draftOfCount(library, asked)
  if (counted) return counted
  if (reference) {
    const draft = await draftOfClause(library, asked, reference)
    if (draft) return draft
  }
  const unknown = unknownName(reference, text) ?? intent.unknownDocument
  if (unknown === undefined) return answerFrom(library, text, intent, search, asked.held)
  return { ...declined(library, 'no-evidence', 'declined-document'), detail: unknown, places: [] }
}

/** 决定有几个部分: the parts of the documents it names, counted; undefined when it asks something else. */
function draftOfCount(library: Library, { text, intent, meant }: Understanding): Draft | undefined {
  const unit = unitCounted(text)
  if (unit === undefined) return undefined
  const { documents } = library
  const ids = intent.documents
  const named = ids ? documents.filter(({ id }) => ids.includes(id)) : documentsOfKinds(text, documents)
  const composer = new Composer(library)
  return countParts(composer, named, unit, meant.choice.works) ? { outcome: 'answered', composer, isDirect: true } : undefined
}

/** Where a reference stands, by its own address. */
function placeMeant(library: Library, at: string, asOf?: string): Place {
  const byId = placeOfClause(library, at as ClauseId)
  if (byId) return byId
  const { text, choice } = versionsMeant(library, at, asOf)
  const found = lookUp(text, library.documents, library.twins, choice)
  if (found.outcome === 'found') return found.places[0]
  const why = found.outcome === 'absent' ? found.message : `“${at.slice(0, 60)}”不止一处符合，请写明文件。`
  throw new PolicyError('bad-request', `不知道引用所在的位置：${why}`)
}

/** The clause a question names: its text, or what it says of the thing asked; undefined when it leads nowhere. */
async function draftOfClause(
  library: Library,
  asked: Understanding,
  reference: Reference,
): Promise<Draft | undefined> {
  const { text, intent, scope, search } = asked
  const composer = new Composer(library)
  const documents = scope ? library.documents.filter(({ id }) => scope.includes(id)) : library.documents
  const found = lookUpReference(reference, documents, library.twins, asked.meant.choice)
  const missing = found.outcome === 'absent' && found.reason === 'no-such-clause'
  if (intent.asksForClause || missing) {
    const answer = answerReference(composer, found, /标题|题目|小标题/.test(text))
    if (answer) return answer
  }
  if (found.outcome !== 'found') return undefined
  const named = new Set(found.places.map(({ lineage }) => lineage.at(-1)!.id))
  const holding = [...new Set(found.places.map(({ document }) => document.id))]
  const inClause: Search = async (documents) =>
    (await search(documents, Infinity, holding)).filter(({ lineage }) => lineage.some(({ id }) => named.has(id)))
  const draft = await answerFrom(library, text, intent, inClause)
  if (draft.outcome === 'answered' || draft.reason === 'false-premise') return draft
  return answerReference(composer, found) ?? draft
}

/** The name in 《》 of a document that the library does not hold, said with a clause of it. */
function unknownName(reference: Reference | undefined, text: string): string | undefined {
  const named = reference?.document
  return named && named.documents.length === 0 && text.includes(`《${named.words}》`) ? named.words : undefined
}

/** Clauses that the first reference of a query names. */
function addressed(
  library: Library,
  [reference]: readonly Reference[],
  { choice }: VersionsMeant,
  wanted?: readonly DocumentId[],
): Found[] {
  if (!reference) return []
  const result = lookUpReference(reference, library.documents, library.twins, choice)
  const found = result.outcome === 'found' ? result.places : result.outcome === 'ambiguous' ? result.candidates : []
  return found.filter(({ document }) => !wanted || wanted.includes(document.id)).map((place) => foundAt(library, place))
}

/**
 * Declined over what is in force: what other versions and repealed texts say is quoted then, and marked as theirs.
 * Not where the question itself says which version it means.
 */
async function orFromThePast(library: Library, asked: Understanding, draft: Draft): Promise<Draft> {
  const { out, choice } = asked.meant
  const fitting = draft.outcome === 'declined' && draft.reason === 'no-evidence' && draft.places === undefined
  if (!fitting || out.size === 0 || (choice.asked && choice.asked.kind !== 'day')) return draft
  const past = await answerFrom(library, asked.text, asked.intent, searchOnce(asked.search), asked.held)
  return past.outcome === 'answered' ? past : draft
}

function noSuchVersion(library: Library, message: string): Draft {
  const composer = new Composer(library).add({ kind: 'count', text: message })
  return { outcome: 'declined', reason: 'no-evidence', composer, places: [] }
}

interface Looked {
  /** Documents the request allows. */
  readonly wanted: readonly DocumentId[] | undefined
  /** Documents that are asked for by name or id, whatever their version. */
  readonly named: readonly DocumentId[] | undefined
  /** Documents of this one search. */
  readonly documents?: readonly DocumentId[] | undefined
}

/** The documents a search looks through: not other versions and repealed texts that nobody asked for. */
function searched(library: Library, meant: VersionsMeant, looked: Looked): readonly DocumentId[] | undefined {
  const { wanted, named, documents } = looked
  const allowed = evenPast(library, meant, documents ? intersect(documents, wanted) : wanted)
  if (meant.out.size === 0) return allowed
  if (!allowed && !named) return allBut(library, meant.out)
  const asked = new Set(named)
  return (allowed ?? library.documents.map(({ id }) => id)).filter((id) => !meant.out.has(id) || asked.has(id))
}

const ALL_BUT = new WeakMap<ReadonlySet<DocumentId>, { of: Catalogue['documents']; ids: readonly DocumentId[] }>()

/** The ids of all other documents: the same list for the same library and the same set. */
function allBut({ documents }: Catalogue, out: ReadonlySet<DocumentId>): readonly DocumentId[] {
  const known = ALL_BUT.get(out)
  if (known?.of === documents) return known.ids
  const ids = documents.flatMap(({ id }) => (out.has(id) ? [] : [id]))
  ALL_BUT.set(out, { of: documents, ids })
  return ids
}

/** Other versions and repealed texts too; never what was not in force yet on the day asked for. */
function evenPast(
  library: Library,
  { never }: VersionsMeant,
  wanted?: readonly DocumentId[],
): readonly DocumentId[] | undefined {
  if (never.size === 0) return wanted
  return (wanted ?? library.documents.map(({ id }) => id)).filter((id) => !never.has(id))
}

/** The clauses named, then those found besides. */
function firstThen(named: readonly Found[], found: readonly Found[]): Found[] {
  const ids = new Set(named.map(({ clause }) => clause.id))
  return [...named, ...found.filter(({ clause }) => !ids.has(clause.id))]
}

/** The search, its results kept by what it is asked. */
function searchOnce(search: Search): Search {
  const known = new Map<string, Promise<readonly Found[]>>()
  return (documents, limit, throughout) => {
    const key = JSON.stringify([documents, limit, throughout])
    const found = known.get(key) ?? search(documents, limit, throughout)
    known.set(key, found)
    return found
  }
}

function queryOf(text: string, vector?: Float32Array, documents?: readonly DocumentId[]): Query {
  return { text, exact: namesQuoted(text), ...(vector ? { vector } : {}), ...(documents ? { documents } : {}) }
}

const NEVER = new AbortController().signal

const paidBy = (payer: Payer | undefined, writer: Writer | undefined): Writer | undefined =>
  payer && writer?.model.paidBy ? { ...writer, model: writer.model.paidBy(payer) } : writer

/** Why a model that was asked for did not write; undefined where it did, or where nothing was to be written. */
function unwritten(
  { mode }: AskRequest,
  how: {
    readonly writer: Writer | undefined
    readonly isWritable: boolean
    readonly handles: readonly unknown[] | undefined
    readonly written: Written | undefined
  },
): Because | undefined {
  if (!how.writer) return mode === 'llm' ? 'not-configured' : undefined
  if (!how.isWritable) return undefined
  if (!how.handles) return 'long-clause'
  return how.written?.stands === false ? how.written.because : undefined
}

/** The same request over the same index has the same id, as it has the same answer where no model writes. */
function idOf(
  { question, history = [], documents = [], asOf }: AskRequest,
  { generation, embedder }: Library,
  writer: Writer | undefined,
  order: Order | undefined,
): string {
  const by = writer && [writer.model.id, writer.prompts.answer.sha256, writer.prompts.rewrite.sha256]
  const asked = [question, history, documents, generation, embedder, ...(asOf === undefined ? [] : [asOf]), ...(by ? [by] : []), ...(order ? [order.by] : [])]
  return `a-${sha256(JSON.stringify(asked)).slice(0, 24)}`
}

function said(name: PhraseName): Segment {
  return { kind: 'connecting', text: phrase(name) }
}

function declined(library: Library, reason: DeclineReason, because: PhraseName): Draft {
  return { outcome: 'declined', reason, composer: new Composer(library).say(because) }
}

/** The intent held to the documents the request allows; one alone is meant as if it were named. */
function within(intent: Intent, wanted?: readonly DocumentId[]): Intent {
  if (!wanted) return intent
  if (intent.documents) return { ...intent, documents: intersect(intent.documents, wanted) }
  return wanted.length === 1 ? { ...intent, documents: wanted } : intent
}

function withoutLastBreak(segments: readonly Segment[]): readonly Segment[] {
  return segments.at(-1)?.text === phrase('end') ? segments.slice(0, -1) : segments
}

/** Document ids of a request, each of which must exist. */
function checked(library: Library, documents?: readonly DocumentId[]): readonly DocumentId[] | undefined {
  const unknown = documents?.find((id) => !documentById(library, id))
  if (unknown !== undefined) {
    const message = `资料库中没有编号为 ${unknown} 的文件。No document has this id; GET /api/documents lists them.`
    throw new PolicyError('no-such-document', message)
  }
  return documents && documents.length > 0 ? documents : undefined
}

function intersect(named: readonly DocumentId[], wanted?: readonly DocumentId[]): readonly DocumentId[] {
  return wanted ? named.filter((id) => wanted.includes(id)) : named
}

type Mode = Pick<SearchResult, 'retrieval' | 'reranker' | 'fallback' | 'notes' | 'index'>

/** How it was found. `lesser`: what was less than the best, the gravest first; reasons of the others are notes. */
function modeOf(
  library: Library,
  vector: Float32Array | undefined,
  lesser: readonly (Fallback | undefined)[],
  order: Order | undefined,
): Mode {
  const [fallback, ...others] = lesser.filter((one) => one !== undefined)
  return {
    retrieval: vector ? 'hybrid' : 'keyword',
    ...(order ? { reranker: order.by } : {}),
    ...(fallback ? { fallback } : {}),
    ...(others.length > 0 ? { notes: others.map(({ reason }) => reason) } : {}),
    index: { generation: library.generation, embedder: library.embedder },
  }
}
