/** API keys: made, shown once, revoked. */
import { useQuery } from '@tanstack/react-query'
import { Copy, KeyRound, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { SCOPES } from '../../../access/access.ts'
import { sessionQuery } from '../session/queries.ts'
import { copyAndTell } from '../ui/copy.ts'
import { Dialog } from '../ui/dialog.tsx'
import { toast } from '../ui/toast.tsx'
import { collectionsQuery, keysQuery, useAdminActions, type CollectionRecord, type Key, type Scope, type Sight } from './admin-queries.ts'
import { Badge, Confirm, Fault, Field, FormDialog, SectionHead, SightField, Table, useSightWords, useTimes } from './parts.tsx'
import { useAdminWords } from './words.ts'

type Open = { readonly of: 'new' } | { readonly of: 'revoke'; readonly key: Key } | { readonly of: 'secret'; readonly key: Key; readonly secret: string; readonly isSignedIn: boolean }

export const keyStateOf = ({ revokedAt, expiresAt }: Key, now = Date.now()): 'active' | 'revoked' | 'expired' =>
  revokedAt !== undefined ? 'revoked' : expiresAt !== undefined && Date.parse(expiresAt) <= now ? 'expired' : 'active'

const TONES = { active: 'good', expired: 'warn', revoked: 'plain' } as const

export function Keys() {
  const words = useAdminWords()
  const { data, error, refetch } = useQuery(keysQuery)
  const { data: access } = useQuery(collectionsQuery)
  const { data: session } = useQuery(sessionQuery)
  const actions = useAdminActions()
  const [open, setOpen] = useState<Open>()
  const [isAllShown, setAllShown] = useState(false)
  const { time } = useTimes()
  const sightWords = useSightWords(access?.collections)
  const keys = data?.keys ?? []
  const past = keys.filter((key) => keyStateOf(key) !== 'active')
  const shown = isAllShown ? keys : keys.filter((key) => keyStateOf(key) === 'active')
  const close = () => setOpen(undefined)
  const { keyColumns } = words
  return (
    <section className="admin-section">
      <SectionHead title={words.parts.keys} hint={words.keysHint}>
        <button type="button" className="button primary" onClick={() => setOpen({ of: 'new' })}>
          <KeyRound size={17} aria-hidden /> {words.newKey}
        </button>
      </SectionHead>
      <Fault error={error} onRetry={() => void refetch()} />
      {data && keys.length === 0 && <p className="note">{words.noKeys}</p>}
      {shown.length > 0 && (
        <Table
          label={words.parts.keys}
          rows={shown}
          keyOf={({ id }) => id}
          isOff={(key) => keyStateOf(key) !== 'active'}
          columns={[
            { head: keyColumns.name, cell: ({ name }) => name },
            { head: keyColumns.id, cell: ({ id }) => <code>{id}</code> },
            { head: keyColumns.scopes, cell: ({ scopes }) => scopes.map((scope) => words.scopes[scope]).join('、') },
            { head: keyColumns.sight, cell: ({ sight }) => sightWords(sight) },
            { head: keyColumns.created, cell: ({ createdAt }) => time(createdAt) },
            { head: keyColumns.expires, cell: ({ expiresAt }) => (expiresAt === undefined ? words.noEnd : time(expiresAt)) },
            { head: keyColumns.used, cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? words.never : time(lastUsedAt)) },
            { head: keyColumns.state, cell: (key) => <Badge tone={TONES[keyStateOf(key)]}>{words.keyStates[keyStateOf(key)]}</Badge> },
            {
              head: words.actions,
              isQuiet: true,
              cell: (key) =>
                key.revokedAt === undefined && (
                  <button type="button" className="button small" onClick={() => setOpen({ of: 'revoke', key })}>
                    {words.revoke}
                    <span className="sr-only">：{key.name}</span>
                  </button>
                ),
            },
          ]}
        />
      )}
      {past.length > 0 && (
        <label className="admin-toggle">
          <input type="checkbox" checked={isAllShown} onChange={({ target }) => setAllShown(target.checked)} /> {words.showRevoked(past.length)}
        </label>
      )}
      {open?.of === 'new' && (
        <NewKeyDialog
          collections={access?.collections ?? []}
          onClose={close}
          onCreate={async (wanted) => setOpen({ of: 'secret', ...(await actions.createKey(wanted)) })}
        />
      )}
      {open?.of === 'secret' && <SecretDialog name={open.key.name} secret={open.secret} isSignedIn={open.isSignedIn} onClose={close} />}
      {open?.of === 'revoke' && (
        <Confirm
          title={words.revokeKey(open.key.name)}
          action={words.revoke}
          onClose={close}
          onConfirm={async () => {
            await actions.revokeKey(open.key.id)
            close()
            toast(words.wasRevoked(open.key.name))
          }}
        >
          <p>{words.revokeBody}</p>
          {session?.who?.id === `key:${open.key.id}` && <p className="banner bad">{words.revokeOwn}</p>}
        </Confirm>
      )}
    </section>
  )
}

interface NewKeyProps {
  readonly collections: readonly CollectionRecord[]
  onCreate(wanted: { name: string; scopes: readonly Scope[]; sight: Sight; expiresAt?: string; tokensADay?: number }): Promise<void>
  onClose(): void
}

function NewKeyDialog({ collections, onCreate, onClose }: NewKeyProps) {
  const words = useAdminWords()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly Scope[]>(['ask', 'search'])
  const [sight, setSight] = useState<Sight>('all')
  const [expiresAt, setExpiresAt] = useState('')
  const [tokens, setTokens] = useState('')
  const isAdmin = scopes.includes('admin')
  const toggle = (scope: Scope) => setScopes(SCOPES.filter((one) => (one === scope ? !scopes.includes(one) : scopes.includes(one))))
  const send = () =>
    onCreate({
      name: name.trim(),
      scopes,
      sight: isAdmin ? 'all' : sight,
      ...(expiresAt !== '' && { expiresAt }),
      ...(tokens !== '' && { tokensADay: Number(tokens) }),
    })
  return (
    <FormDialog title={words.newKey} action={words.create} canSend={name.trim() !== '' && scopes.length > 0} onSend={send} onClose={onClose}>
      <Field label={words.name}>
        {(ids) => <input {...ids} className="field" type="text" required maxLength={80} value={name} autoFocus onChange={({ target }) => setName(target.value)} />}
      </Field>
      <fieldset className="admin-choices">
        <legend>{words.keyScopes}</legend>
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} /> {words.scopes[scope]}
            <small className="note">{words.scopeHints[scope]}</small>
          </label>
        ))}
      </fieldset>
      <SightField sight={sight} collections={collections} isFixed={isAdmin} onChange={setSight} />
      <div className="admin-pair">
        <Field label={words.expiresAt} hint={words.expiresHint}>
          {(ids) => <input {...ids} className="field" type="date" value={expiresAt} onChange={({ target }) => setExpiresAt(target.value)} />}
        </Field>
        <Field label={words.tokens}>
          {(ids) => <input {...ids} className="field" type="number" min={1} step={1} value={tokens} onChange={({ target }) => setTokens(target.value)} />}
        </Field>
      </div>
    </FormDialog>
  )
}

interface SecretProps {
  /** Of the key. */
  readonly name: string
  readonly secret: string
  readonly isSignedIn: boolean
  onClose(): void
}

/** Closed by its button alone: a slip must not lose the only sight of it. */
function SecretDialog({ name, secret, isSignedIn, onClose }: SecretProps) {
  const words = useAdminWords()
  return (
    <Dialog title={words.secretTitle} onClose={() => {}}>
      <p className="banner">
        <TriangleAlert size={16} aria-hidden /> <span>{words.secretBody}</span>
      </p>
      <div className="secret">
        <input className="field" type="text" readOnly value={secret} aria-label={words.secretLabel(name)} onFocus={({ target }) => target.select()} />
        <button type="button" className="button primary" autoFocus onClick={() => void copyAndTell(secret, words.copied, words)}>
          <Copy size={16} aria-hidden /> {words.copy}
        </button>
      </div>
      {isSignedIn && <p className="note">{words.nowSignedIn}</p>}
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          {words.secretSaved}
        </button>
      </div>
    </Dialog>
  )
}
