/** Drafts made by chance out of lines of a seed: whatever holds the words, a comment stands around exactly those. */
import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { annotateDraft } from '../../src/drafts/annotate-draft.ts'
import { readDraft } from '../../src/drafts/read-draft.ts'
import type { CheckItem } from '../../src/types.ts'
import { commentsOf, paragraph, partOf, run, table, wordFile } from './word-files.ts'

const SEED = readFileSync(`seeds/${readdirSync('seeds').find((name) => name.startsWith('003'))}`, 'utf8').replace(/\s/g, '')

/** The same numbers below 1 in every run. */
function chances(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const escaped = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

class Maker {
  readonly #chance: () => number
  #at = 0

  constructor(chance: () => number) {
    this.#chance = chance
  }

  upTo(most: number): number {
    return Math.floor(this.#chance() * most)
  }

  #words(): string {
    const length = 1 + this.upTo(9)
    const words = SEED.slice(this.#at, (this.#at += length))
    return [words, words, words, `${words} &`, `<${words}`, `𠮷${words}`][this.upTo(6)]!
  }

  #run(): string {
    const inside = Array.from({ length: 1 + this.upTo(3) }, () => {
      const words = `<w:t xml:space="preserve">${escaped(this.#words())}</w:t>`
      return [words, words, `${words}<w:tab/>`, `<w:lastRenderedPageBreak/>${words}`, `${words}<w:noBreakHyphen/>`][this.upTo(5)]
    })
    return `<w:r>${this.upTo(2) === 0 ? '<w:rPr><w:b/></w:rPr>' : ''}${inside.join('')}</w:r>`
  }

  #inline(depth: number): string {
    const inside = (): string => Array.from({ length: 1 + this.upTo(2) }, () => this.#inline(depth - 1)).join('')
    if (depth === 0) return this.#run()
    return [
      () => this.#run(),
      () => `<w:hyperlink r:id="link">${inside()}</w:hyperlink>`,
      () => `<w:ins w:id="90" w:author="甲">${inside()}</w:ins>`,
      () => `<w:del w:id="91" w:author="甲"><w:r><w:delText>删${escaped(this.#words())}</w:delText></w:r></w:del>`,
      () => `<w:sdt><w:sdtPr/><w:sdtContent>${inside()}</w:sdtContent></w:sdt>`,
      () => `<w:smartTag w:element="x">${inside()}</w:smartTag>`,
      () => '<w:proofErr w:type="spellStart"/>',
      () => `<w:fldSimple w:instr="REF a">${inside()}</w:fldSimple>`,
    ][this.upTo(8)]!()
  }

  paragraph(): string {
    return paragraph(...Array.from({ length: this.upTo(5) }, () => this.#inline(2)))
  }

  body(): string {
    return Array.from({ length: 2 + this.upTo(4) }, () =>
      this.upTo(4) === 0 ? table([this.paragraph(), this.paragraph()]) : this.paragraph(),
    ).join('')
  }
}

/** As the text has it, read out of the marks: tabs and hyphens are elements, and a paragraph is told where it begins. */
const bare = (words: string): string => words.replace(/[\t\n/-]/g, '')

test('150 drafts, 1,500 comments', async () => {
  let comments = 0
  for (let seed = 1; seed <= 150; seed++) {
    const maker = new Maker(chances(seed * 7919))
    const bytes = await wordFile(paragraph(run('始')) + maker.body())
    const file = await readDraft(bytes, 'a.docx')
    const items = Array.from({ length: 10 }, (): CheckItem => {
      const start = maker.upTo(file.text.length - 1)
      const end = Math.min(file.text.length, start + 1 + maker.upTo(40))
      return { kind: 'quotation', quote: file.text.slice(start, end), start, end, verdict: 'not-found', message: '', alternatives: [] }
    }).filter(({ quote }) => bare(quote) !== '')
    const copy = await annotateDraft(bytes, file, items)
    const seen = await commentsOf(copy)
    expect(seen.length).toBe(items.length)
    for (const [at, { start, end }] of items.entries()) {
      // a character of two units is marked as a whole
      const whole = file.text.slice(/[\udc00-\udfff]/.test(file.text.charAt(start)) ? start - 1 : start, end)
      const words = /[\ud800-\udbff]$/.test(whole) ? whole + file.text.charAt(end) : whole
      expect(bare(seen[at]?.marked ?? '').replace(/删.*?(?=\0|$)/, ''), `draft ${seed}, ${start}–${end}`).toBe(bare(words))
    }
    comments += items.length
    expect((await readDraft(copy, 'a.docx')).text).toBe(file.text)
    const plain = (xml: string) => xml.replace(/<[^>]+>/g, '')
    expect(plain(await partOf(copy, 'word/document.xml'))).toBe(plain(await partOf(bytes, 'word/document.xml')))
  }
  expect(comments).toBeGreaterThan(1_300)
})
