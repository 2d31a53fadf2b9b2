/** A link to another text or place, opened where the reader is. */
import { Link } from '@tanstack/react-router'
import { useContext, type ReactNode } from 'react'
import { readIn } from './address.ts'
import { VariantContext } from './navigation.ts'

/** `url` is `/read/…`, as the server gives it. */
export function ReadLink({ url, children }: { readonly url: string; readonly children: ReactNode }) {
  const read = readIn(url)
  if (useContext(VariantContext) === 'page') {
    return (
      <Link to="/read/$" params={{ _splat: read }}>
        {children}
      </Link>
    )
  }
  return (
    <Link to="." search={(before) => ({ ...before, read })}>
      {children}
    </Link>
  )
}
