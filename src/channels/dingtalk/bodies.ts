/** A message → the bodies DingTalk takes: of its webhooks, and of its API, which names the same things otherwise. */
import type { DingTalkMessage } from './messages.ts'

/** Nobody is pinged, whatever the words say. */
const AT = { isAtAll: false, atUserIds: [], atMobiles: [] }

/** Of `sessionWebhook` and of a group robot. */
export function webhookBody(message: DingTalkMessage) {
  const { title, text } = message
  if (message.kind === 'text') return { msgtype: 'text', text: { content: text }, at: AT }
  if (message.kind === 'markdown') return { msgtype: 'markdown', markdown: { title, text }, at: AT }
  const [first, ...more] = message.buttons
  if (first && more.length === 0) {
    return { msgtype: 'actionCard', actionCard: { title, text, singleTitle: first.title, singleURL: first.url } }
  }
  const btns = message.buttons.map((button) => ({ title: button.title, actionURL: button.url }))
  return { msgtype: 'actionCard', actionCard: { title, text, btnOrientation: '0', btns } }
}

/** `msgKey` names a template, `msgParam` fills it. */
export function apiBody(message: DingTalkMessage): { readonly msgKey: string; readonly msgParam: string } {
  const { title, text } = message
  if (message.kind === 'text') return { msgKey: 'sampleText', msgParam: JSON.stringify({ content: text }) }
  if (message.kind === 'markdown') return { msgKey: 'sampleMarkdown', msgParam: JSON.stringify({ title, text }) }
  const { buttons } = message
  const [first] = buttons
  if (first && buttons.length === 1) {
    const msgParam = JSON.stringify({ title, text, singleTitle: first.title, singleURL: first.url })
    return { msgKey: 'sampleActionCard', msgParam }
  }
  const actions = buttons.flatMap((button, at) => [
    [`actionTitle${at + 1}`, button.title],
    [`actionURL${at + 1}`, button.url],
  ])
  const msgParam = JSON.stringify({ title, text, ...Object.fromEntries(actions) })
  return { msgKey: `sampleActionCard${buttons.length}`, msgParam }
}
