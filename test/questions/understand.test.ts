import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { normaliseQuestion } from '../../src/questions/normalise.ts'
import { understand } from '../../src/questions/understand.ts'
import { KeywordPart } from '../../src/retrieval/keyword-part.ts'
import { Keywords } from '../../src/retrieval/keywords.ts'
import type { Library } from '../../src/retrieval/library.ts'

const text = readFileSync(new URL('../../seeds/001_c3e04e6f9f8af2f3.txt', import.meta.url), 'utf8')
const keywords = new Keywords(await KeywordPart.build(text.split('\n')))
const library = { documents: [{ text }], keywords } as unknown as Library
const understood = (question: string) => understand(library, normaliseQuestion(question))

describe('a question as it is looked up', () => {
  it('in Chinese without slips: as typed', () => {
    expect(understood('全社会研发投入强度要超过多少？')).toEqual({ text: '全社会研发投入强度要超过多少？', unclear: false })
  })

  it('with a slip: as the documents write it', () => {
    expect(understood('良诸遗址要提升什么影响力')).toEqual({ text: '良渚遗址要提升什么影响力', unclear: false })
  })

  it('in English: in the words of the documents', () => {
    expect(understood('How much should the R&D investment intensity exceed in the next five years?')).toEqual({
      text: '未来五年研发投入强度超过多少',
      unclear: false,
    })
  })

  it('in English of which too little is found: as typed, and said to be unclear', () => {
    expect(understood('Xylophone quokka?')).toEqual({ text: 'Xylophone quokka?', unclear: true })
  })

  it('in Chinese with an English abbreviation: in the words of the documents where they have them', () => {
    expect(understood('GDP目标是多少').text).toBe('生产总值目标是多少')
    expect(understood('R&D投入强度是多少').text).toBe('研发投入强度是多少')
    expect(understood('推进“亚运在线”和MOC开发应用').text).toBe('推进“亚运在线”和MOC开发应用')
    expect(understood('WTO有什么规定').text).toBe('WTO有什么规定')
  })

  it('in Chinese with a foreign name: as typed', () => {
    const question = 'G60科创走廊和 Web of Science 有什么关系'
    expect(understood(question)).toEqual({ text: question, unclear: false })
  })

  it('a text of a million characters is left alone', () => {
    const long = '良诸遗址要提升什么影响力'.repeat(90_000)
    expect(understood(long).text).toHaveLength(long.length)
    expect(understood(`how many ${'a'.repeat(1_000_000)}`).unclear).toBe(true)
  })
})
