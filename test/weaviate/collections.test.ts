/** Names and ids in the cluster, and the objects of a segment, without a server. */
import { expect, test } from 'vitest'
import { loadDocuments } from '../../src/build-index.ts'
import { HashingEmbedder } from '../../src/embedding/hashing-embedder.ts'
import { segmentOf, withVectors } from '../../src/retrieval/segment.ts'
import { collectionName, keyOfCollection, objectId, rowOf, schemaOf } from '../../src/weaviate/collections.ts'
import { countOf, objectsOf, type SegmentObject } from '../../src/weaviate/objects.ts'
import { suiteFolder } from '../library.ts'

const KEY = '0123456789abcdef'

test('a collection is named by what it holds, and by nobody else', () => {
  expect(collectionName('Tiaowen', KEY, 'Units')).toBe('Tiaowen0123456789abcdef_Units')
  expect(keyOfCollection('Tiaowen', 'Tiaowen0123456789abcdef_Units')).toBe(KEY)
  for (const name of ['TiaowenBaseUnits', 'Tiaowen2_0123456789abcdef_Units', 'Other0123456789abcdef_Units', 'Tiaowen0123456789abcdef_Notes']) {
    expect(keyOfCollection('Tiaowen', name)).toBeUndefined()
  }
})

test('an id is a UUID of version 8 that tells segment, kind and row', () => {
  const ids = (['Entries', 'Units', 'Windows'] as const).map((kind) => objectId(KEY, kind, 255))
  expect(ids).toEqual([
    '01234567-89ab-8cde-8000-0000000000ff',
    '01234567-89ab-8cde-9000-0000000000ff',
    '01234567-89ab-8cde-a000-0000000000ff',
  ])
  expect(rowOf(ids[1]!, KEY, 'Units')).toBe(255)
  expect(rowOf(ids[1]!, KEY, 'Entries')).toBeUndefined()
  expect(rowOf(ids[1]!, 'fedcba9876543210', 'Units')).toBeUndefined()
  expect(rowOf('11111111-1111-4111-8111-111111111111', KEY, 'Units')).toBeUndefined()
})

test('keywords are cut by spaces alone and no word is left out; documents are whole words', () => {
  expect(schemaOf({ name: 'Tiaowen0_Entries', kind: 'Entries', replication: 3, shards: 3 })).toMatchObject({
    vectorIndexConfig: { skip: true },
    invertedIndexConfig: { bm25: { k1: 1.2, b: 0.75 }, stopwords: { preset: 'none' } },
    replicationConfig: { factor: 3, asyncEnabled: true, deletionStrategy: 'TimeBasedResolution' },
    shardingConfig: { desiredCount: 3 },
    properties: [
      { name: 'grams', tokenization: 'whitespace' },
      { name: 'document', tokenization: 'field' },
      { name: 'address', tokenization: 'field' },
      { name: 'source', tokenization: 'field' },
    ],
  })
})

test('an entry has its terms behind its title and headings, a unit its vector and its spoken address', async () => {
  const { documents } = await loadDocuments(['seeds'], suiteFolder())
  const bare = await segmentOf('base', documents)
  const segment = await withVectors(bare, new HashingEmbedder(64), { get: () => undefined, put: () => {} }, undefined, true)
  expect(countOf(bare, 'Units')).toBe(0)
  const all = async (kind: 'Entries' | 'Units') => {
    const objects: SegmentObject[] = []
    for await (const object of objectsOf(segment, KEY, kind, (row) => row % 50 === 0)) objects.push(object)
    return objects
  }
  const [entries, units] = [await all('Entries'), await all('Units')]
  expect(entries).toHaveLength(Math.ceil(countOf(segment, 'Entries') / 50))
  const [, second] = entries
  expect(second!.id).toBe(objectId(KEY, 'Entries', 50))
  expect(second!.properties['grams']!.split(' ')).toEqual(expect.arrayContaining(['中', '中共', '共']))
  expect(second).not.toHaveProperty('vectors')
  expect(units[1]!.vectors).toHaveLength(64)
  expect(Math.hypot(...units[1]!.vectors!)).toBeCloseTo(1, 6)
  expect(units.every(({ properties }) => documents.some(({ id, source }) => id === properties['document'] && source === properties['source']))).toBe(true)
  expect(units.some(({ properties }) => /^第.+部分第\d+条/.test(properties['address']!))).toBe(true)
})
