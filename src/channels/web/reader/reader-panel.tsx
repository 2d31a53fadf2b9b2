/** The reader beside a view, for what the address names in `?read=`. */
import { useSearch } from '@tanstack/react-router'
import { useLayoutEffect, useRef } from 'react'
import { VariantContext } from './navigation.ts'
import { Reader } from './reader.tsx'
import { useReaderWords } from './words.ts'

export function ReaderPanel() {
  const words = useReaderWords()
  const { read = '' } = useSearch({ from: '__root__' })
  const panel = useRef<HTMLElement>(null)
  useFocusBack(panel)
  return (
    <aside className="reader-panel" aria-label={words.sourceText} ref={panel}>
      <VariantContext value="panel">
        <Reader read={read} />
      </VariantContext>
    </aside>
  )
}

/** The focus goes back to what was last focused outside, unless it has gone elsewhere by itself. */
function useFocusBack(panel: React.RefObject<HTMLElement | null>): void {
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
      if (isLost && outside instanceof HTMLElement && outside.isConnected) outside.focus()
    }
  }, [panel])
}
