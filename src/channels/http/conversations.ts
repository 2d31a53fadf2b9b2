/** The routes under /api/conversations: what was asked and answered, and what people said of it. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { oneLine, type State } from '../../state/state.ts'
import type { Conversation } from '../../types.ts'
import { changesOf } from '../citation-changes.ts'
import { conversationFor, conversationsFor } from '../withheld.ts'
import type { Catalogue } from '../wire.ts'
import { BODY_PROBLEMS, json, problem, PROBLEMS } from './promises.ts'
import { attachment, conversationMarkdown } from './conversation-file.ts'
import {
  ConversationParams,
  ConversationSchema,
  ConversationsQuery,
  ConversationsSchema,
  ConversationSummarySchema,
  ExchangeParams,
  ExportQuery,
  FeedbackSchema,
  RenameBody,
} from './conversation-schemas.ts'
import { ownerOf } from './guards.ts'
import type { Keeper } from '../keeper.ts'
import type { Sight } from './sight.ts'

const tags = ['conversations']
const NO_CONVERSATION = { 404: problem('No such conversation') }
const NO_EXCHANGE = { 404: problem('No such conversation, or no such question in it') }
const DONE = { 204: { description: 'Done' } }
const bodyOf = <Schema>(schema: Schema) => ({ required: true, content: { 'application/json': { schema } } })

const conversations = createRoute({
  method: 'get',
  path: '/api/conversations',
  tags,
  summary: 'The conversations of whoever holds the key, newest change first',
  request: { query: ConversationsQuery },
  responses: { 200: json('Conversations', ConversationsSchema), ...PROBLEMS },
})

const conversation = createRoute({
  method: 'get',
  path: '/api/conversations/{id}',
  tags,
  summary: 'A conversation; of citations whose words no longer stand, what became of them',
  request: { params: ConversationParams },
  responses: { 200: json('The conversation', ConversationSchema), ...PROBLEMS, ...NO_CONVERSATION },
})

const rename = createRoute({
  method: 'patch',
  path: '/api/conversations/{id}',
  tags,
  summary: 'Give a conversation another title',
  request: { params: ConversationParams, body: bodyOf(RenameBody) },
  responses: {
    200: json('As it is now', ConversationSummarySchema),
    ...PROBLEMS,
    ...BODY_PROBLEMS,
    ...NO_CONVERSATION,
  },
})

const remove = createRoute({
  method: 'delete',
  path: '/api/conversations/{id}',
  tags,
  summary: 'Delete a conversation for good; feedback on its answers stays until it is withdrawn',
  request: { params: ConversationParams },
  responses: { ...DONE, ...PROBLEMS, ...NO_CONVERSATION },
})

const exported = createRoute({
  method: 'get',
  path: '/api/conversations/{id}/export',
  tags,
  summary: 'A conversation as a file',
  request: { params: ConversationParams, query: ExportQuery },
  responses: {
    200: {
      description: 'An attachment named after the title',
      headers: { 'Content-Disposition': { schema: { type: 'string' } } },
      content: { 'text/markdown': { schema: z.string() }, 'application/json': { schema: ConversationSchema } },
    },
    ...PROBLEMS,
    ...NO_CONVERSATION,
  },
})

const giveFeedback = createRoute({
  method: 'put',
  path: '/api/conversations/{id}/exchanges/{exchangeId}/feedback',
  tags,
  summary: 'Say whether an answer was of use; kept with a copy of question and answer',
  request: { params: ExchangeParams, body: bodyOf(FeedbackSchema) },
  responses: {
    ...DONE,
    ...PROBLEMS,
    ...BODY_PROBLEMS,
    ...NO_EXCHANGE,
    409: problem('The question has no answer'),
  },
})

const withdrawFeedback = createRoute({
  method: 'delete',
  path: '/api/conversations/{id}/exchanges/{exchangeId}/feedback',
  tags,
  summary: 'Withdraw it, with the copies; also after the conversation was deleted',
  request: { params: ExchangeParams },
  responses: { ...DONE, ...PROBLEMS, ...NO_EXCHANGE },
})

const stop = createRoute({
  method: 'post',
  path: '/api/conversations/{id}/exchanges/{exchangeId}/stop',
  tags,
  summary: 'Stop answering: the question stays without an answer. Nothing where no answer is under way',
  request: { params: ExchangeParams },
  responses: { ...DONE, ...PROBLEMS },
})

export function addConversationRoutes(app: OpenAPIHono, sight: Sight, state: State, keeper: Keeper): void {
  /** What was withheld since is no part of it. */
  const shown = async (context: Context, id: string): Promise<Conversation> => {
    const found = await state.conversation(ownerOf(context), id)
    const reader = await sight.reader(context)
    return reader ? conversationFor(found, reader) : found
  }

  app.openapi(conversations, async (context) => {
    const { q, limit, before } = context.req.valid('query')
    const wanted = { limit, ...(q !== undefined && { query: q }), ...(before !== undefined && { before }) }
    const reader = q === undefined ? undefined : await sight.reader(context)
    const owner = ownerOf(context)
    const listed = await (reader ? conversationsFor(state, owner, wanted, reader) : state.conversations(owner, wanted))
    return context.json({ conversations: [...listed.conversations], more: listed.more }, 200)
  })

  app.openapi(conversation, async (context) => {
    const found = await shown(context, context.req.valid('param').id)
    return context.json(withChanges(found, (await sight.assistant(context)).catalogue()), 200)
  })

  app.openapi(rename, async (context) => {
    const title = oneLine(context.req.valid('json').title)
    return context.json(await state.rename(ownerOf(context), context.req.valid('param').id, title), 200)
  })

  app.openapi(remove, async (context) => {
    await state.remove(ownerOf(context), context.req.valid('param').id)
    return context.body(null, 204)
  })

  app.openapi(exported, async (context) => {
    const found = await shown(context, context.req.valid('param').id)
    const isMarkdown = context.req.valid('query').format === 'markdown'
    const body = isMarkdown
      ? conversationMarkdown(found, new URL(context.req.url).origin)
      : JSON.stringify(found, null, 2)
    return context.body(body, 200, {
      'Content-Type': isMarkdown ? 'text/markdown; charset=utf-8' : 'application/json',
      'Content-Disposition': attachment(found.title, isMarkdown ? 'md' : 'json'),
    })
  })

  app.openapi(giveFeedback, async (context) => {
    const { rating, reason } = context.req.valid('json')
    const feedback = { rating, ...(reason !== undefined && reason.trim() !== '' && { reason }) }
    await state.giveFeedback(ownerOf(context), nameOf(context.req.valid('param')), feedback)
    return context.body(null, 204)
  })

  app.openapi(withdrawFeedback, async (context) => {
    await state.withdrawFeedback(ownerOf(context), nameOf(context.req.valid('param')))
    return context.body(null, 204)
  })

  app.openapi(stop, (context) => {
    keeper.stop(ownerOf(context), nameOf(context.req.valid('param')))
    return context.body(null, 204)
  })
}

const nameOf = ({ id, exchangeId }: z.infer<typeof ExchangeParams>) => ({ conversationId: id, exchangeId })

function withChanges(conversation: Conversation, catalogue: Catalogue): z.input<typeof ConversationSchema> {
  const exchanges = conversation.exchanges.map((exchange) => {
    const changes = exchange.answer ? changesOf(exchange.answer.citations, catalogue) : []
    return changes.length > 0 ? { ...exchange, changes } : exchange
  })
  return { ...conversation, exchanges }
}
