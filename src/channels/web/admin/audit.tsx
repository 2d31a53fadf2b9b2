/** The audit log: read back, filtered, verified; the end of its chain to be kept elsewhere. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Copy, ShieldCheck } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { copyAndTell } from '../ui/copy.ts'
import { auditQuery, useAdminActions, type AuditEntry, type AuditVerdict } from './admin-queries.ts'
import { Badge, Fault, SectionHead, Table, useTimes } from './parts.tsx'
import { useAdminWords } from './words.ts'

const TONES = { done: 'plain', refused: 'warn', failed: 'bad' } as const

/** What is written here; whatever else stands in the log is found without the filter. */
const ACTIONS = [
  'access.refused', 'access.wrong-key', 'admin.change', 'admin.read', 'audit.verify', 'collection.change', 'collection.create', 'collection.remove',
  'document.remove', 'document.restore', 'index.round', 'key.create', 'key.revoke', 'person.change', 'person.create', 'refused.more', 'sign-in', 'sign-out', 'upload.accept',
]

export function Audit() {
  const words = useAdminWords()
  const { exact } = useTimes()
  const actions = useAdminActions()
  const [action, setAction] = useState('')
  const [by, setBy] = useState('')
  const [verdict, setVerdict] = useState<AuditVerdict | 'verifying'>()
  const [fault, setFault] = useState<unknown>()
  const asked = useDeferredValue(by.trim())
  const audit = useInfiniteQuery(auditQuery({ action, by: asked }))
  const entries = audit.data?.pages.flatMap((page) => page.entries) ?? []
  const head = audit.data?.pages[0]?.head
  const { auditColumns: columns } = words
  const verify = async () => {
    setVerdict('verifying')
    setFault(undefined)
    try {
      setVerdict(await actions.verifyAudit())
    } catch (error) {
      setVerdict(undefined)
      setFault(error)
    }
  }
  return (
    <section className="admin-section">
      <SectionHead title={words.parts.audit} hint={words.auditHint}>
        <button type="button" className="button primary" disabled={verdict === 'verifying'} onClick={() => void verify()}>
          <ShieldCheck size={17} aria-hidden /> {words.verify}
        </button>
      </SectionHead>
      <p className="verdict" role="status" data-whole={typeof verdict === 'object' && verdict.whole}>
        {verdict === 'verifying' && words.verifying}
        {typeof verdict === 'object' && (verdict.whole ? words.isWhole(verdict.head.number) : words.isBroken(verdict.number, verdict.why))}
      </p>
      <Fault error={fault ?? audit.error} />
      {head && head.number > 0 && (
        <div className="chain-head">
          <span>{words.head}</span>
          <code>
            {head.number} {head.hash}
          </code>
          <button type="button" className="button small" onClick={() => void copyAndTell(`${head.number} ${head.hash}`, words.copied, words)}>
            <Copy size={15} aria-hidden /> {words.copy}
          </button>
          <small className="note">{words.headHint}</small>
        </div>
      )}
      <div className="admin-find">
        <select className="field" aria-label={words.filterAction} value={action} onChange={({ target }) => setAction(target.value)}>
          <option value="">{words.anyAction}</option>
          {ACTIONS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <input className="field" type="text" aria-label={words.filterBy} placeholder={words.filterBy} value={by} onChange={({ target }) => setBy(target.value)} />
      </div>
      {audit.data && entries.length === 0 && <p className="note">{words.noEntries}</p>}
      {entries.length > 0 && (
        <Table<AuditEntry>
          label={words.parts.audit}
          rows={entries}
          keyOf={({ number }) => String(number)}
          columns={[
            { head: columns.number, cell: ({ number }) => number },
            { head: columns.at, cell: ({ at }) => exact(at) },
            { head: columns.by, cell: (entry) => entry.by },
            { head: columns.action, cell: (entry) => <code>{entry.action}</code> },
            { head: columns.object, cell: ({ object, detail }) => [object ?? '', ...Object.entries(detail ?? {}).map(([name, value]) => `${name}: ${String(value)}`)].filter((part) => part !== '').join(' · ') },
            { head: columns.outcome, cell: ({ outcome }) => <Badge tone={TONES[outcome]}>{words.auditOutcomes[outcome]}</Badge> },
            { head: columns.from, cell: ({ address }) => address ?? '' },
          ]}
        />
      )}
      {audit.hasNextPage && (
        <p className="more">
          <button type="button" className="button" disabled={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {words.more}
          </button>
        </p>
      )}
    </section>
  )
}
