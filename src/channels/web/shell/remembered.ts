/** A choice that this browser remembers, shared by every part of the page; the first one is the default. */
import { signal, type Signal } from '../ui/signal.ts'

export function remembered<Value extends string>(key: string, [first, ...others]: readonly [Value, ...Value[]]): Signal<Value> {
  const known = [first, ...others]
  const choice = signal(known.find((one) => one === read(key)) ?? first)
  return {
    ...choice,
    set(next) {
      choice.set(next)
      write(key, next)
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
