/**
 * A Slack message → what is seen of it, from Slack's own description of its blocks and of mrkdwn: control sequences in
 * angle brackets, three entities, markers at the edges of words, emoji by name, addresses and calls found in words
 * unless the text is verbatim. Knows nothing of how our messages are made.
 */
import type { Button, Inline, Seen, SeenBlock, Style } from './seen.ts'

interface TextObject {
  readonly type: string
  readonly text: string
  readonly verbatim?: boolean
  readonly emoji?: boolean
}

interface Element {
  readonly type: string
  readonly text?: TextObject | string
  readonly url?: string
  readonly value?: string
  readonly user_id?: string
  readonly range?: string
  readonly style?: Record<string, boolean> | string
  readonly elements?: readonly Element[]
  readonly verbatim?: boolean
  readonly image_url?: string
}

export interface SlackBlock {
  readonly type: string
  readonly block_id?: string
  readonly text?: TextObject
  readonly fields?: readonly TextObject[]
  readonly accessory?: Element
  readonly elements?: readonly Element[]
}

export interface SlackMessage {
  readonly text?: string
  readonly blocks?: readonly SlackBlock[]
}

const MARKERS: Readonly<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'struck', '`': 'code' }
const STYLED = /(?<![\p{L}\p{N}*_~`])([*_~`])(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}*_~`])/u
const EMOJI = /:(?=[^:\s]*[a-z]|100:|1234:)([a-z0-9_+'-]+):/u
const ADDRESS = /[a-z][a-z0-9+.-]*:\/\/[^\s]+|\b(?:mailto|tel):[^\s]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b\S*/iu
const CALL = /(?<!\w)(?:@(?:channel|here|everyone|group)|#[a-z][\w-]*)/i

/** @throws Error for a block this reader does not know, so that none goes by unread */
export function readSlack({ blocks, text }: SlackMessage): Seen {
  if (!blocks) return mrkdwn({ type: 'mrkdwn', text: text ?? '' })
  return blocks.flatMap((block) => readBlock(block).map((seen, at) => (at === 0 ? { ...seen, isApart: true } : seen)))
}

function readBlock(block: SlackBlock): readonly SeenBlock[] {
  switch (block.type) {
    case 'header':
      return [{ kind: 'heading', inlines: plainInlines(block.text!) }]
    case 'section':
      if (block.fields) throw new Error('fields are not read')
      return [...textBlocks(block.text!), ...(block.accessory ? [buttonRow([block.accessory])] : [])]
    case 'context':
      return block.elements!.flatMap((element) => {
        if (element.type === 'image') return [{ kind: 'small' as const, inlines: [{ kind: 'picture' as const, url: element.image_url! }] }]
        return textBlocks(element as unknown as TextObject).map((seen) => ({ ...seen, kind: 'small' as const }))
      })
    case 'divider':
      return [{ kind: 'rule', inlines: [] }]
    case 'actions':
      return [buttonRow(block.elements!)]
    case 'rich_text':
      return block.elements!.flatMap(richText)
    default:
      throw new Error(`a block of type ${block.type} is not read`)
  }
}

function buttonRow(elements: readonly Element[]): SeenBlock {
  const buttons = elements.map(({ type, text, url, value }): Button => {
    if (type !== 'button') throw new Error(`an element of type ${type} is not read`)
    return { words: (text as TextObject).text, ...(url !== undefined && { url }), ...(value !== undefined && { value }) }
  })
  return { kind: 'buttons', inlines: [], buttons }
}

const textBlocks = (text: TextObject): readonly SeenBlock[] =>
  text.type === 'mrkdwn' ? mrkdwn(text) : [{ kind: 'paragraph', inlines: plainInlines(text) }]

/** plain_text: nothing but emoji, which are shown unless told otherwise. */
const plainInlines = ({ text, emoji = true }: TextObject): readonly Inline[] =>
  emoji ? splitBy(EMOJI, text, (name) => ({ kind: 'emoji', name: name.slice(1, -1) }), asText([])) : asText([])(text)

/** Elements of a rich_text block: nothing in their text is parsed. */
function richText(element: Element): readonly SeenBlock[] {
  if (element.type === 'rich_text_list') {
    return element.elements!.flatMap(richText).map((seen) => ({ ...seen, kind: 'item' as const }))
  }
  const kind = ({ rich_text_section: 'paragraph', rich_text_quote: 'quote' } as const)[element.type]
  if (!kind) throw new Error(`an element of type ${element.type} is not read`)
  const inlines = element.elements!.map(({ type, text, url, user_id, range, style }): Inline => {
    if (type === 'text') {
      const styles = Object.entries((style ?? {}) as Record<string, boolean>).flatMap(([name, is]) => (is ? [name === 'strike' ? 'struck' : (name as Style)] : []))
      return { kind: 'text', text: text as string, styles }
    }
    if (type === 'link') return { kind: 'link', url: url!, words: (text as string | undefined) ?? url! }
    if (type === 'user' || type === 'broadcast') return { kind: 'mention', target: user_id ?? range ?? type }
    throw new Error(`an element of type ${type} is not read`)
  })
  return [{ kind, inlines }]
}

function mrkdwn({ text, verbatim = false }: TextObject): readonly SeenBlock[] {
  return text.split('\n').map((line) => {
    const quoted = /^(?:>>?>?|(?:&gt;){1,3}) ?/.exec(line)?.[0] ?? ''
    return { kind: quoted === '' ? 'paragraph' : 'quote', inlines: inlinesOf(line.slice(quoted.length), verbatim, []) }
  })
}

/** Control sequences first: nothing else may hold a raw angle bracket. */
function inlinesOf(text: string, verbatim: boolean, styles: readonly Style[]): readonly Inline[] {
  const styled = STYLED.exec(text)
  const control = /<([^<>]*)>/.exec(text)
  if (control && (!styled || control.index <= styled.index || control.index < styled.index + styled[0].length)) {
    // a marker around a control sequence styles it; one that is cut by it styles nothing
    if (styled && styled.index < control.index && styled.index + styled[0].length >= control.index + control[0].length) {
      return around(text, styled, verbatim, styles)
    }
    return [
      ...inlinesOf(text.slice(0, control.index), verbatim, styles),
      controlled(control[1]!),
      ...inlinesOf(text.slice(control.index + control[0].length), verbatim, styles),
    ]
  }
  if (styled) return around(text, styled, verbatim, styles)
  const words = asText(styles)
  const found = (part: string) =>
    verbatim
      ? words(part)
      : splitBy(CALL, part, (target) => ({ kind: 'mention', target }), (rest) =>
          splitBy(ADDRESS, rest, (url) => ({ kind: 'link', url, words: url }), words),
        )
  return splitBy(EMOJI, text, (name) => ({ kind: 'emoji', name: name.slice(1, -1) }), (part) => found(unescaped(part)))
}

function around(text: string, styled: RegExpExecArray, verbatim: boolean, styles: readonly Style[]): readonly Inline[] {
  const [whole, marker, inner] = styled as unknown as [string, string, string]
  return [
    ...inlinesOf(text.slice(0, styled.index), verbatim, styles),
    ...inlinesOf(inner, verbatim, [...styles, MARKERS[marker]!]),
    ...inlinesOf(text.slice(styled.index + whole.length), verbatim, styles),
  ]
}

function controlled(inner: string): Inline {
  if (/^[@#!]/.test(inner)) return { kind: 'mention', target: inner }
  const [url = '', words = url] = inner.split(/\|(.*)/s)
  return { kind: 'link', url: unescaped(url), words: unescaped(words) }
}

const unescaped = (text: string) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')

const asText = (styles: readonly Style[]) => (text: string): readonly Inline[] =>
  text === '' ? [] : [{ kind: 'text', text, styles }]

function splitBy(
  pattern: RegExp,
  text: string,
  found: (words: string) => Inline,
  rest: (words: string) => readonly Inline[],
): readonly Inline[] {
  const inlines: Inline[] = []
  let at = 0
  for (const match of text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))) {
    inlines.push(...rest(text.slice(at, match.index)), found(match[0]))
    at = match.index + match[0].length
  }
  return [...inlines, ...rest(text.slice(at))]
}
