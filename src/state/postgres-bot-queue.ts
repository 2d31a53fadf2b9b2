/**
 * The queue of chat platforms' questions in PostgreSQL. Leases and due times are of the database's clock, so that copies
 * whose clocks differ agree on them; what others tell and are told is of this process's clock, and is converted here.
 *
 * Who is next in a thread is decided under a lock of that thread: of an event that comes in and one that is done at the
 * same time, each sees the other.
 */
import { randomUUID } from 'node:crypto'
import { PolicyError } from '../errors.ts'
import { MOST_WAITING, type BotQueue, type EventName, type Json, type Later, type NewEvent, type Stage } from './bot-queue.ts'
import { byTurn, claimedOf, CLOCKS_DIFFER_MS, DONE, LEASE_MS, queueFull, waitingIn } from './bot-rows.ts'
import { lockKey, NOW, type PostgresSession, type Transaction } from './postgres-session.ts'
import { statementsOf, type Given, type Statement } from './postgres-statements.ts'
import { textIn, type Row } from './rows.ts'
import { steadyNow } from './steady-clock.ts'

export interface PostgresBotQueueOptions {
  /** Milliseconds for which a claim stands unless it is renewed. */
  readonly leaseMs?: number
  /** For tests. */
  readonly now?: () => number
}

const OWN = 'platform = :platform AND id = :id AND claimed_by = :holder'
/** Others' claims, and claims of this holder of which it never heard, since the connection was lost meanwhile. */
const NOT_HELD = '(claimed_by IS NULL OR claimed_by <> :holder OR number <> ALL (:held::bigint[]))'
/** A claim for longer than any is given is of a clock that was ahead, and no claim. */
const FREE = `(claimed_by IS NULL OR (${NOT_HELD} AND (claimed_until <= ${NOW} OR claimed_until > ${NOW} + :leaseMs)))`
/** What came in later than now came in by a clock that was ahead, and so its due time is worth nothing. */
const DUE = `CASE WHEN received_at > ${NOW} + ${CLOCKS_DIFFER_MS} THEN 0 ELSE due_at END`
const CLAIMED_UNTIL = `CASE WHEN claimed_until > ${NOW} + :leaseMs THEN 0 ELSE coalesce(claimed_until, 0) END`
const OF_PLATFORMS = 'platform = ANY (:platforms::text[])'

const STATEMENTS = statementsOf({
  lock: 'SELECT pg_advisory_xact_lock(:key::bigint)',
  waitingOf: `SELECT count(*) AS events FROM bot_events WHERE platform = :platform AND stage <> 'done'`,
  known: 'SELECT 1 AS one FROM bot_events WHERE platform = :platform AND id = :id',
  add: `INSERT INTO bot_events (platform, id, stage, is_next, received_at, due_at, thread, reply_to, question)
    VALUES (:platform, :id, 'asked', CASE WHEN EXISTS (
      SELECT 1 FROM bot_events WHERE platform = :platform AND thread = :thread AND stage <> 'done') THEN 0 ELSE 1 END,
      ${NOW}, ${NOW}, :thread, :replyTo, :question)
    ON CONFLICT (platform, id) DO NOTHING`,
  claim: `WITH due AS MATERIALIZED (
      SELECT number FROM bot_events
      WHERE is_next = 1 AND stage = :stage AND ${DUE} <= ${NOW} AND ${OF_PLATFORMS} AND ${FREE}
      ORDER BY due_at, number LIMIT :most FOR UPDATE SKIP LOCKED)
    UPDATE bot_events e SET claimed_by = :holder, claimed_until = ${NOW} + :leaseMs, received_at = least(received_at, ${NOW})
    FROM due WHERE e.number = due.number RETURNING e.*`,
  nextDue: `SELECT min(greatest(${DUE}, ${CLAIMED_UNTIL})) - ${NOW} AS wait FROM bot_events
    WHERE is_next = 1 AND stage = :stage AND ${OF_PLATFORMS} AND ${NOT_HELD}`,
  renew: `UPDATE bot_events SET claimed_until = ${NOW} + :leaseMs WHERE claimed_by = :holder AND number = ANY (:held::bigint[])`,
  release: 'UPDATE bot_events SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = :holder AND is_next = 1',
  layOut: `UPDATE bot_events SET stage = 'answered', messages = :messages, question = NULL, attempts = 0, due_at = ${NOW},
    claimed_by = NULL, claimed_until = NULL WHERE ${OWN} AND stage = 'asked'`,
  begin: `UPDATE bot_events SET begun = 1 WHERE ${OWN} AND stage = 'answered'`,
  sent: `UPDATE bot_events SET sent = sent + 1, begun = 0, attempts = 0 WHERE ${OWN} AND stage = 'answered'
    RETURNING sent < json_array_length(messages::json) AS is_more`,
  postpone: `UPDATE bot_events SET due_at = ${NOW} + :wait, attempts = attempts + :tries,
    begun = CASE WHEN :isUnsent::boolean THEN 0 ELSE begun END,
    claimed_by = NULL, claimed_until = NULL WHERE ${OWN}`,
  threadOf: `SELECT thread FROM bot_events WHERE ${OWN}`,
  end: `UPDATE bot_events SET ${DONE} WHERE platform = :platform AND id = :id AND stage <> 'done'`,
  endFree: `UPDATE bot_events SET ${DONE} WHERE platform = :platform AND id = :id AND stage <> 'done' AND ${FREE}`,
  moveOn: `UPDATE bot_events SET is_next = 1 WHERE number = (
    SELECT min(number) FROM bot_events WHERE platform = :platform AND thread = :thread AND stage <> 'done')`,
  waiting: `SELECT platform, count(*) AS events, min(received_at) AS since FROM bot_events WHERE stage <> 'done'
    GROUP BY platform`,
  stale: `SELECT platform, id, thread FROM bot_events
    WHERE stage <> 'done' AND received_at < :receivedBefore AND ${FREE} ORDER BY number`,
  forget: `DELETE FROM bot_events WHERE stage = 'done' AND done_at < :doneBefore`,
})

/** Events put in one transaction. */
const MOST_AT_ONCE = 200

interface Put {
  readonly event: NewEvent
  readonly outcome: PromiseWithResolvers<'taken' | 'duplicate'>
}

type Became = 'taken' | 'duplicate' | PolicyError

const keyOf = ({ platform, id }: EventName) => `${platform}\n${id}`
const lockOf = (platform: string) => `queue ${platform}`
const threadKey = ({ platform, thread }: { readonly platform: string; readonly thread: string }) => lockKey('thread', platform, thread)

export class PostgresBotQueue implements BotQueue {
  readonly leaseMs: number
  readonly #session: PostgresSession
  /** Of this process. */
  readonly #now: () => number
  readonly #holder = randomUUID()
  /** Numbers of the events whose claims it knows of. */
  readonly #held = new Map<string, number>()
  #puts: Put[] = []
  #isTaking = false

  constructor(session: PostgresSession, { leaseMs = LEASE_MS, now = steadyNow }: PostgresBotQueueOptions = {}) {
    this.#session = session
    this.#now = now
    this.leaseMs = leaseMs
  }

  /** What comes in while others are put is put together after them. */
  put(event: NewEvent): Promise<'taken' | 'duplicate'> {
    const outcome = Promise.withResolvers<'taken' | 'duplicate'>()
    this.#puts.push({ event, outcome })
    if (!this.#isTaking) void this.#takeAll()
    return outcome.promise
  }

  async #takeAll(): Promise<void> {
    this.#isTaking = true
    while (this.#puts.length > 0) {
      const { platform } = this.#puts[0]!.event
      const puts = this.#puts.filter(({ event }) => event.platform === platform).slice(0, MOST_AT_ONCE)
      const taken = new Set(puts)
      this.#puts = this.#puts.filter((put) => !taken.has(put))
      try {
        const became = await this.#session.written((transaction) => this.#take(transaction, platform, puts), lockOf(platform))
        puts.forEach(({ outcome }, at) => {
          const one = became[at]!
          if (one instanceof PolicyError) outcome.reject(one)
          else outcome.resolve(one)
        })
      } catch (error) {
        for (const { outcome } of puts) outcome.reject(error)
      }
    }
    this.#isTaking = false
  }

  async #take(transaction: Transaction, platform: string, puts: readonly Put[]): Promise<readonly Became[]> {
    const keys = new Set(puts.map(({ event }) => threadKey(event)))
    for (const key of [...keys].sort()) await transaction.get(STATEMENTS.lock, { key })
    let waiting = Number((await transaction.get(STATEMENTS.waitingOf, { platform }))!['events'])
    const became: Became[] = []
    for (const { event } of puts) {
      const { id, thread, question, replyTo } = event
      const isFull = waiting >= MOST_WAITING
      if (isFull) {
        became.push((await transaction.get(STATEMENTS.known, { platform, id })) ? 'duplicate' : queueFull())
        continue
      }
      const added = await transaction.run(STATEMENTS.add, { platform, id, thread, question, replyTo: JSON.stringify(replyTo) })
      waiting += added
      became.push(added > 0 ? 'taken' : 'duplicate')
    }
    return became
  }

  async claim({ stage, platforms, most }: { readonly stage: Stage; readonly platforms: readonly string[]; readonly most: number }) {
    const rows = await this.#session.changed(STATEMENTS.claim, { stage, most, platforms, ...this.#lease() })
    const claimed = [...rows].sort(byTurn).map(claimedOf)
    rows.forEach((row) => this.#held.set(keyOf({ platform: textIn(row, 'platform'), id: textIn(row, 'id') }), Number(row['number'])))
    return claimed
  }

  async nextDue({ stage, platforms }: { readonly stage: Stage; readonly platforms: readonly string[] }) {
    const row = await this.#session.get(STATEMENTS.nextDue, { stage, platforms, ...this.#lease() })
    const wait = row?.['wait']
    return typeof wait === 'number' ? Math.max(0, this.#now() + wait) : undefined
  }

  async renew(): Promise<void> {
    await this.#session.run(STATEMENTS.renew, this.#lease())
  }

  async release(): Promise<void> {
    this.#held.clear()
    await this.#session.run(STATEMENTS.release, { holder: this.#holder })
  }

  layOut(name: EventName, messages: readonly Json[]): Promise<boolean> {
    return this.#givenBack(STATEMENTS.layOut, name, { messages: JSON.stringify(messages) })
  }

  async begin(name: EventName): Promise<boolean> {
    const isOurs = await this.#changed(STATEMENTS.begin, name)
    if (!isOurs) this.#held.delete(keyOf(name))
    return isOurs
  }

  async sent(name: EventName): Promise<boolean> {
    const isMore = await this.#session.written(async (transaction) => {
      const thread = await this.#locked(transaction, name)
      if (thread === undefined) return undefined
      const row = await transaction.get(STATEMENTS.sent, this.#own(name))
      if (row?.['is_more'] === false) await finish(transaction, STATEMENTS.end, name, thread)
      return row && row['is_more'] === true
    })
    if (isMore !== true) this.#held.delete(keyOf(name))
    return isMore !== undefined
  }

  postpone(name: EventName, { dueAt, isUnsent, isUntried = false }: Later): Promise<boolean> {
    const wait = Math.round(dueAt - this.#now())
    return this.#givenBack(STATEMENTS.postpone, name, { wait, isUnsent, tries: isUntried ? 0 : 1 })
  }

  giveUp(name: EventName): Promise<boolean> {
    this.#held.delete(keyOf(name))
    return this.#session.written(async (transaction) => {
      const thread = await this.#locked(transaction, name)
      // looked at again now that the thread is ours: the claim may have ended meanwhile
      if (thread === undefined || !(await transaction.get(STATEMENTS.threadOf, this.#own(name)))) return false
      await finish(transaction, STATEMENTS.end, name, thread)
      return true
    })
  }

  async waiting() {
    return waitingIn(await this.#session.all(STATEMENTS.waiting))
  }

  async sweep({ receivedBefore, doneBefore }: { readonly receivedBefore: number; readonly doneBefore: number }) {
    const stale = await this.#session.all(STATEMENTS.stale, { receivedBefore, ...this.#lease() })
    const givenUp: Record<string, number> = {}
    for (const row of stale) {
      const [platform, id, thread] = [textIn(row, 'platform'), textIn(row, 'id'), textIn(row, 'thread')]
      const isGivenUp = await this.#session.written(async (transaction) => {
        await transaction.get(STATEMENTS.lock, { key: threadKey({ platform, thread }) })
        return finish(transaction, STATEMENTS.endFree, { platform, id }, thread, this.#lease())
      })
      if (isGivenUp) givenUp[platform] = (givenUp[platform] ?? 0) + 1
    }
    await this.#session.run(STATEMENTS.forget, { doneBefore })
    return givenUp
  }

  /** The thread of an event of this holder's, locked; undefined where it is not this holder's. */
  async #locked(transaction: Transaction, name: EventName): Promise<string | undefined> {
    const row: Row | undefined = await transaction.get(STATEMENTS.threadOf, this.#own(name))
    if (!row) return undefined
    const thread = textIn(row, 'thread')
    await transaction.get(STATEMENTS.lock, { key: threadKey({ platform: name.platform, thread }) })
    return thread
  }

  /** Whatever comes of it, it is not worked on here any more: a claim that was not given back ends by itself. */
  async #givenBack(statement: Statement, name: EventName, given: Given): Promise<boolean> {
    this.#held.delete(keyOf(name))
    return this.#changed(statement, name, given)
  }

  async #changed(statement: Statement, name: EventName, given: Given = {}): Promise<boolean> {
    return (await this.#session.run(statement, { ...this.#own(name), ...given })) > 0
  }

  #own({ platform, id }: EventName) {
    return { platform, id, holder: this.#holder }
  }

  #lease() {
    return { holder: this.#holder, leaseMs: this.leaseMs, held: [...this.#held.values()] }
  }
}

/** Done, and the next of its thread is the next; false where it was done already, or is held. */
async function finish(transaction: Transaction, end: Statement, { platform, id }: EventName, thread: string, given: Given = {}): Promise<boolean> {
  if ((await transaction.run(end, { platform, id, now: transaction.now, ...given })) === 0) return false
  await transaction.run(STATEMENTS.moveOn, { platform, thread })
  return true
}
