/** The one way a document and a path become a clause's name. */
import type { ClauseId, DocumentId } from '../types.ts'

/**
 * `d-4f0c…#二/2`. A slash or percent sign inside a step is percent-encoded, so that distinct paths stay distinct.
 * @example clauseId('a' as DocumentId, ['二', '2']) // 'a#二/2'
 */
export function clauseId(documentId: DocumentId, path: readonly string[]): ClauseId {
  const steps = path.map((step) => step.replaceAll('%', '%25').replaceAll('/', '%2F'))
  return `${documentId}#${steps.join('/')}` as ClauseId
}

/** @example documentIdOf('d-4f0c#二/2' as ClauseId) // 'd-4f0c' */
export function documentIdOf(clause: ClauseId): DocumentId {
  return clause.slice(0, clause.indexOf('#')) as DocumentId
}
