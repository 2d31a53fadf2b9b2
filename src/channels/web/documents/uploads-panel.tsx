/** The files on their way in, each with how far it is and what may be done about it. */
import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck, FileText, RotateCcw, X } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { problemWords } from '../words/problems.ts'
import { isDecided, tallyOf } from './queue.ts'
import { sizeWords } from './refusals.ts'
import { dropItem, retry, useUploads, type Item } from './upload-store.ts'
import type { LibraryActions } from './use-library.ts'
import { useDocumentsWords, type DocumentsWords } from './words.ts'

const HEADING = 'uploads-heading'

/** Where the focus goes when what had it is no longer there. */
export function focusUploads(): void {
  if (document.activeElement !== document.body) return
  const place = document.getElementById(HEADING) ?? document.querySelector<HTMLElement>('.documents-head .button')
  place?.focus()
}

interface UploadsPanelProps {
  readonly actions: LibraryActions
  /** The id of the document that came of a source, once it is indexed. */
  indexedAs(source: string): string | undefined
  onLook(uploadId: string): void
}

export function UploadsPanel({ actions, indexedAs, onLook }: UploadsPanelProps) {
  const words = useDocumentsWords()
  const items = useUploads()
  const { total, settled, failed } = tallyOf(items)
  const decided = items.filter(isDecided)
  const done = items.filter(({ state }) => state.kind === 'accepted' || state.kind === 'refused')
  const summary = [words.uploadsDone(settled, total), ...(failed > 0 ? [words.uploadsFailed(failed)] : [])].join(' · ')
  const isFocusInside = useRef(false)
  useEffect(() => {
    if (isFocusInside.current) focusUploads()
  }, [items])
  // a file was chosen far down in the table: what becomes of it stands above
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest' })
  }, [total])
  if (total === 0) return <p className="sr-only" role="status" />
  return (
    <section
      ref={panel}
      className="panel uploads"
      aria-labelledby={HEADING}
      onFocus={() => {
        isFocusInside.current = true
      }}
      onBlur={() => {
        isFocusInside.current = false
      }}
    >
      <header>
        <h2 id={HEADING} tabIndex={-1}>
          {words.uploads}
        </h2>
        <p className="note" role="status">
          {summary}
        </p>
        <span className="grow" />
        {done.length > 0 && settled === total && (
          <button type="button" className="button small" onClick={() => done.forEach(({ key }) => dropItem(key))}>
            {words.dismissDone}
          </button>
        )}
        {decided.length > 1 && (
          <button type="button" className="button small primary" onClick={() => void acceptAll(decided, actions)}>
            {words.acceptAll(decided.length)}
          </button>
        )}
      </header>
      <ul>
        {items.map((item) => (
          <UploadRow key={item.key} item={item} actions={actions} indexedAs={indexedAs} onLook={onLook} words={words} />
        ))}
      </ul>
    </section>
  )
}

/** One after the other, each with what it was chosen to take the place of. */
async function acceptAll(items: readonly Item[], actions: LibraryActions): Promise<void> {
  for (const item of items) await actions.accept(item, item.target?.id)
}

interface UploadRowProps extends UploadsPanelProps {
  readonly item: Item
  readonly words: DocumentsWords
}

function UploadRow({ item, actions, indexedAs, onLook, words }: UploadRowProps) {
  const { file, state, target, key } = item
  const isBad = state.kind === 'refused' || state.kind === 'failed' || (state.kind === 'ready' && state.error !== undefined)
  const isGood = state.kind === 'accepted'
  const Icon = isBad ? CircleAlert : isGood ? CircleCheck : FileText
  const title = 'upload' in state ? state.upload.title : undefined
  return (
    <li className="upload" data-state={isBad ? 'bad' : isGood ? 'good' : 'open'}>
      <Icon size={20} aria-hidden />
      <div className="upload-words">
        <p className="upload-name">
          {title ?? file.name} <small>{title === undefined ? sizeWords(file.size) : file.name}</small>
        </p>
        <p className="upload-state">
          <StateWords item={item} words={words} isIndexed={isGood && indexedAs(state.source) !== undefined} />
        </p>
        {target && !isGood && <p className="upload-state">{words.target(target.title)}</p>}
        {state.kind === 'sending' && <progress max={file.size} value={state.sent} aria-label={words.sendingLabel(file.name)} />}
        {(state.kind === 'reading' || state.kind === 'accepting') && <progress aria-label={words.sendingLabel(file.name)} />}
      </div>
      <div className="upload-buttons">
        <Buttons item={item} actions={actions} indexedAs={indexedAs} onLook={onLook} words={words} />
        {state.kind !== 'ready' && state.kind !== 'accepting' && (
          <button
            type="button"
            className="icon-button small"
            aria-label={`${isUnderWay(item) ? words.cancelUpload : words.dismiss}: ${file.name}`}
            title={isUnderWay(item) ? words.cancelUpload : words.dismiss}
            onClick={() => dropItem(key)}
          >
            <X size={16} aria-hidden />
          </button>
        )}
      </div>
    </li>
  )
}

const isUnderWay = ({ state }: Item): boolean => state.kind === 'waiting' || state.kind === 'sending' || state.kind === 'reading'

function StateWords({ item: { state, file }, words, isIndexed }: { readonly item: Item; readonly words: DocumentsWords; readonly isIndexed: boolean }): ReactNode {
  switch (state.kind) {
    case 'waiting':
      return words.waiting
    case 'sending':
      return words.sending(`${Math.round((100 * state.sent) / Math.max(1, file.size))}%`)
    case 'reading':
      return words.reading
    case 'refused':
      return words.refusal(state.refusal)
    case 'failed':
      return problemWords(state.error)
    case 'accepting':
      return words.accepting
    case 'accepted':
      return isIndexed ? words.indexed : words.accepted
    case 'ready': {
      const { upload, error } = state
      if (error !== undefined) return problemWords(error)
      const [first] = upload.replaces ?? []
      const problems = upload.problems.length > 0 ? ` · ${words.problems(upload.problems.length)}` : ''
      const warning = upload.same ? words.sameShort(upload.same.title) : first ? words.replacesShort(first.title) : undefined
      return (
        <>
          {words.ready(upload.clauses)}
          {problems}
          {warning !== undefined && <span className="warn">{warning}</span>}
        </>
      )
    }
  }
}

function Buttons({ item, actions, indexedAs, onLook, words }: UploadRowProps) {
  const { state, key, file } = item
  if (state.kind === 'failed' && state.canRetry) {
    return (
      <button type="button" className="button small" onClick={() => retry(key)}>
        <RotateCcw size={14} aria-hidden /> {words.retry}
        <span className="sr-only">{file.name}</span>
      </button>
    )
  }
  if (state.kind === 'accepted') {
    const id = indexedAs(state.source)
    if (id === undefined) return null
    return (
      <>
        <Link className="button small" to="/documents" search={({ at: _at, ...kept }) => ({ ...kept, read: id })}>
          {words.read}
        </Link>
        <Link className="button small" to="/" search={{ about: id }}>
          {words.ask}
        </Link>
      </>
    )
  }
  if (state.kind !== 'ready') return null
  const { upload } = state
  return (
    <>
      <button type="button" className={isDecided(item) ? 'button small' : 'button small primary'} onClick={() => onLook(upload.id)}>
        {isDecided(item) ? words.look : words.needsLook}
        <span className="sr-only">{upload.title}</span>
      </button>
      {isDecided(item) && (
        <button type="button" className="button small primary" onClick={() => void actions.accept(item, item.target?.id)}>
          {words.accept}
          <span className="sr-only">{upload.title}</span>
        </button>
      )}
      <button type="button" className="button small" onClick={() => void actions.discard(item)}>
        {words.discard}
        <span className="sr-only">{upload.title}</span>
      </button>
    </>
  )
}
