/** An answer as it would be if somebody had poisoned everything it takes words from. */
import type { Answer, DocumentId } from '../../../src/types.ts'

export const outcomes = ['answered', 'declined', 'ambiguous'] as const

/** An answer that says it wherever an answer takes words from outside. */
export function answerSaying(text: string, outcome: Answer['outcome']): Answer {
  const reference = {
    documentId: 'd-000' as DocumentId,
    source: `${text}.txt`,
    title: text,
    path: ['一'],
    label: text,
    spoken: text,
    url: '/read/d-000/213ffd5c05c1071a/1-9',
  }
  const citation = { ...reference, start: 0, end: 1, textSha256: '0', quoteSha256: '0', alsoIn: [reference] }
  const version = { date: text, status: 'repealed', by: { title: text }, others: [] } as const
  return {
    id: 'a-1',
    question: text,
    understoodAs: text,
    outcome,
    ...(outcome === 'declined' && { reason: 'unsupported' as const }),
    text: `${text}${text}`,
    segments: [
      { kind: 'label', text, citations: [1] },
      { kind: 'quotation', text, citations: [1] },
      { kind: 'sentence', text: `${text}\n`, citations: [2, 3] },
      { kind: 'connecting', text: `《${text}》${text}` },
    ],
    citations: [
      { ...citation, n: 1, quote: text, date: text, dateFrom: 'operator', version },
      { ...citation, n: 2, quote: `${text}${'一'.repeat(100)}${text}` },
      { ...citation, n: 3, quote: `甲${text}乙`, url: text },
    ],
    passages: [{ ...reference, text, start: 0, end: 1, score: 1, alsoIn: [] }],
    mode: 'llm',
    model: { id: text, prompt: text, sentences: 1, removed: 0, reasons: {} },
    retrieval: 'keyword',
    fallback: { from: 'hybrid', reason: text },
    notes: [text],
    index: { generation: 'gen-00000001', embedder: null },
    timings: {},
  }
}
