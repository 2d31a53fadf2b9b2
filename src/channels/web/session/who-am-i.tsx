/** Who is signed in, and the way out; nothing where nobody had to sign in. */
import { useQuery } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { toast } from '../ui/toast.tsx'
import { problemWords } from '../words/problems.ts'
import { sessionQuery, signOut } from './queries.ts'
import { useSessionWords } from './words.ts'

export function WhoAmI() {
  const words = useSessionWords()
  const { data } = useQuery(sessionQuery)
  const who = data?.who
  if (who?.by !== 'session') return null
  const name = who.kind === 'operator' ? words.operator : who.name
  const leave = () => {
    // nothing of what was shown is left in the page
    signOut().then(
      () => location.assign('/'),
      (error: unknown) => toast(problemWords(error)),
    )
  }
  return (
    <p className="who-am-i">
      <span title={words.signedInAs(name)}>{name}</span>
      <button type="button" className="icon-button small" aria-label={words.signOut} title={words.signOut} onClick={leave}>
        <LogOut size={17} aria-hidden />
      </button>
    </p>
  )
}
