/** What of an earlier answer is shown to somebody who sees less now. */
import { describe, expect, test } from 'vitest'
import type { View } from '../../src/access/view.ts'
import { titleOf } from '../../src/clauses/address.ts'
import { exchangeFor, WITHHELD } from '../../src/channels/withheld.ts'
import type { Answer, DocumentId, Exchange } from '../../src/types.ts'
import { answered, COPY, DECISION, PLAN } from './scripted.ts'

const catalogue = { documents: [DECISION, COPY, PLAN] }
const without = (...hidden: readonly string[]): View => ({ sees: (id) => !hidden.includes(id), seesFile: () => false })
const ANSWER: Answer = {
  ...answered({ question: '目标是什么？' }),
  segments: [{ kind: 'quotation', text: '全社会研发投入强度超过4%', citations: [1] }],
  text: '全社会研发投入强度超过4%',
}
const EXCHANGE: Exchange = { id: 'e', question: '目标是什么？', askedAt: '2026-11-22T00:00:00.000Z', answer: ANSWER }
const [CITED] = ANSWER.citations
const shown = (more: Partial<Answer>, view: View) => exchangeFor({ ...EXCHANGE, answer: { ...ANSWER, ...more } }, { view, catalogue })

describe('an earlier answer', () => {
  test('is shown whole where all it rests on is seen', () => {
    expect(shown({}, without())).toEqual({ ...EXCHANGE })
  })

  test('has its words withheld where a document that it quotes is not seen', () => {
    const { answer, withheld } = shown({ understoodAs: '研发投入强度' }, without(CITED!.documentId))
    expect(withheld).toBe('words')
    expect(answer).toMatchObject({ text: WITHHELD, segments: [{ kind: 'connecting', text: WITHHELD }], citations: [] })
    expect(JSON.stringify(answer)).not.toContain('研发投入')
  })

  test('has them withheld where a version that is told of is not seen', () => {
    const version = { status: 'superseded', others: [], by: { title: '新的决定', url: '/read/d-newer' } } as const
    const { answer, withheld } = shown({ citations: [{ ...CITED!, version }] }, without('d-newer'))
    expect([withheld, answer?.text]).toEqual(['words', WITHHELD])
    expect(JSON.stringify(answer)).not.toMatch(/新的决定|d-newer/)
  })

  test('has them withheld where it names a document that is not there, without quoting it', () => {
    const words = '《某市津贴办法》没有第9条；该办法共有7条。'
    const told: Partial<Answer> = { outcome: 'declined', text: words, segments: [{ kind: 'count', text: words }], citations: [], passages: [] }
    expect(shown(told, without()).answer?.text).toBe(WITHHELD)
    const known = `《${titleOf(DECISION)}》没有第9条。`
    expect(shown({ ...told, text: known, segments: [{ kind: 'count', text: known }] }, without()).answer?.text).toBe(known)
  })

  test('loses no words, but clauses besides, twins and limits that are not seen', () => {
    const hidden = { ...CITED!, documentId: 'd-gone' as DocumentId, score: 1, text: '别的' }
    const twin = { ...CITED!, documentId: 'd-gone' as DocumentId }
    const exchange = { ...EXCHANGE, documents: ['d-gone' as DocumentId], answer: { ...ANSWER, passages: [hidden], citations: [{ ...CITED!, alsoIn: [twin] }] } }
    const { answer, withheld, documents } = exchangeFor(exchange, { view: without('d-gone'), catalogue })
    expect([withheld, answer?.text, answer?.passages, answer?.citations[0]?.alsoIn, documents]).toEqual(['passages', ANSWER.text, [], [], []])
  })
})
