/** The list of documents. Of a large library it is long: it is fetched when a view wants it, not before. */
import { useQuery } from '@tanstack/react-query'
import type { DocumentId } from '../../../types.ts'
import { documentsQuery } from '../api/queries.ts'

export const useDocuments = (isWanted: boolean) => useQuery({ ...documentsQuery, enabled: isWanted })

/** What the documents are called; a document is called by its id until the list has come, or where it does not stand there. */
export function useTitles(ids: readonly DocumentId[]): readonly string[] {
  const { data: documents = [] } = useDocuments(ids.length > 0)
  return ids.map((id) => documents.find((one) => one.id === id)?.title ?? id)
}
