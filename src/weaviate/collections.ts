/** What stands in Weaviate under which names: three collections a segment, and the ids of their objects. */
import type { FieldName } from '../retrieval/segment.ts'

export const KINDS = ['Entries', 'Units', 'Windows'] as const
export type Kind = (typeof KINDS)[number]

export const KIND_OF: Readonly<Record<FieldName, Kind>> = { units: 'Units', windows: 'Windows' }

/** @example collectionName('Tiaowen', '0123456789abcdef', 'Units') // 'Tiaowen0123456789abcdef_Units' */
export function collectionName(prefix: string, key: string, kind: Kind): string {
  return `${prefix}${key}_${kind}`
}

/** The key of a collection of this prefix; undefined for any other collection. */
export function keyOfCollection(prefix: string, name: string): string | undefined {
  if (!name.startsWith(prefix)) return undefined
  return /^([0-9a-f]{16})_(?:Entries|Units|Windows)$/.exec(name.slice(prefix.length))?.[1]
}

/** What the collections of the generation in place are called for whoever looks at the cluster with other tools. */
export function aliasName(prefix: string, segment: 'base' | 'changes', kind: Kind): string {
  return `${prefix}${segment === 'base' ? 'Base' : 'Changes'}${kind}`
}

/**
 * A UUID of version 8: 15 hex digits of the segment's key, the kind, the row. Written twice, an object is one object.
 * @example objectId('0123456789abcdef', 'Units', 255) // '01234567-89ab-8cde-9000-0000000000ff'
 */
export function objectId(key: string, kind: Kind, row: number): string {
  const variant = (8 + KINDS.indexOf(kind)).toString(16)
  return `${key.slice(0, 8)}-${key.slice(8, 12)}-8${key.slice(12, 15)}-${variant}000-${row.toString(16).padStart(12, '0')}`
}

/** The row that an id of such an object names; undefined for an object of somebody else. */
export function rowOf(id: string, key: string, kind: Kind): number | undefined {
  const row = Number.parseInt(id.slice(24), 16)
  return Number.isNaN(row) || objectId(key, kind, row) !== id.toLowerCase() ? undefined : row
}

interface Shape {
  readonly name: string
  readonly kind: Kind
  readonly replication: number
  readonly shards: number
}

const FIELD = { dataType: ['text'], tokenization: 'field', indexFilterable: true, indexSearchable: false }
/** Over 200 of the nearest: 100 are asked for. */
const EF = 256

/**
 * A collection as Weaviate is told of it. `grams`: the terms of retrieval/terms.ts, joined by spaces and cut by
 * nothing else, so that its BM25 counts what ours counts; no stop words.
 */
export function schemaOf({ name, kind, replication, shards }: Shape): object {
  const grams = { name: 'grams', dataType: ['text'], tokenization: 'whitespace', indexFilterable: true, indexSearchable: true }
  const places = ['document', 'address', 'source'].map((property) => ({ name: property, ...FIELD }))
  return {
    class: name,
    vectorizer: 'none',
    vectorIndexType: 'hnsw',
    vectorIndexConfig: kind === 'Entries' ? { skip: true } : { distance: 'cosine', efConstruction: 128, maxConnections: 32, ef: EF },
    invertedIndexConfig: { bm25: { k1: 1.2, b: 0.75 }, stopwords: { preset: 'none' } },
    replicationConfig: { factor: replication, asyncEnabled: replication > 1, deletionStrategy: 'TimeBasedResolution' },
    shardingConfig: { desiredCount: shards },
    properties: kind === 'Entries' ? [grams, ...places] : places,
  }
}
