/** Writes generations without end, and prints the number of each once it is acknowledged. To be killed. */
import { writeSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { openCurrent, writeGeneration } from '../../src/store/generations.ts'
import { killTargetBytes } from './kill-target-bytes.ts'

const [, , folder = ''] = process.argv
if (folder === '') throw new Error('usage: kill-target.ts <folder>')

const { generation } = await openCurrent(folder)
for (let number = Number(generation?.meta['number'] ?? 0) + 1; ; number++) {
  await writeGeneration(folder, {
    meta: { number },
    files: [
      { name: 'vectors.bin', bytes: killTargetBytes('vectors.bin', number) },
      { name: 'clauses.jsonl', bytes: killTargetBytes('clauses.jsonl', number) },
      { name: 'graph.hnsw', write: (path) => writeFile(path, killTargetBytes('graph.hnsw', number)) },
    ],
  })
  writeSync(1, `${number}\n`)
}
