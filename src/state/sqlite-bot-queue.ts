/** The queue of chat platforms' questions in the file of SQLite that holds the State. */
import { randomUUID } from 'node:crypto'
import { PolicyError } from '../errors.ts'
import {
  MOST_WAITING,
  type BotQueue,
  type EventName,
  type Json,
  type Later,
  type NewEvent,
  type Stage,
  type Waiting,
} from './bot-queue.ts'
import { byTurn, claimedOf, CLOCKS_DIFFER_MS, DONE, LEASE_MS, queueFull, waitingIn } from './bot-rows.ts'
import { textIn } from './rows.ts'
import type { Prepared, SqliteSession } from './sqlite-session.ts'

export interface SqliteBotQueueOptions {
  /** Milliseconds for which a claim stands unless it is renewed. */
  readonly leaseMs?: number
  /** For tests. */
  readonly now?: () => number
}

const OWN = 'platform = :platform AND id = :id AND claimed_by = :holder'
/** A claim for longer than any is given is of a clock that was ahead, and no claim. */
const FREE = `(claimed_by IS NULL OR (claimed_by <> :holder AND (claimed_until <= :now OR claimed_until > :now + :leaseMs)))`
/** What came in later than now came in by a clock that was ahead, and so its due time is worth nothing. */
const DUE = `iif(received_at > :now + ${CLOCKS_DIFFER_MS}, 0, due_at)`
const OF_PLATFORMS = 'platform IN (SELECT value FROM json_each(:platforms))'

const STATEMENTS = {
  known: 'SELECT 1 AS one FROM bot_events WHERE platform = :platform AND id = :id',
  waitingOf: `SELECT count(*) AS events FROM bot_events WHERE platform = :platform AND stage <> 'done'`,
  add: `INSERT INTO bot_events (platform, id, stage, is_next, received_at, due_at, thread, reply_to, question)
    VALUES (:platform, :id, 'asked', NOT EXISTS (
      SELECT 1 FROM bot_events WHERE platform = :platform AND thread = :thread AND stage <> 'done'),
      :now, :now, :thread, :replyTo, :question)`,
  claim: `UPDATE bot_events SET claimed_by = :holder, claimed_until = :until, received_at = min(received_at, :now)
    WHERE number IN (
      SELECT number FROM bot_events
      WHERE is_next = 1 AND stage = :stage AND ${DUE} <= :now AND ${OF_PLATFORMS} AND ${FREE}
      ORDER BY due_at, number LIMIT :most)
    RETURNING *`,
  nextDue: `SELECT min(max(${DUE}, iif(claimed_until > :now + :leaseMs, 0, coalesce(claimed_until, 0)))) AS due FROM bot_events
    WHERE is_next = 1 AND stage = :stage AND ${OF_PLATFORMS} AND (claimed_by IS NULL OR claimed_by <> :holder)`,
  renew: 'UPDATE bot_events SET claimed_until = :until WHERE claimed_by = :holder AND is_next = 1',
  release: 'UPDATE bot_events SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = :holder AND is_next = 1',
  layOut: `UPDATE bot_events SET stage = 'answered', messages = :messages, question = NULL, attempts = 0, due_at = :now,
    claimed_by = NULL, claimed_until = NULL WHERE ${OWN} AND stage = 'asked'`,
  begin: `UPDATE bot_events SET begun = 1 WHERE ${OWN} AND stage = 'answered'`,
  sent: `UPDATE bot_events SET sent = sent + 1, begun = 0, attempts = 0 WHERE ${OWN} AND stage = 'answered'
    RETURNING sent < json_array_length(messages) AS is_more`,
  postpone: `UPDATE bot_events SET due_at = :dueAt, attempts = attempts + :tries, begun = begun AND NOT :isUnsent,
    claimed_by = NULL, claimed_until = NULL WHERE ${OWN}`,
  threadOf: `SELECT thread FROM bot_events WHERE ${OWN}`,
  end: `UPDATE bot_events SET ${DONE} WHERE platform = :platform AND id = :id`,
  moveOn: `UPDATE bot_events SET is_next = 1 WHERE number = (
    SELECT min(number) FROM bot_events WHERE platform = :platform AND thread = :thread AND stage <> 'done')`,
  waiting: `SELECT platform, count(*) AS events, min(received_at) AS since FROM bot_events WHERE stage <> 'done'
    GROUP BY platform`,
  stale: `SELECT platform, id, thread FROM bot_events
    WHERE stage <> 'done' AND received_at < :receivedBefore AND ${FREE}`,
  forget: `DELETE FROM bot_events WHERE stage = 'done' AND done_at < :doneBefore`,
} as const

interface Put {
  readonly event: NewEvent
  readonly outcome: PromiseWithResolvers<'taken' | 'duplicate'>
}

export class SqliteBotQueue implements BotQueue {
  readonly leaseMs: number
  readonly #session: SqliteSession
  readonly #now: () => number
  readonly #holder = randomUUID()
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, Prepared>>
  #puts: Put[] = []

  constructor(session: SqliteSession, { leaseMs = LEASE_MS, now = Date.now }: SqliteBotQueueOptions = {}) {
    this.#session = session
    this.#now = now
    this.leaseMs = leaseMs
    this.#statements = session.prepared(STATEMENTS)
  }

  /** What comes in at one time goes to the disk together: waiting for it once takes as long as once for each. */
  put(event: NewEvent): Promise<'taken' | 'duplicate'> {
    const outcome = Promise.withResolvers<'taken' | 'duplicate'>()
    if (this.#puts.push({ event, outcome }) === 1) setImmediate(() => this.#takeAll())
    return outcome.promise
  }

  #takeAll(): void {
    const puts = this.#puts.splice(0)
    try {
      const outcomes = this.#session.written(() => {
        const waiting = new Map<string, number>() // counted once: it takes a while where many wait
        return puts.map(({ event }) => this.#take(event, waiting))
      })
      puts.forEach(({ outcome }, at) => {
        const become = outcomes[at]!
        if (become instanceof PolicyError) outcome.reject(become)
        else outcome.resolve(become)
      })
    } catch (error) {
      for (const { outcome } of puts) outcome.reject(error)
    }
  }

  #take(event: NewEvent, waiting: Map<string, number>): 'taken' | 'duplicate' | PolicyError {
    const { platform, id, thread, question, replyTo } = event
    if (this.#statements.known.get({ platform, id })) return 'duplicate'
    const before = waiting.get(platform) ?? Number(this.#statements.waitingOf.get({ platform })?.['events'])
    if (before >= MOST_WAITING) return queueFull()
    this.#statements.add.run({ platform, id, thread, question, replyTo: JSON.stringify(replyTo), now: this.#now() })
    waiting.set(platform, before + 1)
    return 'taken'
  }

  async claim(wanted: { readonly stage: Stage; readonly platforms: readonly string[]; readonly most: number }) {
    const now = this.#now()
    const { stage, most } = wanted
    const platforms = JSON.stringify(wanted.platforms)
    const { leaseMs } = this
    const given = { stage, most, platforms, now, leaseMs, until: now + leaseMs, holder: this.#holder }
    const rows = this.#session.written(() => this.#statements.claim.all(given))
    return rows.sort(byTurn).map(claimedOf)
  }

  async nextDue({ stage, platforms }: { readonly stage: Stage; readonly platforms: readonly string[] }) {
    const { leaseMs } = this
    const given = { stage, platforms: JSON.stringify(platforms), holder: this.#holder, now: this.#now(), leaseMs }
    const due = this.#session.tried(() => this.#statements.nextDue.get(given))?.['due']
    return typeof due === 'number' ? due : undefined
  }

  async renew(): Promise<void> {
    this.#session.written(() => this.#statements.renew.run({ holder: this.#holder, until: this.#now() + this.leaseMs }))
  }

  async release(): Promise<void> {
    this.#session.written(() => this.#statements.release.run({ holder: this.#holder }))
  }

  async layOut(name: EventName, messages: readonly Json[]): Promise<boolean> {
    return this.#changed('layOut', name, { messages: JSON.stringify(messages), now: this.#now() })
  }

  async begin(name: EventName): Promise<boolean> {
    return this.#changed('begin', name)
  }

  async sent(name: EventName): Promise<boolean> {
    return this.#session.written(() => {
      const own = this.#own(name)
      const row = this.#statements.sent.get(own)
      if (row?.['is_more'] === 0) this.#end(own)
      return row !== undefined
    })
  }

  async postpone(name: EventName, { dueAt, isUnsent, isUntried = false }: Later): Promise<boolean> {
    return this.#changed('postpone', name, { dueAt, isUnsent: isUnsent ? 1 : 0, tries: isUntried ? 0 : 1 })
  }

  async giveUp(name: EventName): Promise<boolean> {
    return this.#session.written(() => this.#end(this.#own(name)))
  }

  async waiting(): Promise<Readonly<Record<string, Waiting>>> {
    return waitingIn(this.#session.tried(() => this.#statements.waiting.all()))
  }

  async sweep({ receivedBefore, doneBefore }: { readonly receivedBefore: number; readonly doneBefore: number }) {
    return this.#session.written(() => {
      const now = this.#now()
      const stale = this.#statements.stale.all({ receivedBefore, holder: this.#holder, now, leaseMs: this.leaseMs })
      const givenUp: Record<string, number> = {}
      for (const row of stale) {
        const [platform, id] = [textIn(row, 'platform'), textIn(row, 'id')]
        this.#finish({ platform, id }, textIn(row, 'thread'))
        givenUp[platform] = (givenUp[platform] ?? 0) + 1
      }
      this.#statements.forget.run({ doneBefore })
      return givenUp
    })
  }

  #own({ platform, id }: EventName) {
    return { platform, id, holder: this.#holder }
  }

  #changed(
    statement: 'layOut' | 'begin' | 'postpone',
    name: EventName,
    given: Record<string, string | number> = {},
  ): boolean {
    const { changes } = this.#session.written(() => this.#statements[statement].run({ ...this.#own(name), ...given }))
    return changes > 0
  }

  /** False where it is not this holder's. */
  #end(own: EventName & { readonly holder: string }): boolean {
    const row = this.#statements.threadOf.get({ ...own })
    if (!row) return false
    this.#finish(own, textIn(row, 'thread'))
    return true
  }

  #finish({ platform, id }: EventName, thread: string): void {
    this.#statements.end.run({ platform, id, now: this.#now() })
    this.#statements.moveOn.run({ platform, thread })
  }
}
