/** What is typed into a search is found at once and goes into the address a moment later. */
import { useEffect, useRef, useState } from 'react'

const SETTLED_MS = 250

/** What is typed, before it is in the address; an address changed elsewhere comes back into the box. */
export function useTypedSearch(q: string, onSettled: (q: string) => void) {
  const [typed, setTyped] = useState(q)
  const told = useRef(q)
  const tell = useRef(onSettled)
  tell.current = onSettled
  useEffect(() => {
    if (q === told.current) return
    told.current = q
    setTyped(q)
  }, [q])
  useEffect(() => {
    const settled = typed.trim()
    if (settled === told.current) return undefined
    const timer = setTimeout(() => {
      told.current = settled
      tell.current(settled)
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return [typed, setTyped] as const
}
