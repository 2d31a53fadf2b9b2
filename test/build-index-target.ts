/** Builds the index of a library, says which version is in it, changes the library, and so on. To be killed. */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { buildGeneration, loadDocuments } from '../src/build-index.ts'
import { openLibrary } from '../src/retrieval/library-files.ts'
import { openCurrent } from '../src/store/generations.ts'
import { versionOf, writeVersion } from './build-index-versions.ts'
import { LoggingEmbedder } from './logging-embedder.ts'

const [, , home = ''] = process.argv
if (home === '') throw new Error('usage: build-index-target.ts <workshop>')

const [documents, dataFolder, indexFolder] = ['documents', 'data', 'index'].map((name) => join(home, name)) as [
  string,
  string,
  string,
]
const embedder = new LoggingEmbedder(join(home, 'embedded.log'))

for (;;) {
  const { generation } = await openCurrent(indexFolder)
  const previous = generation && (await openLibrary(generation))
  const next = previous ? versionOf(previous.library) + 1 : 0
  writeSync(1, `changing ${next}\n`)
  writeVersion(documents, next)
  const loaded = await loadDocuments([documents], dataFolder)
  writeSync(1, `building ${next}\n`)
  const onProgress = (step: string, done: number, total: number): void => {
    if (step === 'embedding' && done === total) writeSync(1, `writing ${next}\n`)
  }
  await buildGeneration({ loaded, embedder, indexFolder, onProgress, ...(previous ? { previous } : {}) })
  writeSync(1, `built ${next}\n`)
}
