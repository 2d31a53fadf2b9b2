/** What can be done with the open text, in one row; closing it is always the last. */
import { Link } from '@tanstack/react-router'
import { Maximize2, X } from 'lucide-react'
import { useContext, type ReactNode } from 'react'
import { useClose, VariantContext } from './navigation.ts'
import { useReaderWords } from './words.ts'

interface ToolbarProps {
  readonly read: string
  readonly start?: ReactNode
  readonly children?: ReactNode
}

export function Toolbar({ read, start, children }: ToolbarProps) {
  const words = useReaderWords()
  const close = useClose()
  const isPanel = useContext(VariantContext) === 'panel'
  return (
    <div className="reader-tools">
      {start ?? <span className="tools-label">{words.sourceText}</span>}
      <span className="grow" />
      {children}
      {isPanel && (
        <>
          <Link to="/read/$" params={{ _splat: read }} className="icon-button own-page" aria-label={words.ownPage} title={words.ownPage}>
            <Maximize2 size={17} aria-hidden />
          </Link>
          <button type="button" className="icon-button" aria-label={words.close} title={`${words.close}（Esc）`} onClick={close}>
            <X size={19} aria-hidden />
          </button>
        </>
      )}
    </div>
  )
}
