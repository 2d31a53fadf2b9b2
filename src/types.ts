/**
 * The words of the project. Imports nothing; everything may import it.
 *
 * A file becomes a SourceText, a SourceText becomes a Document (a clause tree),
 * a Document becomes entries and chunks; a question becomes Passages, Passages an Answer.
 */

/** Stable over replacement and renaming of the file; see documents/registry.ts. */
export type DocumentId = string & { readonly __id: 'Document' }
/** `${documentId}#${path joined by /}`, e.g. `d-4f0c…#二/2`. Unique within a library. */
export type ClauseId = string & { readonly __id: 'Clause' }

/** Half-open range of UTF-16 offsets into Document.text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Who says so: the document's own words, the operator's sidecar file, or a comparison with another document. */
export type Provenance = 'text' | 'operator' | 'inferred'

/** One statement of a document's header. Dates are ISO 8601 (`2023-01-09`). */
export interface Fact {
  readonly value: string
  readonly from: Provenance
  /** Where the stored text says it; absent when the operator states it, or when the line was dropped. */
  readonly span?: Span
  /** For an inferred fact, the source of the document it was taken from. */
  readonly basis?: string
}

/** What a document says of itself. What it does not state is absent. */
export interface Header {
  readonly title?: Fact
  readonly issuer?: Fact // 发文机关
  readonly documentNumber?: Fact // 文号
  readonly passed?: Fact // 通过日期
  readonly published?: Fact // 公布、发布日期
  readonly effective?: Fact // 施行日期
  readonly amended?: Fact // 最近一次修正、修订的日期
  readonly repealed?: Fact // 废止日期，由管理员填写
}

/** Other files of the library, by title or path, as the operator names them. */
export interface Relations {
  /** Another version of the same work. */
  readonly versionOf?: string
  /** What this document takes the place of. */
  readonly supersedes?: string
  /** Not repealed, whatever another document seems to say: `repealed: null`. */
  readonly inForce?: true
}

/** A line that cleaning left out, for `tiaowen doctor`. */
export interface DroppedLine {
  /** 1-based line of the file as received, or of its page. */
  readonly line: number
  /** 1-based; of a file in pages, for what was left out page by page. */
  readonly page?: number
  readonly text: string
  readonly reason:
    | 'navigation'
    | 'share'
    | 'byline'
    | 'link-list'
    | 'footer'
    | 'repeated-body'
    | 'running-head'
    | 'running-foot'
    | 'page-number'
    | 'watermark'
    | 'empty-page'
}

/** A file after cleaning, before its clauses are read. Cleaning drops whole lines; it never rewrites one. */
export interface SourceText {
  readonly id: DocumentId
  /** Path of the file in the folder it came from, with `/`. */
  readonly source: string
  readonly format: 'txt' | 'md' | 'html' | 'docx' | 'pdf'
  /** See documents/decode.ts; the format again where that states it itself. */
  readonly encoding: string
  readonly text: string
  /** Hex SHA-256 of `text` in UTF-8: the name of this version of the text. */
  readonly textSha256: string
  /** Hex SHA-256 of the file's bytes. */
  readonly fileSha256: string
  readonly header: Header
  /** Names the operator gives it, e.g. 决定, 规划建议. */
  readonly shortNames: readonly string[]
  /** What the operator says of its versions; see clauses/works.ts. */
  readonly relations?: Relations
  /** Offset where the title, date and 通过 lines end and the body begins. */
  readonly bodyStart: number
  readonly dropped: readonly DroppedLine[]
  /** Of a file in pages: the offset where each page begins, page 1 first. See clauses/page.ts. */
  readonly pages?: readonly number[]
}

export type NumberStyle =
  | 'book' // 第一编
  | 'subbook' // 第一分编
  | 'chapter' // 第一章
  | 'section' // 第一节
  | 'division' // 第一部分
  | 'article' // 第一条, 第一百二十条之一
  | 'chinese' // 一、
  | 'bracketed-chinese' // （一） (一)
  | 'arabic' // 1. 1． 1、
  | 'bracketed-arabic' // （1） (6)
  | 'circled' // ①

/** A number as printed. `ordinal` is read from the mark, never counted. */
export interface ClauseNumber {
  readonly style: NumberStyle
  /** As printed, e.g. `二、`, `(6)`, `第一百二十条之一`. */
  readonly mark: string
  readonly ordinal: number
  /** 之一 → 1. */
  readonly branch?: number
}

/**
 * A node of the clause tree.
 *
 * header: title, date and 通过 lines; preamble 序言: paragraphs before the first section;
 * numbered: opened by a mark; headed: opened by a heading without a number; closing 结语: after the last section.
 */
export interface Clause {
  readonly id: ClauseId
  readonly kind: 'header' | 'preamble' | 'numbered' | 'headed' | 'closing'
  /**
   * Printed ordinals from the outside in: ['二', '2'], ['第十二条', '三'];
   * ['header'], ['preamble'], ['closing'] or [heading] for what has no number.
   */
  readonly path: readonly string[]
  readonly number?: ClauseNumber
  /** The heading's words without the mark: a line of its own, or the first sentence of a paragraph that has more. */
  readonly heading?: Span
  /** Its own paragraphs 款 in reading order, marks included, children and a heading on a line of its own excluded. */
  readonly paragraphs: readonly Span[]
  /** From its mark to the end of its last descendant. */
  readonly extent: Span
  /** 1-based paragraph of the parent that this 项 follows, where the parent has several. */
  readonly underParagraph?: number
  readonly children: readonly Clause[]
}

/** A policy document with its clause tree. `clauses` is the top level, in reading order. */
export interface Document extends SourceText {
  readonly clauses: readonly Clause[]
}

/** Where words stand: computed from offsets, see clauses/address.ts. */
export interface Place {
  readonly document: Document
  /** Outermost clause first; the last one is the clause itself. */
  readonly lineage: readonly [Clause, ...Clause[]]
  /** 1-based 款, where the clause has several paragraphs. */
  readonly paragraph?: number
}

/** What a typed reference leads to. */
export type LookUp =
  | { readonly outcome: 'found'; readonly places: readonly [Place, ...Place[]] } // several only for a range or list
  | { readonly outcome: 'ambiguous'; readonly candidates: readonly Place[] }
  | {
      readonly outcome: 'absent'
      readonly reason: 'no-such-document' | 'no-such-version' | 'no-such-clause' | 'not-a-reference'
      /** A plain sentence, e.g. 《…决定》第三部分没有第9条；该部分共有4条（第1条至第4条）。 */
      readonly message: string
      /** The deepest clause or document that does exist. */
      readonly parent?: Place
      /** Printed numbers that exist there. */
      readonly existing: readonly string[]
    }

/** A clause by its address and a link to its words. */
export interface ClauseReference {
  readonly documentId: DocumentId
  readonly source: string
  readonly title: string
  readonly path: readonly string[]
  readonly label: string
  readonly spoken: string
  readonly url: string
}

/** How a version of a work stands: in force 有效, not yet 尚未施行, taken the place of 已被取代, repealed 已废止. */
export type VersionStatus = 'in-force' | 'upcoming' | 'superseded' | 'repealed'

/** The version a clause is from, told where a work has several or where it is not in force. Dates are ISO 8601. */
export interface VersionNote {
  /** Of passing or of the last amendment; a year alone where no more is stated. */
  readonly date?: string
  readonly effective?: string
  /** Today, whatever day the question is about. */
  readonly status: VersionStatus
  /** Since when it has that status; for an upcoming one, from when it is in force. */
  readonly since?: string
  /** What took its place or repealed it. */
  readonly by?: { readonly title: string; readonly date?: string; readonly url?: string }
  /** The other versions of the work, newest first. */
  readonly others: readonly { readonly date?: string; readonly status: VersionStatus; readonly url: string }[]
}

/** A clause found for a question, twins folded in. */
export interface Passage extends ClauseReference {
  /** An article with all below it, or another clause's own paragraphs, verbatim. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** 1-based page of the file on which it begins; absent where the file has no pages. */
  readonly page?: number
  /** 0 to 1, higher is better; comparable within one answer only. Of retrieval, also where a reranker orders. */
  readonly score: number
  /** The same clause in other documents 另见. */
  readonly alsoIn: readonly ClauseReference[]
  readonly version?: VersionNote
}

export interface Citation {
  /** 1-based, in order of appearance. */
  readonly n: number
  readonly documentId: DocumentId
  readonly source: string
  readonly title: string
  readonly titleFrom?: Provenance
  readonly date?: string
  readonly dateFrom?: Provenance
  readonly path: readonly string[]
  /** As printed: 三、2. */
  readonly label: string
  /** As spoken: 第三部分第2条 */
  readonly spoken: string
  /** Exactly `document.text.slice(start, end)`. */
  readonly quote: string
  readonly start: number
  readonly end: number
  /** 1-based page of the file on which the quote begins; absent where the file has no pages. */
  readonly page?: number
  readonly textSha256: string
  readonly quoteSha256: string
  readonly alsoIn: readonly ClauseReference[]
  readonly version?: VersionNote
  /** Relative; opens the reading page with these words marked. */
  readonly url: string
}

/**
 * An answer is a list of these; `quotation` carries what the documents say, `sentence` a model's words, each held to
 * the citations it rests on.
 */
export interface Segment {
  readonly kind: 'quotation' | 'sentence' | 'label' | 'date' | 'count' | 'connecting'
  readonly text: string
  /** Numbers of the citations it rests on. */
  readonly citations?: readonly number[]
}

export type Outcome = 'answered' | 'declined' | 'ambiguous'
export type DeclineReason = 'no-evidence' | 'no-such-clause' | 'false-premise' | 'unsupported' | 'out-of-scope'

/** One answer, the same in every channel. */
export interface Answer {
  readonly id: string
  readonly question: string
  /** The question as understood, where history or normalising changed it. */
  readonly understoodAs?: string
  readonly outcome: Outcome
  readonly reason?: DeclineReason
  /** The segments joined; no markers. */
  readonly text: string
  readonly segments: readonly Segment[]
  readonly citations: readonly Citation[]
  readonly passages: readonly Passage[]
  /** llm: the sentences are a model's, each held to the text; extractive: quotations alone. */
  readonly mode: 'extractive' | 'llm'
  /** Of the model that was asked, also where the extractive answer is given in its place. */
  readonly model?: {
    readonly id: string
    /** Version and hash: `answer-2 0123456789ab`. */
    readonly prompt: string
    /** Sentences of it that held against the text. */
    readonly sentences: number
    /** Sentences of it that did not, and why. */
    readonly removed: number
    readonly reasons: Readonly<Record<string, number>>
    readonly usage?: { readonly inputTokens: number; readonly outputTokens: number }
  }
  readonly retrieval: 'hybrid' | 'keyword'
  /** The cross-encoder that put the passages in order; absent: they stand as they were found. */
  readonly reranker?: string
  readonly fallback?: Fallback
  readonly notes?: readonly string[]
  readonly index: { readonly generation: string; readonly embedder: string | null }
  readonly timings: Readonly<Record<string, number>> // milliseconds
}

/** Something less than the best was used, and why. */
export interface Fallback {
  readonly from: string
  readonly reason: string
}

export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

export interface AskRequest {
  readonly question: string
  readonly history?: readonly Turn[]
  readonly documents?: readonly DocumentId[]
  /** ISO 8601 day: what was in force then; absent: today. */
  readonly asOf?: string
  /** llm: a model's sentences, where there is one; auto, the default, is the same. */
  readonly mode?: AskMode
  /** Set by a way in that knows who asks; never read from a request. Absent: only the whole server's count. */
  readonly payer?: Payer
}

/** For whom the tokens of a language model count. */
export interface Payer {
  /** A name of theirs, never a secret: Identity.id. */
  readonly id: string
  /** Absent: what the whole server may use. */
  readonly tokensADay?: number
}

/** Who writes: the program out of quotations alone, or a language model. */
export type AskMode = 'extractive' | 'llm' | 'auto'

export type AnswerEvent =
  | { readonly type: 'passages'; readonly passages: readonly Passage[] }
  | { readonly type: 'segment'; readonly segment: Segment }
  /** All so far, the last time all there are: each takes the place of the one before. */
  | { readonly type: 'citations'; readonly citations: readonly Citation[] }
  | { readonly type: 'done'; readonly answer: Answer }

export interface SearchRequest {
  readonly query: string
  readonly limit: number
  readonly documents?: readonly DocumentId[]
  /** ISO 8601 day: what was in force then; absent: today. */
  readonly asOf?: string
}

export interface SearchResult {
  readonly passages: readonly Passage[]
  readonly retrieval: 'hybrid' | 'keyword'
  readonly reranker?: string
  readonly fallback?: Fallback
  /** Reasons of further fallbacks. */
  readonly notes?: readonly string[]
  readonly index: Answer['index']
  readonly timings: Answer['timings']
}

/** A person's word about an answer. */
export interface Feedback {
  readonly rating: 'up' | 'down'
  /** In the person's own words. */
  readonly reason?: string
}

/** A question of a conversation and what came of it 一问一答. */
export interface Exchange {
  readonly id: string
  readonly question: string
  /** What the question was limited to. */
  readonly documents?: readonly DocumentId[]
  readonly asOf?: string
  /** ISO 8601, UTC. */
  readonly askedAt: string
  /** Absent while it is being answered, or where that was broken off. */
  readonly answer?: Answer
  readonly feedback?: Feedback
  /**
   * What was left out for who may no longer see all that the answer rests on: its words, in whose place a sentence says
   * so, or clauses that were found besides.
   */
  readonly withheld?: 'words' | 'passages'
}

export interface ConversationSummary {
  readonly id: string
  /** The first question, unless the person gave another name. */
  readonly title: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly exchanges: number
}

export interface Conversation extends Omit<ConversationSummary, 'exchanges'> {
  /** Oldest first. */
  readonly exchanges: readonly Exchange[]
}

/**
 * What became of quoted words since the answer was given, where they no longer stand at their place.
 * moved: the same words stand in another clause of the document; changed: they do not; gone: the document is no longer
 * there; superseded: they stand, and what they stand in is no longer in force.
 */
export interface CitationChange {
  readonly n: number
  readonly state: 'moved' | 'changed' | 'gone' | 'superseded'
  /** Where the words stand now, or where the document can be read as it is now. */
  readonly url?: string
}

/**
 * What became of a quotation or reference of a draft.
 * verbatim: the words stand where they are said to; altered: they differ; misplaced: they stand, but elsewhere;
 * exists: a clause that is named without words of it; no-such-clause: the document has none such; not-found: the words
 * stand nowhere in the library; not-checked: nothing can be said, `why` tells.
 */
export type CheckVerdict =
  | 'verbatim'
  | 'altered'
  | 'misplaced'
  | 'exists'
  | 'no-such-clause'
  | 'not-found'
  | 'not-checked'

/** The document is not in the library; marks of emphasis; too few words; a mark is not closed; more than one clause
 * may be meant; no document is named; the look-up itself broke. */
export type CheckReason =
  | 'no-such-document'
  | 'no-such-version'
  | 'emphasis'
  | 'too-short'
  | 'unclosed'
  | 'ambiguous'
  | 'no-document-named'
  | 'failed'

/** What a changed word weighs. */
export type CheckWeight =
  | 'number'
  | 'date'
  | 'percentage'
  | 'amount'
  | 'negation' // 不, 未, 非, 除外
  | 'modality' // 应当, 可以, 不得
  | 'comparison' // 以上, 不超过
  | 'scope' // 全部, 仅

/** left-out: the text has it, the draft not; put-in: the draft has it, the text not. */
export interface CheckDifference {
  readonly kind: 'same' | 'left-out' | 'put-in'
  readonly text: string
  readonly weighs: readonly CheckWeight[]
}

export interface CheckItem {
  /** Words in quotation marks, a long stretch of a document's words without marks, or a reference alone. */
  readonly kind: 'quotation' | 'run' | 'reference'
  /** Exactly `draft.slice(start, end)`: the words without their marks; of a reference, the reference. */
  readonly quote: string
  readonly start: number
  readonly end: number
  /** What the draft says where the words are from. */
  readonly reference?: { readonly words: string; readonly start: number; readonly end: number }
  readonly verdict: CheckVerdict
  readonly why?: CheckReason
  /** A plain sentence. */
  readonly message: string
  /** The document's own words, where the draft's differ or where words were skipped. */
  readonly truth?: string
  readonly diff?: readonly CheckDifference[]
  /** Words of the document that an ellipsis of the draft stands for. */
  readonly skipped?: readonly string[]
  /** The same words in another printing: full or half width, other quotation marks, traditional characters. */
  readonly printing?: readonly ('width' | 'marks' | 'script')[]
  /** Where the words stand; of an altered quotation, where the words stand that it alters. */
  readonly citation?: Citation
  /** Other clauses that hold the words, or that may be meant. */
  readonly alternatives: readonly ClauseReference[]
}

export interface CheckRequest {
  readonly text: string
  /** ISO 8601 day: what was in force then; absent: today. */
  readonly asOf?: string
  /** Also clauses that sentences without a source may rest on. */
  readonly suggest?: boolean
}

/** A clause that may stand behind a sentence of a draft that names none 推荐出处. A suggestion, and no verdict. */
export interface SourceSuggestion {
  /** Exactly `draft.slice(start, end)`. */
  readonly sentence: string
  readonly start: number
  readonly end: number
  /** 0 to 1: how much of the sentence the cited words hold, and of its figures. */
  readonly score: number
  readonly citation: Citation
}

export interface SourceSuggestions {
  /** In the order of the draft. */
  readonly items: readonly SourceSuggestion[]
  /** Sentences that state a figure or a policy and name no source. */
  readonly sentences: number
  /** How many of them were looked up: of a long draft the first ones. */
  readonly lookedUp: number
}

export interface CheckResult {
  /** In the order of the draft. */
  readonly items: readonly CheckItem[]
  readonly summary: CheckSummary
  /** Where they were asked for. */
  readonly suggestions?: SourceSuggestions
  readonly index: Answer['index']
  readonly timings: Answer['timings']
}

export interface CheckSummary {
  readonly items: number
  readonly verdicts: Readonly<Record<CheckVerdict, number>>
  /** Nothing altered, misplaced, missing or found nowhere. */
  readonly isClean: boolean
  /** Of the library: what is not in it was not checked. */
  readonly documents: number
}
