/**
 * Collections made at random over a library of laws: restricted, it answers as one that was built without them. Under
 * TIAOWEN_LONG over all of the laws that are there.
 */
import { describe, expect, test } from 'vitest'
import { findTwins, inferHeaders } from '../../src/clauses/twins.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import { LocalAssistant } from '../../src/answering/local-assistant.ts'
import { restrictedTo } from '../../src/retrieval/restricted.ts'
import type { Library } from '../../src/retrieval/library.ts'
import type { Answer, Document } from '../../src/types.ts'
import { titleOf, innermost, spokenOf, placeOf, walk } from '../../src/clauses/address.ts'
import { hasLaws, lawFiles, lawSource } from '../clauses/sources.ts'
import { libraryOf } from '../library.ts'
import { randomFrom } from '../store/random.ts'

const isLong = process.env['TIAOWEN_LONG'] === '1'
const COLLECTIONS = isLong ? 6 : 1
const LAWS = isLong ? Infinity : 60
const QUESTIONS = isLong ? 120 : 12

const assistantOver = (library: Library) =>
  new LocalAssistant({
    library: () => library,
    textOf: async () => undefined,
    status: () => ({ ready: true, retrieval: 'keyword', generation: 'g', embedder: null, vectors: null, documents: 0, clauses: 0, chunks: 0, fallbacks: [] }),
    log: () => {},
  })

async function answerOf(assistant: LocalAssistant, question: string): Promise<Answer> {
  for await (const event of assistant.ask({ question })) if (event.type === 'done') return event.answer
  throw new Error('an answer without an end')
}

const timeless = (told: object): unknown => JSON.parse(JSON.stringify(told, (key, value) => (key === 'timings' ? undefined : value)))

/** Which clause comes first in the map is nothing that anybody is shown. */
const byId = (twins: Library['twins']) => [...twins].sort(([one], [other]) => (one < other ? -1 : 1))

const libraryWith = async (read: readonly Document[]): Promise<Library> => {
  const twins = findTwins(read)
  return (await libraryOf({ documents: inferHeaders(read, twins), twins })).library
}

/** Questions that a document answers: its title, a clause of it, words of it. */
function questionsOf(document: Document, random: () => number): readonly string[] {
  const lineages = [...walk(document)].filter((lineage) => innermost(lineage).number !== undefined)
  const lineage = lineages[Math.floor(random() * lineages.length)]
  if (!lineage) return [titleOf(document)]
  const { extent } = innermost(lineage)
  const words = document.text.slice(extent.start, extent.end)
  const from = Math.floor(random() * Math.max(1, words.length - 30))
  return [`《${titleOf(document)}》${spokenOf(placeOf(document, lineage))}规定了什么？`, words.slice(from, from + 30)]
}

describe.skipIf(!hasLaws)('laws', () => {
  test(`${COLLECTIONS} collections hidden, each from ${QUESTIONS} questions`, async () => {
    const random = randomFrom(90_210).next
    const files = [...lawFiles()].sort().filter((_, at) => isLong || at % 20 === 0).slice(0, LAWS)
    const read = files.map((file) => parseDocument(lawSource(file)))
    const whole = await libraryWith(read)
    for (let nth = 0; nth < COLLECTIONS; nth++) {
      const share = [0.02, 0.3, 0.9][nth % 3]!
      const hidden = new Set<string>(read.filter(() => random() < share).map(({ id }) => id))
      const seen = assistantOver(await restrictedTo(whole, (id) => !hidden.has(id)))
      const bare = assistantOver(await libraryWith(read.filter(({ id }) => !hidden.has(id))))
      expect(seen.catalogue().documents).toEqual(bare.catalogue().documents)
      expect(byId(seen.catalogue().twins)).toEqual(byId(bare.catalogue().twins))
      for (let asked = 0; asked < QUESTIONS; asked++) {
        const secret = read.filter(({ id }) => hidden.has(id))
        const of = asked % 2 === 0 && secret.length > 0 ? secret : read
        for (const question of questionsOf(of[Math.floor(random() * of.length)]!, random)) {
          const answer = await answerOf(seen, question)
          expect(timeless(answer), question).toEqual(timeless(await answerOf(bare, question)))
          const found = [...answer.citations, ...answer.passages].flatMap(({ documentId, alsoIn }) => [documentId, ...alsoIn.map((twin) => twin.documentId)])
          expect(found.filter((id) => hidden.has(id)), question).toEqual([])
        }
      }
    }
  })
})
