/** What a document, its title or a question says stays words: it calls nobody, and every link is one of ours. */
import { describe, expect, test } from 'vitest'
import { replyOf } from '../../../src/channels/bots/reply.ts'
import { answerSaying, outcomes } from './answer-saying.ts'
import { CHAT_PAYLOADS, type ChatPayload } from './payloads.ts'
import { buttonsOf, effectsOf, wordsSeen, type Seen } from './seen.ts'
import { PUBLIC_URL, SURFACES } from './surfaces.ts'

const READING_PAGE = /^https:\/\/tiaowen\.example\.cn\/read\/d-000\/213ffd5c05c1071a\/1-9$/
const EXCHANGE = { conversationId: '0191c2de-7a11-7000-8000-000000000001', exchangeId: '0191c2de-7a11-7000-8000-000000000002' }

/** What a client would do that none of our own links and buttons does. */
function doneBy(seen: Seen, findsAddresses: boolean): readonly string[] {
  const effects = effectsOf(seen).flatMap((effect) => {
    if (effect.kind === 'link' && READING_PAGE.test(effect.url)) return []
    // an address that is shown as itself leads where it says
    if (effect.kind === 'link' && findsAddresses && effect.words === effect.url) return []
    if (effect.kind === 'link') return [`a link to ${effect.url} as ${effect.words}`]
    return [JSON.stringify(effect)]
  })
  const buttons = buttonsOf(seen).flatMap(({ words, url, value }) => [
    ...(url !== undefined && !READING_PAGE.test(url) ? [`a button to ${url}`] : []),
    ...(value !== undefined && value !== JSON.stringify(EXCHANGE) ? [`a button with ${value}`] : []),
    ...(/^(?:有用|没用|打开原文(?: ?\[\d+\])?)$/.test(words) ? [] : [`a button ${words}`]),
  ])
  return [...effects, ...buttons]
}

describe.each(SURFACES)('$name', ({ layOut, findsAddresses }) => {
  test(`${CHAT_PAYLOADS.length} injections: none takes effect, none is lost`, { timeout: 120_000 }, () => {
    const worked: string[] = []
    for (const { id, kind, text } of CHAT_PAYLOADS) {
      const answer = answerSaying(text, outcomes[id % outcomes.length]!)
      const laidOut = layOut(replyOf(answer, { publicUrl: PUBLIC_URL, exchange: EXCHANGE }))
      for (const { readings, faults } of laidOut) {
        const done = [...faults, ...readings.flatMap((seen) => doneBy(seen, findsAddresses))]
        worked.push(...done.map((what) => `${id} ${kind} ${JSON.stringify(text)}: ${what}`))
      }
      if (!isSeen({ text }, laidOut.flatMap(({ readings }) => readings[0] ?? []))) worked.push(`${id} ${text}: not seen`)
    }
    if (process.env['TIAOWEN_FIGURES']) console.log(`${CHAT_PAYLOADS.length} injections, ${worked.length} faults`)
    expect(worked.slice(0, 30)).toEqual([])
  })
})

/** Its letters are shown: nothing is kept safe by leaving it out. */
function isSeen({ text }: Pick<ChatPayload, 'text'>, seen: Seen): boolean {
  const letters = (words: string) => words.replace(/[^\p{L}\p{N}]/gu, '')
  return letters(wordsSeen(seen)).includes(letters(text))
}
