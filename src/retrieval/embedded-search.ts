/** Search within this process: BM25 by postings in memory, vectors by HNSW graphs. */
import type { Keywords } from './keywords.ts'
import type { Library } from './library.ts'
import { exactRanking, NEIGHBOURS, scratchOf, vectorRankings, type Query, type Rankings, type Search } from './search.ts'
import { fold } from './terms.ts'

/** The rankings of the last query: one question is asked again for one document after the other. */
const latest = new WeakMap<Library, { readonly query: Query; readonly rankings: Rankings }>()

export class EmbeddedSearch implements Search {
  readonly #keywords: Keywords

  constructor(keywords: Keywords) {
    this.#keywords = keywords
  }

  /** Nothing is asked of anybody: all is computed when it is called, and nothing comes between. */
  look(library: Library, query: Query): Promise<() => Rankings> {
    return Promise.resolve(() => this.#rankings(library, query))
  }

  #rankings(library: Library, query: Query): Rankings {
    const known = latest.get(library)
    if (known && isSameSearch(known.query, query)) return known.rankings
    const rankings = this.#rank(library, query)
    latest.set(library, { query, rankings })
    return rankings
  }

  #rank(library: Library, { text, vector, exact = [] }: Query): Rankings {
    const { entries, units, windows } = library
    const keywords = this.#keywords.scores(text, scratchOf(library))
    const limit = this.#keywords.limit(text)
    const others =
      exact.length > 0 ? [exactRanking(library, exact.map(fold), (name) => this.#keywords.entriesWith(name))] : []
    if (!vector) return { keywords, limit, others }
    const near = units.search(vector, NEIGHBOURS, entries.alive)
    const wide = windows.search(vector, NEIGHBOURS, entries.alive)
    return { keywords, limit, others: [...others, ...vectorRankings(library, near, wide)] }
  }
}

function isSameSearch(one: Query, other: Query): boolean {
  const names = ({ exact = [] }: Query): string => exact.join('\n')
  return one.text === other.text && one.vector === other.vector && names(one) === names(other)
}
