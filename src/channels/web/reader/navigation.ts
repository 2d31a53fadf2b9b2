/** How the reader goes somewhere: beside a view the address of the view stays, on its own page it is the address. */
import { useNavigate } from '@tanstack/react-router'
import { createContext, useCallback, useContext } from 'react'

export type Variant = 'panel' | 'page'

export const VariantContext = createContext<Variant>('panel')

interface Going {
  /** Which citation is shown there; absent: the one that is shown stays the one to come back to. */
  readonly at?: string
  /** Nothing to come back to with the browser's button. */
  readonly isReplacing?: boolean
}

/** `read` is `{documentId}/{sha16}/{start}-{end}` or less. */
export function useGo(): (read: string, going?: Going) => void {
  const navigate = useNavigate()
  const variant = useContext(VariantContext)
  return useCallback(
    (read, { at, isReplacing = false } = {}) => {
      if (variant === 'page') void navigate({ to: '/read/$', params: { _splat: read }, replace: isReplacing })
      else void navigate({ to: '.', search: (before) => ({ ...before, read, ...(at !== undefined && { at }) }), replace: isReplacing })
    },
    [navigate, variant],
  )
}

/** Closes the reader beside a view. */
export function useClose(): () => void {
  const navigate = useNavigate()
  return useCallback(() => {
    void navigate({ to: '.', search: ({ read: _read, at: _at, ...rest }) => rest })
  }, [navigate])
}
