/** Before anything is shown: is somebody signed in? Where nobody has to, this is not seen. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useSignInNeeded } from './again.ts'
import { sessionQuery } from './queries.ts'
import { SignInAgain, SignInPage } from './sign-in.tsx'

export function Gate({ children }: { readonly children: ReactNode }) {
  const { data, isPending } = useQuery(sessionQuery)
  const isNeeded = useSignInNeeded()
  if (isPending) return null
  if (data && !data.who) return <SignInPage ways={data.ways} />
  return (
    <>
      {children}
      {data && isNeeded && <SignInAgain before={data} />}
    </>
  )
}
