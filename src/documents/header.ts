/**
 * What a document says of itself: title, issuer, number and dates, each with the place that says it, and where its
 * body begins. What it does not state is absent; nothing is computed (自公布之日起施行 gives no date).
 *
 * The head is the run of lines at the top that are title, date, number, 通过 or amendment lines, HTML comments or a
 * table of contents 目录. `bodyStart` is the first line after it; a salutation or an opening paragraph is body.
 */
import type { Fact, Header, Span } from '../types.ts'
import { datesIn } from './dates.ts'
import { NUMBER_MARK, SENTENCE_END } from './line-kinds.ts'
import { linesOf } from './lines.ts'
import type { Line } from './lines.ts'
import type { Format } from './read.ts'

export interface HeaderReading {
  readonly header: Header
  /** Offset of the first body line; the text's length when there is no body. */
  readonly bodyStart: number
}

/** The lines, blank ones included, that a head without a table of contents may have. */
const LONGEST_HEAD = 120

/** Reads the head of a cleaned text. Offsets point into it. */
export function readHeader(text: string, format: Format): HeaderReading {
  const lines = linesOf(text)
  const title = readTitle(text, lines, format)
  const head = headLines(lines, title, format)
  const bodyStart = lines[head.length]?.start ?? text.length
  const filled = head.filter(({ words }) => words !== '') // blank lines may follow without end
  const events = eventsIn(text, filled, title?.span)
  const signature = readSignature(text, lines.slice(head.length))
  const amended = amendedIn(events)
  const published = factOf(events, 'published') ?? pageDate(text, filled, title?.span) ?? signature?.date
  const facts = {
    title,
    issuer: issuerOfTitle(title, text) ?? issuerOfEvents(events) ?? signature?.issuer,
    documentNumber: readNumber(text, filled, title?.span),
    passed: factOf(events, 'passed'),
    published,
    effective: effectiveSince(events, amended) ?? effectiveInBody(text, lines.slice(head.length)),
    amended,
  }
  const stated = Object.entries(facts).filter(([, fact]) => fact !== undefined)
  return { header: Object.fromEntries(stated) as Header, bodyStart }
}

const fact = (value: string, start: number, end: number): Fact => ({ value, from: 'text', span: { start, end } })

// ── title 标题 ──────────────────────────────────────────────────────────────────────────────────────────────

const KIND =
  '决定|决议|规定|办法|条例|意见|通知|通告|公告|公报|方案|规划|纲要|计划|细则|规则|解释|批复|函|报告|建议|法|制度|章程|标准|指南|措施|政策|要点|典|规程|答复'
const KIND_END = new RegExp(`(?:${KIND})(?:[（(〔][^（()）]{1,12}[）)〕])?$`)

const COMMENT = /^<!--.*-->$/

const LONGEST_TITLE = 120
const MOST_TITLE_LINES = 3

function readTitle(text: string, lines: readonly Line[], format: Format): Fact | undefined {
  const filled = lines.filter((line) => line.words !== '' && !COMMENT.test(line.words)).slice(0, 12)
  if (format === 'md') {
    const heading = filled.find((line) => /^#{1,6}\s/.test(line.words))
    if (heading && /^#\s/.test(heading.words)) return headingTitle(text, heading)
  }
  const first = filled.findIndex((line) => !isLetterhead(line.words))
  const line = filled[first]
  if (!line || first + 1 >= filled.length || !mayBeTitle(line.words)) return undefined
  const parts = filled.slice(first, first + MOST_TITLE_LINES)
  const count = KIND_END.test(line.words) ? 1 : titleLineCount(parts)
  const last = parts[count - 1] ?? line
  const value = parts.slice(0, count).map((part) => part.words).join('')
  const start = startOfWords(text, line)
  return fact(value, start, startOfWords(text, last) + last.words.length)
}

function headingTitle(text: string, line: Line): Fact | undefined {
  const words = line.words.slice(1).trim()
  if (words === '' || words.length > LONGEST_TITLE * 2) return undefined
  const start = text.indexOf(words, line.start)
  return fact(words, start, start + words.length)
}

/** How many lines the title runs over: as many as it takes to end in 决定, 规定, …; else one. */
function titleLineCount(lines: readonly Line[]): number {
  for (let count = 1; count <= lines.length; count++) {
    const words = lines[count - 1]?.words ?? ''
    if (!mayBeTitle(words) || (count > 1 && words.length > 60)) return 1
    if (KIND_END.test(words)) return count
  }
  return 1
}

function mayBeTitle(words: string): boolean {
  return (
    words.length <= LONGEST_TITLE &&
    !SENTENCE_END.test(words) &&
    !/[:：,，、]$/.test(words) &&
    !NUMBER_MARK.test(words) &&
    !COMMENT.test(words) &&
    !isDateLine(words) &&
    !/^[（(]/.test(words)
  )
}

/** What may stand above a title: 杭州市人民政府文件, 杭政〔2022〕3号, a date. */
function isLetterhead(words: string): boolean {
  return isNumberLine(words) || isDateLine(words) || /^[\u4e00-\u9fff\s]{2,30}文\s?件$/.test(words)
}

function startOfWords(text: string, line: Line): number {
  return text.indexOf(line.words, line.start)
}

// ── the lines of the head ───────────────────────────────────────────────────────────────────────────────────

function headLines(lines: readonly Line[], title: Fact | undefined, format: Format): readonly Line[] {
  const commentEnd = format === 'md' ? linesUpToComment(lines) : 0
  let count = 0
  let end = 0 // lines up to the last one that is surely head
  let open = '' // words of a line whose bracket is still open
  while (count < lines.length && count < LONGEST_HEAD) {
    const line = lines[count]
    if (!line) break
    const contents = tableOfContents(lines, count)
    if (contents > 0) {
      count = end = contents
      continue
    }
    const sure = count < commentEnd || isHeadLine(line, title) || open !== ''
    if (line.words !== '' && !sure) break
    count++
    if (!sure || line.words === '') continue
    end = count
    open = isTitleLine(line, title) ? '' : openBracket(open + line.words)
  }
  // Blank lines below the head belong to it: the body begins with words.
  while (end > 0 && end < lines.length && lines[end]?.words === '') end++
  if (end === 0) while (end < lines.length && lines[end]?.words === '') end++
  return lines.slice(0, end)
}

/** Markdown of laws ends its head with a comment; it counts when no numbered line stands above it. */
function linesUpToComment(lines: readonly Line[]): number {
  for (let count = 0; count < Math.min(lines.length, LONGEST_HEAD); count++) {
    const words = lines[count]?.words ?? ''
    if (COMMENT.test(words)) return count + 1
    if (NUMBER_MARK.test(words) && !/^#\s/.test(words)) return 0
  }
  return 0
}

function isHeadLine(line: Line, title: Fact | undefined): boolean {
  const { words } = line
  if (words === '') return false
  return (
    isTitleLine(line, title) ||
    COMMENT.test(words) ||
    isNumberLine(words) ||
    isDateLine(words) ||
    isPassedLine(words) ||
    isLetterhead(words) ||
    repeatsTitle(words, title)
  )
}

function isTitleLine(line: Line, title: Fact | undefined): boolean {
  const span = title?.span
  return span !== undefined && line.start < span.end && line.wordsEnd > span.start
}

/** The title once more, or a line of it. */
function repeatsTitle(words: string, title: Fact | undefined): boolean {
  const compact = (value: string) => value.replace(/[\s#、，,“”"'‘’《》〈〉<>（）()—-]+/g, '')
  const part = compact(words)
  return title !== undefined && part.length >= 4 && compact(title.value).includes(part) && !NUMBER_MARK.test(part)
}

const EVENT_VERB = '通过|公布|发布|印发|施行|实施|执行|生效|修订|修正|修改|批准'

/** A line that states a date and is no sentence of the body. */
function isDateLine(words: string): boolean {
  if (words.length > 160 || NUMBER_MARK.test(words) || datesIn(words).length === 0) return false
  return !SENTENCE_END.test(words) || new RegExp(`(?:${EVENT_VERB})[。）)]{1,2}$`).test(words) || isPromulgation(words)
}

/** （…会议通过 …）, 根据…修正, 现予公布 */
function isPassedLine(words: string): boolean {
  if (words.length > 300) return false
  if (words.length <= 40 && /(?:会议通过|公布|发布|施行|第.次修正|第.次修订)[）)]?$/.test(words) && !NUMBER_MARK.test(words)) return true
  return (/^[（(]/.test(words) && /通过|公布|发布|修正|修订|批准/.test(words) && /第|\d/.test(words)) || isPromulgation(words)
}

function isPromulgation(words: string): boolean {
  return words.length <= 160 && /现予(?:以)?(?:公布|发布)/.test(words)
}

/** The words since a bracket （《 that is not closed yet, at most 300 characters; empty when all are closed. */
function openBracket(words: string): string {
  if (words.length > 300) return ''
  const opened = words.match(/[（(《]/g)?.length ?? 0
  const closed = words.match(/[）)》]/g)?.length ?? 0
  return /^[（(]|《/.test(words) && opened > closed ? words : ''
}

/** The line after a table of contents that begins at `first`; 0 when none begins there. It ends where its first entry
 * is printed again. */
function tableOfContents(lines: readonly Line[], first: number): number {
  if (!/^#*\s*目\s*[录次]$/.test(lines[first]?.words ?? '')) return 0
  const compact = (words: string) => words.replace(/^#+/, '').replace(/[\s.…·0-9０-９]+/g, '')
  let entry: string | undefined
  for (let index = first + 1; index < Math.min(lines.length, first + 600); index++) {
    const words = compact(lines[index]?.words ?? '')
    if (words === '') continue
    if (entry === undefined) entry = words
    else if (words === entry) return index
  }
  return 0
}

// ── what happened when 通过、公布、施行 ─────────────────────────────────────────────────────────────────────

type EventKind = 'passed' | 'published' | 'effective'

/** A date of the head with the words that follow it. */
interface HeadEvent {
  readonly kinds: readonly EventKind[]
  readonly iso: string
  readonly span: Span
  /** The words after the date up to the next date or line end. */
  readonly words: string
  readonly wordsStart: number
}

function eventsIn(text: string, head: readonly Line[], title: Span | undefined): HeadEvent[] {
  return head.filter((line) => !overlaps(line, title)).flatMap((line) => {
    const printed = text.slice(line.start, line.wordsEnd)
    const dates = datesIn(printed)
    return dates.map((date, index): HeadEvent => {
      const words = printed.slice(date.end, dates[index + 1]?.start ?? printed.length)
      const span = { start: line.start + date.start, end: line.start + date.end }
      return { kinds: kindsOf(words), iso: date.iso, span, words, wordsStart: line.start + date.end }
    })
  })
}

function overlaps(line: Line, span: Span | undefined): boolean {
  return span !== undefined && line.start < span.end && line.wordsEnd > span.start
}

/** What the words after a date say happened. Amendments say nothing of the document's own dates. */
function kindsOf(words: string): readonly EventKind[] {
  const own = withoutTitles(words)
  const verb = new RegExp(EVENT_VERB).exec(own)
  if (!verb) return /(?:令|公告)\s?第?[^第]{1,6}号[）)]?$/.test(own.slice(-40).trimEnd()) ? ['published'] : []
  const after = own.slice(verb.index + verb[0].length)
  if (verb[0] === '通过') {
    if (after.startsWith('的')) return [] // …会议通过的《…修正案》
    return /^并?(?:公布|发布)/.test(after) ? ['passed', 'published'] : ['passed']
  }
  if (/公布|发布|印发/.test(verb[0])) return /^并?(?:施行|实施)/.test(after) ? ['published', 'effective'] : ['published']
  return /施行|实施|执行|生效/.test(verb[0]) ? ['effective'] : []
}

/** Without 《…》, nested ones included. */
function withoutTitles(words: string): string {
  let depth = 0
  let rest = ''
  for (const character of words) {
    if (character === '《') depth++
    else if (character === '》') depth = Math.max(0, depth - 1)
    else if (depth === 0) rest += character
  }
  return rest
}

function factOf(events: readonly HeadEvent[], kind: EventKind): Fact | undefined {
  const event = events.find(({ kinds }) => kinds.includes(kind))
  return event && fact(event.iso, event.span.start, event.span.end)
}

/** 修正, 修订 said of the document itself, and not 修订前的刑法; or the passing of an act that amends it. */
const AMENDS = /(?:修正|修订|修改)(?![前后的之])/
/** The name of the amending decision may run on into the next line. */
const PASSES_AMENDMENT = /通过的\s{0,2}《[^》]*(?:修正案|修改|补充规定)|《关于修改[^》]*$/

/** The last amendment 修正、修订 the head tells of: 2018年10月26日 …《关于修改〈…〉的决定》第三次修正. */
function amendedIn(events: readonly HeadEvent[]): Fact | undefined {
  const amending = events.filter(({ words }) => AMENDS.test(withoutTitles(words)) || PASSES_AMENDMENT.test(words))
  const last = amending.sort((one, other) => (one.iso < other.iso ? -1 : 1)).at(-1)
  return last && fact(last.iso, last.span.start, last.span.end)
}

/** Of several dates of entry into force, the first that is no earlier than the last amendment. */
function effectiveSince(events: readonly HeadEvent[], amended: Fact | undefined): Fact | undefined {
  const since = amended && events.filter(({ iso }) => iso >= amended.value)
  return (since && factOf(since, 'effective')) ?? factOf(events, 'effective')
}

const PAGE_LABEL = '(?:信息|文章|稿件)?来源|稿源|作者|记者|编辑|责编'
/** Nothing, a label of a date, or labels of a page before it. */
const PAGE_DATE_BEFORE = new RegExp(
  `^\\s*(?:(?:${PAGE_LABEL})\\s*[:：][^。；]{0,60})?(?:(?:发布|发文|成文|公布|印发|更新)?(?:时间|日期)\\s*[:：]|[（(])?\\s*$`,
)
const PAGE_DATE_AFTER =
  /^[\s0-9０-９:：）)]*(?:$|[|｜【\[]|来源|信息来源|文章来源|稿源|作者|记者|编辑|责编|字体|字号|浏览|阅读|点击|访问|打印|分享)/

/** The date a page prints below the title: `2023-01-09 08:42:32`, `发布时间：2023-01-09 来源：…`. */
function pageDate(text: string, head: readonly Line[], title: Span | undefined): Fact | undefined {
  for (const line of head) {
    if (overlaps(line, title)) continue
    const printed = text.slice(line.start, line.wordsEnd)
    const [date] = datesIn(printed)
    if (!date || !PAGE_DATE_AFTER.test(printed.slice(date.end, date.end + 40))) continue
    if (date.start > 80 || !PAGE_DATE_BEFORE.test(printed.slice(0, date.start))) continue
    return fact(date.iso, line.start + date.start, line.start + date.end)
  }
  return undefined
}

const EFFECTIVE_BEFORE = new RegExp(`本[\\u4e00-\\u9fff]{0,8}(?:${KIND})(?:[（(][^（()）]{1,10}[）)])?自[\\s\\u3000]?$`)
const EFFECTIVE_AFTER = /^[\s\u3000]?起(?:正式)?(?:施行|实施|执行|生效)/

/** 本法自2021年1月1日起施行, in an article of the body. */
function effectiveInBody(text: string, body: readonly Line[]): Fact | undefined {
  for (const line of body) {
    if (!/起(?:正式)?(?:施行|实施|执行|生效)/.test(line.words)) continue
    const printed = text.slice(line.start, line.wordsEnd)
    for (const date of datesIn(printed)) {
      if (!EFFECTIVE_BEFORE.test(printed.slice(Math.max(0, date.start - 32), date.start))) continue
      if (!EFFECTIVE_AFTER.test(printed.slice(date.end, date.end + 10))) continue
      return fact(date.iso, line.start + date.start, line.start + date.end)
    }
  }
  return undefined
}

// ── document number 文号 ────────────────────────────────────────────────────────────────────────────────────

const BRACKETED_NUMBER =
  /[\u4e00-\u9fff]{1,14}[〔【﹝[（(〈]\s?[12１２][0-9０-９]{3}\s?[〕】﹞\]）)〉]\s?第?\s?[0-9０-９]{1,5}\s?号/
const ORDER_NUMBER =
  /[\u4e00-\u9fff、]{1,60}(?:令|公告)\s?(?:[〔（(]?[12１２][0-9０-９]{3}[〕）)]?\s?年?)?\s?第\s?[0-9０-９一二三四五六七八九十百零〇]{1,6}\s?号/

function isNumberLine(words: string): boolean {
  if (words.length > 60) return false
  const match = BRACKETED_NUMBER.exec(words) ?? ORDER_NUMBER.exec(words)
  if (match) return words.length - match[0].length <= 4
  return /^[（(]?第\s?[0-9０-９一二三四五六七八九十百]{1,6}\s?号[）)]?$/.test(words)
}

function readNumber(text: string, head: readonly Line[], title: Span | undefined): Fact | undefined {
  for (const line of head) {
    if (overlaps(line, title)) continue
    const printed = text.slice(line.start, line.wordsEnd)
    const dates = datesIn(printed)
    let start = 0
    for (const end of [...dates.map((date) => date.end), printed.length]) {
      const words = printed.slice(start, end)
      const match = BRACKETED_NUMBER.exec(words) ?? ORDER_NUMBER.exec(words)
      const amends = /修正|修订|修改/.test(withoutTitles(words))
      if (match && !amends) {
        const value = match[0].replace(/^(?:[\u4e00-\u9fff]{0,6}(?:以|现将)|由|经|根据)(?=[\u4e00-\u9fff])/, '')
        const valueEnd = line.start + start + match.index + match[0].length
        return fact(value, valueEnd - value.length, valueEnd)
      }
      start = end
    }
  }
  return undefined
}

// ── issuer 发文机关 ─────────────────────────────────────────────────────────────────────────────────────────

const ORGAN_END =
  /(?:委|委员会|政府|办公厅|办公室|人民代表大会|大会|法院|检察院|国务院|部|局|厅|署|总局|银行|院|军|会|中心|联合会|总工会|处|司|集团|公司|所|协会|学院|大学|市委|省委)$/

/** The organ a title opens with: 中共杭州市委 of 中共杭州市委关于…的决定. */
function issuerOfTitle(title: Fact | undefined, text: string): Fact | undefined {
  if (!title?.span) return undefined
  const printed = text.slice(title.span.start, title.span.end)
  const about = printed.search(/关于|印发|转发|批转/)
  if (about < 2 || about > 80) return undefined
  const organ = printed.slice(0, about).trimEnd()
  if (!ORGAN_END.test(organ) || /[《》“”"!！?？]/.test(organ)) return undefined
  return fact(organ.replace(/\s*[\r\n]\s*/g, ''), title.span.start, title.span.start + organ.length)
}

/** The organ of 国务院令第472号公布 or, for laws, of 第十三届全国人民代表大会第三次会议通过. */
function issuerOfEvents(events: readonly HeadEvent[]): Fact | undefined {
  const publisher = events.find(({ kinds, words }) => kinds.includes('published') && !words.includes('主席令'))
  const passer = events.find(({ kinds }) => kinds.includes('passed'))
  return (publisher && organOf(publisher)) ?? (passer && organOf(passer))
}

const ORGAN_STOP =
  /令|公告|[0-9０-９]{4}年|第[一二三四五六七八九十百0-9０-９]+次|(?:审判|检察)委员会|(?:常务|全体|部务|局务|委务|办公|党组)会议?|部长|局长|主任|会议|通过|公布|发布|印发|批准/

function organOf(event: HeadEvent): Fact | undefined {
  const stop = event.words.search(ORGAN_STOP)
  if (stop < 0) return undefined
  const printed = event.words.slice(0, stop)
  const value = printed
    .replace(/第[一二三四五六七八九十百0-9０-９]+届/g, '')
    .replace(/中华人民共和国/g, '')
    .replace(/^[\s\u00a0\u3000，,、]*(?:由|经|以)?/, '')
    .trim()
  if (value.length > 60 || !ORGAN_END.test(value)) return undefined
  const start = event.wordsStart + printed.length - printed.trimStart().length
  return fact(value, start, event.wordsStart + printed.trimEnd().length)
}

/** The signature 落款 at the end: an organ's name, and below it a line that is only a date. */
function readSignature(text: string, body: readonly Line[]): { issuer: Fact; date: Fact } | undefined {
  const last = body.filter((line) => line.words !== '').slice(-4)
  for (const [index, line] of last.entries()) {
    const organ = last[index - 1]
    const printed = text.slice(line.start, line.wordsEnd)
    const [date] = datesIn(printed)
    if (!organ || !date || printed.trim().length !== date.end - date.start) continue
    if (organ.words.length > 40 || !ORGAN_END.test(organ.words) || NUMBER_MARK.test(organ.words)) continue
    const start = startOfWords(text, organ)
    return {
      issuer: fact(organ.words, start, start + organ.words.length),
      date: fact(date.iso, line.start + date.start, line.start + date.end),
    }
  }
  return undefined
}
