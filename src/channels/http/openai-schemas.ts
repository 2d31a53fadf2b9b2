/** The shapes of the OpenAI-compatible routes. What a request says beside them is accepted and left alone. */
import { z } from '@hono/zod-openapi'
import { AsOf, CitationSchema, DocumentIds, list } from './schemas.ts'

/** As clients name us. */
export const MODEL = 'tiaowen'

const MOST_MESSAGES = 1_000
const MOST_PARTS = 100

const Part = z.looseObject({ type: z.string(), text: z.string().optional() })

const Message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(Part).max(MOST_PARTS)]).nullish(),
})

export const ChatBody = z
  .looseObject({
    model: z.string().openapi({ example: MODEL }),
    messages: z
      .array(Message)
      .min(1)
      .max(MOST_MESSAGES)
      .openapi({ description: 'The last message of the user is the question, those before it its history; others are left alone' }),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
    n: z.number().int().nullish(),
    response_format: z.looseObject({ type: z.string() }).nullish(),
    tool_choice: z.union([z.string(), z.looseObject({})]).nullish(),
    documents: DocumentIds.nullish(),
    asOf: AsOf.nullish(),
    mode: z.enum(['extractive', 'llm', 'auto']).nullish(),
  })
  .openapi('ChatCompletionRequest')

const UsageSchema = z
  .strictObject({
    prompt_tokens: z.number().int(),
    completion_tokens: z.number().int(),
    total_tokens: z.number().int(),
  })
  .openapi('Usage', { description: 'Estimated' })

const Citations = list(CitationSchema).openapi({ description: 'What the marks [n] of the content stand for' })

const shape = {
  id: z.string(),
  created: z.number().int(),
  model: z.literal(MODEL),
  system_fingerprint: z.string().openapi({ description: 'Generation of the index that answered' }),
}

export const ChatCompletionSchema = z
  .strictObject({
    ...shape,
    object: z.literal('chat.completion'),
    choices: list(
      z.strictObject({
        index: z.literal(0),
        message: z.strictObject({
          role: z.literal('assistant'),
          content: z.string().openapi({ description: 'Markdown: the answer with its marks, then what it quotes' }),
          refusal: z.null(),
          citations: Citations,
        }),
        logprobs: z.null(),
        finish_reason: z.literal('stop'),
      }),
    ),
    usage: UsageSchema,
  })
  .openapi('ChatCompletion')

export const ChatChunkSchema = z
  .strictObject({
    ...shape,
    object: z.literal('chat.completion.chunk'),
    choices: list(
      z.strictObject({
        index: z.literal(0),
        delta: z.strictObject({
          role: z.literal('assistant').optional(),
          content: z.string().optional(),
          citations: Citations.optional(),
        }),
        logprobs: z.null(),
        finish_reason: z.literal('stop').nullable(),
      }),
    ),
    usage: UsageSchema.nullable().optional(),
    citations: Citations.optional(),
  })
  .openapi('ChatCompletionChunk')

export const ModelParams = z.strictObject({
  model: z.string().openapi({ param: { name: 'model', in: 'path' }, example: MODEL }),
})

export const ModelSchema = z
  .strictObject({ id: z.string(), object: z.literal('model'), created: z.number().int(), owned_by: z.string() })
  .openapi('Model')

export const ModelsSchema = z.strictObject({ object: z.literal('list'), data: list(ModelSchema) }).openapi('Models')

export const OpenAiErrorSchema = z
  .strictObject({
    error: z.strictObject({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().openapi({ description: 'Stable; those of Problem, and model_not_found, unsupported_parameter' }),
    }),
  })
  .openapi('OpenAiError')

export type ChatRequest = z.infer<typeof ChatBody>
export type ChatCompletion = z.infer<typeof ChatCompletionSchema>
export type ChatChunk = z.infer<typeof ChatChunkSchema>
