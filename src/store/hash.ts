/** SHA-256 of bytes, files and JSON values: what decides whether a file is the one that was written. */
import { createHash } from 'node:crypto'
import type { Disk } from './disk.ts'

/** Hex SHA-256. @example sha256Of(Buffer.from('')) // 'e3b0c442…' */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Hex SHA-256 of a file, read piece by piece. */
export async function sha256OfFile(disk: Disk, path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of disk.readInPieces(path)) hash.update(piece)
  return hash.digest('hex')
}

/**
 * One spelling for one JSON value: keys sorted, two spaces, a line end at the end.
 * @example canonicalJson({ b: 1, a: [] }) // '{\n  "a": [],\n  "b": 1\n}\n'
 */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, sorted(inner)])
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}
