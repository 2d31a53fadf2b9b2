/** The documents that fit what is typed, one of them active: the list under a box that keeps the focus (combobox). */
import { bracketed } from '../../render.ts'
import type { ListedDocument } from '../api/queries.ts'
import type { FoundDocuments } from './scope.ts'
import { useChatWords } from './words.ts'

interface DocumentListProps {
  readonly id: string
  readonly found: FoundDocuments
  readonly active: number
  onChoose(document: ListedDocument): void
}

export const optionId = (listId: string, at: number): string => `${listId}-${at}`

export function DocumentList({ id, found: { shown, more }, active, onChoose }: DocumentListProps) {
  const words = useChatWords()
  return (
    <>
      <ul id={id} role="listbox" aria-label={words.scope} className="document-options">
        {shown.map((document, at) => (
          <li
            key={document.id}
            id={optionId(id, at)}
            role="option"
            aria-selected={at === active}
            onMouseDown={(event) => {
              event.preventDefault() // the box keeps the focus
              onChoose(document)
            }}
          >
            <span>{bracketed(document.title)}</span>
            <small>{document.source}</small>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="side-note">{words.scopeNone}</p>}
      {more > 0 && <p className="side-note">{words.scopeMore(more)}</p>}
    </>
  )
}
