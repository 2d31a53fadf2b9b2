/** What the store tells its caller while it works; each with a sentence for the log. */

/** A file that is not what was written. */
export interface Damage {
  /** `null` for CURRENT, which belongs to none. */
  readonly generation: string | null
  /** Name in the generation; `manifest.json` and `CURRENT` too. */
  readonly file: string
  readonly reason: string
}

export type StoreEvent = { readonly message: string } & (
  | ({ readonly type: 'damage-found' } & Damage)
  | { readonly type: 'set-aside'; readonly generation: string; readonly to: string }
  | { readonly type: 'fell-back'; readonly from: string | null; readonly to: string | null }
  | { readonly type: 'not-mended'; readonly cause: unknown }
  | { readonly type: 'stale-lock'; readonly pid: number }
  | { readonly type: 'removed'; readonly name: string }
  | { readonly type: 'journal-stopped'; readonly cause: unknown }
  | { readonly type: 'not-removed'; readonly name: string; readonly cause: unknown }
)

export type OnEvent = (event: StoreEvent) => void

export function damageFound(damage: Damage): StoreEvent {
  const { generation, file, reason } = damage
  const place = generation === null ? '' : `${generation}: `
  return { type: 'damage-found', ...damage, message: `${place}${file} ${reason}` }
}

export function setAside(generation: string, to: string): StoreEvent {
  return { type: 'set-aside', generation, to, message: `${generation} is damaged and was set aside as ${to}` }
}

export function fellBack(from: string | null, to: string | null): StoreEvent {
  const none = 'no generation is whole: the index must be built again'
  const instead = from === to ? '' : ` instead of ${from ?? 'an unknown one'}`
  return { type: 'fell-back', from, to, message: to === null ? none : `serving ${to}${instead}` }
}

export function notMended(cause: unknown): StoreEvent {
  const why = cause instanceof Error ? cause.message : String(cause)
  return { type: 'not-mended', cause, message: `the damage was left on disk for now: ${why}` }
}

export function staleLock(pid: number): StoreEvent {
  return { type: 'stale-lock', pid, message: `took over the lock of process ${pid}, which is gone` }
}

export function removed(name: string): StoreEvent {
  return { type: 'removed', name, message: `删去旧的一代 removed ${name}` }
}

export function notRemoved(name: string, cause: unknown): StoreEvent {
  const why = cause instanceof Error ? cause.message : String(cause)
  return { type: 'not-removed', name, cause, message: `could not remove ${name} (left for the next writer): ${why}` }
}

export function journalStopped(cause: unknown): StoreEvent {
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = `中断后将从头计算向量 no journal of vectors: a build that is broken off will begin anew: ${why}`
  return { type: 'journal-stopped', cause, message }
}
