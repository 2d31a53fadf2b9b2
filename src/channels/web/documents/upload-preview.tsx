/** A file that was sent, before it counts: what it says of itself, its clauses, and how it is to be added. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { useId, useState } from 'react'
import type { Upload } from '../api/queries.ts'
import { Dialog } from '../ui/dialog.tsx'
import { problemWords } from '../words/problems.ts'
import { ClauseOutline } from './clause-outline.tsx'
import type { NamedDocument } from './queue.ts'
import { sizeWords } from './refusals.ts'
import type { Item } from './upload-store.ts'
import { uploadTextQuery, type LibraryActions } from './use-library.ts'
import { FACTS, useDocumentsWords, type DocumentsWords } from './words.ts'

interface UploadPreviewProps {
  readonly item: Item
  readonly upload: Upload
  readonly actions: LibraryActions
  onClose(): void
}

export function UploadPreview({ item, upload, actions, onClose }: UploadPreviewProps) {
  const words = useDocumentsWords()
  const { data: text, error: textError } = useQuery(uploadTextQuery(upload.id))
  const candidates = candidatesOf(item, upload)
  const [replaces, setReplaces] = useState(item.target?.id)
  const { state } = item
  const isBusy = state.kind === 'accepting'
  const error = state.kind === 'ready' ? state.error : undefined
  const accept = async () => {
    if (await actions.accept(item, replaces)) onClose()
  }
  const discard = () => {
    onClose()
    void actions.discard(item)
  }
  const acceptWords = replaces !== undefined ? words.acceptReplacing : upload.same ? words.acceptAnyway : words.accept
  return (
    <Dialog title={words.previewTitle} isWide onClose={onClose}>
      <div className="preview">
        <section className="preview-facts">
          <h3>{upload.title}</h3>
          <p className="note">{words.previewNote}</p>
          <Warnings upload={upload} words={words} onClose={onClose} />
          <Facts upload={upload} words={words} />
          {candidates.length > 0 && <HowToAdd candidates={candidates} chosen={replaces} onChoose={setReplaces} />}
          <Problems upload={upload} words={words} />
        </section>
        <section className="preview-outline" aria-label={words.outline}>
          <h3>
            {words.outline} <small>{upload.clauses.toLocaleString()}</small>
          </h3>
          {textError && <p className="note bad">{problemWords(textError)}</p>}
          <ClauseOutline outline={upload.outline} text={text} />
        </section>
      </div>
      {error !== undefined && (
        <p className="banner bad" role="alert">
          <TriangleAlert size={16} aria-hidden />
          <span>{problemWords(error)}</span>
        </p>
      )}
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          {words.close}
        </button>
        <button type="button" className="button" disabled={isBusy} onClick={discard}>
          {words.discard}
        </button>
        <button type="button" className="button primary" disabled={isBusy} onClick={() => void accept()}>
          {isBusy && <span className="spinner" aria-hidden="true" />}
          {acceptWords}
        </button>
      </div>
    </Dialog>
  )
}

/** The one it was chosen for first, then those the server found. */
function candidatesOf({ target }: Item, { replaces = [] }: Upload): readonly NamedDocument[] {
  return target ? [target, ...replaces.filter(({ id }) => id !== target.id)] : replaces
}

interface PartProps {
  readonly upload: Upload
  readonly words: DocumentsWords
}

function Warnings({ upload: { same, titleFrom, problems }, words, onClose }: PartProps & { onClose(): void }) {
  return (
    <>
      {same && (
        <p className="banner">
          <TriangleAlert size={16} aria-hidden />
          <span>
            {words.same(same.title)}{' '}
            <Link to="/documents" search={({ at: _at, upload: _upload, ...kept }) => ({ ...kept, read: same.id })} onClick={onClose}>
              {words.readThat}
            </Link>
          </span>
        </p>
      )}
      {titleFrom === undefined && <p className="note">{words.titleMissing}</p>}
      {problems.length > 0 && <p className="sr-only">{words.problems(problems.length)}</p>}
    </>
  )
}

function Facts({ upload: { header, name, bytes, length, format, dropped }, words }: PartProps) {
  return (
    <dl className="facts">
      {FACTS.flatMap((fact) => {
        const stated = header[fact]
        if (!stated) return []
        const said = stated.basis === undefined ? words.from[stated.from] : words.fromFile(stated.basis)
        return [
          <div key={fact}>
            <dt>{words.facts[fact]}</dt>
            <dd>
              {stated.value} <small>{said}</small>
            </dd>
          </div>,
        ]
      })}
      <div>
        <dt>{words.fileName}</dt>
        <dd>
          {name} <small>{`${format.toUpperCase()}, ${words.fileSize(sizeWords(bytes), length)}`}</small>
          {dropped > 0 && <small className="line">{words.dropped(dropped)}</small>}
        </dd>
      </div>
    </dl>
  )
}

interface HowToAddProps {
  readonly candidates: readonly NamedDocument[]
  readonly chosen: string | undefined
  onChoose(id: string | undefined): void
}

function HowToAdd({ candidates, chosen, onChoose }: HowToAddProps) {
  const words = useDocumentsWords()
  const name = useId()
  const choice = (id: string | undefined, label: string, hint: string) => (
    <label key={id ?? ''} className="choice">
      <input type="radio" name={name} checked={chosen === id} onChange={() => onChoose(id)} />
      <span>
        {label}
        <small>{hint}</small>
      </span>
    </label>
  )
  return (
    <fieldset className="choices">
      <legend>{words.how}</legend>
      {choice(undefined, words.asNew, words.asNewHint)}
      {candidates.map(({ id, title }) => choice(id, words.inPlaceOf(title), words.inPlaceOfHint))}
    </fieldset>
  )
}

function Problems({ upload: { problems }, words }: PartProps) {
  if (problems.length === 0) return null
  return (
    <details className="problems">
      <summary>
        <TriangleAlert size={15} aria-hidden /> {words.problems(problems.length)}
      </summary>
      <ul>
        {problems.map(({ path, message }, at) => (
          <li key={at}>
            <b>{path.join(' › ')}</b> {message}
          </li>
        ))}
      </ul>
    </details>
  )
}
