/** Whether the configuration works, asked of Slack: one line each for `tiaowen doctor slack`. */
import type { SlackConfig } from '../../bot-config.ts'
import type { Finding } from '../bots/bot.ts'
import { SIGNATURE_WINDOW_SECONDS } from './signature.ts'
import { openWebApi, sentOf } from './web-api.ts'

/** What the manifest of docs/slack.md asks for, and what each is for. */
const SCOPES: Readonly<Record<string, string>> = {
  'chat:write': '发送回答',
  'app_mentions:read': '看到 @ 机器人的消息',
  'im:history': '看到私信',
  commands: '/tiaowen 命令',
}

const TIMEOUT_MS = 10_000

export async function examineSlack(config: SlackConfig, nowMs: () => number): Promise<readonly Finding[]> {
  return [
    ...(await examineToken(config, nowMs)),
    config.appToken === undefined
      ? examineSecret(config.signingSecret)
      : await examineSocket(config.appToken, config.apiUrl),
  ]
}

async function examineToken({ botToken, apiUrl }: SlackConfig, nowMs: () => number): Promise<readonly Finding[]> {
  let heard: Headers | undefined
  const api = openWebApi(botToken, { apiUrl, timeoutMs: TIMEOUT_MS, onHeaders: (headers) => (heard = headers) })
  try {
    const { team, user, response_metadata: more } = await api.auth.test()
    const words = `有效：工作区 ${team ?? '（未说明）'}，机器人 @${user ?? '（未说明）'}。`
    return [
      { isRight: true, what: '机器人令牌', words },
      scopesFinding(more?.scopes ?? []),
      ...clockFindings(heard, nowMs()),
    ]
  } catch (error) {
    return [{ isRight: false, what: '机器人令牌', words: wordsOf(error) }]
  }
}

function scopesFinding(scopes: readonly string[]): Finding {
  const missing = Object.entries(SCOPES).filter(([scope]) => !scopes.includes(scope))
  if (missing.length === 0) return { isRight: true, what: '权限', words: `齐全：${Object.keys(SCOPES).join('、')}。` }
  const named = missing.map(([scope, use]) => `${scope}（${use}）`).join('、')
  return {
    isRight: false,
    what: '权限',
    words: `缺少 ${named}。请在 OAuth & Permissions 的 Bot Token Scopes 里补上，然后重新安装应用。`,
  }
}

/** A clock that is off has every signature refused. */
function clockFindings(headers: Headers | undefined, nowMs: number): readonly Finding[] {
  const theirs = Date.parse(headers?.get('date') ?? '')
  if (Number.isNaN(theirs)) return []
  const offSeconds = Math.round(Math.abs(nowMs - theirs) / 1000)
  if (offSeconds < SIGNATURE_WINDOW_SECONDS / 5) return [{ isRight: true, what: '本机时钟', words: '与 Slack 一致。' }]
  const words = `与 Slack 相差 ${offSeconds} 秒；超过 ${SIGNATURE_WINDOW_SECONDS} 秒时所有请求的签名都不被接受。请对时（NTP）。`
  return [{ isRight: false, what: '本机时钟', words }]
}

function examineSecret(secret: string | undefined): Finding {
  const isRight = /^[0-9a-f]{32}$/.test(secret ?? '')
  const words = isRight
    ? '已设置。Slack 保存 Request URL 时会当场验证（url_verification）。'
    : 'TIAOWEN_SLACK_SIGNING_SECRET 不像签名密钥（应为 32 位十六进制）。请从 Basic Information 页重新复制 Signing Secret。'
  return { isRight, what: '签名密钥（HTTP 方式）', words }
}

async function examineSocket(appToken: string, apiUrl: string): Promise<Finding> {
  const what = '应用级令牌（Socket Mode）'
  try {
    await openWebApi(appToken, { apiUrl, timeoutMs: TIMEOUT_MS }).apps.connections.open({})
    return { isRight: true, what, words: '有效，可以建立连接。' }
  } catch (error) {
    const { code } = sentOf(error)
    return { isRight: false, what, words: SOCKET_ADVICE[code] ?? wordsOf(error) }
  }
}

const APP_TOKEN =
  '请在 Basic Information 的 App-Level Tokens 里新建一个（权限 connections:write），填入 TIAOWEN_SLACK_APP_TOKEN。'

const SOCKET_ADVICE: Readonly<Record<string, string>> = {
  invalid_auth: `Slack 不认这个令牌。${APP_TOKEN}`,
  not_authed: `没有带上令牌。${APP_TOKEN}`,
  missing_scope: `令牌没有 connections:write 权限。${APP_TOKEN}`,
  not_allowed_token_type: `令牌种类不对：须以 xapp- 开头。${APP_TOKEN}`,
  socket_mode_disabled: '应用没有打开 Socket Mode：请在应用设置的 Socket Mode 页打开。',
  forbidden: '应用没有打开 Socket Mode，或令牌不属于本应用：请在应用设置的 Socket Mode 页打开。',
}

function wordsOf(error: unknown): string {
  const sent = sentOf(error)
  if ('message' in sent && sent.message !== undefined) return sent.message
  if (sent.code === 'ratelimited') return 'Slack 暂时限流，请一分钟后再试。'
  return `连不上 Slack（${sent.code}）。请检查网络、代理与 TIAOWEN_SLACK_API_URL。`
}
