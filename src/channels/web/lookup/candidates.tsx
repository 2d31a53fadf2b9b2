/** What a reference may mean, one a line. */
import { useEffect, useRef } from 'react'
import { bracketed } from '../../render.ts'

export interface Candidate {
  readonly key: string
  readonly documentId: string
  readonly title: string
  /** 第三部分第2条; empty for a whole document. */
  readonly place: string
  readonly source: string
  /** To be looked up when it is chosen; absent: its words are known. */
  readonly reference?: string
}

interface CandidatesProps {
  readonly heading: string
  readonly candidates: readonly Candidate[]
  /** 0-based. */
  readonly active: number
  onChoose(at: number): void
}

export function Candidates({ heading, candidates, active, onChoose }: CandidatesProps) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <section className="candidates">
      <h2>{heading}</h2>
      <ul ref={list}>
        {candidates.map(({ key, title, place, source }, at) => (
          <li key={key}>
            <button type="button" aria-current={at === active ? 'true' : undefined} onClick={() => onChoose(at)}>
              <span>
                {bracketed(title)}
                <b>{place}</b>
              </span>
              <small>{source}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
