/**
 * An answer as Markdown (OpenAI's protocol, a conversation taken away) says what documents, models and people say as
 * words: whoever renders it fetches no picture, runs nothing, and has links to our reading pages alone (EchoLeak).
 */
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { expect, test } from 'vitest'
import { conversationMarkdown } from '../../src/channels/http/conversation-file.ts'
import { renderMarkdown } from '../../src/channels/render.ts'
import type { Answer } from '../../src/types.ts'
import { answerSaying, outcomes } from '../channels/bots/answer-saying.ts'
import { CHAT_PAYLOADS } from '../channels/bots/payloads.ts'
import { isLong } from '../store/random.ts'
import { PAYLOADS } from '../web/payloads.ts'

const BASE = 'https://tiaowen.example.cn'
const OURS = `${BASE}/read/d-000/213ffd5c05c1071a/1-9`
/** What our own layout makes. */
// and code, where a line of somebody's words is indented
const TAGS = new Set(['pre', 'code', 'p', 'strong', 'em', 'ol', 'ul', 'li', 'blockquote', 'a', 'h1', 'h2', 'br'])

/** As a client with every extension and raw HTML switched on would show it; what it would do that is not ours. */
function effectsOf(markdown: string): string[] {
  const html = micromark(markdown, { allowDangerousHtml: true, allowDangerousProtocol: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] })
  const wrong: string[] = []
  for (const [tag, close, name = '', attributes = ''] of html.matchAll(/<(\/?)([a-z][\w-]*)([^>]*)>/gi)) {
    if (close === '/') continue
    if (!TAGS.has(name.toLowerCase())) wrong.push(tag)
    const address = /href="([^"]*)"/.exec(attributes)?.[1]
    if (name.toLowerCase() === 'a' && address !== OURS && !isShownAsItself(html, tag, address ?? '')) wrong.push(tag)
  }
  return wrong
}

/** GFM makes a link of an address it finds in words: it leads where it says, and only when somebody presses it. */
function isShownAsItself(html: string, tag: string, address: string): boolean {
  const letters = (words: string) => words.replace(/&(?:gt|lt|quot|amp);|%[0-9A-F]{2}|[^A-Za-z0-9]/gi, '').replace(/^(?:mailto|http(?=www))/, '')
  const words = (html.slice(html.indexOf(tag) + tag.length).split('</a>')[0] ?? '').replace(/&(?:gt|lt|quot|amp);/g, '.')
  return /^(?:https?|mailto|xmpp):/i.test(address) && letters(encodeURI(words.toWellFormed()).replaceAll('%25', '%')) === letters(address)
}

const asConversation = (answer: Answer) => ({
  id: 'c-1', title: answer.question, createdAt: '2026-11-22T00:00:00.000Z', updatedAt: '2026-11-22T00:00:00.000Z',
  exchanges: [{ id: 'e-1', question: answer.question, askedAt: '2026-11-22T00:00:00.000Z', answer, feedback: { rating: 'up' as const, reason: answer.question } }],
})

const SAID = [...CHAT_PAYLOADS, ...PAYLOADS].filter((_, at) => isLong || at % 8 === 0)

test(`${SAID.length} poisoned answers: no picture, no tag, no link that is not ours`, { timeout: 600_000 }, () => {
  expect(SAID.length).toBeGreaterThanOrEqual(isLong ? 2_000 : 200)
  const worked = SAID.flatMap(({ id, text }) => {
    const answer = answerSaying(text, outcomes[id % outcomes.length]!)
    const files = [renderMarkdown(answer, BASE), renderMarkdown(answer), conversationMarkdown(asConversation(answer) as never, BASE)]
    return files.flatMap(effectsOf).map((what) => `${id} ${JSON.stringify(text)}: ${what}`)
  })
  expect([...new Set(worked)].slice(0, 20)).toEqual([])
})

test('what would be seen, if it were there', () => {
  expect(effectsOf('![a](https://evil.example/?q=1)')).toEqual(['<img src="https://evil.example/?q=1" alt="a" />'])
  expect(effectsOf('[a][1]\n\n[1]: https://evil.example')).toEqual(['<a href="https://evil.example">'])
  expect(effectsOf('<img src=x onerror=alert(1)>')).toHaveLength(1)
  expect(effectsOf('[a](javascript:alert(1))')).toHaveLength(1)
  expect(effectsOf(`[a](${OURS}) https://evil.example`)).toEqual([])
})
