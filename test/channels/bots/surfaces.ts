/**
 * The platforms side by side: a reply as each lays it out, as it is seen there, and what is wrong with it by the rules of
 * the platforms' own stand-ins.
 */
import type { Reply } from '../../../src/channels/bots/reply.ts'
import { apiBody, webhookBody } from '../../../src/channels/dingtalk/bodies.ts'
import { marked, messagesFor as dingTalkMessages, type DingTalkMessage } from '../../../src/channels/dingtalk/messages.ts'
import { markedAgain, messagesFor as slackMessages } from '../../../src/channels/slack/messages.ts'
import { troublesOf } from '../dingtalk/fake-dingtalk.ts'
import { faultOfMessage, harmIn } from '../slack/block-rules.ts'
import { readDingTalk, readDingTalkText } from './dingtalk-reader.ts'
import type { Button, Seen } from './seen.ts'
import { readSlack, type SlackMessage } from './slack-reader.ts'

export const PUBLIC_URL = 'https://tiaowen.example.cn'

export interface LaidOut {
  /** Every way a client may read it: where the platform leaves something open, both. */
  readonly readings: readonly Seen[]
  /** Limits it is over, as it is and as it is sent again, and what it would do to people. */
  readonly faults: readonly string[]
}

export interface Surface {
  readonly name: string
  /** Whether clients make a link of every address they find in words, shown as itself, and cannot be told not to. */
  readonly findsAddresses: boolean
  layOut(reply: Reply): readonly LaidOut[]
}

const slack: Surface = {
  name: 'Slack',
  findsAddresses: false,
  layOut: (reply) =>
    slackMessages(reply).map(({ body }) => ({
      readings: [readSlack(body as unknown as SlackMessage)],
      faults: [body, markedAgain(body)].flatMap((one) => [faultOfMessage(one) ?? [], harmIn(one, PUBLIC_URL) ?? []].flat()),
    })),
}

const dingTalk: Surface = {
  name: 'DingTalk',
  findsAddresses: true,
  layOut: (reply) =>
    dingTalkMessages(reply).map((message) => ({
      readings: dingTalkReadings(message),
      faults: [message, marked(message)].flatMap(dingTalkFaults),
    })),
}

const buttonsOn = (message: DingTalkMessage) => (message.kind === 'card' ? message.buttons : [])

/** With escapes honoured and without; the same of plain text, in which nothing is markup. */
function dingTalkReadings(message: DingTalkMessage): readonly Seen[] {
  const buttons = buttonsOn(message).map(({ title, url }): Button => ({ words: title, url }))
  const row: Seen = buttons.length > 0 ? [{ kind: 'buttons', inlines: [], buttons }] : []
  return [true, false].map((honoursEscapes) =>
    message.kind === 'text' ? readDingTalkText(message.text) : [...readDingTalk(message.text, { honoursEscapes }), ...row],
  )
}

/** A webhook takes 20,000 bytes, the API 15,000 of its parameters; `at` alone pings. */
function dingTalkFaults(message: DingTalkMessage): readonly string[] {
  const body = webhookBody(message)
  const bytes = Math.max(Buffer.byteLength(JSON.stringify(body)), Buffer.byteLength(apiBody(message).msgParam))
  const at = 'at' in body ? body.at : undefined
  return [
    ...troublesOf({ ...message, buttons: buttonsOn(message) }),
    ...(bytes > 15_000 ? [`${bytes} bytes`] : []),
    ...(message.text.trim() === '' || message.title.trim() === '' || /[\r\n]/.test(message.title) ? ['words or title missing'] : []),
    ...(at && (at.isAtAll || at.atUserIds.length > 0 || at.atMobiles.length > 0) ? ['pings people'] : []),
  ]
}

export const SURFACES: readonly Surface[] = [slack, dingTalk]
