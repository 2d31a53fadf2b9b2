/** The sign of a verdict: a shape of its own beside its colour. */
import { VERDICT_SIGNS } from '../../check-words.ts'
import type { Kind } from './found.ts'

export const signOf = (kind: Kind): string => (kind === 'suggestion' ? '✦' : VERDICT_SIGNS[kind])

export function Sign({ kind }: { readonly kind: Kind }) {
  return (
    <span className={`sign ${kind}`} aria-hidden="true">
      {signOf(kind)}
    </span>
  )
}
