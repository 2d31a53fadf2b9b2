/**
 * A Word draft and what the check said of it → a copy with a comment 批注 at the place of each item. Of the file's own
 * parts only those change that hold or name comments; of its body only the places where the marks go.
 */
import { damaged, openWordPackage, pathOf, relationsPath } from '../documents/docx-package.ts'
import type { WordPackage } from '../documents/docx-package.ts'
import { PolicyError } from '../errors.ts'
import type { CheckItem, Span } from '../types.ts'
import { commentLines } from './comment-words.ts'
import { endIn, indexFrom, placeWords, startIn } from './draft-file.ts'
import type { DraftFile, DraftParagraph, DraftPart, DraftPiece } from './draft-file.ts'
import { anchored } from './word-anchors.ts'
import type { Edit, Target } from './word-anchors.ts'
import { countComments, freeId, isStrict, withComments, withContentType, withRelation } from './word-comments.ts'
import { draftOf, LARGEST_UNPACKED_DRAFT } from './word-draft.ts'

/** Word opens no file with more ([MS-OI29500] 2.1.315). */
export const MOST_COMMENTS = 32_767

/**
 * @param bytes those that `file` was read from.
 * @param items of the check of `file.text`.
 * @param at when the check was made.
 * @throws PolicyError 'bad-request' where `file` is no Word file or was read from other bytes, and for more comments
 *   than Word opens; 'file-format' as readDraft does.
 */
export async function annotateDraft(
  bytes: Uint8Array,
  file: DraftFile,
  items: readonly CheckItem[],
  at = new Date(),
): Promise<Uint8Array> {
  const { name } = file
  if (file.format !== 'docx') {
    throw new PolicyError('bad-request', `${name} 不是 Word（docx）文件，不能加批注。请改用网页或 JSON 形式的结果。`)
  }
  const opened = await openWordPackage(bytes, name, LARGEST_UNPACKED_DRAFT)
  if ((await draftOf(opened, name)).text !== file.text) {
    throw new PolicyError('bad-request', `${name} 的内容与核对时不同，批注会标错位置。请重新核对后再导出。`)
  }
  try {
    return await new Annotator(opened, file, items, at).annotate()
  } catch (cause) {
    throw damaged(name, cause)
  }
}

interface Anchor {
  readonly target: Target
  /** Where the words stand and where the comment is put, where it cannot stand at them. */
  readonly away?: { readonly place: string; readonly where: string }
}

class Annotator {
  readonly #opened: WordPackage
  readonly #file: DraftFile
  readonly #items: readonly CheckItem[]
  readonly #at: Date

  constructor(opened: WordPackage, file: DraftFile, items: readonly CheckItem[], at: Date) {
    this.#opened = opened
    this.#file = file
    this.#items = items
    this.#at = at
  }

  async annotate(): Promise<Uint8Array> {
    const { document, main, relations, part, withParts } = this.#opened
    if (this.#items.length === 0) return withParts(new Map())
    const path = pathOf(relations, 'comments') ?? (await this.#freePath())
    const comments = await part(path)
    const total = this.#items.length + (comments === undefined ? 0 : countComments(comments))
    if (total > MOST_COMMENTS) {
      const words = `${this.#file.name} 加上批注共 ${total} 条，超过 Word 能打开的 ${MOST_COMMENTS} 条。请拆分草稿后再导出。`
      throw new PolicyError('bad-request', words)
    }
    const first = freeId(document, comments ?? '')
    const anchors = this.#items.map((item) => this.#anchorOf(item))
    const marks = anchors.map(({ target }, at) => ({ id: first + at, target }))
    const { edits, lost } = await anchored(document, marks)
    const told = this.#items.map((item, at) => {
      const { away } = anchors[at]!
      const isLost = lost.includes(first + at)
      const said = isLost ? `${away?.place ?? ''}找不到可以加批注的位置，标在文首。` : away && away.place + away.where
      return { id: first + at, lines: [...commentLines(item), ...(said === undefined ? [] : [said])] }
    })
    const strict = isStrict(document)
    const parts = new Map([
      [main, edited(document, [...headEdits(document, lost, strict), ...edits])],
      [path, withComments(comments, told, this.#at, strict)],
    ])
    const types = await part('[Content_Types].xml')
    if (types === undefined) throw new Error('no [Content_Types].xml')
    const typed = withContentType(types, path)
    if (typed !== types) parts.set('[Content_Types].xml', typed)
    if (pathOf(relations, 'comments') === undefined) {
      const own = relationsPath(main)
      parts.set(own, withRelation(await part(own), path.slice(path.lastIndexOf('/') + 1), strict))
    }
    return withParts(parts)
  }

  /** Beside the main part, under a name that nothing has yet. */
  async #freePath(): Promise<string> {
    const { main, part } = this.#opened
    const folder = main.slice(0, main.lastIndexOf('/') + 1)
    for (let number = 0; ; number++) {
      const path = `${folder}comments${number === 0 ? '' : number}.xml`
      if ((await part(path)) === undefined) return path
    }
  }

  #anchorOf(item: CheckItem): Anchor {
    const stretch = this.#stretchOf(wholeCharacters(this.#file.text, item))
    if (stretch === undefined) return { target: { kind: 'head', at: -1 } }
    const { paragraph, first, last } = stretch
    if (paragraph.part === 'footnote' || paragraph.part === 'endnote') {
      const kind = paragraph.part
      return { target: { kind, noteId: paragraph.noteId ?? '' }, away: awayFrom(paragraph, item.quote, '标在注号处') }
    }
    if (paragraph.part === 'header' || paragraph.part === 'footer') {
      const relation = this.#opened.relations.find(({ path }) => path === paragraph.file)?.id ?? ''
      return { target: { kind: 'margin', relation }, away: awayFrom(paragraph, item.quote, '标在该节开头') }
    }
    const away = paragraph.part === 'text-box' ? { away: awayFrom(paragraph, item.quote, '标在文本框所在处') } : {}
    if (!first || !last) {
      const counted = paragraph.pieces[0]
      return { target: { kind: 'head', at: counted?.from ?? -1 }, ...away }
    }
    return { target: { kind: 'words', from: startIn(first.piece, first.at), to: endIn(last.piece, last.at) }, ...away }
  }

  /** The pieces of the file in which a span begins and ends; those of the part in which it begins. */
  #stretchOf({ start, end }: Span): { paragraph: DraftParagraph; first?: Edge; last?: Edge } | undefined {
    const { places } = this.#file
    const from = indexFrom(places, start)
    const paragraph = places[from]
    if (!paragraph) return undefined
    const edges: { first?: Edge; last?: Edge } = {}
    for (let at = from; at < places.length; at++) {
      const next = places[at]!
      if (next.start >= end || next.part !== paragraph.part || next.noteId !== paragraph.noteId) break
      for (const piece of next.pieces) {
        if (piece.isCounted || piece.end <= start || piece.start >= end) continue
        edges.first ??= { piece, at: Math.max(start, piece.start) }
        edges.last = { piece, at: Math.min(end, piece.end) }
      }
    }
    return { paragraph, ...edges }
  }
}

/** A character of two units is not cut in two. */
const wholeCharacters = (text: string, { start, end }: Span): Span => ({
  start: isInCharacter(text, start) ? start - 1 : start,
  end: isInCharacter(text, end) ? end + 1 : end,
})

const isInCharacter = (text: string, at: number): boolean => (text.codePointAt(at - 1) ?? 0) > 0xffff

interface Edge {
  readonly piece: DraftPiece
  readonly at: number
}

const KINDS: Partial<Readonly<Record<DraftPart, string>>> = {
  footnote: '脚注里', endnote: '尾注里', header: '页眉里', footer: '页脚里', 'text-box': '文本框里',
}
/** As much of the words as is needed to find them. */
const SHOWN = 40

/** Where the words of a comment stand that cannot be put at them ([MS-OI29500] 2.1.315, c). */
function awayFrom(paragraph: DraftParagraph, quote: string, where: string): { place: string; where: string } {
  const characters = [...quote.replace(/\s+/g, ' ')]
  const words = `${characters.slice(0, SHOWN).join('')}${characters.length > SHOWN ? '……' : ''}`
  const place = placeWords({ ...paragraph, paragraph: paragraph.number })
  return { place: `位置：${place}“${words}”。`, where: `Word 不显示${KINDS[paragraph.part]}的批注，故${where}。` }
}

/** A paragraph of ours at the beginning, for comments that have no other place. */
function headEdits(document: string, lost: readonly number[], strict: boolean): Edit[] {
  if (lost.length === 0) return []
  const body = /<(?:[\w-]+:)?body(?:\s[^<>]*)?>/.exec(document)
  if (!body) throw new Error('no body')
  const at = body.index + body[0].length
  const host = strict ? 'http://purl.oclc.org/ooxml/wordprocessingml/main' : 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
  const calls = lost.map((id) => `<w:r><w:commentReference w:id="${id}"/></w:r>`).join('')
  return [{ start: at, end: at, words: `<w:p xmlns:w="${host}">${calls}</w:p>` }]
}

function edited(xml: string, edits: readonly Edit[]): string {
  const parts: string[] = []
  let kept = 0
  for (const { start, end, words } of edits) {
    parts.push(xml.slice(kept, start), words)
    kept = end
  }
  parts.push(xml.slice(kept))
  return parts.join('')
}
