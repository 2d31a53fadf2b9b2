/** The routes of the draft check 引文核对: text or a file in, what became of each quotation and reference out. Nothing is kept. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { CheckingProgress } from '../../answering/assistant.ts'
import { annotateDraftBeside, readDraftBeside } from '../../drafts/draft-thread.ts'
import type { DraftFile } from '../../drafts/draft-file.ts'
import { PolicyError } from '../../errors.ts'
import { checkedFile, checkedText, DRAFT_BYTES, DRAFT_CHARACTERS, mustFit, type CheckedDraft, type HowToCheck } from '../checked-draft.ts'
import { CheckBody, CheckedDraftSchema, CheckEventSchemas, CheckQuery } from './check-schemas.ts'
import { once, PING_MS, Stopping } from './event-stream.ts'
import { withFileProblems } from './file-problem.ts'
import { instanceOf } from './guards.ts'
import { problemFor, problemOf, problemOfIssues, problemResponse, type Problem } from './problem.ts'
import { problem, PROBLEMS } from './promises.ts'
import type { Sight } from './sight.ts'
import { Turns } from './turns.ts'
import { inTurn, sentFile, withinBytes, type SentFile } from './upload-body.ts'

const CHECK_PATH = '/api/check'
const ANNOTATED_PATH = '/api/check/annotated'
export const CHECK_PATHS: readonly string[] = [CHECK_PATH, ANNOTATED_PATH]

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** Bodies that are the file itself, and what it is called where nobody says. */
const RAW: Readonly<Record<string, string>> = {
  'text/plain': '草稿.txt',
  'text/markdown': '草稿.md',
  [WORD]: '草稿.docx',
  'application/octet-stream': '',
}

const PROGRESS_MS = 100
/** Two check at once, so that a short draft is not held up by a long one; a check takes a second or two. */
const turns = () =>
  new Turns({ atOnce: 2, waiting: 6, full: { code: 'checks-full', message: '正在核对的草稿太多，请稍候几秒再试。' } })

export interface CheckRoutesOptions {
  readonly ending: AbortSignal
  readonly onError: (error: unknown) => void
}

const file = z.string().openapi({ format: 'binary', description: `At most ${DRAFT_BYTES / 1024 / 1024} MiB` })
const FILES = {
  'multipart/form-data': { schema: z.strictObject({ file }) },
  ...Object.fromEntries(Object.keys(RAW).map((type) => [type, { schema: file }])),
}
const FILE_PROBLEMS = {
  413: problem(`More than ${DRAFT_BYTES / 1024 / 1024} MiB, or than ${DRAFT_CHARACTERS} characters`),
  415: problem('The body is of none of these types'),
  422: problem('The file cannot be read: `file-format`, `file-encoding`, and how it could be'),
  503: problem('No index is ready yet, or too many drafts wait to be checked (`checks-full`)'),
}
const EVENTS = Object.keys(CheckEventSchemas).join(', ')

/** Documented only, like the next one: their bodies are read here. */
const check = createRoute({
  method: 'post',
  path: CHECK_PATH,
  tags: ['drafts'],
  summary: 'Check every quotation and reference of a draft against the documents; the draft is not kept',
  description:
    'A draft is text in JSON, a file (.txt, .md, .docx) as multipart/form-data, or the file itself. `asOf` and `suggest` of a file are ' +
    'parameters of the address. With `Accept: text/event-stream` the answer comes as server-sent events: progress, done (CheckedDraft), ' +
    'ping every 10 s, error (Problem).',
  request: { query: CheckQuery, body: { required: true, content: { 'application/json': { schema: CheckBody }, ...FILES } } },
  responses: {
    200: {
      description: `What was found, or events: ${EVENTS}, ping`,
      content: {
        'application/json': { schema: CheckedDraftSchema },
        'text/event-stream': { schema: z.string().openapi({ description: `event: ${EVENTS}, ping` }) },
      },
    },
    ...PROBLEMS,
    ...FILE_PROBLEMS,
  },
})

const annotated = createRoute({
  method: 'post',
  path: ANNOTATED_PATH,
  tags: ['drafts'],
  summary: 'The same for a Word file, answered as a copy of it with a comment at each place',
  request: { query: CheckQuery, body: { required: true, content: FILES } },
  responses: {
    200: {
      description: 'The copy; X-Check-Clean says whether nothing is wrong',
      headers: { 'X-Check-Clean': { schema: { type: 'string', enum: ['true', 'false'] } } },
      content: { [WORD]: { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...PROBLEMS,
    ...FILE_PROBLEMS,
  },
})

export function addCheckRoutes(app: OpenAPIHono, sight: Sight, options: CheckRoutesOptions): void {
  const room = turns()
  app.openAPIRegistry.registerPath(check)
  app.openAPIRegistry.registerPath(annotated)
  app.post(CHECK_PATH, (context) => heard(context, () => checkDraft(context, sight, room, options)))
  app.post(ANNOTATED_PATH, (context) => heard(context, () => annotateSent(context, sight, room)))
}

/** Nobody hears the answer of one who went away, and nothing is wrong with it. */
async function heard(context: Context, work: () => Promise<Response>): Promise<Response> {
  try {
    return await withFileProblems(context, work)
  } catch (error) {
    if (context.req.raw.signal.aborted) return new Response(null, { status: 499 })
    throw error
  }
}

/** A draft as it came in. */
interface Sent {
  readonly how: HowToCheck
  readonly draft: { readonly text: string } | SentFile
}

async function checkDraft(context: Context, sight: Sight, room: Turns, options: CheckRoutesOptions): Promise<Response> {
  const sent = await sentDraft(context)
  if (sent instanceof Response) return sent
  const assistant = await sight.assistant(context)
  const abort = new AbortController()
  const { signal } = abort
  context.req.raw.signal.addEventListener('abort', () => abort.abort(), { once: true })
  const leave = await room.enter(signal)
  const work = async (onProgress?: (progress: CheckingProgress) => void): Promise<CheckedDraft> => {
    try {
      const checking = { signal, ...(onProgress && { onProgress }) }
      return await (!('places' in draft)
        ? checkedText(assistant, draft.text, sent.how, checking)
        : checkedFile(assistant, draft, sent.how, checking))
    } finally {
      leave()
    }
  }
  let draft: { readonly text: string } | DraftFile
  try {
    assistant.catalogue() // what is not ready says so before a long draft is read
    draft = 'bytes' in sent.draft ? await readDraftBeside(sent.draft.bytes, sent.draft.name, signal) : sent.draft
    mustFit(draft.text) // told as a problem, not within a stream
  } catch (error) {
    leave()
    throw error
  }
  const wantsStream = (context.req.header('accept') ?? '').includes('text/event-stream')
  return wantsStream ? progressStream(context, work, abort, options) : context.json(await work())
}

/** The check as events; what goes wrong in it ends the stream with an error event. */
function progressStream(
  context: Context,
  work: (onProgress: (progress: CheckingProgress) => void) => Promise<CheckedDraft>,
  abort: AbortController,
  { ending, onError }: CheckRoutesOptions,
): Response {
  context.header('X-Accel-Buffering', 'no')
  const instance = instanceOf(context)
  const response = streamSSE(context, async (stream) => {
    const send = (event: string, data: unknown) => stream.writeSSE({ event, data: JSON.stringify(data) })
    const ping = setInterval(() => void send('ping', {}), PING_MS)
    stream.onAbort(() => abort.abort())
    const stop = once(ending)
    let told = 0
    const onProgress = (progress: CheckingProgress) => {
      const now = performance.now()
      if (now - told < PROGRESS_MS) return
      told = now
      void send('progress', progress)
    }
    try {
      await send('done', await Promise.race([work(onProgress), stop.promise]))
    } catch (error) {
      if (!stream.aborted) await send('error', brokenOff(error, instance, onError))
    } finally {
      clearInterval(ping)
      stop.forget()
      abort.abort()
    }
  })
  response.headers.set('Cache-Control', 'no-store')
  return response
}

function brokenOff(error: unknown, instance: string, onError: (error: unknown) => void): Problem {
  if (error instanceof Stopping) return problemOf('internal', '服务正在停止，草稿没有核对完，请稍后重试。', instance, 503)
  if (!(error instanceof PolicyError)) onError(error)
  return problemFor(error, instance)
}

async function annotateSent(context: Context, sight: Sight, room: Turns): Promise<Response> {
  const sent = await sentDraft(context)
  if (sent instanceof Response) return sent
  const assistant = await sight.assistant(context)
  const { draft, how } = sent
  if (!('bytes' in draft)) throw new PolicyError('bad-request', '批注要加在 Word 文件上：请上传 .docx 文件。')
  const { signal } = context.req.raw
  const leave = await room.enter(signal)
  try {
    assistant.catalogue()
    const read = await readDraftBeside(draft.bytes, draft.name, signal)
    if (read.format !== 'docx') {
      throw new PolicyError('bad-request', `${draft.name} 不是 Word（docx）文件，不能加批注。请改用 POST ${CHECK_PATH}。`)
    }
    const { items, summary } = await checkedFile(assistant, read, how, { signal })
    const bytes = await annotateDraftBeside(draft.bytes, read, items, signal)
    const name = `${draft.name.replace(/\.doc[xm]$/i, '')}（核对）.docx`
    return context.body(Buffer.from(bytes), 200, {
      'Content-Type': WORD,
      'Content-Disposition': `attachment; filename="checked.docx"; filename*=UTF-8''${encodeURIComponent(name)}`,
      'X-Check-Clean': String(summary.isClean),
    })
  } finally {
    leave()
  }
}

/** The draft of a request, or why it is none. @throws PolicyError 'bad-request', 'body-too-large' */
async function sentDraft(context: Context): Promise<Sent | Response> {
  const type = (context.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const query = CheckQuery.safeParse(context.req.query())
  if (!query.success) return problemResponse(problemOfIssues(query.error.issues, instanceOf(context)))
  const { asOf, suggest, name } = query.data
  const how = { ...(asOf !== undefined && { asOf }), ...(suggest !== undefined && { suggest: suggest === 'true' }) }
  if (type === 'application/json') return sentWords(context)
  if (type === 'multipart/form-data') return { how, draft: await inTurn(() => sentFile(context, DRAFT_BYTES)) }
  const usual = RAW[type]
  if (usual === undefined) {
    const detail = `草稿须是 JSON（{"text": "…"}）、multipart/form-data 中的文件，或 .txt、.md、.docx 文件本身。`
    return problemResponse(problemOf('bad-request', detail, instanceOf(context), 415))
  }
  const called = name ?? usual
  if (called === '') throw new PolicyError('bad-request', '请用 ?name= 写明文件名，如 ?name=请示.docx。')
  return { how, draft: { name: called, bytes: await inTurn(() => bodyBytes(context)) } }
}

async function sentWords(context: Context): Promise<Sent | Response> {
  const bytes = await inTurn(() => bodyBytes(context))
  let said: unknown
  try {
    said = JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new PolicyError('bad-request', '请求体不是合法的 JSON。', { cause })
  }
  const body = CheckBody.safeParse(said)
  if (!body.success) return problemResponse(problemOfIssues(body.error.issues, instanceOf(context)))
  const { text, asOf, suggest } = body.data
  return { draft: { text }, how: { ...(asOf !== undefined && { asOf }), ...(suggest !== undefined && { suggest }) } }
}

async function bodyBytes(context: Context): Promise<Buffer> {
  const body = await withinBytes(context.req.raw, DRAFT_BYTES).catch((cause: unknown) => {
    throw new PolicyError('bad-request', '上传中断了，没有收到完整的草稿。请重新上传。', { cause })
  })
  if (!body) throw new PolicyError('body-too-large', `草稿超过 ${DRAFT_BYTES / 1024 / 1024} MiB，未核对。请拆分，或去掉其中的图片。`)
  return body
}

