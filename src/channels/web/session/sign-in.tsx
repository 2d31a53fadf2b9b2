/** Signing in: instead of the page where nobody is signed in, above it where a sign-in is over. */
import { useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useEffect, useId, useRef, useState, useSyncExternalStore, type FormEvent } from 'react'
import icon from '../icon.svg'
import { QUESTION_BOX } from '../shell/shortcuts.tsx'
import { remembered } from '../shell/remembered.ts'
import { chooseLanguage, useLanguage } from '../words/language.ts'
import { problemWords } from '../words/problems.ts'
import { goOn, keepTyped } from './again.ts'
import { sessionQuery, signIn, type Given, type Session } from './queries.ts'
import { useSessionWords } from './words.ts'
import './session.css'

const way = remembered<'password' | 'key'>('tiaowen.sign-in', ['password', 'key'])

interface SignInProps {
  readonly ways: Session['ways']
  onDone(session: Session): void
}

/** All there is on the page. */
export function SignInPage({ ways }: Pick<SignInProps, 'ways'>) {
  const words = useSessionWords()
  const language = useLanguage()
  const queries = useQueryClient()
  useEffect(() => {
    document.title = `${words.title} · 条问`
  }, [words])
  const onDone = (session: Session) => {
    // what the server draws itself (/docs) is fetched anew; the rest of the page only waits for who it is
    if (location.pathname === '/docs') return location.reload()
    queries.setQueryData(sessionQuery.queryKey, session)
    goOn()
  }
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>
          <img src={icon} alt="" width={32} height={32} /> {words.title}
        </h1>
        <SignInForm ways={ways} onDone={onDone} />
        <button type="button" className="language" lang={language === 'zh' ? 'en' : 'zh-CN'} onClick={() => chooseLanguage(language === 'zh' ? 'en' : 'zh')}>
          {words.language}
        </button>
      </div>
    </main>
  )
}

/** Above the page, which stays as it is beneath. */
export function SignInAgain({ before }: { readonly before: Session }) {
  const words = useSessionWords()
  const queries = useQueryClient()
  const heading = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const onDone = (session: Session) => {
    if (session.who?.id !== before.who?.id) return location.assign('/') // nothing of the one before is shown to another
    queries.setQueryData(sessionQuery.queryKey, session)
    goOn()
  }
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={heading} onCancel={(event) => event.preventDefault()}>
      <h2 id={heading}>{words.again}</h2>
      <p>{words.againBody}</p>
      <SignInForm ways={before.ways} onDone={onDone} />
    </dialog>
  )
}

function SignInForm({ ways, onDone }: SignInProps) {
  const words = useSessionWords()
  const chosen = useSyncExternalStore(way.subscribe, way.get)
  const [problem, setProblem] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const byPassword = ways.password && chosen === 'password'
  const reason = new URLSearchParams(location.search).get('sign-in') ?? ''
  const failure = problem !== undefined ? problemWords(problem) : Object.hasOwn(words.reasons, reason) ? words.reasons[reason] : undefined
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const said = (name: string) => String(form.get(name) ?? '')
    const given: Given = byPassword ? { login: said('login').trim(), password: said('password') } : { key: said('key').trim() }
    setBusy(true)
    setProblem(undefined)
    try {
      onDone(await signIn(given))
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
      {ways.password && (
        <div role="group" aria-label={words.ways} className="sign-in-ways">
          {(['password', 'key'] as const).map((one) => (
            <button key={one} type="button" className="button small" aria-pressed={one === chosen} onClick={() => way.set(one)}>
              {one === 'password' ? words.byPassword : words.byKey}
            </button>
          ))}
        </div>
      )}
      {byPassword ? (
        <>
          <label>
            {words.login}
            <input key="login" className="field" name="login" autoComplete="username" required maxLength={80} autoFocus />
          </label>
          <label>
            {words.password}
            <input key="password" className="field" name="password" type="password" autoComplete="current-password" required maxLength={1024} />
          </label>
        </>
      ) : (
        <label>
          {words.key}
          <input key="key" className="field" name="key" type="password" autoComplete="off" spellCheck={false} required maxLength={4096} autoFocus />
          <small>{words.keyHint}</small>
        </label>
      )}
      <p role="alert" className="sign-in-failure">
        {failure}
      </p>
      <button type="submit" className="button primary" disabled={isBusy}>
        {words.signIn}
      </button>
      {ways.oidc && (
        <a className="button" href={`/api/session/oidc?${new URLSearchParams({ return: here() })}`} onClick={() => keepTyped(typedQuestion())}>
          <KeyRound size={17} aria-hidden /> {words.oidc}
        </a>
      )}
    </form>
  )
}

function typedQuestion(): string {
  const box = document.getElementById(QUESTION_BOX)
  return box instanceof HTMLTextAreaElement ? box.value : ''
}

/** Where one is, without what was said of the last attempt. */
function here(): string {
  const search = new URLSearchParams(location.search)
  search.delete('sign-in')
  return location.pathname + (search.size > 0 ? `?${search}` : '')
}
