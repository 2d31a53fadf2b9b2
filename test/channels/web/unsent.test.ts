/** A question that failed on its way stays in its conversation, whatever the server says of that. */
import { expect, test } from 'vitest'
import type { StoredConversation, StoredExchange } from '../../../src/channels/web/api/queries.ts'
import { withUnsent } from '../../../src/channels/web/api/unsent.ts'

const DAY = '2025-03-01T08:00:00.000Z'
const asked = (id: string, question: string): StoredExchange => ({ id, question, askedAt: DAY })
const conversationOf = (...exchanges: StoredExchange[]): StoredConversation => ({ id: 'c', title: '研发投入', createdAt: DAY, updatedAt: DAY, exchanges })

const RESEARCH = asked('x-1', '未来五年全社会研发投入强度要超过多少？')
const FAILED: StoredExchange = { ...asked('x-2', '未来五年全市生产总值力争达到多少？'), isUnsent: true }
const PER_HEAD = asked('x-3', '那人均生产总值呢？')

test('it keeps its place, also before one that was answered after it', () => {
  expect(withUnsent(conversationOf(RESEARCH, FAILED), conversationOf(RESEARCH)).exchanges).toEqual([RESEARCH, FAILED])
  expect(withUnsent(conversationOf(RESEARCH, FAILED, PER_HEAD), conversationOf(RESEARCH, PER_HEAD)).exchanges).toEqual([RESEARCH, FAILED, PER_HEAD])
  expect(withUnsent(conversationOf(FAILED, PER_HEAD), conversationOf(PER_HEAD)).exchanges).toEqual([FAILED, PER_HEAD])
})

test('two that failed one after the other keep their order', () => {
  const second = { ...PER_HEAD, isUnsent: true }
  expect(withUnsent(conversationOf(RESEARCH, FAILED, second), conversationOf(RESEARCH)).exchanges).toEqual([RESEARCH, FAILED, second])
})

test('one that the server has is as the server has it, and what it no longer has is gone', () => {
  const stored = asked(FAILED.id, FAILED.question)
  expect(withUnsent(conversationOf(RESEARCH, FAILED), conversationOf(RESEARCH, stored)).exchanges).toEqual([RESEARCH, stored])
  expect(withUnsent(conversationOf(RESEARCH, PER_HEAD), conversationOf(RESEARCH)).exchanges).toEqual([RESEARCH])
  expect(withUnsent(undefined, conversationOf(RESEARCH)).exchanges).toEqual([RESEARCH])
})
