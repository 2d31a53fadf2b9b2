/** A question and passages → the sentences of a model that hold, each as soon as it does, and a tally of the rest. */
import type { AnswerModel, ModelMessage, ModelUsage } from '../answer-model.ts'
import { handlesOf, promptText, type HandedPassage } from './handles.ts'
import { REPLY_SCHEMA, ReplyReader, type WrittenSentence } from './protocol.ts'
import { verifySentence, type RestsOn } from './verify-sentence.ts'

/** What a model is told before the passages and the question; the texts stand in prompts/. */
export interface WritingPrompts {
  /** The rules, without the form of the reply. */
  readonly rules: string
  /** How to reply where the endpoint takes a JSON Schema, and where it does not. */
  readonly asJson: string
  readonly asPlainText: string
}

export interface WritingRequest {
  readonly question: string
  readonly passages: readonly HandedPassage[]
  readonly prompts: WritingPrompts
  readonly maxTokens: number
}

/** How the writing went. */
export interface Tally {
  /** Sentences that were shown. */
  readonly sentences: number
  /** Sentences that were not, by reason. */
  readonly removed: number
  readonly reasons: Readonly<Record<string, number>>
  /** Absent where the reply had neither form. */
  readonly form?: 'json' | 'plain'
  readonly usage?: ModelUsage
}

export type Writing =
  | { readonly type: 'sentence'; readonly text: string; readonly restsOn: readonly [RestsOn, ...RestsOn[]] }
  | { readonly type: 'tally'; readonly tally: Tally }

/** Most sentences of one reply that are looked at; a reply that goes on is broken off. */
const MOST_SENTENCES = 60

/**
 * Sentences as they are verified, then one tally. The same words are shown once. Ends the model's reply when the
 * consumer stops. Throws what the model throws (ModelTrouble); what was shown before stands.
 */
export async function* writeAnswer(
  request: WritingRequest,
  model: AnswerModel,
  signal: AbortSignal,
): AsyncGenerator<Writing, void> {
  const handles = handlesOf(request.passages)
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
  const reply = model.write(askedOf(request, promptText(handles), model.hasSchema), signal)
  let usage: ModelUsage | undefined
  try {
    for (;;) {
      const piece = await reply.next()
      if (piece.done) {
        usage = piece.value
        break
      }
      yield* verified(reader.push(piece.value))
      if (looked >= MOST_SENTENCES) break
    }
  } finally {
    await reply.return(undefined)
  }
  yield* verified(reader.end())
  count('malformed', reader.malformed)
  yield { type: 'tally', tally: tallyOf(told.size, reasons, reader.form, usage) }
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

/** Rules first, then the passages as data and the question behind them, on one line. */
function askedOf({ question, prompts, maxTokens }: WritingRequest, passages: string, hasSchema: boolean) {
  const messages: ModelMessage[] = [
    { role: 'system', content: `${prompts.rules}\n\n${hasSchema ? prompts.asJson : prompts.asPlainText}` },
    { role: 'user', content: `${passages}\n\n问题：${question.replace(/\s+/g, ' ').trim()}` },
  ]
  return { messages, maxTokens, ...(hasSchema ? { schema: REPLY_SCHEMA } : {}) }
}
