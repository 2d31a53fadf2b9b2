/** The environment as the program reads it. */
import { delimiter, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isLoopback, readConfig } from '../src/config.ts'
import { PolicyError } from '../src/errors.ts'

const KEY = '0123456789abcdef0123456789abcdef'

describe('with nothing set', () => {
  test('it serves the seeds on this machine alone', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8787,
      folders: [resolve('seeds')],
      dataFolder: resolve('data'),
      uploads: true,
      indexFolder: resolve('index'),
      embeddingThreads: 2,
      logLevel: 'info',
      stopWaitSeconds: 0,
      bots: { days: 30, identities: {}, off: {} },
      telemetry: { logFormat: 'auto', logQuestions: false },
      door: { trustedProxies: [], rates: {} },
    })
  })

  test('a variable set to nothing counts as not set, and those of other programs do not matter', () => {
    const others = { TIAOWEN_PORT: '', TIAOWEN_API_KEY: '', PATH: '/bin', TIAOWEN_LONG: '1' }
    expect(readConfig(others)).toEqual(readConfig({}))
  })
})

test('every variable has its place', () => {
  const environment = {
    TIAOWEN_HOST: '0.0.0.0',
    TIAOWEN_PORT: '9000',
    TIAOWEN_API_KEY: KEY,
    TIAOWEN_FOLDERS: ['/srv/制度', 'docs', ''].join(delimiter),
    TIAOWEN_UPLOADS: 'off',
    TIAOWEN_DATA_FOLDER: '/var/lib/tiaowen',
    TIAOWEN_INDEX_FOLDER: '/var/lib/tiaowen/index',
    DATABASE_URL: 'postgres://tiaowen:p%40ss@db.example.cn:5432/tiaowen?sslmode=verify-full',
    TIAOWEN_MODEL_DIR: '/srv/models/bge',
    HF_ENDPOINT: 'https://hub.example.org/',
    TIAOWEN_EMBEDDING_THREADS: '4',
    TIAOWEN_LOG_LEVEL: 'debug',
    TIAOWEN_STOP_WAIT_SECONDS: '5',
    TIAOWEN_CORPUS: '/srv/laws',
  }
  expect(readConfig(environment)).toEqual({
    host: '0.0.0.0',
    port: 9000,
    apiKey: KEY,
    folders: [resolve('seeds'), resolve('/srv/制度'), resolve('docs')],
    dataFolder: resolve('/var/lib/tiaowen'),
    uploads: false,
    indexFolder: resolve('/var/lib/tiaowen/index'),
    databaseUrl: 'postgres://tiaowen:p%40ss@db.example.cn:5432/tiaowen?sslmode=verify-full',
    modelDir: resolve('/srv/models/bge'),
    hfEndpoint: 'https://hub.example.org',
    embeddingThreads: 4,
    logLevel: 'debug',
    stopWaitSeconds: 5,
    corpus: resolve('/srv/laws'),
    bots: { days: 30, identities: {}, off: {} },
    telemetry: { logFormat: 'auto', logQuestions: false },
      door: { trustedProxies: [], rates: {} },
  })
  expect(readConfig({ TIAOWEN_MODEL_DIR: 'off' }).modelDir).toBe('off')
  const withoutSeeds = readConfig({ ...environment, TIAOWEN_SEEDS: 'off' })
  expect(withoutSeeds.folders).toEqual([resolve('/srv/制度'), resolve('docs')])
})

describe('an address others can reach', () => {
  test.each(['0.0.0.0', '::', '192.168.1.4', 'wiki.example.org'])('%s may stand without a key here: who has one, the store knows, and serve.ts asks it', (host) => {
    expect(readConfig({ TIAOWEN_HOST: host })).toMatchObject({ host })
  })

  test('is not one of the loopback', () => {
    const local = ['127.0.0.1', '127.0.0.53', '::1', 'localhost']
    expect(local.map(isLoopback)).toEqual([true, true, true, true])
    const open = ['127.0.0.1.example.org', '128.0.0.1', '0.0.0.0', '::']
    expect(open.map(isLoopback)).toEqual([false, false, false, false])
  })
})

describe('a value that cannot be used', () => {
  test.each([
    [
      { TIAOWEN_PORT: '70000' },
      'TIAOWEN_PORT ("70000") is not a whole number from 0 to 65535. ' +
        'Name a free port, e.g. 8787, or unset it.',
    ],
    [
      { TIAOWEN_PORT: '80a' },
      'TIAOWEN_PORT ("80a") is not a whole number from 0 to 65535. ' +
        'Name a free port, e.g. 8787, or unset it.',
    ],
    [
      { TIAOWEN_HOST: 'a b' },
      'TIAOWEN_HOST ("a b") is not an IP address or host name. ' +
        'Name an address of this machine, e.g. 127.0.0.1 or 0.0.0.0.',
    ],
    [
      { TIAOWEN_HOST: '127.0.0.256' },
      'TIAOWEN_HOST ("127.0.0.256") is not an IP address or host name. ' +
        'Name an address of this machine, e.g. 127.0.0.1 or 0.0.0.0.',
    ],
    [
      { TIAOWEN_SEEDS: 'no' },
      'TIAOWEN_SEEDS ("no") is neither on nor off. ' +
        'Set it to off to leave the seeds out, or unset it.',
    ],
    [
      { HF_ENDPOINT: 'ftp://x' },
      'HF_ENDPOINT ("ftp://x") is not an http or https address. ' +
        'Name the address of a hub or mirror, with http:// or https://, or unset it.',
    ],
    [
      { TIAOWEN_EMBEDDING_THREADS: '0' },
      'TIAOWEN_EMBEDDING_THREADS ("0") is not a whole number from 1 to 64. ' +
        'Name the number of cores to embed with, or unset it.',
    ],
    [
      { TIAOWEN_LOG_LEVEL: 'loud' },
      'TIAOWEN_LOG_LEVEL ("loud") is none of debug, info, warn, error, silent. ' +
        'Name one of them, or unset it.',
    ],
    [
      { TIAOWEN_API_KEY: KEY.slice(1) },
      'TIAOWEN_API_KEY is shorter than 32 bytes. ' +
        'Make one with: openssl rand -hex 32.',
    ],
    [
      { TIAOWEN_API_KEY: `${KEY} ${KEY}` },
      'TIAOWEN_API_KEY holds more than printable ASCII without spaces. ' +
        'Make one with: openssl rand -hex 32.',
    ],
  ])('%o is named with its fault and the next step', (environment, sentence) => {
    expect(refusal(environment)).toBe(sentence)
  })

  test('is reported with all others at once, and a key is never shown', () => {
    const sentences = refusal({ TIAOWEN_PORT: 'x', TIAOWEN_API_KEY: 'secret', TIAOWEN_POTR: '1' })
    const named = sentences.split('\n').map((line) => line.split(' ')[0])
    expect(named).toEqual(['TIAOWEN_POTR', 'TIAOWEN_PORT', 'TIAOWEN_API_KEY'])
    expect(sentences).not.toContain('secret')
  })
})

test('a variable nobody reads is refused by name, with those that are read', () => {
  expect(refusal({ TIAOWEN_FOLDER: '/srv' })).toBe(
    'TIAOWEN_FOLDER is not a variable of Tiaowen. Unset it, or use one of: TIAOWEN_HOST, TIAOWEN_PORT, TIAOWEN_API_KEY, ' +
      'TIAOWEN_FOLDERS, TIAOWEN_SEEDS, TIAOWEN_UPLOADS, TIAOWEN_DATA_FOLDER, TIAOWEN_INDEX_FOLDER, TIAOWEN_MODEL_DIR, ' +
      'TIAOWEN_EMBEDDING_THREADS, TIAOWEN_LOG_LEVEL, TIAOWEN_STOP_WAIT_SECONDS, TIAOWEN_CORPUS, TIAOWEN_RERANKER_DIR, ' +
      'TIAOWEN_RERANKER_TIMEOUT_SECONDS, TIAOWEN_MCP_IDENTITY, TIAOWEN_TRUSTED_PROXIES, TIAOWEN_ASKS_AT_ONCE, TIAOWEN_PUBLIC_URL, TIAOWEN_BOT_DAYS, TIAOWEN_LOG_FORMAT, ' +
      'TIAOWEN_LOG_QUESTIONS, TIAOWEN_METRICS_PORT, TIAOWEN_METRICS_HOST, TIAOWEN_OTEL_ENDPOINT, TIAOWEN_CONFIG.',
  )
  expect(refusal({ TIAOWEN_SLACK_TOKEN: 'xoxb-0123-secret' })).toBe(
    'TIAOWEN_SLACK_TOKEN is not a variable of Tiaowen. Unset it, or use one of: TIAOWEN_SLACK_IDENTITY, TIAOWEN_SLACK_BOT_TOKEN, ' +
      'TIAOWEN_SLACK_SIGNING_SECRET, TIAOWEN_SLACK_APP_TOKEN, TIAOWEN_SLACK_API_URL.',
  )
})

describe('a model that puts passages in order', () => {
  test('is there where its folder is named', () => {
    expect(readConfig({ TIAOWEN_RERANKER_DIR: 'models/bge-reranker-base' }).reranker).toEqual({
      folder: resolve('models/bge-reranker-base'),
      timeoutSeconds: 5,
    })
    const both = { TIAOWEN_RERANKER_DIR: '/srv/bge', TIAOWEN_RERANKER_TIMEOUT_SECONDS: '12' }
    expect(readConfig(both).reranker?.timeoutSeconds).toBe(12)
    expect(readConfig({ TIAOWEN_RERANKER_TIMEOUT_SECONDS: '12' })).not.toHaveProperty('reranker')
  })

  test('takes a minute at most', () => {
    expect(refusal({ TIAOWEN_RERANKER_TIMEOUT_SECONDS: '61' })).toBe(
      'TIAOWEN_RERANKER_TIMEOUT_SECONDS ("61") is not a whole number from 1 to 60. ' +
        'Name the seconds that ordering the passages of a question may take, or unset it.',
    )
  })
})

describe('a model that writes', () => {
  const TWO = { TIAOWEN_LLM_URL: 'https://dashscope.aliyuncs.com/compatible-mode/v1/', TIAOWEN_LLM_MODEL: 'qwen-plus' }
  const MODEL_KEY = 'sk-0123-secret'

  test('is there where its address and its name are', () => {
    expect(readConfig(TWO).llm).toEqual({
      url: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
      model: 'qwen-plus',
      schema: 'auto',
      timeoutSeconds: 60,
    })
    const all = {
      TIAOWEN_LLM_URL: 'http://127.0.0.1:11434/v1',
      TIAOWEN_LLM_MODEL: 'qwen3:8b',
      TIAOWEN_LLM_KEY: MODEL_KEY,
      TIAOWEN_LLM_SCHEMA: 'off',
      TIAOWEN_LLM_TIMEOUT_SECONDS: '180',
      TIAOWEN_LLM_TOKENS_A_DAY: '2000000000',
      TIAOWEN_LLM_EXTRA: '{"thinking":{"type":"disabled"}}',
    }
    expect(readConfig(all).llm).toEqual({
      url: 'http://127.0.0.1:11434/v1',
      model: 'qwen3:8b',
      key: MODEL_KEY,
      schema: 'off',
      timeoutSeconds: 180,
      tokensADay: 2_000_000_000,
      extra: { thinking: { type: 'disabled' } },
    })
  })

  test.each([
    [{ TIAOWEN_LLM_URL: TWO.TIAOWEN_LLM_URL }, 'TIAOWEN_LLM_URL is set, and TIAOWEN_LLM_MODEL is not. Name the model as the endpoint calls it, e.g. qwen-plus, or unset TIAOWEN_LLM_URL.'],
    [
      { TIAOWEN_LLM_MODEL: 'qwen-plus', TIAOWEN_LLM_KEY: MODEL_KEY },
      'TIAOWEN_LLM_MODEL and TIAOWEN_LLM_KEY are set, and TIAOWEN_LLM_URL is not. Name the base address of an OpenAI-compatible ' +
        'endpoint, e.g. https://api.deepseek.com/v1; the key stands in TIAOWEN_LLM_KEY, or unset TIAOWEN_LLM_MODEL and TIAOWEN_LLM_KEY.',
    ],
  ])('is refused by halves: %o', (environment, sentence) => {
    expect(refusal(environment)).toBe(sentence)
  })

  test.each([
    ['TIAOWEN_LLM_URL', 'ftp://host/v1', 'TIAOWEN_LLM_URL ("ftp://host/v1") is not an http or https address. '],
    ['TIAOWEN_LLM_URL', 'localhost:11434', 'TIAOWEN_LLM_URL ("localhost:11434") is not an http or https address. '],
    ['TIAOWEN_LLM_URL', 'https://me:sk-0123-secret@host/v1', 'TIAOWEN_LLM_URL ("https://***@host/v1") holds a user, a query or a fragment. '],
    ['TIAOWEN_LLM_URL', 'https://host/v1?key=sk-0123-secret', 'TIAOWEN_LLM_URL ("https://host/v1?***") holds a user, a query or a fragment. '],
    ['TIAOWEN_LLM_URL', 'htp:/me:sk-0123-secret@host', 'TIAOWEN_LLM_URL ("htp:/***@host") is not an http or https address. '],
    ['TIAOWEN_LLM_MODEL', 'qwen plus', 'TIAOWEN_LLM_MODEL ("qwen plus") is not a name of 1 to 200 characters without spaces. '],
    ['TIAOWEN_LLM_KEY', 'sk-0123-secret\n', 'TIAOWEN_LLM_KEY holds more than printable ASCII without spaces. '],
    ['TIAOWEN_LLM_EXTRA', 'thinking=sk-0123-secret', 'TIAOWEN_LLM_EXTRA is not JSON. Write a JSON object, '],
    ['TIAOWEN_LLM_EXTRA', '["sk-0123-secret"]', 'TIAOWEN_LLM_EXTRA is not a JSON object. '],
    ['TIAOWEN_LLM_EXTRA', '{"a":1,"tools":[]}', 'TIAOWEN_LLM_EXTRA holds tools, which is not for it to say. '],
    ['TIAOWEN_LLM_SCHEMA', 'yes', 'TIAOWEN_LLM_SCHEMA ("yes") is none of auto, on, off. '],
    ['TIAOWEN_LLM_TIMEOUT_SECONDS', '0', 'TIAOWEN_LLM_TIMEOUT_SECONDS ("0") is not a whole number from 1 to 600. '],
    ['TIAOWEN_LLM_TOKENS_A_DAY', '1e6', 'TIAOWEN_LLM_TOKENS_A_DAY ("1e6") is not a whole number from 1 to 9999999999. '],
  ])('%s %s is named with its fault, never with a secret', (name, value, sentence) => {
    const said = refusal({ ...TWO, [name]: value })
    expect(said.slice(0, sentence.length)).toBe(sentence)
    expect(said).not.toContain('sk-0123-secret')
  })
})

describe('chat platforms', () => {
  const SLACK = { TIAOWEN_SLACK_BOT_TOKEN: 'xoxb-1', TIAOWEN_SLACK_SIGNING_SECRET: '8f742231b10e8888abcd99yyyzzz85a5' }
  const DINGTALK = { TIAOWEN_DINGTALK_CLIENT_ID: 'dingabc', TIAOWEN_DINGTALK_CLIENT_SECRET: 'policy-rag-ding-app-secret' }

  test('are on with their secrets', () => {
    const given = { ...SLACK, ...DINGTALK, TIAOWEN_PUBLIC_URL: 'https://tiaowen.example.cn/', TIAOWEN_BOT_DAYS: '7' }
    expect(readConfig(given).bots).toEqual({
      publicUrl: 'https://tiaowen.example.cn',
      days: 7,
      slack: { botToken: 'xoxb-1', signingSecret: '8f742231b10e8888abcd99yyyzzz85a5', apiUrl: 'https://slack.com/api/' },
      dingTalk: {
        clientId: 'dingabc',
        clientSecret: 'policy-rag-ding-app-secret',
        mode: 'stream',
        robotCode: 'dingabc',
        windowSeconds: 300,
        apiUrl: 'https://api.dingtalk.com',
      },
      identities: {},
      off: {},
    })
  })

  test('are off where a half of them is missing, and say which', () => {
    const half = { TIAOWEN_SLACK_BOT_TOKEN: 'xoxb-1', TIAOWEN_DINGTALK_CLIENT_ID: 'dingabc' }
    expect(readConfig(half).bots).toEqual({
      days: 30,
      identities: {},
      off: {
        slack:
          '没有设置 TIAOWEN_SLACK_APP_TOKEN 或 TIAOWEN_SLACK_SIGNING_SECRET，取得的步骤见 docs/slack.md。',
        dingtalk: '没有设置 TIAOWEN_DINGTALK_CLIENT_SECRET，取得的步骤见 docs/dingtalk.md。',
      },
    })
  })

  test.each([
    ['TIAOWEN_SLACK_BOT_TOKEN', 'xapp-0123-secret', 'TIAOWEN_SLACK_BOT_TOKEN does not begin with xoxb-. '],
    ['TIAOWEN_SLACK_SIGNING_SECRET', '0123-secret\n', 'TIAOWEN_SLACK_SIGNING_SECRET holds more than printable ASCII '],
    ['TIAOWEN_DINGTALK_GROUP_WEBHOOK', 'oapi.dingtalk.com/0123-secret', 'TIAOWEN_DINGTALK_GROUP_WEBHOOK is not an http '],
    ['TIAOWEN_DINGTALK_ADDRESSES', '1.2.3.4,here', 'TIAOWEN_DINGTALK_ADDRESSES ("1.2.3.4,here") is not a list of IP '],
    ['TIAOWEN_DINGTALK_MODE', 'socket', 'TIAOWEN_DINGTALK_MODE ("socket") is neither stream nor http. '],
    ['TIAOWEN_PUBLIC_URL', 'https://me:0123-secret@host', 'TIAOWEN_PUBLIC_URL ("https://***@host") holds a user, '],
  ])('%s %s is named with its fault, never with a secret', (name, value, sentence) => {
    const said = refusal({ [name]: value })
    expect(said.slice(0, sentence.length)).toBe(sentence)
    expect(said).not.toContain('0123-secret')
  })
})

function refusal(environment: Readonly<Record<string, string>>): string {
  try {
    readConfig(environment)
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError)
    expect(error).toMatchObject({ code: 'config-invalid' })
    return (error as PolicyError).message
  }
  throw new Error('it was not refused')
}

describe('logs, metrics and traces', () => {
  test('have their place; a collector is named with its traces or without', () => {
    const given = {
      TIAOWEN_LOG_FORMAT: 'json',
      TIAOWEN_LOG_QUESTIONS: 'on',
      TIAOWEN_METRICS_PORT: '9464',
      TIAOWEN_METRICS_HOST: '10.1.2.3',
      TIAOWEN_OTEL_ENDPOINT: 'http://127.0.0.1:4318/v1/traces',
    }
    expect(readConfig(given).telemetry).toEqual({
      logFormat: 'json',
      logQuestions: true,
      metrics: { host: '10.1.2.3', port: 9464 },
      otelEndpoint: 'http://127.0.0.1:4318',
    })
    expect(readConfig({ TIAOWEN_OTEL_ENDPOINT: 'https://otel.example.cn/' }).telemetry.otelEndpoint).toBe('https://otel.example.cn')
    expect(readConfig({ TIAOWEN_METRICS_PORT: '0' }).telemetry.metrics).toEqual({ host: '127.0.0.1', port: 0 })
  })

  test.each([
    [{ TIAOWEN_METRICS_PORT: '65536' }, 'TIAOWEN_METRICS_PORT ("65536") is not a whole number from 0 to 65535.'],
    [{ TIAOWEN_LOG_FORMAT: 'xml' }, 'TIAOWEN_LOG_FORMAT ("xml") is none of auto, json, text.'],
    [{ TIAOWEN_OTEL_ENDPOINT: 'http://me:secret@otel/' }, 'holds a user, a query or a fragment.'],
    [{ TIAOWEN_METRICS_HOST: 'ftp://x' }, 'TIAOWEN_METRICS_HOST ("ftp://x") is not an IP address or host name.'],
  ])('%o is refused', (given, said) => {
    expect(refusal(given)).toContain(said)
    expect(refusal(given)).not.toContain('secret@')
  })
})

test('bots and MCP act as keys, by their ids', () => {
  const given = { TIAOWEN_SLACK_IDENTITY: 'Zk3vQ9xT', TIAOWEN_DINGTALK_IDENTITY: 'a-_b0C1d', TIAOWEN_MCP_IDENTITY: '01234567' }
  const { bots, mcpIdentity } = readConfig(given)
  expect([bots.identities, mcpIdentity]).toEqual([{ slack: 'Zk3vQ9xT', dingtalk: 'a-_b0C1d' }, '01234567'])
  expect(refusal({ TIAOWEN_MCP_IDENTITY: 'tw_live_Zk3vQ9xT' })).toContain('is not the id of a key, of 8 characters')
})

describe('the door', () => {
  const OIDC = {
    TIAOWEN_OIDC_ISSUER: 'https://sso.example.cn/realms/office',
    TIAOWEN_OIDC_CLIENT_ID: 'tiaowen',
    TIAOWEN_OIDC_CLIENT_SECRET: 'not-a-real-secret',
    TIAOWEN_PUBLIC_URL: 'https://tiaowen.example.cn',
  }

  test('proxies, rates and single sign-on', () => {
    const environment = { ...OIDC, TIAOWEN_TRUSTED_PROXIES: '10.0.0.1, fd00::/8', TIAOWEN_RATE_ASK: '5', TIAOWEN_ASKS_AT_ONCE: '3' }
    const roles = { TIAOWEN_OIDC_ROLE_CLAIM: 'groups', TIAOWEN_OIDC_ROLES: 'admin=信息中心,editor=法制科,editor=政策科' }
    expect(readConfig({ ...environment, ...roles }).door).toEqual({
      trustedProxies: ['10.0.0.1', 'fd00::/8'],
      rates: { ask: 5 },
      asksAtOnce: 3,
      oidc: {
        issuer: 'https://sso.example.cn/realms/office',
        clientId: 'tiaowen',
        clientSecret: 'not-a-real-secret',
        scopes: 'openid profile email',
        roleClaim: 'groups',
        roles: { admin: ['信息中心'], editor: ['法制科', '政策科'] },
        create: true,
      },
    })
  })

  test.each<[Record<string, string>, RegExp]>([
    [{ TIAOWEN_TRUSTED_PROXIES: '10.0.0.0/33' }, /is not a list of addresses or networks/],
    [{ TIAOWEN_TRUSTED_PROXIES: 'proxy.example.cn' }, /is not a list of addresses or networks/],
    [{ TIAOWEN_RATE_ASK: '0' }, /is not a whole number from 1 to 100000/],
    [{ TIAOWEN_OIDC_ISSUER: 'http://sso.example.cn', TIAOWEN_OIDC_CLIENT_ID: 'x', TIAOWEN_PUBLIC_URL: 'https://x.cn' }, /is not https/],
    [{ ...OIDC, TIAOWEN_PUBLIC_URL: '' }, /^TIAOWEN_PUBLIC_URL is not set, and single sign-on/],
    [{ TIAOWEN_OIDC_CLIENT_SECRET: 'not-a-real-secret' }, /^TIAOWEN_OIDC_ISSUER is not set/],
    [{ ...OIDC, TIAOWEN_OIDC_ROLES: 'chief=x', TIAOWEN_OIDC_ROLE_CLAIM: 'groups' }, /is not a list of role=value/],
    [{ ...OIDC, TIAOWEN_OIDC_ROLE_CLAIM: 'groups' }, /^TIAOWEN_OIDC_ROLES is not set/],
    [{ ...OIDC, TIAOWEN_OIDC_SCOPES: 'profile' }, /lacks openid/],
  ])('refuses %j', (environment, said) => {
    expect(refusal(environment)).toMatch(said)
    expect(refusal(environment)).not.toContain('not-a-real-secret')
  })
})

test.each(['mysql://db/tiaowen', 'postgres://db.example.cn', 'postgres://db.example.cn/', 'db.example.cn/tiaowen', 'postgres:///tiaowen', 'postgres://me:p@ss/w@db/x'])(
  '%s is no database',
  (address) => {
    expect(() => readConfig({ DATABASE_URL: address })).toThrow(/^DATABASE_URL is not an address of PostgreSQL with the name of a database\. Write postgres:/)
  },
)

test.each(['postgres://tiaowen@127.0.0.1/tiaowen', 'postgresql://a:b@[::1]:6432/t', 'postgres:///tiaowen?host=/var/run/postgresql'])('%s is one', (address) => {
  expect(readConfig({ DATABASE_URL: address }).databaseUrl).toBe(address)
})

describe('a search cluster', () => {
  const URLS = 'http://weaviate-0:8080, http://weaviate-1:8080/'

  test('is there where its addresses are', () => {
    expect(readConfig({}).search).toBeUndefined()
    expect(readConfig({ TIAOWEN_SEARCH_KEY: 'k' }).search).toBeUndefined()
    expect(readConfig({ TIAOWEN_SEARCH_URL: URLS, TIAOWEN_SEARCH_NODES: '5', TIAOWEN_SEARCH_TIMEOUT: '2' }).search).toEqual({
      nodes: [
        { url: 'http://weaviate-0:8080', grpcPort: 50_051 },
        { url: 'http://weaviate-1:8080', grpcPort: 50_051 },
      ],
      prefix: 'Tiaowen',
      replication: 3,
      expectedNodes: 5,
      querySeconds: 2,
      insertSeconds: 10,
    })
    const more = { TIAOWEN_SEARCH_GRPC_PORT: '15051,15052', TIAOWEN_SEARCH_KEY: 'not-a-real-secret', TIAOWEN_SEARCH_PREFIX: 'Office' }
    expect(readConfig({ TIAOWEN_SEARCH_URL: URLS, ...more }).search).toMatchObject({
      nodes: [{ grpcPort: 15_051 }, { grpcPort: 15_052 }],
      key: 'not-a-real-secret',
      prefix: 'Office',
      replication: 1,
    })
  })

  test.each<[Record<string, string>, RegExp]>([
    [{ TIAOWEN_SEARCH_URL: 'weaviate-0:8080' }, /is not a list of http or https addresses/],
    [{ TIAOWEN_SEARCH_URL: 'http://me:not-a-real-secret@weaviate-0:8080' }, /is not a list of http or https addresses/],
    [{ TIAOWEN_SEARCH_URL: 'http://weaviate-0:8080/v1' }, /is not a list of http or https addresses/],
    [{ TIAOWEN_SEARCH_URL: URLS, TIAOWEN_SEARCH_GRPC_PORT: '1,2,3' }, /names 3 ports, and TIAOWEN_SEARCH_URL 2 addresses/],
    [{ TIAOWEN_SEARCH_URL: URLS, TIAOWEN_SEARCH_NODES: '2', TIAOWEN_SEARCH_REPLICATION: '3' }, /TIAOWEN_SEARCH_REPLICATION is 3, and TIAOWEN_SEARCH_NODES 2/],
    [{ TIAOWEN_SEARCH_URL: URLS, TIAOWEN_SEARCH_PREFIX: 'office' }, /is not a capital letter/],
    [{ TIAOWEN_SEARCH_URL: URLS, TIAOWEN_SEARCH_TIMEOUT: '0' }, /is not a whole number from 1 to 60/],
  ])('refuses %j', (environment, said) => {
    expect(refusal(environment)).toMatch(said)
    expect(refusal(environment)).not.toContain('not-a-real-secret')
  })
})
