/**
 * What a cluster holds of segments against what it should: objects that are missing, that belong to nobody, whose words
 * or vectors are others. What is wrong is written anew from the files of the index; nothing is embedded.
 */
import { z } from 'zod'
import type { HeldSegment } from '../retrieval/engine.ts'
import { expectWhole } from './cluster-state.ts'
import { collectionName, KINDS, type Kind } from './collections.ts'
import { unavailable, type Connection } from './connection.ts'
import { countOf, objectsOf, type SegmentObject } from './objects.ts'
import { countIn, insertAll, makeCollection, rowsIn } from './segment-writer.ts'

/** What was found in one collection, and written to it. */
export interface CollectionReport {
  readonly collection: string
  readonly segment: 'base' | 'changes'
  readonly kind: Kind
  /** Was it there at all? */
  readonly exists: boolean
  /** Objects there should be. */
  readonly expected: number
  /** Counted before anything was repaired, on the node that held least. */
  readonly counted: number
  /** On one node or more. */
  readonly missing: number
  /** Objects that are not of the segment; they are removed. */
  readonly foreign: number
  /** Objects whose properties and vectors were compared. */
  readonly compared: number
  readonly different: number
  /** Objects that were written anew. */
  readonly repaired: number
}

export interface VerifyOptions {
  /** All objects are compared, not a sample of each collection. */
  readonly all: boolean
  readonly onProgress?: (done: number, total: number) => void
}

const SAMPLE = 1_000
const BATCH = 200
/** Cosines of the same numbers of 32 bits differ by less. */
const LEAST_COSINE = 1 - 1e-5

/** @throws PolicyError `search-unavailable`; what was repaired until then stays */
export async function verifySegments(
  connection: Connection,
  segments: readonly HeldSegment[],
  { all, onProgress }: VerifyOptions,
): Promise<CollectionReport[]> {
  await expectWhole(connection)
  const every = segments.flatMap((segment) => KINDS.map((kind) => ({ segment, kind, expected: countOf(segment, kind) })))
  const wanted = every.filter(({ expected }) => expected > 0)
  const total = wanted.reduce((sum, { expected }) => sum + expected, 0)
  const reports: CollectionReport[] = []
  let done = 0
  for (const { segment, kind, expected } of wanted) {
    reports.push(await verifyOne(connection, segment, kind, all))
    done += expected
    onProgress?.(done, total)
  }
  if (reports.some(({ repaired, foreign }) => repaired + foreign > 0)) await expectWhole(connection)
  return reports
}

async function verifyOne(connection: Connection, segment: HeldSegment, kind: Kind, all: boolean): Promise<CollectionReport> {
  const { key } = segment
  const collection = collectionName(connection.config.prefix, key, kind)
  const expected = countOf(segment, kind)
  const exists = (await connection.rest('GET', `/v1/schema/${collection}`)) !== undefined
  if (!exists) await makeCollection(connection, collection, kind)
  const counted = exists ? await countIn(connection, collection) : 0
  const foreign = new Set<string>()
  const found = exists ? await rowsIn(connection, key, kind, (id) => foreign.add(id)) : new Set<number>()
  const present = new Set([...found].filter((row) => row < expected))
  const beyond = [...found].filter((row) => row >= expected)
  for (const id of foreign) await connection.rest('DELETE', `/v1/objects/${collection}/${id}`)
  if (beyond.length > 0) throw unavailable(`${collection} 有 ${beyond.length} 条超出本索引的条目。It holds rows beyond the segment.`)
  const { compared, different } = await differencesIn(connection, segment, kind, sampled([...present], all))
  const isBad = (row: number): boolean => !present.has(row) || different.has(row)
  const repaired = expected - present.size + different.size
  if (repaired > 0) await insertAll(connection, collection, objectsOf(segment, key, kind, isBad))
  const left = await countIn(connection, collection)
  if (left !== expected) throw unavailable(`${collection} 应有 ${expected} 条，修复后有 ${left} 条。It does not hold what was written.`)
  return {
    collection,
    segment: segment.name,
    kind,
    exists,
    expected,
    counted,
    missing: expected - present.size,
    foreign: foreign.size,
    compared,
    different: different.size,
    repaired,
  }
}

/** All of them, or one of so many that some thousand are left, beginning anywhere. */
function sampled(rows: readonly number[], all: boolean): ReadonlySet<number> {
  const step = all ? 1 : Math.max(1, Math.ceil(rows.length / SAMPLE))
  const first = Math.floor(Math.random() * step)
  return new Set(rows.filter((_, at) => at % step === first))
}

interface Compared {
  readonly compared: number
  /** Rows whose object is not what it should be, or cannot be read. */
  readonly different: ReadonlySet<number>
}

async function differencesIn(connection: Connection, segment: HeldSegment, kind: Kind, rows: ReadonlySet<number>): Promise<Compared> {
  const different = new Set<number>()
  const collection = collectionName(connection.config.prefix, segment.key, kind)
  let batch: SegmentObject[] = []
  let compared = 0
  const compare = async (): Promise<void> => {
    const held = await objectsBy(connection, collection, batch.map(({ id }) => id))
    for (const object of batch) if (!isSame(object, held.get(object.id))) different.add(object.row)
    compared += batch.length
    batch = []
  }
  for await (const object of objectsOf(segment, segment.key, kind, (row) => rows.has(row))) {
    if (batch.push(object) === BATCH) await compare()
  }
  if (batch.length > 0) await compare()
  return { compared, different }
}

const Held = z.object({
  uuid: z.string(),
  properties: z.record(z.string(), z.unknown()),
  vectors: z.object({ default: z.array(z.number()).optional() }),
})
type Held = z.infer<typeof Held>

/** Read from all copies, so that one which lags behind is brought up. */
async function objectsBy(connection: Connection, collection: string, ids: readonly string[]): Promise<Map<string, Held>> {
  const { objects } = await connection.ask('read', collection, (of) =>
    of.withConsistency('ALL').query.fetchObjects({ filters: of.filter.byId().containsAny([...ids]), limit: ids.length, includeVector: true }),
  )
  return new Map(z.array(Held).parse(objects).map((object) => [object.uuid, object]))
}

function isSame({ properties, vectors }: SegmentObject, held: Held | undefined): boolean {
  if (!held || Object.entries(properties).some(([name, value]) => held.properties[name] !== value)) return false
  if (!vectors) return true
  const other = held.vectors.default
  return other !== undefined && other.length === vectors.length && cosineOf(vectors, other) >= LEAST_COSINE
}

function cosineOf(one: readonly number[], other: readonly number[]): number {
  let [sum, first, second] = [0, 0, 0]
  one.forEach((number, at) => {
    sum += number * other[at]!
    first += number * number
    second += other[at]! * other[at]!
  })
  if (first === 0 || second === 0) return first === second ? 1 : 0
  return sum / Math.sqrt(first * second)
}
