/** The whole view takes files that are dropped on it; a drop beside it does not lead the browser away from the page. */
import { CloudUpload } from 'lucide-react'
import { useEffect, useRef, useState, type DragEvent, type ReactNode } from 'react'
import { bringsFiles, droppedFiles } from './dropped-files.ts'

interface DropZoneProps {
  readonly isOpen: boolean
  readonly label: string
  readonly hint: string
  readonly children: ReactNode
  onFiles(files: readonly File[]): void
}

export function DropZone({ isOpen, label, hint, children, onFiles }: DropZoneProps) {
  const [isOver, setOver] = useState(false)
  const depth = useRef(0)
  useEffect(keepPage, [])
  const count = (by: number) => {
    depth.current = Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    depth.current = 0
    setOver(false)
    if (isOpen && bringsFiles(event.dataTransfer)) void droppedFiles(event.dataTransfer).then(onFiles)
  }
  return (
    <main
      className="documents"
      onDragEnter={(event) => isOpen && bringsFiles(event.dataTransfer) && count(1)}
      onDragLeave={(event) => isOpen && bringsFiles(event.dataTransfer) && count(-1)}
      onDragOver={(event) => {
        if (isOpen && bringsFiles(event.dataTransfer)) event.dataTransfer.dropEffect = 'copy'
      }}
      onDrop={onDrop}
    >
      {children}
      {isOver && (
        <div className="drop-target">
          <div>
            <CloudUpload size={44} aria-hidden />
            <b>{label}</b>
            <span>{hint}</span>
          </div>
        </div>
      )}
    </main>
  )
}

function keepPage(): () => void {
  const keep = (event: globalThis.DragEvent) => {
    if (!bringsFiles(event.dataTransfer)) return
    event.preventDefault()
    if (event.dataTransfer && !(event.target instanceof Element && event.target.closest('main.documents'))) event.dataTransfer.dropEffect = 'none'
  }
  window.addEventListener('dragover', keep)
  window.addEventListener('drop', keep)
  return () => {
    window.removeEventListener('dragover', keep)
    window.removeEventListener('drop', keep)
  }
}
