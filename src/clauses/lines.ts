/** Text → lines with their offsets; Markdown decoration is stepped over, never removed. */
import type { Span } from '../types.ts'

export interface Line extends Span {
  /** Without white space, `##`, `>`, `- `, `**` at either end: text.slice(start, end). */
  readonly words: string
  /** How many # stand before it; 0 for none. */
  readonly hashes: number
  /** Nothing stands between this line and the one before it but the line break. */
  readonly adjacent: boolean
}

const BLANK = /[\s\u3000\u00a0\u200b\ufeff]/

/** Lines that separate and say nothing: HTML comments, rules, code fences. */
function isSeparator(words: string): boolean {
  return (words.startsWith('<!--') && words.endsWith('-->')) || /^(?:[-*_=~]{3,}|`{3,}\w*)$/.test(words)
}

/** Offset after the decoration that opens a line, and the number of # in it. */
function skipDecoration(text: string, start: number, end: number): { start: number; hashes: number } {
  let at = start
  let hashes = 0
  while (at < end) {
    const character = text[at] ?? ''
    const next = at + 1 < end ? (text[at + 1] ?? '') : ''
    if (BLANK.test(character)) at += 1
    else if (character === '#') {
      hashes += 1
      at += 1
    } else if (character === '>') at += 1
    else if ((character === '*' && next === '*') || (character === '_' && next === '_')) at += 2
    else if ('-*+•·●■◆'.includes(character) && BLANK.test(next)) at += 2
    else break
  }
  return { start: at, hashes: Math.min(hashes, 6) }
}

function skipClosing(text: string, start: number, end: number): number {
  let at = end
  while (at > start) {
    const character = text[at - 1] ?? ''
    if (BLANK.test(character)) at -= 1
    else if ('*_'.includes(character) && text[at - 2] === character) at -= 2
    else break
  }
  return Math.max(at, start)
}

/** The lines of `text` from `from` on that say something. */
export function linesOf(text: string, from = 0, to = text.length): Line[] {
  const lines: Line[] = []
  let adjacent = false
  let inComment = false
  for (let at = from; at < to; ) {
    const lineBreak = text.indexOf('\n', at)
    const lineEnd = lineBreak < 0 || lineBreak > to ? to : lineBreak
    const opened = skipDecoration(text, at, lineEnd)
    const end = skipClosing(text, opened.start, lineEnd)
    const words = text.slice(opened.start, end)
    const comment: boolean = inComment || words.startsWith('<!--')
    if (comment) inComment = !words.includes('-->')
    const separates: boolean = comment || words === '' || isSeparator(words)
    if (!separates) lines.push({ start: opened.start, end, words, hashes: opened.hashes, adjacent })
    adjacent = !separates
    at = lineEnd + 1
  }
  return lines
}

const NUMBERED = '第[〇○零一二三四五六七八九十百千0-9０-９]{1,12}'
const BLANKS = '[ \\t\\u3000\\u00a0]'
/** An article or annex that begins within a line, behind the end of a sentence: …制定本法。 第二条 国家…. */
const INNER = `(?:${NUMBERED}[条條](?:之[一二三四五六七八九十]{1,3})?|附件[一二三四五六七八九十0-9]{1,3})${BLANKS}`
const INNER_BEGINNING = new RegExp(`[。；;：:！!？?）)”」]${BLANKS}{1,8}${INNER}`)
/** Where such a line was broken before its ends were lost: at each blank behind a sentence or before an annex. */
const LOST_END = new RegExp(`(?<=[。；;：:！!？?][”」）)]?)${BLANKS}{1,8}(?=\\S)|(?<=[）)])${BLANKS}{1,8}(?=附件)`, 'g')
/** 第二章 空域管理 第十一条 …: the caption ends where the article begins. */
const CAPTION_BEFORE_ARTICLE = new RegExp(
  `^${NUMBERED}(?:分?编|章|[节節])${BLANKS}[^。；;，,：:]{1,40}?(${BLANKS}{1,8})(?=${NUMBERED}[条條]${BLANKS})`,
)
const CAPTION_BEFORE_PART = new RegExp(
  `^${NUMBERED}(?:分?编|章)${BLANKS}[^。；;，,：:]{1,40}?(${BLANKS}{1,8})(?=${NUMBERED}(?:分编|章|[节節])${BLANKS})`,
)

/**
 * Lines that hold several articles or annexes, because their line ends were lost on the way, as the lines they were.
 * A blank behind a sentence's end means nothing in any other line.
 */
export function withLostEnds(lines: readonly Line[]): Line[] {
  return lines.flatMap((line) => (INNER_BEGINNING.test(line.words) ? brokenAtLostEnds(line) : [line]))
}

/** The first item of a list on the line that announces it: 附件：1.…, 注：1．…; its first words, its mark. */
const LEAD_WITH_FIRST = /^[^\n。；;：:]{1,40}[：:][ \t\u3000\u00a0]{0,4}(?=(?:[（(](?:1|１|一)[）)]|(?:1|１|一)[.．、])(?![0-9０-９]))/
const SECOND = /^(?:[（(](?:2|２|二)[）)]|(?:2|２|二)[.．、])(?![0-9０-９])/
/** How a first or second mark is written, its numeral left out: `.`, `（）`. */
const shapeOf = (words: string): string => words.slice(0, 3).replace(/[^.．、（）()]/g, '')

/** Lines on which a list is announced and its first item follows at once, as two, if its second item stands below. */
export function withFirstItemsApart(lines: readonly Line[]): Line[] {
  return lines.flatMap((line, at) => {
    const below = lines[at + 1]
    const lead = below && SECOND.test(below.words) ? LEAD_WITH_FIRST.exec(line.words)?.[0] : undefined
    if (!lead || !below || shapeOf(line.words.slice(lead.length)) !== shapeOf(below.words)) return [line]
    return [piece(line, 0, lead.trimEnd().length), piece(line, lead.length, line.words.length)]
  })
}

function brokenAtLostEnds(line: Line): Line[] {
  const pieces: Line[] = []
  const push = (from: number, to: number): void => {
    for (const caption of [CAPTION_BEFORE_PART, CAPTION_BEFORE_ARTICLE]) {
      const match = caption.exec(line.words.slice(from, Math.min(to, from + 120)))
      if (!match) continue
      const captionEnd = from + match[0].length
      pieces.push(piece(line, from, captionEnd - (match[1]?.length ?? 0)))
      push(captionEnd, to)
      return
    }
    pieces.push(piece(line, from, to))
  }
  let from = 0
  for (const { index, 0: blanks } of line.words.matchAll(LOST_END)) {
    push(from, index)
    from = index + blanks.length
  }
  push(from, line.words.length)
  return pieces
}

const piece = (line: Line, from: number, to: number): Line => ({
  start: line.start + from,
  end: line.start + to,
  words: line.words.slice(from, to),
  hashes: from === 0 ? line.hashes : 0,
  adjacent: from === 0 && line.adjacent,
})
