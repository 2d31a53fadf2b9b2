/** What to do where there are no documents yet. */
import { FileText, FolderOpen, LibraryBig, Upload } from 'lucide-react'
import type { LibraryState } from '../api/queries.ts'
import { formatWords, sizeWords } from './refusals.ts'
import { useDocumentsWords } from './words.ts'

interface FirstStepsProps {
  readonly uploads: LibraryState['uploads']
  onUpload(): void
}

export function FirstSteps({ uploads, onUpload }: FirstStepsProps) {
  const words = useDocumentsWords()
  return (
    <section className="first">
      <LibraryBig size={40} aria-hidden />
      <h2>{words.firstTitle}</h2>
      <p>{words.firstBody}</p>
      <ul>
        <li>
          <Upload size={20} aria-hidden />
          <h3>{words.firstUpload}</h3>
          {uploads.enabled ? (
            <>
              <p>{words.firstUploadBody}</p>
              <button type="button" className="button primary" onClick={onUpload}>
                {words.upload}
              </button>
            </>
          ) : (
            <p>{words.uploadsOff}</p>
          )}
        </li>
        <li>
          <FolderOpen size={20} aria-hidden />
          <h3>{words.firstFolder}</h3>
          <p>{words.firstFolderBody}</p>
          <code>TIAOWEN_FOLDERS=/data/policies npm start</code>
        </li>
        <li>
          <FileText size={20} aria-hidden />
          <h3>{words.firstTakes}</h3>
          <p>{words.firstTakesBody(formatWords(uploads.formats), sizeWords(uploads.maxBytes))}</p>
        </li>
      </ul>
    </section>
  )
}
