/**
 * Earlier answers, for someone who may no longer see all that they rest on: words that came from a document that is not
 * seen are withheld, and it is said that they are. Nothing that is kept changes: who may see it again reads it again.
 */
import type { View } from '../access/view.ts'
import { titleOf } from '../clauses/address.ts'
import { bareName } from '../clauses/cited.ts'
import { excerptOf, foldedCase, HISTORY_EXCHANGES, type Listed, type Owner, type State, type Wanted } from '../state/state.ts'
import type { Answer, Citation, Conversation, Exchange, Passage, Turn, VersionNote } from '../types.ts'
import type { Catalogue } from './wire.ts'

/** In place of the words of an answer. */
export const WITHHELD = '这条回答引用了您现在无权查看的文件，内容已隐去。需要时请联系管理员开通，或重新提问。'

/** Who reads: what they may see, and the documents that are there for them. */
export interface Reader {
  readonly view: View
  readonly catalogue: Pick<Catalogue, 'documents'>
}

export function conversationFor(conversation: Conversation, reader: Reader): Conversation {
  return { ...conversation, exchanges: conversation.exchanges.map((exchange) => exchangeFor(exchange, reader)) }
}

/** The exchange as its reader may see it; `withheld` says what of it was left out. */
export function exchangeFor(exchange: Exchange, reader: Reader): Exchange {
  const documents = exchange.documents?.filter((id) => reader.view.sees(id))
  const { answer, withheld } = exchange.answer ? answerFor(exchange.answer, reader) : {}
  return { ...exchange, ...(documents && { documents }), ...(answer && { answer }), ...(withheld && { withheld }) }
}

function answerFor(answer: Answer, { view, catalogue }: Reader): Pick<Exchange, 'answer' | 'withheld'> {
  const { understoodAs: _, notes: __, fallback: ___, model: ____, ...rest } = answer
  const citations = answer.citations.flatMap((citation) => seenOf(citation, view) ?? [])
  const passages = answer.passages.flatMap((passage) => seenOf(passage, view) ?? [])
  if (tellsOfHidden(answer, view, catalogue)) {
    const segments = [{ kind: 'connecting' as const, text: WITHHELD }]
    return { answer: { ...rest, text: WITHHELD, segments, citations, passages }, withheld: 'words' }
  }
  const isLess = passages.length < answer.passages.length
  return { answer: { ...answer, citations, passages }, ...(isLess && { withheld: 'passages' as const }) }
}

/** Do its words come from, or name, what is not seen? */
function tellsOfHidden({ outcome, citations, passages, segments }: Answer, view: View, catalogue: Reader['catalogue']): boolean {
  const isHidden = ({ documentId, version }: Citation | Passage): boolean =>
    !view.sees(documentId) || idsIn(version).some((id) => !view.sees(id))
  if (citations.some(isHidden) || (outcome !== 'answered' && passages.some(isHidden))) return true
  // 《…》没有第9条: said of a document without a citation of it
  const own = segments.filter(({ kind }) => kind !== 'quotation' && kind !== 'sentence').map(({ text }) => text).join('')
  const named = Array.from(own.matchAll(/《([^《》]{1,100})》/g), ([, name]) => bareName(name!))
  if (named.length === 0) return false
  const known = new Set(
    catalogue.documents.flatMap((document) => [titleOf(document), ...document.shortNames].map((name) => bareName(name))),
  )
  return named.some((name) => !known.has(name))
}

/** Without twins and versions that are not seen; undefined of a clause that is not. */
function seenOf<Cited extends Citation | Passage>(cited: Cited, view: View): Cited | undefined {
  if (!view.sees(cited.documentId)) return undefined
  const { version, ...rest } = cited
  const alsoIn = cited.alsoIn.filter(({ documentId }) => view.sees(documentId))
  const isTold = version !== undefined && idsIn(version).every((id) => view.sees(id))
  return { ...rest, alsoIn, ...(isTold && { version }) } as unknown as Cited
}

/** Documents that a note on versions names. */
function idsIn(version: VersionNote | undefined): readonly string[] {
  const urls = [version?.by?.url, ...(version?.others ?? []).map(({ url }) => url)]
  return urls.flatMap((url) => /^\/read\/([^/]+)/.exec(url ?? '')?.[1] ?? [])
}

/** What was said before an exchange, as `State.begin` gives it, without answers that tell of what is not seen. */
export function historyFor({ exchanges }: Conversation, exchangeId: string, reader: Reader): readonly Turn[] {
  const at = exchanges.findIndex(({ id }) => id === exchangeId)
  const before = exchanges.slice(0, Math.max(0, at)).slice(-HISTORY_EXCHANGES)
  return before.flatMap((exchange): Turn[] => {
    const { question, answer, withheld } = exchangeFor(exchange, reader)
    const asked: Turn = { role: 'user', content: question }
    return answer && withheld !== 'words' ? [asked, { role: 'assistant', content: answer.text }] : [asked]
  })
}

/** As `State.conversations`; what is looked for is found only in words that are not withheld. */
export async function conversationsFor(state: State, owner: Owner, wanted: Wanted, reader: Reader): Promise<Listed> {
  const words = wanted.query?.toWellFormed().trim() ?? ''
  if (words === '') return state.conversations(owner, wanted)
  const conversations: Listed['conversations'][number][] = []
  for (let before = wanted.before; ; ) {
    const listed = await state.conversations(owner, { ...wanted, ...(before !== undefined && { before }) })
    for (const [at, { excerpt: _, ...found }] of listed.conversations.entries()) {
      const more = listed.more || at + 1 < listed.conversations.length
      const hit = hitIn(conversationFor(await state.conversation(owner, found.id), reader), words)
      if (hit) conversations.push({ ...found, ...(hit.excerpt !== undefined && { excerpt: hit.excerpt }) })
      if (conversations.length === wanted.limit) return { conversations, more }
    }
    before = listed.conversations.at(-1)?.updatedAt
    if (!listed.more || before === undefined) return { conversations, more: false }
  }
}

/** Words around the first hit among questions and answers; none of a hit in the title alone. */
function hitIn({ title, exchanges }: Conversation, words: string): { readonly excerpt?: string } | undefined {
  for (const { question, answer } of exchanges) {
    const excerpt = excerptOf(question, words) ?? excerptOf(answer?.text ?? '', words)
    if (excerpt !== undefined) return { excerpt }
  }
  return foldedCase(title).includes(foldedCase(words)) ? {} : undefined
}
