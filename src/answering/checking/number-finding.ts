/** The document number in brackets behind a title 文号, against the one the document bears. */
import { documentById } from '../../clauses/by-id.ts'
import { numbersIn } from '../../clauses/document-numbers.ts'
import type { Catalogue } from '../../retrieval/library.ts'
import { differencesOf } from './differences.ts'
import { alignWithin } from './align.ts'
import type { Finding } from './findings.ts'
import { foldText } from './fold.ts'
import { titleWords } from './messages.ts'
import type { Mention } from './mentions.ts'

/**
 * Told where the number is another document's, or differs from the document's own in its year or its serial alone. A
 * document that was issued anew has had several numbers: one that differs in both is not judged.
 */
export function numberFinding(catalogue: Catalogue, { number, documents }: Mention): Finding | undefined {
  const [id] = documents
  const document = documents.length === 1 && id !== undefined ? documentById(catalogue, id) : undefined
  const own = document?.header.documentNumber
  if (!number || !document || !own) return undefined
  const [given] = numbersIn(number.words)
  const [known] = numbersIn(own.value)
  if (!given || !known || given.key === known.key || documents.some((one) => number.documents.includes(one))) return undefined
  const isSlip = given.organ === known.organ && (given.year === known.year || given.serial === known.serial)
  const [otherId] = number.documents
  const other = otherId === undefined ? undefined : documentById(catalogue, otherId)
  if (!isSlip && !other) return undefined
  const span = own.span ?? { start: 0, end: 0 }
  return {
    verdict: 'altered',
    message: `${titleWords(document)}的文号是${own.value}${other ? `；${number.words}是${titleWords(other)}的文号` : ''}。`,
    truth: own.value,
    diff: diffOf(number.words, own.value),
    ...(own.span && { standing: { document, span } }),
  }
}

function diffOf(draft: string, text: string): NonNullable<Finding['diff']> {
  const [ours, theirs] = [foldText(draft), foldText(text)]
  const alignment = alignWithin(ours.codes, theirs.codes, 0, theirs.codes.length)
  return differencesOf(alignment?.pieces ?? [], {
    draft,
    text,
    draftOffsets: ours.offsets,
    textOffset: (unit) => theirs.offsets[unit]!,
  })
}
