/** From which address a request comes, and whether it came over https: as the socket says, and trusted proxies. */
import { BlockList, isIP } from 'node:net'
import type { Context } from 'hono'

/** Hops of X-Forwarded-For that are looked at, from the right. */
const MOST_HOPS = 32

/** What answers whether an address is one of the operator's own proxies. */
export type IsProxy = (address: string) => boolean

/**
 * @param proxies addresses and networks, e.g. `10.0.0.1`, `10.1.0.0/16`, `fd00::/8`
 * @throws RangeError for what is neither
 */
export function proxiesOf(proxies: readonly string[]): IsProxy {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const family = familyOf(address)
    if (family === undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) throw new RangeError(`${proxy} is no address or network`)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => {
    const family = familyOf(address)
    return family !== undefined && list.check(address, family)
  }
}

const familyOf = (address: string): 'ipv4' | 'ipv6' | undefined =>
  isIP(address) === 4 ? 'ipv4' : isIP(address) === 6 ? 'ipv6' : undefined

/**
 * Whoever is at the other end: the peer of the socket, or, where that is a trusted proxy, the rightmost hop of
 * X-Forwarded-For that is none. What stands left of it anybody may have written. Undefined where there is no socket.
 */
export function clientAddress(context: Context, isProxy: IsProxy): string | undefined {
  let known = peerOf(context)
  if (known === undefined || !isProxy(known)) return known
  const hops = (context.req.header('x-forwarded-for') ?? '').split(',').slice(-MOST_HOPS).reverse()
  for (const hop of hops) {
    const address = addressIn(hop.trim())
    if (address === undefined) return known
    known = address
    if (!isProxy(address)) return known
  }
  return known
}

/** Did the browser speak https, to us or to a trusted proxy? */
export function isHttps(context: Context, isProxy: IsProxy): boolean {
  const peer = peerOf(context)
  if (peer !== undefined && isProxy(peer)) {
    const said = (context.req.header('x-forwarded-proto') ?? '').split(',').at(-1)?.trim().toLowerCase()
    if (said !== undefined && said !== '') return said === 'https'
  }
  return new URL(context.req.url).protocol === 'https:'
}

/** What Node's server knows of the connection. @example '::ffff:203.0.113.7' is '203.0.113.7' */
export function peerOf(context: Context): string | undefined {
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  return plain(incoming?.socket?.remoteAddress)
}

const plain = (address: string | undefined) => address?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')

/** An address as proxies write it, with or without a port. @example addressIn('[2001:db8::1]:443') // '2001:db8::1' */
function addressIn(hop: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop
  const address = plain(bare) ?? ''
  return isIP(address) === 0 ? undefined : address.toLowerCase()
}

export const isLoopbackAddress = (address: string): boolean => address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))

/** One subscriber has a whole /64 of IPv6. @example networkOf('2001:db8:1:2:3::4') // '2001:db8:1:2::/64' */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`
}
