/** Frames of DingTalk's Stream mode: what comes down the socket, and what is answered. */
import { z } from 'zod'
import { jsonOf } from '../bots/network.ts'

/** Robot messages. */
export const ROBOT_TOPIC = '/v1.0/im/bot/messages/get'

const Frame = z.object({
  type: z.enum(['SYSTEM', 'EVENT', 'CALLBACK']),
  headers: z.looseObject({ topic: z.string().max(200), messageId: z.string().max(200).optional() }),
  data: z.string().optional(),
})
export type Frame = z.infer<typeof Frame>

/** Undefined where it is none; never throws. */
export const frameOf = (text: string): Frame | undefined => Frame.safeParse(jsonOf(text)).data

/** A `ping` is answered with its own headers and data. */
export const pongTo = ({ headers, data = '{}' }: Frame) => JSON.stringify({ code: 200, headers, message: 'OK', data })

/** That a frame was taken, or is not for us (404): it does not come again. */
export function receiptOf({ headers }: Frame, code: 200 | 404 = 200): string {
  const messageId = headers.messageId ?? ''
  return JSON.stringify({
    code,
    headers: { contentType: 'application/json', messageId },
    message: code === 200 ? 'OK' : 'not subscribed',
    data: JSON.stringify({ response: {} }),
  })
}
