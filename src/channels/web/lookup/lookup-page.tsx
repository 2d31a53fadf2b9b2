/** A reference is typed, and its clause stands there: its words, its neighbours, its twins and versions, ways to take it along. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Search, X } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { bracketed } from '../../render.ts'
import type { ClauseReference } from '../../../types.ts'
import { citeQuery, documentsQuery, type Cited, type ClauseText } from '../api/queries.ts'
import { besideAt } from '../chat/places.ts'
import { QUESTION_BOX } from '../shell/shortcuts.tsx'
import { announce } from '../ui/announcer.tsx'
import { isComposing } from '../ui/keys.ts'
import { useTitle } from '../ui/title.ts'
import { useTypedSearch } from '../ui/typed-search.ts'
import { problemWords } from '../words/problems.ts'
import { Candidates, type Candidate } from './candidates.tsx'
import { ClauseView } from './clause-view.tsx'
import { holdsTitle, partialsOf } from './partial.ts'
import { useLookupWords } from './words.ts'
import './lookup.css'

const LONGEST = 500
const EXAMPLES = ['决定三（二）', '《决定》第三部分第2条', '《决定》第三部分第1条至第3条']

export function LookupPage() {
  const words = useLookupWords()
  const navigate = useNavigate({ from: '/lookup' })
  const { ref = '', pick } = useSearch({ from: '/lookup' })
  const box = useRef<HTMLInputElement>(null)
  /** The document in which one goes from clause to clause, where its title is that of others too. */
  const [within, setWithin] = useState<string>()
  const [typed, setTyped] = useTypedSearch(ref, (next) => {
    void navigate({ search: ({ ref: _ref, pick: _pick, ...kept }) => ({ ...kept, ...(next !== '' && { ref: next }) }), replace: true })
  })
  const asked = ref.slice(0, LONGEST)
  const { data, error, isFetching, isPlaceholderData } = useQuery({ ...citeQuery(asked), enabled: asked !== '', placeholderData: keepPreviousData })
  const answered = asked === '' ? undefined : data
  const result = useMemo(() => answered && narrowed(answered, asked), [answered, asked])
  const isUnclear = result !== undefined && (result.outcome === 'absent' ? result.reason !== 'no-such-clause' : result.outcome === 'ambiguous')
  const { data: documents } = useQuery({ ...documentsQuery, enabled: isUnclear })
  const partials = useMemo(() => (isUnclear ? partialsOf(asked, documents ?? []) : []), [isUnclear, asked, documents])
  useTitle(words.pageTitle)
  useEffect(() => box.current?.focus({ preventScroll: true }), [])

  const lookUp = useCallback(
    (reference: string, documentId?: string) => {
      setWithin(documentId)
      void navigate({ search: ({ ref: _ref, pick: _pick, ...kept }) => ({ ...kept, ref: reference }) })
    },
    [navigate],
  )
  const choose = (at: number) => void navigate({ search: (kept) => ({ ...kept, pick: at + 1 }), replace: true })
  const open = (url: string) => void navigate({ search: besideAt(url), resetScroll: false })

  const candidates = candidatesOf(result, asked, partials)
  const own = candidates.findIndex(({ documentId }) => documentId === within)
  const active = candidates.length === 0 ? -1 : Math.min(candidates.length - 1, pick === undefined ? Math.max(0, own) : pick - 1)
  const clauses = candidates[active]?.reference === undefined ? clausesOf(result, active) : []
  const [first] = clauses
  const goTo = (neighbour: ClauseReference | undefined) => {
    if (neighbour) lookUp(`${bracketed(neighbour.title)}${neighbour.spoken}`, neighbour.documentId)
  }
  const onKey = (event: KeyboardEvent) => {
    if (isComposing(event)) return
    const { key, altKey } = event
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && candidates.length > 1) {
      event.preventDefault()
      choose((active + step + candidates.length) % candidates.length)
    } else if (altKey && (key === 'ArrowLeft' || key === 'ArrowRight') && clauses.length === 1) {
      event.preventDefault()
      goTo(key === 'ArrowLeft' ? first?.before : first?.after)
    } else if (key === 'Enter') {
      event.preventDefault()
      const chosen = candidates[active]
      if (chosen?.reference !== undefined) lookUp(chosen.reference, chosen.documentId)
      else if (first && typed.trim() === ref && !isPlaceholderData) open(first.url)
    } else if (key === 'Escape' && typed !== '') {
      event.preventDefault()
      setTyped('')
    }
  }
  useEffect(() => {
    if (result) announce(saidOf(result, words))
  }, [result, words])
  return (
    <main className="lookup" onKeyDown={(event) => event.altKey && !(event.target instanceof HTMLInputElement) && onKey(event)}>
      <div className="lookup-scroll">
        <h1>{words.title}</h1>
        <div className="lookup-box" role="search">
          <Search size={18} aria-hidden />
          <input
            ref={box}
            id={QUESTION_BOX}
            className="field"
            type="text"
            autoComplete="off"
            spellCheck={false}
            maxLength={LONGEST}
            value={typed}
            placeholder={words.placeholder}
            aria-label={words.box}
            aria-describedby="lookup-hint"
            onChange={({ target }) => setTyped(target.value)}
            onKeyDown={onKey}
          />
          {typed !== '' && (
            <button type="button" className="icon-button small" aria-label={words.clear} title={words.clear} onClick={() => (setTyped(''), box.current?.focus())}>
              <X size={16} aria-hidden />
            </button>
          )}
        </div>
        <p id="lookup-hint" className="note">
          {words.hint} <span className="keys-hint">{words.keys}</span>
        </p>
        {asked === '' && (
          <p className="lookup-examples">
            {words.examples}
            {EXAMPLES.map((example) => (
              <button key={example} type="button" className="button small" onClick={() => lookUp(example)}>
                {example}
              </button>
            ))}
          </p>
        )}
        {error && (
          <div className="banner bad" role="alert">
            {problemWords(error)}
          </div>
        )}
        <div className="lookup-result" aria-busy={isFetching} lang="zh-CN">
          {result?.outcome === 'absent' && (
            <div className="lookup-absent">
              <p>{result.message}</p>
              {result.existing.length > 0 && (
                <p className="note">
                  {words.existing}：{result.existing.join('　')}
                </p>
              )}
            </div>
          )}
          {(candidates.length > 1 || candidates[0]?.reference !== undefined) && (
            <Candidates
              heading={candidates[0]?.reference === undefined ? words.candidates(candidates.length) : words.documents}
              candidates={candidates}
              active={active}
              onChoose={(at) => {
                const chosen = candidates[at]
                if (chosen?.reference !== undefined) lookUp(chosen.reference, chosen.documentId)
                else choose(at)
              }}
            />
          )}
          {clauses.map((clause) => (
            <ClauseView key={clause.url} clause={clause} hasNeighbours={clauses.length === 1} onGo={goTo} />
          ))}
        </div>
      </div>
    </main>
  )
}

function candidatesOf(result: Cited | undefined, asked: string, partials: ReturnType<typeof partialsOf>): readonly Candidate[] {
  // of a title that nobody is known by, the clauses of all documents: those whose titles hold the words help more
  const isElsewhere = result?.outcome === 'ambiguous' && !result.candidates.some(({ title }) => holdsTitle(asked, title)) && partials.length > 0
  if (result?.outcome === 'ambiguous' && !isElsewhere) return result.candidates.map(({ documentId, title, spoken, source, url }) => ({ key: url, documentId, title, place: spoken, source }))
  return partials.map(({ documentId, title, source, reference }) => ({ key: documentId, documentId, title, place: reference.slice(bracketed(title).length), source, reference }))
}

/** Of many candidates, those whose titles hold what was typed. */
function narrowed(result: Cited, asked: string): Cited {
  if (result.outcome !== 'ambiguous') return result
  const near = result.candidates.filter(({ title }) => holdsTitle(asked, title))
  return near.length > 0 ? { ...result, candidates: near } : result
}

function clausesOf(result: Cited | undefined, active: number): readonly ClauseText[] {
  if (result?.outcome === 'found') return result.clauses
  const chosen = result?.outcome === 'ambiguous' ? result.candidates[active] : undefined
  return chosen ? [chosen] : []
}

function saidOf(result: Cited, words: ReturnType<typeof useLookupWords>): string {
  if (result.outcome === 'absent') return result.message
  return result.outcome === 'found' ? words.found(result.clauses.length) : words.candidates(result.candidates.length)
}
