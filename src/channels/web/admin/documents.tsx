/** Documents that someone should look at: numbers that do not add up, files that became no document. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { documentsQuery, libraryQuery } from '../api/queries.ts'
import { Badge, Fault, SectionHead, Table } from './parts.tsx'
import { useAdminWords } from './words.ts'

export function Documents() {
  const words = useAdminWords()
  const documents = useQuery(documentsQuery)
  const library = useQuery(libraryQuery)
  const faulty = (documents.data ?? []).filter(({ problems }) => problems.length > 0).sort((a, b) => b.problems.length - a.problems.length)
  const skipped = library.data?.skipped ?? []
  return (
    <section className="admin-section">
      <SectionHead title={words.parts.documents}>
        <Link to="/documents" className="button">
          {words.openLibrary}
        </Link>
      </SectionHead>
      <Fault error={documents.error ?? library.error} />
      <h3>{words.withProblems}</h3>
      {documents.data && faulty.length === 0 && <p className="note">{words.noProblems}</p>}
      <ul className="admin-cards">
        {faulty.map(({ id, title, source, problems }) => (
          <li key={id}>
            <details>
              <summary>
                <span lang="zh-CN">{title}</span> <Badge tone="warn">{words.problems(problems.length)}</Badge>
              </summary>
              <p className="note">{source}</p>
              <ul className="plain">
                {problems.map(({ path, message }, at) => (
                  <li key={at}>
                    {path.join(' ')} {message}
                  </li>
                ))}
              </ul>
              <Link to="/documents" search={{ q: source }}>
                {words.openLibrary}
              </Link>
            </details>
          </li>
        ))}
      </ul>
      <h3>{words.skipped}</h3>
      {library.data && skipped.length === 0 && <p className="note">{words.noSkipped}</p>}
      {skipped.length > 0 && (
        <Table
          label={words.skipped}
          rows={skipped}
          keyOf={({ source, message }) => `${source}\n${message}`}
          columns={[
            { head: words.name, cell: ({ source }) => source },
            { head: words.state.notReady, isQuiet: true, cell: ({ message }) => message },
          ]}
        />
      )}
    </section>
  )
}
