/** Collections of documents 文件集 in the file of SQLite. */
import { COLLECTION_STATEMENTS } from './collection-statements.ts'
import type { By, CollectionRecord } from './access-store.ts'
import { changeFacts, collectionEntry, collectionIn, entriesOf, nameTaken, noSuchCollection, sightWithout, type CollectionChange } from './collection-rows.ts'
import { newId } from './secrets.ts'
import type { Desk } from './sqlite-desk.ts'
import { nameOf } from './wishes.ts'

/** With what is in it, as one state of all of it. */
const WHOLE = `SELECT id, name, created_at,
    (SELECT json_group_array(folder ORDER BY folder) FROM collection_folders WHERE collection_id = id) AS folders,
    (SELECT json_group_array(document_id ORDER BY document_id) FROM collection_documents WHERE collection_id = id)
      AS documents
  FROM collections`

const STATEMENTS = {
  ...COLLECTION_STATEMENTS,
  all: `${WHOLE} ORDER BY created_at, rowid`,
  one: `${WHOLE} WHERE id = :id`,
  addFolder: 'INSERT INTO collection_folders VALUES (:id, :one)',
  addDocument: 'INSERT INTO collection_documents VALUES (:id, :one)',
} as const

export class SqliteCollections {
  readonly #desk: Desk
  readonly #statements

  constructor(desk: Desk) {
    this.#desk = desk
    this.#statements = desk.session.prepared(STATEMENTS)
  }

  all(): readonly CollectionRecord[] {
    return this.#desk.session.tried(() => this.#statements.all.all()).map(collectionIn)
  }

  /** Within whatever is going on. */
  ids(): ReadonlySet<string> {
    return new Set(this.#statements.ids.all().map((row) => String(row['id'])))
  }

  create(asked: string, by: By): CollectionRecord {
    const name = nameOf('文件集的名称', asked)
    return this.#desk.session.written(() => {
      this.#refuseTaken(name)
      const id = newId()
      this.#statements.add.run({ id, name, now: this.#desk.now() })
      this.#changed(by, 'collection.create', id, { name })
      return this.#read(id)
    })
  }

  change(id: string, change: CollectionChange, by: By): CollectionRecord {
    const { name, folders, documents } = change
    const renamed = name === undefined ? undefined : nameOf('文件集的名称', name)
    return this.#desk.session.written(() => {
      this.#refuseUnknown(id)
      if (renamed !== undefined) {
        this.#refuseTaken(renamed, id)
        this.#statements.rename.run({ id, name: renamed })
      }
      if (folders) {
        this.#statements.clearFolders.run({ id })
        for (const one of entriesOf(folders)) this.#statements.addFolder.run({ id, one })
      }
      if (documents) {
        this.#statements.clearDocuments.run({ id })
        for (const one of entriesOf(documents)) this.#statements.addDocument.run({ id, one })
      }
      const record = this.#read(id)
      this.#changed(by, 'collection.change', id, changeFacts(record, change))
      return record
    })
  }

  remove(id: string, by: By): void {
    this.#desk.session.written(() => {
      this.#refuseUnknown(id)
      const { name } = this.#read(id)
      this.#statements.remove.run({ id })
      this.#forget(id)
      this.#changed(by, 'collection.remove', id, { name })
    })
  }

  mark(): string {
    return String(this.#desk.session.tried(() => this.#statements.mark.get())!['count'])
  }

  /** Nobody is given what is there no longer. */
  #forget(collection: string): void {
    const { keysSeeing, keySight, peopleSeeing, personSight } = this.#statements
    for (const [seeing, change] of [[keysSeeing, keySight], [peopleSeeing, personSight]] as const) {
      for (const row of seeing.all()) {
        const sight = sightWithout(row, collection)
        if (sight !== undefined) change.run({ id: row['id']!, sight })
      }
    }
  }

  #changed(by: By, action: string, object: string, detail: Readonly<Record<string, string | number>>): void {
    this.#statements.count.run()
    this.#desk.audit.append(collectionEntry(by, action, object, detail))
  }

  #read(id: string): CollectionRecord {
    return collectionIn(this.#statements.one.get({ id })!)
  }

  #refuseTaken(name: string, except?: string): void {
    const row = this.#statements.byName.get({ name })
    if (row && row['id'] !== except) {
      throw nameTaken(name)
    }
  }

  #refuseUnknown(id: string): void {
    if (this.#statements.one.get({ id })) return
    throw noSuchCollection(id)
  }
}
