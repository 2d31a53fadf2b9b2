import { expect, test } from 'vitest'
import { isDecided, nextToSend, tallyOf, withState, type ItemState, type QueueItem, type StagedUpload } from '../../../src/channels/web/documents/queue.ts'
import type { NamedFile } from '../../../src/channels/web/documents/refusals.ts'

type Item = QueueItem<StagedUpload, NamedFile>

const NAMES = ['关于促进民营经济发展的若干规定.docx', '行政处罚法(2021修订).docx', '杭州市人才引进办法.pdf', '扫描件.jpg', '规划建议.txt']
const waiting = { kind: 'waiting' } as const
const item = (key: number, state: ItemState<StagedUpload>): Item => ({ key, file: { name: NAMES[key]!, size: 1 }, state })
const keys = (items: readonly Item[]) => items.map(({ key }) => key)

const law = { id: 'd-a3c11ea49db0', title: '中华人民共和国行政处罚法' }
const ready = (others: Partial<StagedUpload> = {}): ItemState<StagedUpload> => ({ kind: 'ready', upload: { id: 'u1', name: NAMES[1]!, ...others } })

test('two files are sent at a time, in the order they were chosen', () => {
  expect(keys(nextToSend([0, 1, 2].map((key) => item(key, waiting))))).toEqual([0, 1])
})

test('a file that the server still reads takes a place; one that is read gives it up', () => {
  const queue = [item(0, { kind: 'reading' }), item(1, { kind: 'sending', sent: 1 }), item(2, waiting)]
  expect(keys(nextToSend(queue))).toEqual([])
  expect(keys(nextToSend(withState(queue, 0, ready())))).toEqual([2])
})

test('a refused file takes no place, and is not sent', () => {
  const queue = [item(3, { kind: 'refused', refusal: { kind: 'empty' } }), item(0, waiting), item(1, waiting)]
  expect(keys(nextToSend(queue))).toEqual([0, 1])
})

test('a file that failed waits until it is tried again', () => {
  const queue = [item(2, { kind: 'failed', error: new Error('磁盘已满'), canRetry: true })]
  expect(keys(nextToSend(queue))).toEqual([])
  expect(keys(nextToSend(withState(queue, 2, waiting)))).toEqual([2])
})

test('a state is given to one file alone', () => {
  const queue = [item(0, waiting), item(1, waiting)]
  expect(withState(queue, 1, { kind: 'reading' }).map(({ state }) => state.kind)).toEqual(['waiting', 'reading'])
})

test('全部收录 leaves what a person has to decide', () => {
  expect(isDecided(item(1, ready()))).toBe(true)
  expect(isDecided(item(1, ready({ replaces: [] })))).toBe(true)
  expect(isDecided(item(1, ready({ replaces: [law] })))).toBe(false)
  expect(isDecided(item(1, ready({ same: law })))).toBe(false)
  expect(isDecided(item(1, waiting))).toBe(false)
})

test('全部收录 takes a file that was chosen for a document, but not the document itself once more', () => {
  expect(isDecided({ ...item(1, ready({ replaces: [law] })), target: law })).toBe(true)
  expect(isDecided({ ...item(1, ready({ same: law })), target: law })).toBe(false)
})

test('a file is done with when it is read, refused or failed', () => {
  const queue = [item(0, { kind: 'sending', sent: 1 }), item(1, ready()), item(3, { kind: 'refused', refusal: { kind: 'empty' } }), item(2, { kind: 'failed', error: undefined, canRetry: false }), item(4, waiting)]
  expect(tallyOf(queue)).toEqual({ total: 5, settled: 3, ready: 1, failed: 2 })
})
