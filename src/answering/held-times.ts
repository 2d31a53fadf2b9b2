/** Is a time that a question names borne out where the evidence stands? */
import { timesOf } from '../questions/read-once.ts'
import { times, type Time } from '../questions/times.ts'
import type { Document } from '../types.ts'
import type { Scope } from './scope.ts'

/** The year a document speaks in when it says 今年. */
function yearOf({ header }: Document): number | undefined {
  const date = header.published ?? header.passed ?? header.effective
  return date && Number(date.value.slice(0, 4))
}

/** A time is borne out by what governs the evidence: its own time, else the last one before it, else the document's. */
export function timeHolds(asked: Time, scope: Scope): boolean {
  const year = yearOf(scope.document)
  const own = times(scope.words)
  const governing = own.length > 0 ? own : lastTimeBefore(scope)
  if (governing.some((time) => sameTime(asked, time, year))) return true
  const otherYear = own.some(({ name }) => name !== 'this-year') && own.some((time) => time.year !== undefined)
  if (otherYear && asked.year !== undefined) return false
  const said = timesSaid(scope)
  if ([...said, ...times(scope.headings)].some((time) => sameTime(asked, time, year))) return true
  // 今年 is the asker's, who may mean the document's own year
  if (/^(?:this|last|next)-year$/.test(asked.name) && governing.length === 0) return true
  const others = [...governing, ...said].filter(({ name }) => !/^this-year$/.test(name))
  return others.length === 0 && year !== undefined && asked.year === year && asked.month === undefined
}

/** The last time the paragraph names before the evidence, if any. */
function lastTimeBefore({ text, span, evidence: { paragraph } }: Scope): readonly Time[] {
  const before = timesOf(text, paragraph).findLast((time) => paragraph.start + time.span.end <= span.start)
  return before ? [before] : []
}

/** Times of the sentence, and of the paragraph that opens its list. */
function timesSaid({ text, evidence: { opening, sentence } }: Scope): readonly Time[] {
  return [opening, sentence].flatMap((span) => (span ? timesOf(text, span) : []))
}

function sameTime(asked: Time, stated: Time, documentYear: number | undefined): boolean {
  if (asked.name === stated.name) return true
  const year = (time: Time): number | undefined => {
    if (time.year !== undefined) return time.year
    if (documentYear === undefined) return undefined
    return { 'this-year': documentYear, 'last-year': documentYear - 1, 'next-year': documentYear + 1 }[time.name]
  }
  if (year(asked) === undefined || year(asked) !== year(stated)) return false
  const sameMonth = asked.month === undefined || asked.month === stated.month
  return sameMonth && (asked.day === undefined || asked.day === stated.day)
}
