/** Documents as people and programs name them → their ids. */
import { PolicyError } from '../errors.ts'
import type { Document, DocumentId } from '../types.ts'
import type { Catalogue } from './wire.ts'

/**
 * By id, or by the path of the file.
 * @throws PolicyError 'no-such-document'
 */
export function documentNamed(name: string, { documents }: Catalogue): Document {
  const found = documents.find(({ id, source }) => id === name || source === name)
  if (!found) throw new PolicyError('no-such-document', `没有文件 ${name.slice(0, 100)}；请先列出文件，用其中的编号。`)
  return found
}

/** @throws PolicyError 'no-such-document' */
export function documentsNamed(names: readonly string[], catalogue: Catalogue): readonly DocumentId[] {
  return names.map((name) => documentNamed(name, catalogue).id)
}
