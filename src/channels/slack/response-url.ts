/**
 * The response_url of a command or button: an address that came with a request, posted to only where it is Slack's.
 * Slack takes five messages by it, for thirty minutes.
 */

export const MOST_USES = 5

const GOVERNMENT = 'slack-gov.com'

/**
 * Whether an address is one of Slack's for answers: exactly https and hooks.slack.com, no user, port, query or
 * fragment. GovSlack has a host of its own; a Slack on this machine (an API URL that names a loopback address) answers
 * for its own origin.
 * @example isResponseUrl('https://hooks.slack.com/commands/T1/2/x', 'https://slack.com/api/') // true
 * @example isResponseUrl('https://hooks.slack.com@evil.example/x', 'https://slack.com/api/') // false
 */
export function isResponseUrl(url: string, apiUrl: string): boolean {
  const origin = originOf(new URL(apiUrl))
  return url.startsWith(`${origin}/`) && /^(?:\/[\w-]+)+$/.test(url.slice(origin.length))
}

function originOf(api: URL): string {
  if (/^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(api.hostname)) return api.origin
  const isGovernment = api.hostname === GOVERNMENT || api.hostname.endsWith(`.${GOVERNMENT}`)
  return `https://hooks.${isGovernment ? GOVERNMENT : 'slack.com'}`
}
