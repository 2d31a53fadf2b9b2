/** Shapes of the routes about conversations. */
import { z } from '@hono/zod-openapi'
import { oneLine } from '../../state/state.ts'
import { AnswerSchema, list, Uuid, withinCharacters } from './schemas.ts'

const TITLE_MOST = 200
const REASON_MOST = 2_000
const QUERY_MOST = 200
const LIST_MOST = 200

const Time = z.iso.datetime().openapi({ description: 'ISO 8601, UTC' })
const inPath = (name: string) => Uuid.openapi({ param: { name, in: 'path' } })

export const ConversationParams = z.strictObject({ id: inPath('id') })
export const ExchangeParams = z.strictObject({ id: inPath('id'), exchangeId: inPath('exchangeId') })

export const ConversationsQuery = z.strictObject({
  q: z
    .string()
    .refine(withinCharacters(QUERY_MOST), { message: `最多${QUERY_MOST}个字符` })
    .optional()
    .openapi({
      param: { name: 'q', in: 'query' },
      maxLength: QUERY_MOST,
      description: 'Words that titles, questions or answers hold, whatever their case',
    }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIST_MOST)
    .default(50)
    .openapi({ param: { name: 'limit', in: 'query' } }),
  before: z.iso
    .datetime({ offset: true, error: '时间须写作 2026-01-09T08:00:00Z' })
    .optional()
    .openapi({
      param: { name: 'before', in: 'query' },
      description: 'Only those changed before; updatedAt of the last one leads to the next page',
    }),
})

export const ExportQuery = z.strictObject({
  format: z
    .enum(['markdown', 'json'])
    .default('markdown')
    .openapi({ param: { name: 'format', in: 'query' } }),
})

export const RenameBody = z
  .strictObject({
    title: z
      .string()
      .refine((title) => oneLine(title) !== '', { message: '不能为空' })
      .refine(withinCharacters(TITLE_MOST), { message: `题名最多${TITLE_MOST}个字符` })
      .openapi({ minLength: 1, maxLength: TITLE_MOST }),
  })
  .openapi('Rename')

export const FeedbackSchema = z
  .strictObject({
    rating: z.enum(['up', 'down']),
    reason: z
      .string()
      .refine(withinCharacters(REASON_MOST), { message: `理由最多${REASON_MOST}个字符` })
      .optional()
      .openapi({ maxLength: REASON_MOST, description: "In the person's own words" }),
  })
  .openapi('Feedback')

const summaryShape = {
  id: z.string(),
  title: z.string().openapi({ description: 'The first question, unless the person gave another name' }),
  createdAt: Time,
  updatedAt: Time,
}

export const ConversationSummarySchema = z
  .strictObject({ ...summaryShape, exchanges: z.number().int().min(0) })
  .openapi('ConversationSummary')

export const ConversationsSchema = z
  .strictObject({
    conversations: list(
      z
        .strictObject({
          ...ConversationSummarySchema.shape,
          excerpt: z.string().optional().openapi({ description: 'Words around what was searched for' }),
        })
        .openapi('ConversationFound'),
    ),
    more: z.boolean(),
  })
  .openapi('Conversations')

export const CitationChangeSchema = z
  .strictObject({
    n: z.number().int().min(1).openapi({ description: 'Number of the citation' }),
    state: z.enum(['moved', 'changed', 'gone', 'superseded']),
    url: z.string().optional().openapi({ description: 'Where the words stand now, or the document as it is now' }),
  })
  .openapi('CitationChange', { description: 'What became of quoted words that no longer stand at their place' })

export const ExchangeSchema = z
  .strictObject({
    id: z.string(),
    question: z.string(),
    documents: list(z.string()).optional(),
    asOf: z.string().optional(),
    askedAt: Time,
    answer: AnswerSchema.optional().openapi({
      description: 'Absent while it is being answered, or where that was stopped',
    }),
    feedback: FeedbackSchema.optional(),
    changes: list(CitationChangeSchema).optional(),
    withheld: z.enum(['words', 'passages']).optional().openapi({
      description: 'What was left out of the answer: it rests on documents that may no longer be seen',
    }),
  })
  .openapi('Exchange')

export const ConversationSchema = z
  .strictObject({ ...summaryShape, exchanges: list(ExchangeSchema) })
  .openapi('Conversation')
