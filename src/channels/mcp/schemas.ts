/** What each tool takes, with bounds, and what it gives: the shapes of the HTTP API, with their coverage. */
import { z } from 'zod'
import { QUESTION_CHARACTERS } from '../question-limit.ts'
import { CheckedDraftSchema, CheckItemSchema } from '../http/check-schemas.ts'
import {
  AnswerSchema,
  AskBody,
  AsOf,
  CiteQuery,
  CiteSchema,
  ClauseTextSchema,
  DocumentIds,
  DocumentsSchema,
  list,
  REFERENCE_CHARACTERS,
  SearchBody,
  SearchResultSchema,
} from '../http/schemas.ts'

/** Of a draft; some 300 pages. */
export const DRAFT_CHARACTERS = 300_000
const QUOTE_CHARACTERS = 5_000
const HISTORY_TURNS = 50
const TURN_CHARACTERS = 20_000
const MOST_LISTED = 100
const MOST_FOUND = 50

const documents = DocumentIds.optional().describe('只在这些文件里找；编号见 list_documents。Only these documents, by id.')
const asOf = AsOf.optional().describe('按这一天施行的文本，如 2020-06-30；不写则按今天。')
const question = AskBody.shape.question.meta({ minLength: 1, maxLength: QUESTION_CHARACTERS })
const reference = CiteQuery.shape.ref.meta({ minLength: 1, maxLength: REFERENCE_CHARACTERS })

/** Words with a bound, not all of them blank. */
const words = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => text.trim() !== '', { message: '不能为空' })

export const INPUTS = {
  ask: z.strictObject({
    question: question.describe('要问的问题。'),
    history: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string().max(TURN_CHARACTERS) }))
      .max(HISTORY_TURNS)
      .optional()
      .describe('前面的问答，从早到晚；追问时给出。'),
    documents,
    asOf,
    mode: AskBody.shape.mode.describe('extractive 只摘原文；llm 由所配置的语言模型成文，句句与原文核对；auto（默认）。'),
  }),
  search: z.strictObject({
    query: SearchBody.shape.query.meta({ minLength: 1, maxLength: QUESTION_CHARACTERS }).describe('要找的词句。'),
    limit: z.number().int().min(1).max(MOST_FOUND).default(10),
    documents,
    asOf,
  }),
  get_clause: z.strictObject({
    documentId: z.string().min(1).max(200).describe('文件编号，见 list_documents。'),
    path: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(12)
      .describe('由外到内的编号，如 ["二","2"]、["第十二条","三"]；各处返回的 path 即是。'),
    paragraph: z.number().int().min(1).max(1_000).optional().describe('第几款。'),
  }),
  resolve_citation: z.strictObject({
    reference: reference.describe('一处引用，如“《决定》第三部分第2条”“民法典第一千零六十二条第二款”。'),
    asOf,
    at: CiteQuery.shape.at.describe('这处引用所在的条款，如“《公司法》第三条第二款”；有“本条”“前款”“上述”时给出。'),
  }),
  verify_quote: z.strictObject({
    quote: words(QUOTE_CHARACTERS).describe('要核对的原话，不带引号；可用省略号略去中间。'),
    reference: reference.optional().describe('说是引自哪里，如“《决定》第三部分第2条”；不写则在全部文件里找。'),
    asOf,
  }),
  check_draft: z.strictObject({
    text: words(DRAFT_CHARACTERS).describe('草稿全文（纯文本或 Markdown）。'),
    asOf,
    suggest: z.boolean().optional().describe('另给没有注明出处的句子推荐出处。'),
  }),
  list_documents: z.strictObject({
    words: z.string().max(200).optional().describe('题名、文号、简称或文件名里的字；不写则列出全部。'),
    offset: z.number().int().min(0).max(1_000_000).default(0),
    limit: z.number().int().min(1).max(MOST_LISTED).default(50),
  }),
} as const

const Count = z.number().int().min(0)
const coverage = z
  .strictObject({
    documents: Count.describe('文件库的文件数'),
    searched: Count.describe('其中查过的'),
    generation: z.string().nullable(),
    unread: Count.describe('没能读入的文件数'),
    notChecked: list(z.string()).describe('没有查、没有核对或没有给全的'),
  })
  .describe('这个回答以什么为范围')

const [Found, Ambiguous, Absent] = CiteSchema.options

export const OUTPUTS = {
  ask: AnswerSchema.extend({ coverage }),
  search: SearchResultSchema.extend({ coverage }),
  get_clause: ClauseTextSchema.extend({ coverage }),
  resolve_citation: z.discriminatedUnion('outcome', [
    Found.extend({ coverage }),
    Ambiguous.extend({ coverage }),
    Absent.extend({ coverage }),
  ]),
  verify_quote: CheckItemSchema.omit({ kind: true, start: true, end: true, reference: true, place: true }).extend({
    reference: z.string().optional(),
    coverage,
  }),
  check_draft: CheckedDraftSchema.extend({ coverage }),
  list_documents: DocumentsSchema.extend({
    total: Count.describe('符合的文件数'),
    next: Count.optional().describe('下一页的 offset；没有则已列完'),
    coverage,
  }),
} as const

export type ToolName = keyof typeof INPUTS
export type InputOf<Name extends ToolName> = z.infer<(typeof INPUTS)[Name]>

/** As `tools/list` gives them. The root of what a tool gives is an object, whichever of its shapes. */
export function jsonSchemasOf(name: ToolName): { readonly inputSchema: ObjectSchema; readonly outputSchema: ObjectSchema } {
  return { inputSchema: jsonSchema(INPUTS[name], 'input'), outputSchema: jsonSchema(OUTPUTS[name], 'output') }
}

type ObjectSchema = { [key: string]: unknown; type: 'object' }

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): ObjectSchema => ({
  ...(oneTypeEach(z.toJSONSchema(schema, { target: 'draft-7', io, reused: 'ref' })) as object),
  type: 'object',
})

/** A list of types is read by few clients; one type each by all. */
function oneTypeEach(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(oneTypeEach)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, field]) => [name, oneTypeEach(field)] as const)
  const { type, ...rest } = Object.fromEntries(fields)
  return Array.isArray(type) ? { ...rest, anyOf: type.map((one: unknown) => ({ type: one })) } : Object.fromEntries(fields)
}
