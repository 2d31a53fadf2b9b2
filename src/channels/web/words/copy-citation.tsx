/** A button that copies a citation or a clause in one of the forms that writers use. */
import { useQueryClient } from '@tanstack/react-query'
import { Quote } from 'lucide-react'
import { CITATION_FORMS, citedOf, FORM_NAMES, type FormName } from '../../citation-forms.ts'
import type { Citation, DocumentId } from '../../../types.ts'
import { documentQuery } from '../api/queries.ts'
import { copyAndTell } from '../ui/copy.ts'
import { Menu } from '../ui/menu.tsx'
import { useCopyWords } from './copying.ts'

interface CopyCitationProps {
  readonly cited: { readonly documentId: DocumentId } & Parameters<typeof citedOf>[0] & Partial<Pick<Citation, 'quote'>>
  /** What the button is called. */
  readonly label: string
  /** Beside the icon, for all to see. */
  readonly text?: string
}

export function CopyCitation({ cited, label, text }: CopyCitationProps) {
  const copying = useCopyWords()
  const queries = useQueryClient()
  const copy = async (form: FormName) => {
    // of a document that is no longer there, what the citation itself says
    const document = await queries.fetchQuery(documentQuery(cited.documentId)).catch(() => undefined)
    await copyAndTell(CITATION_FORMS[form](citedOf(cited, document)), copying.copied, copying)
  }
  const items = FORM_NAMES.map((form) => ({ label: copying.forms[form], onChoose: () => void copy(form) }))
  return (
    <Menu
      label={label}
      items={items}
      className={text === undefined ? 'icon-button small' : 'button small'}
      // at hand when a form is chosen: browsers let a page write to the clipboard only at once
      onOpen={() => void queries.prefetchQuery(documentQuery(cited.documentId))}
    >
      <Quote size={16} aria-hidden />
      {text}
    </Menu>
  )
}
