/** What is made at random and shown once, and what is kept of it: its SHA-256. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const PREFIX = 'tw_live_'
const KEY = /^tw_live_([\w-]{43})$/
const ID_CHARACTERS = 8
const SECRET_BYTES = 32

/** Of 256 bits. None begins with `-`: on a command line its id would be taken for an option. */
export function newKeySecret(): { readonly id: string; readonly secret: string } {
  for (;;) {
    const random = newToken()
    if (!random.startsWith('-')) return { id: random.slice(0, ID_CHARACTERS), secret: `${PREFIX}${random}` }
  }
}

/**
 * What a key is found by; undefined where it is no key at all.
 * @example keyIdOf('tw_live_Zk3vQ9xT…') // 'Zk3vQ9xT'
 */
export const keyIdOf = (secret: string): string | undefined => KEY.exec(secret)?.[1]?.slice(0, ID_CHARACTERS)

/** 43 characters of base64url, 256 bits. */
export const newToken = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** 16 hex digits. */
export const newId = (): string => randomBytes(8).toString('hex')

export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** In a time that does not depend on where they differ. */
export const isSameDigest = (one: Uint8Array, other: Uint8Array): boolean =>
  one.byteLength === other.byteLength && timingSafeEqual(one, other)
