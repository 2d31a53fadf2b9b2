/** The citations of an answer in turn, from the conversation the page already has. */
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import type { Citation, CitationChange } from '../../../types.ts'
import { conversationQuery } from '../api/queries.ts'
import { citedAt, isSamePlace, readIn } from './address.ts'
import { useGo } from './navigation.ts'

export interface CitationTour {
  readonly citation: Citation
  /** 1-based place among all. */
  readonly position: number
  readonly all: number
  /** What became of its words since. */
  readonly change?: CitationChange
  /** Whether the reader stands at it; not after another clause was gone to. */
  readonly isHere: boolean
  go(position: number): void
}

/** Undefined where the reader was opened from elsewhere. */
export function useCitationTour(read: string): CitationTour | undefined {
  const { at } = useSearch({ from: '__root__' })
  const { conversationId } = useParams({ strict: false })
  const go = useGo()
  const { data } = useQuery({ ...conversationQuery(conversationId ?? ''), enabled: conversationId !== undefined && at !== undefined })
  const cited = at === undefined ? undefined : citedAt(at)
  const exchange = data?.exchanges.find(({ id }) => id === cited?.exchangeId)
  const citations = exchange?.answer?.citations ?? []
  const index = citations.findIndex(({ n }) => n === cited?.n)
  const citation = citations[index]
  if (!cited || !citation) return undefined
  const change = exchange?.changes?.find(({ n }) => n === citation.n)
  return {
    citation,
    position: index + 1,
    all: citations.length,
    ...(change && { change }),
    isHere: isSamePlace(citation.url, read),
    go: (position) => {
      const next = citations[(position - 1 + citations.length) % citations.length]!
      go(readIn(next.url), { at: `${cited.exchangeId}.${next.n}`, isReplacing: true })
    },
  }
}
