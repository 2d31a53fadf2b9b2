/** Every shape that crosses the wire: requests are parsed with these, answers are promised by them in /openapi.json. */
import { z } from '@hono/zod-openapi'
import { QUESTION_CHARACTERS, TOO_LONG, withinCharacters } from '../question-limit.ts'

export { QUESTION_CHARACTERS, TOO_LONG, withinCharacters }
export const REFERENCE_CHARACTERS = 500
export const SEARCH_LIMIT = 100
const HISTORY_TURNS = 50
const DOCUMENTS_NAMED = 1_000

const Words = z
  .string()
  .refine((text) => text.trim() !== '', { message: '不能为空' })
  .refine(withinCharacters(QUESTION_CHARACTERS), { message: TOO_LONG })

/** What is sent is never changed by the receiver of the type. */
export const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly()

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .openapi({ description: 'Hex SHA-256' })
export const Offset = z.number().int().min(0)
const PageNumber = z
  .number()
  .int()
  .min(1)
  .openapi({ description: 'Page of the file on which the words begin; absent where the file has no pages' })
const ProvenanceName = z
  .enum(['text', 'operator', 'inferred'])
  .openapi({ description: 'Who says so: the text itself, the operator, or a comparison with another document' })
const Path = list(z.string()).openapi({
  description: 'Printed ordinals from the outside in, e.g. ["二","2"]; header, preamble, closing or a heading',
})
const Retrieval = z.enum(['hybrid', 'keyword'])
export const Timings = z.record(z.string(), z.number()).openapi({ description: 'Milliseconds' })

export const DocumentIds = z
  .array(z.string().min(1).max(200))
  .min(1)
  .max(DOCUMENTS_NAMED)
  .openapi({ description: 'Only these documents; ids from /api/documents' })

export const AsOf = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { message: '日期须写作 2023-01-09' })
  .openapi({ description: 'A day: what was in force then; absent: today', example: '2020-06-30' })

const AskModeName = z.enum(['extractive', 'llm', 'auto']).openapi({
  description:
    "extractive: quotations alone; llm: sentences of the operator's language model, each held to the text, and the " +
    'extractive answer with `fallback` where it has none that stands; auto, the default: llm where one is configured',
})

/** As crypto.randomUUID() makes them; kept in lower case. */
export const Uuid = z.uuid({ error: '应为 UUID' }).toLowerCase()

export const AskBody = z
  .strictObject({
    question: Words.openapi({
      minLength: 1,
      maxLength: QUESTION_CHARACTERS,
      example: '未来五年全社会研发投入强度要超过多少？',
    }),
    history: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string() }))
      .max(HISTORY_TURNS)
      .optional()
      .openapi({ description: 'Earlier turns, oldest first' }),
    documents: DocumentIds.optional(),
    asOf: AsOf.optional(),
    mode: AskModeName.optional(),
    stream: z.boolean().optional().openapi({ description: 'Answer as server-sent events' }),
    conversationId: Uuid.optional().openapi({
      description: 'Keeps question and answer in this conversation, made where there is none; together with exchangeId',
    }),
    exchangeId: Uuid.optional().openapi({ description: 'The same one again is a retry: its answer is replaced' }),
  })
  .refine(({ conversationId, exchangeId }) => (conversationId === undefined) === (exchangeId === undefined), {
    message: 'conversationId 与 exchangeId 须一同给出',
  })
  .refine(({ conversationId, history }) => conversationId === undefined || history === undefined, {
    message: '在对话中提问时不要另给 history，前文取自这个对话',
  })
  .openapi('AskRequest')

export const SearchBody = z
  .strictObject({
    query: Words.openapi({ minLength: 1, maxLength: QUESTION_CHARACTERS, example: '人才引进' }),
    limit: z.number().int().min(1).max(SEARCH_LIMIT).default(10),
    documents: DocumentIds.optional(),
    asOf: AsOf.optional(),
  })
  .openapi('SearchRequest')

export const CiteQuery = z.strictObject({
  ref: z
    .string()
    .refine((text) => text.trim() !== '', { message: '不能为空' })
    .refine(withinCharacters(REFERENCE_CHARACTERS), { message: `引用最多${REFERENCE_CHARACTERS}个字符` })
    .openapi({
      param: { name: 'ref', in: 'query' },
      minLength: 1,
      maxLength: REFERENCE_CHARACTERS,
      example: '《决定》第三部分第2条',
    }),
  asOf: AsOf.optional().openapi({ param: { name: 'asOf', in: 'query' } }),
  at: z
    .string()
    .refine((text) => text.trim() !== '', { message: '不能为空' })
    .refine(withinCharacters(REFERENCE_CHARACTERS), { message: `位置最多${REFERENCE_CHARACTERS}个字符` })
    .optional()
    .openapi({
      param: { name: 'at', in: 'query' },
      description: 'Where the reference stands, itself a reference or the id of a clause: what 本条, 前款 and 上述 mean',
      example: '《公司法》第三条第二款',
    }),
})

export const TextQuery = z.strictObject({
  sha: z
    .string()
    .regex(/^[0-9a-f]{16,64}$/, { message: '应为16至64位十六进制数字' })
    .optional()
    .openapi({
      param: { name: 'sha', in: 'query' },
      description: 'An older version, by 16 or more digits of its SHA-256',
    }),
})

export const DocumentParams = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(200)
    .openapi({ param: { name: 'id', in: 'path' } }),
})

export const ClauseReferenceSchema = z
  .strictObject({
    documentId: z.string(),
    source: z.string(),
    title: z.string(),
    path: Path,
    label: z.string(),
    spoken: z.string(),
    url: z.string(),
  })
  .openapi('ClauseReference')

const AlsoIn = list(ClauseReferenceSchema).openapi({ description: '另见: the same clause in other documents' })

const VersionStatusName = z
  .enum(['in-force', 'upcoming', 'superseded', 'repealed'])
  .openapi({ description: '有效, 尚未施行, 已被取代, 已废止; today' })

const VersionSchema = z
  .strictObject({
    date: z.string().optional(),
    effective: z.string().optional(),
    status: VersionStatusName,
    since: z.string().optional().openapi({ description: 'Since when it has that status; from when, for an upcoming one' }),
    by: z
      .strictObject({ title: z.string(), date: z.string().optional(), url: z.string().optional() })
      .optional()
      .openapi({ description: 'What took its place or repealed it' }),
    others: list(z.strictObject({ date: z.string().optional(), status: VersionStatusName, url: z.string() })).openapi({
      description: 'The other versions of the work, newest first',
    }),
  })
  .openapi('Version', { description: 'Told where a work has several versions, or where the text is not in force' })

export const PassageSchema = z
  .strictObject({
    documentId: z.string(),
    source: z.string().openapi({ description: 'Path of the file in the folder it came from' }),
    title: z.string(),
    path: Path,
    label: z.string().openapi({ description: 'As printed', example: '三、2.' }),
    spoken: z.string().openapi({ description: 'As spoken', example: '第三部分第2条' }),
    text: z.string(),
    start: Offset,
    end: Offset,
    page: PageNumber.optional(),
    score: z.number().min(0).max(1).openapi({ description: 'Comparable within one answer only' }),
    alsoIn: AlsoIn,
    version: VersionSchema.optional(),
    url: z.string(),
  })
  .openapi('Passage')

export const CitationSchema = z
  .strictObject({
    n: z.number().int().min(1),
    documentId: z.string(),
    source: z.string(),
    title: z.string(),
    titleFrom: ProvenanceName.optional(),
    date: z.string().optional(),
    dateFrom: ProvenanceName.optional(),
    path: Path,
    label: z.string(),
    spoken: z.string(),
    quote: z.string().openapi({ description: 'Exactly the stored text from start to end' }),
    start: Offset.openapi({ description: 'UTF-16 units of the stored text' }),
    end: Offset,
    page: PageNumber.optional(),
    textSha256: Sha256,
    quoteSha256: Sha256,
    alsoIn: AlsoIn,
    version: VersionSchema.optional(),
    url: z.string().openapi({ description: 'Relative; opens the reading page with these words marked' }),
  })
  .openapi('Citation')

export const SegmentSchema = z
  .strictObject({
    kind: z.enum(['quotation', 'sentence', 'label', 'date', 'count', 'connecting']),
    text: z.string(),
    citations: list(z.number().int().min(1)).optional(),
  })
  .openapi('Segment', {
    description: "A quotation carries the documents' own words; a sentence a model's, held to the citations it rests on",
  })

const FallbackSchema = z
  .strictObject({ from: z.string(), reason: z.string() })
  .openapi('Fallback', { description: 'Something less than the best was used, and why' })

const RerankerName = z.string().openapi({
  description: 'The cross-encoder that put the passages in order; absent: they stand as they were found. Scores are of retrieval',
  example: 'bge-reranker-base',
})

export const IndexSchema = z.strictObject({ generation: z.string(), embedder: z.string().nullable() }).openapi('Index')

const AnswerModelSchema = z
  .strictObject({
    id: z.string().openapi({ description: 'Of the model and where it runs', example: 'qwen-plus @ dashscope.aliyuncs.com' }),
    prompt: z.string().openapi({ description: 'Version and hash of prompts/answer.md', example: 'answer-2 0123456789ab' }),
    sentences: z.number().int().min(0).openapi({ description: 'Sentences that hold against the text' }),
    removed: z.number().int().min(0).openapi({ description: 'Sentences that do not, and were not shown' }),
    reasons: z.record(z.string(), z.number()).openapi({ description: 'Why they were removed, and how many each' }),
    usage: z.strictObject({ inputTokens: z.number(), outputTokens: z.number() }).optional(),
  })
  .openapi('AnswerModel', { description: 'The language model that was asked, also where its answer did not stand' })

export const AnswerSchema = z
  .strictObject({
    id: z.string(),
    question: z.string(),
    understoodAs: z.string().optional(),
    outcome: z.enum(['answered', 'declined', 'ambiguous']),
    reason: z.enum(['no-evidence', 'no-such-clause', 'false-premise', 'unsupported', 'out-of-scope']).optional(),
    text: z.string().openapi({ description: 'The segments joined' }),
    segments: list(SegmentSchema),
    citations: list(CitationSchema),
    passages: list(PassageSchema),
    mode: z.enum(['extractive', 'llm']).openapi({ description: 'Whose words the answer is made of' }),
    model: AnswerModelSchema.optional(),
    retrieval: Retrieval,
    reranker: RerankerName.optional(),
    fallback: FallbackSchema.optional(),
    notes: list(z.string()).optional(),
    index: IndexSchema,
    timings: Timings,
  })
  .openapi('Answer')

export const ProblemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().openapi({ description: 'Stable' }),
    detail: z.string(),
    instance: z.string(),
    requestId: z.string().optional().openapi({ description: 'As in X-Request-Id and in the log' }),
  })
  .openapi('Problem', { description: 'RFC 9457' })

/** The data of each server-sent event, by its name. */
export const EventSchemas = {
  passages: list(PassageSchema),
  segment: SegmentSchema,
  citations: list(CitationSchema),
  done: AnswerSchema,
  error: ProblemSchema,
} as const

export const SearchResultSchema = z
  .strictObject({
    passages: list(PassageSchema),
    retrieval: Retrieval,
    reranker: RerankerName.optional(),
    fallback: FallbackSchema.optional(),
    notes: list(z.string()).optional().openapi({ description: 'Reasons of further fallbacks' }),
    index: IndexSchema,
    timings: Timings,
  })
  .openapi('SearchResult')

export const ClauseTextSchema = z
  .strictObject({
    documentId: z.string(),
    source: z.string(),
    title: z.string(),
    titleFrom: ProvenanceName.optional(),
    path: Path,
    label: z.string(),
    spoken: z.string(),
    kind: z.enum(['header', 'preamble', 'numbered', 'headed', 'closing']),
    heading: z.string().optional(),
    paragraph: z.number().int().min(1).optional().openapi({ description: '款, where one was asked for' }),
    text: z.string().openapi({ description: 'The stored text from start to end, its items included' }),
    start: Offset,
    end: Offset,
    page: PageNumber.optional(),
    textSha256: Sha256,
    alsoIn: AlsoIn,
    version: VersionSchema.optional(),
    url: z.string(),
    before: ClauseReferenceSchema.optional().openapi({ description: 'The clause right before, of what a reference leads to' }),
    after: ClauseReferenceSchema.optional().openapi({ description: 'The clause right behind' }),
  })
  .openapi('Clause')

export const CiteSchema = z
  .discriminatedUnion('outcome', [
    z.strictObject({
      outcome: z.literal('found'),
      reference: z.string(),
      clauses: z.array(ClauseTextSchema).min(1).readonly(),
    }),
    z.strictObject({
      outcome: z.literal('ambiguous'),
      reference: z.string(),
      message: z.string(),
      candidates: list(ClauseTextSchema),
    }),
    z.strictObject({
      outcome: z.literal('absent'),
      reference: z.string(),
      reason: z.enum(['no-such-document', 'no-such-version', 'no-such-clause', 'not-a-reference']),
      message: z.string(),
      parent: ClauseTextSchema.optional(),
      existing: list(z.string()).openapi({ description: 'Printed numbers that do exist there' }),
    }),
  ])
  .openapi('Cite')

const FactSchema = z
  .strictObject({ value: z.string(), from: ProvenanceName, basis: z.string().optional() })
  .openapi('Fact')

const summaryShape = {
  id: z.string(),
  source: z.string(),
  title: z.string(),
  titleFrom: ProvenanceName.optional(),
  header: z
    .strictObject({
      title: FactSchema.optional(),
      issuer: FactSchema.optional(),
      documentNumber: FactSchema.optional(),
      passed: FactSchema.optional(),
      published: FactSchema.optional(),
      effective: FactSchema.optional(),
      amended: FactSchema.optional(),
      repealed: FactSchema.optional(),
    })
    .openapi('Header', { description: 'Only what is stated; dates are ISO 8601' }),
  shortNames: list(z.string()),
  format: z.enum(['txt', 'md', 'html', 'docx', 'pdf']),
  textSha256: Sha256,
  length: z.number().int().min(0).openapi({ description: 'UTF-16 units of the stored text' }),
  clauses: z.number().int().min(0),
  url: z.string(),
}

export const documentShape = {
  ...summaryShape,
  problems: list(z.strictObject({ path: Path, message: z.string() })).openapi({
    description: 'Where printed numbers do not follow each other',
  }),
  dropped: z.number().int().min(0).openapi({ description: 'Lines that cleaning left out' }),
  origin: z.enum(['folder', 'upload']).openapi({ description: "From an operator's folder, or uploaded" }),
  version: VersionSchema.optional(),
}

export const ListedDocumentSchema = z.strictObject(documentShape).openapi('ListedDocument')

const DocumentSummarySchema = z.strictObject(summaryShape).openapi('DocumentSummary')

export const DocumentsSchema = z
  .strictObject({ documents: list(ListedDocumentSchema), index: IndexSchema })
  .openapi('Documents')

export const OutlineNodeSchema = z
  .strictObject({
    kind: z.enum(['header', 'preamble', 'numbered', 'headed', 'closing']),
    path: Path,
    label: z.string(),
    spoken: z.string(),
    heading: z.string().optional(),
    start: Offset,
    end: Offset,
    get children(): z.ZodReadonly<z.ZodArray<typeof OutlineNodeSchema>> {
      return list(OutlineNodeSchema)
    },
  })
  .openapi('OutlineNode')

export const DocumentSchema = z.strictObject({ ...documentShape, outline: list(OutlineNodeSchema) }).openapi('Document')

export const ReadingSchema = z
  .strictObject({
    document: DocumentSummarySchema.nullable().openapi({ description: 'Null where it is no longer in the library' }),
    title: z.string().openapi({ description: 'What it is called, or was' }),
    source: z.string().openapi({ description: 'Path of the file, as it is or last was' }),
    textSha256: Sha256,
    superseded: z.boolean().openapi({ description: 'A newer text of the document is indexed' }),
    removed: z.boolean().openapi({ description: 'The document is no longer in the library' }),
    outline: list(OutlineNodeSchema).openapi({ description: '[] where an older text is too long to be read anew' }),
    pages: list(Offset).optional().openapi({ description: 'Where the pages of the file begin, page 1 first' }),
    version: VersionSchema.optional(),
    text: z.string().openapi({ description: 'The stored text; offsets of citations point into it' }),
  })
  .openapi('Reading')

export const SuggestionsSchema = z
  .strictObject({
    questions: list(z.strictObject({ question: z.string(), documentId: z.string() })).openapi({
      description: 'At most 6; each was answered by the index that serves, from this document',
    }),
  })
  .openapi('Suggestions')

export const LiveSchema = z.strictObject({ live: z.literal(true), version: z.string() }).openapi('Live')

const Count = z.number().int().min(0)
const Reasons = z.record(z.string(), Count)

const ChannelSchema = z
  .discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('off'),
      missing: z.string().optional().openapi({ description: 'Where it is set up by half' }),
    }),
    z.strictObject({
      state: z.literal('on'),
      mode: z.enum(['http', 'socket']).openapi({ description: 'How events come in' }),
      connection: z.enum(['connecting', 'ready', 'waiting']).openapi({ description: 'waiting: to try again after a loss' }),
      reconnects: Count.optional(),
      waiting: Count.optional().openapi({ description: 'Questions without an answer that arrived; absent where unknown' }),
      oldestSeconds: Count.optional().openapi({ description: 'Since the oldest of them came in' }),
      events: Count.openapi({ description: 'Taken in; this and what follows since the program started' }),
      duplicates: Count.openapi({ description: 'Came again and were known' }),
      refused: Reasons.openapi({ description: 'By why: signatures and bodies that do not stand, no room' }),
      ignored: Reasons.openapi({ description: 'By why: events that ask nothing' }),
      answered: Count,
      sent: Count.openapi({ description: 'Messages that arrived' }),
      later: Count.openapi({ description: 'Tries that were put off' }),
      givenUp: Count.openapi({ description: 'Answers that never arrived' }),
      repeats: Count.openapi({ description: 'Messages that may have stood there already, and say so' }),
      trouble: z.strictObject({ code: z.string(), at: z.string() }).optional().openapi({ description: 'The last one' }),
    }),
  ])
  .openapi('Channel', { description: 'A chat platform' })

/** For whoever has not shown who they are: an orchestrator, a load balancer. */
export const ReadyAtAllSchema = z.strictObject({ ready: z.boolean() }).openapi('ReadyAtAll')

export const StartedSchema = z.strictObject({ started: z.boolean() }).openapi('Started')

const PartSchema = z
  .strictObject({
    ok: z.boolean(),
    message: z.string().optional().openapi({ description: 'What is wrong, or what there is' }),
  })
  .openapi('Part')

export const ReadySchema = z
  .strictObject({
    ready: z.boolean(),
    version: z.string(),
    model: z.string().nullable().openapi({ description: 'Embedder in use; null in keyword-only mode' }),
    index: z.strictObject({
      generation: z.string().nullable(),
      vectors: z.enum(['hnsw', 'exact']).nullable(),
      documents: z.number().int(),
      clauses: z.number().int(),
      chunks: z.number().int(),
    }),
    mode: z.strictObject({
      answers: z
        .enum(['extractive', 'llm'])
        .openapi({ description: 'llm: a language model writes, and is not left alone or spent for today' }),
      retrieval: Retrieval,
    }),
    languageModel: z
      .strictObject({
        id: z.string(),
        circuit: z.enum(['closed', 'open', 'trial']).openapi({
          description: 'open: left alone after failures; trial: the next request decides',
        }),
        budgetLeft: z.number().optional().openapi({ description: 'Tokens of today; absent where there is no budget' }),
        isSpent: z.literal(true).optional().openapi({ description: 'A request of today would have gone beyond the budget' }),
        trouble: z
          .strictObject({ kind: z.string(), message: z.string(), at: z.string() })
          .optional()
          .openapi({ description: 'The last one' }),
      })
      .optional()
      .openapi({ description: 'Absent where none is configured' }),
    reranker: z
      .strictObject({
        name: z.string().openapi({ description: 'Of its folder', example: 'bge-reranker-base' }),
        weights: z.string().openapi({ example: 'onnx/model_quantized.onnx' }),
        state: z.enum(['idle', 'loading', 'ready', 'resting', 'failed']).openapi({
          description: 'idle: not loaded before the first question; resting: left alone for a minute after it was too slow; failed: until the program is started anew',
        }),
        trouble: z.string().optional().openapi({ description: 'Why it rests or failed, or what went wrong last' }),
      })
      .optional()
      .openapi({ description: 'What puts passages in order; absent where none is configured' }),
    fallbacks: list(FallbackSchema),
    skippedFiles: z.number().int().optional().openapi({ description: 'Files that became no document; tiaowen doctor lists them' }),
    building: z.strictObject({ step: z.string(), done: z.number(), total: z.number() }).optional(),
    channels: z.strictObject({ slack: ChannelSchema, dingtalk: ChannelSchema }).optional(),
    parts: z.record(z.string(), PartSchema).openapi({
      description: 'By name, only what is configured; only `index` makes unready, the others say what is less than the best',
    }),
  })
  .openapi('Ready')
