/** Over the result: what it comes to, filters, how the file was read, and what can be taken away. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Download, FileCheck } from 'lucide-react'
import { useState } from 'react'
import { isWrong, VERDICT_ORDER, VERDICT_SIGNS } from '../../check-words.ts'
import type { CheckReason } from '../../../types.ts'
import { toast } from '../ui/toast.tsx'
import { problemWords } from '../words/problems.ts'
import { annotatedCopy, stop, type Checking } from './check-store.ts'
import type { Found, Kind } from './found.ts'
import { saveBlob } from './save-blob.ts'
import { Sign } from './sign.tsx'
import { useCheckWords } from './words.ts'

interface CheckSummaryBarProps {
  readonly state: Extract<Checking, { kind: 'checked' }>
  readonly found: readonly Found[]
  /** What is not needed at once is folded away. */
  readonly isNarrow: boolean
}

export function CheckSummaryBar({ state, found, isNarrow }: CheckSummaryBarProps) {
  const words = useCheckWords()
  const { checked, source, choices } = state
  const { items, summary, draft } = checked
  const wrong = items.filter(isWrong).length
  const name = 'file' in source ? source.file.name : words.pasted
  return (
    <header className="check-summary">
      <div className="summary-line">
        <h1>{name}</h1>
        <span className="note">
          {words.characters(draft.characters)}
          {choices.asOf !== '' && ` · ${words.asOfDay(choices.asOf)}`}
        </span>
        <span className="grow" />
        <Downloads state={state} />
        <button type="button" className="button small" onClick={stop}>
          {words.another}
        </button>
      </div>
      <p className="summary-verdict" data-clean={wrong === 0}>
        <b>{items.length === 0 ? words.nothing : wrong === 0 ? words.clean : words.unclean(wrong)}</b>{' '}
        {!isNarrow && <span className="note">{words.library(summary.documents)}</span>}
      </p>
      <Filters found={found} />
      {isNarrow ? (
        <details className="check-notes">
          <summary>{words.notes}</summary>
          <p>{words.library(summary.documents)}</p>
          <Notes state={state} />
        </details>
      ) : (
        <div className="check-notes">
          <Notes state={state} />
        </div>
      )}
    </header>
  )
}

/** What was not checked and why, what was looked for besides, how the file was read, and that nothing is kept. */
function Notes({ state }: { readonly state: CheckSummaryBarProps['state'] }) {
  const words = useCheckWords()
  const { remarks, suggestions } = state.checked
  return (
    <>
      <Unchecked state={state} />
      {suggestions && (
        <p>
          {words.suggestionsSaid(suggestions.items.length, suggestions.sentences, suggestions.lookedUp)}
          {words.suggestionNote}
        </p>
      )}
      <p>{words.notKept}</p>
      {remarks.length > 0 && (
        <details>
          <summary>{words.remarks(remarks.length)}</summary>
          <ul>
            {remarks.map(({ kind, message }) => (
              <li key={kind}>{message}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

const KINDS: readonly Kind[] = [...VERDICT_ORDER, 'suggestion']

function Filters({ found }: { readonly found: readonly Found[] }) {
  const words = useCheckWords()
  const navigate = useNavigate({ from: '/check' })
  const { show } = useSearch({ from: '/check' })
  const counts = new Map<Kind, number>()
  for (const { kind } of found) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  if (found.length === 0) return null
  const choose = (kind: Kind | undefined) =>
    void navigate({ search: ({ show: _show, ...kept }) => ({ ...kept, ...(kind && { show: kind }) }), replace: true, resetScroll: false })
  return (
    <div className="check-filters" role="group" aria-label={words.filters}>
      <button type="button" className="filter" aria-pressed={show === undefined} onClick={() => choose(undefined)}>
        {words.all} {found.length}
      </button>
      {KINDS.filter((kind) => counts.has(kind)).map((kind) => (
        <button key={kind} type="button" className={`filter ${kind}`} aria-pressed={show === kind} onClick={() => choose(kind)}>
          <Sign kind={kind} /> {words.kinds[kind]} {counts.get(kind)}
        </button>
      ))}
      <span className="note keys-hint">{words.keys}</span>
    </div>
  )
}

/** Why some was not checked, so that nobody takes it for right. */
function Unchecked({ state }: { readonly state: CheckSummaryBarProps['state'] }) {
  const words = useCheckWords()
  const reasons = new Map<CheckReason, number>()
  for (const { verdict, why } of state.checked.items) if (verdict === 'not-checked' && why) reasons.set(why, (reasons.get(why) ?? 0) + 1)
  if (reasons.size === 0) return null
  const told = [...reasons].map(([why, count]) => `${words.reasons[why]} ${count}`)
  return (
    <p>
      <span aria-hidden="true">{VERDICT_SIGNS['not-checked']} </span>
      {words.unchecked}：{told.join('；')}
    </p>
  )
}

function Downloads({ state: { checked, source, choices, text } }: { readonly state: CheckSummaryBarProps['state'] }) {
  const words = useCheckWords()
  const [isPreparing, setPreparing] = useState(false)
  const base = ('file' in source ? source.file.name : words.pasted).replace(/\.\w+$/, '')
  const json = () => {
    const whole = { ...checked, draft: { ...checked.draft, text } }
    saveBlob(new Blob([JSON.stringify(whole, null, 2)], { type: 'application/json' }), `${base}（核对）.json`)
  }
  const word = async (file: File) => {
    setPreparing(true)
    try {
      await file.slice(0, 1).arrayBuffer() // a file that was changed since cannot be read
      saveBlob(await annotatedCopy(file, choices), `${base}（核对）.docx`)
    } catch (error) {
      toast(error instanceof DOMException ? words.fileChanged : problemWords(error))
    } finally {
      setPreparing(false)
    }
  }
  return (
    <>
      {'file' in source && checked.draft.format === 'docx' && (
        <button type="button" className="button small" disabled={isPreparing} onClick={() => void word(source.file)}>
          <FileCheck size={15} aria-hidden /> {isPreparing ? words.preparing : words.downloadWord}
        </button>
      )}
      <button type="button" className="button small" onClick={json}>
        <Download size={15} aria-hidden /> {words.downloadJson}
      </button>
    </>
  )
}
