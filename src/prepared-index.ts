/** The index of the seeds that an offline bundle brings along: a first start answers at once instead of in a minute. */
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PolicyError } from './errors.ts'
import { copyGeneration } from './store/copy.ts'

/** Made by `npm run bundle`; a checkout has none. */
const PREPARED = fileURLToPath(new URL('../prepared', import.meta.url))
const SEEDS = fileURLToPath(new URL('../seeds', import.meta.url))

export interface IndexPlaces {
  readonly folders: readonly string[]
  readonly indexFolder: string
}

/**
 * Copies it into an index folder that is empty, where the seeds are among the documents. It is then an index like any
 * other: what the documents have that it has not is built beside it. Never throws; what went wrong is told.
 */
export async function takePreparedIndex(
  { folders, indexFolder }: IndexPlaces,
  log: (message: string) => void,
  { prepared, seeds } = { prepared: PREPARED, seeds: SEEDS },
): Promise<void> {
  if (!folders.some((folder) => folder === seeds)) return
  try {
    const name = await copyGeneration(prepared, indexFolder)
    if (name !== undefined) log(`已取用随附的索引 taken over the index that came along: ${basename(indexFolder)}/${name}`)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    log(`随附的索引未能取用，将重新建立 the index that came along is not used: ${error.message}`)
  }
}
