/**
 * Which addresses a message may be posted to. `sessionWebhook` comes in the body of a call whose signature does not
 * cover it: whoever caught one signature can name any address there. So it is compared with what DingTalk names,
 * character by character, and anything else is not posted to; no access token is ever sent to it.
 */
import { DINGTALK_API } from '../../bot-config.ts'

const HOSTS = 'https:\\/\\/(?:oapi|api)\\.dingtalk\\.com'
/** No user, no port, no fragment, no escapes in the path; `?session=…` and whatever else stands in the query. */
const QUERY = '\\?[A-Za-z0-9_%.~=&+-]{1,2000}$'
/** An address that stops living within this is not used: it may be late when the message arrives. */
const MARGIN_MS = 60_000

/**
 * Whether a reply may be posted here.
 * @param apiUrl the configured API; where it is not DingTalk's own, its origin is allowed in addition
 * @example isSessionWebhook('https://oapi.dingtalk.com/robot/sendBySession?session=1', DINGTALK_API) // true
 * @example isSessionWebhook('https://oapi.dingtalk.com@evil.cn/robot/sendBySession?session=1', DINGTALK_API) // false
 */
export const isSessionWebhook = (address: string, apiUrl: string) =>
  isAddress(address, '/robot/sendBySession', apiUrl)

/** Whether this is the address of a group robot 自定义机器人, which an operator configured. */
export const isGroupWebhook = (address: string, apiUrl: string = DINGTALK_API) =>
  isAddress(address, '/robot/send', apiUrl) || isLoopback(address)

/** Whether an address is worth trying: it lives until `until`, milliseconds. */
export const isAlive = (until: number, now: number) => until - MARGIN_MS > now

/** A machine's own address: a gateway of a test, or a proxy beside the program. */
export function isLoopback(address: string): boolean {
  const hostname = URL.parse(address)?.hostname
  return hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost'
}

function isAddress(address: string, path: string, apiUrl: string): boolean {
  const origins = apiUrl === DINGTALK_API ? [HOSTS] : [HOSTS, escaped(new URL(apiUrl).origin)]
  return new RegExp(`^(?:${origins.join('|')})${escaped(path)}${QUERY}`).test(address)
}

const escaped = (text: string) => text.replace(/[/.*+?^${}()|[\]\\]/g, '\\$&')
