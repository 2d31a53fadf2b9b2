/**
 * How much of a collection each node holds, by its own count. A node that came back with an empty disk answers at once,
 * as though nothing were there, until the others have filled it: nothing in its answer says so.
 */

/** A node dies and is there again, empty, in more than this: what was counted that long ago still holds. */
const COUNTED_MS = 1_000

/** A node holds less than it should, and is not asked until it holds all. */
export class HoldsLess extends Error {
  constructor(url: string, collection: string, rows: number, counted: number) {
    super(`${url} 的 ${collection} 应有 ${rows} 条，现有 ${counted} 条 it holds less than it should`)
  }
}

interface Counted {
  /** When it was begun; where it failed, when that was. */
  at: number
  hasFailed: boolean
  readonly count: Promise<number>
}

export interface ExpectOptions {
  /** The node is not the one to be asked: where it did not answer a moment ago it is not waited for again. */
  readonly isBeside?: boolean
}

export class NodeCounts {
  /** By collection and node. */
  readonly #counted = new Map<string, Map<string, Counted>>()
  /** Nodes that hold less, by collection. */
  readonly #lacking = new Map<string, Set<string>>()
  /** Collections of the generation that serves, with the rows of each. */
  #served: ReadonlyMap<string, number> = new Map()

  /** Nodes that were seen to hold less of what serves than they should. */
  get lacking(): ReadonlySet<string> {
    return new Set([...this.#served.keys()].flatMap((collection) => [...(this.#lacking.get(collection) ?? [])]))
  }

  get served(): ReadonlyMap<string, number> {
    return this.#served
  }

  /** From now on these serve; what was counted of others is forgotten. */
  serve(collections: ReadonlyMap<string, number>): void {
    this.#served = collections
    for (const known of [this.#counted, this.#lacking]) {
      for (const collection of known.keys()) if (!collections.has(collection)) known.delete(collection)
    }
  }

  /** Counts, unless that was done a moment ago. @throws HoldsLess; what `count` throws */
  async expect(url: string, collection: string, rows: number, count: () => Promise<number>, { isBeside = false }: ExpectOptions = {}): Promise<void> {
    const counted = await this.#count(url, collection, count, isBeside)
    const lacking = this.#lacking.get(collection) ?? new Set()
    if (counted >= rows) return void lacking.delete(url)
    this.#lacking.set(collection, lacking.add(url))
    this.#counted.get(collection)?.delete(url) // it may be filled at any moment
    throw new HoldsLess(url, collection, rows, counted)
  }

  #count(url: string, collection: string, count: () => Promise<number>, isBeside: boolean): Promise<number> {
    const counts = this.#counted.get(collection) ?? new Map<string, Counted>()
    this.#counted.set(collection, counts)
    const known = counts.get(url)
    const now = performance.now()
    if (known && now - known.at < COUNTED_MS && (isBeside || !known.hasFailed)) return known.count
    const counting: Counted = { at: now, hasFailed: false, count: count() }
    counts.set(url, counting)
    counting.count.catch(() => Object.assign(counting, { hasFailed: true, at: performance.now() }))
    return counting.count
  }
}
