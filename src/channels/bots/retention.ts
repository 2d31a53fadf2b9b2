/** What is kept of people on chat platforms goes after a time, at the start and every hour. */
import type { BotQueue } from '../../state/bot-queue.ts'
import type { State } from '../../state/state.ts'
import type { Clock } from './clock.ts'
import { PLATFORMS } from './names.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** After this an answer is no longer waited for. */
export const GIVE_UP_MS = DAY_MS
/** Platforms send an event again for a day at most; then its name is kept as long again. */
const NAMES_MS = 2 * DAY_MS

export interface RetentionOptions {
  readonly state: Pick<State, 'forget'>
  readonly queue: Pick<BotQueue, 'sweep'>
  readonly days: number
  readonly clock: Clock
  /** By platform. */
  readonly onGivenUp: (platform: string, events: number) => void
  readonly onTrouble: (error: unknown) => void
}

export interface Retention {
  /** Resolves when a round under way is over. */
  stop(): Promise<void>
}

export function keepFor(options: RetentionOptions): Retention {
  const { clock, onTrouble } = options
  let isStopped = false
  let cancel = () => {}
  let round = Promise.resolve()
  const next = () => {
    round = sweep(options).catch(onTrouble).then(() => {
      if (!isStopped) cancel = clock.after(HOUR_MS, next)
    })
  }
  next()
  const stop = async () => {
    isStopped = true
    cancel()
    await round
  }
  return { stop }
}

/** Conversations after the days given, answers that wait after a day, names of events after two. */
async function sweep({ state, queue, days, clock, onGivenUp }: RetentionOptions): Promise<void> {
  const now = clock.now()
  const givenUp = await queue.sweep({ receivedBefore: now - GIVE_UP_MS, doneBefore: now - NAMES_MS })
  for (const [platform, events] of Object.entries(givenUp)) onGivenUp(platform, events)
  // what is forgotten does not come back: where the two clocks differ, somebody set one, and the earlier counts
  const before = new Date(Math.min(now, clock.settable?.() ?? now) - days * DAY_MS).toISOString()
  for (const platform of PLATFORMS) await state.forget(platform, before)
}
