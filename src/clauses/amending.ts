/** Decisions that amend 修改决定、修正案: the articles they quote are words of the item that amends, not articles of theirs. */
import type { Line } from './lines.ts'
import { readMark, type Mark } from './markers.ts'

const AMENDING_TITLE = /关于(?:废止和|废止、)?修改|修正案/
const AMENDS = /修改为|修改如下|修正为|增加|增写|规定为|规定[:：]|内容如下/
/** The new words follow on lines of their own, without quotation marks. */
const ANNOUNCES = /(?:修改为|修改如下|内容如下|规定为|作为第[^，。；：]{1,12}[条款项章节])[:：]$/
/** What comes after the last item of a decision. */
const AFTERWARDS = /^(?:本决定|本修正案|本法|根据本决定|根据本修正案|附[件录：:])/
const LONGEST_QUOTATION = 400

/** Lines that are quoted by the item before them. `head`: the words above the body. */
export function amendedWords(head: string, lines: readonly Line[]): ReadonlySet<Line> {
  const quoted = new Set<Line>()
  if (!AMENDING_TITLE.test(head)) return quoted
  for (let at = 0; at < lines.length; at += 1) {
    const mark = readMark(lines[at]!.words)
    if (!mark || !AMENDS.test(lines[at]!.words)) continue
    const end = endOfQuotation(lines, at) ?? endOfAnnounced(lines, at, mark)
    for (let inside = at + 1; inside < end; inside += 1) quoted.add(lines[inside]!)
    at = Math.max(at, end - 1)
  }
  return quoted
}

/** The line after the one that closes a quotation which an item leaves open; every paragraph of it may open it anew. */
function endOfQuotation(lines: readonly Line[], item: number): number | undefined {
  if (!leavesOpen(lines[item]!.words, false)) return undefined
  for (let at = item + 1; at < Math.min(lines.length, item + LONGEST_QUOTATION); at += 1) {
    if (!leavesOpen(lines[at]!.words, true)) return at + 1
  }
  return undefined
}

/** Is a quotation open at the end of a line, by the last mark “ or ” in it? */
function leavesOpen(words: string, before: boolean): boolean {
  const last = /[“”][^“”]*$/.exec(words)?.[0]
  return last === undefined ? before : last.startsWith('“')
}

/** Of 「…内容如下：」 the line where the items go on, or what comes after the last of them. */
function endOfAnnounced(lines: readonly Line[], item: number, { style, ordinal }: Mark): number {
  if (!ANNOUNCES.test(lines[item]!.words)) return item + 1
  const next = lines.findIndex((line, at) => {
    if (at <= item) return false
    const mark = readMark(line.words)
    return (mark?.style === style && mark.ordinal === ordinal + 1) || AFTERWARDS.test(line.words)
  })
  return next < 0 ? lines.length : next
}
