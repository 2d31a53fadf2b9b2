/** Settings → what people read: the effective ones, an example to begin with, lines for the log, tables for docs/. */
import { stringify } from 'yaml'
import type { Setting } from '../config.ts'
import { keyOf } from './keys.ts'
import { FILE_VERSION } from './migrations.ts'

/** The effective settings as YAML, with where each comes from; secrets are `***`, so it is not for reading back. */
export function effectiveText(settings: readonly Setting[]): string {
  return grouped(settings, [`version: ${FILE_VERSION}`], (setting, indent) => {
    const { key, value, origin } = setting
    if (value === undefined) return [`${indent}# ${lastOf(key)}: # not set`]
    return commented(indented(yamlOf(key, value), indent), origin ? originOf(setting) : 'default')
  })
}

/** Where it was set. @example TIAOWEN_PORT, /etc/tiaowen.yaml:3 */
export function originOf({ origin }: Setting): string {
  if (!origin) return 'default'
  return origin.from === 'environment' ? origin.variable : `${origin.file}:${origin.line}`
}

/**
 * A configuration file with every setting, all of them left out by a `#` without a space; where there is a default it
 * is the one of this machine.
 */
export function exampleText(defaults: readonly Setting[]): string {
  const head = [
    '# 条问 Tiaowen 的设置文件。去掉一行开头的 #（后面没有空格的那种），这项设置就生效；环境变量优先于这个文件。',
    '# The configuration file of Tiaowen. Take away the # before a setting (the one without a space behind it), and of its',
    '# group, and it is in effect; variables of the environment go before it. Check it with: tiaowen config check',
    '',
    `version: ${FILE_VERSION}`,
  ]
  return grouped(defaults, head, ({ key, variable, words, value, isSecret }, indent) => [
    '',
    `${indent}# ${words.zh}`,
    `${indent}# ${words.en} (${variable})`,
    ...(isSecret && value === undefined
      ? [`${indent}# 或写一个只含密钥的文件 or a file that holds it: ${lastOf(keyOf(`${variable}_FILE`))}: /run/secrets/…`]
      : []),
    ...indented(yamlOf(key, value ?? exampleOf({ words, isSecret })), indent).map((line) => `#${line}`),
  ], '#')
}

/** A line for each setting that is not as it is by default. @example port: 9000 (TIAOWEN_PORT) */
export function changedLines(settings: readonly Setting[]): string[] {
  return settings
    .filter(({ origin }) => origin !== undefined)
    .map((setting) => `${setting.key}: ${JSON.stringify(setting.value)} (${originOf(setting)})`)
}

/** The table of docs/configuration.md, or of its Chinese twin. `root`: the program's folder, which no table names. */
export function tableText(defaults: readonly Setting[], language: 'en' | 'zh', root: string): string {
  const head = {
    en: ['setting', 'variable', 'default', 'e.g.', 'meaning'],
    zh: ['设置', '环境变量', '默认', '例', '含义'],
  }[language]
  const secret = { en: '; secret, or in a file: ', zh: '；密钥，也可写在文件里：' }[language]
  const rows = defaults.map(({ key, variable, value, words, isSecret }) => [
    code(key),
    code(variable),
    value === undefined || (Array.isArray(value) && value.length === 0) ? '' : code(inline(value).replaceAll(root, '')),
    code(inline(exampleOf({ words, isSecret }))),
    words[language] + (isSecret ? `${secret}${code(keyOf(`${variable}_FILE`))}, ${code(`${variable}_FILE`)}` : ''),
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Of a secret none that the rules let pass: a key that stands in a handbook would be everybody's. */
const exampleOf = ({ words, isSecret }: Pick<Setting, 'words' | 'isSecret'>): unknown =>
  isSecret && typeof words.example === 'string' ? '…' : words.example

const code = (text: string): string => `\`${text}\``
const inline = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
const lastOf = (key: string): string => key.split('.').at(-1) ?? key

/** Settings of a group stand together, where the first of them stands; `before` is put before the name of a group. */
function grouped(
  settings: readonly Setting[],
  head: readonly string[],
  linesOf: (setting: Setting, indent: string) => readonly string[],
  before = '',
): string {
  const lines = [...head]
  for (const [group, members] of Map.groupBy(settings, ({ key }) => groupOf(key))) {
    if (group === '') lines.push(...members.flatMap((setting) => linesOf(setting, '')))
    else {
      const isSet = before !== '' || members.some(({ value }) => value !== undefined)
      lines.push(...(before === '' ? [] : ['']), isSet ? `${before}${group}:` : `# ${group}:`)
      lines.push(...members.flatMap((setting) => linesOf(setting, '  ')))
    }
  }
  return lines.join('\n')
}

const groupOf = (key: string): string => (key.includes('.') ? (key.split('.')[0] ?? '') : '')

const yamlOf = (key: string, value: unknown): string[] =>
  stringify({ [lastOf(key)]: value }, { lineWidth: 0, indentSeq: true, singleQuote: true }).trimEnd().split('\n')

const indented = (lines: readonly string[], indent: string): string[] => lines.map((line) => indent + line)

/** The origin behind the first line; a list goes on below it. */
function commented([first = '', ...rest]: readonly string[], origin: string): string[] {
  return [`${first} # ${origin}`, ...rest]
}
