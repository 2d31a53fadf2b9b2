/** A custom group robot 自定义群机器人: messages go to its group, none come in. Its address and its secret are a key. */
import { DINGTALK_API, type DingTalkGroupConfig } from '../../bot-config.ts'
import type { Finding, Message, Sent } from '../bots/bot.ts'
import type { Reply } from '../bots/reply.ts'
import { webhookBody } from './bodies.ts'
import { messageFrom, messagesFor } from './messages.ts'
import { refused, webhookOutcome } from './outcomes.ts'
import { post } from './post.ts'
import { isGroupWebhook } from './session-webhook.ts'
import { signedAddress } from './signature.ts'

export interface GroupRobotOptions {
  now?(): number
  /** Of a DingTalk of one's own: its origin is allowed in addition. */
  readonly apiUrl?: string
}

export interface GroupRobot {
  /** Messages this far apart stay below what DingTalk takes. */
  readonly pace: { readonly place: string; readonly betweenMs: number }
  /** Pure: every message within the limits, in order. Never empty. */
  messagesFor(reply: Reply): readonly Message[]
  /** Never throws. The 21st message of a minute is not handed over: `later`. */
  send(message: Message, options: { readonly signal: AbortSignal }): Promise<Sent>
  examine(): Promise<readonly Finding[]>
}

/** One more in the same minute, and the robot is blocked for ten. */
const MOST_A_MINUTE = 20
const MINUTE_MS = 60_000
const BETWEEN_MS = 3100
const WHERE = '请到群设置 → 机器人 → 该机器人，重新复制 Webhook（https://oapi.dingtalk.com/robot/send?access_token=…）'

export function createGroupRobot(
  { webhook, secret }: DingTalkGroupConfig,
  options: GroupRobotOptions = {},
): GroupRobot {
  const { now = Date.now, apiUrl = DINGTALK_API } = options
  let sentAt: readonly number[] = []

  /** Milliseconds until another message has room in the minute; it is counted where it has. */
  function waitFor(): number {
    const at = now()
    sentAt = sentAt.filter((time) => at - time < MINUTE_MS)
    if (sentAt.length >= MOST_A_MINUTE) return sentAt[0]! + MINUTE_MS - at
    sentAt = [...sentAt, at]
    return 0
  }

  return {
    pace: { place: 'group-robot', betweenMs: BETWEEN_MS },
    messagesFor,
    async send(message, { signal }) {
      if (!isGroupWebhook(webhook, apiUrl)) return refused('webhook-address', `Webhook 不是钉钉群机器人的地址。${WHERE}`)
      const afterMs = waitFor()
      if (afterMs > 0) return { state: 'later', code: 'paced', afterMs }
      const address = secret === undefined ? webhook : signedAddress(webhook, secret, now())
      try {
        return webhookOutcome(await post(address, webhookBody(messageFrom(message)), { signal }))
      } catch {
        return refused('unreadable', '保存的消息不合格式，无法发送')
      }
    },
    async examine() {
      return [
        isGroupWebhook(webhook, apiUrl)
          ? { isRight: true, what: '群机器人地址', words: '格式正确。没有发送消息，所以没有向钉钉核对 access_token' }
          : { isRight: false, what: '群机器人地址', words: `不是钉钉群机器人的地址。${WHERE}` },
        secretFinding(secret),
      ]
    },
  }
}

function secretFinding(secret: string | undefined): Finding {
  const what = '群机器人加签'
  if (secret === undefined) {
    const words = '没有加签密钥：机器人的安全设置须是关键词（“条问”）或本机的 IP 地址'
    return { isRight: true, what, words }
  }
  return secret.startsWith('SEC')
    ? { isRight: true, what, words: '已设置加签密钥' }
    : { isRight: false, what, words: '加签密钥通常以 SEC 开头。请到机器人的安全设置 → 加签，重新复制' }
}
