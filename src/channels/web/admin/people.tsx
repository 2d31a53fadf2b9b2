/** People: added, changed, switched off and on. */
import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { ROLES } from '../../../access/access.ts'
import { toast } from '../ui/toast.tsx'
import { problemWords } from '../words/problems.ts'
import { collectionsQuery, peopleQuery, useAdminActions, type CollectionRecord, type NewPerson, type PersonChange, type PersonRecord, type Role, type Sight } from './admin-queries.ts'
import { Badge, Confirm, Fault, Field, FormDialog, SectionHead, SightField, Table, useSightWords, useTimes } from './parts.tsx'
import { useAdminWords } from './words.ts'

type Open = { readonly of: 'add' } | { readonly of: 'edit' | 'disable'; readonly person: PersonRecord }

export function People() {
  const words = useAdminWords()
  const { data, error, refetch } = useQuery(peopleQuery)
  const { data: access } = useQuery(collectionsQuery)
  const actions = useAdminActions()
  const [open, setOpen] = useState<Open>()
  const { time } = useTimes()
  const collections = access?.collections ?? []
  const sightWords = useSightWords(collections)
  const people = data?.people ?? []
  const close = () => setOpen(undefined)
  const { personColumns } = words
  const enable = async ({ id, name }: PersonRecord) => {
    try {
      await actions.changePerson(id, { disabled: false })
      toast(words.wasEnabled(name))
    } catch (failure) {
      toast(problemWords(failure))
    }
  }
  return (
    <section className="admin-section">
      <SectionHead title={words.parts.people} hint={words.peopleHint}>
        <button type="button" className="button primary" onClick={() => setOpen({ of: 'add' })}>
          <UserPlus size={17} aria-hidden /> {words.addPerson}
        </button>
      </SectionHead>
      <Fault error={error} onRetry={() => void refetch()} />
      {data && people.length === 0 && <p className="note">{words.noPeople}</p>}
      {people.length > 0 && (
        <Table
          label={words.parts.people}
          rows={people}
          keyOf={({ id }) => id}
          isOff={({ disabledAt }) => disabledAt !== undefined}
          columns={[
            { head: personColumns.name, cell: ({ name }) => name },
            { head: personColumns.login, cell: ({ login, subject }) => (subject ? `${login}（${words.sso}）` : login) },
            { head: personColumns.role, cell: ({ role }) => words.roles[role] },
            { head: personColumns.sight, cell: ({ sight }) => sightWords(sight) },
            { head: personColumns.signIn, cell: ({ lastSignInAt }) => (lastSignInAt === undefined ? words.never : time(lastSignInAt)) },
            {
              head: personColumns.state,
              cell: ({ disabledAt }) => <Badge tone={disabledAt === undefined ? 'good' : 'plain'}>{words.personStates[disabledAt === undefined ? 'active' : 'disabled']}</Badge>,
            },
            {
              head: words.actions,
              isQuiet: true,
              cell: (person) => (
                <span className="admin-buttons">
                  <button type="button" className="button small" onClick={() => setOpen({ of: 'edit', person })}>
                    {words.edit}
                    <span className="sr-only">：{person.name}</span>
                  </button>
                  <button type="button" className="button small" onClick={() => (person.disabledAt === undefined ? setOpen({ of: 'disable', person }) : void enable(person))}>
                    {person.disabledAt === undefined ? words.disable : words.enable}
                    <span className="sr-only">：{person.name}</span>
                  </button>
                </span>
              ),
            },
          ]}
        />
      )}
      {open?.of === 'add' && (
        <PersonDialog
          collections={collections}
          onClose={close}
          onSend={async (given) => {
            await actions.addPerson(given as NewPerson)
            close()
            toast(words.wasAdded(given.name ?? ''))
          }}
        />
      )}
      {open?.of === 'edit' && (
        <PersonDialog
          person={open.person}
          collections={collections}
          onClose={close}
          onSend={async ({ login: _login, ...change }) => {
            await actions.changePerson(open.person.id, change)
            close()
            toast(words.wasSaved)
          }}
        />
      )}
      {open?.of === 'disable' && (
        <Confirm
          title={words.disableTitle(open.person.name)}
          action={words.disable}
          onClose={close}
          onConfirm={async () => {
            await actions.changePerson(open.person.id, { disabled: true })
            close()
            toast(words.wasDisabled(open.person.name))
          }}
        >
          <p>{words.disableBody}</p>
        </Confirm>
      )}
    </section>
  )
}

interface PersonDialogProps {
  /** Absent: a new one. */
  readonly person?: PersonRecord
  readonly collections: readonly CollectionRecord[]
  onSend(given: PersonChange & { readonly login?: string }): Promise<void>
  onClose(): void
}

const LEAST_PASSWORD = 12

/** Of one who is known already only what was changed is sent: a role sent again would end their sessions. */
function PersonDialog({ person, collections, onSend, onClose }: PersonDialogProps) {
  const words = useAdminWords()
  const [login, setLogin] = useState('')
  const [name, setName] = useState(person?.name ?? '')
  const [role, setRole] = useState<Role>(person?.role ?? 'reader')
  const [sight, setSight] = useState<Sight>(person?.sight ?? 'all')
  const [password, setPassword] = useState('')
  const seen = role === 'admin' ? 'all' : sight
  const send = () =>
    onSend({
      ...(!person && { login: login.trim() }),
      ...(name.trim() !== person?.name && { name: name.trim() }),
      ...(role !== person?.role && { role }),
      ...(JSON.stringify(seen) !== JSON.stringify(person?.sight) && { sight: seen }),
      ...(password !== '' && { password }),
    })
  const isFilled = name.trim() !== '' && (person !== undefined || login.trim() !== '') && (password === '' || [...password].length >= LEAST_PASSWORD)
  return (
    <FormDialog title={person ? words.editPerson(person.name) : words.addPerson} action={person ? words.save : words.add} canSend={isFilled} onSend={send} onClose={onClose}>
      {!person && (
        <Field label={words.login}>
          {(ids) => <input {...ids} className="field" type="text" required maxLength={80} autoComplete="off" autoFocus value={login} onChange={({ target }) => setLogin(target.value)} />}
        </Field>
      )}
      <Field label={words.personName}>
        {(ids) => <input {...ids} className="field" type="text" required maxLength={80} autoFocus={person !== undefined} value={name} onChange={({ target }) => setName(target.value)} />}
      </Field>
      <fieldset className="admin-choices">
        <legend>{words.role}</legend>
        {ROLES.map((one) => (
          <label key={one}>
            <input type="radio" name="role" checked={role === one} onChange={() => setRole(one)} /> {words.roles[one]}
            <small className="note">{words.roleHints[one]}</small>
          </label>
        ))}
      </fieldset>
      <SightField sight={sight} collections={collections} isFixed={role === 'admin'} onChange={setSight} />
      <Field label={person ? words.newPassword : words.password} hint={person ? words.editNote : words.passwordHint}>
        {(ids) => <input {...ids} className="field" type="password" minLength={LEAST_PASSWORD} maxLength={1024} autoComplete="new-password" value={password} onChange={({ target }) => setPassword(target.value)} />}
      </Field>
    </FormDialog>
  )
}
