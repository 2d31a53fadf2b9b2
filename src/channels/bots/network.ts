/** What both platforms' requests and replies have in common, whatever client makes them. */

/** No such host, nobody listening, no way there, a certificate that does not stand. */
const UNREACHED = new RegExp(
  '^(?:ECONNREFUSED|ENOTFOUND|EAI_\\w+|EHOSTUNREACH|ENETUNREACH|ENETDOWN|UND_ERR_CONNECT_TIMEOUT|CERT_\\w+|' +
    'ERR_TLS_\\w+|ERR_SSL_\\w+|DEPTH_ZERO_\\w+|SELF_SIGNED_\\w+|UNABLE_TO_\\w+)$',
)

/**
 * Whether an error of a connection says that not a byte of the request left: the platform has not seen it.
 * @example isUnreached('ECONNREFUSED') // true
 * @example isUnreached('ECONNRESET') // false
 */
export const isUnreached = (code: string) => UNREACHED.test(code)

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
