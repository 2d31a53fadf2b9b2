/** Questions that only this page has: what the server says of their conversation later does not take them away. */
import type { StoredConversation, StoredExchange } from './queries.ts'

/** What the server says now, and of what stood here before the questions that it does not have, each where it stood. */
export function withUnsent(before: StoredConversation | undefined, after: StoredConversation): StoredConversation {
  const stood = before?.exchanges ?? []
  const exchanges = stood.reduce((kept, one, at) => (one.isUnsent ? following(stood[at - 1], one, kept) : kept), after.exchanges)
  return exchanges === after.exchanges ? after : { ...after, exchanges }
}

/** With `one` behind the exchange before it; at the beginning where there was none. */
function following(
  previous: StoredExchange | undefined,
  one: StoredExchange,
  exchanges: readonly StoredExchange[],
): readonly StoredExchange[] {
  if (exchanges.some(({ id }) => id === one.id)) return exchanges
  const place = exchanges.findIndex(({ id }) => id === previous?.id) + 1
  return [...exchanges.slice(0, place), one, ...exchanges.slice(place)]
}
