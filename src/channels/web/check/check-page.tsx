/** A draft is brought, checked, and looked through place by place. */
import { useEffect, useRef, useState, type DragEvent } from 'react'
import { bringsFiles } from '../documents/dropped-files.ts'
import { useTitle } from '../ui/title.ts'
import { toast } from '../ui/toast.tsx'
import { check, useChecking } from './check-store.ts'
import { CheckResultView } from './check-result.tsx'
import { CheckRunning } from './check-running.tsx'
import { DraftForm } from './draft-form.tsx'
import { useCheckWords } from './words.ts'
import './check.css'

const MIB = 1024 * 1024
const MOST_BYTES = 20 * MIB

export function CheckPage() {
  const words = useCheckWords()
  const state = useChecking()
  const bring = (file: File | undefined) => {
    if (!file) return
    if (file.size > MOST_BYTES) return toast(words.tooLarge(Math.ceil(file.size / MIB)))
    void check({ file })
  }
  const { isOver, ...drop } = useDrop(bring)
  useTitle(words.pageTitle)
  return (
    <main className="check" {...drop}>
      {state.kind === 'checked' ? (
        <CheckResultView {...state} />
      ) : (
        <div className="check-scroll">
          <header className="check-head">
            <h1>{words.title}</h1>
            <p>{words.intro}</p>
          </header>
          {state.kind === 'checking' ? <CheckRunning state={state} /> : <DraftForm failure={state.kind === 'failed' ? state : undefined} onFile={bring} />}
        </div>
      )}
      {isOver && (
        <div className="check-drop">
          <b>{words.dropHere}</b>
        </div>
      )}
    </main>
  )
}

/** A drop anywhere on the page; beside it, the browser does not leave the page for the file. */
function useDrop(onFile: (file: File | undefined) => void) {
  const [isOver, setOver] = useState(false)
  const depth = useRef(0)
  useEffect(() => {
    const keep = (event: globalThis.DragEvent) => {
      if (bringsFiles(event.dataTransfer)) event.preventDefault()
    }
    window.addEventListener('dragover', keep)
    window.addEventListener('drop', keep)
    return () => {
      window.removeEventListener('dragover', keep)
      window.removeEventListener('drop', keep)
    }
  }, [])
  const count = (by: number) => {
    depth.current = Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }
  return {
    isOver,
    onDragEnter: ({ dataTransfer }: DragEvent) => bringsFiles(dataTransfer) && count(1),
    onDragLeave: ({ dataTransfer }: DragEvent) => bringsFiles(dataTransfer) && count(-1),
    onDrop: (event: DragEvent) => {
      if (!bringsFiles(event.dataTransfer)) return
      event.preventDefault()
      depth.current = 0
      setOver(false)
      onFile(event.dataTransfer.files[0])
    },
  }
}
