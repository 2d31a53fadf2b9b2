/** The documents that fit what is typed, one of them active: the list under a box that keeps the focus (combobox). */
import { bracketed } from '../../render.ts'
import type { ListedDocument } from '../api/queries.ts'
import { problemWords } from '../words/problems.ts'
import type { FoundDocuments } from './scope.ts'
import { useChatWords } from './words.ts'

interface DocumentListProps {
  readonly id: string
  /** Absent until the documents have come. */
  readonly found: FoundDocuments | undefined
  /** Why they do not come. */
  readonly error: Error | null
  readonly active: number
  onChoose(document: ListedDocument): void
}

const NONE: FoundDocuments = { shown: [], more: 0 }

export const optionId = (listId: string, at: number): string => `${listId}-${at}`

export function DocumentList({ id, found, error, active, onChoose }: DocumentListProps) {
  const words = useChatWords()
  const { shown, more } = found ?? NONE
  const note = found ? (shown.length === 0 ? words.scopeNone : undefined) : error ? problemWords(error) : words.scopeLoading
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
      {note !== undefined && (
        <p className="side-note" role="status">
          {note}
        </p>
      )}
      {more > 0 && <p className="side-note">{words.scopeMore(more)}</p>}
    </>
  )
}
