/**
 * A message to the robot 机器人消息, as DingTalk hands it over by socket or by HTTP alike → a question, or why it is none.
 *
 * A thread 话题 is a chat with one person; in a group it is the group and the person who asks: DingTalk's groups have no
 * threads, so people ask across each other, and 那第三条呢 goes on from the asker's own question, never from another's.
 */
import { z } from 'zod'
import type { BotQuestion, Json } from '../bots/bot.ts'
import { jsonOf } from '../bots/network.ts'

const name = z.string().min(1).max(512)

/** What is read of the body; the rest of it is left alone. */
const Body = z.object({
  msgId: name,
  conversationId: name,
  conversationType: z.enum(['1', '2']),
  senderId: name.optional(),
  senderStaffId: z.string().max(512).nullish(),
  chatbotUserId: name.optional(),
  isInAtList: z.boolean().nullish(),
  msgtype: z.string().max(64),
  text: z.object({ content: z.string() }).nullish(),
  sessionWebhook: z.string().max(4096).nullish(),
  sessionWebhookExpiredTime: z.number().nullish(),
})

/** Where an answer goes; kept as JSON with its question. */
const ReplyTo = z.object({
  isGroup: z.boolean(),
  conversationId: name,
  /** Of the person; absent for somebody outside the organisation, who can only be answered by the webhook. */
  staffId: name.exactOptional(),
  /** As it came: checked when it is used. */
  webhook: z.string().max(4096).exactOptional(),
  /** Until when the webhook lives, milliseconds. */
  webhookUntil: z.number().exactOptional(),
})
export type ReplyTo = z.infer<typeof ReplyTo>

export type Callback =
  /** Its words are '' where there are none to read (a picture, a mention alone): the core says how to ask. */
  | { readonly kind: 'question'; readonly question: BotQuestion }
  | { readonly kind: 'ignored'; readonly why: 'own-message' | 'not-mentioned' }
  | { readonly kind: 'malformed' }

/** The body of a call, or the `data` of a frame. Never throws. */
export function callbackOf(text: string): Callback {
  const read = Body.safeParse(jsonOf(text))
  if (!read.success) return { kind: 'malformed' }
  const { data: body } = read
  const isGroup = body.conversationType === '2'
  const isOwn = body.senderId !== undefined && body.senderId === body.chatbotUserId
  if (isOwn) return { kind: 'ignored', why: 'own-message' }
  // the name in the text proves nothing: anybody can type it
  if (isGroup && body.isInAtList !== true) return { kind: 'ignored', why: 'not-mentioned' }
  const replyTo = replyToOf(body, isGroup)
  const question = body.msgtype === 'text' ? withoutMention(body.text?.content ?? '') : ''
  return { kind: 'question', question: { id: body.msgId, thread: threadOf(body, isGroup), question, replyTo } }
}

/** As it was kept. @throws ZodError where it was not kept by this file */
export const replyToFrom = (kept: Json): ReplyTo => ReplyTo.parse(kept)

function replyToOf(body: z.infer<typeof Body>, isGroup: boolean): ReplyTo {
  const { conversationId, senderStaffId, sessionWebhook, sessionWebhookExpiredTime } = body
  return {
    isGroup,
    conversationId,
    ...(senderStaffId && { staffId: senderStaffId }),
    ...(sessionWebhook && { webhook: sessionWebhook }),
    ...(typeof sessionWebhookExpiredTime === 'number' && { webhookUntil: sessionWebhookExpiredTime }),
  }
}

const threadOf = ({ conversationId, senderStaffId, senderId }: z.infer<typeof Body>, isGroup: boolean) =>
  isGroup ? `${conversationId}/${senderStaffId || senderId || ''}` : conversationId

/** DingTalk takes out the robot's own name; some clients leave it, with U+2005 behind it, before others named. */
const withoutMention = (content: string) => content.trim().replace(/^(?:@[^\s@]{1,64}(?:\s+|$))+/, '').trim()
