/** Builds the index of a workshop, says which version of a document is in it, changes the document, and so on. To be killed. */
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { buildGeneration, loadDocuments } from '../src/build-index.ts'
import { HashingEmbedder } from '../src/embedding/hashing-embedder.ts'
import { openLibrary } from '../src/retrieval/library-files.ts'
import { openCurrent } from '../src/store/generations.ts'
import { textOfVersion, VERSIONED } from './build-index-versions.ts'

const [, , home = ''] = process.argv
if (home === '') throw new Error('usage: build-index-target.ts <workshop>')

const [documents, dataFolder, indexFolder] = ['documents', 'data', 'index'].map((name) => join(home, name)) as [
  string,
  string,
  string,
]
const embedder = new HashingEmbedder(64)

for (;;) {
  const { generation } = await openCurrent(indexFolder)
  const previous = generation && (await openLibrary(generation))
  const next =
    Number(
      /版本(\d+)/.exec(previous?.library.documents.find(({ source }) => source === VERSIONED)?.text ?? '')?.[1] ?? 0,
    ) + 1
  writeFileSync(join(documents, VERSIONED), textOfVersion(next))
  const loaded = await loadDocuments([documents], dataFolder)
  await buildGeneration({ loaded, embedder, indexFolder, ...(previous ? { previous } : {}) })
  writeSync(1, `${next}\n`)
}
