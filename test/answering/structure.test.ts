import { beforeAll, describe, expect, it, test } from 'vitest'
import { Composer } from '../../src/answering/compose.ts'
import { countParts, unitCounted } from '../../src/answering/structure.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { documentOf, seedLibrary } from './seeds.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
})

describe('how many parts a document has', () => {
  test.each([
    ['决定一共有几个部分？', '部分'],
    ['大走廊决定分为几部分', '部分'],
    ['这部法律有多少条', '条'],
    ['决定有几个部分讲人才', undefined],
    ['今年要建多少套住房', undefined],
  ])('%s', (question, unit) => expect(unitCounted(question)).toBe(unit))

  it('is counted in the tree of the whole copy, with the headings as quotations', () => {
    const composer = new Composer(library)
    expect(countParts(composer, [documentOf(library, '000'), documentOf(library, '001')], '部分')).toBe(true)
    expect(composer.segments.find(({ kind }) => kind === 'count')?.text).toBe('共有11个部分（第一部分至第十一部分）')
    expect(composer.citations).toHaveLength(11)
    expect(composer.citations[2]).toMatchObject({
      source: '001_c3e04e6f9f8af2f3.txt',
      spoken: '第三部分',
      quote: '推进现代化战略支撑强基新实践,加快打造创新创业的新天堂',
    })
  })

  it('a fragment counts what it prints', () => {
    const composer = new Composer(library)
    countParts(composer, [documentOf(library, '003')], '部分')
    expect(composer.segments.find(({ kind }) => kind === 'count')?.text).toBe('共有2个部分（第二部分至第三部分）')
  })

  it('a news item without numbers has none', () => {
    expect(countParts(new Composer(library), [documentOf(library, '004')], '部分')).toBe(false)
  })
})
