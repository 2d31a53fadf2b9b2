/** The reader beside a view, for what the address names in `?read=`. */
import { useSearch } from '@tanstack/react-router'
import { useLayoutEffect, useRef } from 'react'
import { chipId } from '../chat/places.ts'
import { citedAt } from './address.ts'
import { VariantContext } from './navigation.ts'
import { Reader } from './reader.tsx'
import { useReaderWords } from './words.ts'

export function ReaderPanel() {
  const words = useReaderWords()
  const { read = '', at } = useSearch({ from: '__root__' })
  const panel = useRef<HTMLElement>(null)
  useFocusBack(panel, at)
  return (
    <aside className="reader-panel" aria-label={words.sourceText} ref={panel}>
      <VariantContext value="panel">
        <Reader read={read} />
      </VariantContext>
    </aside>
  )
}

/**
 * The focus goes back to the link or button that was last focused outside, unless it has gone elsewhere by itself; where
 * there was none, as after a reload, to the number of the citation.
 */
function useFocusBack(panel: React.RefObject<HTMLElement | null>, at: string | undefined): void {
  const cited = useRef(at)
  if (at !== undefined) cited.current = at
  useLayoutEffect(() => {
    const own = panel.current
    let outside: Element | null = document.activeElement
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Element && !own?.contains(target) && !target.closest('.floating, dialog')) outside = target
    }
    document.addEventListener('focusin', onFocus)
    return () => {
      document.removeEventListener('focusin', onFocus)
      const isLost = document.activeElement === document.body || own?.contains(document.activeElement) === true
      if (!isLost) return
      const isOpener = outside?.isConnected === true && outside.matches('a, button')
      const goal = isOpener ? outside : (chipOf(cited.current) ?? outside)
      if (goal instanceof HTMLElement) goal.focus()
    }
  }, [panel])
}

function chipOf(at: string | undefined): Element | null {
  const cited = at === undefined ? undefined : citedAt(at)
  return cited ? document.getElementById(chipId(cited.exchangeId, cited.n)) : null
}
