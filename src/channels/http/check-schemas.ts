/** Shapes of the draft check that cross the wire. */
import { z } from '@hono/zod-openapi'
import { DRAFT_CHARACTERS } from '../checked-draft.ts'
import { AsOf, CitationSchema, ClauseReferenceSchema, IndexSchema, list, Offset, ProblemSchema, Sha256, Timings } from './schemas.ts'

const Count = z.number().int().min(0)

const Suggest = z.boolean().openapi({ description: 'Also clauses that sentences without a source may rest on' })

export const CheckBody = z
  .strictObject({
    text: z
      .string()
      .refine((text) => text.trim() !== '', { message: '不能为空' })
      .openapi({ minLength: 1, maxLength: DRAFT_CHARACTERS, example: '《决定》第三部分第2条提出“全社会研发投入强度超过4%”。' }),
    asOf: AsOf.optional(),
    suggest: Suggest.optional(),
  })
  .openapi('CheckRequest')

/** Of a file, whose body has no room for them. */
export const CheckQuery = z.strictObject({
  asOf: AsOf.optional().openapi({ param: { name: 'asOf', in: 'query' } }),
  suggest: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ param: { name: 'suggest', in: 'query' }, description: 'Also clauses that sentences without a source may rest on' }),
  name: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .openapi({ param: { name: 'name', in: 'query' }, description: 'Name of a file that is the whole body', example: '请示.docx' }),
})

const VerdictName = z
  .enum(['verbatim', 'altered', 'misplaced', 'exists', 'no-such-clause', 'not-found', 'not-checked'])
  .openapi('CheckVerdict', {
    description:
      'verbatim: the words stand where they are said to; altered: they differ; misplaced: they stand, but elsewhere; exists: a clause ' +
      'that is named without words of it; no-such-clause: the document has none such; not-found: the words stand nowhere in the library; ' +
      'not-checked: nothing can be said, `why` tells',
  })

const ReasonName = z.enum([
  'no-such-document',
  'no-such-version',
  'emphasis',
  'too-short',
  'unclosed',
  'ambiguous',
  'no-document-named',
  'failed',
])

const WeightName = z.enum(['number', 'date', 'percentage', 'amount', 'negation', 'modality', 'comparison', 'scope'])

const DifferenceSchema = z
  .strictObject({
    kind: z.enum(['same', 'left-out', 'put-in']).openapi({
      description: 'left-out: the text has it, the draft not; put-in: the draft has it, the text not',
    }),
    text: z.string(),
    weighs: list(WeightName).openapi({ description: 'What a changed word weighs' }),
  })
  .openapi('CheckDifference')

const PartName = z.enum(['body', 'text-box', 'footnote', 'endnote', 'header', 'footer'])

const PlaceSchema = z
  .strictObject({
    part: PartName,
    item: z.number().int().min(1).optional().openapi({ description: 'Of a note, a text box, a header or a footer' }),
    paragraph: z.number().int().min(1).openapi({ description: 'Among the paragraphs of its part that have words' }),
    words: z.string().openapi({ example: '正文第3段' }),
  })
  .openapi('DraftPlace')

export const CheckItemSchema = z
  .strictObject({
    kind: z.enum(['quotation', 'run', 'reference']).openapi({
      description: "Words in quotation marks, a long stretch of a document's words without marks, or a reference alone",
    }),
    quote: z.string().openapi({ description: 'Exactly the draft from start to end' }),
    start: Offset,
    end: Offset,
    reference: z.strictObject({ words: z.string(), start: Offset, end: Offset }).optional(),
    verdict: VerdictName,
    why: ReasonName.optional(),
    message: z.string(),
    truth: z.string().optional().openapi({ description: "The document's own words" }),
    diff: list(DifferenceSchema).optional(),
    skipped: list(z.string()).optional().openapi({ description: 'Words that an ellipsis of the draft stands for' }),
    printing: list(z.enum(['width', 'marks', 'script'])).optional(),
    citation: CitationSchema.optional(),
    alternatives: list(ClauseReferenceSchema),
    place: PlaceSchema.optional(),
  })
  .openapi('CheckItem')

const SuggestionSchema = z
  .strictObject({
    sentence: z.string().openapi({ description: 'Exactly the draft from start to end' }),
    start: Offset,
    end: Offset,
    score: z.number().min(0).max(1),
    citation: CitationSchema,
  })
  .openapi('SourceSuggestion', { description: 'A clause that may stand behind a sentence that names none; no verdict' })

export const CheckedDraftSchema = z
  .strictObject({
    items: list(CheckItemSchema).openapi({ description: 'In the order of the draft' }),
    summary: z.strictObject({
      items: Count,
      verdicts: z.strictObject({
        verbatim: Count,
        altered: Count,
        misplaced: Count,
        exists: Count,
        'no-such-clause': Count,
        'not-found': Count,
        'not-checked': Count,
      }),
      isClean: z.boolean().openapi({ description: 'Nothing altered, misplaced, missing or found nowhere' }),
      documents: Count.openapi({ description: 'Of the library: what is not in it was not checked' }),
    }),
    suggestions: z
      .strictObject({ items: list(SuggestionSchema), sentences: Count, lookedUp: Count })
      .optional()
      .openapi({ description: 'Where they were asked for' }),
    draft: z.strictObject({
      name: z.string().optional(),
      format: z.enum(['txt', 'md', 'docx']),
      encoding: z.string().optional(),
      characters: Count.openapi({ description: 'UTF-16 units' }),
      textSha256: Sha256,
      text: z.string().optional().openapi({ description: 'As it was read from a file; offsets of the items point into it' }),
    }),
    remarks: list(z.strictObject({ kind: z.string(), count: Count, message: z.string() })).openapi({
      description: 'What was met in the file, and how it was read',
    }),
    index: IndexSchema,
    timings: Timings,
  })
  .openapi('CheckedDraft')

/** The data of each server-sent event, by its name. */
export const CheckEventSchemas = {
  progress: z.strictObject({
    step: z.enum(['references', 'quotations', 'runs', 'suggestions']),
    done: Count,
    total: Count,
  }),
  done: CheckedDraftSchema,
  error: ProblemSchema,
} as const
