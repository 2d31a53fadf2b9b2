import { expect, test } from 'vitest'
import { coverageOf } from '../../../src/channels/web/chat/coverage.ts'
import type { Citation, Segment } from '../../../src/types.ts'

const citations = [{ n: 1 }] as Citation[]

test('a sentence of a model without a citation that is there counts as uncited, as a quotation does', () => {
  const segments: Segment[] = [
    { kind: 'label', text: '第三部分第2条' },
    { kind: 'quotation', text: '超过4%', citations: [1] },
    { kind: 'sentence', text: '研发投入强度超过4%。', citations: [1] },
    { kind: 'sentence', text: '研发投入强度超过5%。' },
    { kind: 'sentence', text: '研发投入强度超过6%。', citations: [2] },
  ]
  expect(coverageOf({ segments, citations })).toEqual({ quotations: 1, sentences: 3, uncited: 2 })
})
