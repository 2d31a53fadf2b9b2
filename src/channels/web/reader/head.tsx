/** Over the text: which document it is, who issued it and when, and whether it still counts. */
import { ChevronDown, History, Info } from 'lucide-react'
import { useContext, useId, useState, type ReactNode } from 'react'
import type { CitationChange, VersionNote } from '../../../types.ts'
import { bracketed } from '../../render.ts'
import type { DocumentSummary, Reading } from '../../wire.ts'
import { Menu } from '../ui/menu.tsx'
import { readIn } from './address.ts'
import { useGo, VariantContext } from './navigation.ts'
import { ReadLink } from './read-link.tsx'
import { useReaderWords } from './words.ts'

interface TitleProps {
  readonly title: string
  /** Nobody calls it so: it is the name of its file. */
  readonly isFile?: boolean
}

/** The heading of the page, or of the panel; where the focus goes when no words are marked. */
export function Title({ title, isFile = false }: TitleProps) {
  const Heading = useContext(VariantContext) === 'page' ? 'h1' : 'h2'
  return (
    <Heading className="reader-title" tabIndex={-1}>
      {isFile ? fileName(title) : bracketed(title)}
    </Heading>
  )
}

export const fileName = (source: string): string => source.slice(source.lastIndexOf('/') + 1)

/** So many statements stand in a line or two anywhere. */
const FEW = 3
/** Its standing takes as much room as that many facts. */
const STANDING = 2

/** What it is; where it is narrow, many statements stand behind a button and leave the room to the text. */
export function About({ reading, title }: { readonly reading: Reading; readonly title: string }) {
  const words = useReaderWords()
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const { document, version, removed, source } = reading
  const isVersion = version !== undefined && !removed
  const isLong = (document ? statedIn(document, words).length : 0) + (isVersion ? STANDING : 0) > FEW
  return (
    <div className="reader-about" data-folded={(isLong && !isOpen) || undefined}>
      <Title title={title} isFile={title === source} />
      <div className="about-more" id={id}>
        {document && <Facts document={document} />}
        {isVersion && <Standing version={version} />}
      </div>
      {isLong && (
        <button type="button" className="text-button about-toggle" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          {words.about}
          <ChevronDown size={15} aria-hidden />
        </button>
      )}
    </div>
  )
}

function statedIn(document: DocumentSummary, words: ReturnType<typeof useReaderWords>) {
  const names = Object.keys(words.facts) as (keyof typeof words.facts)[]
  return names.flatMap((name) => {
    const fact = document.header[name]
    return fact ? [{ name, ...fact }] : []
  })
}

function Facts({ document }: { readonly document: DocumentSummary }) {
  const words = useReaderWords()
  const stated = statedIn(document, words)
  const lent = document.titleFrom === 'operator' || document.titleFrom === 'inferred' ? words.titleFrom[document.titleFrom] : undefined
  if (stated.length === 0 && lent === undefined) return null
  return (
    <dl className="reader-facts">
      {stated.map(({ name, value, from, basis }) => (
        <div key={name} data-fact={name}>
          <dt>{words.facts[name]}</dt>
          <dd>
            {value}
            {from !== 'text' && <small title={basis}>{words.from[from]}</small>}
          </dd>
        </div>
      ))}
      {lent !== undefined && (
        <div data-fact="titleFrom">
          <dd>
            <small>{lent}</small>
          </dd>
        </div>
      )}
    </dl>
  )
}

function Standing({ version }: { readonly version: VersionNote }) {
  const words = useReaderWords()
  const go = useGo()
  const { status, date, since, by, others } = version
  return (
    <p className="standing">
      <span className="badge" data-status={status}>
        {words.statuses[status]}
      </span>
      {date !== undefined && <span>{words.version(date)}</span>}
      {since !== undefined && <span>{words.since(status, since)}</span>}
      {by && <span>{byWords(by, status === 'repealed', words)}</span>}
      {others.length > 0 && (
        <Menu
          label={words.otherVersions}
          className="text-button"
          items={others.map((other) => ({
            label: `${other.date === undefined ? words.undated : words.version(other.date)} · ${words.statuses[other.status]}`,
            onChoose: () => go(readIn(other.url)),
          }))}
        >
          <History size={14} aria-hidden />
          {words.otherVersions}
        </Menu>
      )}
    </p>
  )
}

function byWords({ title, date, url }: NonNullable<VersionNote['by']>, isRepeal: boolean, words: ReturnType<typeof useReaderWords>): ReactNode {
  const said = isRepeal ? words.repealedBy(bracketed(title)) : words.replacedBy(bracketed(title), date)
  return url === undefined ? said : <ReadLink url={url}>{said}</ReadLink>
}

interface WarningsProps {
  readonly reading: Reading
  /** What became of the citation shown. */
  readonly change: CitationChange | undefined
  /** The place in the address lies beyond the text. */
  readonly isBeyond: boolean
}

export function Warnings({ reading, change, isBeyond }: WarningsProps) {
  const words = useReaderWords()
  const { document, superseded, removed, text } = reading
  return (
    <>
      {removed && <Warning>{words.removed}</Warning>}
      {superseded && !removed && (
        <Warning>
          {words.superseded}
          {change && change.state !== 'gone' && words.changes[change.state]}
          {change?.url !== undefined ? (
            <ReadLink url={change.url}>{change.state === 'moved' ? words.seeWhere : words.seeCurrent}</ReadLink>
          ) : (
            document && <ReadLink url={document.url}>{words.seeCurrent}</ReadLink>
          )}
        </Warning>
      )}
      {isBeyond && <Warning>{words.beyond(text.length.toLocaleString('en-US'))}</Warning>}
    </>
  )
}

function Warning({ children }: { readonly children: ReactNode }) {
  return (
    <div className="banner reader-warning" role="status">
      <Info size={16} aria-hidden />
      <p>{children}</p>
    </div>
  )
}
