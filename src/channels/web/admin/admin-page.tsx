/** The administration: how the server stands, then one section at a time, each with an address of its own. */
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { mayIn, sessionQuery } from '../session/queries.ts'
import { useTitle } from '../ui/title.ts'
import { stateQuery } from './admin-queries.ts'
import { Audit } from './audit.tsx'
import { Channels } from './channels.tsx'
import { Collections } from './collections.tsx'
import { Documents } from './documents.tsx'
import { GenerationsSection } from './generations.tsx'
import { Keys } from './keys.tsx'
import { Log } from './log.tsx'
import { Overview } from './overview.tsx'
import { Badge, Fault } from './parts.tsx'
import { People } from './people.tsx'
import { ADMIN_PARTS, type AdminPart } from './sections.ts'
import { useAdminWords } from './words.ts'
import './admin.css'

const SECTIONS: Readonly<Record<AdminPart, () => ReactNode>> = {
  overview: Overview,
  keys: Keys,
  people: People,
  collections: Collections,
  documents: Documents,
  generations: GenerationsSection,
  channels: Channels,
  audit: Audit,
  log: Log,
}

export function AdminPage() {
  const words = useAdminWords()
  const session = useQuery(sessionQuery)
  useTitle(words.pageTitle)
  if (session.error) return <Instead><Fault error={session.error} onRetry={() => void session.refetch()} /></Instead>
  if (!session.data) return <Instead><p role="status">{words.loading}</p></Instead>
  if (!mayIn(session.data, 'admin')) return <Instead><p>{session.data.who ? words.notAdmin : words.signedOut}</p></Instead>
  return <Administration />
}

function Instead({ children }: { readonly children: ReactNode }) {
  const words = useAdminWords()
  return (
    <main className="admin">
      <div className="admin-scroll">
        <div className="blank">
          <h1>{words.title}</h1>
          {children}
        </div>
      </div>
    </main>
  )
}

function Administration() {
  const words = useAdminWords()
  const { part = 'overview' } = useSearch({ from: '/admin' })
  const Section = SECTIONS[part]
  const nav = useRef<HTMLElement>(null)
  // where the sections do not all stand beside each other, the one that is open is in sight
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [part])
  return (
    <main className="admin">
      <div className="admin-scroll">
        <header className="admin-head">
          <h1>{words.title}</h1>
          <Standing />
        </header>
        <nav ref={nav} className="admin-nav" aria-label={words.sections}>
          {ADMIN_PARTS.map((one) => (
            <Link key={one} to="/admin" search={one === 'overview' ? {} : { part: one }} activeOptions={{ exact: true, includeSearch: true }} aria-current={one === part ? 'page' : undefined} data-part={one}>
              {words.parts[one]}
            </Link>
          ))}
        </nav>
        <Section />
      </div>
    </main>
  )
}

/** Ready or not, version, generation, since when. */
function Standing() {
  const words = useAdminWords()
  const { data, error, refetch } = useQuery(stateQuery)
  const minutes = useMinutesSince(data?.startedAt)
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.state.version, data?.version],
    [words.state.generation, data && (data.generation ?? words.none)],
    [words.state.library, data && words.sizes(data.documents, data.clauses)],
    [words.state.uptime, data && words.uptime(Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60)],
  ]
  return (
    <>
      <Fault error={error} onRetry={() => void refetch()} />
      <div className="standing-line">
        {data ? <Badge tone={data.ready ? 'good' : 'bad'}>{data.ready ? words.state.ready : words.state.notReady}</Badge> : <Badge tone="plain">…</Badge>}
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value ?? '…'}</dd>
            </div>
          ))}
        </dl>
      </div>
      {data?.isOpen && <p className="banner">{words.isOpen}</p>}
    </>
  )
}

const MINUTE_MS = 60_000

function useMinutesSince(at: string | undefined): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS)
    return () => clearInterval(timer)
  }, [])
  return at === undefined ? 0 : Math.max(0, Math.floor((now - Date.parse(at)) / MINUTE_MS))
}
