/** Long work in parts: what came over the network meanwhile has its turn between one part and the next. */

let last: Promise<unknown> = Promise.resolve()

/**
 * Resolves when it is this part's turn. Parts of different work never follow each other at once, however many wait: a
 * request that comes in is looked at after one part, not after all.
 */
export function turn(): Promise<void> {
  const own = last.then(() => new Promise<void>((resolve) => void setImmediate(resolve)))
  last = own
  return own
}
