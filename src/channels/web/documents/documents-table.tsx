/** The library as a table; as cards where there is no room for columns. */
import { ArrowDown, ArrowUp, BookOpen, ChevronsUpDown, Ellipsis, FileUp, MessageSquareText, Trash2, TriangleAlert } from 'lucide-react'
import { memo, type MouseEvent } from 'react'
import type { ListedDocument } from '../api/queries.ts'
import { Menu } from '../ui/menu.tsx'
import { columnOf, dateOf, isBackwards, nextSort, type Column, type Sort } from './rows.ts'
import { Standing } from './standing.tsx'
import { useDocumentsWords } from './words.ts'

/** What a row may ask of the page. */
export interface RowActions {
  read(id: string): void
  ask(id: string): void
  replace(document: ListedDocument): void
  remove(document: ListedDocument): void
  showProblems(document: ListedDocument): void
}

interface TableProps {
  readonly documents: readonly ListedDocument[]
  readonly sort: Sort | undefined
  /** Of the document beside. */
  readonly reading: string | undefined
  readonly canChange: boolean
  readonly actions: RowActions
  isFresh(document: ListedDocument): boolean
  onSort(sort: Sort | undefined): void
}

export function DocumentsTable({ documents, sort, reading, canChange, actions, isFresh, onSort }: TableProps) {
  const words = useDocumentsWords()
  return (
    <table className="documents-table" role="table" aria-label={words.title}>
      <Heads sort={sort} onSort={onSort} />
      <tbody role="rowgroup">
        {documents.map((document) => (
          <Row key={document.id} document={document} isFresh={isFresh(document)} isRead={document.id === reading} canChange={canChange} actions={actions} />
        ))}
      </tbody>
    </table>
  )
}

interface HeadsProps {
  readonly sort: Sort | undefined
  onSort(sort: Sort | undefined): void
}

/** Roles are named: a browser forgets a table's where it is drawn as cards. */
function Heads({ sort, onSort }: HeadsProps) {
  const words = useDocumentsWords()
  const head = (column: Column, className: string) => <SortableHead column={column} className={className} sort={sort} onSort={onSort} />
  return (
    <thead role="rowgroup">
      <tr role="row">
        {head('title', 'of-title')}
        {head('issuer', 'of-issuer')}
        {head('date', 'of-date')}
        <th role="columnheader" scope="col" className="of-kind">
          {words.kind}
        </th>
        {head('clauses', 'of-clauses')}
        {head('problems', 'of-problems')}
        <th role="columnheader" scope="col" className="of-origin">
          {words.origin}
        </th>
        <th role="columnheader" scope="col" className="of-actions">
          <span className="sr-only">{words.actions}</span>
        </th>
      </tr>
    </thead>
  )
}

function SortableHead({ column, className, sort, onSort }: HeadsProps & { readonly column: Column; readonly className: string }) {
  const words = useDocumentsWords()
  const isSorted = sort !== undefined && columnOf(sort) === column
  const order = !isSorted ? 'none' : isBackwards(sort) ? 'descending' : 'ascending'
  const Icon = { none: ChevronsUpDown, ascending: ArrowUp, descending: ArrowDown }[order]
  return (
    <th role="columnheader" scope="col" className={className} aria-sort={order}>
      <button type="button" className="sort" data-sorted={isSorted} title={words.sortHint(words.columns[column])} onClick={() => onSort(nextSort(sort, column))}>
        {words.columns[column]}
        <Icon size={14} aria-hidden />
      </button>
    </th>
  )
}

/** Without the keys that open a tab or a window: there the page of its own is what one wants. */
const isPlainClick = ({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean => button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey

interface RowProps {
  readonly document: ListedDocument
  readonly isFresh: boolean
  readonly isRead: boolean
  readonly canChange: boolean
  readonly actions: RowActions
}

/** Drawn again only when its own document changes, and with a plain link, which does not follow every address: there may be a thousand. */
const Row = memo(function Row({ document, isFresh, isRead, canChange, actions }: RowProps) {
  const words = useDocumentsWords()
  const { id, title, source, header, problems, clauses, origin } = document
  const number = header['documentNumber']?.value
  return (
    <tr role="row" data-fresh={isFresh} data-read={isRead}>
      <th role="rowheader" scope="row" className="of-title">
        <a
          href={document.url}
          className="title"
          aria-current={isRead || undefined}
          onClick={(event) => {
            if (!isPlainClick(event)) return
            event.preventDefault()
            actions.read(id)
          }}
        >
          {title}
        </a>
        {isFresh && <span className="badge fresh">{words.fresh}</span>}
        <span className="under">
          {number !== undefined && <span>{number}</span>}
          <span className="file" title={source}>
            {source}
          </span>
        </span>
      </th>
      <td role="cell" className="of-issuer">
        {header['issuer']?.value}
      </td>
      <td role="cell" className="of-date">
        <DateOf document={document} />
      </td>
      <td role="cell" className="of-kind">
        <span className="format">{document.format}</span>
        {document.version && <Standing version={document.version} />}
      </td>
      <td role="cell" className="of-clauses">
        <span className="wide-only">{clauses.toLocaleString()}</span>
        <span className="narrow-only">{words.clauses(clauses)}</span>
      </td>
      <td role="cell" className="of-problems">
        {problems.length > 0 && (
          <button type="button" className="problems-button" aria-label={words.problemsOf(title, problems.length)} onClick={() => actions.showProblems(document)}>
            <TriangleAlert size={14} aria-hidden />
            <span className="wide-only">{problems.length}</span>
            <span className="narrow-only">{words.problems(problems.length)}</span>
          </button>
        )}
      </td>
      <td role="cell" className="of-origin" data-origin={origin} title={words.originHints[origin]}>
        {words.origins[origin]}
      </td>
      <td role="cell" className="of-actions">
        <Menu
          label={words.actionsFor(title)}
          items={[
            { label: words.read, icon: <BookOpen size={16} aria-hidden />, onChoose: () => actions.read(id) },
            { label: words.ask, icon: <MessageSquareText size={16} aria-hidden />, onChoose: () => actions.ask(id) },
            ...(canChange
              ? [
                  { label: words.replace, icon: <FileUp size={16} aria-hidden />, onChoose: () => actions.replace(document) },
                  { label: words.remove, icon: <Trash2 size={16} aria-hidden />, isDangerous: true, onChoose: () => actions.remove(document) },
                ]
              : []),
          ]}
        >
          <Ellipsis size={18} aria-hidden />
        </Menu>
      </td>
    </tr>
  )
})

function DateOf({ document }: { readonly document: ListedDocument }) {
  const words = useDocumentsWords()
  const date = dateOf(document)
  if (!date) return null
  const { kind, value, from, basis } = date
  const said = basis === undefined ? words.from[from] : words.fromFile(basis)
  return (
    <span title={said}>
      <time dateTime={value}>{value}</time> <small>{from === 'text' ? words.dates[kind] : `${words.dates[kind]} · ${words.fromShort[from]}`}</small>
      {from === 'text' && <span className="sr-only">（{said}）</span>}
    </span>
  )
}

const COLUMNS = 8
const WIDTHS = ['62%', '78%', '54%', '86%', '70%', '58%', '82%', '66%', '74%', '60%']

/** As high as the rows that will stand there. */
export function LoadingTable({ sort, onSort }: HeadsProps) {
  const words = useDocumentsWords()
  return (
    <>
      <p className="sr-only" role="status">
        {words.loading}
      </p>
      <table className="documents-table loading" role="table" aria-label={words.title} aria-busy="true">
        <Heads sort={sort} onSort={onSort} />
        <tbody role="rowgroup" aria-hidden="true">
          {WIDTHS.map((width) => (
            <tr key={width} role="row">
              <td role="cell" colSpan={COLUMNS}>
                <span className="bone" style={{ width }} />
                <span className="bone thin" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
