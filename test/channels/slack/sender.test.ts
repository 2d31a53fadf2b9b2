/** What becomes of a message, by the real client against the fake Slack. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Json, Sent } from '../../../src/channels/bots/bot.ts'
import { messagesFor } from '../../../src/channels/slack/messages.ts'
import { isResponseUrl } from '../../../src/channels/slack/response-url.ts'
import { createSlackBot } from '../../../src/channels/slack/slack-bot.ts'
import { APP_TOKEN, BOT_TOKEN, FakeSlack, SIGNING_SECRET, type Mishap } from './fake-slack.ts'
import { KeptInbox } from './kept-inbox.ts'

let now = 1_700_000_000_000
let slack: FakeSlack
const log: string[] = []

beforeAll(async () => {
  slack = await new FakeSlack({ now: () => now }).listen()
})
afterAll(() => slack.close())
beforeEach(() => {
  now += 10_000
  slack.posted.length = 0
  slack.responded.length = 0
  slack.mishaps.clear()
})

const botWith = (more = {}) =>
  createSlackBot(
    { botToken: BOT_TOKEN, signingSecret: SIGNING_SECRET, apiUrl: slack.apiUrl, ...more },
    { log: (line) => log.push(line), now: () => now },
  )

const [MESSAGE = null] = messagesFor({ parts: [{ kind: 'verdict', text: '文件中没有找到依据，不作回答' }] })
const TO: Json = { via: 'channel', channel: 'C0001', thread: '1700000000.000100' }

const send = (
  to: Json = TO,
  { message = MESSAGE as Json, mayRepeat = false, bot = botWith(), signal = AbortSignal.timeout(5_000) } = {},
) => bot.send(message, to, { mayRepeat, signal })

describe('into a channel', () => {
  test('in its thread, without unfurling', async () => {
    expect(await send()).toEqual({ state: 'sent' })
    expect(slack.posted).toMatchObject([
      {
        channel: 'C0001',
        thread: '1700000000.000100',
        body: { text: '文件中没有找到依据，不作回答', unfurl_links: false, unfurl_media: false },
      },
    ])
  })

  test('a direct message without one', async () => {
    expect(await send({ via: 'channel', channel: 'D0001' })).toEqual({ state: 'sent' })
    expect(slack.posted[0]).not.toHaveProperty('thread')
  })

  test('that it may be there already is said', async () => {
    await send(TO, { mayRepeat: true })
    expect(JSON.stringify(slack.posted[0]?.body['blocks'])).toContain('发送时连接中断，本条可能是重复的。')
  })

  test('a message a second: the second within it is to wait as told', async () => {
    expect(await send()).toEqual({ state: 'sent' })
    expect(await send()).toEqual({ state: 'later', code: 'ratelimited', afterMs: 1000 })
    now += botWith().paceOf(TO).betweenMs
    expect(await send()).toEqual({ state: 'sent' })
    expect(slack.posted).toHaveLength(2)
  })

  test('messages of one channel have one pace, whatever their thread', () => {
    const place = (to: Json) => botWith().paceOf(to).place
    expect(place({ via: 'channel', channel: 'C0001', thread: '1.1' })).toBe(place({ via: 'channel', channel: 'C0001' }))
    expect(place({ via: 'channel', channel: 'C0002' })).not.toBe(place({ via: 'channel', channel: 'C0001' }))
  })

  test.each<[string, Mishap, Sent]>([
    [
      '429 for two minutes',
      { status: 429, retryAfter: 120 },
      { state: 'later', code: 'ratelimited', afterMs: 120_000 },
    ],
    ['429 that does not say how long', { status: 429 }, { state: 'later', code: 'ratelimited', afterMs: 30_000 }],
    ['503', { status: 503 }, { state: 'later', code: 'http-503' }],
    ['500', { status: 500, body: 'xoxb-secret' }, { state: 'later', code: 'http-500' }],
    ['a gateway that waited too long', { status: 504 }, { state: 'unknown', code: 'http-504' }],
    ['service_unavailable', { error: 'service_unavailable' }, { state: 'later', code: 'service_unavailable' }],
    ['fatal_error', { error: 'fatal_error' }, { state: 'unknown', code: 'fatal_error' }],
    [
      'a page of a hotel',
      { status: 200, body: '<html>请登录</html>' },
      { state: 'unknown', code: 'unreadable-answer' },
    ],
    ['a redirect', { status: 302 }, { state: 'later', code: 'redirected' }],
    [
      'another server',
      { status: 404 },
      {
        state: 'later',
        code: 'http-404',
        afterMs: 60_000,
        message: expect.stringContaining('TIAOWEN_SLACK_API_URL') as string,
      },
    ],
  ])('%s', async (_, mishap, sent) => {
    slack.next('chat.postMessage', mishap)
    expect(await send()).toEqual(sent)
    expect(slack.posted).toEqual([])
  })

  test('the connection breaks after the message was taken: perhaps sent', async () => {
    slack.next('chat.postMessage', 'taken-then-broken')
    expect(await send()).toEqual({
      state: 'unknown',
      code: expect.stringMatching(/^(?:UND_ERR_SOCKET|ECONNRESET)$/) as string,
    })
    expect(slack.posted).toHaveLength(1)
  })

  test('no answer in time: perhaps sent', async () => {
    slack.next('chat.postMessage', 'silent')
    expect(await send(TO, { signal: AbortSignal.timeout(50) })).toEqual({ state: 'unknown', code: 'timeout' })
  })

  test('nobody listens: not sent', async () => {
    const gone = await new FakeSlack().listen()
    const { apiUrl } = gone
    await gone.close()
    expect(await send(TO, { bot: botWith({ apiUrl }) })).toEqual({ state: 'later', code: 'ECONNREFUSED' })
    const nowhere = botWith({ apiUrl: 'http://no-such-host.invalid/api/' })
    expect(await send(TO, { bot: nowhere })).toMatchObject({
      state: 'later',
      code: expect.stringMatching(/^E/) as string,
    })
  })

  test.each<[string, Json, string]>([
    ['channel_not_found', { via: 'channel', channel: 'C9999' }, '邀请机器人'],
    ['is_archived', { via: 'channel', channel: 'C0002' }, '已归档'],
    ['not_in_channel', { via: 'channel', channel: 'C0003' }, '邀请机器人'],
  ])('%s is given up, with what can be done', async (code, to, words) => {
    slack.channels.set('C0002', 'archived').set('C0003', 'not-joined')
    expect(await send(to)).toEqual({ state: 'refused', code, message: expect.stringContaining(words) as string })
  })

  test('a token that is not taken loses nothing: it waits until it is mended, and shows in no answer', async () => {
    const sent = await send(TO, { bot: botWith({ botToken: 'xoxb-wrong-and-secret' }) })
    expect(sent).toEqual({
      state: 'later',
      code: 'invalid_auth',
      afterMs: 60_000,
      message: expect.stringContaining('TIAOWEN_SLACK_BOT_TOKEN') as string,
    })
    expect(JSON.stringify(sent)).not.toContain('secret')
  })

  test.each<Json>([{ part: 1 }, null, 'x', { part: 1, of: 1, body: null }])(
    'what was kept is no message: %j',
    async (message) => {
      expect(await send(TO, { message })).toMatchObject({ state: 'refused', code: 'unreadable-message' })
      expect(await send({ via: 'pigeon' })).toMatchObject({ state: 'refused', code: 'unreadable-message' })
    },
  )
})

describe('to the one who typed a command', () => {
  const asked = (url = slack.responseUrl('commands')) => ({
    via: 'response',
    url,
    until: now + 29 * 60_000,
    user: 'U0001',
  })

  test('by the response_url, without a token, for their eyes', async () => {
    const to = asked()
    expect(await send(to)).toEqual({ state: 'sent' })
    expect(slack.responded).toMatchObject([{ url: to.url, body: { response_type: 'ephemeral', unfurl_links: false } }])
    expect(slack.posted).toEqual([])
  })

  test('after half an hour as a direct message', async () => {
    const to = asked()
    now += 31 * 60_000
    expect(await send(to)).toEqual({ state: 'sent' })
    expect(slack.posted).toMatchObject([{ channel: 'U0001' }])
    expect(JSON.stringify(slack.posted[0]?.body['blocks'])).toContain('这是您用 /tiaowen 所提问题的回答')
  })

  test('the fifth message says where the rest is, and the rest is there', async () => {
    const words = '支持高校、科研院所与企业共建联合实验室；'.repeat(2_500)
    const messages = messagesFor({ parts: [{ kind: 'words', pieces: [{ kind: 'quotation', text: words }] }] })
    expect(messages.length).toBeGreaterThan(6)
    const to = asked()
    slack.calls.length = 0
    for (const message of messages) {
      now += 1_000
      expect(await send(to, { message })).toEqual({ state: 'sent' })
    }
    expect(slack.responded).toHaveLength(5)
    expect(slack.responded.map(({ body }) => JSON.stringify(body).includes('余下部分已发到与本应用的私信里'))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ])
    expect(slack.posted).toHaveLength(messages.length - 5)
    expect(slack.calls.filter((method) => method === 'response_url')).toHaveLength(5)
  })

  test('used up by tries that nobody counted: as a direct message', async () => {
    const to = asked()
    for (let n = 0; n < 5; n++) await send(to)
    expect(await send(to)).toEqual({ state: 'sent' })
    expect(slack.posted).toMatchObject([{ channel: 'U0001' }])
  })

  test.each<[Mishap, Sent]>([
    [
      { status: 429, retryAfter: 7 },
      { state: 'later', code: 'ratelimited', afterMs: 7000 },
    ],
    [{ status: 503 }, { state: 'later', code: 'http-503' }],
    [
      'taken-then-broken',
      { state: 'unknown', code: expect.stringMatching(/^(?:UND_ERR_SOCKET|ECONNRESET)$/) as string },
    ],
    [{ status: 307 }, { state: 'later', code: 'redirected' }],
  ])('%j', async (mishap, sent) => {
    slack.next('response_url', mishap)
    expect(await send(asked())).toEqual(sent)
  })

  test('an address that is not Slack’s is posted nothing', async () => {
    const before = slack.calls.length
    expect(await send(asked(`${slack.origin}.evil.example/commands/x`))).toMatchObject({
      state: 'refused',
      code: 'response-url',
    })
    expect(slack.calls.length).toBe(before)
  })
})

describe('which addresses are Slack’s', () => {
  const API = 'https://slack.com/api/'
  test.each([
    ['https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN', API],
    ['https://hooks.slack.com/actions/T1/2/a-b_c', API],
    ['https://hooks.slack-gov.com/commands/T1/2/x', 'https://slack-gov.com/api/'],
    ['http://127.0.0.1:4000/commands/x', 'http://127.0.0.1:4000/api/'],
  ])('%s', (url, api) => expect(isResponseUrl(url, api)).toBe(true))

  test.each([
    ['http://hooks.slack.com/commands/x', API],
    ['https://hooks.slack.com.evil.example/commands/x', API],
    ['https://hooks.slack.com@evil.example/commands/x', API],
    ['https://user:p@hooks.slack.com/commands/x', API],
    ['https://hooks.slack.com:8443/commands/x', API],
    ['https://hooks.slack.com:443/commands/x', API],
    ['https://hooks.slack.com\\@evil.example/x', API],
    ['https://hooks.slack.com/commands/../x', API],
    ['https://hooks.slack.com/commands/x?to=evil', API],
    ['https://hooks.slack.com/commands/x#y', API],
    ['https://hooks.slack.com//evil.example/x', API],
    ['https://hooks.slack.com/', API],
    ['HTTPS://HOOKS.SLACK.COM/commands/x', API],
    ['https://evil.example/hooks.slack.com/x', API],
    [' https://hooks.slack.com/commands/x', API],
    ['https://hooks.slack.com/commands/x\n', API],
    ['https://hooks.slack-gov.com/commands/x', API],
    ['https://hooks.slack.com/commands/x', 'https://slack-gov.com/api/'],
    ['http://127.0.0.1:4001/commands/x', 'http://127.0.0.1:4000/api/'],
    ['http://127.0.0.1:4000/commands/x', API],
    ['http://169.254.169.254/latest/meta-data', API],
    ['', API],
  ])('not %j', (url, api) => expect(isResponseUrl(url, api)).toBe(false))
})

describe('what is said outside the queue', () => {
  async function opened() {
    const [bot, inbox] = [botWith(), new KeptInbox()]
    bot.start(inbox)
    const post = async (path: string, body: string) => {
      const hook = bot.webhooks.find((one) => one.path === path)!
      return hook.handle(slack.signed(body))
    }
    return { bot, inbox, post }
  }

  test('a mention without a question is told how to ask, once', async () => {
    const { bot, post } = await opened()
    const body = slack.mention('', { thread_ts: '1700000000.000100' })
    slack.calls.length = 0
    for (let n = 0; n < 3; n++) expect(await post('/slack/events', body)).toEqual({ status: 200 })
    await expect.poll(() => slack.posted).toMatchObject([{ channel: 'C0001', thread: '1700000000.000100' }])
    // one that is sent after these three shows that there was no second
    now += 1_000
    await send()
    expect(slack.calls.filter((method) => method === 'chat.postMessage')).toHaveLength(2)
    expect(slack.posted[0]?.body['text']).toContain('请在 /tiaowen 后面写上问题')
    await bot.stop()
  })

  test('who says 有用 is thanked, for their eyes', async () => {
    const { bot, inbox, post } = await opened()
    const value = JSON.stringify({
      conversationId: '0190a5a4-3a6b-7c0e-8000-000000000001',
      exchangeId: '0190a5a4-3a6b-7c0e-8000-000000000002',
    })
    const press = () =>
      post(
        '/slack/interactions',
        String(new URLSearchParams({ payload: JSON.stringify(slack.pressed('tiaowen_up', value)) })),
      )
    expect(await press()).toEqual({ status: 200 })
    await expect
      .poll(() => slack.responded.map(({ body }) => body))
      .toEqual([{ response_type: 'ephemeral', replace_original: false, text: '谢谢，已记下“有用”。' }])
    inbox.isKept = false
    await press()
    await expect.poll(() => slack.responded.at(-1)?.body['text']).toBe('这条回答已超过保存期限，评价没有记下。')
    await bot.stop()
  })
})

describe('tiaowen doctor slack', () => {
  test('all is well, over HTTP', async () => {
    now = Date.now()
    expect(await botWith({ signingSecret: '8f742231b10e8888abcd99aaafffff5a' }).examine()).toEqual([
      { isRight: true, what: '机器人令牌', words: '有效：工作区 测试工作区，机器人 @tiaowen。' },
      { isRight: true, what: '权限', words: '齐全：chat:write、app_mentions:read、im:history、commands。' },
      { isRight: true, what: '本机时钟', words: '与 Slack 一致。' },
      {
        isRight: true,
        what: '签名密钥（HTTP 方式）',
        words: '已设置。Slack 保存 Request URL 时会当场验证（url_verification）。',
      },
    ])
  })

  test('a scope is missing, the clock is off, the secret is none', async () => {
    now = Date.now() + 400_000
    slack.scopes = ['chat:write', 'commands']
    const findings = await botWith().examine()
    slack.scopes = ['chat:write', 'app_mentions:read', 'im:history', 'commands']
    expect(findings.map(({ isRight, what }) => [what, isRight])).toEqual([
      ['机器人令牌', true],
      ['权限', false],
      ['本机时钟', false],
      ['签名密钥（HTTP 方式）', false],
    ])
    expect(findings[1]?.words).toContain('缺少 app_mentions:read（看到 @ 机器人的消息）、im:history（看到私信）')
    expect(findings[2]?.words).toMatch(/^与 Slack 相差 (?:399|400|401) 秒/)
  })

  test('the socket: its token, and whether Socket Mode is on', async () => {
    now = Date.now()
    const last = async (more = {}) => (await botWith({ appToken: APP_TOKEN, ...more }).examine()).at(-1)
    expect(await last()).toEqual({ isRight: true, what: '应用级令牌（Socket Mode）', words: '有效，可以建立连接。' })
    expect((await last({ appToken: 'xapp-wrong' }))?.words).toContain('TIAOWEN_SLACK_APP_TOKEN')
    slack.isSocketModeOn = false
    expect((await last())?.words).toContain('请在应用设置的 Socket Mode 页打开')
    slack.isSocketModeOn = true
  })

  test('no way to Slack', async () => {
    const [finding] = await botWith({ apiUrl: 'http://no-such-host.invalid/api/' }).examine()
    expect(finding?.isRight).toBe(false)
    expect(finding?.words).toMatch(/^连不上 Slack（E\w+）。请检查网络、代理与 TIAOWEN_SLACK_API_URL。$/)
  })
})

test('no token and no secret is in the log', () => {
  expect(log.join('\n')).not.toMatch(/xoxb|xapp|policy-rag/)
})
