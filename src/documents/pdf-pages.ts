/**
 * PDF bytes → the pieces of text each page draws and where. The library stays behind this file.
 *
 * Nothing is drawn and nothing is run: no scripts, no evaluated font programs, no downloads. CMaps and the metrics of
 * the standard fonts come from the installed package.
 */
import { fileURLToPath } from 'node:url'

/** A run of characters drawn in one go. Points, measured from the upper left corner of the upright page. */
export interface Piece {
  readonly text: string
  /** Where it begins. */
  readonly x: number
  /** Its baseline. */
  readonly y: number
  readonly width: number
  /** Font size. */
  readonly size: number
}

/** What a page draws. */
export interface PageText {
  /** In the order they are drawn, upright ones only. */
  readonly pieces: readonly Piece[]
  /** Words that stand askew to the others: watermarks 水印, notes in the margin. */
  readonly askew: readonly string[]
  /** Characters set in vertical lines 竖排. */
  readonly vertical: number
}

export type Refusal = 'password' | 'damaged' | 'too-many-pages' | 'too-much-text'

/** Why a PDF is not read. */
export class PdfRefusal extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal, options)
    this.refusal = refusal
  }
}

export const MOST_PAGES = 5_000
/** Pieces of a page, and characters of a file; a page of a policy document has under 3,000 characters. */
const MOST_PIECES = 100_000
const MOST_CHARACTERS = 20_000_000

/** Reads page by page, `onPage` told after each. @throws PdfRefusal */
export async function readPages(bytes: Uint8Array, onPage: () => void = () => {}): Promise<PageText[]> {
  const { getDocument } = await openLibrary()
  const home = fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')).replace(/package\.json$/, '')
  const task = getDocument({
    data: new Uint8Array(bytes), // the library keeps what it is given
    cMapUrl: `${home}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${home}standard_fonts/`,
    isEvalSupported: false,
    enableXfa: false,
    useSystemFonts: false,
    useWorkerFetch: false,
    useWasm: false,
    disableFontFace: true,
    verbosity: 0,
  })
  try {
    const document = await task.promise
    if (document.numPages > MOST_PAGES) throw new PdfRefusal('too-many-pages')
    const pages: PageText[] = []
    let characters = 0
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number)
      const { items, styles } = await page.getTextContent()
      if (items.length > MOST_PIECES) throw new PdfRefusal('too-much-text')
      pages.push(pageText(items, styles, page.getViewport({ scale: 1 }).transform))
      characters += items.reduce((sum, item) => sum + ('str' in item ? item.str.length : 0), 0)
      if (characters > MOST_CHARACTERS) throw new PdfRefusal('too-much-text')
      page.cleanup()
      onPage()
    }
    return pages
  } catch (cause) {
    if (cause instanceof PdfRefusal) throw cause
    const isLocked = cause instanceof Error && cause.name === 'PasswordException'
    throw new PdfRefusal(isLocked ? 'password' : 'damaged', { cause })
  } finally {
    await task.destroy()
  }
}

/** Drawing needs matrices of the browser; reading text needs only that the name is there. */
class NoMatrix {}

async function openLibrary() {
  const names = globalThis as { DOMMatrix?: unknown }
  names.DOMMatrix ??= NoMatrix
  return import('pdfjs-dist/legacy/build/pdf.mjs')
}

interface DrawnText {
  readonly str: string
  readonly transform: readonly number[]
  readonly width: number
  readonly height: number
  readonly fontName: string
}

type Matrix = readonly [number, number, number, number, number, number]

function pageText(
  items: readonly (DrawnText | { readonly type: string })[],
  styles: Readonly<Record<string, { readonly vertical?: boolean }>>,
  view: readonly number[],
): PageText {
  const drawn = items.filter((item): item is DrawnText => 'str' in item && item.str.trim() !== '')
  const placed = drawn.map((item) => ({ item, matrix: product(view, item.transform) }))
  const turns = uprightTurns(placed)
  const pieces: Piece[] = []
  const askew: string[] = []
  let vertical = 0
  for (const { item, matrix } of placed) {
    const [a, b, c, d, x, y] = turned(matrix, turns)
    if (styles[item.fontName]?.vertical) vertical += item.str.trim().length
    else if (Math.abs(b) > 0.05 * Math.abs(a) || a < 0) askew.push(readable(item.str.trim()))
    else pieces.push({ text: readable(item.str), x, y, width: item.width, size: Math.hypot(c, d) })
  }
  return { pieces: withoutOverprint(pieces), askew, vertical }
}

/** The matrix that first does `inner`, then `outer`. */
function product(outer: readonly number[], inner: readonly number[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = outer
  const [g = 1, h = 0, i = 0, j = 1, k = 0, l = 0] = inner
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f]
}

/** Quarter turns that set most of a page's characters upright: some producers turn the words and not the page. */
function uprightTurns(placed: readonly { readonly item: DrawnText; readonly matrix: Matrix }[]): number {
  const characters = [0, 0, 0, 0]
  for (const { item, matrix } of placed) {
    const quarter = (4 + Math.round(Math.atan2(matrix[1], matrix[0]) / (Math.PI / 2))) % 4
    characters[quarter] = (characters[quarter] ?? 0) + item.str.length
  }
  return characters.indexOf(Math.max(...characters))
}

function turned(matrix: Matrix, turns: number): Matrix {
  const back: readonly Matrix[] = [[1, 0, 0, 1, 0, 0], [0, -1, 1, 0, 0, 0], [-1, 0, 0, -1, 0, 0], [0, 1, -1, 0, 0, 0]]
  return product(back[turns] ?? [1, 0, 0, 1, 0, 0], matrix)
}

/** Bold faces that a font lacks are often drawn by printing the same words twice, a little apart. */
function withoutOverprint(pieces: readonly Piece[]): Piece[] {
  const near = new Map<string, Piece[]>()
  return pieces.filter((piece) => {
    const same = near.get(piece.text) ?? []
    const reach = piece.size * 0.2
    const isOver = same.some((other) => Math.abs(other.x - piece.x) < reach && Math.abs(other.y - piece.y) < reach)
    near.set(piece.text, [...same.slice(-20), piece])
    return !isOver
  })
}

/**
 * The letters meant. Fonts often give 一 as the radical ⼀ (U+2F00) and 不 as a compatibility form, for both are drawn
 * by one glyph; control characters, and halves of a pair of code units, stand for letters that the font does not name.
 */
export function readable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u2e80-\u2fdf]/g, (radical) => radical.normalize('NFKC'))
    .replace(/[\uf900-\ufaff]/g, (form) => form.normalize('NFC'))
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}
