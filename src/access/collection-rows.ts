/** Rows of collections of documents 文件集 as records, what may be kept of one, and what the audit log says of it. */
import { PolicyError } from '../errors.ts'
import { timeIn, type Row } from '../state/rows.ts'
import type { AccessStore, By, CollectionRecord, NewAuditEntry } from './access-store.ts'
import { entryOf, keptSight, sightIn } from './records.ts'

export type CollectionChange = Parameters<AccessStore['changeCollection']>[1]

/** What is kept of a sight once a collection is gone; undefined where it was not in it. */
export function sightWithout(row: Row, collection: string): string | undefined {
  const sight = sightIn(row)
  return sight === 'all' || !sight.includes(collection) ? undefined : keptSight(sight.filter((one) => one !== collection))
}

/** How much of it was changed. */
export const changeFacts = ({ name, folders, documents }: CollectionRecord, change: CollectionChange) => ({
  name,
  ...(change.folders && { folders: folders.length }),
  ...(change.documents && { documents: documents.length }),
})

export const collectionEntry = (by: By, action: string, object: string, detail: NonNullable<NewAuditEntry['detail']>): NewAuditEntry => ({
  ...entryOf(by),
  action,
  object,
  outcome: 'done',
  detail,
})

export const nameTaken = (name: string) =>
  new PolicyError('bad-request', `已有名为“${name}”的文件集，请换一个名称。The name is taken.`)
export const noSuchCollection = (id: string) =>
  new PolicyError('no-such-collection', `没有文件集 ${id.slice(0, 80)}，见 tiaowen collections list。No such collection.`)

/** `folders` and `documents` are arrays in JSON. */
export function collectionIn(row: Row): CollectionRecord {
  const list = (column: string) => JSON.parse(String(row[column])) as readonly string[]
  return {
    id: String(row['id']),
    name: String(row['name']),
    folders: list('folders'),
    documents: list('documents'),
    createdAt: timeIn(row, 'created_at'),
  }
}

const MOST_ENTRIES = 100_000
const MOST_CHARACTERS = 1_000

/** Each once. @throws PolicyError `bad-request` */
export function entriesOf(asked: readonly string[]): readonly string[] {
  const isFit = (one: string) => one !== '' && one.length <= MOST_CHARACTERS && one.isWellFormed()
  if (asked.length <= MOST_ENTRIES && asked.every(isFit)) return [...new Set(asked)]
  throw new PolicyError('bad-request', '文件集里的文件夹或文件编号不对。A folder or document of the collection is none.')
}
