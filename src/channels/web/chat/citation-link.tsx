/** A link that opens the reader beside the conversation at the cited words. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { besideAt } from './places.ts'

interface CitationLinkProps {
  readonly url: string
  /** The citation of an exchange, where it is one: previous and next go through the others. */
  readonly exchangeId?: string
  readonly n?: number
  readonly className?: string
  readonly children: ReactNode
}

export function CitationLink({ url, exchangeId, n, className = '', children }: CitationLinkProps) {
  return (
    <Link to="." search={besideAt(url, exchangeId, n)} className={className} resetScroll={false}>
      {children}
    </Link>
  )
}
