/** Errors as application/problem+json (RFC 9457): a stable code, a sentence, no stack trace, no path of the machine. */
import type { ErrorCode } from '../../errors.ts'
import { PolicyError } from '../../errors.ts'
import { currentScope } from '../../telemetry/scope.ts'
import type { z } from '@hono/zod-openapi'
import { TOO_LONG, type ProblemSchema } from './schemas.ts'

export type Problem = z.infer<typeof ProblemSchema>

interface Meaning {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 503
  readonly title: string
  /** What the asker is told; absent where the error's own message is about the request and can be passed on. */
  readonly detail?: string
}

const OPERATOR = '服务端的数据或配置有问题，请管理员查看日志，或运行 tiaowen doctor。'
const STATE = '对话记录暂时不能读写，请稍后再试；若仍不行，请管理员查看日志。'
const LATER = '索引尚未就绪，请稍后再试；进度见 /readyz。'

export const MEANINGS: Readonly<Record<ErrorCode, Meaning>> = {
  'bad-request': { status: 400, title: 'The request is not understood' },
  'question-too-long': { status: 400, title: 'The question is too long' },
  'body-too-large': { status: 413, title: 'The request body is too large' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  'sign-in-failed': { status: 401, title: 'Name or password are not right' },
  forbidden: { status: 403, title: 'This is not allowed to you' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  overloaded: { status: 503, title: 'Too much is asked at once' },
  'no-such-document': { status: 404, title: 'No such document' },
  'no-such-clause': { status: 404, title: 'No such clause' },
  'no-such-route': { status: 404, title: 'No such address' },
  'no-such-conversation': { status: 404, title: 'No such conversation' },
  'no-such-exchange': { status: 404, title: 'No such question in the conversation' },
  'no-such-key': { status: 404, title: 'No such API key' },
  'no-such-person': { status: 404, title: 'No such person' },
  'no-such-collection': { status: 404, title: 'No such collection' },
  'not-answered': { status: 409, title: 'The question has no answer' },
  'state-unusable': { status: 503, title: 'The conversations cannot be read or written', detail: STATE },
  'file-unreadable': { status: 500, title: 'A document cannot be read', detail: OPERATOR },
  'file-encoding': { status: 500, title: 'A document cannot be read', detail: OPERATOR },
  'file-format': { status: 500, title: 'A document cannot be read', detail: OPERATOR },
  'sidecar-invalid': { status: 500, title: 'The document list is not valid', detail: OPERATOR },
  'folder-missing': { status: 503, title: 'The documents are missing', detail: OPERATOR },
  'index-missing': { status: 503, title: 'There is no index yet', detail: LATER },
  'index-building': { status: 503, title: 'The index is being built', detail: LATER },
  'index-corrupt': { status: 503, title: 'The index is damaged', detail: LATER },
  'index-unwritable': { status: 503, title: 'The index cannot be written', detail: OPERATOR },
  'search-unavailable': { status: 503, title: 'The search does not answer', detail: '检索暂时不能使用，请稍后再试；恢复后即可继续。' },
  'index-locked': { status: 503, title: 'The index is in use', detail: LATER },
  'model-missing': { status: 503, title: 'The model is missing', detail: OPERATOR },
  'model-corrupt': { status: 503, title: 'The model is damaged', detail: OPERATOR },
  'native-missing': { status: 503, title: 'A native module is missing', detail: OPERATOR },
  'port-busy': { status: 500, title: 'The port is taken', detail: OPERATOR },
  'disk-full': { status: 503, title: 'The disk is full', detail: OPERATOR },
  'data-unwritable': { status: 503, title: 'The data folder cannot be written', detail: OPERATOR },
  'library-busy': { status: 503, title: 'The library is being changed' },
  'config-invalid': { status: 500, title: 'The configuration is not valid', detail: OPERATOR },
  'uploads-off': { status: 403, title: 'Uploads are switched off' },
  'no-such-upload': { status: 404, title: 'No such upload' },
  'too-many-uploads': { status: 429, title: 'Too many uploads wait to be accepted' },
  'queue-full': { status: 503, title: 'Too many questions wait to be answered' },
  'checks-full': { status: 503, title: 'Too many drafts wait to be checked' },
  'data-newer': { status: 503, title: 'The data was written by a newer version', detail: OPERATOR },
  'backup-failed': { status: 500, title: 'The backup could not be made', detail: OPERATOR },
  'backup-damaged': { status: 500, title: 'The backup is damaged', detail: OPERATOR },
  'restore-refused': { status: 500, title: 'The backup was not restored', detail: OPERATOR },
  internal: { status: 500, title: 'Internal error', detail: '服务端出错，已记入日志。请稍后再试。' },
}

/** `status` differs from the code's own where HTTP has a finer word: 403, 405, 415. */
export function problemOf(code: ErrorCode, detail: string | undefined, instance: string, status?: number): Problem {
  const meaning = MEANINGS[code]
  const requestId = currentScope()?.requestId
  return {
    type: `/docs#${code}`,
    title: meaning.title,
    status: status ?? meaning.status,
    code,
    detail: detail ?? meaning.detail ?? meaning.title,
    instance,
    ...(requestId !== undefined && { requestId }),
  }
}

/** Whatever was thrown, as the asker may see it. */
export function problemFor(error: unknown, instance: string): Problem {
  if (!(error instanceof PolicyError)) return problemOf('internal', undefined, instance)
  const { detail } = MEANINGS[error.code]
  return problemOf(error.code, detail ?? error.message, instance)
}

/** Seconds. */
const RETRY: Readonly<Record<number, string>> = { 429: '60', 503: '5' }

export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const retry: Record<string, string> = Object.hasOwn(RETRY, problem.status) ? { 'Retry-After': RETRY[problem.status]! } : {}
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...retry, ...headers },
  })
}

/** What a request got wrong, named field by field. */
export function problemOfIssues(issues: readonly z.core.$ZodIssue[], instance: string): Problem {
  if (issues.some((issue) => issue.message === TOO_LONG))
    return problemOf('question-too-long', `${TOO_LONG}。`, instance)
  return problemOf('bad-request', issues.map(sentenceOf).join('；') + '。', instance)
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const at = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys
      .slice(0, 10)
      .map((key) => clip(key))
      .join('、')
    return `不认识的字段：${at === '' ? names : `${clip(at)} 里的 ${names}`}`
  }
  return `${at === '' ? '请求' : clip(at)}：${saidOf(issue)}`
}

/** zod's own messages are English; these are the ones a request can meet. */
function saidOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return issue.message.endsWith('received undefined') ? '缺少' : `类型应为 ${issue.expected}`
  if (issue.code === 'too_small') return `至少为 ${String(issue.minimum)}`
  if (issue.code === 'too_big') return `至多为 ${String(issue.maximum)}`
  if (issue.code === 'invalid_value') return `只能是 ${issue.values.map(String).join('、')}`
  return issue.message
}

/** A name out of a request, short enough to be said back. */
const clip = (name: string) => (name.length > 60 ? `${name.slice(0, 60)}…` : name)
