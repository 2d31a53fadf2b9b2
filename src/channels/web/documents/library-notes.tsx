/** Above the table: a round of indexing under way or failed, files that were not taken, documents that were removed. */
import { TriangleAlert } from 'lucide-react'
import type { LibraryState } from '../api/queries.ts'
import { useLanguage } from '../words/language.ts'
import { useChanges } from './changes.ts'
import type { LibraryActions } from './use-library.ts'
import { useDocumentsWords } from './words.ts'

interface IndexingProps {
  readonly library: LibraryState
  readonly actions: LibraryActions
}

export function Indexing({ library, actions }: IndexingProps) {
  const words = useDocumentsWords()
  const { isAwaited } = useChanges()
  const { indexing, lastIndexing, uploads } = library
  if (indexing || isAwaited) {
    const step = indexing ? words.indexingStep(indexing.step, indexing.done, indexing.total) : words.indexingSoon
    const isCounted = indexing !== undefined && indexing.total > 0
    return (
      <section className="panel indexing" aria-label={words.indexing}>
        <p>
          <b>{words.indexing}</b> {step}
        </p>
        <progress aria-label={words.indexing} {...(isCounted && { max: indexing.total, value: indexing.done })} />
        <p className="note">{words.indexingNote}</p>
      </section>
    )
  }
  if (lastIndexing?.failed === undefined) return null
  return (
    <div className="banner bad" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div>
        {words.indexingFailed}
        <small>{lastIndexing.failed}</small>
        <small>{words.indexingFailedNext}</small>
      </div>
      {uploads.enabled && (
        <button type="button" className="button small" onClick={() => void actions.indexAgain()}>
          {words.indexAgain}
        </button>
      )}
    </div>
  )
}

/** Told once at each step, not at each file of it. */
export function IndexingSaid({ library }: { readonly library: LibraryState | undefined }) {
  const words = useDocumentsWords()
  const { isAwaited } = useChanges()
  const step = library?.indexing?.step
  const said = step !== undefined ? `${words.indexing}：${words.indexingStep(step, 0, 0)}` : isAwaited ? words.indexing : ''
  return (
    <p className="sr-only" role="status">
      {said}
    </p>
  )
}

interface SkippedProps {
  readonly skipped: LibraryState['skipped']
}

/** Files that someone has to see to; those that an upload took the place of are told apart, as nothing is amiss there. */
export function Skipped({ skipped }: SkippedProps) {
  const words = useDocumentsWords()
  const replaced = skipped.filter(({ code }) => code === 'replaced')
  const unread = skipped.filter(({ code }) => code !== 'replaced')
  return (
    <>
      {unread.length > 0 && (
        <details className="panel listed skipped">
          <summary>
            <TriangleAlert size={16} aria-hidden /> {words.skipped(unread.length)}
          </summary>
          <p className="note">{words.skippedHint}</p>
          <Reasons skipped={unread} />
        </details>
      )}
      {replaced.length > 0 && (
        <details className="panel listed">
          <summary>{words.replaced(replaced.length)}</summary>
          <p className="note">{words.replacedHint}</p>
          <Reasons skipped={replaced} />
        </details>
      )}
    </>
  )
}

function Reasons({ skipped }: SkippedProps) {
  return (
    <ul>
      {skipped.map(({ source, message }, at) => (
        <li key={at}>
          <b>{source}</b>
          <span>{message.startsWith(source) ? message.slice(source.length) : message}</span>
        </li>
      ))}
    </ul>
  )
}

interface RemovedProps {
  readonly removed: LibraryState['removed']
  readonly canChange: boolean
  readonly actions: LibraryActions
}

export function Removed({ removed, canChange, actions }: RemovedProps) {
  const words = useDocumentsWords()
  const language = useLanguage()
  if (removed.length === 0) return null
  const day = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en', { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <details className="panel listed">
      <summary>{words.removed(removed.length)}</summary>
      <p className="note">{words.removedHint}</p>
      <ul>
        {removed.map(({ id, title, source, origin, removedAt }) => (
          <li key={id} className="with-button">
            <b>{title}</b>
            <span>
              {words.origins[origin]} · {source} · {words.removedAt(day.format(new Date(removedAt)))}
            </span>
            {canChange && (
              <button type="button" className="button small" onClick={() => void actions.restore(id)}>
                {words.restore}
                <span className="sr-only">{title}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
