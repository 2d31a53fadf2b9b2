/** A generation whose every byte follows from one number, so that a test can tell whole from torn. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Generation, GenerationToStore } from '../../src/store/generations.ts'

/** An empty folder, removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Bytes that follow from a name and a number. */
export function bytesOf(name: string, number: number, length: number): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at * 32 < length; at++) pieces.push(createHash('sha256').update(`${name} ${number} ${at}`).digest())
  return Buffer.concat(pieces).subarray(0, length)
}

/** A small index: vectors, clauses, an empty file, a graph saved by a native saver that one can do without. */
export const FILES = { 'vectors.bin': 5000, 'clauses.jsonl': 700, 'empty.bin': 0, 'graph.hnsw': 3000 } as const

const TAKEN_OVER: readonly string[] = ['clauses.jsonl', 'graph.hnsw']

/** `from`: the generation whose clauses and graph it takes over, and the number these were written with. */
export function contentOf(
  number: number,
  from?: { readonly generation: string; readonly number: number },
): GenerationToStore {
  const meta = { number, embedder: 'bge-small-zh-v1.5', documents: [{ source: '000.txt', sha256: 'ab'.repeat(32) }] }
  if (from) {
    const { meta: own, files } = contentOf(number)
    const shared = ({ name }: { readonly name: string }) => ({ name, sameAs: from.generation })
    return {
      meta: { ...own, takenOver: from.number },
      files: files.map((file) => (TAKEN_OVER.includes(file.name) ? shared(file) : file)),
    }
  }
  return {
    meta,
    files: [
      { name: 'vectors.bin', bytes: bytesOf('vectors.bin', number, FILES['vectors.bin']) },
      { name: 'clauses.jsonl', bytes: bytesOf('clauses.jsonl', number, FILES['clauses.jsonl']) },
      { name: 'empty.bin', bytes: Buffer.alloc(0) },
      {
        name: 'graph.hnsw',
        optional: true,
        write: (path) => writeFile(path, bytesOf('graph.hnsw', number, FILES['graph.hnsw'])),
      },
    ],
  }
}

/** Reads everything a generation offers; its number. Fails when a byte is not the one that was written. */
export async function expectWhole(generation: Generation): Promise<number> {
  const { number, takenOver } = generation.meta as { number: number; takenOver?: number }
  for (const [name, length] of Object.entries(FILES)) {
    if (generation.damaged.some(({ file }) => file === name)) continue
    const writtenAs = TAKEN_OVER.includes(name) ? (takenOver ?? number) : number
    expect(await generation.read(name)).toEqual(bytesOf(name, writtenAs, length))
  }
  return number
}
