/** Generations of the index: which one serves, what is kept in reserve, what was damaged. */
import { useQuery } from '@tanstack/react-query'
import { sizeWords } from '../documents/refusals.ts'
import { generationsQuery } from './admin-queries.ts'
import { Badge, Fault, SectionHead, Table, useTimes } from './parts.tsx'
import { useAdminWords } from './words.ts'

export function GenerationsSection() {
  const words = useAdminWords()
  const { data, error, refetch } = useQuery(generationsQuery)
  const { time } = useTimes()
  const { generationColumns: columns } = words
  return (
    <section className="admin-section">
      <SectionHead title={words.parts.generations} hint={words.generationsHint} />
      <Fault error={error} onRetry={() => void refetch()} />
      {data && data.generations.length === 0 && <p className="note">{words.none}</p>}
      {data && data.generations.length > 0 && (
        <Table
          label={words.parts.generations}
          rows={data.generations}
          keyOf={({ name }) => name}
          columns={[
            { head: columns.name, cell: ({ name }) => <code>{name}</code> },
            { head: columns.created, cell: ({ createdAt }) => (createdAt === undefined ? words.none : time(createdAt)) },
            { head: columns.documents, cell: ({ documents }) => documents ?? words.none },
            { head: columns.size, cell: ({ bytes }) => (bytes === undefined ? words.none : sizeWords(bytes)) },
            { head: columns.embedder, cell: ({ embedder }) => (embedder === null ? words.keywordsOnly : (embedder ?? words.none)) },
            { head: columns.parent, cell: ({ parent }) => (parent ? <code>{parent}</code> : words.none) },
            {
              head: columns.state,
              cell: ({ name, damage }) =>
                damage !== undefined ? <Badge tone="bad">{`${words.damaged}：${damage}`}</Badge> : name === data.serving ? <Badge tone="good">{words.serves}</Badge> : <Badge tone="plain">{words.spare}</Badge>,
            },
          ]}
        />
      )}
      <h3>{words.setAside}</h3>
      {data && data.setAside.length === 0 && <p className="note">{words.noSetAside}</p>}
      <ul className="plain">
        {(data?.setAside ?? []).map(({ name, at }) => (
          <li key={name}>
            <code>{name}</code> {at !== undefined && words.setAsideAt(time(at))}
          </li>
        ))}
      </ul>
    </section>
  )
}
