/** One quotation against the documents: put into a draft of its own, which is checked like any other. */
import { citeOf } from '../../clauses/address.ts'
import type { Assistant } from '../../answering/assistant.ts'
import { PolicyError } from '../../errors.ts'
import type { CheckItem, Citation, ClauseReference } from '../../types.ts'

/** What was found of a quotation, without its place in a draft. */
export type Judged = Omit<CheckItem, 'kind' | 'start' | 'end' | 'reference'>

export interface QuoteToVerify {
  readonly quote: string
  readonly reference?: string
  readonly asOf?: string
}

export async function verifyQuote(assistant: Assistant, asked: QuoteToVerify, signal: AbortSignal): Promise<Judged> {
  const { reference, asOf } = asked
  const quote = asked.quote.trim()
  if (reference === undefined) return judgedOf(quote, await itemOf(assistant, { quote, ...asOfOf(asOf) }, signal))
  const typed = await itemOf(assistant, { quote, reference, ...asOfOf(asOf) }, signal)
  if (typed.reference) return judgedOf(quote, typed)
  const found = assistant.lookUp(reference, asOf)
  if (found.outcome === 'found' && found.places.length === 1) {
    const named = await itemOf(assistant, { quote, reference: citeOf(found.places[0]), ...asOfOf(asOf) }, signal)
    if (named.reference) return judgedOf(quote, named)
  }
  return unknownPlace(quote, reference, typed)
}

const asOfOf = (asOf: string | undefined) => (asOf === undefined ? {} : { asOf })

/** A pair of marks that the words do not hold themselves. */
const MARKS = [
  ['“', '”'],
  ['「', '」'],
  ['『', '』'],
] as const

async function itemOf(assistant: Assistant, { quote, reference, asOf }: QuoteToVerify, signal: AbortSignal): Promise<CheckItem> {
  const [open, close] = MARKS.find((marks) => !marks.some((mark) => quote.includes(mark))) ?? MARKS[0]
  const before = reference === undefined ? '' : `${reference}：`
  // a quotation of several paragraphs opens anew with each
  const text = `${before}${open}${quote.replace(/\s*\n\s*/g, `\n${open}`)}${close}`
  const { items } = await assistant.check({ text, ...asOfOf(asOf) }, { signal })
  const item = items.find(({ kind, start }) => kind === 'quotation' && start === before.length + 1)
  if (!item) throw new PolicyError('bad-request', '这段文字的引号没有成对，无法核对；请去掉引号再试。')
  return item
}

/** Of what the caller gave: offsets of our own draft tell nobody anything. */
function judgedOf(quote: string, { verdict, why, message, ...rest }: CheckItem): Judged {
  const { kind: _kind, start: _start, end: _end, reference: _reference, quote: _quote, ...found } = rest
  return {
    quote,
    verdict,
    ...(why && { why }),
    // who asks whether these are the words means no emphasis
    message: why === 'emphasis' ? '字数太少，又没有写明出处，未作核对；请写明出处（reference）再查。' : message,
    ...found,
  }
}

/** Words whose place is not understood are not checked, wherever else they stand. */
function unknownPlace(quote: string, reference: string, { citation, alternatives }: CheckItem): Judged {
  return {
    quote,
    verdict: 'not-checked',
    why: 'no-document-named',
    message: `没有认出“${reference}”指哪一处，未作核对；请写明文件题名和条款，如“《决定》第三部分第2条”。`,
    alternatives: [...(citation ? [referenceOf(citation)] : []), ...alternatives],
  }
}

const referenceOf = ({ documentId, source, title, path, label, spoken, url }: Citation): ClauseReference => ({
  documentId,
  source,
  title,
  path,
  label,
  spoken,
  url,
})
