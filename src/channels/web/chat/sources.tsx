/** The citations of an answer, one below the other, each with its words and ways to take it along. */
import { bracketed, placeWords, snippetOf, standingWords } from '../../render.ts'
import type { Answer, Citation, CitationChange } from '../../../types.ts'
import { CopyCitation } from '../words/copy-citation.tsx'
import { DateWords, PlaceWords } from './citation-card.tsx'
import { CitationLink } from './citation-link.tsx'
import { useChatWords } from './words.ts'

interface SourcesProps {
  readonly answer: Answer
  readonly changes: readonly CitationChange[]
  readonly exchangeId: string
}

export function Sources({ answer, changes, exchangeId }: SourcesProps) {
  const words = useChatWords()
  return (
    <section className="sources">
      <h3>{answer.outcome === 'declined' ? words.nearWords : words.sources}</h3>
      <ol>
        {answer.citations.map((citation) => (
          <Source key={citation.n} citation={citation} change={changes.find(({ n }) => n === citation.n)} exchangeId={exchangeId} />
        ))}
      </ol>
    </section>
  )
}

interface SourceProps {
  readonly citation: Citation
  readonly change: CitationChange | undefined
  readonly exchangeId: string
}

function Source({ citation, change, exchangeId }: SourceProps) {
  const words = useChatWords()
  const { n, url, quote, title, titleFrom, alsoIn, version } = citation
  const standing = standingWords(version)
  return (
    <li>
      <span className="chip" aria-hidden="true">
        {n}
      </span>
      <div className="source">
        <CitationLink url={url} exchangeId={exchangeId} n={n} className="source-link">
          <span className="source-place">
            <PlaceWords citation={citation} />
          </span>
          <span className="source-title">
            {bracketed(title)}
            {titleFrom === 'inferred' && <small>{words.inferredTitle}</small>}
          </span>
        </CitationLink>
        <p className="source-quote">{snippetOf(quote)}</p>
        <p className="source-date">
          <DateWords citation={citation} />
          {standing !== '' && <span>{standing}</span>}
        </p>
        {alsoIn.length > 0 && (
          <p className="source-twins">
            {words.alsoIn}
            {alsoIn.map((twin) => (
              <CitationLink key={twin.url} url={twin.url}>
                {placeWords(twin)}（{twin.source}）
              </CitationLink>
            ))}
          </p>
        )}
        {change && (
          <p className="source-change">
            {words.changes[change.state]}
            {change.url !== undefined && <CitationLink url={change.url}>{words.seeNow}</CitationLink>}
          </p>
        )}
      </div>
      <CopyCitation cited={citation} label={words.copyCitation} />
    </li>
  )
}
