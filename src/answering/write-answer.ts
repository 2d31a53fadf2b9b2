/** A question and passages → the sentences of a model that hold, each as soon as it does, and a tally of the rest. */
import { ModelTrouble, type AnswerModel, type ModelRequest, type ModelUsage } from './answer-model.ts'
import { answerMessages, type Prompt } from './prompts.ts'
import { promptText, type Handle } from './written/handles.ts'
import { REPLY_SCHEMA, ReplyReader, type WrittenSentence } from './written/protocol.ts'
import { verifySentence, type RestsOn } from './written/verify-sentence.ts'

export interface WritingRequest {
  readonly question: string
  readonly handles: readonly Handle[]
  readonly prompt: Prompt
}

/** How the writing went. */
export interface Tally {
  /** Sentences that were given. */
  readonly sentences: number
  /** Sentences that were not, by reason. */
  readonly removed: number
  readonly reasons: Readonly<Record<string, number>>
  /** Absent where the reply had neither form. */
  readonly form?: 'json' | 'plain'
  readonly usage?: ModelUsage
  /** What broke the reply off, or kept it from beginning. */
  readonly trouble?: ModelTrouble
}

export type Writing =
  | { readonly type: 'sentence'; readonly text: string; readonly restsOn: readonly [RestsOn, ...RestsOn[]] }
  | { readonly type: 'tally'; readonly tally: Tally }

/** Most sentences of one reply, as prompts/answer.md says; a reply that goes on is broken off. */
export const MOST_SENTENCES = 6
/** Of a reply: six sentences with their quotations. */
export const REPLY_TOKENS = 2_000

/**
 * Sentences as they are verified, then one tally. The same words are given once. Ends the model's reply when the
 * consumer stops. Throws the signal's reason alone: trouble of the model stands in the tally.
 */
export async function* writeAnswer(
  request: WritingRequest,
  model: AnswerModel,
  signal: AbortSignal,
): AsyncGenerator<Writing, void> {
  const { handles } = request
  const reader = new ReplyReader()
  const reasons = new Map<string, number>()
  const told = new Set<string>()
  let looked = 0
  const count = (reason: string, times = 1): void => {
    if (times > 0) reasons.set(reason, (reasons.get(reason) ?? 0) + times)
  }
  const verified = function* (written: readonly WrittenSentence[]): Generator<Writing> {
    for (const sentence of written) {
      if (++looked > MOST_SENTENCES) return
      const verdict = verifySentence(sentence, handles)
      if (!verdict.shown) count(verdict.why)
      else if (told.has(verdict.text)) count('repeated')
      else {
        told.add(verdict.text)
        yield { type: 'sentence', text: verdict.text, restsOn: verdict.restsOn }
      }
    }
  }
  const reply = model.write(requestFor(request, model.hasSchema), signal)
  let usage: ModelUsage | undefined
  let trouble: ModelTrouble | undefined
  try {
    while (looked <= MOST_SENTENCES) {
      const piece = await nextOf(reply)
      if (piece instanceof ModelTrouble) trouble = piece
      else if (piece.done) usage = piece.value
      else {
        yield* verified(reader.push(piece.value))
        continue
      }
      break
    }
  } finally {
    await reply.return(undefined)
  }
  // what a broken reply ends in may be a sentence cut short
  if (!trouble) yield* verified(reader.end())
  count('malformed', reader.malformed)
  yield { type: 'tally', tally: { ...tallyOf(told.size, reasons, reader.form, usage), ...(trouble && { trouble }) } }
}

async function nextOf(
  reply: ReturnType<AnswerModel['write']>,
): Promise<IteratorResult<string, ModelUsage | undefined> | ModelTrouble> {
  try {
    return await reply.next()
  } catch (error) {
    if (error instanceof ModelTrouble) return error
    throw error
  }
}

function tallyOf(
  sentences: number,
  reasons: ReadonlyMap<string, number>,
  form: Tally['form'],
  usage?: ModelUsage,
): Tally {
  return {
    sentences,
    removed: [...reasons.values()].reduce((sum, times) => sum + times, 0),
    reasons: Object.fromEntries(reasons),
    ...(form ? { form } : {}),
    ...(usage ? { usage } : {}),
  }
}

function requestFor({ question, handles, prompt }: WritingRequest, hasSchema: boolean): ModelRequest {
  const form = hasSchema ? 'json' : 'text'
  const messages = answerMessages(prompt, { question, passages: promptText(handles), form })
  return { messages, maxTokens: REPLY_TOKENS, ...(hasSchema ? { schema: REPLY_SCHEMA } : {}) }
}
