/** Answers as they are kept: JSON in, JSON out, checked where it comes back. */
import { z } from 'zod'
import type { Answer, DocumentId, Turn } from '../types.ts'

const Reference = z.looseObject({
  documentId: z.string(),
  source: z.string(),
  title: z.string(),
  path: z.array(z.string()),
  label: z.string(),
  spoken: z.string(),
  url: z.string(),
})
const Quoted = Reference.extend({ start: z.number(), end: z.number(), alsoIn: z.array(Reference) })

/** What every reader of an answer relies on. Loose: what other versions of the program add or leave out may pass. */
const Kept = z.looseObject({
  id: z.string(),
  question: z.string(),
  outcome: z.enum(['answered', 'declined', 'ambiguous']),
  reason: z.enum(['no-evidence', 'no-such-clause', 'false-premise', 'unsupported', 'out-of-scope']).optional(),
  text: z.string(),
  segments: z.array(
    z.looseObject({
      kind: z.enum(['quotation', 'sentence', 'label', 'date', 'count', 'connecting']),
      text: z.string(),
      citations: z.array(z.number()).optional(),
    }),
  ),
  citations: z.array(
    Quoted.extend({ n: z.number(), quote: z.string(), textSha256: z.string(), quoteSha256: z.string() }),
  ),
  passages: z.array(Quoted.extend({ text: z.string(), score: z.number() })),
  // absent in answers of versions that had one way of answering
  mode: z.enum(['extractive', 'llm']).optional(),
  model: z
    .looseObject({
      id: z.string(),
      prompt: z.string(),
      sentences: z.number(),
      removed: z.number(),
      reasons: z.record(z.string(), z.number()),
    })
    .optional(),
  index: z.looseObject({ generation: z.string(), embedder: z.string().nullable() }),
  timings: z.record(z.string(), z.number()),
})

/** Undefined where it is no answer that this version of the program can show. */
export function readAnswer(json: string): Answer | undefined {
  return Kept.safeParse(parsed(json)).data as Answer | undefined
}

const Turns = z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() }))
export const readTurns = (json: string): readonly Turn[] => Turns.parse(parsed(json))

const Ids = z.array(z.string())
export const readDocuments = (json: string) => Ids.parse(parsed(json)) as readonly string[] as readonly DocumentId[]

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
