/** Libraries that drafts are checked against: the seeds, and the seeds with all the laws and older versions of some. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkDraft, inOrder } from '../../../src/answering/checking/check.ts'
import { loadDocuments, type Loaded } from '../../../src/build-index.ts'
import { worksOf } from '../../../src/clauses/works.ts'
import type { Catalogue } from '../../../src/retrieval/library.ts'
import type { CheckItem, Document } from '../../../src/types.ts'
import { suiteFolder } from '../../library.ts'

export const LAWS = join(process.env['TIAOWEN_CORPUS'] ?? '../shared/corpus', 'laws')
export const hasLaws = existsSync(LAWS)
if (!hasLaws) console.warn(`no laws at ${LAWS}: drafts and references over them are left out (set TIAOWEN_CORPUS)`)
export const isLong = process.env['TIAOWEN_LONG'] === '1'

export const load = (...folders: readonly string[]): Promise<Loaded> => loadDocuments(folders, suiteFolder())

export const catalogueOf = (documents: readonly Document[], twins: Catalogue['twins'] = new Map()): Catalogue => ({
  generation: 'gen-of-a-test',
  documents,
  twins,
  embedder: null,
})

/** Every item of a draft, in order. */
export function check(catalogue: Catalogue, text: string): CheckItem[] {
  const choice = { works: worksOf(catalogue.documents), today: '2026-11-22' }
  const items = [...checkDraft(catalogue, { text, choice })].filter((one): one is CheckItem => !('step' in one))
  return inOrder(items)
}

/** What changed words look like: -应当 +可以, !number behind what weighs. */
export const changes = ({ diff = [] }: CheckItem): string =>
  diff
    .filter(({ kind }) => kind !== 'same')
    .map(({ kind, text, weighs }) => `${kind === 'left-out' ? '-' : '+'}${text}${weighs.map((weight) => `!${weight}`).join('')}`)
    .join(' ')
