/**
 * How much of a collection each node holds, by its own count. A node that came back with an empty disk answers at once,
 * as though nothing were there, until the others have filled it: nothing in its answer says so.
 */

/** A node dies and is there again, empty, in more than this: what was counted that long ago still holds. */
const COUNTED_MS = 1_000
/** Collections that were last asked for so long before others are not looked at any more: another generation serves. */
const FORGOTTEN_MS = 60_000

/** A node holds less than it should, and is not asked until it holds all. */
export class HoldsLess extends Error {
  constructor(url: string, collection: string, rows: number, counted: number) {
    super(`${url} 的 ${collection} 应有 ${rows} 条，现有 ${counted} 条 it holds less than it should`)
  }
}

interface Counted {
  readonly at: number
  readonly count: Promise<number>
}

export class NodeCounts {
  readonly #counted = new Map<string, Counted>()
  /** Rows of the collections that are asked for, and when they were last. */
  readonly #wanted = new Map<string, { readonly rows: number; readonly at: number }>()
  /** What nodes lack, by node and collection. */
  readonly #lacking = new Map<string, string>()

  /** Nodes that were seen to hold less than they should. */
  get lacking(): ReadonlySet<string> {
    return new Set(this.#lacking.values())
  }

  /** Collections that are in use, with the rows each should hold. */
  get wanted(): readonly { readonly collection: string; readonly rows: number }[] {
    const oldest = Math.max(...[...this.#wanted.values()].map(({ at }) => at)) - FORGOTTEN_MS
    for (const [collection, { at }] of this.#wanted) if (at < oldest) this.#forget(collection)
    return [...this.#wanted].map(([collection, { rows }]) => ({ collection, rows }))
  }

  /** Counts, unless that was done a moment ago. @throws HoldsLess; what `count` throws */
  async expect(url: string, collection: string, rows: number, count: () => Promise<number>): Promise<void> {
    this.#wanted.set(collection, { rows, at: performance.now() })
    await this.look(url, collection, rows, count)
  }

  /** As `expect`, of a collection that is not asked for just now. */
  async look(url: string, collection: string, rows: number, count: () => Promise<number>): Promise<void> {
    const place = `${url} ${collection}`
    const counted = await this.#count(place, count)
    if (counted >= rows) return void this.#lacking.delete(place)
    this.#lacking.set(place, url)
    this.#counted.delete(place) // it may be filled at any moment
    throw new HoldsLess(url, collection, rows, counted)
  }

  #count(place: string, count: () => Promise<number>): Promise<number> {
    const known = this.#counted.get(place)
    const now = performance.now()
    if (known && now - known.at < COUNTED_MS) return known.count
    const counting = { at: now, count: count() }
    this.#counted.set(place, counting)
    counting.count.catch(() => this.#counted.get(place) === counting && this.#counted.delete(place))
    return counting.count
  }

  #forget(collection: string): void {
    this.#wanted.delete(collection)
    for (const place of [...this.#counted.keys(), ...this.#lacking.keys()]) {
      if (!place.endsWith(` ${collection}`)) continue
      this.#counted.delete(place)
      this.#lacking.delete(place)
    }
  }
}
