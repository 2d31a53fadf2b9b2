/** What becomes of a question that could not be answered: tried again after a while, or told to whoever asked. */
import { PolicyError } from '../../errors.ts'
import { QUESTION_CHARACTERS, TOO_LONG, withinCharacters } from '../question-limit.ts'

export type Failure =
  | { readonly become: 'later' }
  /** `isTold`: an operator should look. */
  | { readonly become: 'notice'; readonly words: string; readonly isTold: boolean }

/** With the waits of clock.ts, ten minutes. */
const TRIES_FOR_INDEX = 15
const TRIES = 3

const NO_QUESTION = '没有读到问题。请在消息里写上要问的内容。'
const NO_INDEX = '文件索引还没有准备好，这个问题没有回答。请稍后再问一次。'
const FAILED = '出错了，这个问题没有回答，原因已记入日志。请稍后再问一次；若仍不行，请联系管理员。'

/** All that is said where the key a bot acts as counts no longer. */
export const SWITCHED_OFF = '管理员已停用这个机器人，暂不能回答。'

/** What is said at once, without asking; undefined where it is a question. */
export function noQuestion(question: string): string | undefined {
  if (question.trim() === '') return NO_QUESTION
  return withinCharacters(QUESTION_CHARACTERS)(question) ? undefined : `${TOO_LONG}。请缩短后再问一次。`
}

/** `attempts`: tries that failed before this one. */
export function failureOf(error: unknown, attempts: number): Failure {
  const code = codeOf(error)
  if (code === 'question-too-long') return notice(`${TOO_LONG}。请缩短后再问一次。`)
  if (code === 'disk-full' || code === 'state-unusable') return { become: 'later' }
  if (code.startsWith('index-')) return attempts < TRIES_FOR_INDEX ? { become: 'later' } : notice(NO_INDEX, true)
  return attempts + 1 < TRIES ? { become: 'later' } : notice(FAILED, true)
}

const notice = (words: string, isTold = false): Failure => ({ become: 'notice', words, isTold })

/** For logs and /readyz: never a message, which may hold words of a person. */
export const codeOf = (error: unknown): string =>
  error instanceof PolicyError ? error.code : error instanceof Error ? error.name : 'unknown'

/** Where an error came from, without what it says. */
export function framesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  return lines.filter((line) => /^\s+at /.test(line)).slice(0, 5).map((line) => line.trim()).join(' ')
}
