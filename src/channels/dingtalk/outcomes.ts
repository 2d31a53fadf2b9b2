/**
 * What DingTalk answered → what became of the message. Webhooks answer 200 and say in `errcode` whether they took it;
 * the API says it by the status and `code`. Anything that may have arrived is `unknown`, not `later`: it is sent again
 * with a mark.
 */
import { z } from 'zod'
import type { Sent } from '../bots/bot.ts'
import type { Posted } from './post.ts'

/** More than 20 messages a minute: the robot is blocked for ten minutes, and asking sooner may prolong it. */
const BLOCKED_MS = 10 * 60_000
const BUSY_MS = 5_000
/** Calls a second of the API. */
const QPS_MS = 2_000
/** Messages to one person. */
const FLOW_MS = 60_000

/** Credentials are refused: the answer waits until an operator has mended them. */
export const CREDENTIALS_MS = 60_000

const Webhook = z.object({
  errcode: z.union([z.number(), z.string()]).transform(Number),
  errmsg: z.string().optional(),
})
const Api = z.object({
  processQueryKey: z.string().nullish(),
  code: z.string().nullish(),
  invalidStaffIdList: z.array(z.string()).nullish(),
  filteredStaffIdList: z.array(z.string()).nullish(),
  flowControlledStaffIdList: z.array(z.string()).nullish(),
})

/** Next steps of codes that no second try mends. */
const REFUSALS: Readonly<Record<string, string>> = {
  '310000': '签名、关键词或 IP 地址没有通过机器人的安全设置。请核对加签密钥和本机时间',
  '300001': '没有这个会话或 access_token。请核对群机器人的 Webhook 地址',
  '300005': '没有这个 access_token。请核对群机器人的 Webhook 地址',
  '400013': '群已解散',
  '400101': '没有这个 access_token。请核对群机器人的 Webhook 地址',
  '400102': '机器人已停用。请在群设置里启用',
  '400106': '没有这个机器人。请核对群机器人的 Webhook 地址',
  '101002': '消息太长，被钉钉拒绝',
  '460101': '消息太长，被钉钉拒绝',
  '430101': '钉钉认为消息里有不安全的外链',
  '430102': '钉钉认为消息里有不合适的文字',
  '430103': '钉钉认为消息里有不合适的图片',
  '430104': '钉钉认为消息里有不合适的内容',
  'group.disbanded': '群已解散',
}
const ELSEWHERE = '答复要求转到别处，没有照办。请核对钉钉的地址和本机的代理'
const BETWEEN = '答复不是钉钉的。请核对钉钉的地址和本机的代理'
const OTHERWISE = '钉钉拒绝了这条消息。请按错误码查阅钉钉开放平台文档'

/** Too fast, in the older and the newer numbering. */
const TOO_FAST = new Set([130101, 410100])

/** Of `sessionWebhook` and of a group robot. */
export function webhookOutcome(posted: Posted): Sent {
  const trouble = troubleOf(posted)
  if (trouble) return trouble
  const read = Webhook.safeParse('body' in posted ? posted.body : undefined)
  // something between us and DingTalk answered
  if (!read.success) return { state: 'unknown', code: 'not-json' }
  const { errcode } = read.data
  if (errcode === 0) return { state: 'sent' }
  if (TOO_FAST.has(errcode)) return { state: 'later', code: String(errcode), afterMs: BLOCKED_MS }
  if (errcode === -1) return { state: 'later', code: '-1', afterMs: BUSY_MS }
  return refused(String(errcode))
}

/** Whether a webhook says that its session is over: the message did not go out, and may go by the API. */
export function isSessionOver(posted: Posted): boolean {
  const read = Webhook.safeParse('body' in posted ? posted.body : undefined)
  if (!read.success || read.data.errcode === 0) return false
  return read.data.errcode === 300001 || /session/i.test(read.data.errmsg ?? '')
}

/** Of `/v1.0/robot/…`. */
export function apiOutcome(posted: Posted): Sent {
  const trouble = troubleOf(posted)
  if (trouble) return trouble
  const { status, body, retryAfterMs } = posted as Extract<Posted, { status: number }>
  const { data } = Api.safeParse(body)
  const code = shortCode(data?.code) ?? `http-${status}`
  if (status === 200) {
    if (data?.flowControlledStaffIdList?.length) return { state: 'later', code: 'flow-controlled', afterMs: FLOW_MS }
    if (data?.invalidStaffIdList?.length) return refused('invalid-staff', '钉钉说收件人不在组织里')
    if (data?.filteredStaffIdList?.length) return refused('filtered-staff', '收件人不接收这个机器人的消息')
    return data?.processQueryKey ? { state: 'sent' } : { state: 'unknown', code: data ? 'no-key' : 'not-json' }
  }
  if (/QpsLimit|Throttling/i.test(code)) return { state: 'later', code, afterMs: retryAfterMs ?? QPS_MS }
  if (isTokenRefused(posted)) return { state: 'later', code, afterMs: CREDENTIALS_MS }
  // DingTalk's own refusals have a code: this is of something between
  if (data?.code == null) return { state: 'later', code, afterMs: CREDENTIALS_MS, message: BETWEEN }
  return refused(code)
}

/** Whether the access token is the trouble: it is fetched anew, once. */
export function isTokenRefused(posted: Posted): boolean {
  if ('failed' in posted || posted.status < 400 || posted.status >= 500) return false
  const { data } = Api.safeParse(posted.body)
  return posted.status === 401 || /InvalidAuthentication|access.?token/i.test(data?.code ?? '')
}

/** What no `errcode` is needed for; undefined where the reply is to be read. */
export function troubleOf(posted: Posted): Sent | undefined {
  if ('failed' in posted) {
    return posted.failed === 'unknown'
      ? { state: 'unknown', code: posted.code }
      : { state: 'later', code: posted.code }
  }
  const { status, retryAfterMs } = posted
  const after = retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }
  if (status === 429) return { state: 'later', code: 'http-429', ...after }
  // the gateway gave up waiting: what stands behind it may have gone on
  if (status === 504) return { state: 'unknown', code: 'http-504' }
  if (status >= 500) return { state: 'later', code: `http-${status}`, ...after }
  if (status >= 300 && status < 400) {
    return { state: 'later', code: 'redirected', afterMs: CREDENTIALS_MS, message: ELSEWHERE }
  }
  return undefined
}

/** A code of the platform, for the log: never a sentence, which may repeat what was sent. */
export const shortCode = (code: string | null | undefined) =>
  code && /^[\w.-]{1,80}$/.test(code) ? code : undefined

export function refused(code: string, message = REFUSALS[code] ?? OTHERWISE): Sent {
  return { state: 'refused', code, message }
}
