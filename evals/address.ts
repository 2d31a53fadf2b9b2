/**
 * The address of a place in a text, read a second time and by other means than the program reads it:
 * line by line from the top, keeping the last mark of each rank. It knows no tree, so it cannot share its mistakes.
 */

/** Where an offset stands. `path` is empty before the first mark and heading. */
export interface ReadAddress {
  readonly path: readonly string[]
  /** `marked` under printed numbers, `headed` under a heading without one, `before` in front of both. */
  readonly under: 'marked' | 'headed' | 'before'
  /** 1-based paragraph since the mark; a heading on a line of its own does not count. */
  readonly paragraph: number
  /** No mark or heading follows, and this is not the line of the last one. */
  readonly afterLast: boolean
}

interface Mark {
  readonly rank: number
  readonly printed: string
  readonly words: string
}

const HAN = '[零〇一二三四五六七八九十百千]'
const MARKS: readonly { readonly rank: number; readonly pattern: RegExp }[] = [
  { rank: 1, pattern: new RegExp(`^(第${HAN}{1,9}条(?:之${HAN}{1,3})?)[\\s\u3000]`) },
  { rank: 1, pattern: new RegExp(`^(${HAN}{1,5})、`) },
  { rank: 2, pattern: new RegExp(`^[（(](${HAN}{1,5})[）)]`) },
  { rank: 3, pattern: /^([0-9０-９]{1,3})[.．、](?![0-9０-９])/ },
  { rank: 4, pattern: /^[（(]([0-9０-９]{1,3})[）)]/ },
]

/** Full-width digits as half-width ones. */
function plain(ordinal: string): string {
  return ordinal.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
}

function markOf(line: string): Mark | undefined {
  for (const { rank, pattern } of MARKS) {
    const match = pattern.exec(line)
    if (match) return { rank, printed: plain(match[1] ?? ''), words: line.slice(match[0].length) }
  }
  return undefined
}

interface Line {
  readonly start: number
  readonly words: string
  readonly mark: Mark | undefined
}

function linesOf(text: string): Line[] {
  const lines: Line[] = []
  let start = 0
  for (const raw of text.split('\n')) {
    const words = raw.trim()
    if (words !== '') lines.push({ start: start + raw.indexOf(words), words, mark: markOf(words) })
    start += raw.length + 1
  }
  return lines
}

/** A line that only names what follows: short, without a full stop, a year or a bracket, and not the title. */
function isBareHeading(lines: readonly Line[], index: number): boolean {
  const line = lines[index]
  if (line === undefined || index === 0 || index === lines.length - 1) return false
  return line.mark === undefined && line.words.length <= 24 && !/[。；：;:!?！？(（【《]|\d{4}/.test(line.words)
}

/** Where the offset stands in the text, by the marks printed before it. */
export function readAddress(text: string, offset: number): ReadAddress {
  return readLines(linesOf(text), offset)
}

function readLines(lines: readonly Line[], offset: number): ReadAddress {
  const anyMark = lines.some((line) => line.mark !== undefined)
  let path: { rank: number; printed: string }[] = []
  let paragraph = 0
  let lastOpening = -1
  let here = -1
  let found: Omit<ReadAddress, 'afterLast'> | undefined
  for (const [index, line] of lines.entries()) {
    const heading = !anyMark && isBareHeading(lines, index)
    const subtitle = heading && lastOpening === index - 1 && isBareHeading(lines, index - 1)
    const opens = line.mark !== undefined || (heading && !subtitle)
    if (line.start > offset && found === undefined) found = snapshot(path, anyMark, paragraph)
    if (opens) lastOpening = index
    if (found !== undefined) continue
    here = index
    if (line.mark !== undefined) {
      const { rank, printed, words } = line.mark
      path = [...path.filter((step) => step.rank < rank), { rank, printed }]
      paragraph = /[。;；：:]/.test(words) ? 1 : 0
    } else if (heading && !subtitle) {
      path = [{ rank: 0, printed: line.words }]
      paragraph = 0
    } else if (!subtitle) {
      path = backToArticle(path)
      paragraph += 1
    }
  }
  return { ...(found ?? snapshot(path, anyMark, paragraph)), afterLast: here > lastOpening }
}

/** Under an article 条 items 项 are of one line each: a line without a mark is the article's next 款. */
function backToArticle<T extends { printed: string }>(path: T[]): T[] {
  return path[0]?.printed.includes('条') === true ? path.slice(0, 1) : path
}

function snapshot(path: readonly { printed: string }[], anyMark: boolean, paragraph: number) {
  const under = path.length === 0 ? 'before' : anyMark ? 'marked' : 'headed'
  return { path: path.map((step) => step.printed), under, paragraph } as const
}

/** Whether the words at the offset stand where the path says. */
export function standsAt(text: string, offset: number, path: readonly string[]): boolean {
  return agrees(readAddress(text, offset), path)
}

function agrees(read: ReadAddress, path: readonly string[]): boolean {
  const [first] = path
  if (path.length === 1 && (first === 'header' || first === 'preamble')) return read.under === 'before'
  if (path.length === 1 && first === 'closing') return read.afterLast
  return read.path.length === path.length && read.path.every((step, index) => step === path[index])
}

/**
 * The sentences' lines that stand directly under a path, headings on lines of their own and datelines left out.
 * A later paragraph under the very last mark may be a closing one, so it is left out too.
 */
export function linesAt(text: string, path: readonly string[]): string[] {
  const lines = linesOf(text)
  return lines
    .filter((line) => {
      if (!/。|.{40}[:：]$/.test(line.words)) return false
      const read = readLines(lines, line.start)
      const perhapsClosing = read.under === 'marked' && read.afterLast && path[0] !== 'closing'
      return agrees(read, path) && !perhapsClosing
    })
    .map((line) => line.words)
}
