/** The pages for people: asking, reading, and the description of the endpoint. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Assistant, TextVersion } from '../../../answering/assistant.ts'
import { PolicyError } from '../../../errors.ts'
import type { DocumentId, Span } from '../../../types.ts'
import { documentSummary, outlineOf, type DocumentSummary } from '../../wire.ts'
import { describeApi } from '../openapi.ts'
import { askPage } from './ask-page.ts'
import { docsPage } from './docs-page.ts'
import { readPage, type ReadDocument } from './read-page.ts'

export function addPages(app: OpenAPIHono, assistant: Assistant, version: string): void {
  app.get('/', (context) => {
    const status = assistant.status()
    return context.html(askPage({ status, documents: status.ready ? summaries(assistant) : [], version }))
  })
  app.get('/read/:id', (context) => read(context, assistant))
  app.get('/read/:id/:sha', (context) => read(context, assistant))
  app.get('/read/:id/:sha/:range', (context) => read(context, assistant))
  app.get('/openapi.json', (context) => context.json(describeApi(app, version)))
  app.get('/docs', (context) => context.html(docsPage(describeApi(app, version))))
}

const summaries = (assistant: Assistant): readonly DocumentSummary[] =>
  assistant.catalogue().documents.map(documentSummary)

async function read(context: Context, assistant: Assistant): Promise<Response> {
  const id = context.req.param('id') ?? ''
  const sha = context.req.param('sha')
  const document = assistant.catalogue().documents.find((candidate) => candidate.id === id)
  if (sha !== undefined && !/^[0-9a-f]{16,64}$/.test(sha)) throw noSuchText()
  const version = await assistant.textOf(id as DocumentId, sha)
  if (!version) throw noSuchText()
  const range = context.req.param('range')
  const marked = range === undefined ? undefined : spanOf(range, version.text.length)
  const current = document?.textSha256 === version.textSha256 ? document : undefined
  const pages = current?.pages
  const options = {
    document: document ? documentSummary(document) : goneDocument(id, version),
    version,
    outline: current ? outlineOf(current) : [],
    ...(marked && { marked }),
    ...(pages && { pages }),
  }
  return context.html(readPage(options))
}

/** A document that was taken out of the library: its text is kept for old links. */
function goneDocument(id: string, { removed }: TextVersion): ReadDocument {
  const { title, source } = removed ?? { title: id, source: id }
  return { id, title, source, header: {}, url: `/read/${id}` }
}

/** `12-40`, inside the text. */
function spanOf(range: string, length: number): Span {
  const match = /^(\d{1,9})-(\d{1,9})$/.exec(range)
  const span = { start: Number(match?.[1] ?? 0), end: Number(match?.[2] ?? 0) }
  if (span.start >= span.end || span.end > length) throw noSuchText()
  return span
}

const noSuchText = () => new PolicyError('no-such-document', '没有这份文件，或没有它的这一版文本。')
