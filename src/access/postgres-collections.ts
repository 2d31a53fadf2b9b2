/** Collections of documents 文件集 in PostgreSQL. */
import { COLLECTION_STATEMENTS } from './collection-statements.ts'
import type { Asker, Transaction } from '../state/postgres-session.ts'
import { statementsOf, type Statement } from '../state/postgres-statements.ts'
import type { By, CollectionRecord, NewAuditEntry } from './access-store.ts'
import { changeFacts, collectionEntry, collectionIn, entriesOf, nameTaken, noSuchCollection, sightWithout, type CollectionChange } from './collection-rows.ts'
import { changed, type Desk } from './postgres-desk.ts'
import { newId } from './secrets.ts'
import { nameOf } from './wishes.ts'

/** With what is in it, as one state of all of it. */
const WHOLE = `SELECT id, name, created_at,
    (SELECT coalesce(json_agg(folder ORDER BY folder), '[]')::text FROM collection_folders WHERE collection_id = id) AS folders,
    (SELECT coalesce(json_agg(document_id ORDER BY document_id), '[]')::text FROM collection_documents WHERE collection_id = id)
      AS documents
  FROM collections`

const STATEMENTS = statementsOf({
  ...COLLECTION_STATEMENTS,
  all: `${WHOLE} ORDER BY created_at, inserted`,
  one: `${WHOLE} WHERE id = :id`,
  addFolders: 'INSERT INTO collection_folders SELECT :id, unnest(:all::text[])',
  addDocuments: 'INSERT INTO collection_documents SELECT :id, unnest(:all::text[])',
})

export class PostgresCollections {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  async all(): Promise<readonly CollectionRecord[]> {
    return (await this.#desk.session.all(STATEMENTS.all)).map(collectionIn)
  }

  async ids(asker: Asker): Promise<ReadonlySet<string>> {
    return new Set((await asker.all(STATEMENTS.ids)).map((row) => String(row['id'])))
  }

  async create(asked: string, by: By): Promise<CollectionRecord> {
    const name = nameOf('文件集的名称', asked)
    return changed(this.#desk, async (transaction) => {
      await refuseTaken(transaction, name)
      const id = newId()
      await transaction.run(STATEMENTS.add, { id, name, now: transaction.now })
      await this.#changed(transaction, by, 'collection.create', id, { name })
      return (await read(transaction, id))!
    })
  }

  async change(id: string, change: CollectionChange, by: By): Promise<CollectionRecord> {
    const { name, folders, documents } = change
    const renamed = name === undefined ? undefined : nameOf('文件集的名称', name)
    return changed(this.#desk, async (transaction) => {
      if (!(await read(transaction, id))) throw noSuchCollection(id)
      if (renamed !== undefined) {
        await refuseTaken(transaction, renamed, id)
        await transaction.run(STATEMENTS.rename, { id, name: renamed })
      }
      const replace = async (clear: Statement, add: Statement, asked: readonly string[] | undefined) => {
        if (!asked) return
        await transaction.run(clear, { id })
        await transaction.run(add, { id, all: entriesOf(asked) })
      }
      await replace(STATEMENTS.clearFolders, STATEMENTS.addFolders, folders)
      await replace(STATEMENTS.clearDocuments, STATEMENTS.addDocuments, documents)
      const record = (await read(transaction, id))!
      await this.#changed(transaction, by, 'collection.change', id, changeFacts(record, change))
      return record
    })
  }

  remove(id: string, by: By): Promise<void> {
    return changed(this.#desk, async (transaction) => {
      const record = await read(transaction, id)
      if (!record) throw noSuchCollection(id)
      await transaction.run(STATEMENTS.remove, { id })
      await forget(transaction, id)
      await this.#changed(transaction, by, 'collection.remove', id, { name: record.name })
    })
  }

  async mark(): Promise<string> {
    return String((await this.#desk.session.get(STATEMENTS.mark))!['count'])
  }

  async #changed(transaction: Transaction, by: By, action: string, object: string, detail: NonNullable<NewAuditEntry['detail']>): Promise<void> {
    await transaction.run(STATEMENTS.count)
    await this.#desk.audit.append(transaction, collectionEntry(by, action, object, detail))
  }
}

/** Nobody is given what is there no longer. */
async function forget(transaction: Transaction, collection: string): Promise<void> {
  const { keysSeeing, keySight, peopleSeeing, personSight } = STATEMENTS
  for (const [seeing, change] of [[keysSeeing, keySight], [peopleSeeing, personSight]] as const) {
    for (const row of await transaction.all(seeing)) {
      const sight = sightWithout(row, collection)
      if (sight !== undefined) await transaction.run(change, { id: String(row['id']), sight })
    }
  }
}

async function read(transaction: Transaction, id: string): Promise<CollectionRecord | undefined> {
  const row = await transaction.get(STATEMENTS.one, { id })
  return row && collectionIn(row)
}

async function refuseTaken(transaction: Transaction, name: string, except?: string): Promise<void> {
  const row = await transaction.get(STATEMENTS.byName, { name })
  if (row && row['id'] !== except) throw nameTaken(name)
}
