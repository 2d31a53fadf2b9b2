/**
 * Pictures of what a message looks like in Slack and in DingTalk, for docs/: real answers over the seeds, laid out by
 * each platform, read as its client would read them, drawn in its manner. `npm run screenshots`; they are looked at by
 * eye before they are committed. The clients themselves draw their own frames and fonts: only the layout is shown.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { replyOf } from '../src/channels/bots/reply.ts'
import { SURFACES } from '../test/channels/bots/surfaces.ts'
import { say } from './say.mjs'

const checkout = fileURLToPath(new URL('..', import.meta.url))
const QUALITY = 62
const PUBLIC_URL = 'https://tiaowen.example.cn'
const EXCHANGE = { conversationId: '0191c2de-7a11-7000-8000-000000000001', exchangeId: '0191c2de-7a11-7000-8000-000000000002' }

/** The question of each picture. */
const PICTURES = {
  'message-answered': { question: '未来五年全社会研发投入强度要超过多少？' },
  'message-declined': { question: '2027年全社会研发投入强度要超过多少？' },
  'message-long': { question: '《决定》第三部分第1条至第4条' },
  'message-model': { question: '“三定三评”在2023年的决定、2024年的大会和后来的规划建议里分别是怎么说的？', isWritten: true },
}

const html = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
const TAGS = { bold: 'b', italic: 'i', struck: 's', code: 'code' }

const inlineHtml = (inline) => {
  if (inline.kind === 'text') {
    return inline.styles.reduce((inner, style) => `<${TAGS[style]}>${inner}</${TAGS[style]}>`, html(inline.text))
  }
  return inline.kind === 'link' ? `<a>${html(inline.words)}</a>` : `<em class="effect">${html(JSON.stringify(inline))}</em>`
}

const blockHtml = ({ kind, inlines, buttons = [], isApart = false }) => {
  if (kind === 'buttons') return `<div class="buttons">${buttons.map(({ words }) => `<span>${html(words)}</span>`).join('')}</div>`
  return kind === 'rule' ? '<hr>' : `<div class="${kind}${isApart ? ' apart' : ''}">${inlines.map(inlineHtml).join('')}</div>`
}

const messageHtml = (seen) => `<section><i class="face">条</i><div class="body"><h2>条问 <small>应用</small></h2><div class="message">${seen.map(blockHtml).join('')}</div></div></section>`

const STYLE = `
  * { box-sizing: border-box }
  body { margin: 0; padding: 20px; width: 1000px; background: #e9edf2; font: 13px/1.5 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif; color: #1d1c1d }
  main { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; align-items: start }
  article { padding: 14px 16px; border-radius: 10px; background: #fff }
  article.DingTalk { background: #f1f3f6 }
  h1 { margin: 0 0 10px; font-size: 12px; color: #667; font-weight: 500 }
  .asked { margin: 0 0 12px 46px; color: #445 }
  section { display: flex; gap: 10px; margin-top: 12px }
  .face { flex: none; width: 36px; height: 36px; border-radius: 6px; background: #b3261e; color: #fff; text-align: center; line-height: 36px; font-style: normal }
  .body { min-width: 0; flex: 1 }
  h2 { margin: 0 0 2px; font-size: 13px }
  h2 small { padding: 0 4px; border-radius: 3px; background: #eee; color: #667; font-weight: 400 }
  .message > div { white-space: pre-wrap; overflow-wrap: anywhere; min-height: 8px }
  .quote { padding-left: 12px; border-left: 4px solid #ddd; color: #333 }
  .apart { margin-top: 8px }
  .small { font-size: 12px; color: #616061 }
  hr { border: 0; border-top: 1px solid #ddd; margin: 10px 0 }
  a { color: #1264a3 }
  .effect { color: #fff; background: #c00 }
  .message > .buttons { display: flex; gap: 8px; margin-top: 8px }
  .buttons span { padding: 4px 12px; border: 1px solid #bbb; border-radius: 4px; font-weight: 600 }
  .DingTalk .message { padding: 10px 12px; border-radius: 8px; background: #fff }
  .DingTalk .quote { color: #777; border-left-width: 3px }
  .DingTalk .message > .buttons { flex-direction: column; gap: 0; margin: 10px -12px -10px; border-top: 1px solid #eee }
  .DingTalk .buttons span { border: 0; border-top: 1px solid #f2f2f2; padding: 8px; text-align: center; color: #1264a3; font-weight: 400 }
`
const NAMES = { Slack: 'Slack', DingTalk: '钉钉' }

const pageOf = (question, reply) => {
  const columns = SURFACES.map(({ name, layOut }) => {
    const messages = layOut(reply).map(({ readings }) => messageHtml(readings[0]))
    return `<article class="${name}"><h1>${NAMES[name]}</h1><div class="asked">@条问 ${html(question)}</div>${messages.join('')}</article>`
  })
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main>${columns.join('')}</main>`
}

/** The extractive answer as a language model that keeps to the text would have written it: a sentence for each citation. */
const written = (answer) => {
  const segments = answer.citations.map(({ n, quote }) => ({
    kind: 'sentence',
    text: `${/[^。；]*“三定三评”[^。；]*/.exec(quote.replace(/\n/g, ''))?.[0] ?? quote}。\n`,
    citations: [n],
  }))
  const model = { id: 'qwen-plus @ dashscope.aliyuncs.com', prompt: 'answer-2', sentences: segments.length, removed: 1, reasons: {} }
  return { ...answer, mode: 'llm', model, segments, text: segments.map(({ text }) => text).join('') }
}

/** @param {import('playwright-core').Browser} browser @param {string} url of the program over the seeds */
export async function takeMessagePictures(browser, url) {
  mkdirSync(join(checkout, 'docs', 'pictures'), { recursive: true })
  const page = await browser.newPage({ viewport: { width: 1000, height: 200 } })
  for (const [name, { question, isWritten }] of Object.entries(PICTURES)) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/api/ask`, { method: 'POST', headers, body: JSON.stringify({ question }) })
    const answer = await response.json()
    await page.setContent(pageOf(question, replyOf(isWritten ? written(answer) : answer, { publicUrl: PUBLIC_URL, exchange: EXCHANGE })))
    const file = join('docs', 'pictures', `${name}.jpg`)
    writeFileSync(join(checkout, file), await page.screenshot({ type: 'jpeg', quality: QUALITY, fullPage: true }))
    say(file)
  }
  await page.close()
}
