/** Names of variables ↔ keys of the configuration file. */

/** Variables of one part of the program: TIAOWEN_LLM_URL is `url` below `llm`. Adding a group renames keys: see migrations.ts. */
const GROUPS = ['LLM', 'SEARCH', 'RERANKER', 'OIDC', 'RATE', 'SLACK', 'DINGTALK'] as const

/** @example keyOf('TIAOWEN_LLM_TOKENS_A_DAY') // 'llm.tokensADay' */
export function keyOf(variable: string): string {
  const name = variable.replace(/^TIAOWEN_/, '')
  const group = GROUPS.find((one) => name.startsWith(`${one}_`))
  return group === undefined ? camel(name) : `${camel(group)}.${camel(name.slice(group.length + 1))}`
}

export const GROUP_KEYS: readonly string[] = GROUPS.map((group) => camel(group))

function camel(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** The one of some names that a person may have meant. @example nearest('api_key', ['host', 'apiKey']) // 'apiKey' */
export function nearest(written: string, names: readonly string[]): string {
  const bare = (name: string) => name.replace(/^TIAOWEN_/i, '').replace(/[_.\s-]/g, '').toLowerCase()
  const said = bare(written).slice(0, LONGEST)
  const ordered = names.map((name) => ({ name, changes: changesBetween(said, bare(name)) }))
  return ordered.reduce((best, one) => (one.changes < best.changes ? one : best)).name
}

const LONGEST = 100

/** Letters to put in, take out or change: Levenshtein's distance. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let at = 1; at <= from.length; at++) {
    const next = [at]
    for (let other = 1; other <= to.length; other++) {
      const isSame = from[at - 1] === to[other - 1]
      next.push(Math.min(next[other - 1]! + 1, row[other]! + 1, row[other - 1]! + (isSame ? 0 : 1)))
    }
    row = next
  }
  return row[to.length]!
}
