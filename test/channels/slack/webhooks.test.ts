/** What Slack posts: who is let in, what becomes of it, and what Slack is told. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Bot, WebhookAnswer } from '../../../src/channels/bots/bot.ts'
import { createSlackBot } from '../../../src/channels/slack/slack-bot.ts'
import { randomFrom, trials, type Random } from '../../store/random.ts'
import { FakeSlack, SIGNING_SECRET } from './fake-slack.ts'
import { KeptInbox } from './kept-inbox.ts'
import { S1, S2, S3, type Vector } from './vectors.ts'

const AT = 1_700_000_000_000
const EXCHANGE = {
  conversationId: '0190a5a4-3a6b-7c0e-8000-000000000001',
  exchangeId: '0190a5a4-3a6b-7c0e-8000-000000000002',
}

let now = AT
let inbox: KeptInbox
let bot: Bot
let log: string[]
const slack = new FakeSlack({ now: () => now })

function opened(signingSecret = SIGNING_SECRET): Bot {
  const made = createSlackBot(
    // nothing listens there: what is said aside fails at once
    { botToken: 'xoxb-1', signingSecret, apiUrl: 'http://127.0.0.1:9/api/' },
    { log: (line) => log.push(line), now: () => now },
  )
  made.start(inbox)
  return made
}

beforeAll(() => slack.listen())
afterAll(() => slack.close())

beforeEach(() => {
  now = AT
  log = []
  inbox = new KeptInbox()
  bot = opened()
})

const hookOf = (path: string, of = bot) => of.webhooks.find((hook) => hook.path === path)!

function post(
  path: string,
  headers: Readonly<Record<string, string>> | Headers,
  body: string | Uint8Array,
  of = bot,
): Promise<WebhookAnswer> {
  return hookOf(path, of).handle({ headers: new Headers(headers), body: Buffer.from(body) })
}

const headersOf = ({ timestamp, signature }: Pick<Vector, 'timestamp' | 'signature'>) => ({
  'X-Slack-Request-Timestamp': timestamp,
  'X-Slack-Signature': signature,
})

async function event(body: string): Promise<WebhookAnswer> {
  const { headers } = slack.signed(body)
  return post('/slack/events', headers, body)
}

const formOf = (fields: Readonly<Record<string, string>>) => String(new URLSearchParams(fields))

async function form(path: string, fields: Readonly<Record<string, string>>): Promise<WebhookAnswer> {
  const body = formOf(fields)
  return post(path, slack.signed(body).headers, body)
}

describe('the vectors of the signature', () => {
  test('S1, the example of the documentation, is let in', async () => {
    now = 1_531_420_618_000
    const other = opened(S1.secret)
    const answer = await post('/slack/commands', headersOf(S1), S1.body, other)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ response_type: 'ephemeral' })
  })

  test('S2 becomes a question', async () => {
    expect(Buffer.byteLength(S2.body)).toBe(307)
    expect(await post('/slack/events', headersOf(S2), S2.body)).toEqual({ status: 200 })
    expect(inbox.questions).toEqual([
      {
        id: 'T0001/C0001/1700000000.000100',
        thread: 'T0001/C0001/1700000000.000100',
        question: '城西科创大走廊的规划范围是什么？',
        replyTo: { via: 'channel', channel: 'C0001', thread: '1700000000.000100' },
      },
    ])
  })

  test('S3 is answered with its challenge', async () => {
    expect(await post('/slack/events', headersOf(S3), S3.body)).toEqual({
      status: 200,
      body: { challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P' },
    })
  })
})

describe('what is refused with 401, and says nothing', () => {
  const reserialised = JSON.stringify(JSON.parse(S2.body), null, 1)
  const bare = { 'X-Slack-Request-Timestamp': S2.timestamp }
  test.each<[string, string, Readonly<Record<string, string>>, number, string]>([
    ['one byte changed', S2.body.replace('范围', '范图'), headersOf(S2), 0, 'wrong-signature'],
    ['the same JSON written again', reserialised, headersOf(S2), 0, 'wrong-signature'],
    ['a line break at the end', `${S2.body}\n`, headersOf(S2), 0, 'wrong-signature'],
    ['301 seconds old', S2.body, headersOf(S2), 301, 'too-old'],
    ['301 seconds ahead', S2.body, headersOf(S2), -301, 'from-the-future'],
    ['v1=', S2.body, headersOf({ ...S2, signature: S2.signature.replace('v0=', 'v1=') }), 0, 'no-signature'],
    [
      'upper case',
      S2.body,
      headersOf({ ...S2, signature: `v0=${S2.signature.slice(3).toUpperCase()}` }),
      0,
      'no-signature',
    ],
    [
      'upper case, shortened by one',
      S2.body,
      headersOf({ ...S2, signature: `v0=${S2.signature.slice(3, -1).toUpperCase()}` }),
      0,
      'no-signature',
    ],
    ['an empty header', S2.body, headersOf({ ...S2, signature: '' }), 0, 'no-signature'],
    ['no header', S2.body, bare, 0, 'no-signature'],
    ['no timestamp', S2.body, { 'X-Slack-Signature': S2.signature }, 0, 'no-timestamp'],
    ['timestamp abc', S2.body, headersOf({ ...S2, timestamp: 'abc' }), 0, 'no-timestamp'],
    ['timestamp 1e9', S2.body, headersOf({ ...S2, timestamp: '1e9' }), 0, 'no-timestamp'],
    ['timestamp of twelve digits', S2.body, headersOf({ ...S2, timestamp: '170000000000' }), 0, 'no-timestamp'],
    ['the signature of another body', S2.body, headersOf({ ...S2, signature: S3.signature }), 0, 'wrong-signature'],
  ])('%s', async (_, body, headers, laterSeconds, why) => {
    now = AT + laterSeconds * 1000
    expect(await post('/slack/events', headers, body)).toEqual({ status: 401 })
    expect(inbox.questions).toEqual([])
    expect(inbox.counts).toEqual({ [`refused ${why}`]: 1 })
  })

  test('the header twice', async () => {
    const headers = new Headers(headersOf(S2))
    headers.append('x-slack-signature', S2.signature)
    expect(await post('/slack/events', headers, S2.body)).toEqual({ status: 401 })
    const times = new Headers(headersOf(S2))
    times.append('x-slack-request-timestamp', S2.timestamp)
    expect(await post('/slack/events', times, S2.body)).toEqual({ status: 401 })
  })

  test('a timestamp behind a space, where a server hands it on so', async () => {
    const raw: Record<string, string> = {
      'x-slack-signature': S2.signature,
      'x-slack-request-timestamp': ' 1700000000',
    }
    const headers = { get: (name: string) => raw[name] ?? null }
    expect(await hookOf('/slack/events').handle({ headers, body: Buffer.from(S2.body) })).toEqual({ status: 401 })
  })

  test.each([300, -300])('%i seconds apart are still let in', async (seconds) => {
    now = AT + seconds * 1000
    expect(await post('/slack/events', headersOf(S2), S2.body)).toEqual({ status: 200 })
  })

  test('url_verification without a signature is not answered', async () => {
    expect(await post('/slack/events', {}, S3.body)).toEqual({ status: 401 })
  })
})

test('forged requests: none of many is let in', async () => {
  const random = randomFrom(7)
  const accepted: string[] = []
  const count = trials(10_000, 100_000)
  for (let n = 0; n < count; n++) {
    const { path, headers, body, how } = forged(random)
    const { status } = await post(path, headers, body)
    if (status !== 401) accepted.push(`${n} ${how}: ${status}`)
  }
  expect(accepted).toEqual([])
  expect(inbox.questions).toEqual([])
  expect(Object.values(inbox.counts).reduce((sum, one) => sum + one, 0)).toBe(count)
})

/** A genuine request, S2 or one of our own, with one thing about it changed. */
function forged(random: Random): { path: string; headers: Record<string, string>; body: Buffer; how: string } {
  const path = random.pick(['/slack/events', '/slack/commands', '/slack/interactions'])
  const text = random.pick([
    S2.body,
    slack.mention('人才'),
    formOf(slack.command('人才')),
    formOf({ payload: JSON.stringify(slack.pressed('tiaowen_up')) }),
  ])
  const body = Buffer.from(text)
  const { headers: signed } = slack.signed(text, AT)
  const timestamp = signed.get('x-slack-request-timestamp')!
  const signature = signed.get('x-slack-signature')!
  const other = random.between(1, 256)
  const at = random.between(0, body.length)
  const digit = random.between(3, signature.length)
  const changed: readonly (() => [string, string, Buffer])[] = [
    () => [timestamp, signature, Buffer.from(body.map((byte, i) => (i === at ? byte ^ other : byte)))],
    () => [timestamp, signature, Buffer.concat([body.subarray(0, at), Buffer.from([other]), body.subarray(at)])],
    () => [timestamp, signature, Buffer.concat([body.subarray(0, at), body.subarray(at + 1)])],
    () => [timestamp, signature, body.subarray(0, at)],
    () => [
      timestamp,
      `${signature.slice(0, digit)}${(Number.parseInt(signature[digit]!, 16) ^ (1 + (other % 15))).toString(16)}${signature.slice(digit + 1)}`,
      body,
    ],
    () => [timestamp, signature.slice(0, digit), body],
    () => [timestamp, `${signature}${random.pick(['0', ' 0', ',', `, ${signature}`])}`, body],
    () => [
      timestamp,
      random.pick([
        '',
        'v0=',
        'v0',
        'v1=' + signature.slice(3),
        signature.slice(3),
        `v0=${'0'.repeat(64)}`,
        `V0=${signature.slice(3)}`,
      ]),
      body,
    ],
    () => [String(Number(timestamp) + random.pick([-1, 1]) * random.between(1, 300)), signature, body],
    () => [
      random.pick([
        'abc',
        '1e9',
        'NaN',
        '',
        '-1',
        `${timestamp}.5`,
        `+${timestamp}`,
        `0x${timestamp}`,
        `${timestamp}, ${timestamp}`,
        'Infinity',
      ]),
      signature,
      body,
    ],
    () => {
      const apart = random.pick([-1, 1]) * random.between(301, 1_000_000)
      const stale = slack.signed(text, AT + apart * 1000).headers
      return [stale.get('x-slack-request-timestamp')!, stale.get('x-slack-signature')!, body]
    },
    () => [timestamp, random.pick([S1, S3]).signature, body],
  ]
  const which = random.between(0, changed.length)
  const [time, mark, bytes] = changed[which]!()
  return {
    path,
    headers: { 'x-slack-request-timestamp': time, 'x-slack-signature': mark },
    body: bytes,
    how: `way ${which}`,
  }
}

describe('events', () => {
  test('the same event four times, and the same message as another event, is one question', async () => {
    const ts = '1700000000.000200'
    const body = slack.mention('人才', { ts })
    for (let n = 0; n < 4; n++) expect(await event(body)).toEqual({ status: 200 })
    expect(await event(slack.mention('人才', { ts }))).toEqual({ status: 200 })
    const asMessage = {
      type: 'message',
      channel_type: 'channel',
      user: 'U0001',
      text: '<@U0BOT> 人才',
      ts,
      channel: 'C0001',
    }
    expect(await event(slack.event(asMessage))).toEqual({ status: 200 })
    expect(inbox.questions.map(({ id }) => id)).toEqual([`T0001/C0001/${ts}`])
    expect(inbox.duplicates).toBe(4)
    expect(inbox.counts).toEqual({ 'ignored not-addressed': 1 })
  })

  test('a question within a thread stays in it', async () => {
    await event(slack.mention('那补助呢？', { ts: '1700000000.000300', thread_ts: '1699999999.000100' }))
    expect(inbox.questions[0]).toMatchObject({
      id: 'T0001/C0001/1700000000.000300',
      thread: 'T0001/C0001/1699999999.000100',
      replyTo: { via: 'channel', channel: 'C0001', thread: '1699999999.000100' },
    })
  })

  test('a direct message is one conversation, answered without a thread', async () => {
    await event(slack.direct('人才'))
    await event(slack.direct('补助'))
    expect(inbox.questions.map(({ thread, replyTo }) => ({ thread, replyTo }))).toEqual([
      { thread: 'T0001/D0001', replyTo: { via: 'channel', channel: 'D0001' } },
      { thread: 'T0001/D0001', replyTo: { via: 'channel', channel: 'D0001' } },
    ])
    await event(slack.direct('另一件事', { thread_ts: '1699999999.000100' }))
    expect(inbox.questions[2]).toMatchObject({
      thread: 'T0001/D0001/1699999999.000100',
      replyTo: { thread: '1699999999.000100' },
    })
  })

  test('a question with a file is a question', async () => {
    await event(slack.direct('人才', { subtype: 'file_share', files: [{ id: 'F1' }] }))
    expect(inbox.questions).toHaveLength(1)
  })

  test.each<[string, Record<string, unknown>]>([
    ['bot-message', { bot_id: 'B1' }],
    ['own-message', { user: 'U0BOT' }],
    ['edited', { edited: { user: 'U0001', ts: '1700000000.000101' } }],
    ['subtype', { subtype: 'message_changed' }],
    ['subtype', { subtype: 'message_deleted' }],
    ['subtype', { subtype: 'bot_message', user: undefined }],
    ['no-person', { user: 'USLACKBOT' }],
    ['no-person', { user: undefined }],
    ['not-addressed', { channel_type: 'channel' }],
    ['not-addressed', { channel_type: 'mpim' }],
    ['unknown-event', { type: 'reaction_added', item: { type: 'message', channel: 'C0001' } }],
    ['app-removed', { type: 'app_uninstalled' }],
  ])('%s is acknowledged, counted, and no question', async (why, more) => {
    expect(await event(slack.direct('人才', more))).toEqual({ status: 200 })
    expect(inbox.questions).toEqual([])
    expect(inbox.counts).toEqual({ [`ignored ${why}`]: 1 })
  })

  test('app_rate_limited is counted and told', async () => {
    const body = JSON.stringify({ type: 'app_rate_limited', team_id: 'T0001', minute_rate_limited: 1700000000 })
    expect(await event(body)).toEqual({ status: 200 })
    expect(inbox.counts).toEqual({ 'ignored app-rate-limited': 1 })
    expect(log).toEqual(['Slack 暂停投递事件：一小时内超过 30,000 个（app_rate_limited）。'])
  })

  test.each([
    '',
    'null',
    '[]',
    '{',
    '{"type":7}',
    '{"type":"event_callback"}',
    '{"type":"url_verification"}',
    slack.mention('人才', { channel: { id: 'C1' } }),
    slack.mention('人才', { ts: 'now' }),
    slack.mention('人才', { channel: '../x' }),
  ])('signed, but not what Slack sends: %s', async (body) => {
    expect(await event(body)).toEqual({ status: 400 })
    expect(inbox.counts).toEqual({ 'refused unreadable': 1 })
  })

  test('what cannot be kept is not acknowledged, and is kept when it comes again', async () => {
    const body = slack.mention('人才')
    inbox.isFull = true
    expect(await event(body)).toEqual({ status: 503 })
    expect(log).toEqual(['Slack 的一个问题未能存下：queue-full'])
    inbox.isFull = false
    expect(await event(body)).toEqual({ status: 200 })
    expect(inbox.questions).toHaveLength(1)
  })

  test('a mention without words asks nothing', async () => {
    expect(await event(slack.mention('  '))).toEqual({ status: 200 })
    expect(inbox.questions).toEqual([])
    expect(inbox.counts).toEqual({ 'ignored no-question': 1 })
  })

  test('before the start and after the end Slack is to come again', async () => {
    await bot.stop()
    expect(await event(slack.mention('人才'))).toEqual({ status: 503 })
  })
})

test('Slack delivers until it is acknowledged, and then no more', async () => {
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    inbox.isFull = Number(headers.get('x-slack-retry-num') ?? 0) < 2
    const { status } = await hookOf(request.url!).handle({ headers, body: Buffer.concat(pieces) })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`
  const waits: number[] = []
  // the five minutes between the tries pass, and the last one is signed anew
  const tries = await slack.deliver(address, slack.mention('人才'), async (ms) => {
    waits.push(ms)
    now += ms
  })
  server.close()
  expect(tries.map(({ status }) => status)).toEqual([503, 503, 200])
  expect(waits).toEqual([0, 60_000])
  expect(inbox.questions).toHaveLength(1)
})

describe('the command /tiaowen', () => {
  test('a question is kept and the person told so', async () => {
    const fields = slack_command('城西科创大走廊的规划范围是什么？')
    expect(await form('/slack/commands', fields)).toEqual({
      status: 200,
      body: { response_type: 'ephemeral', text: '已收到，正在查找原文……' },
    })
    expect(inbox.questions).toEqual([
      {
        id: `T0001/command/${fields['trigger_id']}`,
        thread: 'T0001/C0001/command/U0001',
        question: '城西科创大走廊的规划范围是什么？',
        replyTo: {
          via: 'response',
          url: 'https://hooks.slack.com/commands/T1/2/x',
          until: AT + 30 * 60_000 - 10_000,
          user: 'U0001',
        },
      },
    ])
  })

  test('the same request again does nothing', async () => {
    const fields = slack_command('人才')
    await form('/slack/commands', fields)
    await form('/slack/commands', fields)
    expect(inbox.questions).toHaveLength(1)
    expect(inbox.duplicates).toBe(1)
  })

  test.each(['', '  ', '帮助', 'help', '？'])('“%s” is told how to use it', async (text) => {
    const answer = await form('/slack/commands', slack_command(text))
    expect(answer).toMatchObject({ status: 200, body: { response_type: 'ephemeral' } })
    expect((answer.body as { text: string }).text).toContain('请在 /tiaowen 后面写上问题')
    expect(inbox.questions).toEqual([])
  })

  test('where nothing can be kept, the person is told: Slack never sends a command again', async () => {
    inbox.isFull = true
    expect(await form('/slack/commands', slack_command('人才'))).toEqual({
      status: 200,
      body: { response_type: 'ephemeral', text: '暂时无法接收问题，请稍后再试。' },
    })
  })

  test('a command without a trigger_id is none', async () => {
    const { trigger_id: _, ...fields } = slack_command('人才')
    expect(await form('/slack/commands', fields)).toEqual({ status: 400 })
  })

  let typed = 0
  const slack_command = (text: string): Record<string, string> => ({
    team_id: 'T0001',
    channel_id: 'C0001',
    user_id: 'U0001',
    command: '/tiaowen',
    text,
    response_url: 'https://hooks.slack.com/commands/T1/2/x',
    trigger_id: `${++typed}.1.a`,
  })
})

describe('buttons', () => {
  const press = (action_id: string, value?: string) => {
    const payload = { type: 'block_actions', actions: [{ type: 'button', action_id, ...(value && { value }) }] }
    return form('/slack/interactions', { payload: JSON.stringify(payload) })
  }

  test('有用 and 没用 are kept', async () => {
    expect(await press('tiaowen_up', JSON.stringify(EXCHANGE))).toEqual({ status: 200 })
    expect(await press('tiaowen_down', JSON.stringify(EXCHANGE))).toEqual({ status: 200 })
    expect(inbox.ratings).toEqual([
      { ...EXCHANGE, rating: 'up' },
      { ...EXCHANGE, rating: 'down' },
    ])
  })

  test('打开原文 is acknowledged', async () => {
    expect(await press('tiaowen_open')).toEqual({ status: 200 })
    expect(inbox.counts).toEqual({ 'ignored link-button': 1 })
  })

  test.each(['', '{}', '{"conversationId":"1","exchangeId":"2"}', 'null'])(
    'a value that is none of ours: %s',
    async (value) => {
      expect(await press('tiaowen_up', value)).toEqual({ status: 400 })
      expect(inbox.ratings).toEqual([])
    },
  )

  test('another interaction is acknowledged and counted', async () => {
    expect(await form('/slack/interactions', { payload: '{"type":"view_submission"}' })).toEqual({ status: 200 })
    expect(await press('of_another_app')).toEqual({ status: 200 })
    expect(inbox.counts).toEqual({ 'ignored unknown-interaction': 1, 'ignored unknown-button': 1 })
  })

  test('a press that was captured turns no rating back, in this life of the process or the next', async () => {
    const up = formOf({
      payload: JSON.stringify({
        type: 'block_actions',
        actions: [{ action_id: 'tiaowen_up', value: JSON.stringify(EXCHANGE) }],
      }),
    })
    const { headers } = slack.signed(up)
    await post('/slack/interactions', headers, up)
    await press('tiaowen_down', JSON.stringify(EXCHANGE))
    now = AT + 100_000
    expect(await post('/slack/interactions', headers, up)).toEqual({ status: 200 })
    expect(await post('/slack/interactions', headers, up, opened())).toEqual({ status: 200 })
    expect(inbox.ratings.map(({ rating }) => rating)).toEqual(['up', 'down'])
    expect(inbox.counts).toEqual({ 'ignored replayed': 2 })
  })
})

test('over a socket no address is open', () => {
  const bot = createSlackBot(
    { botToken: 'xoxb-1', appToken: 'xapp-1', signingSecret: 'x', apiUrl: 'http://127.0.0.1:9/api/' },
    { log: () => {} },
  )
  expect(bot.webhooks).toEqual([])
  expect(bot.state()).toMatchObject({ mode: 'socket', state: 'connecting' })
})
