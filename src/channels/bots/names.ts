/** Conversations and exchanges of chat platforms: UUIDs made of the platform's names, the same every time. */
import { createHash } from 'node:crypto'
import type { BotQuestion, ExchangeOfBot, Platform } from './bot.ts'

export const PLATFORMS = ['slack', 'dingtalk'] as const satisfies readonly Platform[]

/** What people call them. */
export const PLATFORM_NAMES: Readonly<Record<Platform, string>> = { slack: 'Slack', dingtalk: '钉钉' }

export function exchangeOf(platform: Platform, { thread, id }: Pick<BotQuestion, 'thread' | 'id'>): ExchangeOfBot {
  return { conversationId: uuidOf('thread', platform, thread), exchangeId: uuidOf('event', platform, id) }
}

/** A UUID of version 8 (RFC 9562), out of SHA-256. @example uuidOf('event', 'slack', 'Ev0001') */
function uuidOf(...names: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(names), 'utf8').digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
