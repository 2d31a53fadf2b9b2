/** A conversation as a file to take away: Markdown to read, JSON to process; and the name it is saved under. */
import type { Conversation, Exchange } from '../../types.ts'
import { escaped, renderMarkdown } from '../render.ts'

/** `base`: the address Tiaowen is served under, for links to the quoted words. */
export function conversationMarkdown({ title, createdAt, exchanges }: Conversation, base: string): string {
  const blocks = [
    `# ${line(title)}`,
    `*${escaped(`条问 Tiaowen　${createdAt.slice(0, 10)}`)}*`,
    ...exchanges.flatMap((exchange) => exchangeBlocks(exchange, base)),
  ]
  return `${blocks.join('\n\n')}\n`
}

function exchangeBlocks({ question, asOf, documents, askedAt, answer, feedback }: Exchange, base: string): string[] {
  const asked = [
    `问于 ${askedAt.slice(0, 16).replace('T', ' ')} UTC`,
    ...(asOf === undefined ? [] : [`按 ${asOf} 施行的文本`]),
    ...(documents ? [`限 ${documents.length} 份文件`] : []),
  ]
  return [
    `## ${line(question)}`,
    `*${escaped(asked.join('；'))}*`,
    answer ? renderMarkdown(answer, base) : '*没有回答。*',
    ...(feedback ? [`*评价：${{ up: '有用', down: '没用' }[feedback.rating]}${reasonWords(feedback.reason)}*`] : []),
  ]
}

const reasonWords = (reason: string | undefined) => (reason === undefined || reason === '' ? '' : `：${line(reason)}`)

/** On one line, so that a heading stays one. */
const line = (text: string) => escaped(text.replace(/\s+/g, ' ').trim())

const NAME_BYTES = 120
/** What Windows, macOS or Linux takes for something else, and marks that turn the reading direction. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\/:*?"<>|%]/gu
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/**
 * A title as the name of a file, without an ending.
 * @example safeFileName('到2030年，研发/投入？') // '到2030年，研发 投入？'
 */
export function safeFileName(title: string): string {
  const words = title.normalize('NFC').toWellFormed().replace(UNSAFE, ' ').replace(/\s+/g, ' ')
  let name = ''
  for (const character of words) {
    if (Buffer.byteLength(name + character) > NAME_BYTES) break
    name += character
  }
  name = name.replace(/^[\s.~-]+|[\s.]+$/g, '')
  return name === '' || RESERVED.test(name) ? `对话 ${name}`.trim() : name
}

/** RFC 6266 with the name in UTF-8 (RFC 8187), and a plain one for what does not read that. */
export function attachment(title: string, ending: 'md' | 'json'): string {
  const encoded = encodeURIComponent(`${safeFileName(title)}.${ending}`).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="conversation.${ending}"; filename*=UTF-8''${encoded}`
}
