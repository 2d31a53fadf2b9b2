/** What was found, one below the other; the chosen one is open. */
import { snippetOf } from '../../render.ts'
import type { Found } from './found.ts'
import { FoundCard } from './found-card.tsx'
import { Sign } from './sign.tsx'
import { useCheckWords } from './words.ts'

interface FoundListProps {
  readonly found: readonly Found[]
  readonly selected: string | undefined
}

export function FoundList({ found, selected }: FoundListProps) {
  const words = useCheckWords()
  if (found.length === 0) return <p className="found-none note">{words.noneOfKind}</p>
  return (
    <ol className="found-list" aria-label={words.list(found.length)} tabIndex={0}>
      {found.map((one) => (
        <li key={one.id} id={`found-${one.id}`} data-current={one.id === selected} className={one.kind}>
          <button type="button" data-found={one.id} className="found-head" aria-expanded={one.id === selected}>
            <FoundHead found={one} />
            {one.id !== selected && <span className="found-words">{snippetOf(one.item?.quote ?? one.suggestion?.sentence ?? '')}</span>}
          </button>
          {one.id === selected && <FoundCard found={one} />}
        </li>
      ))}
    </ol>
  )
}

export function FoundHead({ found: { kind, item } }: { readonly found: Found }) {
  const words = useCheckWords()
  return (
    <span className="found-name">
      <Sign kind={kind} /> <b>{words.kinds[kind]}</b>
      {item?.why && <span className="note">{words.reasons[item.why]}</span>}
      {item?.place && <span className="note found-place">{item.place.words}</span>}
    </span>
  )
}
