/**
 * A draft that answers → the same answered by a model, or why not.
 *
 * What is sent is never taken back, so nothing is sent before it is sure that the model's answer stands: of its
 * sentences, six at most, at least half must hold, and one of them must rest on the clause that the draft cites first.
 * That is sure once three hold, one of them on that clause, or else when the reply is at its end: a reply of one or two
 * sentences is decided as a whole. Trouble before that, and the draft is the answer; after it, what was sent stands, and
 * a note says that the reply was broken off.
 */
import { documentById } from '../clauses/by-id.ts'
import type { Library } from '../retrieval/library.ts'
import type { Answer, AnswerEvent, Citation, Fallback, Segment } from '../types.ts'
import type { AnswerModel, TroubleKind } from './answer-model.ts'
import { Composer } from './compose.ts'
import { whyNot, type ModelState } from './model-limits.ts'
import type { Prompt } from './prompts.ts'
import { quotedPlace } from './quoted-place.ts'
import { verify } from './verify.ts'
import { MOST_SENTENCES, writeAnswer, type Tally } from './write-answer.ts'
import type { Handle } from './written/handles.ts'
import type { RestsOn } from './written/verify-sentence.ts'

export interface Task {
  readonly library: Library
  readonly question: string
  /** What the draft cites first. */
  readonly lead: Citation
  readonly handles: readonly Handle[]
  readonly model: AnswerModel
  readonly prompt: Prompt
  readonly log: (message: string) => void
}

export type ModelFacts = NonNullable<Answer['model']>

export type Written =
  | {
      readonly stands: true
      readonly segments: readonly Segment[]
      readonly citations: readonly Citation[]
      readonly model: ModelFacts
      /** The model was cut short. */
      readonly isBroken: boolean
    }
  | { readonly stands: false; readonly because: Because; readonly model: ModelFacts }

/** Why the extractive answer is given in its place. */
export type Because =
  | TroubleKind
  | 'not-configured'
  | 'long-clause'
  | 'stopped'
  | 'no-sentence'
  | 'too-few'
  | 'lead-missing'

const REASONS: Readonly<Record<Because, string>> = {
  'not-configured': '没有配置语言模型 no language model is configured',
  'long-clause': '所引条款太长，不交给语言模型 the clause is too long to be handed to the language model',
  stopped: '提问已停止 the request was stopped',
  'no-sentence': '语言模型没有写出经得起核对的句子 the language model wrote no sentence that holds against the text',
  'too-few': '语言模型的句子多半经不起核对 most sentences of the language model do not hold against the text',
  'lead-missing': '语言模型没有引用最相关的条款 the language model left out the most relevant clause',
  unreachable: '连不上语言模型 the language model cannot be reached',
  timeout: '语言模型没有及时回答 the language model is too slow',
  'rate-limited': '语言模型拒绝了过多的请求 the language model takes no more requests just now',
  server: '语言模型的服务出错 the language model has an error',
  refused: '语言模型拒绝了请求 the language model refused',
  malformed: '语言模型的回复不完整或不合格式 the reply of the language model is cut off or malformed',
  'too-long': '语言模型的回复过长 the reply of the language model is too long',
  'over-budget': '语言模型今天的用量已用完 the tokens of the day are used up',
  'open-circuit': '语言模型连续出错，暂停使用 the language model failed again and again and is left alone for a while',
}

/** What an answer says where it is not the model's. */
export function fallbackFor(because: Because): Fallback {
  return { from: 'llm', reason: `此回答为原文摘录：${REASONS[because]}` }
}

/** For /readyz: why the model is not asked just now. */
export function fallbackOfModel(state: ModelState): Fallback | undefined {
  const because = whyNot(state)
  return because && { from: 'llm', reason: REASONS[because] }
}

/**
 * How it came out, and before that the segments that stand; while more may come, the citations so far before segments
 * that rest on new ones, so that what is read can be looked up. Never throws for what a model does, or for the signal.
 */
export async function* answerByModel(task: Task, signal: AbortSignal): AsyncGenerator<AnswerEvent, Written> {
  const { library, model, prompt, handles, question, log } = task
  const composer = new Composer(library)
  const held: Segment[] = []
  let [kept, unsound, isSure, hasLead] = [0, 0, false, false]
  let tally: Tally | undefined
  let cited = 0
  try {
    for await (const one of writeAnswer({ question, handles, prompt }, model, signal)) {
      if (one.type === 'tally') {
        tally = one.tally
        continue
      }
      const segments = composed(task, composer, one.text, one.restsOn)
      if (!segments) {
        unsound++
        continue
      }
      kept++
      hasLead ||= one.restsOn.some((words) => isOfLead(task, words))
      held.push(...segments)
      if (!isSure && !(hasLead && kept * 2 >= MOST_SENTENCES)) continue
      isSure = true
      const { citations } = composer
      if (citations.length > cited) yield { type: 'citations', citations: [...citations] }
      cited = citations.length
      yield* held.splice(0).map(asEvent)
    }
  } catch (error) {
    if (!signal.aborted) log(`语言模型出错 the language model failed: ${error instanceof Error ? error.message : 'unknown'}`)
  }
  const facts = factsOf(task, tally, kept, unsound)
  const because = isSure ? undefined : becauseOf(tally, { kept, hasLead, isStopped: signal.aborted })
  if (because !== undefined) return { stands: false, because, model: facts }
  yield* held.map(asEvent)
  const verified = verify(library, composer.segments, composer.citations)
  for (const fault of verified.rejected) log(`sentence withheld: ${fault}`)
  const isBroken = tally === undefined || tally.trouble !== undefined
  return { stands: true, segments: verified.segments, citations: verified.citations, model: facts, isBroken }
}

const asEvent = (segment: Segment): AnswerEvent => ({ type: 'segment', segment })

/** The sentence and what the program tells of its versions; undefined where its citations do not hold. */
function composed(
  { library, log }: Task,
  composer: Composer,
  text: string,
  restsOn: readonly [RestsOn, ...RestsOn[]],
): readonly Segment[] | undefined {
  const quotations = restsOn.flatMap(({ passage, span }) => {
    const document = documentById(library, passage.documentId)
    return document ? [{ document, span }] : []
  })
  const trial = new Composer(library).sentence(text, quotations)
  const { rejected } = verify(library, trial.segments, trial.citations)
  for (const fault of rejected) log(`sentence withheld: ${fault}`)
  if (rejected.length > 0 || quotations.length < restsOn.length) return undefined
  const before = composer.segments.length
  return composer.sentence(text, quotations).segments.slice(before)
}

/** Does it stand in the clause that the draft cites first, or in words that it cites? */
function isOfLead({ library, lead }: Task, { passage, span }: RestsOn): boolean {
  if (passage.documentId !== lead.documentId) return false
  if (span.start < lead.end && lead.start < span.end) return true
  const document = documentById(library, lead.documentId)
  if (!document) return false
  const clause = quotedPlace(document, lead).lineage.at(-1)!
  return quotedPlace(document, span).lineage.some(({ id }) => id === clause.id)
}

function becauseOf(
  tally: Tally | undefined,
  { kept, hasLead, isStopped }: { readonly kept: number; readonly hasLead: boolean; readonly isStopped: boolean },
): Because | undefined {
  if (isStopped) return 'stopped'
  if (tally === undefined) return 'malformed'
  if (tally.trouble) return tally.trouble.kind
  if (kept === 0) return 'no-sentence'
  const { malformed = 0 } = tally.reasons
  if (kept * 2 < tally.sentences + tally.removed - malformed) return 'too-few'
  return hasLead ? undefined : 'lead-missing'
}

function factsOf({ model, prompt }: Task, tally: Tally | undefined, kept: number, unsound: number): ModelFacts {
  return {
    id: model.id,
    prompt: `${prompt.version} ${prompt.sha256}`,
    sentences: kept,
    removed: (tally?.removed ?? 0) + unsound,
    reasons: { ...tally?.reasons, ...(unsound > 0 ? { unsound } : {}) },
    ...(tally?.usage ? { usage: tally.usage } : {}),
  }
}
