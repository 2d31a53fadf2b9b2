/** The routes under /api, as promised in /openapi.json. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { PolicyError } from '../../errors.ts'
import type { Answer, AnswerEvent, AskRequest, Document, DocumentId, SearchRequest } from '../../types.ts'
import { cited, clauseText, listedDocument, listedDocuments, outlineOf, placeOfPath, type Catalogue } from '../wire.ts'
import { eventStream } from './event-stream.ts'
import { instanceOf, paidBy } from './guards.ts'
import type { Sight } from './sight.ts'
import type { Keeper } from '../keeper.ts'
import { BODY_PROBLEMS, json, NO_DOCUMENT, problem, PROBLEMS } from './promises.ts'
import {
  AskBody,
  AnswerSchema,
  CiteQuery,
  CiteSchema,
  ClauseTextSchema,
  DocumentParams,
  DocumentSchema,
  DocumentsSchema,
  EventSchemas,
  SearchBody,
  SearchResultSchema,
  TextQuery,
} from './schemas.ts'

export interface ApiOptions {
  readonly ending: AbortSignal
  readonly onError: (error: unknown) => void
  /** What answers questions within conversations. */
  readonly keeper: Keeper
}

const NO_DOCUMENT_OR_CONVERSATION = { 404: problem('No such document or conversation') }

const EVENTS = Object.keys(EventSchemas).join(', ')

const ask = createRoute({
  method: 'post',
  path: '/api/ask',
  tags: ['answers'],
  summary: 'Ask a question; the answer quotes the documents word by word',
  description:
    'With `stream: true` or `Accept: text/event-stream` the answer comes as server-sent events: ' +
    'passages (Passage[]), segment (Segment), citations (Citation[]; all so far, each time anew while a language model writes), ' +
    'done (Answer), ping every 10 s, error (Problem). Within a conversation the question is kept before it is answered, earlier exchanges are its history, and the ' +
    'answer is kept when it is done, also when the asker has gone away meanwhile.',
  request: { body: { required: true, content: { 'application/json': { schema: AskBody } } } },
  responses: {
    200: {
      description: `The answer, or events: ${EVENTS}, ping`,
      content: {
        'application/json': { schema: AnswerSchema },
        'text/event-stream': { schema: z.string().openapi({ description: `event: ${EVENTS}, ping` }) },
      },
    },
    ...PROBLEMS,
    ...BODY_PROBLEMS,
    ...NO_DOCUMENT_OR_CONVERSATION,
  },
})

const search = createRoute({
  method: 'post',
  path: '/api/search',
  tags: ['answers'],
  summary: 'Ranked clauses for a query',
  request: { body: { required: true, content: { 'application/json': { schema: SearchBody } } } },
  responses: { 200: json('Passages, best first', SearchResultSchema), ...PROBLEMS, ...BODY_PROBLEMS, ...NO_DOCUMENT },
})

const cite = createRoute({
  method: 'get',
  path: '/api/cite',
  tags: ['clauses'],
  summary: 'The clauses a typed reference leads to, its candidates, or the numbers that do exist',
  request: { query: CiteQuery },
  responses: { 200: json('Found, ambiguous or absent', CiteSchema), ...PROBLEMS },
})

const documents = createRoute({
  method: 'get',
  path: '/api/documents',
  tags: ['documents'],
  summary: 'The documents',
  responses: { 200: json('The documents', DocumentsSchema), ...PROBLEMS },
})

const document = createRoute({
  method: 'get',
  path: '/api/documents/{id}',
  tags: ['documents'],
  summary: 'A document with its outline',
  request: { params: DocumentParams },
  responses: { 200: json('The document', DocumentSchema), ...PROBLEMS, ...NO_DOCUMENT },
})

const text = createRoute({
  method: 'get',
  path: '/api/documents/{id}/text',
  tags: ['documents'],
  summary: 'The stored text; offsets of citations point into it',
  request: { params: DocumentParams, query: TextQuery },
  responses: {
    200: {
      description:
        'The text. X-Text-SHA256 names the version; X-Text-Superseded says whether it counts no longer, X-Text-Removed ' +
        'whether the document is no longer in the library; asked for with `sha`, its texts can still be read then',
      headers: {
        'X-Text-SHA256': { schema: { type: 'string' } },
        'X-Text-Superseded': { schema: { type: 'string', enum: ['true', 'false'] } },
        'X-Text-Removed': { schema: { type: 'string', enum: ['true', 'false'] } },
      },
      content: { 'text/plain': { schema: z.string() } },
    },
    ...PROBLEMS,
    ...NO_DOCUMENT,
  },
})

/** Documented only: its path has segments of its own, which a router's parameter would not take. */
const clause = createRoute({
  method: 'get',
  path: '/api/clauses/{documentId}/{path}',
  tags: ['clauses'],
  summary: 'A clause by its path: printed ordinals joined by /, each percent-encoded, e.g. 二/2',
  request: {
    params: z.strictObject({
      documentId: z.string().openapi({ param: { name: 'documentId', in: 'path' } }),
      path: z.string().openapi({ param: { name: 'path', in: 'path' }, example: '二/2' }),
    }),
  },
  responses: { 200: json('The clause', ClauseTextSchema), ...PROBLEMS, 404: problem('No such document or clause') },
})

export function addApiRoutes(app: OpenAPIHono, sight: Sight, options: ApiOptions): void {
  app.openapi(ask, async (context) => answer(context, sight, context.req.valid('json'), options))

  app.openapi(search, async (context) => {
    const assistant = await sight.assistant(context)
    const { query, limit, documents: ids, asOf } = context.req.valid('json')
    const only = ids && knownIds(ids, assistant.catalogue())
    const request: SearchRequest = { query, limit, ...(only && { documents: only }), ...(asOf && { asOf }) }
    return context.json(await assistant.search(request), 200)
  })

  app.openapi(cite, async (context) => {
    const assistant = await sight.assistant(context)
    const { ref, asOf, at } = context.req.valid('query')
    return context.json(cited(ref, assistant.lookUp(ref, asOf, at), assistant.catalogue()), 200)
  })

  app.openapi(documents, async (context) => {
    const catalogue = (await sight.assistant(context)).catalogue()
    const { generation, embedder } = catalogue
    const listed = await listedDocuments(catalogue, await sight.uploaded(context))
    return context.json({ documents: listed, index: { generation, embedder } }, 200)
  })

  app.openapi(document, async (context) => {
    const catalogue = (await sight.assistant(context)).catalogue()
    const found = knownDocument(context.req.valid('param').id, catalogue)
    return context.json({ ...listedDocument(found, catalogue, await sight.uploaded(context)), outline: outlineOf(found) }, 200)
  })

  app.openapi(text, async (context) => {
    const { id } = context.req.valid('param')
    const { sha } = context.req.valid('query')
    const version = await (await sight.assistant(context)).textOf(id as DocumentId, sha)
    if (!version)
      throw new PolicyError('no-such-document', sha === undefined ? noDocument(id) : `没有文件 ${id} 的版本 ${sha}。`)
    return context.text(version.text, 200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Text-SHA256': version.textSha256,
      'X-Text-Superseded': String(version.superseded),
      'X-Text-Removed': String(version.removed !== undefined),
    })
  })

  app.openAPIRegistry.registerPath(clause)
  app.get('/api/clauses/:documentId/:path{.+}', async (context) => {
    const catalogue = (await sight.assistant(context)).catalogue()
    const [id = '', ...path] = pathSegments(context).slice(2)
    const found = knownDocument(id, catalogue)
    const place = placeOfPath(found, path)
    if (!place)
      throw new PolicyError(
        'no-such-clause',
        `文件 ${id} 里没有条款 ${path.join('/')}；现有条款见 /api/documents/${id}。`,
      )
    return context.json(clauseText(place, catalogue))
  })
}

async function answer(
  context: Context,
  sight: Sight,
  body: z.infer<typeof AskBody>,
  options: ApiOptions,
): Promise<Response> {
  const asker = await sight.asker(context)
  const { assistant } = asker
  const documents = body.documents && knownIds(body.documents, assistant.catalogue())
  const { conversationId, exchangeId } = body
  const request: AskRequest = {
    question: body.question,
    ...(body.history && { history: body.history }),
    ...(documents && { documents }),
    ...(body.asOf && { asOf: body.asOf }),
    ...(body.mode && { mode: body.mode }),
    ...paidBy(context),
  }
  const abort = new AbortController()
  context.req.raw.signal.addEventListener('abort', () => abort.abort(), { once: true })
  const isKept = conversationId !== undefined && exchangeId !== undefined
  const events = isKept
    ? await options.keeper.ask(asker, { ...request, conversationId, exchangeId }, abort.signal)
    : assistant.ask(request, abort.signal)[Symbol.asyncIterator]()
  const first = await events.next()
  const wantsStream = body.stream ?? (context.req.header('accept') ?? '').includes('text/event-stream')
  if (wantsStream) return eventStream(context, first, events, { ...options, instance: instanceOf(context), abort })
  return context.json(await wholeAnswer(first, events))
}

async function wholeAnswer(first: IteratorResult<AnswerEvent>, events: AsyncIterator<AnswerEvent>): Promise<Answer> {
  let step = first
  while (step.done !== true) {
    if (step.value.type === 'done') return step.value.answer
    step = await events.next()
  }
  throw new PolicyError('internal', 'The assistant ended without an answer')
}

function knownIds(ids: readonly string[], catalogue: Catalogue): readonly DocumentId[] {
  return ids.map((id) => knownDocument(id, catalogue).id)
}

function knownDocument(id: string, catalogue: Catalogue): Document {
  const found = catalogue.documents.find((document) => document.id === id)
  if (!found) throw new PolicyError('no-such-document', noDocument(id))
  return found
}

const noDocument = (id: string) => `没有文件 ${id.slice(0, 100)}；现有文件见 /api/documents。`

/** The segments of the path asked for, each decoded on its own, so that %2F stays inside its segment. */
function pathSegments(context: Context): readonly string[] {
  try {
    return new URL(context.req.url).pathname.split('/').slice(1).map(decodeURIComponent)
  } catch (cause) {
    throw new PolicyError('bad-request', '地址里的百分号编码不完整。', { cause })
  }
}
