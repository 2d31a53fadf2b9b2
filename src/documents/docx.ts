/**
 * A Word file (docx, docm) → lines of text.
 *
 * What a reader of the printed page sees is text: automatic numbers, inserted and not deleted words, the results of
 * fields, text boxes after the paragraph they hang on. What he does not see is none: hidden words, comments, field
 * codes, headers and footers; nor is the table of contents, which repeats the headings.
 *
 * Foot- and endnotes stand at the end behind a line of ours, 附：脚注. Behind the paragraph that calls it a note would be
 * the next 款 of its article, and every 款 after it would be one too many; without the line the notes would be 款 of
 * the last article.
 */
import JSZip from 'jszip'
import mammoth from 'mammoth'
import type { DecodedText } from './decode.ts'
import { visibleBody } from './docx-body.ts'
import { Numbering } from './docx-numbering.ts'
import { damaged, openWordFile } from './docx-package.ts'
import type { WordParts } from './docx-package.ts'
import { Styles } from './docx-styles.ts'
import { htmlToText } from './html.ts'

/** The line that the notes stand behind; it opens a part of its own, as 附件 does. */
export const NOTES_LINE = '附：脚注'

/** @throws PolicyError 'file-format' for what is no Word file, is damaged, locked or too large. */
export async function readWordFile(bytes: Uint8Array, name: string): Promise<DecodedText> {
  const parts = await openWordFile(bytes, name)
  try {
    const html = await htmlOf(visibleParts(parts))
    return { text: htmlToText(withoutCalls(html), name), encoding: 'docx' }
  } catch (cause) {
    throw damaged(name, cause)
  }
}

function visibleParts({ document, footnotes, endnotes, ...parts }: WordParts): WordParts {
  const styles = new Styles(parts.styles)
  const numbering = new Numbering(parts.numbering, styles)
  const visible = (xml: string): string => visibleBody(xml, styles, numbering)
  return {
    document: visible(document),
    ...(footnotes === undefined ? {} : { footnotes: visible(footnotes) }),
    ...(endnotes === undefined ? {} : { endnotes: visible(endnotes) }),
  }
}

/** Of a package that holds the words alone: no pictures, no links, no styles. */
async function htmlOf(parts: WordParts): Promise<string> {
  const zip = new JSZip()
  for (const [part, xml] of Object.entries(parts)) zip.file(`word/${part}.xml`, xml as string)
  const buffer = await zip.generateAsync({ type: 'nodebuffer', compression: 'STORE' })
  const options = { includeDefaultStyleMap: false, includeEmbeddedStyleMap: false, idPrefix: ID_PREFIX }
  return (await mammoth.convertToHtml({ buffer }, options)).value
}

/** Told from the words of the document by being markup, in which those cannot stand. */
const ID_PREFIX = 'tiaowen-'
const CALL = new RegExp(`<sup><a href="#${ID_PREFIX}(?:foot|end)note-[^"]*" id="[^"]*">\\[\\d+\\]</a></sup>`, 'g')
const WAY_BACK = new RegExp(`<a href="#${ID_PREFIX}(?:foot|end)note-ref-[^"]*">↑</a>`, 'g')
const NOTE = new RegExp(`<li id="${ID_PREFIX}(?:foot|end)note-[^"]*">(<p>)?`, 'g')

/** The calls of notes are left out of the sentences, the notes get their numbers. */
function withoutCalls(html: string): string {
  let count = 0
  return html
    .replace(CALL, '')
    .replace(WAY_BACK, '')
    .replace(NOTE, (_, paragraph?: string) => {
      count++
      return `${count === 1 ? `<p>${NOTES_LINE}</p>` : ''}<li>${paragraph ?? ''}[${count}] `
    })
}
