/** Slack's text of a message → what the person wrote. Pure. */

/**
 * The question without mentions of the robot, links and channels by their words, escapes undone.
 * @param own the robot's user id; where it is not known yet, a mention at the beginning is taken for it
 * @example plainWords('<@U0BOT> <https://x.cn|人才> &amp; <#C1|政策>', 'U0BOT') // 人才 & #政策
 */
export function plainWords(text: string, own?: string): string {
  const known = own === undefined ? text.replace(/^\s*<@[UW][A-Z0-9]*(?:\|[^<>]*)?>/, '') : text
  return known
    .replace(/<([^<>]*)>/g, (_, inner: string) => referred(inner, own))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/[^\S\n]+/g, ' ')
    .trim()
}

/** What stands between < and >: a mention, a channel, a group, a date or an address; a name may stand behind |. */
function referred(inner: string, own: string | undefined): string {
  const bar = inner.indexOf('|')
  const [target, name] = bar < 0 ? [inner, ''] : [inner.slice(0, bar), inner.slice(bar + 1)]
  if (target.startsWith('@')) return name === '' || target === `@${own}` ? ' ' : `@${name}`
  if (target.startsWith('#')) return name === '' ? ' ' : `#${name}`
  if (target.startsWith('!')) return name
  return name === '' ? target.replace(/^mailto:/, '') : name
}
