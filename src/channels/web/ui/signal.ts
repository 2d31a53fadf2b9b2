/** A value that lives beside React and tells who listens when it is another: what useSyncExternalStore reads. */
export interface Signal<Value> {
  get(): Value
  set(value: Value): void
  /** The listener is forgotten when what this gives is called. */
  subscribe(listener: () => void): () => void
}

export function signal<Value>(first: Value): Signal<Value> {
  const listeners = new Set<() => void>()
  let value = first
  return {
    get: () => value,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
