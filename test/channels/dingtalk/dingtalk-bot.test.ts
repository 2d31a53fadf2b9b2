/** DingTalk as a platform: calls that come in, messages that go out, and what becomes of them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DingTalkConfig } from '../../../src/bot-config.ts'
import type { Json, Webhook } from '../../../src/channels/bots/bot.ts'
import { noticeOf, type Reply } from '../../../src/channels/bots/reply.ts'
import { createDingTalkBot } from '../../../src/channels/dingtalk/dingtalk-bot.ts'
import { PolicyError } from '../../../src/errors.ts'
import { randomFrom, trials } from '../../store/random.ts'
import { type Behaviour, type FakeDingTalk, openFakeDingTalk, type Said } from './fake-dingtalk.ts'
import { listInbox } from './inbox.ts'

let fake: FakeDingTalk
let time: number
beforeEach(async () => {
  time = 1_700_000_000_000
  fake = await openFakeDingTalk({ now: () => time })
})
afterEach(() => fake.close())

const configOf = (changes: Partial<DingTalkConfig> = {}): DingTalkConfig => ({
  clientId: fake.clientId,
  clientSecret: fake.clientSecret,
  mode: 'http',
  robotCode: fake.clientId,
  windowSeconds: 300,
  apiUrl: fake.url,
  ...changes,
})

function started(changes: Partial<DingTalkConfig> = {}) {
  const [inbox, log]: [ReturnType<typeof listInbox>, string[]] = [listInbox(), []]
  const bot = createDingTalkBot(configOf(changes), { log: (line) => log.push(line), now: () => time })
  bot.start(inbox)
  return { bot, inbox, log, webhook: bot.webhooks[0] as Webhook }
}

describe('a call of HTTP mode', () => {
  test('has one path, and none in Stream mode', () => {
    expect(started().bot.webhooks.map(({ path }) => path)).toEqual(['/dingtalk/messages'])
    const bot = createDingTalkBot(configOf({ mode: 'stream' }), { log: () => {} })
    expect(bot.webhooks).toEqual([])
  })

  test('is kept, and kept once', async () => {
    const { inbox, webhook, bot } = started()
    const call = fake.callOf({ msgId: 'msg1==', text: '研发投入强度？' })
    expect(await webhook.handle(call)).toEqual({ status: 200, body: {} })
    expect(await webhook.handle(call)).toEqual({ status: 200, body: {} })
    expect(inbox.questions).toMatchObject([{ id: 'msg1==', question: '研发投入强度？' }])
    expect(bot.state()).toEqual({ mode: 'http', state: 'ready' })
  })

  test('that cannot be kept is not acknowledged', async () => {
    const { inbox, webhook } = started()
    inbox.before = async () => Promise.reject(new PolicyError('queue-full', 'full'))
    expect(await webhook.handle(fake.callOf({}))).toEqual({ status: 503 })
  })

  test('from another address is refused where addresses are named', async () => {
    const { inbox, webhook } = started({ addresses: ['203.0.113.7', '2001:db8::7'] })
    const statusFrom = async (address?: string) =>
      (await webhook.handle({ ...fake.callOf({}), ...(address !== undefined && { address }) })).status
    expect(await statusFrom('203.0.113.7')).toBe(200)
    expect(await statusFrom('203.0.113.8')).toBe(403)
    expect(await statusFrom()).toBe(403)
    expect(inbox.counts.get('refused: address')).toBe(2)
  })

  test('of no JSON is refused', async () => {
    const { inbox, webhook } = started()
    const { headers } = fake.callOf({})
    expect(await webhook.handle({ headers, body: Buffer.from('{') })).toEqual({ status: 400 })
    expect(inbox.counts).toEqual(new Map([['refused: body', 1]]))
  })

  test('outside the window is refused, before it and after', async () => {
    const { webhook } = started()
    const call = fake.callOf({})
    const sent = time
    for (const [now, status] of [[sent + 300_001, 401], [sent - 300_001, 401], [sent + 300_000, 200]] as const) {
      time = now
      expect((await webhook.handle(call)).status).toBe(status)
    }
  })

  test('none of many forgeries is taken', async () => {
    const { inbox, webhook } = started()
    const random = randomFrom(7)
    const sign = fake.callOf({}).headers.get('sign')!
    const forge = [
      () => ({ sign: [...sign].toSorted(() => random.next() - 0.5).join('') }),
      () => ({ timestamp: String(time + random.between(1, 300_000)) }),
      () => ({ sign: Buffer.from(Array.from({ length: 32 }, () => random.between(0, 256))).toString('base64') }),
      () => ({ timestamp: String(time - random.between(300_001, 1e9)) }),
      () => ({ sign: sign.slice(0, random.between(0, 44)) }),
      () => ({ sign: `${sign}, ${sign}` }),
      () => ({ timestamp: `${time}.0` }),
      () => ({ sign: '' }),
    ]
    const statuses = new Set<number>()
    for (let forged = 0; forged < trials(10_000, 100_000); forged += 1) {
      const { headers, body } = fake.callOf({ msgId: `forged${forged}` })
      for (const [name, value] of Object.entries(random.pick(forge)())) {
        if (headers.get(name) === value) headers.delete(name)
        else headers.set(name, value)
      }
      statuses.add((await webhook.handle({ headers, body })).status)
    }
    expect([...statuses]).toEqual([401])
    expect(inbox.questions).toEqual([])
  })

  test('a caught signature can say another thing, and reaches no other machine', async () => {
    const { bot, inbox, webhook } = started()
    const { headers } = fake.callOf({})
    const body = fake.bodyOf({ body: { sessionWebhook: 'http://169.254.169.254/robot/sendBySession?session=1' } })
    await webhook.handle({ headers, body: Buffer.from(JSON.stringify(body)) })
    const [question] = inbox.questions
    const [message] = bot.messagesFor(noticeOf('没有依据'))
    const sent = await bot.send(message!, question!.replyTo, { mayRepeat: false, signal: AbortSignal.timeout(5000) })
    expect(sent).toEqual({ state: 'sent' })
    expect(fake.delivered).toMatchObject([{ by: 'single-api', to: 'manager01' }])
  })
})

test('what is not said to the robot is counted, and nothing is sent', async () => {
  const { inbox, webhook } = started()
  await webhook.handle(fake.callOf({ isGroup: true, body: { isInAtList: false } }))
  await webhook.handle(fake.callOf({ body: { senderId: '$:LWCP_v1:$robot' } }))
  expect(inbox.counts).toEqual(new Map([['ignored: not-mentioned', 1], ['ignored: own-message', 1]]))
  expect([inbox.questions, fake.requests]).toEqual([[], []])
})

describe('a message', () => {
  const ANSWER: Reply = { parts: [{ kind: 'words', pieces: [{ kind: 'quotation', text: '全社会研发投入强度超过4%' }] }] }
  const SIGNAL = { mayRepeat: false, get signal() { return AbortSignal.timeout(5000) } }

  /** A bot, and where the answer to a question goes. */
  async function asked(said: Said = {}, changes: Partial<DingTalkConfig> = {}) {
    const all = started(changes)
    await all.webhook.handle(fake.callOf(said))
    const { replyTo } = all.inbox.questions[0]!
    const [message] = all.bot.messagesFor(ANSWER)
    const send = (options: { mayRepeat?: boolean; signal?: AbortSignal } = {}) => all.bot.send(message!, replyTo, { ...SIGNAL, ...options })
    return { ...all, replyTo, message: message as Json, send }
  }

  test('goes by the webhook of its conversation, without any token', async () => {
    const { send } = await asked()
    expect(await send()).toEqual({ state: 'sent' })
    expect(fake.delivered).toMatchObject([
      { by: 'session', to: 'cidSingle-manager01==', kind: 'markdown', title: '条问：全社会研发投入强度超过4%', text: '全社会研发投入强度超过4%', pinged: [] },
    ])
    expect(fake.requests).toEqual(['/robot/sendBySession'])
    expect(fake.complaints).toEqual([])
  })

  test('that may have come before says so', async () => {
    const { send } = await asked()
    await send({ mayRepeat: true })
    expect(fake.delivered[0]!.text).toBe('（网络中断，这条消息可能重复）\n\n全社会研发投入强度超过4%')
  })

  test.each([
    [false, 'single-api', 'manager01'],
    [true, 'group-api', 'cidGroup=='],
  ] as const)('goes by the API once the webhook is over (group: %s)', async (isGroup, by, to) => {
    const { send } = await asked({ isGroup })
    time += 90 * 60_000
    expect(await send()).toEqual({ state: 'sent' })
    expect(fake.delivered).toMatchObject([{ by, to, text: '全社会研发投入强度超过4%' }])
    expect(fake.requests).not.toContain('/robot/sendBySession')
  })

  test('goes by the API where the platform says earlier that the session is over', async () => {
    const { send } = await asked()
    fake.next('/robot/sendBySession', { kind: 'reply', body: { errcode: 300001, errmsg: 'session 不存在' } })
    expect(await send()).toEqual({ state: 'sent' })
    expect(fake.delivered).toMatchObject([{ by: 'single-api' }])
  })

  test('to somebody outside the organisation cannot go by the API', async () => {
    const { send } = await asked({ body: { senderStaffId: undefined } })
    time += 90 * 60_000
    expect(await send()).toMatchObject({ state: 'refused', code: 'no-address' })
    expect(fake.requests).toEqual([])
  })

  test('one token serves until it ends, and a refused one is fetched anew, once', async () => {
    const { send } = await asked({ body: { sessionWebhook: undefined } })
    const tokens = () => fake.requests.filter((path) => path.includes('accessToken')).length
    await Promise.all([send(), send(), send()])
    expect(tokens()).toBe(1)
    fake.revokeTokens()
    expect(await send()).toEqual({ state: 'sent' })
    expect(tokens()).toBe(2)
    time += 7200_000
    expect(await send()).toEqual({ state: 'sent' })
    expect(tokens()).toBe(3)
    fake.next('/v1.0/robot', ...Array.from({ length: 2 }, () => ({ kind: 'reply', status: 401, body: { code: 'InvalidAuthentication' } }) as const))
    expect(await send()).toEqual({ state: 'later', code: 'InvalidAuthentication', afterMs: 60_000 })
    expect(tokens()).toBe(4)
    expect(fake.complaints).toEqual([])
  })

  describe('by the webhook', () => {
    const errcode = (code: number, errmsg = 'no') => ({ kind: 'reply', body: { errcode: code, errmsg } }) as const
    test.each<[string, Behaviour, object]>([
      ['too fast', errcode(130101), { state: 'later', code: '130101', afterMs: 600_000 }],
      ['too fast, newer', errcode(410100), { state: 'later', code: '410100', afterMs: 600_000 }],
      ['busy', errcode(-1), { state: 'later', code: '-1', afterMs: 5000 }],
      ['a bad signature', errcode(310000), { state: 'refused', code: '310000' }],
      ['too long', errcode(460101), { state: 'refused', code: '460101', message: '消息太长，被钉钉拒绝' }],
      ['unknown', errcode(999), { state: 'refused', code: '999' }],
      ['as text', { kind: 'reply', body: { errcode: '130101' } }, { state: 'later', code: '130101' }],
      ['HTTP 429', { kind: 'reply', status: 429, headers: { 'retry-after': '7' } }, { state: 'later', code: 'http-429', afterMs: 7000 }],
      ['HTTP 502', { kind: 'reply', status: 502, body: '<html>' }, { state: 'later', code: 'http-502' }],
      ['HTTP 504', { kind: 'reply', status: 504 }, { state: 'unknown', code: 'http-504' }],
      ['a page', { kind: 'reply', body: '<html>sign in</html>' }, { state: 'unknown', code: 'not-json' }],
      ['elsewhere', { kind: 'reply', status: 307, headers: { location: 'http://192.0.2.1/' } }, { state: 'later', code: 'redirected' }],
      ['a line cut', { kind: 'taken-then-dropped' }, { state: 'unknown', code: 'UND_ERR_SOCKET' }],
    ])('%s', async (_, behaviour, sent) => {
      const { send } = await asked()
      fake.next('/robot/sendBySession', behaviour)
      expect(await send()).toMatchObject(sent)
    })

    test('no answer in time: unknown', async () => {
      const { send } = await asked()
      fake.next('/robot/sendBySession', { kind: 'hang' })
      expect(await send({ signal: AbortSignal.timeout(50) })).toMatchObject({ state: 'unknown' })
    })
  })

  describe('by the API', () => {
    test.each<[string, Behaviour, object]>([
      ['too many calls', { kind: 'reply', status: 403, body: { code: 'Forbidden.AccessDenied.QpsLimitForApi' } }, { state: 'later', afterMs: 2000 }],
      ['too many to one person', { kind: 'reply', body: { processQueryKey: 'k', flowControlledStaffIdList: ['manager01'] } }, { state: 'later', code: 'flow-controlled' }],
      ['nobody of ours', { kind: 'reply', body: { processQueryKey: 'k', invalidStaffIdList: ['manager01'] } }, { state: 'refused', code: 'invalid-staff' }],
      ['a bad robot', { kind: 'reply', status: 400, body: { code: 'invalidParameter.robotCode' } }, { state: 'refused', code: 'invalidParameter.robotCode' }],
      ['a page of a proxy', { kind: 'reply', status: 403, body: '<html>' }, { state: 'later', code: 'http-403', afterMs: 60_000 }],
      ['a code that is a sentence', { kind: 'reply', status: 400, body: { code: '研发 投入' } }, { state: 'refused', code: 'http-400' }],
      ['nothing said', { kind: 'reply', body: {} }, { state: 'unknown', code: 'no-key' }],
    ])('%s', async (_, behaviour, sent) => {
      const { send } = await asked({ body: { sessionWebhook: undefined } })
      fake.next('/v1.0/robot', behaviour)
      expect(await send()).toMatchObject(sent)
    })

    test.each<[string, Behaviour, object]>([
      ['down', { kind: 'reply', status: 503 }, { state: 'later', code: 'token-http-503' }],
      ['cut', { kind: 'dropped' }, { state: 'later', code: 'token-UND_ERR_SOCKET' }],
      ['refused', { kind: 'reply', status: 400, body: { code: 'invalidClientIdOrSecret' } }, { state: 'later', code: 'invalidClientIdOrSecret', afterMs: 60_000, message: expect.stringContaining('doctor dingtalk') as string }],
    ])('tokens: %s', async (_, behaviour, sent) => {
      const { send } = await asked({ body: { sessionWebhook: undefined } })
      fake.next('/v1.0/oauth2', behaviour)
      expect(await send()).toMatchObject(sent)
    })
  })

  test('nobody listens: later', async () => {
    const { send } = await asked()
    const closed = await openFakeDingTalk()
    await closed.close()
    const bot = createDingTalkBot(configOf({ apiUrl: closed.url }), { log: () => {}, now: () => time })
    const [message] = bot.messagesFor(ANSWER)
    const to = { isGroup: true, conversationId: 'cid' }
    expect(await bot.send(message!, to, SIGNAL)).toEqual({ state: 'later', code: 'token-ECONNREFUSED' })
    expect(await send()).toEqual({ state: 'sent' })
  })

  test('of another make is refused, not thrown', async () => {
    const { bot, replyTo, message } = await asked()
    expect(await bot.send({ text: 'x' }, replyTo, SIGNAL)).toMatchObject({ state: 'refused', code: 'unreadable' })
    expect(await bot.send(message, null, SIGNAL)).toMatchObject({ state: 'refused', code: 'unreadable' })
  })

  test('the pace keeps below twenty a minute to a group', async () => {
    const { bot, message, replyTo } = await asked({ isGroup: true })
    const { place, betweenMs } = bot.paceOf(replyTo)
    expect([place, betweenMs]).toEqual(['cidGroup==', 3100])
    for (let sent = 0; sent < 30; sent += 1, time += betweenMs) {
      expect(await bot.send(message, replyTo, SIGNAL)).toEqual({ state: 'sent' })
    }
    for (let sent = 0; sent < 20; sent += 1) await bot.send(message, replyTo, SIGNAL)
    expect(await bot.send(message, replyTo, SIGNAL)).toEqual({ state: 'later', code: '130101', afterMs: 600_000 })
    time += 600_000
    expect(await bot.send(message, replyTo, SIGNAL)).toEqual({ state: 'sent' })
  })
})

describe('tiaowen doctor dingtalk', () => {
  const lines = async (changes: Partial<DingTalkConfig>) =>
    (await started(changes).bot.examine()).map(({ isRight, what, words }) => `${isRight ? '✓' : '✗'} ${what}：${words}`)

  test('a configuration that works', async () => {
    expect(await lines({ mode: 'http', addresses: ['203.0.113.7'] })).toEqual([
      `✓ 应用凭证：已取得 access token（${fake.url}）`,
      '✓ HTTP 模式：消息接收地址填 https://<公网地址>/dingtalk/messages，只有这一个路径需要公开；签名 300 秒内有效，只接受来自 203.0.113.7 的调用',
      '✓ 机器人编码：RobotCode 与 Client ID 相同（钉钉的默认值）。不发消息无法核对；它只在会话地址过期（约 90 分钟）之后用到',
    ])
  })

  test('a secret that is wrong, and what to do', async () => {
    const bot = createDingTalkBot(configOf({ mode: 'stream', clientSecret: 'wrong' }), { log: () => {} })
    const findings = await bot.examine()
    expect(findings.map(({ isRight }) => isRight)).toEqual([false, false, true])
    expect(findings[0]!.words).toContain('invalidClientIdOrSecret。请到钉钉开发者后台 → 应用 → 凭证与基础信息')
    expect(findings[1]!.words).toContain('连接不上：authFailed')
    expect(JSON.stringify(findings)).not.toContain('wrong')
  })

  test('Stream: the socket can be opened', async () => {
    const bot = createDingTalkBot(configOf({ mode: 'stream' }), { log: () => {} })
    expect((await bot.examine())[1]).toMatchObject({ isRight: true, what: 'Stream 连接' })
    await expect.poll(() => fake.sockets.open).toBe(0)
  })
})
