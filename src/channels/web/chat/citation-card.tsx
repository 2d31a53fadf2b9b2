/** What a citation is: the words, where they stand as printed and as spoken, of what document and date, and its twins. */
import { bracketed, standingWords, twinWords } from '../../render.ts'
import { pageWords } from '../../segments.ts'
import type { Citation, CitationChange } from '../../../types.ts'
import { useChatWords } from './words.ts'

interface CitationCardProps {
  readonly citation: Citation
  readonly change: CitationChange | undefined
}

export function CitationCard({ citation, change }: CitationCardProps) {
  const words = useChatWords()
  const { quote, title, titleFrom, alsoIn, version } = citation
  const standing = standingWords(version)
  return (
    <>
      <p className="card-place">
        <PlaceWords citation={citation} />
      </p>
      <blockquote>{quote}</blockquote>
      <p className="card-title">
        {bracketed(title)}
        {titleFrom === 'inferred' && <small>{words.inferredTitle}</small>}
      </p>
      <p className="card-date">
        <DateWords citation={citation} />
        {standing !== '' && <span>{standing}</span>}
      </p>
      {alsoIn.length > 0 && (
        <p className="card-twins">
          {twinWords(alsoIn)}
        </p>
      )}
      {change && <p className="card-change">{words.changes[change.state]}</p>}
    </>
  )
}

/** 第三部分第2条 三、2. 「第5页」 */
export function PlaceWords({ citation: { spoken, label, page } }: { readonly citation: Citation }) {
  return (
    <>
      <b>{spoken}</b>
      {label !== '' && label !== spoken && <span className="label"> {label}</span>}
      {page !== undefined && <span className="label">{pageWords(page)}</span>}
    </>
  )
}

export function DateWords({ citation: { date, dateFrom } }: { readonly citation: Citation }) {
  const words = useChatWords()
  if (date === undefined) return <span>{words.noDate}</span>
  return (
    <span>
      <time dateTime={date}>{date}</time>
      {dateFrom ? words.from[dateFrom] : ''}
    </span>
  )
}
