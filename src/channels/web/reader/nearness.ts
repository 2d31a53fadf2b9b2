/** Tells an element once that it comes near to what is seen of the box it scrolls in. */
import { createContext } from 'react'

export interface Nearness {
  /** Gives what ends the watching. */
  watch(element: Element, onNear: () => void): () => void
  end(): void
}

export const NearnessContext = createContext<Nearness | undefined>(undefined)

/** Two screens ahead: what comes is drawn before it is seen. */
const AHEAD = '200% 0px'

/** Watching begins with the first element: the box must stand by then. */
export function nearnessIn(boxOf: () => Element | null): Nearness {
  const waiting = new Map<Element, () => void>()
  let observer: IntersectionObserver | undefined
  const begin = () =>
    new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (!isIntersecting) continue
          observer?.unobserve(target)
          waiting.get(target)?.()
          waiting.delete(target)
        }
      },
      { root: boxOf(), rootMargin: AHEAD },
    )
  return {
    watch(element, onNear) {
      observer ??= begin()
      waiting.set(element, onNear)
      observer.observe(element)
      return () => {
        waiting.delete(element)
        observer?.unobserve(element)
      }
    },
    end() {
      observer?.disconnect()
      observer = undefined
    },
  }
}
