/** What Slack refuses in a message, by its documents and by what was seen of it; written apart from what we send. */

export interface Posted {
  readonly text?: unknown
  readonly blocks?: unknown
  readonly unfurl_links?: unknown
  readonly unfurl_media?: unknown
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Slack's error code and what it is about; undefined where it takes the message. */
export function faultOfMessage({ text, blocks }: Posted): string | undefined {
  if (typeof text !== 'string' || text.trim() === '') return 'no_text'
  if (text.length > 4000) return 'msg_too_long: text'
  if (!Array.isArray(blocks)) return 'invalid_blocks_format'
  if (blocks.length === 0 || blocks.length > 50) return `invalid_blocks: ${blocks.length} blocks`
  const fault = blocks.map(faultOfBlock).find((one) => one !== undefined)
  if (fault !== undefined) return `invalid_blocks: ${fault}`
  const characters = charactersIn(blocks)
  return characters > 9000 ? `msg_blocks_too_long: ${characters}` : undefined
}

/** What our own promise adds: nothing pings, links elsewhere or is fetched. */
export function harmIn(body: Posted, publicUrl?: string): string | undefined {
  if (body.unfurl_links !== false || body.unfurl_media !== false) return 'unfurls'
  if (/[<>]|&(?!(?:amp|lt|gt);)/.test(String(body.text))) return 'text that is not escaped'
  const all = everythingIn(body.blocks)
  const kinds = new Set(['user', 'usergroup', 'broadcast', 'channel', 'mrkdwn', 'emoji', 'date'])
  const ping = all.find(({ type }) => kinds.has(String(type)))
  if (ping) return `an element of kind ${String(ping['type'])}`
  const stray = all.find(
    ({ url }) => url !== undefined && !(publicUrl !== undefined && String(url).startsWith(`${publicUrl}/`)),
  )
  return stray ? `a link to ${String(stray['url'])}` : undefined
}

/** Characters a person reads and addresses behind them, over all blocks. */
export const charactersIn = (blocks: unknown): number =>
  everythingIn(blocks).reduce(
    (sum, { text, url, value }) =>
      sum + [text, url, value].reduce<number>((of, one) => of + (typeof one === 'string' ? one.length : 0), 0),
    0,
  )

/** Every object in a value, the outer before the inner. */
function everythingIn(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap(everythingIn)
  return isFields(value) ? [value, ...Object.values(value).flatMap(everythingIn)] : []
}

function faultOfBlock(block: unknown): string | undefined {
  if (!isFields(block)) return 'no object'
  const { type, block_id: id, elements } = block
  if (id !== undefined && (typeof id !== 'string' || id.length > 255)) return 'block_id'
  switch (type) {
    case 'divider':
      return undefined
    case 'header':
      return faultOfText(block['text'], 150, ['plain_text'])
    case 'section':
      return faultOfText(block['text'], 3000, ['plain_text', 'mrkdwn'])
    case 'context':
      return listFault(elements, 10, (one) => faultOfText(one, 3000, ['plain_text', 'mrkdwn']))
    case 'actions':
      return listFault(elements, 25, faultOfButton)
    case 'rich_text':
      return listFault(elements, 1000, faultOfRich)
    default:
      return `type ${String(type)}`
  }
}

function listFault(list: unknown, most: number, faultOf: (one: unknown) => string | undefined): string | undefined {
  if (!Array.isArray(list) || list.length === 0 || list.length > most) return 'elements'
  return list.map(faultOf).find((one) => one !== undefined)
}

function faultOfText(text: unknown, most: number, types: readonly string[]): string | undefined {
  if (!isFields(text) || !types.includes(String(text['type']))) return 'text object'
  const { text: words } = text
  return typeof words !== 'string' || words === '' || words.length > most
    ? `text of ${String(words).length}`
    : undefined
}

function faultOfButton(button: unknown): string | undefined {
  if (!isFields(button) || button['type'] !== 'button') return 'button'
  const { action_id: id, value, url, text } = button
  if (typeof id !== 'string' || id === '' || id.length > 255) return 'action_id'
  if (value !== undefined && (typeof value !== 'string' || value.length > 2000)) return 'value'
  if (url !== undefined && (typeof url !== 'string' || url.length > 3000 || !URL.canParse(url))) return 'url'
  return faultOfText(text, 75, ['plain_text'])
}

function faultOfRich(element: unknown): string | undefined {
  if (!isFields(element)) return 'rich element'
  if (element['type'] !== 'rich_text_section' && element['type'] !== 'rich_text_quote')
    return `rich ${String(element['type'])}`
  const fault = listFault(element['elements'], 1000, faultOfInline)
  const length = charactersIn(element['elements'])
  return fault ?? (length > 4000 ? `rich text of ${length}` : undefined)
}

function faultOfInline(inline: unknown): string | undefined {
  if (!isFields(inline)) return 'inline'
  const { type, text, url, style } = inline
  if (typeof text !== 'string' || text === '' || text.length > 3000) return `inline text of ${String(text).length}`
  if (!text.isWellFormed()) return 'half a character'
  if (style !== undefined && (!isFields(style) || Object.values(style).some((one) => typeof one !== 'boolean')))
    return 'style'
  if (type === 'text') return undefined
  return type === 'link' && typeof url === 'string' && URL.canParse(url) ? undefined : `inline ${String(type)}`
}
