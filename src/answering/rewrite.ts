/** A follow-up → a question that stands alone, by the model; by plain rules where it fails or adds what nobody said. */
import { ordinalOf } from '../clauses/numerals.ts'
import { standAlone } from '../questions/conversation.ts'
import { placesIn } from '../questions/places.ts'
import type { Turn } from '../types.ts'
import { ModelTrouble, type AnswerModel, type TroubleKind } from './answer-model.ts'
import { estimateTokens } from './token-estimate.ts'
import { rewriteMessages, type Prompt } from './prompts.ts'

export interface Rewritten {
  readonly question: string
  /** The question leans on something the history does not give. */
  readonly insufficient: boolean
  readonly by: 'model' | 'rules'
  /** Why not the model, where it was asked. */
  readonly reason?: TroubleKind | 'not-one-line' | 'not-a-question' | 'adds-number' | 'adds-name'
}

/** Estimated tokens of history that are handed over, newest turns first. */
export const MOST_HISTORY_TOKENS = 1_000
const MOST_TURN_CHARACTERS = 300
const MOST_CHARACTERS = 300
/** 300 characters and room for the model to be wordier, which then does not count. */
const MOST_TOKENS = 400

/**
 * History, oldest first, is read for what a follow-up leaves out, never as a source. Without any, no model is asked.
 * Rejects with the signal's reason alone.
 */
export async function rewriteFollowUp(
  question: string,
  history: readonly Turn[],
  { model, prompt, signal }: { readonly model: AnswerModel; readonly prompt: Prompt; readonly signal: AbortSignal },
): Promise<Rewritten> {
  const byRules = (reason?: Rewritten['reason']): Rewritten => ({
    ...standAlone(question, history),
    by: 'rules',
    ...(reason && { reason }),
  })
  if (history.length === 0) return byRules()
  const kept = boundedHistory(history)
  const messages = rewriteMessages(prompt, { question, history: kept.map(lineOf).join('\n') })
  let reply = ''
  try {
    for await (const piece of model.write({ messages, maxTokens: MOST_TOKENS }, signal)) reply += piece
  } catch (error) {
    signal.throwIfAborted()
    return byRules(error instanceof ModelTrouble ? error.kind : 'malformed')
  }
  const written = reply.trim()
  if (written === '' || /[\n\r\u2028\u2029]/.test(written) || [...written].length > MOST_CHARACTERS)
    return byRules('not-one-line')
  const said = [question, ...kept.map(({ content }) => content)].join('\n')
  if (isNoQuestion(written, question, said)) return byRules('not-a-question')
  if (addsNumber(written, said)) return byRules('adds-number')
  if (addsName(written, said)) return byRules('adds-name')
  return { question: written, insufficient: false, by: 'model' }
}

/** The newest turns, shortened, oldest first, as many as the tokens allow. */
export function boundedHistory(history: readonly Turn[], most = MOST_HISTORY_TOKENS): Turn[] {
  const kept: Turn[] = []
  let tokens = 0
  for (const { role, content } of history.toReversed()) {
    const turn = { role, content: shortened(content.replace(/\s+/g, ' ')) }
    tokens += estimateTokens(lineOf(turn))
    if (tokens > most) break
    kept.unshift(turn)
  }
  return kept
}

function shortened(text: string): string {
  const characters = [...text]
  return characters.length <= MOST_TURN_CHARACTERS ? text : `${characters.slice(0, MOST_TURN_CHARACTERS).join('')}…`
}

const lineOf = ({ role, content }: Turn): string => `${role === 'user' ? '问' : '答'}：${content}`

/** JSON, markup or code that nobody typed, or no word of Chinese for a question in Chinese. */
function isNoQuestion(written: string, question: string, said: string): boolean {
  const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text)
  return (isChinese(question) && !isChinese(written)) || [...written].some((one) => MARKUP.includes(one) && !said.includes(one))
}

const MARKUP = '{}[]<>`|\\*#='

const plain = (text: string): string => text.normalize('NFKC')

function addsNumber(written: string, said: string): boolean {
  const known = new Set(numbersIn(plain(said)))
  return [...numbersIn(plain(written))].some((number) => !known.has(number))
}

/** A name may be said shorter than before, never longer. */
function addsName(written: string, said: string): boolean {
  const bare = (text: string) =>
    plain(text)
      .replace(/[《》<>]/g, '')
      .toLowerCase()
  const known = bare(said)
  return [...namesIn(plain(written))].some((name) => !known.includes(bare(name)))
}

const NUMERAL = /\d+(?:[.,]\d+)*%?|[〇零一二三四五六七八九十百千万亿两]+/g

/** Numbers by what they count: 三 and 3 are the same. 一 alone is a number only behind 第. */
function* numbersIn(text: string): Generator<string> {
  for (const { 0: numeral, index } of text.matchAll(NUMERAL)) {
    if (numeral === '一' && text[index - 1] !== '第') continue
    yield /^\d/.test(numeral) ? numeral.replaceAll(',', '') : String(ordinalOf(numeral) ?? numeral)
  }
}

const NAME = new RegExp(
  [
    '《[^》]*》',
    // of English the words with a capital, but for the one that begins the sentence
    '(?<=\\S\\s*)(?<![.?!] *)\\b[A-Z][A-Za-z0-9-]*',
    // what ends like a law, a document or an organ: the two characters before tell one from another
    '(?:(?![的之和与及等该本此些有关])\\p{Script=Han}){2}' +
      '(?:条例|办法|规定|决定|意见|通知|规划|纲要|方案|细则|法典|法(?![律院规定人治办])|委员会|人民政府|法院|检察院|[部厅局委院](?![分门署长员]))',
  ].join('|'),
  'gu',
)

/** Titles, English names, laws, documents, organs and places. */
function* namesIn(text: string): Generator<string> {
  for (const [name] of text.matchAll(NAME)) yield name
  yield* placesIn(text)
}
