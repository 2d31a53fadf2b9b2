/** What the sections share: tables that become cards where room is narrow, dialogs that ask first, fields. */
import { TriangleAlert } from 'lucide-react'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { useLanguage } from '../words/language.ts'
import { problemWords } from '../words/problems.ts'
import type { CollectionRecord, Sight } from './admin-queries.ts'
import { useAdminWords } from './words.ts'

export interface Column<Row> {
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  /** Its head is said, not shown. */
  readonly isQuiet?: boolean
}

interface TableProps<Row> {
  readonly label: string
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** The first names the row. */
  readonly columns: readonly [Column<Row>, ...Column<Row>[]]
  readonly isOff?: (row: Row) => boolean
}

export function Table<Row>({ label, rows, keyOf, columns, isOff }: TableProps<Row>) {
  const [first, ...rest] = columns
  return (
    <table className="admin-table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ head, isQuiet }) => (
            <th key={head} scope="col">
              {isQuiet ? <span className="sr-only">{head}</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} data-off={isOff?.(row) === true}>
            <th scope="row">{first.cell(row)}</th>
            {rest.map(({ head, cell, isQuiet }) => (
              <td key={head} data-label={isQuiet ? '' : head}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface ConfirmProps {
  readonly title: string
  readonly children: ReactNode
  readonly action: string
  /** Rejects where it did not succeed: then the dialog says why, and stays. */
  onConfirm(): Promise<void>
  onClose(): void
}

/** Asks before something that cannot simply be undone. */
export function Confirm({ title, children, action, onConfirm, onClose }: ConfirmProps) {
  const words = useAdminWords()
  const { error, isBusy, run } = useWork(onConfirm)
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <Fault error={error} />
      <div className="dialog-buttons">
        <button type="button" className="button" autoFocus onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" className="button danger" disabled={isBusy} onClick={() => void run()}>
          {action}
        </button>
      </div>
    </Dialog>
  )
}

interface FormDialogProps {
  readonly title: string
  readonly action: string
  readonly children: ReactNode
  readonly isWide?: boolean
  readonly canSend?: boolean
  onSend(): Promise<void>
  onClose(): void
}

/** Fields, and one button that sends them. */
export function FormDialog({ title, action, children, isWide = false, canSend = true, onSend, onClose }: FormDialogProps) {
  const words = useAdminWords()
  const { error, isBusy, run } = useWork(onSend)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (canSend && !isBusy) void run()
  }
  return (
    <Dialog title={title} isWide={isWide} onClose={onClose}>
      <form className="admin-form" onSubmit={submit} autoComplete="off">
        {children}
        <Fault error={error} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" className="button primary" disabled={isBusy || !canSend}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function useWork(work: () => Promise<void>) {
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const run = async () => {
    setBusy(true)
    setError(undefined)
    await work().catch(setError)
    setBusy(false)
  }
  return { error, isBusy, run }
}

export function Fault({ error, onRetry }: { readonly error: unknown; onRetry?(): void }) {
  const words = useAdminWords()
  if (error === undefined || error === null) return null
  return (
    <div className="banner bad" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div>{problemWords(error)}</div>
      {onRetry && (
        <button type="button" className="button small" onClick={onRetry}>
          {words.retry}
        </button>
      )}
    </div>
  )
}

interface FieldProps {
  readonly label: string
  readonly hint?: string
  readonly children: (ids: { readonly id: string; readonly 'aria-describedby'?: string }) => ReactNode
}

export function Field({ label, hint, children }: FieldProps) {
  const id = useId()
  return (
    <div className="admin-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(hint !== undefined && { 'aria-describedby': `${id}-hint` }) })}
      {hint !== undefined && (
        <small id={`${id}-hint`} className="note">
          {hint}
        </small>
      )}
    </div>
  )
}

interface SightFieldProps {
  readonly sight: Sight
  readonly collections: readonly CollectionRecord[]
  /** An administrator sees everything. */
  readonly isFixed: boolean
  onChange(sight: Sight): void
}

export function SightField({ sight, collections, isFixed, onChange }: SightFieldProps) {
  const words = useAdminWords()
  const name = useId()
  const isAll = isFixed || sight === 'all'
  const given = new Set(sight === 'all' ? [] : sight)
  const toggle = (id: string) => onChange(given.has(id) ? [...given].filter((one) => one !== id) : [...given, id])
  return (
    <fieldset className="admin-choices">
      <legend>{words.sight}</legend>
      <label>
        <input type="radio" name={name} checked={isAll} onChange={() => onChange('all')} /> {words.sightAll}
      </label>
      <label>
        <input type="radio" name={name} checked={!isAll} disabled={isFixed} onChange={() => onChange([])} /> {words.sightSome}
      </label>
      {isFixed && <small className="note">{words.sightAdmin}</small>}
      {!isAll && (
        <div className="admin-inner">
          {collections.length === 0 && <small className="note">{words.sightNone}</small>}
          {collections.map(({ id, name: called }) => (
            <label key={id}>
              <input type="checkbox" checked={given.has(id)} onChange={() => toggle(id)} /> {called}
            </label>
          ))}
        </div>
      )}
    </fieldset>
  )
}

export function useSightWords(collections: readonly CollectionRecord[] | undefined): (sight: Sight) => string {
  const words = useAdminWords()
  const names = new Map((collections ?? []).map(({ id, name }) => [id, name]))
  return (sight) => (sight === 'all' ? words.all : words.sightOf(sight.map((id) => names.get(id) ?? id)))
}

/** A day and a time as the page's language writes them. */
export function useTimes() {
  const language = useLanguage() === 'zh' ? 'zh-CN' : 'en'
  const both = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' })
  const of = (format: Intl.DateTimeFormat) => (at: string) => (Number.isNaN(Date.parse(at)) ? at : format.format(new Date(at)))
  return { time: of(both), exact: of(exact) }
}

export function SectionHead({ title, hint, children }: { readonly title: string; readonly hint?: string; readonly children?: ReactNode }) {
  return (
    <header className="section-head">
      <div>
        <h2>{title}</h2>
        {hint !== undefined && <p className="note">{hint}</p>}
      </div>
      {children}
    </header>
  )
}

export const Badge = ({ tone, children }: { readonly tone: 'good' | 'warn' | 'bad' | 'plain'; readonly children: ReactNode }) => (
  <span className="admin-badge" data-tone={tone}>
    {children}
  </span>
)
