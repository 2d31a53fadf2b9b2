/** The title of the window while a view is shown. */
import { useEffect } from 'react'

export function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title
    document.title = title
    return () => {
      document.title = before
    }
  }, [title])
}
