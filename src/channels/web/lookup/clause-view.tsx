/** One clause: its words, what stands before and behind it, its twins and versions, ways to take it along. */
import { BookOpen, ChevronLeft, ChevronRight, Copy } from 'lucide-react'
import { bracketed, placeWords, standingWords } from '../../render.ts'
import type { ClauseReference } from '../../../types.ts'
import type { ClauseText } from '../api/queries.ts'
import { CitationLink } from '../chat/citation-link.tsx'
import { copyAndTell } from '../ui/copy.ts'
import { CopyCitation } from '../words/copy-citation.tsx'
import { useCopyWords } from '../words/copying.ts'
import { useLookupWords } from './words.ts'

interface ClauseViewProps {
  readonly clause: ClauseText
  readonly hasNeighbours: boolean
  onGo(neighbour: ClauseReference | undefined): void
}

export function ClauseView({ clause, hasNeighbours, onGo }: ClauseViewProps) {
  const words = useLookupWords()
  const copying = useCopyWords()
  const { title, spoken, label, text, page, alsoIn, version, before, after, source } = clause
  const standing = standingWords(version)
  return (
    <article className="clause">
      <header>
        <h2>
          {spoken}
          {label !== spoken && label !== '' && <span className="note"> {label}</span>}
          {page !== undefined && <span className="note"> {words.page(page)}</span>}
        </h2>
        <p className="note">
          {bracketed(title)}（{source}）{standing}
        </p>
      </header>
      <blockquote>{text}</blockquote>
      <div className="clause-tools">
        <CitationLink url={clause.url} className="button small">
          <BookOpen size={15} aria-hidden /> {words.open}
        </CitationLink>
        <button type="button" className="button small" onClick={() => void copyAndTell(text, copying.copied, copying)}>
          <Copy size={15} aria-hidden /> {words.copyText}
        </button>
        <CopyCitation cited={{ ...clause, quote: text }} label={words.copyCitation} text={words.copyAs} />
      </div>
      {alsoIn.length > 0 && (
        <p className="note">
          {words.twins}：
          {alsoIn.map((twin) => (
            <CitationLink key={twin.url} url={twin.url}>
              {placeWords(twin)}（{twin.source}）
            </CitationLink>
          ))}
        </p>
      )}
      {version && version.others.length > 0 && (
        <p className="note">
          {words.versions}：
          {version.others.map(({ url, date, status }) => (
            <CitationLink key={url} url={url}>
              {date ?? ''}（{words.status[status]}）
            </CitationLink>
          ))}
        </p>
      )}
      {hasNeighbours && (
        <nav className="neighbours">
          <Neighbour to={before} name={words.previous} onGo={onGo}>
            <ChevronLeft size={17} aria-hidden />
          </Neighbour>
          <Neighbour to={after} name={words.next} onGo={onGo}>
            <ChevronRight size={17} aria-hidden />
          </Neighbour>
        </nav>
      )}
    </article>
  )
}

interface NeighbourProps {
  readonly to: ClauseReference | undefined
  readonly name: string
  readonly children: React.ReactNode
  onGo(neighbour: ClauseReference | undefined): void
}

function Neighbour({ to, name, children, onGo }: NeighbourProps) {
  return (
    <button type="button" className="button small" disabled={!to} onClick={() => onGo(to)} aria-label={to ? `${name}：${to.spoken}` : name} title={name}>
      {children}
      {to?.spoken ?? name}
    </button>
  )
}
