/** What SQLite and PostgreSQL are asked of collections in the same words. */
export const COLLECTION_STATEMENTS = {
  ids: 'SELECT id FROM collections',
  byName: 'SELECT id FROM collections WHERE name = :name',
  add: 'INSERT INTO collections (id, name, created_at) VALUES (:id, :name, :now)',
  rename: 'UPDATE collections SET name = :name WHERE id = :id',
  remove: 'DELETE FROM collections WHERE id = :id',
  clearFolders: 'DELETE FROM collection_folders WHERE collection_id = :id',
  clearDocuments: 'DELETE FROM collection_documents WHERE collection_id = :id',
  count: 'UPDATE collection_changes SET count = count + 1',
  mark: 'SELECT count FROM collection_changes',
  keysSeeing: `SELECT id, sight FROM api_keys WHERE sight <> 'all'`,
  keySight: 'UPDATE api_keys SET sight = :sight WHERE id = :id',
  peopleSeeing: `SELECT id, sight FROM people WHERE sight <> 'all'`,
  personSight: 'UPDATE people SET sight = :sight WHERE id = :id',
} as const
