/** Where the marked words stand, from the outermost part to the clause itself. */
import { ChevronRight } from 'lucide-react'
import { Fragment } from 'react'
import type { OutlineNode } from '../../wire.ts'
import { stepOf } from './place.ts'
import { useReaderWords } from './words.ts'

interface PlaceBarProps {
  readonly lineage: readonly OutlineNode[]
  /** What the place is called where there is no outline to tell. */
  readonly spoken: string | undefined
  /** 1-based page of the file. */
  readonly page: number | undefined
  onChoose(node: OutlineNode): void
}

export function PlaceBar({ lineage, spoken, page, onChoose }: PlaceBarProps) {
  const words = useReaderWords()
  if (lineage.length === 0 && spoken === undefined) return null
  return (
    <nav className="place-bar" aria-label={words.place}>
      <ol>
        {lineage.length === 0 && <li>{spoken}</li>}
        {lineage.map((node, at) => (
          <Fragment key={`${at}.${node.start}`}>
            {at > 0 && (
              <li aria-hidden className="place-arrow">
                <ChevronRight size={14} />
              </li>
            )}
            <li>
              <button type="button" aria-current={at === lineage.length - 1 ? 'location' : undefined} title={node.spoken} onClick={() => onChoose(node)}>
                {stepWords(node, lineage[at - 1])}
              </button>
            </li>
          </Fragment>
        ))}
      </ol>
      {page !== undefined && <span className="place-page">{words.page(page)}</span>}
    </nav>
  )
}

/** A part with its heading, where that says more than its number: 第三部分 强化创新. */
function stepWords(node: OutlineNode, outer: OutlineNode | undefined): string {
  const step = stepOf(node, outer)
  const heading = node.children.length > 0 ? node.heading?.trim() : undefined
  return node.kind !== 'numbered' || heading === undefined || step.includes(heading) ? step : `${step} ${heading}`
}
