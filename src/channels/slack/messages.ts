/**
 * Reply → bodies of chat.postMessage, each within every limit of Slack's. Pure.
 *
 * The words stand in rich_text blocks, not in mrkdwn: there a document's * _ ~ ` cannot be escaped and would be eaten
 * as formatting, while a text element of rich_text is shown as it is. Mentions and links are elements of their own
 * there, so no words of a document can become one. The plain `text` beside the blocks, which notifications show, is
 * mrkdwn and escaped.
 */
import { cut } from '../bots/cut.ts'
import type { Reply, ReplyPart } from '../bots/reply.ts'
import { plain } from '../render.ts'
import type { Piece } from '../segments.ts'
import { BUTTONS } from './payloads.ts'
import { MAY_REPEAT } from './words.ts'

/** As it is kept until it is sent; `body` is what chat.postMessage takes besides the channel. */
export type SlackMessage = {
  /** 1-based, of `of`. */
  readonly part: number
  readonly of: number
  readonly body: SlackBody
}

export type SlackBody = {
  readonly text: string
  readonly blocks: readonly Block[]
  /** Slack would fetch what an address leads to and show it: a way out for what nobody meant to send. */
  readonly unfurl_links: false
  readonly unfurl_media: false
}

export type Block =
  | { readonly type: 'rich_text'; readonly elements: readonly RichElement[] }
  | { readonly type: 'context'; readonly elements: readonly [PlainText] }
  | { readonly type: 'divider' }
  | { readonly type: 'actions'; readonly elements: readonly Button[] }

type RichElement = {
  readonly type: 'rich_text_section' | 'rich_text_quote'
  readonly elements: readonly Inline[]
}

type Inline =
  | { readonly type: 'text'; readonly text: string; readonly style?: { readonly bold: true } }
  | { readonly type: 'link'; readonly url: string; readonly text: string; readonly style?: { readonly bold: true } }

type PlainText = {
  readonly type: 'plain_text'
  readonly text: string
  readonly emoji: false
}

type Button = {
  readonly type: 'button'
  readonly action_id: string
  readonly text: PlainText
  readonly value?: string
  readonly url?: string
}

/**
 * Slack refuses a message whose blocks are too long together (msg_blocks_too_long) and does not say from where on:
 * about 11,300 characters were refused, 9,597 taken. Counted here is the JSON of the blocks, which is more than their
 * words.
 */
const MOST_CHARACTERS = 9_000
/** Of it, for the number of the part and what is added when a message is sent again or goes on elsewhere. */
const RESERVED = 600
const MOST_BLOCKS = 50 - 3
/** JSON of one cut of words, of one inline list, and of one rich_text block; its words stay below 3,000. */
const MOST_WORDS = 2_400
const MOST_INLINE = 3_600
const MOST_BLOCK = 4_200
const MOST_CONTEXT = 1_900
/** An address of the reader is about 100 characters; one that is longer than this is left out. */
const MOST_URL = 1_000
const MOST_FALLBACK = 3_000

const lengthOf = (value: unknown) => JSON.stringify(value).length

/** Never empty; buttons on the last message alone. */
export function messagesFor(reply: Reply): readonly SlackMessage[] {
  const shown = packed([...unitsOf(reply.parts), ...buttonsOf(reply)])
  const pages = shown.length > 0 ? shown : [[...contexts('（没有内容）')]]
  return pages.map((blocks, at) => {
    const numbered = pages.length > 1 ? [...contexts(`（${at + 1}/${pages.length}）`), ...blocks] : blocks
    return { part: at + 1, of: pages.length, body: bodyOf(numbered) }
  })
}

/** A body that says it may be there already. */
export const markedAgain = (body: SlackBody): SlackBody => withNote(body, MAY_REPEAT, 'before')

/** A body with a remark at its head or its end. */
export function withNote(body: SlackBody, words: string, where: 'before' | 'after' = 'after'): SlackBody {
  const note = contexts(words)
  return {
    ...body,
    text: where === 'before' ? `${words}\n${body.text}` : body.text,
    blocks: where === 'before' ? [...note, ...body.blocks] : [...body.blocks, ...note],
  }
}

function bodyOf(blocks: readonly Block[]): SlackBody {
  return { text: fallbackOf(blocks), blocks, unfurl_links: false, unfurl_media: false }
}

/** What notifications and old clients show. */
function fallbackOf(blocks: readonly Block[]): string {
  const words = blocks
    .map(wordsOf)
    .filter((text) => text.trim() !== '')
    .join('\n')
  const [first = '', second] = cut(words, MOST_FALLBACK, (text) => escaped(text).length)
  return escaped(second === undefined ? first : `${first}…`) || '条问'
}

/** Words that mrkdwn leaves as they are: no mention, no link. */
export const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

function wordsOf(block: Block): string {
  if (block.type === 'context') return block.elements[0].text
  if (block.type !== 'rich_text') return ''
  return block.elements.map(({ elements }) => elements.map(({ text }) => text).join('')).join('\n')
}

/** Blocks that stay together. */
type Unit = readonly Block[]

/** A heading stays with what it stands over. */
function unitsOf(parts: readonly ReplyPart[]): readonly Unit[] {
  const isNotice = parts.every(({ kind }) => kind === 'note')
  const units: Unit[] = []
  let heading: Unit = []
  for (const part of parts) {
    const blocks = blocksOf(part, isNotice)
    if (part.kind === 'heading') {
      heading = [...heading, ...blocks]
      continue
    }
    blocks.forEach((block, at) => units.push(at === 0 ? [...heading, block] : [block]))
    if (blocks.length > 0) heading = []
  }
  return heading.length > 0 ? [...units, heading] : units
}

function blocksOf(part: ReplyPart, isNotice: boolean): readonly Block[] {
  switch (part.kind) {
    case 'verdict':
      return rich([section(bold(part.text))])
    case 'understood':
      return contexts(part.text)
    case 'note':
      return isNotice ? rich([section(text(part.text))]) : contexts(part.text)
    case 'heading':
      return [{ type: 'divider' }, ...rich([section(bold(part.text))])]
    case 'words':
      return rich([section(...part.pieces.map(inlineOf))])
    case 'citation':
      return rich([
        section(
          bold(`[${part.n}] `),
          linked(part.place, part.url),
          ...(part.told === '' ? [] : [text(`　${part.told}`)]),
        ),
        quote(text(part.quote)),
        ...(part.also === undefined ? [] : [section(text(part.also))]),
      ])
    case 'near':
      return rich([section(text('· '), linked(part.place, part.url)), quote(text(part.snippet))])
  }
}

const inlineOf = (piece: Piece): Inline =>
  'marks' in piece
    ? text(piece.marks.map((n) => `[${n}]`).join(''))
    : piece.kind === 'label'
      ? bold(piece.text)
      : text(piece.text)

const clean = (words: string) => plain(words).toWellFormed()
const text = (words: string): Inline => ({ type: 'text', text: clean(words) })
const bold = (words: string): Inline => ({ type: 'text', text: clean(words), style: { bold: true } })
const section = (...elements: readonly Inline[]): RichElement => ({ type: 'rich_text_section', elements })
const quote = (...elements: readonly Inline[]): RichElement => ({ type: 'rich_text_quote', elements })

const linked = (place: string, url: string | undefined): Inline =>
  isLinkable(url) ? { type: 'link', url, text: clean(place), style: { bold: true } } : bold(place)

const isLinkable = (url: string | undefined): url is string =>
  url !== undefined && /^https?:\/\/[\x21-\x7e]+$/.test(url) && url.length <= MOST_URL

/** Small and grey. */
function contexts(words: string): readonly Block[] {
  return cut(clean(words), MOST_CONTEXT, lengthOf)
    .filter((piece) => piece.trim() !== '')
    .map((piece) => ({ type: 'context', elements: [{ type: 'plain_text', text: piece, emoji: false }] }))
}

/** One block where all fits; else as few as may be. */
function rich(elements: readonly RichElement[]): readonly Block[] {
  const fitting = elements.flatMap(({ type, elements: inlines }) =>
    cutInlines(inlines).map((some): RichElement => ({ type, elements: some })),
  )
  const blocks: RichElement[][] = []
  for (const element of fitting) {
    const last = blocks.at(-1)
    if (last !== undefined && lengthOf([...last, element]) <= MOST_BLOCK && charactersOf([...last, element]) <= 3_000) {
      last.push(element)
    } else blocks.push([element])
  }
  return blocks.map((some) => ({ type: 'rich_text', elements: some }))
}

const charactersOf = (elements: readonly RichElement[]) =>
  elements.reduce(
    (sum, { elements: inlines }) => sum + inlines.reduce((of, { text: words }) => of + words.length, 0),
    0,
  )

/** Inline words cut at the ends of clauses; each list fits into a block. What is alike and adjoins is one. */
function cutInlines(inlines: readonly Inline[]): readonly (readonly Inline[])[] {
  const all = merged(inlines)
  const pieces = cut(all.map(({ text: words }) => words).join(''), MOST_WORDS, lengthOf)
  const whole = all.map(({ text: words }) => words).join('')
  let at = 0
  const lists = pieces.map((piece) => {
    const start = whole.indexOf(piece, at)
    at = start + piece.length
    return sliced(all, start, at)
  })
  return lists.flatMap(narrowed).filter((list) => list.length > 0)
}

function merged(inlines: readonly Inline[]): readonly Inline[] {
  const lists: Inline[] = []
  for (const inline of inlines) {
    const last = lists.at(-1)
    const isAlike = last?.type === 'text' && inline.type === 'text' && last.style?.bold === inline.style?.bold
    if (isAlike) lists[lists.length - 1] = { ...last, text: last.text + inline.text }
    else if (inline.text !== '') lists.push(inline)
  }
  return lists
}

/** What stands from one offset to another. */
function sliced(inlines: readonly Inline[], start: number, end: number): readonly Inline[] {
  let at = 0
  return inlines.flatMap((inline) => {
    const words = inline.text.slice(Math.max(0, start - at), Math.max(0, end - at))
    at += inline.text.length
    return words === '' ? [] : [{ ...inline, text: words }]
  })
}

/** Many short runs weigh more than their words: as many as fit, then the next list. */
function narrowed(inlines: readonly Inline[]): readonly (readonly Inline[])[] {
  const lists: Inline[][] = []
  for (const inline of inlines) {
    const last = lists.at(-1)
    if (last !== undefined && lengthOf([...last, inline]) <= MOST_INLINE) last.push(inline)
    else lists.push([inline])
  }
  return lists
}

function buttonsOf({ exchange, parts }: Reply): readonly Unit[] {
  const url = parts.map((part) => (part.kind === 'citation' ? part.url : undefined)).find(isLinkable)
  const value = JSON.stringify(exchange)
  const buttons = [
    ...(exchange ? [button(BUTTONS.up, '有用', { value }), button(BUTTONS.down, '没用', { value })] : []),
    ...(url === undefined ? [] : [button(BUTTONS.open, '打开原文', { url })]),
  ]
  return buttons.length > 0 ? [[{ type: 'actions', elements: buttons }]] : []
}

const button = (action_id: string, words: string, more: Pick<Button, 'value' | 'url'>): Button => ({
  type: 'button',
  action_id,
  text: { type: 'plain_text', text: words, emoji: false },
  ...more,
})

/** Units into as few messages as may be, in order. */
function packed(units: readonly Unit[]): readonly (readonly Block[])[] {
  const pages: Block[][] = []
  for (const unit of units) {
    const last = pages.at(-1)
    const together = [...(last ?? []), ...unit]
    const fits = lengthOf(together) <= MOST_CHARACTERS - RESERVED && together.length <= MOST_BLOCKS
    if (last !== undefined && fits) last.push(...unit)
    else pages.push([...unit])
  }
  return pages
}
