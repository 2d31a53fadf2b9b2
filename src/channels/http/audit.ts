/** What the door writes into the audit log, and how much of what strangers try. */
import type { Context } from 'hono'
import { currentScope } from '../../telemetry/scope.ts'
import type { Identity } from '../../access/access.ts'
import type { AccessStore, NewAuditEntry } from '../../access/access-store.ts'

const SHOWN = 100
const A_MINUTE_MS = 60_000
/** Of all addresses together: who has many must not fill the disk. */
const FAILURES_A_MINUTE = 60

export type Done = Pick<NewAuditEntry, 'action' | 'outcome'> & Partial<Pick<NewAuditEntry, 'object' | 'detail'>>

export class DoorAudit {
  readonly #access: AccessStore | undefined
  readonly #log: (message: string) => void
  /** Identity and what it read → when that was written. */
  readonly #read = new Map<string, number>()
  #since = -A_MINUTE_MS
  #told = 0
  #untold = 0

  constructor(access: AccessStore | undefined, log: (message: string) => void) {
    this.#access = access
    this.#log = log
  }

  /** @throws PolicyError where it cannot be written: then it must not be done either */
  async write(context: Context, by: Identity['id'], { action, outcome, object, detail }: Done): Promise<void> {
    const requestId = requestIdOf()
    const { address } = context.var
    await this.#access?.audit({
      by,
      action,
      outcome,
      ...(object !== undefined && { object: object.slice(0, SHOWN) }),
      ...(requestId !== undefined && { requestId }),
      ...(address !== undefined && { address }),
      ...(detail && { detail }),
    })
  }

  /** What an admin looks at: of each kind at most once a minute, as pages ask again and again. @throws as write */
  async read(context: Context, by: Identity['id'], object: string): Promise<void> {
    const now = performance.now()
    for (const [key, at] of this.#read) if (now - at >= A_MINUTE_MS) this.#read.delete(key)
    const key = `${by} ${object}`
    if (this.#read.has(key)) return
    await this.write(context, by, { action: 'admin.read', outcome: 'done', object })
    this.#read.set(key, now)
  }

  /** What a stranger was refused: so many a minute, and of the rest how many they were. Never fails the request. */
  async refused(context: Context, by: Identity['id'] | 'nobody', action: string, object?: string): Promise<void> {
    const now = performance.now()
    const isNewMinute = now - this.#since >= A_MINUTE_MS
    const before = isNewMinute ? this.#untold : 0
    if (isNewMinute) [this.#since, this.#told, this.#untold] = [now, 0, 0]
    if (this.#told >= FAILURES_A_MINUTE) return void this.#untold++
    this.#told++
    try {
      if (before > 0) await this.write(context, 'nobody', { action: 'refused.more', outcome: 'refused', detail: { count: before } })
      await this.write(context, by, { action, outcome: 'refused', ...(object !== undefined && { object }) })
    } catch (error) {
      this.#log(`审计日志写不进 the audit log cannot be written: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** One of those that are limited by their address already. */
  passedOver(): void {
    this.#untold++
  }
}

/** The one in the header of its answer and in the log; absent where nobody looks at requests. */
export const requestIdOf = (): string | undefined => currentScope()?.requestId
