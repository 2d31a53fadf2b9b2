/** A document's stored text, the words it was opened at marked in it; beside a view or on a page of its own. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useContext, useEffect } from 'react'
import { readingQuery } from '../api/queries.ts'
import type { Reading } from '../../wire.ts'
import { addressIn, type ReadAddress } from './address.ts'
import { useCitationTour, type CitationTour } from './citations.ts'
import { fileName, Title } from './head.tsx'
import { VariantContext } from './navigation.ts'
import { OpenText } from './open-text.tsx'
import { Failure, Missing, Skeleton } from './states.tsx'
import { Toolbar } from './toolbar.tsx'
import { Tour } from './tour.tsx'
import { useReaderWords } from './words.ts'
import './reader.css'

/** `read` is `{documentId}[/{sha16}[/{start}-{end}]]`. */
export function Reader({ read }: { readonly read: string }) {
  const address = addressIn(read)
  const tour = useCitationTour(read)
  if (!address) return <Without tour={tour} read={read} body={<BadAddress />} />
  return <AtAddress address={address} read={read} tour={tour} />
}

const BadAddress = () => <Missing title={useReaderWords().badAddress} />

interface AtAddressProps {
  readonly address: ReadAddress
  readonly read: string
  readonly tour: CitationTour | undefined
}

function AtAddress({ address, read, tour }: AtAddressProps) {
  const { id, sha, span } = address
  const { data, error, refetch } = useQuery(readingQuery(id, sha))
  useNamedVersion(id, sha, data)
  const title = data ? titleOf(data, tour) : undefined
  useDocumentTitle(title)
  if (data) return <OpenText key={`${id}/${data.textSha256}`} id={id} read={read} reading={data} title={title!} span={span} tour={tour} />
  const body = error ? <Failure error={error} onRetry={() => void refetch()} /> : <Skeleton />
  return <Without tour={tour} read={read} body={body} title={error ? undefined : (tour?.citation.title ?? '……')} />
}

/** A file that is gone has no title of its own any more; then the citation's, or the file's name. */
const titleOf = ({ document, source }: Reading, tour: CitationTour | undefined): string =>
  document?.title ?? (tour?.isHere ? tour.citation.title : source)

interface WithoutProps {
  readonly tour: CitationTour | undefined
  readonly read: string
  readonly body: React.ReactNode
  readonly title?: string | undefined
}

/** While there is no text: it can be closed, and left for another citation. */
function Without({ tour, read, body, title }: WithoutProps) {
  const variant = useContext(VariantContext)
  return (
    <div className="reader" data-variant={variant}>
      <header className="reader-head">
        <Toolbar read={read} start={tour && <Tour tour={tour} onReveal={() => {}} />} />
        {title !== undefined && (
          <div className="reader-about" aria-busy>
            <Title title={title} isFile={tour !== undefined && tour.citation.titleFrom === undefined && title === tour.citation.source} />
            <span className="bone about-bone" />
          </div>
        )}
      </header>
      <div className="reader-body">{body}</div>
    </div>
  )
}

/** A text that was asked for as the current one is known by its name too: going to a clause of it asks nobody. */
function useNamedVersion(id: string, sha: string | undefined, data: Reading | undefined): void {
  const queries = useQueryClient()
  const known = data?.textSha256.slice(0, 16)
  useEffect(() => {
    if (data && known !== undefined && known !== sha) queries.setQueryData(readingQuery(id, known).queryKey, data)
  }, [queries, id, sha, known, data])
}

/** On a page of its own the window is named after the document. */
function useDocumentTitle(title: string | undefined): void {
  const isPage = useContext(VariantContext) === 'page'
  useEffect(() => {
    if (!isPage || title === undefined) return undefined
    const before = document.title
    document.title = `${fileName(title)} · 条问`
    return () => {
      document.title = before
    }
  }, [isPage, title])
}
