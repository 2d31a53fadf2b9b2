/** An AnswerModel that plays what it is told, without a network, and keeps what it was asked. */
import { ModelTrouble, type AnswerModel, type ModelRequest, type ModelUsage } from '../../src/answering/answer-model.ts'
import type { Play } from '../contracts/answer-model.ts'

export class ScriptedModel implements AnswerModel {
  readonly id = 'scripted'
  readonly hasSchema: boolean
  readonly asked: ModelRequest[] = []
  #plays: Play[]

  constructor(plays: readonly Play[], hasSchema = false) {
    this.#plays = [...plays]
    this.hasSchema = hasSchema
  }

  async *write(request: ModelRequest, signal: AbortSignal): AsyncGenerator<string, ModelUsage | undefined> {
    signal.throwIfAborted()
    this.asked.push(request)
    const play = this.#plays.length > 1 ? this.#plays.shift()! : this.#plays[0]
    if (play === undefined) throw new Error('nothing was scripted')
    if (play === 'hangs') return await untilAborted(signal)
    if ('fails' in play) throw new ModelTrouble(play.fails, `scripted: ${play.fails}`)
    const text = 'says' in play ? play.says : 'hangsIn' in play ? play.hangsIn : play.breaksOffIn
    const pieces = text.match(/[\s\S]{1,5}/gu) ?? []
    for (const piece of 'says' in play ? pieces : pieces.slice(0, Math.ceil(pieces.length / 2))) {
      await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
      yield piece
    }
    if ('hangsIn' in play) return await untilAborted(signal)
    if ('breaksOffIn' in play) throw new ModelTrouble('malformed', 'scripted: breaks off')
    return play.usage
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  )
}
