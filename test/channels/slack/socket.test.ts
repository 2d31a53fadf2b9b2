/** Socket Mode by the real client against the fake gateway: what is kept, and how a lost line is met. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Bot } from '../../../src/channels/bots/bot.ts'
import { createSlackBot } from '../../../src/channels/slack/slack-bot.ts'
import { Socket } from '../../../src/channels/slack/socket.ts'
import { trials } from '../../store/random.ts'
import { APP_TOKEN, BOT_TOKEN, FakeSlack } from './fake-slack.ts'
import { KeptInbox } from './kept-inbox.ts'

const AT = 1_700_000_000_000

let slack: FakeSlack
let inbox: KeptInbox
let bot: Bot
/** By hand: waiting takes no time, and is time that passed. */
let now: number
let waits: number[]
let log: string[]

beforeEach(async () => {
  now = AT
  waits = []
  log = []
  inbox = new KeptInbox()
  slack = await new FakeSlack({ now: () => now }).listen()
  bot = createSlackBot(
    { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl },
    {
      log: (line) => log.push(line),
      now: () => now,
      wait: async (ms) => {
        waits.push(ms)
        now += ms
        await new Promise((resolve) => setImmediate(resolve))
      },
    },
  )
})
afterEach(async () => {
  await bot.stop()
  await slack.close()
})

const isReady = () => expect.poll(() => bot.state().state, { interval: 2 }).toBe('ready')

async function started() {
  bot.start(inbox)
  await isReady()
}

/** Ready again after the line was lost. */
async function reopened(count: number) {
  await slack.untilOpened(count)
  await isReady()
}

const eventOf = (body: string): unknown => JSON.parse(body)

describe('an envelope is acknowledged when it is kept', () => {
  test('an event', async () => {
    await started()
    expect(await slack.envelope('events_api', eventOf(slack.mention('城西科创大走廊的规划范围是什么？')))).toEqual({})
    expect(inbox.questions.map(({ question }) => question)).toEqual(['城西科创大走廊的规划范围是什么？'])
  })

  test('the same one again is acknowledged and does nothing', async () => {
    await started()
    const event = eventOf(slack.mention('人才'))
    for (let n = 0; n < 4; n++) expect(await slack.envelope('events_api', event)).toEqual({})
    expect(inbox.questions).toHaveLength(1)
  })

  test('a command, with the word the person sees', async () => {
    await started()
    expect(await slack.envelope('slash_commands', slack.command('人才'))).toEqual({
      response_type: 'ephemeral',
      text: '已收到，正在查找原文……',
    })
    expect(inbox.questions).toHaveLength(1)
  })

  test('a button', async () => {
    await started()
    const value =
      '{"conversationId":"0190a5a4-3a6b-7c0e-8000-000000000001","exchangeId":"0190a5a4-3a6b-7c0e-8000-000000000002"}'
    expect(await slack.envelope('interactive', slack.pressed('tiaowen_down', value))).toEqual({})
    expect(inbox.ratings).toMatchObject([{ rating: 'down' }])
  })

  test('what cannot be kept is not', async () => {
    await started()
    const event = eventOf(slack.mention('人才'))
    inbox.isFull = true
    expect(await slack.envelope('events_api', event, 100)).toBeUndefined()
    inbox.isFull = false
    expect(await slack.envelope('events_api', event)).toEqual({})
    expect(inbox.questions).toHaveLength(1)
  })

  test('what nobody knows is, and counted', async () => {
    await started()
    expect(await slack.envelope('workflows', {})).toEqual({})
    expect(await slack.envelope('events_api', null)).toEqual({})
    expect(inbox.counts).toEqual({ 'ignored unknown-type': 1, 'refused unreadable': 1 })
  })
})

describe('a lost line', () => {
  test('waits grow from one second to sixty, and are short again after a minute that held', async () => {
    await started()
    for (let n = 1; n <= 9; n++) {
      slack.drop()
      await reopened(n + 1)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000])
    now += 60_000
    slack.drop()
    await reopened(11)
    expect(waits.at(-1)).toBe(1000)
    expect(bot.state()).toEqual({ mode: 'socket', state: 'ready', reconnects: 10 })
  })

  const DROPS = trials(50, 1_000)
  test(`dropped ${DROPS} times: back each time, one connection at once`, async () => {
    await started()
    for (let n = 1; n <= DROPS; n++) {
      if (n % 10 === 0) expect(await slack.envelope('events_api', eventOf(slack.mention('人才')))).toEqual({})
      slack.drop()
      await reopened(n + 1)
    }
    expect(slack.opened).toBe(DROPS + 1)
    expect(slack.mostConnections).toBe(1)
    expect(inbox.questions).toHaveLength(DROPS / 10)
    expect(Math.min(...waits)).toBe(1000)
    expect(Math.max(...waits)).toBe(60_000)
    expect(bot.state().reconnects).toBe(DROPS)
  })

  test('no address to be had: the wait that Slack tells, then again', async () => {
    slack.next('apps.connections.open', { status: 500 }, { status: 429, retryAfter: 90 }, 'broken', {
      error: 'internal_error',
    })
    await started()
    expect(waits).toEqual([1000, 90_000, 4000, 8000])
    expect(bot.state()).toEqual({ mode: 'socket', state: 'ready', reconnects: 0 })
    expect(log[0]).toBe(
      'Slack 的连接断开，正在重连（Socket Mode：http-500）。若一直如此，请运行 tiaowen doctor slack。',
    )
  })

  test('a line that is dead without a word is noticed, and left', async () => {
    const socket = new Socket({
      appToken: APP_TOKEN,
      apiUrl: slack.apiUrl,
      take: async () => ({ state: 'acknowledge' }),
      log: () => {},
      now: () => now,
      wait: async () => {},
      silenceMs: 150,
    })
    socket.start()
    await expect.poll(() => socket.state().state).toBe('ready')
    await new Promise((resolve) => setTimeout(resolve, 200))
    slack.freeze()
    await slack.untilOpened(2)
    await expect.poll(() => socket.state()).toMatchObject({ state: 'ready', reconnects: 1 })
    await socket.stop()
  })

  test('it is told in the log once, and that it stands again', async () => {
    slack.next('apps.connections.open', { status: 503 }, { status: 503 }, { status: 503 })
    await started()
    expect(log).toEqual([
      'Slack 的连接断开，正在重连（Socket Mode：http-503）。若一直如此，请运行 tiaowen doctor slack。',
      'Slack 的连接已恢复（Socket Mode）。',
    ])
  })

  test('while it is lost, the state says since when and by what', async () => {
    slack.isSocketModeOn = false
    bot.start(inbox)
    await expect.poll(() => bot.state().trouble?.code).toBe('socket_mode_disabled')
    expect(bot.state().state).not.toBe('ready')
    slack.isSocketModeOn = true
    await isReady()
    expect(bot.state().trouble).toBeUndefined()
  })
})

describe('Slack moves us to another connection', () => {
  test('the new one is opened at once and first, then the old one closed', async () => {
    await started()
    now += 60_000
    slack.refresh('warning')
    await reopened(2)
    await expect.poll(() => slack.connections).toBe(1)
    expect(slack.mostConnections).toBe(2)
    expect(waits).toEqual([])
    expect(await slack.envelope('events_api', eventOf(slack.mention('人才')))).toEqual({})
  })

  test('again and again without a minute between: not faster than the back-off', async () => {
    await started()
    for (let n = 1; n <= 5; n++) {
      slack.refresh('refresh_requested')
      await reopened(n + 1)
      await expect.poll(() => slack.connections).toBe(1)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000])
    expect(slack.mostConnections).toBe(2)
  })

  test('turned off by the operator: tried again, slowly', async () => {
    await started()
    slack.isSocketModeOn = false
    slack.refresh('link_disabled')
    await expect.poll(() => waits.length).toBeGreaterThan(8)
    expect(waits.slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000])
    expect(slack.opened).toBe(1)
  })
})

test('frames of any kind end nothing', async () => {
  await started()
  const frames = [
    '',
    'null',
    '7',
    '"x"',
    '{',
    '[]',
    '{}',
    '{"type":"events_api"}',
    '{"type":"events_api","envelope_id":7}',
  ]
  const more = [
    '{"type":"events_api","envelope_id":"e"}',
    '{"type":"events_api","envelope_id":"e","payload":{}}',
    '{"type":"error"}',
    '{"type":"close"}',
  ]
  for (const frame of [...frames, ...more, Buffer.from([0, 255])]) slack.frame(frame)
  expect(await slack.envelope('events_api', eventOf(slack.mention('人才')))).toEqual({})
  expect(slack.opened).toBe(1)
})

test('stopped while it opens: nothing stays open', async () => {
  slack.next('apps.connections.open', 'silent')
  bot.start(inbox)
  await expect.poll(() => slack.calls.includes('apps.connections.open')).toBe(true)
  await bot.stop()
  expect(slack.connections).toBe(0)
  const second = createSlackBot({ botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl }, { log: () => {} })
  slack.saysHello = false
  second.start(inbox)
  await slack.untilOpened(1)
  await second.stop()
  await expect.poll(() => slack.connections).toBe(0)
})

describe('a process of its own', () => {
  const run = async (how: string): Promise<{ code: number | null; said: string }> => {
    const target = fileURLToPath(new URL('./socket-target.ts', import.meta.url))
    const child = spawn(process.execPath, [target, how], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += String(piece)))
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve))
    return { code, said }
  }

  test('outlives a gateway that drops it and gives no address', async () => {
    const { code, said } = await run('ours')
    expect(said).toBe('still here\n')
    expect(code).toBe(0)
  })

  test('the package alone, reconnecting by itself, does not (3.1.0)', async () => {
    const { code, said } = await run('package')
    expect(code).toBe(1)
    expect(said).toContain('slack_webapi_http_error')
  })
})

test('no token is in the log', () => expect(log.join('\n')).not.toMatch(/xoxb|xapp/))
