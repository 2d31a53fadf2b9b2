/**
 * Answer → plain text and Markdown. Every channel renders the segments; none adds words of its own between them. Pure:
 * the page runs it in the browser.
 */
import { versionNoteWords } from '../answering/version-note-words.ts'
import type { Answer, Citation, ClauseReference, Passage, Provenance, Segment, VersionNote } from '../types.ts'
import { shortened } from './characters.ts'
import { pageWords, piecesOf, VERDICTS } from './segments.ts'

/** How words are set off from each other; `PLAIN` sets nothing off. */
export interface Style {
  strong(text: string): string
  soft(text: string): string
  quoted(text: string): string
  warning(text: string): string
  /** Columns to wrap at; absent: lines stay as long as they are. */
  readonly columns?: number
}

const same = (text: string) => text
export const PLAIN: Style = { strong: same, soft: same, quoted: same, warning: same }

/** What a document's head states, as it is shown. */
export const FACT_NAMES = {
  issuer: '发文机关',
  documentNumber: '文号',
  passed: '通过',
  published: '公布',
  effective: '施行',
  amended: '修正',
  repealed: '废止',
} as const

/** Who states a fact, where the text itself does not. */
export const FROM: Readonly<Record<Provenance, string>> = { text: '', operator: '（管理员注明）', inferred: '（推断）' }
const NEAREST = 3
const SNIPPET = 80

/** What stands over an answer that is none; absent for one that is. */
export function verdictOf(answer: Answer): string | undefined {
  if (answer.outcome === 'declined') return answer.reason ? VERDICTS[answer.reason][0] : '不作回答'
  return answer.outcome === 'ambiguous' ? '不止一处符合，请指明' : undefined
}

/** How the question was understood. */
export const understoodWords = (question: string) => `理解为：${question}`

/** 《…决定》第三部分第2条 */
export function placeWords({ title, spoken }: { readonly title: string; readonly spoken: string }): string {
  return `${bracketed(title)}${spoken}`
}

/** Book-title marks, unless the title brings its own. */
export const bracketed = (title: string) => (title.startsWith('《') ? title : `《${title}》`)

/**
 * What to show under an answer that is none: the candidates that an ambiguous one names, the nearest clauses of a
 * declined one. Not for a clause that does not exist: its answer says which do.
 */
export function nearestOf(answer: Answer): readonly Passage[] {
  if (answer.outcome === 'answered' || answer.reason === 'no-such-clause') return []
  const nameOf = ({ documentId, path }: Passage | Citation) => `${documentId}#${path.join('/')}`
  const shown = new Set(answer.citations.map(nameOf))
  const near = answer.passages.filter((passage) => !shown.has(nameOf(passage)))
  if (answer.outcome === 'declined') return near.slice(0, NEAREST)
  return near.filter((passage) => answer.text.includes(placeWords(passage)))
}

/** An answer for a terminal or a plain message. */
export function renderText(answer: Answer, style: Style = PLAIN): string {
  const verdict = verdictOf(answer)
  const blocks = [
    [
      ...(verdict === undefined ? [] : [style.warning(verdict)]),
      ...(answer.understoodAs === undefined ? [] : [style.soft(plain(understoodWords(answer.understoodAs)))]),
      ...segmentsText(answer.segments, style)
        .split('\n')
        .flatMap((line) => wrapped(line, '', style)),
    ],
    sourcesText(answer, style),
    nearestText(answer, style),
    remarksOf(answer).map((note) => style.soft(plain(note))),
  ]
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
}

function segmentsText(segments: readonly Segment[], style: Style): string {
  const set = {
    quotation: style.quoted,
    sentence: same,
    label: style.strong,
    date: same,
    count: same,
    connecting: same,
  }
  return piecesOf(segments)
    .map((piece) =>
      'marks' in piece
        ? style.soft(piece.marks.map((n) => `[${n}]`).join(''))
        : eachLine(plain(piece.text), set[piece.kind]),
    )
    .join('')
}

/** Styles end with their line, so that wrapping never carries a colour over. */
const eachLine = (text: string, set: (line: string) => string) =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : set(line)))
    .join('\n')

/** A declined answer rests on nothing: what it quotes is only near. */
export const sourcesHeading = ({ outcome }: Answer) => (outcome === 'declined' ? '相关原文' : '依据')

/** Citations under their documents, so that a long title stands once. */
function sourcesText(answer: Answer, style: Style): readonly string[] {
  const { citations } = answer
  if (citations.length === 0) return []
  const lines = citations.flatMap((citation, i) => [
    ...(citations[i - 1]?.documentId === citation.documentId ? [] : documentText(citation, style)),
    ...citationText(citation, answer.text.includes(citation.quote), style),
  ])
  return [style.strong(sourcesHeading(answer)), ...lines]
}

function documentText(citation: Citation, style: Style): readonly string[] {
  return [
    ...wrapped(plain(bracketed(citation.title)), '', style),
    ...wrapped(plain(`${dateWords(citation)}　${citation.source}`), '', style).map(style.soft),
    ...standingLines(citation.version, style),
  ]
}

/** Long words that stand above already are named by their beginning. */
function citationText(
  { n, spoken, label, page, quote, alsoIn }: Citation,
  isAbove: boolean,
  style: Style,
): readonly string[] {
  const mark = `[${n}] `
  const indent = ' '.repeat(mark.length)
  const inner = (line: string, set: (text: string) => string) =>
    wrapped(plain(line), indent, style).map((part) => set(part))
  return [
    ...wrapped(`${mark}${plain(spoken)}（${plain(label)}）${pageWords(page)}`, indent, style, '').map(style.strong),
    ...`「${isAbove ? snippetOf(quote) : quote}」`.split('\n').flatMap((line) => inner(line, style.quoted)),
    ...(alsoIn.length > 0 ? inner(twinWords(alsoIn), style.soft) : []),
  ]
}

/** Which version it is and whether it is in force; nothing of the only one, where it is. */
export const standingWords = (version: VersionNote | undefined) => (version ? versionNoteWords(version) : '')

/** The same on lines of its own. */
export function standingLines(version: VersionNote | undefined, style: Style): readonly string[] {
  return version ? wrapped(plain(standingWords(version)), '', style).map(style.soft) : []
}

/** `2023-01-09`, `2024-02-19（管理员注明）` or 日期不详, and whether the title was lent. */
export function dateWords({ date, dateFrom, titleFrom }: Pick<Citation, 'date' | 'dateFrom' | 'titleFrom'>): string {
  const words = date === undefined ? '日期不详' : `${date}${dateFrom ? FROM[dateFrom] : ''}`
  return titleFrom !== undefined && titleFrom !== 'text' ? `${words}　题名${FROM[titleFrom]}` : words
}

export const twinWords = (alsoIn: readonly ClauseReference[]) =>
  `另见：${alsoIn.map((twin) => `${placeWords(twin)}（${twin.source}）`).join('；')}`

/** What stands over the candidates or nearest clauses. */
export const nearestHeading = ({ outcome }: Answer) => (outcome === 'ambiguous' ? '可能是指' : '最接近的条款')

function nearestText(answer: Answer, style: Style): readonly string[] {
  const passages = nearestOf(answer)
  if (passages.length === 0) return []
  return [
    style.strong(nearestHeading(answer)),
    ...passages.flatMap((passage) => passageText(passage, '· ', style)),
  ]
}

/** One found clause in two or three lines. */
export function passageText(passage: Passage, mark: string, style: Style): readonly string[] {
  const indent = ' '.repeat(mark.length)
  const title = `${bracketed(passage.title)}${pageWords(passage.page)}${standingWords(passage.version)}`
  return [
    ...wrapped(`${mark}${plain(`${passage.spoken}　${title}`)}`, indent, style, ''),
    ...wrapped(plain(snippetOf(passage.text)), indent, style).map((line) => style.soft(line)),
  ]
}

/** The first words of a clause, on one line. */
export const snippetOf = (text: string) => shortened(text.replace(/\s+/g, ' ').trim(), SNIPPET)

/** What was less than the best, and why. */
export function fallbackNotes({ retrieval, fallback }: Pick<Answer, 'retrieval' | 'fallback'>): readonly string[] {
  if (fallback?.from === 'llm' || fallback?.from === 'rerank') return [...fallbackNotes({ retrieval }), fallback.reason]
  if (retrieval === 'keyword') return [`仅按关键词检索${fallback ? `：${fallback.reason}` : '。'}`]
  return fallback ? [fallback.reason] : []
}

/** That a model wrote the sentences, and how many were left out; nothing where quotations alone answer. */
export function modelNotes({ mode, model }: Pick<Answer, 'mode' | 'model'>): readonly string[] {
  if (mode !== 'llm' || !model) return []
  const left = model.removed > 0 ? `，核对不过的 ${model.removed} 句已略去` : ''
  return [`由语言模型 ${model.id} 成文，每句都已与所引原文核对${left}。`]
}

/** What is said under an answer: who wrote it, what of its versions is to be known, what was less than the best. */
export const remarksOf = (answer: Answer): readonly string[] => [
  ...modelNotes(answer),
  ...(answer.notes ?? []),
  ...fallbackNotes(answer),
]

/** Without what a terminal would obey: control characters, and marks that turn the reading direction. */
export function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}

const WIDE = new RegExp(
  '[\\u1100-\\u115f\\u2e80-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6]' +
    '|[\\u{1f300}-\\u{1faff}\\u{20000}-\\u{3fffd}]',
  'u',
)

/** Columns a terminal gives a character. */
const columnsOf = (character: string) => (WIDE.test(character) ? 2 : 1)

/** What may not begin a line 避头. */
const CLINGING = /^[…，。、；：！？）》」』〕”’,.;:!?)\]]$/

/** A line cut at the style's columns, every piece behind `indent`; `first` stands before the first piece instead. */
export function wrapped(line: string, indent: string, { columns }: Style, first = indent): readonly string[] {
  if (columns === undefined || columns < 20) return [`${first}${line}`]
  const room = columns - indent.length
  const pieces = ['']
  let used = first === '' ? -indent.length : 0
  let escape = false
  for (const character of line) {
    if (character === '\u001b') escape = true
    const width = escape ? 0 : columnsOf(character)
    if (escape && character === 'm') escape = false
    if (used + width > room && !CLINGING.test(character)) {
      pieces.push('')
      used = 0
    }
    pieces.push(`${pieces.pop() ?? ''}${character}`)
    used += width
  }
  return pieces.map((piece, i) => `${i === 0 ? first : indent}${piece}`)
}

/** An answer as Markdown. `base` is the address Tiaowen is served under; absent: no links. */
export function renderMarkdown(answer: Answer, base?: string): string {
  const verdict = verdictOf(answer)
  const blocks = [
    ...(verdict === undefined ? [] : [`**${verdict}**`]),
    ...(answer.understoodAs === undefined ? [] : [escaped(understoodWords(answer.understoodAs))]),
    segmentsMarkdown(answer.segments),
    ...(answer.citations.length > 0
      ? [`**${sourcesHeading(answer)}**`, ...answer.citations.map((citation) => citationMarkdown(citation, base))]
      : []),
    ...nearestMarkdown(answer, base),
    ...remarksOf(answer).map((note) => `*${escaped(note)}*`),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

function segmentsMarkdown(segments: readonly Segment[]): string {
  const words = piecesOf(segments).map((piece) => {
    // No bold labels: Markdown takes ** between a colon and a Chinese character for plain asterisks.
    return 'marks' in piece ? piece.marks.map((n) => ` \\[${n}\\]`).join('') : escaped(piece.text)
  })
  return words.join('').trim().replace(/\n+/g, '\n\n')
}

function citationMarkdown(citation: Citation, base: string | undefined): string {
  const { n, label, page, quote, alsoIn, version } = citation
  const place = linked(placeWords(citation), citation.url, base)
  const told = `${dateWords(citation)}${standingWords(version)}`
  const lines = [
    `${n}. ${place}（${escaped(label)}）${pageWords(page)}${escaped(told)}`,
    ...quote.split('\n').map((line) => `   > ${escaped(line)}`),
    ...(alsoIn.length > 0 ? ['', `   ${escaped(twinWords(alsoIn))}`] : []),
  ]
  return lines.join('\n')
}

function nearestMarkdown(answer: Answer, base: string | undefined): readonly string[] {
  const passages = nearestOf(answer)
  if (passages.length === 0) return []
  const items = passages.map(
    (passage) => `- ${linked(placeWords(passage), passage.url, base)}：${escaped(snippetOf(passage.text))}`,
  )
  return [`**${nearestHeading(answer)}**`, items.join('\n')]
}

/**
 * The whole address of a reading page under the address Tiaowen is served at; undefined without one, and for any other
 * address: nothing a document says becomes an address.
 */
export const readingAddress = (url: string, base: string | undefined) =>
  base !== undefined && /^\/read\/[\w%/.-]+$/.test(url) ? `${base.replace(/\/$/, '')}${url}` : undefined

function linked(words: string, url: string, base: string | undefined): string {
  const address = readingAddress(url, base)
  return address === undefined ? escaped(words) : `[${escaped(words)}](${address})`
}

/**
 * Words that Markdown leaves as they are. `<` becomes a reference: behind an address, which readers of GitHub's Markdown
 * make a link of, a backslash would be the last sign of the link, and the tag after it a tag.
 */
export function escaped(text: string): string {
  return plain(text)
    .replace(/[\\`*_[\]>#|~!&]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replace(/^([^\S\n]*)([-+=]|\d{1,9}(?=[.)]))/gm, (_, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    )
}
