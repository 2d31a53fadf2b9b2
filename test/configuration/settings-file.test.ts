/** The configuration file: what it says, what it may not hold, and how an older one is read. */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig, readSettings } from '../../src/config.ts'
import { migrated, renamed, type Migration } from '../../src/configuration/migrations.ts'
import { parseSettings } from '../../src/configuration/settings-file.ts'
import { faultsOf, home, put, readYaml, refusal } from './make.ts'

const KEY = '0123456789abcdef0123456789abcdef'

describe('a file of an office', () => {
  const office = [
    '# 某局办公室',
    'version: 1',
    'host: 0.0.0.0',
    `apiKey: ${KEY}`,
    'folders:',
    '  - 制度',
    '  - /srv/laws',
    'seeds: false',
    'modelDir: off',
    'llm:',
    '  url: http://127.0.0.1:8000/v1',
    '  model: 1.10',
    '  tokensADay: 2000000',
    '  extra:',
    '    chat_template_kwargs: { enable_thinking: false }',
    'dingtalk:',
    '  addresses: [192.0.2.10, "2001:db8::10"]',
    '',
  ].join('\n')

  test('says what the variables say; folders are those beside it', () => {
    expect(readYaml(office).config).toEqual(
      readConfig({
        TIAOWEN_HOST: '0.0.0.0',
        TIAOWEN_API_KEY: KEY,
        TIAOWEN_FOLDERS: `${join(home, '制度')}:/srv/laws`,
        TIAOWEN_SEEDS: 'off',
        TIAOWEN_MODEL_DIR: 'off',
        TIAOWEN_LLM_URL: 'http://127.0.0.1:8000/v1',
        TIAOWEN_LLM_MODEL: '1.10',
        TIAOWEN_LLM_TOKENS_A_DAY: '2000000',
        TIAOWEN_LLM_EXTRA: '{"chat_template_kwargs":{"enable_thinking":false}}',
        TIAOWEN_DINGTALK_ADDRESSES: '192.0.2.10,2001:db8::10',
      }),
    )
  })

  test('gives way to the environment, setting by setting', () => {
    const { config, settings } = readYaml('port: 9000\nbotDays: 7\n', { TIAOWEN_PORT: '9001' })
    expect([config.port, config.bots.days]).toEqual([9001, 7])
    const origins = settings.flatMap(({ key, origin }) => (origin ? [[key, origin]] : []))
    expect(origins).toEqual([
      ['port', { from: 'environment', variable: 'TIAOWEN_PORT' }],
      ['botDays', { from: 'file', file: join(home, 'tiaowen.yaml'), line: 2, key: 'botDays' }],
    ])
  })

  test.each(['', '# nothing yet\n', '---\n', 'version: 1\n', 'host:\nport: ~\nllm:\n', '\ufeffversion: 1\n'])(
    'may say nothing: %j',
    (yaml) => expect(readYaml(yaml).config).toEqual(readConfig({})),
  )
})

describe('which file is read', () => {
  test('the one named on the command line, else by TIAOWEN_CONFIG, else the one beside the program', () => {
    const named = put('named.yaml', 'port: 1001\n')
    const typed = put('typed.yaml', 'port: 1002\n')
    put('tiaowen.yaml', 'port: 1003\n')
    const of = (environment: Record<string, string>, file?: string) => {
      const { config, file: read } = readSettings(environment, { beside: home, ...(file !== undefined && { file }) })
      return [config.port, read]
    }
    expect(of({ TIAOWEN_CONFIG: named }, typed)).toEqual([1002, typed])
    expect(of({ TIAOWEN_CONFIG: named })).toEqual([1001, named])
    expect(of({})).toEqual([1003, join(home, 'tiaowen.yaml')])
    expect(of({ TIAOWEN_CONFIG: 'off' })).toEqual([8787, undefined])
    expect(readSettings({}, { beside: join(home, 'empty') }).file).toBeUndefined()
    expect(readConfig({ TIAOWEN_CONFIG: named }).port).toBe(1001)
  })

  test('and one that is not there is not passed over', () => {
    const { faults } = refusal(() => readConfig({ TIAOWEN_CONFIG: '/nowhere/tiaowen.yaml' }))
    expect(faults).toEqual([
      `The configuration file ${resolve('/nowhere/tiaowen.yaml')} does not exist. ` +
        'Name one in TIAOWEN_CONFIG, made with: tiaowen config example.',
    ])
    expect(refusal(() => readConfig({ TIAOWEN_CONFIG: home })).faults[0]).toContain(`${home} is a folder.`)
  })
})

const ANCHORS = 'anchors (&) and aliases (*) are not for settings. Write the value itself, or put it in quotes.'
const bomb = ['a: &a [x, x]', ...[...'bcdefghij'].map((to, at) => `${to}: &${to} [${`*${'abcdefghi'[at]},`.repeat(9)}]`)]

describe('a file that is wrong', () => {
  test.each<[what: string, yaml: string | Uint8Array, faults: readonly string[]]>([
    ['a slip in a key', 'version: 1\nprot: 9000\n', ['tiaowen.yaml:2: prot is no setting of Tiaowen. Did you mean port? All of them: tiaowen config example.']],
    ['a slip in a key of a group', 'llm:\n  modle: x\n', ['tiaowen.yaml:2: llm.modle is no setting of Tiaowen. Did you mean llm.model? All of them: tiaowen config example.']],
    ['another way to write words', 'api_key_file: /run/key\n', ['tiaowen.yaml:1: api_key_file is no setting of Tiaowen. Did you mean apiKeyFile? All of them: tiaowen config example.']],
    ['the name of the variable', 'TIAOWEN_LLM_URL: https://host/v1\n', ['tiaowen.yaml:1: TIAOWEN_LLM_URL is no setting of Tiaowen. Did you mean llm.url? All of them: tiaowen config example.']],
    ['a key that is none', '"sk-0123 is my key": x\n', ['tiaowen.yaml:1: this key is no setting of Tiaowen. All of them: tiaowen config example.']],
    ['a merge key', '<<: { port: 1 }\n', ['tiaowen.yaml:1: this key is no setting of Tiaowen. All of them: tiaowen config example.']],
    ['a group without its settings', 'reranker: /srv/bge\n', ['tiaowen.yaml:1: reranker holds settings of its own. Write below it, indented: dir, timeoutSeconds.']],
    ['a key twice', 'port: 1\nhost: ::1\nport: 2\n', ['tiaowen.yaml:3: this key stands twice. Leave one of them.']],
    ['a tab', 'llm:\n\turl: https://host/v1\n', ['tiaowen.yaml:2: a tab stands where spaces are wanted. Indent with spaces.']],
    ['an alias', 'llm: { key: &k abc }\nslack: { botToken: *k }\n', [`tiaowen.yaml:1: ${ANCHORS}`, `tiaowen.yaml:2: ${ANCHORS}`]],
    ['a tag', 'port: !!int "1"\n', ['tiaowen.yaml:1: tags (!…) are not for settings. Take it out.']],
    ['a tag nobody knows', 'port: !port 1\n', ['tiaowen.yaml:1: tags (!…) are not for settings. Take it out.']],
    ['two documents', 'port: 1\n---\nport: 2\n', ['tiaowen.yaml:2: a second document begins. Leave one, without lines of ---.']],
    ['a quote left open', 'host: "::1\nport: 1\n', ['tiaowen.yaml:3: a sign is missing, e.g. a closing quote or the colon after a key. Add it.']],
    ['a second colon', 'host: a: b\n', ['tiaowen.yaml:1: a second colon or a wrong indentation. Put a value with a colon and a space in quotes.']],
    ['a bracket left open', 'folders: [/srv/a\n', ['tiaowen.yaml:2: the indentation does not fit. Indent what belongs together alike, with spaces.']],
    ['a bracket too many', 'folders: [/srv/a]]\n', ['tiaowen.yaml:1: this is not YAML. Look at the quotes, brackets and indentation of this line.']],
    ['a sign of YAML', 'host: @here\n', ['tiaowen.yaml:1: the value begins with a sign that YAML keeps for itself. Put it in quotes.']],
    ['a key that is a list', '[a, b]: 1\n', ['tiaowen.yaml:1: a key is not a word. Write it as key: value.']],
    ['a directive', '%FOO bar\n---\nport: 1\n', ['tiaowen.yaml:1: lines that begin with % are not for settings. Take it out.']],
    ['a list', '- port\n- 1\n', ['tiaowen.yaml:1: settings are wanted, one key: value a line.']],
    ['a word', '端口\n', ['tiaowen.yaml:1: settings are wanted, one key: value a line.']],
    ['no text', new Uint8Array([0xff, 0xfe, 0x70]), ['The configuration file tiaowen.yaml is not UTF-8 text. Name one in TIAOWEN_CONFIG, made with: tiaowen config example.']],
    ['much too long', `#${'x'.repeat(300_000)}\n`, ['tiaowen.yaml: holds more than 262144 characters. Is it the right file?']],
    ['a newer version', 'version: 2\nport: x\n', [
      'tiaowen.yaml:1: version 2 of the configuration file is newer than this Tiaowen knows (1). ' +
        'Run the newer Tiaowen that it was written for, or write the file anew: tiaowen config example.',
    ]],
    ['no version', 'port: 1\nversion: latest\n', ['tiaowen.yaml:2: version is not a whole number from 1 to 1. Write version: 1.']],
    ['a list for one value', 'port: [1, 2]\n', ['tiaowen.yaml:1: port is a list, where one value is wanted. Write it without - and [].']],
    ['keys for one value', 'llm: { url: { base: x } }\n', ['tiaowen.yaml:1: llm.url holds keys, where one value is wanted. Write it in one line.']],
    ['keys below a setting', 'apiKey: { sk-abc: x, n: 1 }\n', ['tiaowen.yaml:1: apiKey holds keys, where one value is wanted. Write it in one line.']],
    ['a key with digits', 'ak47secret: x\n', ['tiaowen.yaml:1: this key is no setting of Tiaowen. All of them: tiaowen config example.']],
    ['a list for keys', 'llm: { url: "http://h/v1", model: m, extra: [a] }\n', ['tiaowen.yaml:1: llm.extra is a list, where a mapping of names and values is wanted. Write it without - and [].']],
    ['lists in a list', 'folders: [[/srv/a]]\n', ['tiaowen.yaml:1: folders is a list that holds more than words. Write one value after each -.']],
    ['what separates', 'folders: ["/srv/a:/srv/b"]\n', ['tiaowen.yaml:1: folders holds ":" within a value, which separates values. Name another.']],
    ['a value', 'port: 8_787\n', ['tiaowen.yaml:1: port ("8_787") is not a whole number from 0 to 65535. Name a free port, e.g. 8787, or unset it.']],
    ['a yes', 'seeds: yes\n', ['tiaowen.yaml:1: seeds ("yes") is neither on nor off. Set it to off to leave the seeds out, or unset it.']],
    ['a secret in both ways', `apiKey: ${KEY}\napiKeyFile: /run/key\n`, ['tiaowen.yaml:2: apiKeyFile and apiKey (line 1) are both set. Leave one of them.']],
    ['half a model', 'llm:\n  url: https://host/v1\n', ['tiaowen.yaml:2: llm.url is set, and llm.model (TIAOWEN_LLM_MODEL) is not. Name the model as the endpoint calls it, e.g. qwen-plus, or unset TIAOWEN_LLM_URL.']],
  ])('%s is told with its line and what to do', (_, yaml, faults) => {
    expect(faultsOf(yaml)).toEqual(faults)
  })

  test('tells everything at once, with what is wrong in the environment', () => {
    const yaml = 'prot: 1\nhost: 0.0.0.0\nbotDays: 0\nllm:\n  model: a b\n'
    const said = faultsOf(yaml, { TIAOWEN_PORT: 'x', TIAOWEN_POTR: '1' }).map((fault) => fault.split(' ', 2).join(' '))
    expect(said).toEqual([
      'TIAOWEN_POTR is',
      'tiaowen.yaml:1: prot',
      'TIAOWEN_PORT ("x")',
      'tiaowen.yaml:5: llm.model',
      'tiaowen.yaml:3: botDays',
    ])
  })

  test('that would grow to gigabytes, or nests without end, is refused at once', () => {
    const began = performance.now()
    expect(faultsOf(bomb.join('\n'))[0]).toBe(`tiaowen.yaml:1: ${ANCHORS}`)
    const [deep, ...more] = faultsOf(`llm: ${'['.repeat(100_000)}\n`)
    expect([/^tiaowen\.yaml(:\d+)?: (nests too deeply|the indentation|this is not YAML)/.test(deep ?? ''), more.length]).toEqual([true, 0])
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

describe('an older file', () => {
  const steps: readonly Migration[] = [
    { change: 'model.folder is now modelDir', migrate: renamed('model.folder', 'modelDir') },
    { change: 'botDays is now chat.days', migrate: renamed('botDays', 'chat.days') },
  ]
  const keys = (yaml: string) => {
    const { entries, faults, notices } = parseSettings(yaml, 'old.yaml', steps)
    return { keys: entries.map(({ key, line }) => `${key}:${line}`), faults, notices }
  }

  test('is read as the newest, step by step, and says what to change in it', () => {
    expect(keys('model:\n  folder: /srv/bge\nbotDays: 3\n')).toEqual({
      keys: ['modelDir:2', 'chat.days:3'],
      faults: [],
      notices: [
        'old.yaml is of version 1 and was read as version 3. ' +
          'Change in it: model.folder is now modelDir; botDays is now chat.days; and write version: 3.',
      ],
    })
    expect(keys('version: 2\nmodel:\n  folder: /srv/bge\nbotDays: 3\n').keys).toEqual(['model.folder:3', 'chat.days:4'])
    expect(keys('version: 3\nbotDays: 3\n')).toEqual({ keys: ['botDays:2'], faults: [], notices: [] })
  })

  test('that names the new key beside the old one is refused', () => {
    expect(keys('modelDir: /a\nmodel: { folder: /b }\n').faults).toEqual([
      'old.yaml:2: modelDir is set in line 1 too. Leave one of them.',
    ])
  })

  test('of today stays as it is', () => {
    const { entries } = parseSettings('port: 1\n', 'tiaowen.yaml')
    expect(migrated(entries, 'tiaowen.yaml', [])).toEqual({ entries, faults: [], notices: [] })
  })
})

describe('a secret in a file of its own', () => {
  const keyFile = () => put('key', `${KEY}\n`)

  test('is read without the newline at its end, and goes by the name of a variable or a key', () => {
    expect(readConfig({ TIAOWEN_API_KEY_FILE: keyFile() }).apiKey).toBe(KEY)
    expect(readYaml('apiKeyFile: key\n').config.apiKey).toBe(KEY)
    expect(readConfig({ TIAOWEN_API_KEY_FILE: put('dos', `${KEY}\r\n`) }).apiKey).toBe(KEY)
    expect(readYaml(`apiKey: ${'f'.repeat(32)}\n`, { TIAOWEN_API_KEY_FILE: keyFile() }).config.apiKey).toBe(KEY)
    expect(readYaml('apiKeyFile: /nowhere\n', { TIAOWEN_API_KEY: KEY }).config.apiKey).toBe(KEY)
  })

  test.each<[what: string, environment: () => Record<string, string>, fault: string]>([
    ['both', () => ({ TIAOWEN_API_KEY: KEY, TIAOWEN_API_KEY_FILE: keyFile() }), 'TIAOWEN_API_KEY and TIAOWEN_API_KEY_FILE are both set. Unset one of them.'],
    ['none there', () => ({ TIAOWEN_HOST: '::', TIAOWEN_API_KEY_FILE: `/${KEY}` }), 'TIAOWEN_API_KEY_FILE names a file that does not exist. Name a file that holds the secret alone.'],
    ['a folder', () => ({ TIAOWEN_API_KEY_FILE: home }), 'TIAOWEN_API_KEY_FILE names a file that is a folder. Name a file that holds the secret alone.'],
    ['an empty one', () => ({ TIAOWEN_API_KEY_FILE: put('empty', '\n') }), 'TIAOWEN_API_KEY_FILE names a file that is empty. Write the secret into it.'],
    ['a large one', () => ({ TIAOWEN_API_KEY_FILE: put('large', 'x'.repeat(70_000)) }), 'TIAOWEN_API_KEY_FILE names a file that is larger than 65536 bytes. Name a file that holds the secret alone.'],
    ['two lines', () => ({ TIAOWEN_API_KEY_FILE: put('two', `${KEY}\n${KEY}\n`) }), 'TIAOWEN_API_KEY_FILE holds more than printable ASCII without spaces. Make one with: openssl rand -hex 32.'],
    ['no end', () => ({ TIAOWEN_API_KEY_FILE: '/dev/zero' }), 'TIAOWEN_API_KEY_FILE names a file that is larger than 65536 bytes. Name a file that holds the secret alone.'],
  ])('%s: one fault, without the path', (_, environment, fault) => {
    expect(refusal(() => readConfig(environment())).faults).toEqual([fault])
  })

  test('that everybody can read is used, and told', () => {
    const { config, notices } = readSettings({ TIAOWEN_API_KEY_FILE: put('open', KEY, 0o644) })
    expect([config.apiKey, notices]).toEqual([
      KEY,
      ['TIAOWEN_API_KEY_FILE names a file that everybody on this machine can read. Run chmod o-rwx on it, and chown to the user of Tiaowen.'],
    ])
    expect(readSettings({ TIAOWEN_API_KEY_FILE: put('shut', KEY, 0o640) }).notices).toEqual([])
  })

  test('and so is a configuration file that holds one', () => {
    const noticesOf = (yaml: string, mode: number) => readSettings({}, { file: put('open.yaml', yaml, mode) }).notices
    expect(noticesOf(`apiKey: ${KEY}\n`, 0o644).map((notice) => notice.replace(`${home}/`, ''))).toEqual([
      'open.yaml holds secrets, and everybody on this machine can read it. Run chmod o-rwx on it, and chown to the user of Tiaowen.',
    ])
    expect(noticesOf('port: 1\n', 0o644)).toEqual([])
    expect(noticesOf('port: 1\n', 0o666)).toHaveLength(1)
  })
})

test('a variable that is no secret takes no file', () => {
  writeFileSync(join(home, 'host'), '::1')
  expect(refusal(() => readConfig({ TIAOWEN_HOST_FILE: join(home, 'host') })).faults[0]).toContain('TIAOWEN_HOST_FILE is not a variable of Tiaowen.')
})
