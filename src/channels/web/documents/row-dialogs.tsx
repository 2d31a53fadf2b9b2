/** What a row opens: the places where its numbers do not add up, and the question before it is removed. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { readingQuery, type LibraryProblem, type ListedDocument } from '../api/queries.ts'
import { Dialog } from '../ui/dialog.tsx'
import { toast } from '../ui/toast.tsx'
import { problemWords } from '../words/problems.ts'
import { nodeAt } from './outline-words.ts'
import { useDocumentsWords } from './words.ts'

interface AboutDocument {
  readonly document: ListedDocument
  onClose(): void
}

export function ProblemsDialog({ document, onClose }: AboutDocument) {
  const words = useDocumentsWords()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const open = async ({ path }: LibraryProblem) => {
    try {
      const { outline, textSha256 } = await queries.fetchQuery(readingQuery(document.id))
      const clause = nodeAt(outline, path)
      const place = clause ? `/${textSha256.slice(0, 16)}/${clause.start}-${clause.end}` : ''
      onClose()
      await navigate({ to: '/documents', search: ({ at: _at, ...kept }) => ({ ...kept, read: `${document.id}${place}` }) })
    } catch (error) {
      toast(problemWords(error))
    }
  }
  return (
    <Dialog title={words.problemsTitle} onClose={onClose}>
      <p className="note">{document.title}</p>
      <p className="note">{words.problemsBody}</p>
      <ul className="problem-list">
        {document.problems.map((problem, at) => (
          <li key={at}>
            <b>{problem.path.join(' › ')}</b>
            <span>{problem.message}</span>
            <button type="button" className="text-button" onClick={() => void open(problem)}>
              {words.problemsOpen}
              <span className="sr-only">{problem.path.join(' ')}</span>
            </button>
          </li>
        ))}
      </ul>
      {document.dropped > 0 && <p className="note">{words.dropped(document.dropped)}</p>}
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          {words.close}
        </button>
      </div>
    </Dialog>
  )
}

export function RemoveDialog({ document, onClose, onRemove }: AboutDocument & { onRemove(): void }) {
  const words = useDocumentsWords()
  return (
    <Dialog title={words.removeTitle} onClose={onClose}>
      <p>{words.removeBody(document.title)}</p>
      <p className="note">{document.origin === 'folder' ? words.removeFolder : words.removeUpload}</p>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => {
            onClose()
            onRemove()
          }}
        >
          {words.remove}
        </button>
      </div>
    </Dialog>
  )
}
