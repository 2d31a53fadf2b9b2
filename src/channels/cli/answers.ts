/** `tiaowen ask`, `search` and `cite`: hand the words to the Assistant, print what comes back. */
import type { Assistant } from '../../answering/assistant.ts'
import { PolicyError } from '../../errors.ts'
import type { Answer, AskRequest, DocumentId, SearchResult } from '../../types.ts'
import {
  bracketed,
  fallbackNotes,
  passageText,
  placeWords,
  plain,
  renderMarkdown,
  renderText,
  standingLines,
  wrapped,
  type Style,
} from '../render.ts'
import { pageWords } from '../segments.ts'
import { cited, type Cited, type ClauseText } from '../wire.ts'
import type { Command } from './command.ts'
import { EXIT } from './help.ts'

export interface Printing {
  readonly print: (text: string) => void
  readonly style: Style
}

type Of<Name extends Command['name']> = Extract<Command, { name: Name }>

export async function ask(assistant: Assistant, command: Of<'ask'>, { print, style }: Printing): Promise<number> {
  const documents = known(command.documents, assistant)
  const { question, mode } = command
  const request = { question, ...(documents && { documents }), ...asOfOf(command), ...(mode && { mode }) }
  const answer = await wholeAnswer(assistant, request)
  print(
    { json: () => json(answer), markdown: () => renderMarkdown(answer), text: () => renderText(answer, style) }[
      command.form
    ](),
  )
  return { answered: EXIT.done, declined: EXIT.declined, ambiguous: EXIT.ambiguous }[answer.outcome]
}

const asOfOf = ({ asOf }: { readonly asOf?: string }) => (asOf === undefined ? {} : { asOf })

export async function wholeAnswer(assistant: Assistant, request: AskRequest): Promise<Answer> {
  for await (const event of assistant.ask(request)) if (event.type === 'done') return event.answer
  throw new PolicyError('internal', '回答没有写完。')
}

export async function search(assistant: Assistant, command: Of<'search'>, { print, style }: Printing): Promise<number> {
  const documents = known(command.documents, assistant)
  const { query, limit } = command
  const result = await assistant.search({ query, limit, ...(documents && { documents }), ...asOfOf(command) })
  print(command.json ? json(result) : foundText(result, style))
  return EXIT.done
}

export function foundText(result: SearchResult, style: Style): string {
  if (result.passages.length === 0) return '没有找到相关条款。'
  const found = result.passages.map((passage, i) =>
    passageText(passage, `${String(i + 1).padStart(2)}. `, style).join('\n'),
  )
  const notes = [...fallbackNotes(result), ...(result.notes ?? [])].map(plain)
  return [...found, ...notes.map(style.soft)].join('\n')
}

export function cite(assistant: Assistant, command: Of<'cite'>, { print, style }: Printing): number {
  const found = cited(command.reference, assistant.lookUp(command.reference, command.asOf, command.at), assistant.catalogue())
  print(command.json ? json(found) : citedText(found, style))
  return { found: EXIT.done, ambiguous: EXIT.ambiguous, absent: EXIT.absent }[found.outcome]
}

export function citedText(found: Cited, style: Style): string {
  switch (found.outcome) {
    case 'found':
      return found.clauses.map((clause) => clauseText(clause, style)).join('\n\n')
    case 'ambiguous':
      return [style.warning(found.message), ...found.candidates.flatMap((clause) => candidateText(clause, style))].join(
        '\n',
      )
    case 'absent':
      return [
        style.warning(plain(found.message)),
        ...(found.existing.length > 0 ? wrapped(plain(`现有：${found.existing.join('  ')}`), '', style) : []),
      ].join('\n')
  }
}

function clauseText(clause: ClauseText, style: Style): string {
  const twins = clause.alsoIn.map((twin) => `${placeWords(twin)}（${twin.source}）`)
  return [
    ...wrapped(`${plain(placeWords(clause))}（${plain(clause.label)}）${pageWords(clause.page)}`, '', style).map(style.strong),
    style.soft(plain(clause.source)),
    ...standingLines(clause.version, style),
    ...plain(clause.text)
      .split('\n')
      .flatMap((line) => wrapped(line, '', style)),
    ...(twins.length > 0 ? wrapped(plain(`另见：${twins.join('；')}`), '', style).map(style.soft) : []),
  ].join('\n')
}

function candidateText(clause: ClauseText, style: Style): readonly string[] {
  const heading = clause.heading === undefined ? '' : `：${clause.heading}`
  return [
    ...wrapped(plain(`· ${bracketed(clause.title)}${clause.spoken}${heading}`), '  ', style, ''),
    style.soft(`  ${plain(clause.source)}`),
  ]
}

/** @throws PolicyError 'no-such-document' */
function known(ids: readonly string[], assistant: Assistant): readonly DocumentId[] | undefined {
  if (ids.length === 0) return undefined
  const documents = assistant.catalogue().documents
  return ids.map((id) => {
    const found = documents.find((document) => document.id === id || document.source === id)
    if (!found) throw new PolicyError('no-such-document', `没有文件 ${id}；现有文件见 tiaowen doctor。`)
    return found.id
  })
}

export const json = (value: unknown) => JSON.stringify(value, null, 2)
