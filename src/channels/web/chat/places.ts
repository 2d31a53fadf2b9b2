/** Where a citation leads: the reader's place in the address of the page. */
import { addressIn, readIn } from '../reader/address.ts'
import type { BesideSearch } from '../router.tsx'

/** The search of the page with the reader open at a citation, and its place in the answer remembered. */
export function besideAt(url: string, exchangeId?: string, n?: number): <Search extends BesideSearch>(before: Search) => Search {
  const read = readIn(url)
  return (before) => {
    const { read: _read, at: _at, ...rest } = before
    const at = exchangeId === undefined || n === undefined ? {} : { at: `${exchangeId}.${n}` }
    return { ...rest, ...(addressIn(read) && { read }), ...at } as typeof before
  }
}

/** The chip a reader was opened from. */
export const chipId = (exchangeId: string, n: number): string => `chip-${exchangeId}-${n}`
