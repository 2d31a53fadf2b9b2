/** As whom a program asks that nobody has signed in to: a chat platform, MCP over standard input and output. */
import { PolicyError } from '../errors.ts'
import { LOCAL, may, type Identity } from './access.ts'
import type { AccessStore } from './access-store.ts'

type Keys = Pick<AccessStore, 'keyById'>

/**
 * A chat platform acts as the key an operator names by its id, and without one as somebody who asks and searches and was
 * given no collection. Undefined where that key is unknown, revoked, past its day or may not ask: then it is off.
 */
export async function identityOfBot(platform: string, keyId: string | undefined, keys: Keys): Promise<Identity | undefined> {
  const self = { id: `bot:${platform}`, kind: 'bot', owner: platform } as const
  if (keyId === undefined) return { ...self, name: platform, scopes: ['ask', 'search'], sight: [] }
  const key = await keys.keyById(keyId)
  if (!key || !may(key, 'ask')) return undefined
  const { name, scopes, sight, tokensADay } = key
  return { ...self, name, scopes, sight, ...(tokensADay !== undefined && { tokensADay }) }
}

/**
 * MCP over standard input and output acts as whoever sits at this machine, or as a key.
 * @throws PolicyError `unauthorized` where that key does not count or may not both ask and search
 */
export async function identityOfMcp(keyId: string | undefined, keys: Keys): Promise<Identity> {
  if (keyId === undefined) return LOCAL
  const key = await keys.keyById(keyId)
  if (key && may(key, 'ask') && may(key, 'search')) {
    return { id: 'mcp', kind: 'key', name: key.name, owner: 'mcp', scopes: key.scopes, sight: key.sight }
  }
  throw new PolicyError('unauthorized', `TIAOWEN_MCP_IDENTITY 所写的密钥 ${keyId} 已停用、到期，或不能提问和检索。请管理员换一个密钥。`)
}
