/** What the administration page is told of the index and the folders, read from the disk when it is asked for. */
import { openRegistry } from './documents/registry.ts'
import { LibraryMeta } from './retrieval/library-files.ts'
import { listGenerations } from './store/list-generations.ts'

/** `documents` and `embedder` are absent where what the manifest says of its library is not understood. */
export async function generationFacts(indexFolder: string) {
  const { generations, setAside } = await listGenerations(indexFolder)
  return {
    generations: generations.map(({ meta, ...facts }) => {
      const library = LibraryMeta.safeParse(meta).data
      return { ...facts, ...(library && { documents: library.documents.length, embedder: library.embedder }) }
    }),
    setAside,
  }
}

/** Folders by their labels, with the ids of their documents: of those that are in the library alone. */
export async function folderFacts(dataFolder: string, present: ReadonlySet<string>) {
  const { registry } = await openRegistry(dataFolder, new Date())
  const folders = new Map<string, string[]>(Object.keys(registry.folders).map((label) => [label, []]))
  for (const [id, { folder }] of Object.entries(registry.documents)) {
    if (present.has(id)) folders.set(folder, [...(folders.get(folder) ?? []), id])
  }
  return [...folders].map(([label, documents]) => ({ label, documents })).sort((a, b) => a.label.localeCompare(b.label))
}
