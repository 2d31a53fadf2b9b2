/** What every Embedder promises. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cosine, embedPassages, type Embedder } from '../../src/embedding/embedder.ts'

const INVESTMENT = '全社会研发投入强度超过4%，高新技术企业突破3万家。'
const SHORT = '人才引进'
const LONG = '深入推进成渝地区双城经济圈建设。'.repeat(40)

export function describeEmbedder(name: string, open: () => Promise<Embedder>): void {
  describe(`${name} as an Embedder`, () => {
    let embedder: Embedder
    beforeAll(async () => {
      embedder = await open()
    })
    afterAll(() => embedder.close())

    test('gives vectors of unit length and of the dimensions it states', async () => {
      const vectors = await embedPassages(embedder, [INVESTMENT, SHORT, LONG, ''])
      for (const vector of vectors) {
        expect(vector).toHaveLength(embedder.dimensions)
        expect(cosine(vector, vector)).toBeCloseTo(1, 4)
      }
    })

    test('gives a text the same vector whatever else is in the batch', async () => {
      const [alone] = await embedPassages(embedder, [SHORT])
      const [, beside] = await embedPassages(embedder, [LONG, SHORT, INVESTMENT])
      expect(cosine(alone!, beside!)).toBeGreaterThan(0.98)
    })

    test('keeps the order of the texts', async () => {
      const texts = [LONG, SHORT, INVESTMENT, '科技创新', '乡村振兴', '一'.repeat(700)]
      const together = await embedPassages(embedder, texts)
      for (const [position, text] of texts.entries()) {
        const [alone] = await embedPassages(embedder, [text])
        const nearest = together.map((vector) => cosine(vector, alone!)).reduce((best, value, at, all) => (value > all[best]! ? at : best), 0)
        expect(nearest).toBe(position)
      }
    })

    test('finds the passage a question is about', async () => {
      const question = await embedder.embedQuestion('研发投入强度要超过多少？')
      const [right, wrong] = await embedPassages(embedder, [INVESTMENT, '推动乡村全面振兴，建设宜居宜业和美乡村。'])
      expect(cosine(question, right!)).toBeGreaterThan(cosine(question, wrong!))
    })

    test('reads GDP and gdp as the same word', async () => {
      const [capital, small] = await embedPassages(embedder, ['GDP增长', 'gdp增长'])
      expect(cosine(capital!, small!)).toBeCloseTo(1, 3)
    })

    test('gives each text once, in the same order every time', async () => {
      const texts = [INVESTMENT, SHORT, LONG, ...Array.from({ length: 40 }, (_, at) => `第${at}条 科技创新`)]
      const orders = [[], []] as number[][]
      for (const order of orders) await embedder.embedInBatches(texts, (positions) => void order.push(...positions))
      expect(orders[0]!.toSorted((a, b) => a - b)).toEqual(texts.map((_, at) => at))
      expect(orders[1]).toEqual(orders[0])
    })

    test('makes no vector of no text', async () => {
      expect(await embedPassages(embedder, [])).toEqual([])
    })

    test('has an id that tells it from others', () => {
      expect(embedder.id).toMatch(/\S+\/\S+/)
    })
  })
}
