/**
 * Which documents an identity may see: collections × folders and ids × what it was given. Closed where it does not
 * know: a document of which it is not known what it belongs to is seen by nobody who may not see all.
 */
import type { Sight } from './access.ts'
import type { CollectionRecord } from './access-store.ts'
import { EVERYTHING, type View } from './view.ts'

/** A file by the label that the registry gives its folder, and its path there. */
export interface PlacedFile {
  readonly folder: string
  readonly source: string
}

/**
 * The documents by id, those that were taken out among them, each with the file it is, and those it was that an upload
 * took the place of: a newer text is seen by no more people than the older one.
 */
export type Placed = ReadonlyMap<string, readonly PlacedFile[]>

type Collections = readonly Pick<CollectionRecord, 'id' | 'folders' | 'documents'>[]

/**
 * What is seen with some collections. A document in none is seen; one in some only with one of them. Where there is no
 * collection nothing can be hidden, known or not.
 */
export function viewOf(sight: Sight, collections: Collections, placed: Placed): View {
  if (sight === 'all' || collections.length === 0) return EVERYTHING
  const given = new Set(sight)
  const byFolder = groupedBy(collections, ({ folders }) => folders)
  const byDocument = groupedBy(collections, ({ documents }) => documents)
  const isOpen = (among: ReadonlySet<string>): boolean => among.size === 0 || [...among].some((id) => given.has(id))
  const of = (folders: readonly string[], id?: string): ReadonlySet<string> =>
    new Set([...folders.flatMap((folder) => byFolder.get(folder) ?? []), ...((id !== undefined && byDocument.get(id)) || [])])
  const seen = new Set<string>()
  const hiddenFiles = new Set<string>()
  for (const [id, files] of placed) {
    if (isOpen(of(files.map(({ folder }) => folder), id))) seen.add(id)
    else for (const { folder, source } of files) hiddenFiles.add(`${folder}\n${source}`)
  }
  return {
    sees: (id) => seen.has(id),
    seesFile: ({ folder, source }) =>
      folder !== undefined && isOpen(of([folder])) && !hiddenFiles.has(`${folder}\n${source}`),
  }
}

/** Ids of the collections that name each thing. */
function groupedBy(
  collections: Collections,
  things: (collection: Collections[number]) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const collection of collections) {
    for (const thing of things(collection)) found.set(thing, [...(found.get(thing) ?? []), collection.id])
  }
  return found
}
