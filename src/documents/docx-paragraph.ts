/** What a Word paragraph says of itself. */
import { isOn, valueOf, type XmlTag } from './xml.ts'

/** Tracked changes whose words are no longer there 修订. */
export const REMOVED: ReadonlySet<string> = new Set(['w:del', 'w:moveFrom'])

export interface ParagraphProperties {
  style: string
  numId: string
  level: number
  /** Its end was deleted: it goes on in the next one. */
  removed: boolean
  hidden: boolean
}

/** Properties of the paragraph itself; those it had before a tracked change stand deeper. @param path tags around */
export function readProperty(paragraph: Partial<ParagraphProperties>, tag: XmlTag, path: readonly string[]): void {
  const around = path.slice(path.lastIndexOf('w:p') + 1).join('/')
  const value = valueOf(tag, 'val') ?? ''
  if (around === 'w:pPr' && tag.name === 'w:pStyle') paragraph.style = value
  if (around === 'w:pPr/w:numPr' && tag.name === 'w:numId') paragraph.numId = value
  if (around === 'w:pPr/w:numPr' && tag.name === 'w:ilvl') paragraph.level = Number.parseInt(value, 10) || 0
  if (around === 'w:pPr/w:rPr' && REMOVED.has(tag.name)) paragraph.removed = true
  if (around === 'w:pPr/w:rPr' && tag.name === 'w:vanish') paragraph.hidden = isOn(tag)
}
