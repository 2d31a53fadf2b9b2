/** The current generation of one index folder, written into another that holds none. */
import { currentPointer, openCurrent, writeGeneration, type StoreOptions } from './generations.ts'

export interface CopyOptions extends StoreOptions {
  /** When the copy says it was made; default: when the original was. */
  readonly now?: () => Date
}

/**
 * Every byte is hashed on its way; `from` is only read.
 * @returns the name of the copy; absent where `from` holds nothing whole, or `to` has an index already.
 * @throws PolicyError `index-locked`, `disk-full`, `index-unwritable`; `to` is then as it was.
 */
export async function copyGeneration(from: string, to: string, options: CopyOptions = {}): Promise<string | undefined> {
  if (await holdsOne(to, options)) return undefined
  const opened = await openCurrent(from, { ...options, mend: false, pin: true })
  try {
    const { generation } = opened
    if (!generation) return undefined
    const { meta, createdAt } = generation
    const damaged = new Set(generation.damaged.map(({ file }) => file))
    const files = Object.entries(generation.files)
      .filter(([name]) => !damaged.has(name))
      .map(([name, { optional }]) => ({ name, ...(optional && { optional }), make: () => generation.read(name) }))
    const written = await writeGeneration(to, { meta, files }, { now: () => new Date(createdAt), ...options })
    return written.name
  } finally {
    opened.release()
  }
}

/** Also one whose CURRENT was lost: it is for `openCurrent` to find. */
async function holdsOne(folder: string, options: StoreOptions): Promise<boolean> {
  if (await currentPointer(folder, options)) return true
  return (await openCurrent(folder, { ...options, verify: 'sizes', mend: false })).generation !== undefined
}
