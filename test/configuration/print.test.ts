/** What is printed of settings: it cannot go stale, and holds no secret. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { ConfigError, defaultSettings, readConfig, readSettings, type Setting } from '../../src/config.ts'
import { keyOf } from '../../src/configuration/keys.ts'
import { changedLines, effectiveText, exampleText, tableText } from '../../src/configuration/print.ts'
import { randomFrom } from '../store/random.ts'
import { faultsOf, home, put, readYaml } from './make.ts'

const ALL = defaultSettings()
const SECRETS = ALL.filter(({ isSecret }) => isSecret)

/** An example of the words as a variable would hold it. */
function variableText({ words: { example }, form }: Setting): string {
  if (Array.isArray(example)) return example.join(form.separator)
  return typeof example === 'object' ? JSON.stringify(example) : String(example)
}

/** YAML with some settings at their examples. */
function yamlOf(settings: readonly Setting[]): string {
  const top: Record<string, unknown> = {}
  for (const { key, words } of settings) {
    const [group, name] = key.split('.') as [string, string | undefined]
    if (name === undefined) top[group] = words.example
    else top[group] = { ...(top[group] as object), [name]: words.example }
  }
  return stringify(top)
}

const environmentOf = (settings: readonly Setting[]) =>
  Object.fromEntries(settings.map((setting) => [setting.variable, variableText(setting)]))

describe('every setting, file and environment alike', () => {
  const all = readConfig(environmentOf(ALL))

  test.each(ALL)('$key of a file is $variable', (setting) => {
    const others = ALL.filter((other) => other !== setting)
    expect(readYaml(yamlOf([setting]), environmentOf(others)).config).toEqual(all)
    expect(setting.value).not.toEqual(setting.words.example)
  })

  test('all at once, and any some of them', () => {
    expect(readYaml(yamlOf(ALL)).config).toEqual(all)
    const { next } = randomFrom(9)
    for (let round = 0; round < 100; round++) {
      const inFile = ALL.filter(() => next() < 0.5)
      const elsewhere = ALL.filter((setting) => !inFile.includes(setting))
      expect(readYaml(yamlOf(inFile), environmentOf(elsewhere)).config).toEqual(all)
    }
  })

  test('each has a key of its own', () => {
    const keys = ALL.flatMap(({ variable, isSecret }) => [keyOf(variable), ...(isSecret ? [keyOf(`${variable}_FILE`)] : [])])
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toEqual(expect.arrayContaining(['host', 'apiKey', 'apiKeyFile', 'hfEndpoint', 'llm.tokensADay', 'dingtalk.groupWebhookFile']))
  })
})

describe('the example', () => {
  const example = exampleText(ALL)

  test('means the defaults, also where every line with a default is taken in', () => {
    expect(readYaml(example).config).toEqual(readConfig({}))
    const uncommented = example.replaceAll(/^#(?=\s*[^ ]+:|\s+-)/gm, '')
    const taken = parse(uncommented) as Record<string, unknown>
    for (const { key, value } of ALL) {
      const [group, name] = key.split('.') as [string, string | undefined]
      const holder = name === undefined ? taken : (taken[group] as Record<string, unknown>)
      expect(holder).toHaveProperty(name ?? group) // every setting stands in it
      if (value === undefined) delete holder[name ?? group]
    }
    expect(readYaml(stringify(taken)).config).toEqual(readConfig({}))
  })

  test.each(SECRETS.filter(({ variable }) => variable !== 'TIAOWEN_LLM_EXTRA'))('holds no $key that would do', ({ key }) => {
    const name = key.split('.').at(-1)
    const [line = ''] = new RegExp(`^# *${name}: .*$`, 'm').exec(example) ?? []
    expect(line.endsWith(`${name}: …`)).toBe(true)
    const yaml = key.includes('.') ? `${key.split('.')[0]}:\n${line.slice(1)}\n` : line.slice(1)
    expect(faultsOf(yaml)[0]).toContain(` ${key} `)
  })

  test('explains itself in both languages', () => {
    expect(example).toContain('\n# 监听的端口；0 为任选一个空闲端口\n# port to serve on; 0 takes a free one (TIAOWEN_PORT)\n#port: 8787\n')
    expect(example).toContain('\n#llm:\n')
    expect(example).toContain('\n#  tokensADay: 2000000\n')
    for (const { words, variable } of ALL) {
      expect(example).toContain(words.zh)
      expect(example).toContain(`${words.en} (${variable})`)
    }
  })
})

test('what is in effect is shown with where it comes from', () => {
  const { settings } = readYaml('port: 9000\nfolders: [/srv/a]\nllm:\n  url: http://[::1]:8000/v1\n  model: qwen3:8b\n', {
    TIAOWEN_BOT_DAYS: '7',
    TIAOWEN_LLM_KEY: 'sk-0123',
    TIAOWEN_SEEDS: 'off',
  })
  const shown = effectiveText(settings).replaceAll(`${home}/`, '').split('\n')
  expect(shown.slice(0, 8)).toEqual([
    'version: 1',
    'host: 127.0.0.1 # default',
    'port: 9000 # tiaowen.yaml:1',
    '# apiKey: # not set',
    'folders: # tiaowen.yaml:2',
    '  - /srv/a',
    'seeds: off # TIAOWEN_SEEDS',
    'uploads: on # default',
  ])
  expect(shown).toEqual(expect.arrayContaining(['  url: http://[::1]:8000/v1 # tiaowen.yaml:4', "  key: '***' # TIAOWEN_LLM_KEY"]))
  expect(parse(shown.join('\n'))).toMatchObject({ port: 9000, llm: { model: 'qwen3:8b', key: '***' } })
  expect(changedLines(settings).map((line) => line.replaceAll(`${home}/`, ''))).toEqual([
    'port: 9000 (tiaowen.yaml:1)',
    'folders: ["/srv/a"] (tiaowen.yaml:2)',
    'seeds: "off" (TIAOWEN_SEEDS)',
    'llm.url: "http://[::1]:8000/v1" (tiaowen.yaml:4)',
    'llm.model: "qwen3:8b" (tiaowen.yaml:5)',
    'llm.key: "***" (TIAOWEN_LLM_KEY)',
    'botDays: 7 (TIAOWEN_BOT_DAYS)',
  ])
})

describe('a secret', () => {
  const CANARY = 'canary0123456789canary0123456789'
  const sound: Readonly<Record<string, string>> = {
    DATABASE_URL: `postgres://tiaowen:${CANARY}@db.example.cn:5432/tiaowen`,
    TIAOWEN_SLACK_BOT_TOKEN: `xoxb-${CANARY}`,
    TIAOWEN_SLACK_APP_TOKEN: `xapp-${CANARY}`,
    TIAOWEN_LLM_EXTRA: `{"secret":"${CANARY}"}`,
    TIAOWEN_DINGTALK_GROUP_WEBHOOK: `https://oapi.dingtalk.com/robot/send?access_token=${CANARY}`,
  }
  const others = environmentOf(ALL.filter(({ isSecret }) => !isSecret))
  const secretOf = ({ variable }: Setting) => sound[variable] ?? CANARY

  test('one of eleven', () => {
    expect(SECRETS.map(({ variable }) => variable)).toEqual([
      'TIAOWEN_API_KEY',
      'DATABASE_URL',
      'TIAOWEN_LLM_KEY',
      'TIAOWEN_LLM_EXTRA',
      'TIAOWEN_SEARCH_KEY',
      'TIAOWEN_OIDC_CLIENT_SECRET',
      'TIAOWEN_SLACK_BOT_TOKEN',
      'TIAOWEN_SLACK_SIGNING_SECRET',
      'TIAOWEN_SLACK_APP_TOKEN',
      'TIAOWEN_DINGTALK_CLIENT_SECRET',
      'TIAOWEN_DINGTALK_GROUP_WEBHOOK',
      'TIAOWEN_DINGTALK_GROUP_SECRET',
    ])
  })

  test('is in nothing that is printed, wherever it was set', () => {
    const inEnvironment = Object.fromEntries(SECRETS.map((one) => [one.variable, secretOf(one)]))
    const inFiles = Object.fromEntries(
      SECRETS.map((one) => [`${one.variable}_FILE`, put(one.variable.toLowerCase(), `${secretOf(one)}\n`, 0o644)]),
    )
    const withSecrets = SECRETS.map((one) => ({ ...one, words: { ...one.words, example: secretOf(one) } }))
    const read = [
      readSettings({ ...others, ...inEnvironment }),
      readSettings({ ...others, ...inFiles }),
      readYaml(yamlOf(withSecrets), others),
      readSettings({}, { file: put('open.yaml', yamlOf(withSecrets.filter(({ key }) => !/^(?:llm|oidc)/.test(key))), 0o644) }),
    ]
    for (const { settings, notices, config } of read) {
      expect(JSON.stringify(config)).toContain(CANARY)
      const printed = [effectiveText(settings), ...changedLines(settings), ...notices, JSON.stringify(settings)].join('\n')
      expect(printed).toContain('***')
      expect(printed).not.toContain('canary')
    }
  })

  test.each(SECRETS)('$variable that is refused is not told', (one) => {
    const { variable, key } = one
    const secret = secretOf(one)
    for (const bad of [`${CANARY} ${secret}`, `${secret}\n${secret}`, `canary${'x'.repeat(5_000)}\u0000`]) {
      expect(toldOf({ ...others, [variable]: bad })).not.toContain('canary')
      expect(toldOf({ ...others, [`${variable}_FILE`]: put('bad', bad) })).not.toContain('canary')
    }
    const [group, name] = key.split('.') as [string, string | undefined]
    const at = (value: string) => (name === undefined ? `${group}: ${value}\n` : `${group}:\n  ${name}: ${value}\n`)
    const wrong = [
      `"${secret}`, `[${CANARY}, {a: ${CANARY}}`, `[${CANARY}]`, `{ ${CANARY}: ${CANARY}, n: ${CANARY} }`, `a: ${CANARY}`, `&${CANARY} x`,
      `*${CANARY}`, `!${CANARY} x`, `@${CANARY}`, `"\\z${CANARY}"`, `"${CANARY}" ${CANARY}`, `|\n${CANARY}`, `{${CANARY}}}`, `%${CANARY}\n\t${CANARY}`,
    ]
    for (const value of wrong) expect(toldOf(others, at(value))).not.toContain('canary')
    expect(toldOf(others, at(CANARY) + at(CANARY))).not.toContain('canary')
    expect(toldOf(others, `${variable}=${CANARY}\n`)).not.toContain('canary')
    expect(toldOf(others, `${variable} ${CANARY}: x\n`)).not.toContain('canary')
    expect(toldOf(others, `${key}x: ${CANARY}\n`)).not.toContain('canary')
    expect(toldOf({ ...others, [`${variable}S`]: CANARY })).not.toContain('canary')
    expect(toldOf({ ...others, [`${variable}_FILE`]: CANARY })).not.toContain('canary')
    expect(toldOf({ ...others, [`${variable}_FILE`]: `/${CANARY}`, [variable]: CANARY })).not.toContain('canary')
  })

  test.each(['TIAOWEN_LLM_URL', 'TIAOWEN_PUBLIC_URL', 'TIAOWEN_SLACK_API_URL', 'TIAOWEN_DINGTALK_API_URL', 'HF_ENDPOINT'])(
    'that stands in the address of %s is not told or shown',
    (variable) => {
      for (const address of [`https://me:${CANARY}@host/v1`, `https://host/v1?key=${CANARY}`, `ftp://${CANARY}@host`]) {
        expect(toldOf({ ...others, [variable]: address })).not.toContain('canary')
      }
    },
  )

  /** All that is told of settings, right or wrong. */
  function toldOf(environment: Record<string, string>, yaml = ''): string {
    try {
      const { settings, notices } = readYaml(yaml, environment)
      return [effectiveText(settings), ...changedLines(settings), ...notices].join('\n')
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return [String(error.stack), ...error.faults, ...error.notices].join('\n')
    }
  }
})

test('a fault of a secret says where it stands', () => {
  expect(faultsOf('llm:\n  url: http://h/v1\n  model: m\n  key: "a b"\n')).toEqual([
    'tiaowen.yaml:4: llm.key holds more than printable ASCII without spaces. Copy the key without spaces or line breaks, or unset it where the endpoint asks for none.',
  ])
})

test.each([['en', 'docs/configuration.md'], ['zh', 'docs/configuration.zh-CN.md']] as const)(
  'the table (%s) of %s is that of the rules',
  (language, file) => {
    const path = resolve(file)
    const page = readFileSync(path, 'utf8')
    const table = `<!-- settings -->\n${tableText(ALL, language, join(resolve('.'), '/'))}\n<!-- /settings -->`
    const made = page.replace(/<!-- settings -->[^]*<!-- \/settings -->/, () => table)
    if (process.env['TIAOWEN_GOLDEN'] === 'write') writeFileSync(path, made)
    expect(readFileSync(path, 'utf8')).toBe(made)
    for (const { variable } of ALL) expect(page).toContain(`\`${variable}\``)
  },
)
