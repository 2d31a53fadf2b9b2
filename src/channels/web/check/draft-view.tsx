/** The draft, each place marked where it stands. Lines far from the screen are not laid out. */
import { memo, useMemo } from 'react'
import { blocksOf, type Block, type Found } from './found.ts'
import { Sign } from './sign.tsx'
import { useCheckWords } from './words.ts'

interface DraftViewProps {
  readonly text: string
  readonly found: readonly Found[]
  readonly selected: string | undefined
}

export function DraftView({ text, found, selected }: DraftViewProps) {
  const words = useCheckWords()
  const blocks = useMemo(() => blocksOf(text, found), [text, found])
  return (
    <section className="draft-text" aria-label={words.draft} tabIndex={0} lang="zh-CN">
      {blocks.map((block) => (
        <BlockView key={block.start} text={text} block={block} kinds={words.kinds} selected={ownIn(block, selected)} />
      ))}
    </section>
  )
}

/** The chosen one where it stands in the block: other blocks need not be drawn anew. */
const ownIn = ({ pieces }: Block, selected: string | undefined): string | undefined =>
  selected !== undefined && pieces.some(({ found }) => found?.id === selected) ? selected : undefined

interface BlockViewProps {
  readonly text: string
  readonly block: Block
  readonly kinds: Readonly<Record<Found['kind'], string>>
  readonly selected: string | undefined
}

const BlockView = memo(function BlockView({ text, block, kinds, selected }: BlockViewProps) {
  return (
    <div className="draft-block">
      {block.pieces.map(({ start, end, found }) => {
        const words = text.slice(start, end)
        if (!found) return <span key={start}>{words}</span>
        const isFirst = start === found.start
        return (
          <a
            key={start}
            {...(isFirst && { id: `mark-${found.id}` })}
            href={`/check?item=${found.id}`}
            data-found={found.id}
            className={`mark ${found.kind}`}
            aria-current={found.id === selected ? 'true' : undefined}
            title={kinds[found.kind]}
          >
            {isFirst && <Sign kind={found.kind} />}
            {isFirst && <span className="sr-only">{kinds[found.kind]}：</span>}
            {words}
          </a>
        )
      })}
    </div>
  )
})
