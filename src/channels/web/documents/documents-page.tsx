/** The library: what is in it, found and sorted; files put in, looked at first; documents taken out and brought back. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { TriangleAlert, Upload as UploadIcon } from 'lucide-react'
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { Problem } from '../api/client.ts'
import { documentsQuery, type LibraryState, type ListedDocument } from '../api/queries.ts'
import { addressIn } from '../reader/address.ts'
import { useTitle } from '../ui/title.ts'
import { toast } from '../ui/toast.tsx'
import { useTypedSearch } from '../ui/typed-search.ts'
import { problemWords } from '../words/problems.ts'
import { useChanges } from './changes.ts'
import { DocumentsTable, LoadingTable, type RowActions } from './documents-table.tsx'
import { DropZone } from './drop-zone.tsx'
import { FirstSteps } from './first-steps.tsx'
import { Indexing, IndexingSaid, Removed, Skipped } from './library-notes.tsx'
import type { NamedDocument } from './queue.ts'
import { endingsOf, formatWords, sizeWords } from './refusals.ts'
import { ProblemsDialog, RemoveDialog } from './row-dialogs.tsx'
import { findRows, isBackwards, columnOf, sortRows, type Sort } from './rows.ts'
import { SearchBox } from './search-box.tsx'
import { UploadPreview } from './upload-preview.tsx'
import { addFiles, adopt, adoptKept, useUploads } from './upload-store.ts'
import { focusUploads, UploadsPanel } from './uploads-panel.tsx'
import { uploadQuery, useFresh, useLibrary, useLibraryActions } from './use-library.ts'
import { useDocumentsWords } from './words.ts'
import './documents.css'

const FIRST_ROWS = 100
const MORE_ROWS = 200
const NONE: readonly ListedDocument[] = []

export function DocumentsPage() {
  const words = useDocumentsWords()
  const navigate = useNavigate({ from: '/documents' })
  const { q = '', sort, read, upload: previewed } = useSearch({ from: '/documents' })
  const documents = useQuery(documentsQuery)
  const library = useLibrary()
  const actions = useLibraryActions()
  const { leaving } = useChanges()
  const [dialog, setDialog] = useState<{ readonly of: 'problems' | 'remove'; readonly document: ListedDocument }>()
  const chooser = useChooser(library.data)
  useTitle(words.pageTitle)
  useEffect(() => void adoptKept(), [])

  const [typed, setTyped] = useTypedSearch(q, (next) => {
    void navigate({ search: ({ q: _q, ...kept }) => ({ ...kept, ...(next !== '' && { q: next }) }), replace: true })
  })
  const asked = useDeferredValue(typed)
  const listed = documents.data ?? NONE
  const all = useMemo(() => (leaving.size === 0 ? listed : listed.filter(({ id }) => !leaving.has(id))), [listed, leaving])
  const isFresh = useFresh(all)
  const found = useMemo(() => freshFirst(sortRows(findRows(all, asked), sort), isFresh), [all, asked, sort, isFresh])

  const takes = library.data?.uploads
  const canChange = takes?.enabled === true
  const rowActions = useRowActions(chooser.choose, setDialog)
  const clauses = useMemo(() => all.reduce((sum, one) => sum + one.clauses, 0), [all])
  const isEmpty = documents.data !== undefined && all.length === 0
  const hasTable = !isEmpty && !(documents.error && !documents.data)
  const onSort = (next: Sort | undefined) => void navigate({ search: ({ sort: _sort, ...kept }) => ({ ...kept, ...(next && { sort: next }) }), replace: true })
  const preview = (id: string | undefined) => void navigate({ search: ({ upload: _upload, ...kept }) => ({ ...kept, ...(id !== undefined && { upload: id }) }) })
  const error = documents.error ?? library.error
  const retryBoth = () => {
    void documents.refetch()
    void library.refetch()
  }
  const closePreview = () => {
    preview(undefined)
    setTimeout(focusUploads)
  }
  const formats = takes ? formatWords(takes.formats) : ''
  const largest = takes ? sizeWords(takes.maxBytes) : ''

  return (
    <DropZone isOpen={canChange} label={words.dropHere} hint={words.takesHint(formats, largest)} onFiles={(files) => chooser.add(files)}>
      <div className="documents-scroll">
        <header className="documents-head">
          <div>
            <h1>{words.title}</h1>
            <p className="note">{documents.data ? words.sizes(all.length, clauses) : '\u00a0'}</p>
          </div>
          {takes?.enabled !== false && (
            <button type="button" className="button primary" disabled={!canChange} onClick={() => chooser.choose()}>
              <UploadIcon size={17} aria-hidden /> {words.upload}
            </button>
          )}
          <p className="note upload-hint">
            {canChange && <span className="drag-hint">{words.dragHint}</span>}
            {!takes ? '\u00a0' : canChange ? words.takesHint(formats, largest) : words.uploadsOff}
          </p>
        </header>
        {chooser.input}
        <UploadsPanel actions={actions} indexedAs={(source) => listed.find((one) => one.origin === 'upload' && one.source === source)?.id} onLook={preview} />
        {library.data && <Indexing library={library.data} actions={actions} />}
        <IndexingSaid library={library.data} />
        {error && <Failure error={error} isStale={documents.data !== undefined} onRetry={retryBoth} />}
        <div className="documents-tools">
          {hasTable && (
            <>
              <SearchBox typed={typed} onType={setTyped} />
              <SortChoice sort={sort} onSort={onSort} />
              <p className="note" role="status">
                {documents.data && asked.trim() !== '' ? words.found(found.length, all.length) : ''}
              </p>
            </>
          )}
          {library.data && (
            <div className="notes">
              <Skipped skipped={library.data.skipped} />
              <Removed removed={library.data.removed} canChange={canChange} actions={actions} />
            </div>
          )}
        </div>
        {isEmpty && takes && !library.data?.indexing && <FirstSteps uploads={takes} onUpload={() => chooser.choose()} />}
        {hasTable && (
          <>
            {documents.data === undefined ? (
              <LoadingTable sort={sort} onSort={onSort} />
            ) : found.length === 0 ? (
              <div className="none-found">
                <p>{words.noneFound(asked.trim())}</p>
                <p className="note">{words.noneFoundHint}</p>
                <button type="button" className="button" onClick={() => setTyped('')}>
                  {words.showAll}
                </button>
              </div>
            ) : (
              <Portions key={`${asked.trim()} ${sort ?? ''}`} found={found}>
                {(rows) => (
                  <DocumentsTable documents={rows} sort={sort} reading={addressIn(read ?? '')?.id} canChange={canChange} actions={rowActions} isFresh={isFresh} onSort={onSort} />
                )}
              </Portions>
            )}
          </>
        )}
      </div>
      {dialog?.of === 'problems' && <ProblemsDialog document={dialog.document} onClose={() => setDialog(undefined)} />}
      {dialog?.of === 'remove' && <RemoveDialog document={dialog.document} onClose={() => setDialog(undefined)} onRemove={() => void actions.remove(dialog.document)} />}
      {previewed !== undefined && <Preview key={previewed} id={previewed} actions={actions} onClose={closePreview} />}
    </DropZone>
  )
}

/** What just came stands first, whatever the order, until its mark fades. */
function freshFirst(rows: readonly ListedDocument[], isFresh: (row: ListedDocument) => boolean): readonly ListedDocument[] {
  const fresh = rows.filter(isFresh)
  return fresh.length === 0 ? rows : [...fresh, ...rows.filter((row) => !isFresh(row))]
}

/** The browser's file chooser, for several new files or for one that takes a document's place. */
function useChooser(library: LibraryState | undefined) {
  const input = useRef<HTMLInputElement>(null)
  const target = useRef<NamedDocument>(undefined)
  const takes = library?.uploads
  const add = (files: readonly File[], replaced?: NamedDocument) => {
    if (takes?.enabled && files.length > 0) addFiles(files, takes, replaced)
  }
  const choose = useCallback((replaced?: NamedDocument) => {
    target.current = replaced
    if (!input.current) return
    input.current.multiple = replaced === undefined
    input.current.click()
  }, [])
  const element = (
    <input
      ref={input}
      type="file"
      multiple
      hidden
      data-testid="files"
      accept={endingsOf(takes?.formats ?? []).join(',')}
      onChange={({ target: { files } }) => {
        add([...(files ?? [])], target.current)
        if (input.current) input.current.value = ''
      }}
    />
  )
  return { add, choose, input: element }
}

function useRowActions(choose: (target: NamedDocument) => void, open: (dialog: { of: 'problems' | 'remove'; document: ListedDocument }) => void): RowActions {
  const navigate = useNavigate()
  return useMemo(
    () => ({
      read: (id) => void navigate({ to: '/documents', search: ({ at: _at, ...kept }) => ({ ...kept, read: id }) }),
      ask: (id) => void navigate({ to: '/', search: { about: id } }),
      replace: ({ id, title }) => choose({ id, title }),
      remove: (document) => open({ of: 'remove', document }),
      showProblems: (document) => open({ of: 'problems', document }),
    }),
    [navigate, choose, open],
  )
}

const SORTS: readonly Sort[] = ['title', '-title', 'issuer', '-date', 'date', '-clauses', '-problems']

/** Where cards have no heads to press. */
function SortChoice({ sort, onSort }: { readonly sort: Sort | undefined; onSort(sort: Sort | undefined): void }) {
  const words = useDocumentsWords()
  const choices = sort === undefined || SORTS.includes(sort) ? SORTS : [...SORTS, sort]
  return (
    <label className="sort-choice narrow-only">
      <span className="sr-only">{words.sortBy}</span>
      <select className="field" value={sort ?? ''} onChange={({ target }) => onSort(target.value === '' ? undefined : (target.value as Sort))}>
        <option value="">{words.unsorted}</option>
        {choices.map((one) => (
          <option key={one} value={one}>
            {words.sorted(words.columns[columnOf(one)], isBackwards(one))}
          </option>
        ))}
      </select>
    </label>
  )
}

interface PortionsProps {
  readonly found: readonly ListedDocument[]
  children(rows: readonly ListedDocument[]): ReactNode
}

/** A hundred rows, and more on demand. */
function Portions({ found, children }: PortionsProps) {
  const words = useDocumentsWords()
  const [most, setMost] = useState(FIRST_ROWS)
  const left = found.length - most
  const rows = useMemo(() => found.slice(0, most), [found, most])
  return (
    <>
      {children(rows)}
      {left > 0 && (
        <div className="more-rows">
          <span className="note">{words.shown(most, found.length)}</span>
          <button type="button" className="button" onClick={() => setMost(most + MORE_ROWS)}>
            {words.showMore(Math.min(MORE_ROWS, left))}
          </button>
        </div>
      )}
    </>
  )
}

interface FailureProps {
  readonly error: Error
  /** What was loaded before is still shown. */
  readonly isStale?: boolean
  onRetry(): void
}

function Failure({ error, isStale = false, onRetry }: FailureProps) {
  const words = useDocumentsWords()
  return (
    <div className="banner bad" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div>
        {isStale ? words.staleList : `${words.failedToLoad}：`}
        {problemWords(error)}
      </div>
      <button type="button" className="button small" onClick={onRetry}>
        {words.retry}
      </button>
    </div>
  )
}

interface PreviewProps {
  readonly id: string
  readonly actions: ReturnType<typeof useLibraryActions>
  onClose(): void
}

/** Of a file just sent, or of one that an address names after a reload. */
function Preview({ id, actions, onClose }: PreviewProps) {
  const words = useDocumentsWords()
  const items = useUploads()
  const item = items.find(({ state }) => 'upload' in state && state.upload.id === id)
  const fetched = useQuery({ ...uploadQuery(id), enabled: item === undefined })
  useEffect(() => {
    if (fetched.data && !item) adopt(fetched.data)
  }, [fetched.data, item])
  useEffect(() => {
    if (!fetched.error || item) return
    toast(fetched.error instanceof Problem && fetched.error.status === 404 ? words.previewGone : problemWords(fetched.error))
    onClose()
  }, [fetched.error]) // told once, whatever else changes
  if (!item || item.state.kind === 'accepted' || !('upload' in item.state)) return null
  return <UploadPreview item={item} upload={item.state.upload} actions={actions} onClose={onClose} />
}
