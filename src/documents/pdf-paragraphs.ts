/**
 * Lines of pages → paragraphs, each a line of the text, also over the end of a column or a page.
 *
 * By the habits of Chinese typesetting: the first line of a paragraph is indented by two characters 首行缩进; its last
 * line mostly ends short of the right margin; headings are centred or larger; a gap larger than the line pitch parts.
 */
import { datesIn } from './dates.ts'
import { NUMBER_MARK, SENTENCE_END } from './line-kinds.ts'
import type { Line } from './pdf-columns.ts'
import { commonest, joinedWords } from './pdf-rows.ts'

export interface Paragraphs {
  /** One paragraph a line. */
  readonly text: string
  /** Offset of the first words of each page; of a page without words, of the next one that has some. */
  readonly pages: readonly number[]
}

/** @param lines in reading order */
export function paragraphsOf(lines: readonly Line[], pageCount: number): Paragraphs {
  const setting = settingOf(lines)
  const starts = new Map<number, number>() // page → offset
  let done = '' // paragraphs that are closed, with their line ends
  let open = ''
  let last: Line | undefined
  for (const line of lines) {
    if (last && startsParagraph(last, line, open, setting)) {
      done += `${open}\n`
      open = ''
    }
    const joined = joinedWords(open, line.words)
    if (!starts.has(line.page)) starts.set(line.page, done.length + joined.length - line.words.length)
    open = joined
    last = line
  }
  const text = open === '' ? done : `${done}${open}\n`
  const pages: number[] = []
  for (let page = pageCount; page >= 1; page--) pages.unshift(starts.get(page) ?? pages[0] ?? text.length)
  if (pages.length > 0) pages[0] = 0
  return { text, pages }
}

// ── how the document is set ─────────────────────────────────────────────────────────────────────────────────

interface Margins {
  readonly left: number
  readonly right: number
}

interface Setting {
  /** Font size of the body. */
  readonly size: number
  /** Distance of its baselines. */
  readonly pitch: number
  marginsOf(line: Line): Margins
}

/** Lines that must agree on a margin: fewer may be headings or entries of a list. */
const FEWEST_LINES = 6

function settingOf(lines: readonly Line[]): Setting {
  const size = commonest(lines.map((line) => [line.size, line.words.length]))
  const steps = lines.flatMap((line, at) => {
    const above = lines[at - 1]
    const step = above && above.page === line.page && above.column === line.column ? line.y - above.y : 0
    return step > 0 && line.size === size && above?.size === size ? [step] : []
  })
  const groups = new Map<string, Line[]>()
  const groupsOf = ({ page, column }: Line) => [`${column} ${page % 2}`, column, `page ${page} ${column}`]
  for (const line of lines) {
    for (const name of groupsOf(line)) groups.set(name, [...(groups.get(name) ?? []), line])
  }
  const margins = new Map([...groups].map(([name, group]) => [name, marginsOf(group, size)]))
  return {
    size,
    pitch: lowerQuartile(steps) ?? size * 1.5,
    marginsOf: (line) => {
      const names = groupsOf(line)
      const name = names.find((one) => (groups.get(one)?.length ?? 0) >= FEWEST_LINES) ?? names[1] ?? ''
      return margins.get(name) ?? { left: line.x, right: line.end }
    },
  }
}

/** The outermost places where several lines begin and end. */
function marginsOf(lines: readonly Line[], size: number): Margins {
  const body = lines.filter((line) => Math.abs(line.size - size) <= 0.1 * size && !line.isRow)
  const all = body.length >= 3 ? body : lines
  return {
    left: outermost(all.map((line) => line.x), size, 1),
    right: outermost(all.map((line) => line.end), size, -1),
  }
}

/** The first place, from one side, where a twentieth of the lines and at least two meet within half a character. */
function outermost(places: readonly number[], size: number, direction: 1 | -1): number {
  const sorted = places.toSorted((a, b) => (a - b) * direction)
  const enough = Math.max(2, Math.ceil(places.length / 20))
  const found = sorted.find((place, at) => Math.abs((sorted[at + enough - 1] ?? Infinity) - place) <= size / 2)
  return found ?? sorted[0] ?? 0
}

/** Lines within paragraphs are closer than paragraphs are, where these differ. */
function lowerQuartile(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)]
}

// ── where a paragraph begins ────────────────────────────────────────────────────────────────────────────────

/** A gap of this many pitches parts paragraphs, and a smaller one where the line above may be a last one. */
const WIDE_GAP = 1.5
const WIDER_GAP = 1.2
/** Characters. */
const INDENT = { least: 1.2, most: 4.5 }
const SHORT = 1.5
const CENTRED = 2

/** `open`: the words of the paragraph so far, which end with the line `above`. */
function startsParagraph(above: Line, line: Line, open: string, setting: Setting): boolean {
  if (above.isRow || line.isRow) return true
  if (line.page - above.page > 1) return true // what stood between them is not known
  if (Math.abs(above.size - line.size) > 0.08 * Math.max(above.size, line.size)) return true
  const isHeading = (one: Line) => one.size > 1.08 * setting.size || isCentredLine(one, setting)
  if (isHeading(above) || isHeading(line)) return !continuesHeading(above, line, setting)
  if (isApart(above, line, setting)) return true

  const { left } = setting.marginsOf(line)
  const aboveMargins = setting.marginsOf(above)
  const indent = (line.x - left) / line.size
  const aboveIndent = (above.x - aboveMargins.left) / above.size
  const ends = SENTENCE_END.test(above.words) || /[:：]$/.test(above.words)
  const isShort = endsShort(above, line, aboveMargins.right)
  const hasMark = NUMBER_MARK.test(line.words)
  if (isShort) return true
  if (indent > INDENT.most || aboveIndent > INDENT.most) return Math.abs(indent - aboveIndent) > 0.5 || ends
  if (indent < INDENT.least) return hasMark && ends
  if (hasMark || ends) return true
  // Hanging: the lines after the first stand further in, all alike.
  const hangs = aboveIndent < INDENT.least ? NUMBER_MARK.test(open) && open === above.words : aboveIndent - indent < 0.3
  return !hangs
}

function endsShort(above: Line, line: Line, right: number): boolean {
  const room = right - above.end
  return room > SHORT * above.size && room > widthOfFirst(line.words) * line.size
}

/** Characters that move to the next line as a whole: a Latin word or number, or a mark with what clings to it. */
function widthOfFirst(words: string): number {
  const first = /^(?:[A-Za-z0-9０-９.,%/:_-]+|[“‘（《〈【「『(]*.)[，。、；：！？）》〉」』】”’%)]*/u.exec(words)?.[0] ?? ''
  return [...first].reduce((sum, character) => sum + (/[\u0020-\u007e]/.test(character) ? 0.6 : 1), 0)
}

function isApart(above: Line, line: Line, { pitch, size }: Setting): boolean {
  if (above.page !== line.page || above.column !== line.column) return false
  const mayEnd = SENTENCE_END.test(above.words) || /[:：]$/.test(above.words) || NUMBER_MARK.test(line.words)
  return line.y - above.y > (mayEnd ? WIDER_GAP : WIDE_GAP) * pitch * Math.max(1, line.size / size)
}

/** As far from the left margin as from the right one. */
function isCentredLine(line: Line, setting: Setting): boolean {
  const { left, right } = setting.marginsOf(line)
  const [before, after] = [line.x - left, right - line.end]
  const near = CENTRED * setting.size
  if (before < near || after < near || Math.abs(before - after) > line.size) return false
  // An indented last line may end as far from the right by chance; it is no heading, for it ends as a sentence does.
  return !SENTENCE_END.test(line.words) || before > INDENT.most * setting.size
}

/** Is the line the next one of a heading that runs over several? */
function continuesHeading(above: Line, line: Line, setting: Setting): boolean {
  if (above.size !== line.size || above.page !== line.page || isFarBelow(above, line)) return false
  if (NUMBER_MARK.test(line.words) || CONTENTS.test(line.words)) return false
  if (isFullHeading(above, line, setting)) return !/[。；;：:]$/.test(above.words)
  if (!isCentredLine(above, setting) || !isCentredLine(line, setting) || /^[（(—─\d]/.test(line.words)) return false
  return !isNoHeading(above.words) && !isNoHeading(line.words) && !CONTENTS.test(above.words)
}

const CONTENTS = /^目\s*[录次]$/

const isFarBelow = (above: Line, line: Line) => line.y - above.y > 2.3 * line.size

/** Stands in the middle and leaves no room for the first word of the line below. */
function isFullHeading(above: Line, line: Line, setting: Setting): boolean {
  const { left, right } = setting.marginsOf(above)
  const isInTheMiddle = Math.abs(above.x - left - (right - above.end)) <= above.size
  return isInTheMiddle && right - left - (above.end - above.x) < Math.max(1, widthOfFirst(line.words)) * line.size + 1
}

/** A document number, a date, a bracket that is closed: lines of their own. */
function isNoHeading(words: string): boolean {
  return datesIn(words).length > 0 || /[〔\[［(（]\d{4}[〕\]］)）]\d+号$/.test(words) || /[）)。；：:]$/.test(words)
}
