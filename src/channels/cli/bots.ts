/** `tiaowen doctor slack|dingtalk`: what a platform says of its configuration. `tiaowen send`: an answer to a group. */
import type { Assistant } from '../../answering/assistant.ts'
import type { BotName } from '../../bot-config.ts'
import type { Finding, Message, Sent } from '../bots/bot.ts'
import { backOff } from '../bots/clock.ts'
import { noQuestion } from '../bots/failures.ts'
import { PLATFORM_NAMES } from '../bots/names.ts'
import { replyOf, type Reply } from '../bots/reply.ts'
import { plain } from '../render.ts'
import { json, wholeAnswer, type Printing } from './answers.ts'
import { EXIT } from './help.ts'

export interface Examination {
  /** Of what is set up: each thing that was looked at. */
  readonly findings: readonly Finding[]
  /** What is not set, with the next step: the channel is off. */
  readonly missing?: string
}

/** Exits 0 only where the channel is on and all is right. */
export function printExamination(
  of: BotName,
  { findings, missing }: Examination,
  isJson: boolean,
  { print, style }: Printing,
): number {
  const isRight = missing === undefined && findings.length > 0 && findings.every((finding) => finding.isRight)
  const lines = findings.map((finding) => {
    const line = plain(`  ${finding.isRight ? '✓' : '✗'} ${finding.what}　${finding.words}`)
    return finding.isRight ? line : style.warning(line)
  })
  const off = missing === undefined ? [] : [style.warning(plain(`  ✗ 未开启　${missing}`))]
  const text = [style.strong(PLATFORM_NAMES[of]), ...off, ...lines].join('\n')
  print(isJson ? json({ channel: of, isRight, ...(missing !== undefined && { missing }), findings }) : text)
  return isRight ? EXIT.done : EXIT.failed
}

/** A robot that only posts 自定义群机器人. */
export interface OutgoingRobot {
  readonly pace: { readonly betweenMs: number }
  messagesFor(reply: Reply): readonly Message[]
  send(message: Message, options: { readonly signal: AbortSignal }): Promise<Sent>
}

export interface SendParts {
  /** Absent: none is configured. */
  readonly robot?: OutgoingRobot
  readonly publicUrl?: string
  readonly wait: (milliseconds: number) => Promise<void>
}

const NO_ROBOT = '没有配置群机器人：请设置 TIAOWEN_DINGTALK_GROUP_WEBHOOK；有加签的还要 TIAOWEN_DINGTALK_GROUP_SECRET。'
const SEND_MS = 60_000
/** Longer than DingTalk blocks a robot that was too fast. */
const MOST_WAIT_MS = 15 * 60_000
/** Of one that may have arrived: each may stand there twice. */
const MOST_UNKNOWN = 3

/** What need not be tried, before any document is read; undefined where there is a question and a robot. */
export const faultOfSending = (question: string, robot: OutgoingRobot | undefined): string | undefined =>
  robot ? noQuestion(question) : NO_ROBOT

/** Asks, and posts the answer as it is, a decline too. Exits as `ask` does where all of it arrived. */
export async function sendAnswer(
  assistant: Assistant,
  question: string,
  { robot, publicUrl, wait }: SendParts & Required<Pick<SendParts, 'robot'>>,
  { print, printError }: { readonly print: (text: string) => void; readonly printError: (text: string) => void },
): Promise<number> {
  const answer = await wholeAnswer(assistant, { question })
  const messages = robot.messagesFor(replyOf(answer, publicUrl === undefined ? {} : { publicUrl }))
  for (const [at, message] of messages.entries()) {
    if (at > 0) await wait(robot.pace.betweenMs)
    const fault = await arrived(message, robot, wait, printError)
    if (fault === undefined) continue
    printError(`第 ${at + 1} 条消息没有送达（共 ${messages.length} 条）：${plain(fault)}`)
    return EXIT.failed
  }
  print(`已发送 ${messages.length} 条消息。`)
  return { answered: EXIT.done, declined: EXIT.declined, ambiguous: EXIT.ambiguous }[answer.outcome]
}

/** Tries until it is taken; undefined then, else why it never was. */
async function arrived(
  message: Message,
  robot: OutgoingRobot,
  wait: SendParts['wait'],
  printError: (text: string) => void,
): Promise<string | undefined> {
  let waited = 0
  let unknown = 0
  for (let attempts = 0; ; attempts++) {
    const sent = await robot.send(message, { signal: AbortSignal.timeout(SEND_MS) })
    if (sent.state === 'sent') return undefined
    if (sent.state === 'refused') return `${sent.message}（${sent.code}）`
    if (sent.state === 'unknown' && ++unknown >= MOST_UNKNOWN) return `没有回音，可能已经送达（${sent.code}）`
    const pause = (sent.state === 'later' ? sent.afterMs : undefined) ?? backOff(attempts)
    waited += pause
    if (waited > MOST_WAIT_MS) return `平台一直不收（${sent.code}）`
    const isTwice = sent.state === 'unknown' ? '，可能会重复' : ''
    printError(`暂未送达（${plain(sent.code)}），${Math.ceil(pause / 1000)} 秒后再试${isTwice}……`)
    await wait(pause)
  }
}
