/** Organs and contraries: a word of a question in whose place a clause has another. */
import { phrases } from '../chunks/sentences.ts'
import type { Question } from '../questions/question.ts'
import { sentencesOf } from '../questions/read-once.ts'
import { loadDictionary } from '../questions/words.ts'
import type { TermWeights } from '../retrieval/term-weights.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { Quotation } from './compose.ts'
import { coverageOf, weightedTerms } from './coverage.ts'

/** Organs by their last word: 国务院公安部门, 网信部门. */
const LAST_WORD = /(?:主管部门|部门|机关|委员会|常委会|人民政府|政府|法院|检察院)$/

/** Each organ a question names: the noun before its last word with that word. */
function organsIn(text: string): { readonly name: string; readonly last: string }[] {
  const tokens = loadDictionary().tag(text)
  return tokens.flatMap(({ word }, at) => {
    const last = LAST_WORD.exec(word)?.[0]
    if (last === undefined) return []
    const before = word === last ? tokens[at - 1] : undefined
    if (word === last && !(before && /^(?:n|j|vn)/.test(before.tag))) return []
    return [{ name: `${before?.word ?? ''}${word}`, last }]
  })
}

/**
 * The question lets one organ do what the text gives to another: most of the question's other words stand in the
 * sentence, the organ does not stand in the clause, and the sentence has an organ of the same last word.
 */
export function otherOrgan(question: Question, found: readonly Found[], keywords: TermWeights): Quotation | undefined {
  const [first] = found
  if (!first || question.asks === 'who') return undefined
  const { document, clause } = first
  for (const { name, last } of organsIn(question.text)) {
    if (document.text.includes(name)) continue
    const words = question.words.filter(({ text: word }) => !name.includes(word))
    const weights = weightedTerms({ ...question, words }, keywords)
    for (const sentence of clause.paragraphs.flatMap((paragraph) => sentencesOf(document.text, paragraph))) {
      const said = document.text.slice(sentence.start, sentence.end)
      const meansIt = [...name.slice(0, -last.length)].every((character) => said.includes(character))
      if (!meansIt && said.includes(last) && coverageOf(weights, said) >= 0.6) return { document, span: sentence }
    }
  }
  return undefined
}

/** Words of which one says the contrary of the other. */
const CONTRARIES: readonly (readonly [string, string])[] = [
  ['提前', '延期'], ['提前', '推迟'], ['增加', '减少'], ['提高', '降低'], ['上调', '下调'], ['扩大', '缩小'], ['取消', '保留'],
  ['允许', '禁止'], ['放宽', '收紧'], ['取消', '收紧'], ['加快', '放缓'], ['新增', '压减'], ['鼓励', '限制'],
]

/** The question says 提前 of what the sentence says 延期 of. */
export function contrary(question: Question, found: readonly Found[], keywords: TermWeights): Quotation | undefined {
  const [first] = found
  const pairs = CONTRARIES.flatMap(([one, other]): [string, string][] => [[one, other], [other, one]])
    .filter(([said]) => question.text.includes(said))
  if (!first || pairs.length === 0) return undefined
  const { document, clause } = first
  const whole = document.text.slice(clause.extent.start, clause.extent.end)
  for (const [said, instead] of pairs) {
    if (whole.includes(said)) continue
    const weights = weightedTerms({ ...question, words: question.words.filter(({ text }) => text !== said) }, keywords)
    for (const phrase of clause.paragraphs.flatMap((paragraph) => phrases(document.text, paragraph))) {
      const text = document.text.slice(phrase.start, phrase.end)
      if (text.includes(instead) && coverageOf(weights, text) >= 0.35) return { document, span: phrase }
    }
  }
  return undefined
}
