/** A stored text read once more: where its body begins, so that its clauses can be read without the file it came from. */
import type { DocumentId, SourceText } from '../types.ts'
import { sha256 } from './files.ts'
import { readHeader } from './header.ts'
import { readerFor } from './read.ts'

/** The `source` it was read from tells the format; what an operator stated of the file then is not known any more. */
export function storedSource(id: DocumentId, source: string, text: string): SourceText {
  const format = readerFor(source)?.format ?? 'txt'
  const textSha256 = sha256(text)
  return { id, source, format, encoding: 'utf-8', text, textSha256, fileSha256: textSha256, shortNames: [], dropped: [], ...readHeader(text, format) }
}
