/** An alignment → what a person reads: the words that stay, those left out and put in, and which of them weigh. */
import type { CheckDifference, CheckWeight } from '../../types.ts'
import { tokensOf, type Token, type TokenKind } from '../written/tokens.ts'
import type { Piece } from './align.ts'

/** Offsets of the folded units in the draft and in the text. */
interface Sides {
  readonly draft: string
  readonly text: string
  readonly draftOffsets: ArrayLike<number>
  /** Of unit `n` of the text. */
  readonly textOffset: (n: number) => number
}

/**
 * Left out: words of the text that the draft has not; put in: words of the draft that the text has not. A figure, date
 * or number that differs anywhere is told whole: 14% for 4%, 十五年 for 十年. What weighs is told for each.
 */
export function differencesOf(pieces: readonly Piece[], sides: Sides): CheckDifference[] {
  const { draft, text, draftOffsets, textOffset } = sides
  const columns = pieces.flatMap(columnsOf)
  const draftAt = ({ ours }: Column) => (ours === undefined ? undefined : draftOffsets[ours]!)
  const textAt = ({ theirs }: Column) => (theirs === undefined ? undefined : textOffset(theirs))
  const inDraft = tokensAround(draft, columns.flatMap((column) => draftAt(column) ?? []))
  const inText = tokensAround(text, columns.flatMap((column) => textAt(column) ?? []))
  spread(columns, draftAt, inDraft)
  spread(columns, textAt, inText)
  spread(columns, draftAt, inDraft)
  return grouped(columns).flatMap((group): CheckDifference[] => {
    const ours = spanOf(group, draftAt)
    const theirs = spanOf(group, textAt)
    if (group[0]!.same) return [{ kind: 'same', text: draft.slice(...ours!), weighs: [] }]
    return [
      ...(theirs ? [{ kind: 'left-out' as const, text: text.slice(...theirs), weighs: weighing(inText, theirs) }] : []),
      ...(ours ? [{ kind: 'put-in' as const, text: draft.slice(...ours), weighs: weighing(inDraft, ours) }] : []),
    ]
  })
}

type Range = readonly [start: number, end: number]

/** A unit of the draft beside the unit of the text that it stands for, or one of them alone. */
interface Column {
  readonly ours?: number
  readonly theirs?: number
  same: boolean
}

function columnsOf({ same, from, to, textFrom, textTo }: Piece): Column[] {
  if (same) return Array.from({ length: to - from }, (_, at) => ({ ours: from + at, theirs: textFrom + at, same }))
  return [
    ...Array.from({ length: textTo - textFrom }, (_, at) => ({ theirs: textFrom + at, same })),
    ...Array.from({ length: to - from }, (_, at) => ({ ours: from + at, same })),
  ]
}

/** A figure one of whose units differs differs as a whole. */
function spread(columns: readonly Column[], at: (column: Column) => number | undefined, tokens: readonly Token[]): void {
  const figures: readonly Range[] = tokens
    .filter(({ kind }) => WHOLE.includes(kind))
    .map(({ start, end }) => [start, end])
  if (figures.length === 0) return
  const byFigure = Map.groupBy(columns, (column) => {
    const offset = at(column)
    return offset === undefined ? undefined : figures.find(([start, end]) => start <= offset && offset < end)
  })
  for (const [figure, own] of byFigure) {
    if (figure && own.some(({ same }) => !same)) for (const column of own) column.same = false
  }
}

/** Neighbours that are alike, together. */
function grouped(columns: readonly Column[]): Column[][] {
  const groups: Column[][] = []
  for (const column of columns) {
    const last = groups.at(-1)
    if (last?.[0]?.same === column.same) last.push(column)
    else groups.push([column])
  }
  return groups
}

function spanOf(columns: readonly Column[], at: (column: Column) => number | undefined): Range | undefined {
  const offsets = columns.flatMap((column) => at(column) ?? [])
  return offsets.length === 0 ? undefined : [offsets[0]!, offsets.at(-1)! + 1]
}

const AROUND = 12

/** What a text says over the stretch that offsets in order cover, and a little around it. */
function tokensAround(text: string, offsets: readonly number[]): Token[] {
  const [first, last] = [offsets[0], offsets.at(-1)]
  if (first === undefined || last === undefined) return []
  const from = Math.max(0, first - AROUND)
  const around = text.slice(from, last + AROUND)
  const tokens = tokensOf(around)
  const isTaken = (from: number, to: number) =>
    tokens.some(({ kind, start, end }) => kind !== 'character' && start <= from && to <= end)
  const spelled = [...around.matchAll(SPELLED)]
    .filter(({ index, 0: key }) => !isTaken(index, index + key.length))
    .map((match): Token => {
      const [key] = match
      return { kind: /[年月].+[月日]/.test(key) ? 'time' : 'number', key, start: match.index, end: match.index + key.length, after: 0 }
    })
  const isWithin = ({ start, end }: Token) => spelled.some((other) => other.start <= start && end <= other.end)
  return [...tokens.filter((token) => !isWithin(token)), ...spelled].map((token) => ({ ...token, start: from + token.start, end: from + token.end }))
}

/** Told whole where they differ in a part. */
const WHOLE: readonly TokenKind[] = ['number', 'time', 'ordinal', 'comparison']
/** A figure that is none on its own: 3月31日 without its year, the 十五日 of 五日以上十五日以下. */
const SPELLED = /(?:[0-9〇零一二两三四五六七八九十百千万亿]+[年月日天元倍人个名次小时]{1,2})+/g

function weighing(tokens: readonly Token[], [start, end]: Range): readonly CheckWeight[] {
  const touched = tokens.filter((token) => token.start < end && token.end > start)
  return [...new Set(touched.flatMap((token) => weightOf(token) ?? []))]
}

export function weightOf({ kind, key }: Token): CheckWeight | undefined {
  switch (kind) {
    case 'number':
      return key.includes('%') ? 'percentage' : key.endsWith('元') ? 'amount' : 'number'
    case 'ordinal':
      return 'number'
    case 'time':
      return 'date'
    case 'negation':
    case 'modality':
    case 'comparison':
    case 'scope':
      return kind
    default:
      return /^[〇零一二两三四五六七八九十百千万亿半]$/.test(key) ? 'number' : undefined
  }
}
