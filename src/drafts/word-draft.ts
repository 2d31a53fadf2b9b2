/**
 * A Word draft (docx, docm) → its text with places. Behind the body stand its text boxes, its notes in the order they
 * are called, its headers and footers: each paragraph a line, none between two lines of the body, where a quotation of
 * several paragraphs may run on.
 */
import { damaged, openWordPackage, pathOf } from '../documents/docx-package.ts'
import type { WordPackage } from '../documents/docx-package.ts'
import { Numbering } from '../documents/docx-numbering.ts'
import { Styles } from '../documents/docx-styles.ts'
import { walkXml } from '../documents/xml.ts'
import type { DraftFile, DraftPart } from './draft-file.ts'
import { DraftWriter } from './draft-writer.ts'
import type { ParagraphOf, ReadPiece } from './draft-writer.ts'
import { readWordPart } from './word-paragraphs.ts'
import type { NoteCall, Tally, WordParagraph } from './word-paragraphs.ts'
import { wordRemarks } from './word-remarks.ts'

/** Bytes of the parts of a draft, unpacked: 2,000 pages of Word have some 60 MB. */
export const LARGEST_UNPACKED_DRAFT = 128 * 1024 * 1024

/** @throws PolicyError 'file-format' for what is no Word file, is damaged, locked or too large. */
export async function readWordDraft(bytes: Uint8Array, name: string): Promise<DraftFile> {
  const file = await openWordPackage(bytes, name, LARGEST_UNPACKED_DRAFT)
  return draftOf(file, name)
}

/** @throws PolicyError 'file-format' for parts that are damaged or too large. */
export async function draftOf(file: WordPackage, name: string): Promise<DraftFile> {
  try {
    const reader = new DraftReader(file)
    await reader.read()
    const { writer, tally } = reader
    return {
      name,
      format: 'docx',
      encoding: 'docx',
      text: writer.text,
      places: writer.places,
      remarks: wordRemarks(tally),
    }
  } catch (cause) {
    throw damaged(name, cause)
  }
}

class DraftReader {
  readonly writer = new DraftWriter()
  readonly tally: Tally = new Map()
  readonly #file: WordPackage
  #styles = new Styles(undefined)
  #numbering = new Numbering(undefined, this.#styles)

  constructor(file: WordPackage) {
    this.#file = file
  }

  async read(): Promise<void> {
    const { document, main, relations } = this.#file
    this.#styles = new Styles(await this.#part('styles'))
    this.#numbering = new Numbering(await this.#part('numbering'), this.#styles)
    const body = await readWordPart(document, this.#styles, this.tally)
    const paragraphs = this.#told(body.paragraphs)
    this.#write(paragraphs.filter(({ box }) => box === undefined), { part: 'body', file: main })
    const boxes = paragraphs.filter(({ box }) => box !== undefined)
    this.#write(boxes, { part: 'text-box', file: main })
    this.#tell('text-boxes', new Set(boxes.map(({ box }) => box)).size)
    for (const kind of ['footnote', 'endnote'] as const) await this.#readNotes(kind, body.calls)
    const margins = new Set(body.margins)
    for (const kind of ['header', 'footer'] as const) {
      const paths = relations.filter(({ id, type }) => type === kind && margins.has(id)).map(({ path }) => path)
      await this.#readMargins(kind, [...new Set(paths)])
    }
    await this.#countComments()
  }

  #part(type: string): Promise<string | undefined> {
    const { main, relations, part } = this.#file
    return part(pathOf(relations, type) ?? `${main.slice(0, main.lastIndexOf('/') + 1)}${type}.xml`)
  }

  #tell(kind: Parameters<Tally['set']>[0], count: number): void {
    if (count > 0) this.tally.set(kind, { count: (this.tally.get(kind)?.count ?? 0) + count, characters: 0 })
  }

  /** In the order they are called; those that only deleted words call are deleted with them. */
  async #readNotes(kind: 'footnote' | 'endnote', calls: readonly NoteCall[]): Promise<void> {
    const type = `${kind}s` as const
    const { main, relations, part } = this.#file
    const path = pathOf(relations, type) ?? `${main.slice(0, main.lastIndexOf('/') + 1)}${type}.xml`
    const xml = await part(path)
    if (xml === undefined) return
    const own = await readWordPart(xml, this.#styles, this.tally)
    const byNote = Map.groupBy(this.#told(own.paragraphs), ({ noteId }) => noteId ?? '')
    const called = [...new Set(calls.flatMap((call) => (call.kind === kind && !call.isDeleted ? [call.id] : [])))]
    const present = called.filter((id) => byNote.has(id))
    for (const [at, noteId] of present.entries()) {
      this.#write(byNote.get(noteId) ?? [], { part: kind, file: path, noteId, item: at + 1 })
    }
    this.#tell(type, present.length)
    this.#tell('unused-notes', byNote.size - present.length)
  }

  async #readMargins(kind: 'header' | 'footer', paths: readonly string[]): Promise<void> {
    let item = 0
    for (const path of paths) {
      const xml = await this.#file.part(path)
      if (xml === undefined) continue
      const paragraphs = this.#told((await readWordPart(xml, this.#styles, this.tally)).paragraphs)
      if (paragraphs.every(({ pieces }) => pieces.every(({ words }) => words.trim() === ''))) continue
      item++
      this.#write(paragraphs, { part: kind, file: path, item })
      this.#tell('headers', 1)
    }
  }

  async #countComments(): Promise<void> {
    const path = pathOf(this.#file.relations, 'comments')
    const xml = path === undefined ? undefined : await this.#file.part(path)
    let count = 0
    walkXml(xml ?? '', { open: ({ name }) => void (name === 'w:comment' && count++) })
    this.#tell('comments', count)
  }

  #write(paragraphs: readonly WordParagraph[], around: ParagraphOf & { part: DraftPart }): void {
    const first = paragraphs.find(({ box }) => box !== undefined)?.box ?? 1
    for (const { pieces, isCell, box } of paragraphs) {
      const item = around.part === 'text-box' && box !== undefined ? { item: box - first + 1 } : {}
      this.writer.add({ ...around, ...item, ...(isCell && { isCell }) }, pieces)
    }
  }

  /** Automatic numbers told, deleted ends joined, the table of contents 目录 and hidden paragraphs left out. */
  #told(paragraphs: readonly WordParagraph[]): WordParagraph[] {
    const told: WordParagraph[] = []
    /** By container, what was read of a paragraph whose end was deleted. */
    const runsOn = new Map<number, ReadPiece[]>()
    for (const paragraph of paragraphs) {
      const before = runsOn.get(paragraph.container) ?? []
      const pieces = [...before, ...paragraph.pieces.filter(({ isCut }) => !isCut)]
      const isSilent = pieces.length === 0
      runsOn.delete(paragraph.container)
      if (this.#styles.isContents(paragraph.style)) {
        this.#tell('contents', 1)
        runsOn.set(paragraph.container, before)
      } else if (paragraph.removed) runsOn.set(paragraph.container, pieces)
      else if (!(paragraph.hidden && isSilent)) told.push({ ...paragraph, pieces: this.#numbered(paragraph, pieces) })
    }
    const open = [...runsOn].filter(([, pieces]) => pieces.length > 0)
    for (const [container, pieces] of open) {
      const last = paragraphs.findLast((paragraph) => paragraph.container === container)
      if (last) told.push({ ...last, pieces })
    }
    return told
  }

  #numbered(paragraph: WordParagraph, pieces: ReadPiece[]): ReadPiece[] {
    const words = this.#numbering.next(paragraph)
    if (words === undefined) return pieces
    this.#tell('numbers', 1)
    return [{ words, from: paragraph.head, to: paragraph.head, isCounted: true }, ...pieces]
  }
}
