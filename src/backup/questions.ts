/**
 * Twenty questions to a library, made of its own clauses, and what it cites for them: asked when a backup is made, and
 * again of what was restored. Two of each of ten clauses: a look-up by its number, and a question in its words that is
 * answered by keywords. So they are the same on every machine, with a model or without.
 */
import { z } from 'zod'
import type { Assistant } from '../answering/assistant.ts'
import { citeOf, ownPlace, walk } from '../clauses/address.ts'
import type { AnswerEvent, Citation, Place } from '../types.ts'

export const QUESTIONS = 20
/** Characters of a clause that make a question. */
const WORDS = 24

const Asked = z.strictObject({
  kind: z.enum(['look-up', 'question']),
  words: z.string(),
  /** ISO 8601 day: the same text is in force whenever it is asked again. */
  asOf: z.iso.date(),
  outcome: z.string(),
  /** `documentId textSha256 start-end`, in the order of the answer. */
  citations: z.array(z.string()),
})
export const AskedQuestions = z.array(Asked)
export type AskedQuestion = Readonly<z.infer<typeof Asked>>

/** Makes two questions each of ten clauses of a library, the same for the same library, and asks them. */
export async function askOwn(assistant: Assistant, asOf: string): Promise<AskedQuestion[]> {
  const places = spread(
    assistant.catalogue().documents.flatMap((document) =>
      [...walk(document)].filter((lineage) => lineage.at(-1)?.number).map((lineage) => ownPlace(document, lineage)),
    ),
    QUESTIONS / 2,
  )
  const asked: AskedQuestion[] = []
  for (const place of places) {
    asked.push(await ask(assistant, 'look-up', citeOf(place), asOf), await ask(assistant, 'question', questionOf(place), asOf))
  }
  return asked
}

/** Those whose citations are not what they were, each with a sentence. */
export async function askAgain(assistant: Assistant, asked: readonly AskedQuestion[]): Promise<string[]> {
  const faults: string[] = []
  for (const { kind, words, asOf, outcome, citations } of asked) {
    const again = await ask(assistant, kind, words, asOf)
    const isSame = again.outcome === outcome && again.citations.join('\n') === citations.join('\n')
    if (!isSame) faults.push(`“${words}”：备份时 ${outcome} ${citations.join('；')}，现在 ${again.outcome} ${again.citations.join('；')}`)
  }
  return faults
}

async function ask(assistant: Assistant, kind: AskedQuestion['kind'], words: string, asOf: string): Promise<AskedQuestion> {
  if (kind === 'look-up') {
    const found = assistant.lookUp(words, asOf)
    const places = found.outcome === 'found' ? found.places : found.outcome === 'ambiguous' ? found.candidates : []
    return { kind, words, asOf, outcome: found.outcome, citations: places.map(wordsOf) }
  }
  const done = await lastOf(assistant.ask({ question: words, asOf, mode: 'extractive' }))
  return { kind, words, asOf, outcome: done.outcome, citations: done.citations.map(cited) }
}

async function lastOf(events: AsyncIterable<AnswerEvent>) {
  for await (const event of events) if (event.type === 'done') return event.answer
  throw new Error('an answer without an end')
}

const cited = ({ documentId, textSha256, start, end }: Pick<Citation, 'documentId' | 'textSha256' | 'start' | 'end'>) =>
  `${documentId} ${textSha256} ${start}-${end}`

function wordsOf({ document, lineage }: Place): string {
  const { extent } = lineage.at(-1)!
  return cited({ documentId: document.id, textSha256: document.textSha256, ...extent })
}

/** @example '建设实验室…建设国家实验室2家有哪些规定？' */
function questionOf({ document, lineage }: Place): string {
  const { heading, paragraphs, extent } = lineage.at(-1)!
  const { start, end } = paragraphs[0] ?? heading ?? extent
  const words = document.text.slice(start, end).replace(/^[第（(〔]?[\d一二三四五六七八九十百千零]+[章节条）)、.．]?\s*/u, '')
  return `${words.slice(0, WORDS).replace(/[\s。；：，、“”]+$/u, '').replace(/[\r\n]+/g, ' ').toWellFormed()}，有什么规定？`
}

/** Evenly over a list, ends included. */
function spread<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, at) => items[Math.round((at * (items.length - 1)) / (count - 1))]!)
}
