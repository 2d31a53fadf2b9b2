import { beforeAll, describe, expect, it, test } from 'vitest'
import { Composer, sha256 } from '../../src/answering/compose.ts'
import { faultOf, verify } from '../../src/answering/verify.ts'
import type { Library } from '../../src/retrieval/library.ts'
import type { Citation, DocumentId, Segment } from '../../src/types.ts'
import { documentOf, seedLibrary, spanOf } from './seeds.ts'

let library: Library
let sound: Citation
let segments: readonly Segment[]
beforeAll(async () => {
  library = await seedLibrary()
  const document = documentOf(library, '001')
  const composer = new Composer(library).quote([{ document, span: spanOf(document, '全社会研发投入强度超过4%') }], { dated: true })
  sound = composer.citations[0]!
  segments = composer.segments
})

it('what is the exact slice passes unchanged', () => {
  expect(faultOf(library, sound)).toBeUndefined()
  expect(verify(library, segments, [sound])).toEqual({ segments, citations: [sound], rejected: [] })
})

const altered: readonly (readonly [string, (citation: Citation) => Partial<Citation>])[] = [
  ['a changed quotation', () => ({ quote: '全社会研发投入强度超过6%', quoteSha256: sha256('全社会研发投入强度超过6%') })],
  ['an offset shifted by one', ({ start, end }) => ({ start: start + 1, end: end + 1 })],
  ['a span without words', ({ start }) => ({ start, end: start, quote: '', quoteSha256: sha256('') })],
  ['a span before the text', ({ end }) => ({ start: end - 1_000_000 })],
  ['a wrong label', () => ({ label: '二、3.' })],
  ['a wrong spoken form', () => ({ spoken: '第二部分第2条第1款' })],
  ['a wrong path', () => ({ path: ['二', '3'] })],
  ['a page that the file does not have', () => ({ page: 1 })],
  ['a wrong hash', () => ({ quoteSha256: sha256('别的话') })],
  ['another version of the text', () => ({ textSha256: sha256('another version') })],
  ['an unknown document', () => ({ documentId: 'd-000000000000' as DocumentId })],
  ['the same words in another document', () => ({ documentId: documentOf(library, '002').id })],
]

describe('rejected with its whole line', () => {
  test.each(altered)('%s', (_, change) => {
    const citation = { ...sound, ...change(sound) }
    expect(faultOf(library, citation)).toMatch(/^citation 1: /)
    const verified = verify(library, segments, [citation])
    expect(verified.segments).toEqual([])
    expect(verified.citations).toEqual([])
    expect(verified.rejected.length).toBeGreaterThan(0)
  })

  const changed: readonly (readonly [string, Segment['kind'], string])[] = [
    ['a quotation that is not what its citation quotes', 'quotation', '全社会研发投入强度超过5%'],
    ['connecting words that are no phrase', 'connecting', '，由此可见'],
    ['a label that is not that of its citation', 'label', '《决定》第九部分'],
    ['a date that is not that of its citation', 'date', '2024-01-09'],
  ]
  test.each(changed)('%s', (_, kind, text) => {
    const at = segments.findIndex((segment) => segment.kind === kind)
    const planted = segments.with(at, { ...segments[at]!, text })
    expect(verify(library, planted, [sound]).segments).toEqual([])
    expect(verify(library, planted, [sound]).rejected).toHaveLength(1)
  })
})

it('other lines stay, with the numbers they had', () => {
  const document = documentOf(library, '002')
  const composer = new Composer(library)
    .say('declined-no-evidence')
    .quote([{ document, span: spanOf(document, '引进国内外优质医疗资源') }])
    .quote([{ document, span: spanOf(document, '增强原始创新能力') }])
  const [first, second] = composer.citations
  const verified = verify(library, composer.segments, [{ ...first!, quote: '引进优质医疗资源' }, second!])
  expect(verified.citations.map(({ n }) => n)).toEqual([2])
  expect(verified.segments.map(({ text }) => text).join('')).toContain('增强原始创新能力')
  expect(verified.segments.map(({ text }) => text).join('')).not.toContain('医疗资源')
  expect(verified.rejected[0]).toMatch(/^citation 1: not the words at/)
})

it("a model's sentence needs a citation that holds", () => {
  const text = '研发投入强度超过4%。'
  const shown = (citations?: readonly number[]) =>
    verify(library, [{ kind: 'sentence', text, ...(citations ? { citations } : {}) }], [sound]).segments.length
  expect([shown([1]), shown([2]), shown([]), shown()]).toEqual([1, 0, 0, 0])
})
