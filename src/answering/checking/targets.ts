/** A reference of a draft → the clauses or documents that it leads to. */
import { documentById } from '../../clauses/by-id.ts'
import { lookUpReference } from '../../clauses/lookup.ts'
import { ofVersionsMeant, noVersion, type Choice } from '../../clauses/standing.ts'
import type { Catalogue } from '../../retrieval/library.ts'
import type { CheckReason, Document, LookUp } from '../../types.ts'
import { regionOf, wholeOf, type Region } from './judge.ts'
import type { Mention } from './mentions.ts'
import { noSuchDocument, onlyLike, SAID } from './messages.ts'

/** What a mention leads to. */
export type Target =
  | {
      readonly kind: 'regions'
      readonly regions: readonly Region[]
      /** Whole documents, and no clause of them. */
      readonly isWhole: boolean
      /** One place, or the list that is named; not several that may be meant. */
      readonly isSure: boolean
      /** As the draft calls the document. */
      readonly name: string
    }
  | { readonly kind: 'no-clause'; readonly message: string; readonly documents: readonly Document[] }
  | { readonly kind: 'unknown'; readonly why: CheckReason; readonly message: string }

/** @throws what the look-up throws */
export function targetOf(catalogue: Catalogue, mention: Mention, choice: Choice): Target {
  const { reference, name, documents, isOwn, isGuess, asked } = mention
  if (isOwn) return { kind: 'unknown', why: 'no-document-named', message: SAID.own }
  if (name === undefined) return { kind: 'unknown', why: 'no-document-named', message: SAID.noDocumentNamed }
  if (documents.length === 0) return { kind: 'unknown', why: 'no-such-document', message: noSuchDocument(name) }
  const called = documents.flatMap((id) => documentById(catalogue, id) ?? [])
  if (isGuess) return { kind: 'unknown', why: 'no-such-document', message: onlyLike(name, called) }
  const isNorm = called.some(({ id }) => choice.works.workOf(id)?.norm)
  const meant: Choice = asked && isNorm ? { ...choice, asked } : choice
  return reference ? ofClause(catalogue, { mention, name, called, choice: meant }) : ofDocument(name, called, meant)
}

function ofDocument(name: string, called: readonly Document[], choice: Choice): Target {
  const { documents, missing } = ofVersionsMeant(called, choice)
  const [first] = missing
  if (documents.length === 0 && first) return { kind: 'unknown', why: 'no-such-version', message: noVersion(first, choice.asked) }
  const regions = (documents.length > 0 ? documents : called).map(wholeOf)
  return { kind: 'regions', regions, isWhole: true, isSure: true, name }
}

interface ClauseNamed {
  readonly mention: Mention
  readonly name: string
  readonly called: readonly Document[]
  readonly choice: Choice
}

function ofClause(catalogue: Catalogue, { mention, name, called, choice }: ClauseNamed): Target {
  const { reference, documents } = mention
  const named = { ...reference!, document: { words: name, span: reference!.span, documents } }
  const result = lookUpReference(named, catalogue.documents, catalogue.twins, choice)
  if (result.outcome === 'absent') return absent(result, called)
  const places = result.outcome === 'found' ? result.places : result.candidates
  return { kind: 'regions', regions: places.map(regionOf), isWhole: false, isSure: result.outcome === 'found', name }
}

function absent({ reason, message }: Extract<LookUp, { outcome: 'absent' }>, documents: readonly Document[]): Target {
  if (reason === 'no-such-clause') return { kind: 'no-clause', message, documents }
  const why = reason === 'no-such-version' ? 'no-such-version' : 'no-such-document'
  return { kind: 'unknown', why, message }
}
