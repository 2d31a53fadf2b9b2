/** Brings words of the text to the middle of what is seen, at once. */

/** Where their first line stands when they are higher than what is seen. */
const FROM_TOP = 0.14
const SETTLED_MS = 700
const BY_HAND = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

/** The words from the element that matches to the end of its like; false where there is none. */
export function bringToMiddle(box: HTMLElement, selector: string): boolean {
  const element = box.querySelector<HTMLElement>(selector)
  if (!element) return false
  const seen = box.getBoundingClientRect()
  const { top, bottom } = boundsOf(box, element)
  const middle = (seen.height - (bottom - top)) / 2
  box.scrollTop += top - seen.top - Math.max(middle, seen.height * FROM_TOP)
  return true
}

function boundsOf(box: HTMLElement, element: HTMLElement): { readonly top: number; readonly bottom: number } {
  const { top, bottom } = element.getBoundingClientRect()
  if (!element.matches('mark.cited')) return { top, bottom }
  const last = [...box.querySelectorAll('mark.cited')].at(-1)
  return { top, bottom: last ? last.getBoundingClientRect().bottom : bottom }
}

/**
 * Also after the lines around have got their height and the fonts have come, unless somebody scrolls meanwhile; to the
 * top where nothing matches. Gives what ends it.
 */
export function keepInMiddle(box: HTMLElement, selector: string): () => void {
  if (!bringToMiddle(box, selector)) {
    box.scrollTop = 0
    return () => {}
  }
  let isOver = false
  const end = () => {
    isOver = true
  }
  const again = () => {
    if (!isOver) bringToMiddle(box, selector)
  }
  for (const kind of BY_HAND) box.addEventListener(kind, end, { once: true, passive: true })
  requestAnimationFrame(() => {
    again()
    requestAnimationFrame(again)
  })
  void document.fonts.ready.then(again)
  const observer = new ResizeObserver(again)
  observer.observe(box.firstElementChild!)
  const timer = setTimeout(() => {
    end()
    observer.disconnect()
  }, SETTLED_MS)
  return () => {
    end()
    observer.disconnect()
    clearTimeout(timer)
    for (const kind of BY_HAND) box.removeEventListener(kind, end)
  }
}
