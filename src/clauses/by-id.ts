/** Ids → documents and clauses of a library, and the same clause in its other documents. */
import type { ClauseId, Document, DocumentId } from '../types.ts'
import { clauseById, type Lineage } from './address.ts'
import { documentIdOf } from './ids.ts'

/** A list that stays the same object for as long as nothing in it changes; twins both ways. */
interface Documents {
  readonly documents: readonly Document[]
  readonly twins: ReadonlyMap<ClauseId, readonly ClauseId[]>
}

/** A clause and where it stands. */
export interface ClausePlace {
  readonly document: Document
  readonly lineage: Lineage
}

const BY_ID = new WeakMap<readonly Document[], ReadonlyMap<string, Document>>()

export function documentById({ documents }: Pick<Documents, 'documents'>, id: DocumentId | string): Document | undefined {
  let known = BY_ID.get(documents)
  if (!known) {
    known = new Map(documents.map((document) => [document.id, document]))
    BY_ID.set(documents, known)
  }
  return known.get(id)
}

/** The same clause in other documents. */
export function twinsOf(catalogue: Documents, id: ClauseId): ClausePlace[] {
  return (catalogue.twins.get(id) ?? []).flatMap((twin) => placeOfClause(catalogue, twin) ?? [])
}

/** The clause with this id, where the library has it. */
export function placeOfClause(
  catalogue: Pick<Documents, 'documents'>,
  id: ClauseId,
): ClausePlace | undefined {
  const document = documentById(catalogue, documentIdOf(id))
  const lineage = document && clauseById(document, id)
  return lineage && { document, lineage }
}
