/** An embedder that writes down what it embeds before it does: what a process had done is known after its death. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Embedder, OnBatch } from '../src/embedding/embedder.ts'
import { HashingEmbedder } from '../src/embedding/hashing-embedder.ts'
import { sha256Of } from '../src/store/hash.ts'

export const BATCH = 32
export const DIMENSIONS = 256

/** Batches of 32 texts, with a pause after each, as a model has. */
export class LoggingEmbedder extends HashingEmbedder implements Embedder {
  readonly #log: string

  constructor(log: string) {
    super(DIMENSIONS)
    this.#log = log
    appendFileSync(log, 'run\n')
  }

  override async embedInBatches(texts: readonly string[], onBatch: OnBatch): Promise<void> {
    for (let first = 0; first < texts.length; first += BATCH) {
      const batch = texts.slice(first, first + BATCH)
      appendFileSync(this.#log, batch.map((text) => `${sha256Of(text)}\n`).join(''))
      await super.embedInBatches(batch, ([at], vector) => onBatch([first + at!], vector))
      await sleep(1)
    }
  }
}

/** For each embedder that wrote to the log, the SHA-256 of the texts it was to embed, in order. */
export function runsOf(log: string): string[][] {
  const runs: string[][] = []
  for (const line of existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []) {
    if (line === 'run') runs.push([])
    else if (line.length === 64) runs.at(-1)!.push(line)
  }
  return runs
}
