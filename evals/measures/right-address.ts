/**
 * Right address: the marks printed before a quotation, read by `address.ts` and not by the program,
 * are those of the citation's path; its label, its spoken form and the label shown hold the same numbers in order.
 */
import type { Citation, Segment } from '../../src/types.ts'
import { readAddress, standsAt } from '../address.ts'
import type { Measure, Observation } from './measure.ts'

const SPECIAL: Readonly<Record<string, string>> = { header: '', preamble: '序言', closing: '结语' }
const ORDINAL = /[零〇一二三四五六七八九十百千]+|\d+/g

/** The numbers of a label, in order: 第三部分第2条 → 三, 2. */
function ordinalsOf(label: string): string[] {
  return label.normalize('NFKC').match(ORDINAL) ?? []
}

/** Whether the words name the path: its numbers stand in them in order, a heading stands as it is. */
function names(words: string, path: readonly string[]): boolean {
  const [first = ''] = path
  if (path.length === 1 && first in SPECIAL) return true
  const given = ordinalsOf(words)
  let from = 0
  for (const step of path) {
    const numbered = /^(?:第[^第]+条(?:之.+)?|[零〇一二三四五六七八九十百千]+|\d+)$/.test(step)
    if (!numbered && !words.includes(step)) return false
    for (const ordinal of numbered ? ordinalsOf(step) : []) {
      from = given.indexOf(ordinal, from) + 1
      if (from === 0) return false
    }
  }
  return true
}

function faultOf(citation: Citation, textOf: Observation['textOf']): string | undefined {
  const text = textOf(citation.documentId)
  if (text === undefined) return `引用[${citation.n}]的文件不存在：${citation.documentId}`
  const claimed = citation.path.join('/')
  if (citation.path.length === 0) return `引用[${citation.n}]没有条款号`
  if (!standsAt(text, citation.start, citation.path)) {
    const read = readAddress(text, citation.start).path.join('/') || '（编号之前）'
    return `引用[${citation.n}]条款号有误：写作 ${claimed}，原文处是 ${read}`
  }
  const wrong = [citation.label, citation.spoken].find((words) => !names(words, citation.path))
  return wrong === undefined ? undefined : `引用[${citation.n}]的名称「${wrong}」与条款号 ${claimed} 不符`
}

/** A label shown before a quotation must be that of the citation it names. */
function labelFault({ text, citations = [] }: Segment, all: readonly Citation[]): string | undefined {
  const named = all.filter((citation) => citations.includes(citation.n))
  if (citations.length === 0 || named.some(({ label, spoken }) => text.includes(spoken) || text.includes(label))) {
    return undefined
  }
  return `所示的名称「${text}」不是它所指引用的条款号`
}

export const rightAddress: Measure = {
  name: 'right address',
  chinese: '条款号正确',
  better: 'higher',
  score({ answer, textOf }) {
    if (answer === undefined) return undefined
    const labels = answer.segments.filter((segment) => segment.kind === 'label')
    const faults = [
      ...answer.citations.map((citation) => faultOf(citation, textOf)),
      ...labels.map((segment) => labelFault(segment, answer.citations)),
    ]
    const problems = faults.filter((fault) => fault !== undefined)
    return { got: faults.length - problems.length, of: faults.length, problems }
  },
}
