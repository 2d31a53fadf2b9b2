/** What is written to the log: in which form, from which level on, and what never is. */
import { describe, expect, test } from 'vitest'
import { jsonLines } from '../../src/telemetry/json-lines.ts'
import { loggerTo, peoplesLines, quietly, type LogOptions } from '../../src/telemetry/log.ts'
import { escaped, HIDDEN, isSecretField, redactor, secretsOf } from '../../src/telemetry/redact.ts'
import { inScope, questionFacts, requestIdOf } from '../../src/telemetry/scope.ts'

function written(form: typeof peoplesLines, options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const log = loggerTo(form((text) => lines.push(text)), { threshold: 'info', ...options })
  return { log, lines }
}

test('a line of JSON has its level, time, component, request and fields, and ends with its line', () => {
  const { log, lines } = written(jsonLines)
  inScope({ requestId: 'r-1', questions: [] }, () => log.of('access').info('GET /livez 200', { status: 200 }))
  expect(lines).toHaveLength(1)
  expect(lines[0]!.endsWith('}\n')).toBe(true)
  const { time, ...rest } = JSON.parse(lines[0]!) as Record<string, unknown>
  expect(rest).toEqual({ level: 'info', pid: process.pid, component: 'access', reqId: 'r-1', status: 200, msg: 'GET /livez 200' })
  expect(String(time)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('a person reads the sentence alone, as it always was', () => {
  const { log, lines } = written(peoplesLines)
  log.of('bots').line()('Slack 未开启 is off: 缺少 TIAOWEN_SLACK_SIGNING_SECRET')
  expect(lines).toEqual(['Slack 未开启 is off: 缺少 TIAOWEN_SLACK_SIGNING_SECRET\n'])
})

test.each([
  ['debug', ['debug', 'info', 'sentence', 'warn', 'error']],
  ['info', ['info', 'sentence', 'warn', 'error']],
  // of a sentence alone it is not known how much it matters
  ['warn', ['sentence', 'warn', 'error']],
  ['error', ['error']],
  ['silent', []],
] as const)('from %s on is written %o', (threshold, told) => {
  const { log, lines } = written(peoplesLines, { threshold })
  log.debug('debug')
  log.info('info')
  log.line()('sentence')
  log.warn('warn')
  log.error('error')
  expect(lines).toEqual(told.map((line) => `${line}\n`))
})

test('lines of single requests reach a person only at debug', () => {
  const { log, lines } = written(peoplesLines)
  quietly(log).of('access').info('GET / 200')
  quietly(log).warn('磁盘将满')
  expect(lines).toEqual(['磁盘将满\n'])
})

describe('no text makes a line of its own', () => {
  const forged = '某市条例.txt\n2026-01-05 就绪：0 份文件\r\u001b[2J\u0085\u2028\u202e'

  test('in JSON', () => {
    const { log, lines } = written(jsonLines)
    log.warn(forged, { source: forged })
    expect(lines[0]!.match(/[\p{Cc}\u2028\u202e]/gu)).toEqual(['\n']) // the one at its end
    expect(JSON.parse(lines[0]!)).toMatchObject({ msg: forged, source: forged })
  })

  test('for a person', () => {
    const { log, lines } = written(peoplesLines)
    log.warn(forged)
    expect(lines).toEqual(['某市条例.txt\n  2026-01-05 就绪：0 份文件\\r\\u001b[2J\\u0085\\u2028\\u202e\n'])
    expect(escaped('一\t二\n三')).toBe('一\\t二\\n三')
  })
})

describe('questions', () => {
  const question = '局长的工资是多少？'
  const scope = { questions: [question] }

  test('are told by length and hash', () => {
    expect(questionFacts(question)).toEqual({ characters: 9, hash: 'a8ae74e0eece' })
  })

  test('are left out of whatever is written while they are answered', () => {
    const { log, lines } = written(peoplesLines)
    inScope(scope, () => log.warn(`POST /api/ask: Error: no tokens in ${question}`))
    expect(lines).toEqual(['POST /api/ask: Error: no tokens in [question]\n'])
  })

  test('are told where the operator wants that', () => {
    const { log, lines } = written(peoplesLines, { questions: true })
    inScope(scope, () => log.warn(question))
    expect(lines).toEqual([`${question}\n`])
  })
})

describe('secrets', () => {
  const text = (given: string, secrets: readonly string[] = []) => redactor(secrets).text(given)

  test.each([
    ['Authorization: Bearer abc.def', 'Authorization: ***'],
    ['refused: bearer eyJhbGciOi.x_y-z', 'refused: bearer ***'],
    ['GET https://oapi.example.com/robot/send?access_token=abc123&x=1', 'GET https://oapi.example.com/robot/send?access_token=***&x=1'],
    ['POST /x?timestamp=1&sign=q%2Bw%3D', 'POST /x?timestamp=1&sign=***'],
    ['{"sessionWebhook":"https://oapi/x?session=1","a":1}', '{"sessionWebhook":"***","a":1}'],
    ['fetch http://me:hunter2@proxy:3128 failed', 'fetch http://***@proxy:3128 failed'],
    ['not_authed xoxb-12-34-abcd', 'not_authed ***'],
    ['Incorrect API key provided: sk-proj-0123456789', 'Incorrect API key provided: ***'],
    ['tw_live_0123456789abcdefghijkl is revoked', '*** is revoked'],
    ['cookie: tw=1; other=2\n    at x', 'cookie: ***\n    at x'],
    ['第三条 密钥管理办法', '第三条 密钥管理办法'],
    ['就绪：12 份文件，key=value 之外', '就绪：12 份文件，key=value 之外'],
  ])('%s', (given, shown) => {
    expect(text(given)).toBe(shown)
  })

  test('of the configuration are left out in whatever form', () => {
    const secrets = secretsOf({
      apiKey: 'k"+/ey-of-32-bytes',
      llm: { url: 'https://api.example.cn', key: 'llm-secret', extra: { session: 'extra-secret' } },
      bots: { slack: { botToken: 'bot-secret', apiUrl: 'https://slack.com/api/' }, dingTalkGroup: { webhook: 'https://hook/1' } },
      short: { key: 'abc' },
    })
    expect(secrets).toEqual(['k"+/ey-of-32-bytes', 'llm-secret', 'extra-secret', 'bot-secret', 'https://hook/1'])
    const forms = `${secrets[0]} ${encodeURIComponent(secrets[0]!)} ${JSON.stringify(secrets[0])} https://api.example.cn`
    expect(text(forms, secrets)).toBe('*** *** "***" https://api.example.cn')
  })

  test('of the address of a database, its password too, as it stands there and as it is typed', () => {
    const secrets = secretsOf({ databaseUrl: 'postgres://tiaowen:p%40ssw0rd@db:5432/tiaowen', host: '127.0.0.1' })
    expect(secrets).toEqual(['postgres://tiaowen:p%40ssw0rd@db:5432/tiaowen', 'p%40ssw0rd', 'p@ssw0rd'])
    expect(text('connect postgres://me:other@db/x failed')).toBe(`connect postgres://${HIDDEN}@db/x failed`)
  })

  test('are known by the names of their fields, to any depth', () => {
    const { fields } = redactor([])
    const given = {
      headers: { authorization: 'x', 'X-API-Key': 'x', cookie: 'x', 'x-slack-signature': 'x', accept: 'text/html' },
      body: { botToken: 'x', client_secret: 'x', sessionWebhook: 'x', sign: 'x', list: [{ accessToken: 'x' }], tokens: 12 },
    }
    expect(fields(given)).toEqual({
      headers: { authorization: HIDDEN, 'X-API-Key': HIDDEN, cookie: HIDDEN, 'x-slack-signature': HIDDEN, accept: 'text/html' },
      body: { botToken: HIDDEN, client_secret: HIDDEN, sessionWebhook: HIDDEN, sign: HIDDEN, list: [{ accessToken: HIDDEN }], tokens: 12 },
    })
    expect(['inputTokens', 'keyId', 'design', 'assigned'].filter(isSecretField)).toEqual([])
  })

  test('an error is its stack, without them; what has no end is cut', () => {
    const { fields } = redactor(['hunter2-secret'])
    expect(String(fields({ err: new Error('login hunter2-secret failed') })['err'])).toMatch(/^Error: login \*\*\* failed\n {4}at /)
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    expect(JSON.stringify(fields(loop))).toBe('{"self":{"self":{"self":{"self":{"self":{"self":{"self":"…"}}}}}}}')
    expect(text('条'.repeat(20_000))).toHaveLength(8_001)
    // a secret across the place where it is cut
    expect(text('条'.repeat(7_995) + 'hunter2-secret', ['hunter2-secret'])).toBe(`${'条'.repeat(7_995)}***`)
  })
})

test.each([
  ['a-b_C9', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['', false],
  ['a b', false],
  ['a\nb', false],
  ['{"a":1}', false],
  [undefined, false],
])('the request id %o is kept: %s', (given, isKept) => {
  const id = requestIdOf(given)
  expect(isKept ? id === given : /^[0-9a-f-]{36}$/.test(id)).toBe(true)
})
