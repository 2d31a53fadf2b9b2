/**
 * Names of MCP sessions that other copies of the program know as ours: `<uuid>.<seconds since 1970>.<signature>`, signed
 * with what all copies share, over the owner too.
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'

export interface SessionNames {
  make(owner: string): string
  /** Made by a copy of the program, for this owner, within a day. */
  isOurs(name: string, owner: string): boolean
}

const NAME = /^([0-9a-f-]{36})\.(\d{10})\.([\w-]{43})$/
const A_DAY_SECONDS = 86_400

/** @param now milliseconds since 1970 */
export function sessionNames(secret: Uint8Array, now: () => number = Date.now): SessionNames {
  const signed = (uuid: string, seconds: string, owner: string) =>
    createHmac('sha256', secret).update(`mcp\n${uuid}\n${seconds}\n${owner}`, 'utf8').digest('base64url')
  return {
    make: (owner) => {
      const [uuid, seconds] = [randomUUID(), String(Math.floor(now() / 1_000))]
      return `${uuid}.${seconds}.${signed(uuid, seconds, owner)}`
    },
    isOurs: (name, owner) => {
      const [, uuid = '', seconds = '', signature = ''] = NAME.exec(name) ?? []
      const expected = Buffer.from(signed(uuid, seconds, owner))
      const given = Buffer.from(signature)
      return given.length === expected.length && timingSafeEqual(given, expected) && Math.abs(now() / 1_000 - Number(seconds)) < A_DAY_SECONDS
    },
  }
}
