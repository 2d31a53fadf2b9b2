/**
 * Questions from chat platforms until they are answered: what is kept between the moment a platform is told that its
 * event is taken and the moment the answer stands in the chat. A seam: sqlite-bot-queue.ts stands behind it, and any
 * other implementation passes test/contracts/bot-queue.ts.
 *
 * An event is asked → answered (its messages laid out) → done. Of a thread 话题 only the oldest event that is not done
 * can be claimed, so that its questions are answered and sent in order. What a method has resolved is on the disk. Each
 * throws PolicyError `state-unusable` where what is kept cannot be read or written, `disk-full` where there is no room.
 *
 * Several processes may work on one queue: a claim is atomic, names its holder, and ends by itself unless the holder
 * renews it; what a holder that lost its claim writes is refused. A claim of a process that was killed stands until it
 * ends, at most `leaseMs`.
 */

/** Plain values that are kept as JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** An event has one name on its platform, the same when it comes again. */
export interface EventName {
  readonly platform: string
  readonly id: string
}

export interface NewEvent extends EventName {
  readonly thread: string
  readonly question: string
  /** Where the answer goes, in the platform's terms. */
  readonly replyTo: Json
}

/** An event that is this holder's to work on. Times are milliseconds since 1970, UTC. */
export interface ClaimedEvent extends EventName {
  readonly thread: string
  /** '' once it is answered. */
  readonly question: string
  readonly replyTo: Json
  readonly receivedAt: number
  /** Tries that failed since the last step that did not. */
  readonly attempts: number
  /** [] until it is answered. */
  readonly messages: readonly Json[]
  /** How many of them were sent. */
  readonly sent: number
  /** The next one may have been sent already: its sending began, and no end of it was recorded. */
  readonly mayRepeat: boolean
}

export type Stage = 'asked' | 'answered'

export interface Waiting {
  readonly events: number
  /** When the oldest of them came in. */
  readonly since: number
}

/** Of a platform; more are refused. */
export const MOST_WAITING = 10_000

/** A try failed, or was not made yet. */
export interface Later {
  readonly dueAt: number
  /** The message that was begun was certainly not sent. */
  readonly isUnsent: boolean
  /** Nothing was tried: it does not count among `attempts`. */
  readonly isUntried?: boolean
}

export interface BotQueue {
  /** Milliseconds for which a claim stands unless it is renewed. */
  readonly leaseMs: number
  /** @throws PolicyError `queue-full` where MOST_WAITING events of the platform wait */
  put(event: NewEvent): Promise<'taken' | 'duplicate'>
  /** Of those that are due, the longest due first, at most so many. */
  claim(wanted: {
    readonly stage: Stage
    readonly platforms: readonly string[]
    readonly most: number
  }): Promise<readonly ClaimedEvent[]>
  /** When the next of them can be claimed; undefined where there is none. */
  nextDue(wanted: { readonly stage: Stage; readonly platforms: readonly string[] }): Promise<number | undefined>
  /** Claims of this holder stand for another `leaseMs`. */
  renew(): Promise<void>
  /** Gives back what this holder has claimed. */
  release(): Promise<void>
  /**
   * Answered: keeps the messages, at least one, forgets the question, gives the claim back. False, as with all that
   * follow, where the claim was lost.
   */
  layOut(name: EventName, messages: readonly Json[]): Promise<boolean>
  /** The next message is about to be sent. */
  begin(name: EventName): Promise<boolean>
  /** It was sent. After the last one the event is done, and its words are gone. */
  sent(name: EventName): Promise<boolean>
  /** Gives the claim back until then. */
  postpone(name: EventName, later: Later): Promise<boolean>
  /** Done without an answer that arrived. */
  giveUp(name: EventName): Promise<boolean>
  /** By platform; those with none are left out. */
  waiting(): Promise<Readonly<Record<string, Waiting>>>
  /**
   * Gives up what came in before `receivedBefore` and nobody works on, and forgets the names of what was done before
   * `doneBefore`. How many were given up, by platform.
   */
  sweep(until: {
    readonly receivedBefore: number
    readonly doneBefore: number
  }): Promise<Readonly<Record<string, number>>>
}
