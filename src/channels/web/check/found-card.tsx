/** All that is known of one place: what differs, the document's own words, where they stand, and what to take along. */
import { BookOpen, Copy } from 'lucide-react'
import { placeWords, standingWords } from '../../render.ts'
import type { CheckDifference, Citation } from '../../../types.ts'
import { CitationLink } from '../chat/citation-link.tsx'
import { copyAndTell } from '../ui/copy.ts'
import { useCopyWords } from '../words/copying.ts'
import { CopyCitation } from '../words/copy-citation.tsx'
import type { Found } from './found.ts'
import { FoundHead } from './found-list.tsx'
import { useCheckWords } from './words.ts'

interface FoundCardProps {
  readonly found: Found
  /** With the verdict, where nothing beside says it. */
  readonly withHead?: boolean
}

export function FoundCard({ found, withHead = false }: FoundCardProps) {
  const words = useCheckWords()
  const { item, suggestion } = found
  const citation = item?.citation ?? suggestion?.citation
  const truth = item?.truth ?? (item?.verdict === 'exists' || suggestion || item?.verdict === 'misplaced' ? citation?.quote : undefined)
  return (
    <div className="found-card">
      {withHead && <FoundHead found={found} />}
      {item && <p lang="zh-CN">{item.message}</p>}
      {suggestion && (
        <p className="note">
          {words.suggestion}（{words.score(suggestion.score)}）。{words.suggestionNote}
        </p>
      )}
      {item?.printing && <p className="note">{words.samePrinting(item.printing.map((kind) => words.printing[kind]).join('、'))}</p>}
      {item?.diff ? (
        <Difference diff={item.diff} />
      ) : (
        <blockquote lang="zh-CN">{item?.quote ?? suggestion?.sentence}</blockquote>
      )}
      {truth !== undefined && (
        <>
          <h3>{words.truth}</h3>
          <blockquote className="truth" lang="zh-CN">
            {truth}
          </blockquote>
        </>
      )}
      {item?.skipped?.map((skipped) => (
        <div key={skipped}>
          <h3>{words.skipped}</h3>
          <blockquote lang="zh-CN">{skipped}</blockquote>
        </div>
      ))}
      {citation && <Source citation={citation} right={truth ?? citation.quote} />}
      {item && item.alternatives.length > 0 && (
        <div className="found-others">
          <h3>{words.alternatives}</h3>
          <ul>
            {item.alternatives.map((one) => (
              <li key={one.url}>
                <CitationLink url={one.url}>{placeWords(one)}</CitationLink>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

/** The words as they stand in both; what weighs is set large and named. */
function Difference({ diff }: { readonly diff: readonly CheckDifference[] }) {
  const words = useCheckWords()
  return (
    <>
      <h3>
        {words.compare} <span className="note">
          <del>{words.inText}</del> <ins>{words.inDraft}</ins>
        </span>
      </h3>
      <blockquote className="difference" lang="zh-CN">
        {diff.map(({ kind, text, weighs }, at) => {
          if (kind === 'same') return <span key={at}>{text}</span>
          const Tag = kind === 'left-out' ? 'del' : 'ins'
          return (
            <Tag key={at} className={weighs.length > 0 ? 'heavy' : undefined}>
              <span className="sr-only">{kind === 'left-out' ? words.inText : words.inDraft}：</span>
              {text}
              {weighs.length > 0 && <small>{weighs.map((weight) => words.weights[weight]).join('、')}</small>}
            </Tag>
          )
        })}
      </blockquote>
    </>
  )
}

function Source({ citation, right }: { readonly citation: Citation; readonly right: string }) {
  const words = useCheckWords()
  const copying = useCopyWords()
  const standing = standingWords(citation.version)
  return (
    <div className="found-source">
      <h3>{words.source}</h3>
      <p>
        <CitationLink url={citation.url}>{placeWords(citation)}</CitationLink>
        {citation.label !== citation.spoken && <span className="note"> {citation.label}</span>}
        {standing !== '' && <span className="note"> {standing}</span>}
      </p>
      <div className="found-tools">
        <CitationLink url={citation.url} className="button small">
          <BookOpen size={15} aria-hidden /> {words.open}
        </CitationLink>
        <button type="button" className="button small" onClick={() => void copyAndTell(right, copying.copied, copying)}>
          <Copy size={15} aria-hidden /> {words.copyWords}
        </button>
        <CopyCitation cited={citation} label={words.copyCitation} text={words.copyAs} />
      </div>
    </div>
  )
}
