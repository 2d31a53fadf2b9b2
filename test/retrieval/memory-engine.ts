/** An engine in memory, as exact as can be: what a search by candidates gives when no engine stands in its way. */
import type { AmongDocuments, HeldSegment, NearRequest, SayingRequest, SearchEngine } from '../../src/retrieval/engine.ts'
import { ExactIndex } from '../../src/retrieval/exact-index.ts'
import { Keywords } from '../../src/retrieval/keywords.ts'
import type { Segment } from '../../src/retrieval/segment.ts'
import { headedTexts } from '../../src/retrieval/segment.ts'
import { terms } from '../../src/retrieval/terms.ts'
import type { Neighbour } from '../../src/retrieval/vector-index.ts'

export class MemoryEngine implements SearchEngine {
  readonly asked: { saying: SayingRequest[]; near: NearRequest[] } = { saying: [], near: [] }
  readonly #segments: ReadonlyMap<string, Segment>

  constructor(segments: readonly Segment[]) {
    this.#segments = new Map(segments.map((segment) => [segment.key!, segment]))
  }

  async saying({ key }: HeldSegment, request: SayingRequest): Promise<readonly number[]> {
    this.asked.saying.push(request)
    const segment = this.#segments.get(key)!
    const scores = new Keywords(segment.keywords).scores(request.terms.join(' '))
    const sets = Array.from(headedTexts(segment), (text) => new Set(terms(text)))
    const holds = (row: number): boolean => (request.holding ?? []).every((any) => any.some((term) => sets[row]!.has(term)))
    const rows = Array.from(scores, (_, row) => row).filter(
      (row) => scores[row]! > 0 && isAmong(segment, row, request.among) && holds(row),
    )
    return rows.sort((one, other) => scores[other]! - scores[one]!).slice(0, request.limit)
  }

  async near({ key }: HeldSegment, request: NearRequest): Promise<readonly Neighbour[]> {
    this.asked.near.push(request)
    const segment = this.#segments.get(key)!
    const { chunks, vectors } = segment.fields[request.field]
    const found = new ExactIndex(await vectors!()).search(request.vector, chunks.entries.length)
    return found.filter(({ row }) => isAmong(segment, chunks.entries[row]!, request.among)).slice(0, request.limit)
  }
}

function isAmong({ documents, entries }: Segment, entry: number, among: AmongDocuments | undefined): boolean {
  const { id } = documents[entries.documents[entry]!]!
  if (!among) return true
  return 'only' in among ? among.only.includes(id) : !among.but.includes(id)
}
