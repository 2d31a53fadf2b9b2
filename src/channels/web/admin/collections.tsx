/** Collections: made, filled with folders and documents, removed. */
import { useQuery } from '@tanstack/react-query'
import { FolderPlus } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { documentsQuery, type ListedDocument } from '../api/queries.ts'
import { findRows } from '../documents/rows.ts'
import { toast } from '../ui/toast.tsx'
import { collectionsQuery, keysQuery, peopleQuery, useAdminActions, type CollectionRecord, type FolderFacts } from './admin-queries.ts'
import { keyStateOf } from './keys.tsx'
import { Confirm, Fault, Field, FormDialog, SectionHead } from './parts.tsx'
import { useAdminWords } from './words.ts'

type Open = { readonly of: 'new' } | { readonly of: 'edit' | 'remove'; readonly collection: CollectionRecord }

const SHOWN = 100
const NONE: readonly ListedDocument[] = []

export function Collections() {
  const words = useAdminWords()
  const { data, error, refetch } = useQuery(collectionsQuery)
  const { data: keys } = useQuery(keysQuery)
  const { data: people } = useQuery(peopleQuery)
  const actions = useAdminActions()
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const holders = [...(keys?.keys ?? []).filter((key) => keyStateOf(key) === 'active'), ...(people?.people ?? []).filter(({ disabledAt }) => disabledAt === undefined)]
  const seenBy = (id: string) => holders.filter(({ sight }) => sight !== 'all' && sight.includes(id)).length
  return (
    <section className="admin-section">
      <SectionHead title={words.parts.collections} hint={words.collectionsHint}>
        <button type="button" className="button primary" onClick={() => setOpen({ of: 'new' })}>
          <FolderPlus size={17} aria-hidden /> {words.newCollection}
        </button>
      </SectionHead>
      <Fault error={error} onRetry={() => void refetch()} />
      {data?.collections.length === 0 && <p className="note">{words.noCollections}</p>}
      <ul className="admin-cards">
        {(data?.collections ?? []).map((collection) => (
          <li key={collection.id}>
            <div>
              <h3>{collection.name}</h3>
              <p className="note">
                {words.holds(collection.folders.length, collection.documents.length)} · {words.seenBy(seenBy(collection.id))}
              </p>
            </div>
            <span className="admin-buttons">
              <button type="button" className="button small" onClick={() => setOpen({ of: 'edit', collection })}>
                {words.edit}
                <span className="sr-only">：{collection.name}</span>
              </button>
              <button type="button" className="button small" onClick={() => setOpen({ of: 'remove', collection })}>
                {words.remove}
                <span className="sr-only">：{collection.name}</span>
              </button>
            </span>
          </li>
        ))}
      </ul>
      {open?.of === 'new' && (
        <NameDialog
          onClose={close}
          onSend={async (name) => {
            setOpen({ of: 'edit', collection: await actions.createCollection(name) })
          }}
        />
      )}
      {open?.of === 'edit' && (
        <CollectionDialog
          collection={open.collection}
          folders={data?.folders ?? []}
          onClose={close}
          onSend={async (change) => {
            await actions.changeCollection(open.collection.id, change)
            close()
            toast(words.wasSaved)
          }}
        />
      )}
      {open?.of === 'remove' && (
        <Confirm
          title={words.removeCollection(open.collection.name)}
          action={words.remove}
          onClose={close}
          onConfirm={async () => {
            await actions.removeCollection(open.collection.id)
            close()
            toast(words.wasRemoved(open.collection.name))
          }}
        >
          <p>{words.removeBody(documentsIn(open.collection, data?.folders ?? []).size)}</p>
        </Confirm>
      )}
    </section>
  )
}

/** All of them, by its folders and one by one. */
const documentsIn = ({ folders, documents }: CollectionRecord, known: readonly FolderFacts[]): ReadonlySet<string> =>
  new Set([...documents, ...known.filter(({ label }) => folders.includes(label)).flatMap((folder) => folder.documents)])

function NameDialog({ onSend, onClose }: { onSend(name: string): Promise<void>; onClose(): void }) {
  const words = useAdminWords()
  const [name, setName] = useState('')
  return (
    <FormDialog title={words.newCollection} action={words.create} canSend={name.trim() !== ''} onSend={() => onSend(name.trim())} onClose={onClose}>
      <Field label={words.name}>
        {(ids) => <input {...ids} className="field" type="text" required maxLength={80} autoFocus value={name} onChange={({ target }) => setName(target.value)} />}
      </Field>
    </FormDialog>
  )
}

interface CollectionDialogProps {
  readonly collection: CollectionRecord
  readonly folders: readonly FolderFacts[]
  onSend(change: Pick<CollectionRecord, 'name' | 'folders' | 'documents'>): Promise<void>
  onClose(): void
}

function CollectionDialog({ collection, folders, onSend, onClose }: CollectionDialogProps) {
  const words = useAdminWords()
  const { data: documents = NONE, error } = useQuery(documentsQuery)
  const [name, setName] = useState(collection.name)
  const [chosenFolders, setFolders] = useState<ReadonlySet<string>>(new Set(collection.folders))
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(collection.documents))
  const [typed, setTyped] = useState('')
  const [isChosenOnly, setChosenOnly] = useState(false)
  const asked = useDeferredValue(typed)
  const found = useMemo(() => {
    const among = isChosenOnly ? documents.filter(({ id }) => chosen.has(id)) : documents
    return findRows(among, asked)
  }, [documents, asked, isChosenOnly, chosen])
  // a folder that is gone for now stays in the collection until it is taken out
  const labels = [...new Set([...folders.map(({ label }) => label), ...collection.folders])]
  const send = () => onSend({ name: name.trim(), folders: [...chosenFolders], documents: [...chosen] })
  return (
    <FormDialog title={words.editCollection(collection.name)} action={words.save} isWide canSend={name.trim() !== ''} onSend={send} onClose={onClose}>
      <Field label={words.name}>
        {(ids) => <input {...ids} className="field" type="text" required maxLength={80} value={name} onChange={({ target }) => setName(target.value)} />}
      </Field>
      <Fault error={error} />
      <fieldset className="admin-choices">
        <legend>{words.folders}</legend>
        <small className="note">{words.foldersHint}</small>
        {labels.map((label) => (
          <label key={label}>
            <input type="checkbox" checked={chosenFolders.has(label)} onChange={() => setFolders(toggled(chosenFolders, label))} /> {words.folderNames[label] ?? label}
            <small className="note">{words.documentsIn(folders.find((one) => one.label === label)?.documents.length ?? 0)}</small>
          </label>
        ))}
      </fieldset>
      <fieldset className="admin-choices">
        <legend>{words.parts.documents}</legend>
        <div className="admin-find">
          <input
            className="field"
            type="text"
            value={typed}
            aria-label={words.searchDocuments}
            placeholder={words.searchDocuments}
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
            onChange={({ target }) => setTyped(target.value)}
          />
          <label>
            <input type="checkbox" checked={isChosenOnly} onChange={({ target }) => setChosenOnly(target.checked)} /> {words.chosenOnly(chosen.size)}
          </label>
        </div>
        <div className="admin-list" tabIndex={0} role="group" aria-label={words.parts.documents}>
          {found.slice(0, SHOWN).map(({ id, title, source }) => (
            <label key={id}>
              <input type="checkbox" checked={chosen.has(id)} onChange={() => setChosen(toggled(chosen, id))} /> {title}
              <small className="note">{source}</small>
            </label>
          ))}
          {found.length === 0 && <small className="note">{words.noMatch}</small>}
        </div>
        <small className="note" role="status">
          {found.length > SHOWN ? words.shownOf(SHOWN, found.length) : ''}
        </small>
      </fieldset>
    </FormDialog>
  )
}

function toggled(set: ReadonlySet<string>, one: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(one)) next.add(one)
  return next
}
