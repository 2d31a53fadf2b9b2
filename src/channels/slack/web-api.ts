/**
 * Slack's Web API by its own client, without what that does unasked: it neither waits nor tries again (our queue does),
 * writes to no log, follows no redirect, and what it throws becomes a code and a sentence without tokens or addresses.
 */
import { ErrorCode, LogLevel, WebClient, type Logger } from '@slack/web-api'
import type { Sent } from '../bots/bot.ts'
import { isUnreached } from '../bots/network.ts'

/** Says nothing: the client's own lines hold bodies and, of errors, whatever a server wrote. */
export const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

/** What waits for an operator is tried again so often. */
const UNMENDED_MS = 60_000
/** Where a 429 does not say how long. */
const UNSAID_SECONDS = 30

export interface WebApiOptions {
  readonly apiUrl: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Told of the head of each answer. */
  onHeaders?(headers: Headers): void
}

export function openWebApi(token: string, options: WebApiOptions): WebClient {
  return new WebClient(token, {
    slackApiUrl: options.apiUrl,
    allowAbsoluteUrls: false,
    timeout: options.timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT,
    fetch: fetchFor(options),
  })
}

/** fetch that ends with a signal, and gives every 429 a time to wait. */
export function fetchFor({ signal, onHeaders }: Pick<WebApiOptions, 'signal' | 'onHeaders'>): typeof fetch {
  return async (input, init = {}) => {
    const signals = [signal, init.signal].filter((one) => one !== undefined && one !== null)
    const answer = await fetch(input, { ...init, ...(signals.length > 0 && { signal: AbortSignal.any(signals) }) })
    onHeaders?.(answer.headers)
    if (answer.status !== 429 || /^\d+$/.test(answer.headers.get('retry-after') ?? '')) return answer
    await answer.body?.cancel()
    return new Response(null, { status: 429, headers: { 'retry-after': String(UNSAID_SECONDS) } })
  }
}

/** What a call that threw has come to. */
export function sentOf(error: unknown): Exclude<Sent, { state: 'sent' }> {
  const { code, retryAfter, statusCode, data, original } = error as Partial<{
    code: string
    retryAfter: number
    statusCode: number
    data: { error?: unknown; response_metadata?: { retryAfter?: number } }
    original: unknown
  }>
  if (code === ErrorCode.RateLimitedError) return later('ratelimited', (retryAfter ?? UNSAID_SECONDS) * 1000)
  if (code === ErrorCode.HTTPError) return ofApiStatus(statusCode ?? 0)
  if (code === ErrorCode.PlatformError) return ofPlatform(data?.error, data?.response_metadata?.retryAfter)
  return ofConnection(original ?? error)
}

const later = (code: string, afterMs?: number) =>
  ({ state: 'later', code, ...(afterMs !== undefined && { afterMs }) }) as const

/** Slack's API says what it refuses with HTTP 200: anything else is said by something between, until that is mended. */
function ofApiStatus(status: number): Exclude<Sent, { state: 'sent' }> {
  const sent = ofStatus(status)
  return sent.state === 'refused' ? { ...sent, state: 'later', afterMs: UNMENDED_MS } : sent
}

/** A gateway between us and Slack cannot know whether the message got through. */
export function ofStatus(status: number): Exclude<Sent, { state: 'sent' }> {
  const code = `http-${status}`
  if (status === 502 || status === 504 || status > 504) return { state: 'unknown', code }
  if (status >= 500 || status === 408 || status === 407) return later(code)
  return {
    state: 'refused',
    code,
    message: `Slack 的接口答复 HTTP ${status}。请检查 TIAOWEN_SLACK_API_URL 以及通往 Slack 的代理。`,
  }
}

export function ofConnection(error: unknown): Exclude<Sent, { state: 'sent' }> {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && cause.message === 'unexpected redirect') return later('redirected')
  const given = (cause as { code?: unknown } | null | undefined)?.code
  const code = typeof given === 'string' && /^[A-Z][A-Z_0-9]{2,50}$/.test(given) ? given : undefined
  if (code !== undefined && isUnreached(code)) return later(code)
  const isTimeout = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
  return { state: 'unknown', code: isTimeout ? 'timeout' : (code ?? 'connection-broken') }
}

/** Codes after which the same message can be taken another time. */
const PASSING = new Set(['ratelimited', 'rate_limited', 'service_unavailable', 'team_added_to_org', 'request_timeout'])
/** No message is taken with this token as it is: answers wait until an operator has mended it. */
const UNMENDED = new Set([
  'not_authed',
  'invalid_auth',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'not_allowed_token_type',
  'missing_scope',
  'org_login_required',
  'ekm_access_denied',
  'team_access_not_granted',
])
/** Slack says of these that part of the work may have been done. */
const HALF_DONE = new Set(['fatal_error', 'internal_error'])

function ofPlatform(error: unknown, retryAfter: number | undefined): Exclude<Sent, { state: 'sent' }> {
  // what is no code is a page of something between us and Slack
  if (typeof error !== 'string' || !/^[a-z][a-z0-9_]{1,60}$/.test(error))
    return { state: 'unknown', code: 'unreadable-answer' }
  if (HALF_DONE.has(error)) return { state: 'unknown', code: error }
  if (PASSING.has(error)) return later(error, retryAfter === undefined ? undefined : retryAfter * 1000)
  const message = adviceOn(error)
  if (UNMENDED.has(error)) return { state: 'later', code: error, afterMs: UNMENDED_MS, message }
  return { state: 'refused', code: error, message }
}

const TOKEN =
  '请在 Slack 应用的 OAuth & Permissions 页重新安装应用，把新的 Bot User OAuth Token 填入 TIAOWEN_SLACK_BOT_TOKEN。'
const MEMBER = '请在该频道里邀请机器人（/invite @机器人名）。'
const OURS = '这条消息超出 Slack 的限制，属于程序错误，请报告此代码。'

const ADVICE: Readonly<Record<string, string>> = {
  not_authed: `没有带上令牌。${TOKEN}`,
  invalid_auth: `Slack 不认这个令牌。${TOKEN}`,
  token_revoked: `令牌已被收回。${TOKEN}`,
  token_expired: `令牌已过期：请关闭 Token Rotation。${TOKEN}`,
  account_inactive: `令牌所属的应用已停用或被移除。${TOKEN}`,
  not_allowed_token_type: `令牌种类不对：须以 xoxb- 开头。${TOKEN}`,
  missing_scope: '应用缺少权限：请按 docs/slack.md 的清单补上，然后重新安装应用。',
  no_permission: '应用没有在此发言的权限：请检查权限清单与频道设置。',
  not_in_channel: `机器人不在该频道。${MEMBER}`,
  channel_not_found: `找不到该频道，或机器人看不到这个私有频道。${MEMBER}`,
  is_archived: '该频道已归档，不能再发言。',
  restricted_action: '工作区管理员限制了在该频道发言：请管理员允许应用发言。',
  restricted_action_read_only_channel: '该频道只读：请管理员允许应用发言。',
  restricted_action_thread_only_channel: '该频道只许在话题里发言。',
  restricted_action_thread_locked: '该话题已锁定，不能再回复。',
  cannot_reply_to_message: '原消息不能回复，可能已被删除。',
  thread_not_found: '原话题已被删除，回答无处可发。',
  messages_tab_disabled: '应用没有打开私信：请在 App Home 打开 Messages Tab，并允许用户发消息。',
  user_not_found: '提问的人已不在工作区。',
  org_login_required: '工作区正在迁移到企业组织，请稍后重新安装应用。',
  ekm_access_denied: '管理员暂停了该工作区的加密密钥，Slack 不接受消息。',
  team_access_not_granted: '应用没有获准进入该工作区：请由组织管理员批准安装。',
  invalid_blocks: OURS,
  invalid_blocks_format: OURS,
  msg_blocks_too_long: OURS,
  msg_too_long: OURS,
  no_text: OURS,
  used_url: '此处能发的条数已用完。',
  expired_url: '此处已过 30 分钟，不能再发。',
}

/** What an operator can do about a code of Slack's. */
export const adviceOn = (code: string) =>
  ADVICE[code] ??
  `Slack 拒绝了请求（${code}）。请对照 Slack 文档中 chat.postMessage 的错误表，或运行 tiaowen doctor slack。`
