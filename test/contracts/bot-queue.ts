/** What every BotQueue promises. `again` is the same queue as another process opens it. */
import { afterEach, describe, expect, test } from 'vitest'
import { MOST_WAITING, type BotQueue, type ClaimedEvent, type NewEvent } from '../../src/state/bot-queue.ts'

export interface OpenQueue {
  readonly queue: BotQueue
  close(): Promise<void>
}

export interface BotQueueKind {
  /** One with nothing in it. Claims stand for LEASE_MS of the clock given. */
  open(now: () => number): Promise<OpenQueue>
  /** What the one opened last kept, beside it. */
  again(now: () => number): Promise<OpenQueue>
}

export const LEASE_MS = 30_000

const BOTH = ['slack', 'dingtalk']
const EVENT: NewEvent = {
  platform: 'slack',
  id: 'Ev0001',
  thread: 'C0001/1700000000.000100',
  question: '城西科创大走廊的规划范围是什么？😀\u0000',
  replyTo: { channel: 'C0001', threadTs: '1700000000.000100' },
}
const event = (more: Partial<NewEvent>): NewEvent => ({ ...EVENT, ...more })
const MESSAGES = [{ text: '（1/2）第三部分第2条' }, { text: '（2/2）145行动' }]

export function describeBotQueue(name: string, { open, again }: BotQueueKind): void {
  describe(`${name} as a BotQueue`, () => {
    let time = 0
    const now = () => time
    const opened: OpenQueue[] = []
    const kept = async (one: Promise<OpenQueue>) => (opened.push(await one), opened.at(-1)!.queue)
    const fresh = () => ((time = Date.UTC(2026, 10, 1)), kept(open(now)))
    /** Another process. */
    const other = () => kept(again(now))
    afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))))

    const asked = (queue: BotQueue, most = 10, platforms: readonly string[] = BOTH) =>
      queue.claim({ stage: 'asked', platforms, most })
    const answered = (queue: BotQueue, most = 10) => queue.claim({ stage: 'answered', platforms: BOTH, most })
    const ids = (events: readonly ClaimedEvent[]) => events.map(({ id }) => id)

    test('an event is taken once, over restarts, whatever comes between', async () => {
      const queue = await fresh()
      expect(await queue.put(EVENT)).toBe('taken')
      expect(await queue.put(event({ question: '别的话', thread: 'C0002/1' }))).toBe('duplicate')
      const next = await other()
      expect(await next.put(EVENT)).toBe('duplicate')
      expect(await next.put(event({ platform: 'dingtalk' }))).toBe('taken')
      expect(await Promise.all([next.put(event({ id: 'Ev0002' })), next.put(event({ id: 'Ev0002' }))])).toEqual([
        'taken',
        'duplicate',
      ])
    })

    test('what was asked comes back unit for unit', async () => {
      const queue = await fresh()
      await queue.put(EVENT)
      const receivedAt = time
      expect(await asked(await other())).toEqual([
        { ...EVENT, receivedAt, attempts: 0, messages: [], sent: 0, mayRepeat: false },
      ])
    })

    test('of a thread only the oldest can be claimed, until it is done', async () => {
      const queue = await fresh()
      for (const id of ['a1', 'a2']) await queue.put(event({ id }))
      await queue.put(event({ id: 'b1', thread: 'C0002/1' }))
      await queue.put(event({ platform: 'dingtalk', id: 'c1' }))
      expect(ids(await asked(queue))).toEqual(['a1', 'b1', 'c1'])
      expect(await asked(queue)).toEqual([])
      await queue.layOut(event({ id: 'a1' }), MESSAGES.slice(1))
      expect(await asked(queue)).toEqual([])
      expect(ids(await answered(queue))).toEqual(['a1'])
      await queue.begin(event({ id: 'a1' }))
      await queue.sent(event({ id: 'a1' }))
      expect(ids(await asked(queue))).toEqual(['a2'])
      await queue.giveUp(event({ id: 'a2' }))
      await queue.put(event({ id: 'a3' }))
      expect(ids(await asked(queue))).toEqual(['a3'])
    })

    test('a claim takes no more than it wants, the longest due first, of its platforms alone', async () => {
      const queue = await fresh()
      for (const id of ['a', 'b', 'c']) {
        await queue.put(event({ id, thread: id }))
        time += 1
      }
      await queue.put(event({ platform: 'dingtalk', id: 'd' }))
      expect(ids(await asked(queue, 2, ['slack']))).toEqual(['a', 'b'])
      await queue.postpone(event({ id: 'a' }), { dueAt: time + 5, isUnsent: true })
      expect(ids(await asked(queue))).toEqual(['c', 'd'])
      time += 5
      expect(ids(await asked(queue))).toEqual(['a'])
    })

    test('messages are sent one after the other; what was begun and not recorded may repeat', async () => {
      const queue = await fresh()
      await queue.put(EVENT)
      await asked(queue)
      expect(await queue.layOut(EVENT, MESSAGES)).toBe(true)
      const [first] = await answered(queue)
      expect(first).toMatchObject({ question: '', messages: MESSAGES, sent: 0, mayRepeat: false })
      await queue.begin(EVENT)
      time += LEASE_MS
      const next = await other() // the one before was killed
      expect(await answered(next)).toMatchObject([{ sent: 0, mayRepeat: true }])
      await next.sent(EVENT)
      await next.begin(EVENT)
      await next.postpone(EVENT, { dueAt: time, isUnsent: true })
      expect(await answered(next)).toMatchObject([{ messages: MESSAGES, sent: 1, attempts: 1, mayRepeat: false }])
      await next.begin(EVENT)
      await next.postpone(EVENT, { dueAt: time, isUnsent: false })
      expect(await answered(next)).toMatchObject([{ sent: 1, attempts: 2, mayRepeat: true }])
      expect(await next.sent(EVENT)).toBe(true)
      expect([await answered(next), await next.waiting()]).toEqual([[], {}])
    })

    test('tries are counted from the last step that went well', async () => {
      const queue = await fresh()
      await queue.put(EVENT)
      for (const attempts of [0, 1, 2]) {
        expect(await asked(queue)).toMatchObject([{ attempts }])
        await queue.postpone(EVENT, { dueAt: time, isUnsent: true })
      }
      await asked(queue)
      await queue.postpone(EVENT, { dueAt: time, isUnsent: false, isUntried: true })
      expect(await asked(queue)).toMatchObject([{ attempts: 3 }])
      await queue.layOut(EVENT, MESSAGES)
      expect(await answered(queue)).toMatchObject([{ attempts: 0 }])
    })

    test('two processes never have the same event; a claim ends unless it is renewed', async () => {
      const queue = await fresh()
      for (let i = 0; i < 20; i++) await queue.put(event({ id: `e${i}`, thread: `t${i}` }))
      const next = await other()
      const claims = await Promise.all([queue, next, queue, next].map((one) => asked(one, 5)))
      expect(new Set(ids(claims.flat())).size).toBe(20)
      time += LEASE_MS - 1
      await next.renew()
      time += 1
      expect(ids(await asked(next, 20)).sort()).toEqual(ids([...claims[0]!, ...claims[2]!]).sort())
      const [lost] = claims[0]!
      expect(await queue.layOut(lost!, MESSAGES)).toBe(false)
      expect(await queue.giveUp(lost!)).toBe(false)
      expect(await asked(queue, 20)).toEqual([])
      await next.release()
      expect(await asked(queue, 20)).toHaveLength(20)
    })

    test('says when the next can be claimed', async () => {
      const queue = await fresh()
      const wanted = { stage: 'asked', platforms: BOTH } as const
      expect(await queue.nextDue(wanted)).toBeUndefined()
      await queue.put(EVENT)
      expect(await queue.nextDue(wanted)).toBe(time)
      await asked(queue)
      expect(await queue.nextDue(wanted)).toBeUndefined()
      expect(await (await other()).nextDue(wanted)).toBe(time + LEASE_MS)
      await queue.postpone(EVENT, { dueAt: time + 7, isUnsent: true })
      expect(await queue.nextDue(wanted)).toBe(time + 7)
    })

    test('so many wait and no more; a duplicate is one all the same', async () => {
      const queue = await fresh()
      const all = Array.from({ length: MOST_WAITING }, (_, i) => queue.put(event({ id: `e${i}`, thread: `t${i % 9}` })))
      await Promise.all(all)
      await expect(queue.put(event({ id: 'one more' }))).rejects.toMatchObject({ code: 'queue-full' })
      expect(await queue.put(event({ id: 'e1' }))).toBe('duplicate')
      expect(await queue.put(event({ platform: 'dingtalk' }))).toBe('taken')
      const [first] = await asked(queue, 1, ['slack'])
      await queue.giveUp(first!)
      expect(await queue.put(event({ id: 'one more' }))).toBe('taken')
    })

    test('tells what waits, and since when', async () => {
      const queue = await fresh()
      const since = time
      await queue.put(EVENT)
      time += 5
      await queue.put(event({ id: 'Ev0002' }))
      await queue.put(event({ platform: 'dingtalk' }))
      expect(await queue.waiting()).toEqual({ slack: { events: 2, since }, dingtalk: { events: 1, since: time } })
    })

    test('gives up what nobody answered in time, and forgets the names of what was done long ago', async () => {
      const queue = await fresh()
      await queue.put(EVENT)
      await queue.put(event({ id: 'held', thread: 'C0009/9' }))
      await queue.claim({ stage: 'asked', platforms: BOTH, most: 1 })
      await queue.giveUp(EVENT)
      await asked(queue)
      for (const id of ['old 1', 'old 2']) await queue.put(event({ id }))
      time += 10
      await queue.put(event({ id: 'new' }))
      expect(await queue.sweep({ receivedBefore: time, doneBefore: time })).toEqual({ slack: 2 })
      expect([await queue.put(EVENT), await queue.put(event({ id: 'old 1' }))]).toEqual(['taken', 'duplicate'])
      expect(ids(await asked(queue))).toEqual(['new'])
      expect((await queue.waiting())['slack']?.events).toBe(3)
    })
  })
}
