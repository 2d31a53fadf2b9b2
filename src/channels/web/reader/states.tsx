/** What the reader shows where there is no text: not yet, not at all, or not at the moment. */
import { Link } from '@tanstack/react-router'
import { CloudOff, FileQuestionMark, RotateCw } from 'lucide-react'
import { useContext, type ReactNode } from 'react'
import { Problem } from '../api/client.ts'
import { problemWords } from '../words/problems.ts'
import { VariantContext } from './navigation.ts'
import { useReaderWords } from './words.ts'

const WIDTHS = [92, 100, 97, 64, 100, 95, 100, 38, 99, 100, 71, 100, 96, 52]

export function Skeleton() {
  const words = useReaderWords()
  return (
    <div className="text-scroll" aria-busy>
      <p className="sr-only" role="status">
        {words.loading}
      </p>
      <div className="text skeleton" aria-hidden>
        {WIDTHS.map((width, at) => (
          <span key={at} className="bone" style={{ width: `${width}%` }} />
        ))}
      </div>
    </div>
  )
}

export function Failure({ error, onRetry }: { readonly error: unknown; onRetry(): void }) {
  const words = useReaderWords()
  if (error instanceof Problem && error.status === 404) return <Missing title={words.missingTitle} />
  return (
    <div className="blank" role="alert">
      <CloudOff size={34} strokeWidth={1.5} aria-hidden />
      <StateTitle>{words.failedTitle}</StateTitle>
      <p>{problemWords(error)}</p>
      <button type="button" className="button" onClick={onRetry}>
        <RotateCw size={16} aria-hidden />
        {words.retry}
      </button>
    </div>
  )
}

export function Missing({ title }: { readonly title: string }) {
  const words = useReaderWords()
  return (
    <div className="blank" role="alert">
      <FileQuestionMark size={34} strokeWidth={1.5} aria-hidden />
      <StateTitle>{title}</StateTitle>
      <p>{words.missingBody}</p>
      <Link to="/documents" className="button">
        {words.toDocuments}
      </Link>
    </div>
  )
}

function StateTitle({ children }: { readonly children: ReactNode }) {
  const Heading = useContext(VariantContext) === 'page' ? 'h1' : 'h2'
  return <Heading className="blank-title">{children}</Heading>
}
