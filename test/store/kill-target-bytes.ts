/** What kill-target.ts writes: bytes that follow from a file's name and the number of its generation. */
import { createHash } from 'node:crypto'

export const SIZES = { 'vectors.bin': 200_000, 'clauses.jsonl': 3000, 'graph.hnsw': 60_000 } as const

export function killTargetBytes(name: keyof typeof SIZES, number: number): Buffer {
  const hash = createHash('sha256').update(`${name} ${number}`).digest('hex')
  return Buffer.alloc(SIZES[name], `${name} ${number} ${hash}\n`)
}
