/** The routes by which people put documents into the library, take them out and bring them back. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { PolicyError } from '../../errors.ts'
import { withFileProblems } from './file-problem.ts'
import { instanceOf } from './guards.ts'
import { AcceptBody, AcceptedSchema, ChangedSchema, LibrarySchema, UploadParams, UploadSchema } from './library-schemas.ts'
import { problemOf, problemResponse } from './problem.ts'
import { DocumentParams, ProblemSchema } from './schemas.ts'
import type { Sight } from './sight.ts'
import { inTurn, sentFile } from './upload-body.ts'

export const UPLOADS_PATH = '/api/uploads'

const json = <Schema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemSchema } },
})
const PROBLEMS = {
  400: problem('The request is not understood; `code` says why'),
  401: problem('An API key is needed'),
  403: problem('Not from here, or uploads are switched off (`uploads-off`)'),
}
const NO_UPLOAD = { 404: problem('No such upload') }
const NO_DOCUMENT = { 404: problem('No such document') }
const FULL = { 507: problem('The disk is full') }

const library = createRoute({
  method: 'get',
  path: '/api/library',
  tags: ['library'],
  summary: 'What may be uploaded, how far indexing is, what was skipped and what was taken out',
  responses: { 200: json('The library', LibrarySchema), ...PROBLEMS },
})

/** Documented only: its body is read by upload-body.ts. */
const upload = createRoute({
  method: 'post',
  path: UPLOADS_PATH,
  tags: ['library'],
  summary: 'Send one file; it is read at once and counts when it is accepted. Kept for a day',
  request: {
    body: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: z.strictObject({ file: z.string().openapi({ format: 'binary', description: 'At most 20 MiB' }) }),
        },
      },
    },
  },
  responses: {
    201: json('The file as it was read', UploadSchema),
    ...PROBLEMS,
    413: problem('The file is larger than 20 MiB'),
    415: problem('The body is not multipart/form-data'),
    422: problem('The file cannot be read: `file-format`, `file-encoding`, `file-unreadable`, and how it could be'),
    429: problem('100 uploads wait to be accepted'),
    ...FULL,
  },
})

const staged = createRoute({
  method: 'get',
  path: `${UPLOADS_PATH}/{id}`,
  tags: ['library'],
  summary: 'A file that waits to be accepted',
  request: { params: UploadParams },
  responses: { 200: json('The file as it was read', UploadSchema), ...PROBLEMS, ...NO_UPLOAD },
})

const stagedText = createRoute({
  method: 'get',
  path: `${UPLOADS_PATH}/{id}/text`,
  tags: ['library'],
  summary: 'Its text as it would be stored',
  request: { params: UploadParams },
  responses: {
    200: { description: 'The text', content: { 'text/plain': { schema: z.string() } } },
    ...PROBLEMS,
    ...NO_UPLOAD,
  },
})

const discard = createRoute({
  method: 'delete',
  path: `${UPLOADS_PATH}/{id}`,
  tags: ['library'],
  summary: 'Forget a file that waits to be accepted',
  request: { params: UploadParams },
  responses: { 204: { description: 'Forgotten' }, ...PROBLEMS, ...NO_UPLOAD },
})

const accept = createRoute({
  method: 'post',
  path: `${UPLOADS_PATH}/{id}/accept`,
  tags: ['library'],
  summary: 'Make it a document, or the newer text of one; a round of indexing begins',
  request: { params: UploadParams, body: { required: false, content: { 'application/json': { schema: AcceptBody } } } },
  responses: { 202: json('Stored; it answers when indexing is over', AcceptedSchema), ...PROBLEMS, ...NO_UPLOAD, ...FULL },
})

const remove = createRoute({
  method: 'delete',
  path: '/api/documents/{id}',
  tags: ['library'],
  summary: 'Take a document out; it can come back. A file of an operator is never touched',
  request: { params: DocumentParams },
  responses: { 202: json('Out; it answers until indexing is over', ChangedSchema), ...PROBLEMS, ...NO_DOCUMENT, ...FULL },
})

const restore = createRoute({
  method: 'post',
  path: '/api/documents/{id}/restore',
  tags: ['library'],
  summary: 'Bring back a document that was taken out, with its id',
  request: { params: DocumentParams },
  responses: { 202: json('In; it answers when indexing is over', ChangedSchema), ...PROBLEMS, ...NO_DOCUMENT, ...FULL },
})

const indexAgain = createRoute({
  method: 'post',
  path: '/api/library/index',
  tags: ['library'],
  summary: 'Try again a round of indexing that failed, at once; by itself that is done every half minute',
  responses: { 202: { description: 'A round begins, or one more after the one under way' }, ...PROBLEMS },
})

export function addLibraryRoutes(app: OpenAPIHono, sight: Sight): void {
  app.openapi(library, async (context) => context.json(await (await sight.desk(context)).state(), 200))

  app.openAPIRegistry.registerPath(upload)
  app.post(UPLOADS_PATH, (context) => uploadProblem(context, () => receive(context, sight)))

  app.openapi(staged, async (context) => context.json(await (await sight.desk(context)).staged(context.req.valid('param').id), 200))

  app.openapi(stagedText, async (context) => {
    const text = await (await sight.desk(context)).stagedText(context.req.valid('param').id)
    return context.text(text, 200, { 'Content-Type': 'text/plain; charset=utf-8' })
  })

  app.openapi(discard, async (context) => {
    await (await sight.desk(context)).discard(context.req.valid('param').id)
    return context.body(null, 204)
  })

  app.openapi(accept, (context) => {
    const { id } = context.req.valid('param')
    const { replaces } = context.req.valid('json')
    return diskProblem(context, async () => context.json(await (await sight.desk(context)).accept(id, replaces), 202))
  })

  app.openapi(remove, (context) => {
    const { id } = context.req.valid('param')
    return diskProblem(context, async () => (await (await sight.desk(context)).remove(id), context.json({ id }, 202)))
  })

  app.openapi(restore, (context) => {
    const { id } = context.req.valid('param')
    return diskProblem(context, async () => (await (await sight.desk(context)).restore(id), context.json({ id }, 202)))
  })

  app.openapi(indexAgain, async (context) => {
    await (await sight.desk(context)).indexAgain()
    return context.body(null, 202)
  })
}

async function receive(context: Context, sight: Sight): Promise<Response> {
  const desk = await sight.desk(context)
  await desk.admit()
  if (!/^multipart\/form-data\s*;/i.test(context.req.header('content-type') ?? '')) {
    const detail = '文件须以 multipart/form-data 上传。'
    return problemResponse(problemOf('bad-request', detail, instanceOf(context), 415))
  }
  const { uploads } = await desk.state()
  return inTurn(async () => {
    const { name, bytes } = await sentFile(context, uploads.maxBytes)
    return context.json(await desk.stage(name, bytes), 201)
  })
}

function uploadProblem(context: Context, work: () => Promise<Response>): Promise<Response> {
  return diskProblem(context, () => withFileProblems(context, work))
}

async function diskProblem<Result>(context: Context, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PolicyError) || error.code !== 'disk-full') throw error
    const detail = '磁盘已满，没有存下。请管理员腾出空间后再试。'
    return problemResponse(problemOf('disk-full', detail, instanceOf(context), 507)) as Result
  }
}
