/** The addresses chat platforms post to: bytes in, as they came, the platform's own answer out. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { PolicyError } from '../../errors.ts'
import type { Webhook, WebhookAnswer } from '../bots/bot.ts'
import type { BotDesk } from '../bots/desk.ts'
import { instanceOf } from './guards.ts'
import { problemOf, problemResponse } from './problem.ts'
import { withinBytes } from './upload-body.ts'

export type Bots = Pick<BotDesk, 'webhooks' | 'status'>

/** No guard of guards.ts asks these who they are: each checks the signature of its platform itself. */
export function addWebhooks(app: OpenAPIHono, webhooks: readonly Webhook[]): void {
  for (const webhook of webhooks) app.post(webhook.path, (context) => handled(webhook, context))
}

async function handled(webhook: Webhook, context: Context): Promise<Response> {
  const { mostBytes } = webhook
  const body = await withinBytes(context.req.raw, mostBytes).catch((cause: unknown) => {
    throw new PolicyError('bad-request', '请求体没有收完整。', { cause }) // the sender went away
  })
  if (body === undefined) {
    const detail = `请求体最多${Math.floor(mostBytes / 1024)} KiB。`
    return problemResponse(problemOf('body-too-large', detail, instanceOf(context)))
  }
  const { address } = context.var // of the platform itself, where trusted proxies stand between
  const { headers } = context.req.raw
  return answerOf(await webhook.handle({ headers, body, ...(address !== undefined && { address }) }))
}

function answerOf({ status, headers = {}, body }: WebhookAnswer): Response {
  if (body === undefined) return new Response(null, { status, headers })
  const isText = typeof body === 'string'
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'
  return new Response(isText ? body : JSON.stringify(body), { status, headers: { 'Content-Type': type, ...headers } })
}
