/** What a language model replies to a prompt: truly, or with every second sentence false. */
import type { ModelMessage } from '../../src/answering/answer-model.ts'
import { handlesOf } from '../../src/answering/written/handles.ts'
import type { WrittenSentence } from '../../src/answering/written/protocol.ts'
import type { Answer, DocumentId } from '../../src/types.ts'
import { BAD } from './written/made-sentences.ts'

export interface Shown {
  readonly name: string
  readonly text: string
}

/** The passages that a prompt shows, c1 first. */
export function passagesIn(messages: readonly Pick<ModelMessage, 'content'>[]): Shown[] {
  const prompt = messages.at(-1)?.content ?? ''
  return [...prompt.matchAll(/^(={5,}) (c\d+) .*\n([\s\S]*?)\n\1$/gm)].map(([, , name, text]) => ({ name: name!, text: text! }))
}

/** Is it asked to write an answer, not to rewrite a question? */
export const asksForAnswer = (messages: readonly Pick<ModelMessage, 'content'>[]): boolean => passagesIn(messages).length > 0

/** The whole sentences in which the extractive answer's quotations stand. */
export function trueSentences(shown: readonly Shown[], { citations }: Pick<Answer, 'citations'>): WrittenSentence[] {
  const sentences = citations.slice(0, 3).flatMap(({ quote }) => {
    const passage = shown.find(({ text }) => text.includes(quote))
    if (!passage) return []
    const whole = sentenceAround(passage.text, quote)
    return [{ text: `${whole.replace(STOPS, '')}。`, quotes: [{ handle: passage.name, quote: whole }] }]
  })
  return sentences.filter(({ text }, at) => sentences.findIndex((other) => other.text === text) === at)
}

const STOPS = /[，；、：。,;:]+$/u

function sentenceAround(text: string, quote: string): string {
  const at = text.indexOf(quote)
  const start = Math.max(...['。', '；', ';', '\n'].map((mark) => text.lastIndexOf(mark, at - 1))) + 1
  const rest = /[。；;\n]/.exec(text.slice(at + quote.replace(STOPS, '').length))
  const end = rest ? at + quote.replace(STOPS, '').length + rest.index : text.length
  return text.slice(start, end).trim()
}

const LIES = Object.values(BAD)

/** Behind each of them a false one, of another kind each time. */
export function withLies(sentences: readonly WrittenSentence[], shown: readonly Shown[], nth: number): { all: WrittenSentence[]; lies: string[] } {
  const handles = handlesOf(
    shown.map(({ text }) => ({ documentId: 'd' as DocumentId, title: '某规定', spoken: '第一条', text, start: 0 })),
  )
  const [own, other = own] = handles
  const lies: string[] = []
  const all = sentences.flatMap((sentence, at) => {
    const wordsOfOther = other!.passage.text.split('\n')[0]!
    const told = { handles, own: own!, other: other!, words: sentence.text, wordsOfOther }
    for (let kind = 0; kind < LIES.length; kind++) {
      const made = LIES[(nth * 7 + at * 3 + kind) % LIES.length]!(told, nth + at)
      const [lie] = made === undefined ? [] : Array.isArray(made) ? (made as WrittenSentence[]) : [made as WrittenSentence]
      if (!lie) continue
      lies.push(lie.text)
      return [sentence, lie]
    }
    return [sentence]
  })
  return { all, lies }
}

export const jsonReply = (sentences: readonly WrittenSentence[]): string =>
  JSON.stringify({ sentences: sentences.map(({ text, quotes }) => ({ quotes, text })) })

export const plainReply = (sentences: readonly WrittenSentence[]): string =>
  sentences
    .map(({ text, quotes }) => `- ${text}\n${quotes.map(({ handle, quote }) => `> ${handle}: ${quote.replaceAll('\n', '\n> ')}\n`).join('')}`)
    .join('')
