/**
 * Exact-quote rate: every citation, of a refusal too, is cut again from the stored text, character by character,
 * and every quotation shown is looked for in the citation it names. Nothing the answer says of itself is believed.
 */
import { createHash } from 'node:crypto'
import type { Answer, Citation, Segment } from '../../src/types.ts'
import type { Measure, Observation } from './measure.ts'

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

/** What is wrong with a citation's words; `undefined` when nothing is. */
function citationFault(citation: Citation, textOf: Observation['textOf']): string | undefined {
  const text = textOf(citation.documentId)
  if (text === undefined) return `引用[${citation.n}]的文件不存在：${citation.documentId}`
  const { start, end, quote } = citation
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || start >= end || end > text.length) {
    return `引用[${citation.n}]的起止位置不成立：${start}–${end}`
  }
  if (text.slice(start, end) !== quote) return `引用[${citation.n}]与原文不一致：「${quote.slice(0, 60)}」`
  if (citation.textSha256 !== sha256(text)) return `引用[${citation.n}]所记的原文摘要不符`
  if (citation.quoteSha256 !== sha256(quote)) return `引用[${citation.n}]所记的引文摘要不符`
  return undefined
}

/** What is wrong with a quotation as shown; `undefined` when nothing is. */
function segmentFault(segment: Segment, citations: readonly Citation[]): string | undefined {
  if (segment.kind !== 'quotation') return undefined
  const named = citations.filter((citation) => segment.citations?.includes(citation.n) === true)
  if (segment.text.trim() !== '' && named.some((citation) => citation.quote.includes(segment.text))) return undefined
  return `引文没有出处：「${segment.text.slice(0, 60)}」`
}

function faultsOf(answer: Answer, textOf: Observation['textOf']): (string | undefined)[] {
  const joined = answer.segments.map((segment) => segment.text).join('')
  return [
    ...answer.citations.map((citation) => citationFault(citation, textOf)),
    ...answer.segments.filter(({ kind }) => kind === 'quotation').map((one) => segmentFault(one, answer.citations)),
    ...(joined === answer.text ? [] : ['答复全文与各段相连不一致']),
  ]
}

export const exactQuote: Measure = {
  name: 'exact quote',
  chinese: '引文逐字一致',
  better: 'higher',
  score({ answer, textOf }) {
    if (answer === undefined) return undefined
    const faults = faultsOf(answer, textOf)
    const problems = faults.filter((fault) => fault !== undefined)
    return { got: faults.length - problems.length, of: faults.length, problems }
  },
}
