/**
 * Segments → collections. An object has the same id whenever it is written, and a collection that is whole is left as
 * it is: a build that was broken off goes on where it stopped.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { PolicyError } from '../errors.ts'
import type { HeldSegment, OnHeld } from '../retrieval/engine.ts'
import { expectWhole } from './cluster-state.ts'
import { collectionName, KINDS, rowOf, schemaOf, type Kind } from './collections.ts'
import { countedIn, unavailable, type Connection, type Objects } from './connection.ts'
import { countOf, objectsOf, type SegmentObject } from './objects.ts'

const BATCH = 200
/** Batches on their way: a node waits for its disk most of the time. */
const AT_ONCE = 4
/** A leader that is lost is replaced within some ten seconds: writing waits for it. */
const PATIENCE_MS = 60_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000
/** Ids of a collection are listed by so many. */
const PAGE = 5_000

/**
 * Writes what of these segments is not there.
 * @throws PolicyError `search-unavailable`
 */
export async function writeSegments(connection: Connection, segments: readonly HeldSegment[], onHeld?: OnHeld): Promise<void> {
  const every = segments.flatMap((segment) => KINDS.map((kind) => ({ segment, kind, count: countOf(segment, kind) })))
  const wanted = every.filter(({ count }) => count > 0)
  if (wanted.length === 0) return
  await expectWhole(connection)
  const total = wanted.reduce((sum, { count }) => sum + count, 0)
  let done = 0
  let hasWritten = false
  for (const { segment, kind, count } of wanted) {
    const name = collectionName(connection.config.prefix, segment.key, kind)
    await makeCollection(connection, name, kind)
    if ((await patiently(() => countIn(connection, name))) !== count) { // a node hears of a collection after the leader
      hasWritten = true
      await fill(connection, segment, kind, (written) => onHeld?.(done + written, total))
      await expectCount(connection, name, count)
    }
    done += count
    onHeld?.(done, total)
  }
  if (hasWritten) await expectWhole(connection)
}

export async function makeCollection(connection: Connection, name: string, kind: Kind): Promise<void> {
  if ((await connection.rest('GET', `/v1/schema/${name}`)) !== undefined) return
  const { replication, expectedNodes: shards } = connection.config
  await patiently(() => connection.rest('POST', '/v1/schema', schemaOf({ name, kind, replication, shards })))
}

/** Of the node that holds least. */
export async function countIn(connection: Connection, name: string): Promise<number> {
  return Math.min(...(await connection.onEach('read', name, countedIn)))
}

async function expectCount(connection: Connection, name: string, count: number): Promise<void> {
  const found = await countIn(connection, name)
  if (found === count) return
  throw unavailable(
    `${name} 应有 ${count} 条，写入后有 ${found} 条。请运行 npm run tiaowen -- reindex --verify。` +
      'It does not hold what was written.',
  )
}

async function fill(connection: Connection, segment: HeldSegment, kind: Kind, onWritten: (rows: number) => void): Promise<void> {
  const name = collectionName(connection.config.prefix, segment.key, kind)
  const present = (await countIn(connection, name)) === 0 ? new Set<number>() : await rowsIn(connection, segment.key, kind)
  let written = present.size
  await insertAll(connection, name, objectsOf(segment, segment.key, kind, (row) => !present.has(row)), (count) => onWritten((written += count)))
}

/** Writes objects batch by batch, a few at a time; after the first failure no more are sent, and all sent are waited for. */
export async function insertAll(
  connection: Connection,
  name: string,
  objects: AsyncIterable<SegmentObject>,
  onWritten: (count: number) => void = () => {},
): Promise<void> {
  const underway = new Set<Promise<void>>()
  const failures: unknown[] = []
  const send = async (batch: readonly SegmentObject[]): Promise<void> => {
    const sent = insert(connection, name, batch).then(
      () => onWritten(batch.length),
      (error: unknown) => void failures.push(error),
    )
    const gone = sent.finally(() => underway.delete(gone))
    underway.add(gone)
    if (underway.size >= AT_ONCE) await Promise.race(underway)
  }
  let batch: SegmentObject[] = []
  for await (const object of objects) {
    if (failures.length > 0) break
    if (batch.push(object) < BATCH) continue
    await send(batch)
    batch = []
  }
  if (batch.length > 0 && failures.length === 0) await send(batch)
  await Promise.all(underway)
  if (failures.length > 0) throw failures[0]
}

/** The rows that a collection holds on every node; what is not of the segment is passed over. `onForeign`: is told of it. */
export async function rowsIn(connection: Connection, key: string, kind: Kind, onForeign?: (id: string) => void): Promise<Set<number>> {
  const [first, ...others] = await connection.onEach('read', collectionName(connection.config.prefix, key, kind), async (objects) => {
    const rows = new Set<number>()
    for await (const id of idsIn(objects)) {
      const row = rowOf(id, key, kind)
      if (row === undefined) onForeign?.(id)
      else rows.add(row)
    }
    return rows
  })
  return new Set([...first!].filter((row) => others.every((rows) => rows.has(row))))
}

async function* idsIn(of: Objects): AsyncGenerator<string> {
  for (let after: string | undefined; ; ) {
    const { objects } = await of.query.fetchObjects({ limit: PAGE, returnProperties: [], ...(after !== undefined && { after }) })
    for (const { uuid } of objects) yield uuid
    if (objects.length < PAGE) return
    after = objects.at(-1)!.uuid
  }
}

/** All of a batch, again and again what of it failed, until the cluster's patience is over. */
async function insert(connection: Connection, name: string, batch: readonly SegmentObject[]): Promise<void> {
  let left = batch
  await patiently(async () => {
    const result = await connection.ask('insert', name, (objects) =>
      objects.withConsistency('ALL').data.insertMany(left.map(({ id, properties, vectors }) => ({ id, properties, ...(vectors && { vectors }) }))),
    )
    if (!result.hasErrors) return
    const failed = Object.entries(result.errors)
    left = failed.map(([at]) => left[Number(at)]!)
    throw unavailable(`${name}：${failed.length} 条没有写入 objects were refused: ${failed[0]![1].message}`)
  })
}

/** Tries until it works: twice as long between tries, a minute in all. */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + PATIENCE_MS
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof PolicyError) || performance.now() + pause > until) throw error
      await sleep(pause)
    }
  }
}
