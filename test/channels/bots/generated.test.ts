/** Answers of every shape through every platform: nothing over a limit, nothing lost. */
import { describe, expect, test } from 'vitest'
import { replyOf } from '../../../src/channels/bots/reply.ts'
import { trials } from '../../store/random.ts'
import { generatedAnswer } from './generated-answers.ts'
import { wordsSeen } from './seen.ts'
import { PUBLIC_URL, SURFACES } from './surfaces.ts'
import { firstLost, saidBy, wantedOf } from './whole.ts'

const ANSWERS = trials(1_000, 10_000)
const EXCHANGE = { conversationId: '0191c2de-7a11-7000-8000-000000000001', exchangeId: '0191c2de-7a11-7000-8000-000000000002' }

describe.each(SURFACES)('$name', ({ layOut }) => {
  test(`${ANSWERS} answers: no message over a limit, every word and every citation in its order`, { timeout: 300_000 }, () => {
    const faults: string[] = []
    let [messages, longest] = [0, 0]
    for (let seed = 0; seed < ANSWERS; seed += 1) {
      const answer = generatedAnswer(seed)
      const reply = replyOf(answer, { ...(seed % 2 === 0 && { publicUrl: PUBLIC_URL }), ...(seed % 3 > 0 && { exchange: EXCHANGE }) })
      const laidOut = layOut(reply)
      messages += laidOut.length
      longest = Math.max(longest, laidOut.length)
      faults.push(...laidOut.flatMap((one) => one.faults.map((fault) => `${seed}: ${fault}`)))
      if (laidOut.length === 0) faults.push(`${seed}: no message`)
      // where a reading is left open, one of them is what the client shows
      for (let reading = 0; reading < (laidOut[0]?.readings.length ?? 0); reading += 1) {
        const seen = laidOut.map(({ readings }) => wordsSeen(readings[reading]!)).join('\n')
        const lost = firstLost(wantedOf(answer), seen) ?? firstLost(saidBy(reply), seen)
        if (lost !== undefined) faults.push(`${seed}, read ${reading}: lost ${lost}`)
      }
    }
    if (process.env['TIAOWEN_FIGURES']) console.log(`${ANSWERS} answers, ${messages} messages, at most ${longest} of one answer, ${faults.length} faults`)
    expect(faults.slice(0, 20)).toEqual([])
    expect(messages).toBeGreaterThan(ANSWERS)
  })
})
