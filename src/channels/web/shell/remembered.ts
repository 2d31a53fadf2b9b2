/** A choice that this browser remembers, shared by every part of the page; the first one is the default. */

export interface Remembered<Value extends string> {
  get(): Value
  set(value: Value): void
  subscribe(listener: () => void): () => void
}

export function remembered<Value extends string>(key: string, [first, ...others]: readonly [Value, ...Value[]]): Remembered<Value> {
  const known = [first, ...others]
  const listeners = new Set<() => void>()
  let value = known.find((one) => one === read(key)) ?? first
  return {
    get: () => value,
    set(next) {
      value = next
      write(key, next)
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A browser that keeps nothing (private, or forbidden) forgets with the page. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // it is remembered until the page is closed
  }
}
