/**
 * Reply → DingTalk messages: Markdown, a card 卡片 whose buttons open the citations, or plain text where the words could
 * be read as markup (markup.ts). The words are the same in each, character by character. Nobody is mentioned: a message
 * names nobody to be pinged (`at`), and without that @所有人 and @138… are words.
 *
 * There are no buttons 有用/没用: DingTalk's cards can call back only by a template made in its console, and a link
 * that rates when it is opened would be followed by previews too.
 */
import { z } from 'zod'
import { cut } from '../bots/cut.ts'
import type { Message } from '../bots/bot.ts'
import type { Reply, ReplyPart } from '../bots/reply.ts'
import { shortened } from '../characters.ts'
import { readsAsMarkup } from './markup.ts'

/** Of title, text and buttons together, UTF-16 units: some clients and gateways take no more. */
export const MOST_CHARACTERS = 2000
/** Of the body as sent; the API takes 15,000 of its parameters, a webhook 20,000 in all. */
export const MOST_BYTES = 15_000
/** What the API has card templates for. */
export const MOST_BUTTONS = 5

const Button = z.object({ title: z.string(), url: z.string() })
const Kept = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('markdown'), title: z.string(), text: z.string() }),
  z.object({ kind: z.literal('text'), title: z.string(), text: z.string() }),
  z.object({
    kind: z.literal('card'),
    title: z.string(),
    text: z.string(),
    buttons: z.array(Button).min(1).max(MOST_BUTTONS),
  }),
])
export type DingTalkMessage = z.infer<typeof Kept>

/** As it was kept. @throws ZodError where it was not made by this file */
export const messageFrom = (kept: Message): DingTalkMessage => Kept.parse(kept)

export const REPEAT_MARK = '（网络中断，这条消息可能重复）'

const TITLE_CHARACTERS = 40
const TITLE = '条问'
const OPEN = '打开原文'
/** A longer link is left out; ours have about a hundred characters. */
const MOST_LINK = 800
/** For the number of the part and the mark of a repetition, with what sets them off. */
const RESERVED = REPEAT_MARK.length + '（100/100）'.length + 12
const ROOM = MOST_CHARACTERS - TITLE_CHARACTERS - RESERVED

type Line =
  | { readonly style: 'strong' | 'plain' | 'quote'; readonly text: string }
  /** `n` of a citation; absent at a clause that is only near. */
  | { readonly style: 'link'; readonly url: string; readonly n?: number }
/** Lines that stand together. */
type Block = readonly Line[]
type Form = DingTalkMessage['kind']

/** Every message within the limits, in order, numbered where there are several. */
export function messagesFor({ parts }: Reply): readonly DingTalkMessage[] {
  const pages = pagesOf(blocksOf(parts))
  const title = titleOf(parts)
  return pages.map((page, at) => messageOf(page, title, pages.length > 1 ? `（${at + 1}/${pages.length}）` : undefined))
}

/** The same words behind a sentence that they may have come before. */
export const marked = (message: DingTalkMessage): DingTalkMessage => ({
  ...message,
  text: `${REPEAT_MARK}\n\n${message.text}`,
})

/** A heading stands with what it heads. */
function blocksOf(parts: readonly ReplyPart[]): readonly Block[] {
  const blocks: Line[][] = []
  let heads: readonly Line[] = []
  for (const part of parts) {
    const lines = linesOf(part)
    if (part.kind === 'heading') heads = [...heads, ...lines]
    else if (lines.length > 0) {
      blocks.push([...heads, ...lines])
      heads = []
    }
  }
  return heads.length > 0 ? [...blocks, heads] : blocks
}

function linesOf(part: ReplyPart): readonly Line[] {
  switch (part.kind) {
    case 'verdict':
    case 'heading':
      return lined('strong', part.text)
    case 'understood':
    case 'note':
      return lined('plain', part.text)
    case 'words':
      return lined('plain', wordsOf(part))
    case 'citation':
      return [
        ...lined('strong', `[${part.n}] ${part.place}`),
        ...lined('plain', part.told),
        ...lined('quote', `「${part.quote}」`),
        ...lined('plain', part.also ?? ''),
        ...linkTo(part.url, part.n),
      ]
    case 'near':
      return [...lined('plain', `· ${part.place}`), ...lined('quote', `「${part.snippet}」`), ...linkTo(part.url)]
  }
}

const lined = (style: 'strong' | 'plain' | 'quote', text: string): readonly Line[] =>
  text
    .split(/[\n\r\u2028\u2029]+/)
    .filter((line) => line.trim() !== '')
    .map((line) => ({ style, text: line }))

const wordsOf = ({ pieces }: Extract<ReplyPart, { kind: 'words' }>) =>
  pieces.map((piece) => ('marks' in piece ? piece.marks.map((n) => `[${n}]`).join('') : piece.text)).join('')

/** An address that cannot end its parentheses early. */
function linkTo(address: string | undefined, n?: number): readonly Line[] {
  const url = address === undefined ? null : URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) return []
  const safe = url.href.replace(/[()[\]<>"'\\`|{}]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  return safe.length > MOST_LINK ? [] : [{ style: 'link', url: safe, ...(n !== undefined && { n }) }]
}

/** Blocks on pages that have room for them, a block on one page where it can be. */
function pagesOf(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const pages: Block[][] = [[]]
  const hasRoom = (page: readonly Block[]) => sizeOf(page) <= ROOM
  const add = (block: Block): void => {
    const page = pages.at(-1)!
    if (hasRoom([...page, block])) page.push(block)
    else if (page.length > 0) {
      pages.push([])
      add(block)
    } else for (const piece of piecesOf(block)) add(piece)
  }
  for (const block of blocks) add(block)
  return pages
}

/** A block longer than a page → blocks that are not: its lines, the long ones cut where a reader would pause. */
function piecesOf(block: Block): readonly Block[] {
  const pieces: Line[][] = [[]]
  for (const line of block.flatMap(shorter)) {
    const last = pieces.at(-1)!
    if (sizeOf([[...last, line]]) <= ROOM) last.push(line)
    else pieces.push([line])
  }
  return pieces.filter((piece) => piece.length > 0)
}

function shorter(line: Line): readonly Line[] {
  if (line.style === 'link' || sizeOf([[line]]) <= ROOM) return [line]
  return cut(line.text, ROOM - 8).map((text) => ({ ...line, text }))
}

/** The longest of the forms it may be sent in. */
const sizeOf = (blocks: readonly Block[]) =>
  Math.max(
    rendered(blocks, 'text').length,
    rendered(blocks, 'markdown').length,
    rendered(blocks, 'card').length + lengthOf(buttonsOf(blocks)),
  )

const lengthOf = (buttons: readonly z.infer<typeof Button>[]) =>
  buttons.reduce((sum, { title, url }) => sum + title.length + url.length, 0)

function messageOf(blocks: readonly Block[], title: string, number: string | undefined): DingTalkMessage {
  const numbered = number === undefined ? blocks : [[{ style: 'plain', text: number } as const], ...blocks]
  const titled = number === undefined ? title : `${title}${number}`
  const form = formOf(blocks)
  const text = rendered(numbered, form) || '（没有内容）'
  if (form !== 'card') return { kind: form, title: titled, text }
  return { kind: form, title: titled, text, buttons: [...buttonsOf(blocks)] }
}

/** A card has a button for each link; near clauses, which have no numbers, keep theirs in the text. */
function formOf(blocks: readonly Block[]): Form {
  const lines = blocks.flat()
  if (lines.some((line) => line.style !== 'link' && readsAsMarkup(line.text))) return 'text'
  const links = lines.filter((line) => line.style === 'link')
  const isCard = links.length > 0 && links.length <= MOST_BUTTONS && links.every(({ n }) => n !== undefined)
  return isCard ? 'card' : 'markdown'
}

function buttonsOf(blocks: readonly Block[]): readonly z.infer<typeof Button>[] {
  const links = blocks.flat().filter((line) => line.style === 'link')
  return links.map(({ url, n }) => ({ title: links.length === 1 || n === undefined ? OPEN : `${OPEN} [${n}]`, url }))
}

function rendered(blocks: readonly Block[], form: Form): string {
  return blocks
    .map((block) => block.filter(({ style }) => form !== 'card' || style !== 'link'))
    .filter((block) => block.length > 0)
    .map((block) => joined(block, form))
    .join('\n\n')
}

function joined(block: Block, form: Form): string {
  return block
    .map((line, at) => {
      const before = block[at - 1]
      if (!before) return lineIn(line, form)
      const isApart = (before.style === 'quote') !== (line.style === 'quote')
      return `${breakIn(form, isApart)}${lineIn(line, form)}`
    })
    .join('')
}

/** In Markdown a newline is a line's end only behind two spaces; a quotation ends with an empty line. */
const breakIn = (form: Form, isApart: boolean) => (form === 'text' ? '\n' : isApart ? '\n\n' : '  \n')

function lineIn(line: Line, form: Form): string {
  if (line.style === 'link') return form === 'text' ? `${OPEN}：${line.url}` : `[${OPEN}](${line.url})`
  if (form === 'text' || line.style === 'plain') return line.text
  // markers that stand beside a blank are no markers
  return line.style === 'strong' ? `**${line.text.trim()}**` : `> ${line.text}`
}

/** What a list of conversations shows of it. */
function titleOf(parts: readonly ReplyPart[]): string {
  const words = parts.flatMap((part) => linesOf(part).flatMap((line) => (line.style === 'link' ? [] : [line.text])))
  const first = (words[0] ?? '').replace(/\[\d{1,4}\]/g, '').replace(/\s+/g, ' ').trim()
  return first === '' ? TITLE : shortened(`${TITLE}：${first}`, TITLE_CHARACTERS - '（100/100）'.length)
}
