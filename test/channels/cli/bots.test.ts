/** What the command line does with chat platforms: looks at their configuration, posts to a group. */
import { describe, expect, test } from 'vitest'
import type { Message, Sent } from '../../../src/channels/bots/bot.ts'
import { printExamination, sendAnswer, type Examination, type OutgoingRobot } from '../../../src/channels/cli/bots.ts'
import { commandOf } from '../../../src/channels/cli/command.ts'
import { PLAIN } from '../../../src/channels/render.ts'
import { declined, eventsOf, scripted, type Script } from '../scripted.ts'
import { scriptedBot } from '../bots/scripted-bot.ts'

describe('doctor', () => {
  const examined = (examination: Examination, isJson = false) => {
    const printed: string[] = []
    const code = printExamination('dingtalk', examination, isJson, { print: (text) => printed.push(text), style: PLAIN })
    return { code, out: printed.join('\n') }
  }
  const RIGHT = { isRight: true, what: '应用凭证', words: '已取得 access token' }
  const WRONG = { isRight: false, what: 'Stream 连接', words: '连接不上：ENOTFOUND。\u001b[31m请检查网络' }

  test('exits 0 where all is right, 1 where something is not', () => {
    expect(examined({ findings: [RIGHT] })).toEqual({ code: 0, out: '钉钉\n  ✓ 应用凭证　已取得 access token' })
    const { code, out } = examined({ findings: [RIGHT, WRONG] })
    expect([code, out.split('\n')[2]?.replace(/\p{Cc}|�/gu, '')]).toEqual([1, '  ✗ Stream 连接　连接不上：ENOTFOUND。[31m请检查网络'])
    expect(out).not.toContain('\u001b')
  })

  test('says what is missing where the channel is off', () => {
    const missing = '没有设置 TIAOWEN_DINGTALK_CLIENT_SECRET，取得的步骤见 docs/dingtalk.md。'
    expect(examined({ findings: [], missing })).toEqual({ code: 1, out: `钉钉\n  ✗ 未开启　${missing}` })
    expect(JSON.parse(examined({ findings: [RIGHT], missing }, true).out)).toEqual({
      channel: 'dingtalk',
      isRight: false,
      missing,
      findings: [RIGHT],
    })
  })

  test.each([
    [['doctor', 'slack'], { name: 'doctor', json: false, channel: 'slack' }],
    [['doctor', '--json', 'dingtalk'], { name: 'doctor', json: true, channel: 'dingtalk' }],
    [['doctor', 'wecom'], { name: 'usage', message: 'doctor 没有“wecom”可查；可写 slack、dingtalk，或不写。' }],
    [['send', 'dingtalk', '目标', '是什么？'], { name: 'send', to: 'dingtalk', question: '目标 是什么？' }],
    [['send', 'dingtalk'], { name: 'usage', message: '请写明问题。' }],
    [['send', 'slack', '目标？'], { name: 'usage', message: '请写明发到哪里：send dingtalk <问题>。' }],
    [['send'], { name: 'usage', message: '请写明发到哪里：send dingtalk <问题>。' }],
    [['send', '--json', 'dingtalk', '目标？'], { name: 'usage', message: 'send 没有选项 --json。' }],
  ])('%j is understood', (argv, command) => expect(commandOf(argv).command).toEqual(command))
})

describe('send', () => {
  async function sent(outcomes: readonly Sent[], script: Script = {}, question = '145行动是什么？') {
    const left = [...outcomes]
    const given: Message[] = []
    const waits: number[] = []
    const printed: string[] = []
    const errors: string[] = []
    const robot: OutgoingRobot = {
      pace: { betweenMs: 3_100 },
      messagesFor: scriptedBot({ isSplit: true }).messagesFor,
      send: async (message) => (given.push(message), left.shift() ?? { state: 'sent' }),
    }
    const wait = async (ms: number) => void waits.push(ms)
    const print = (text: string) => void printed.push(text)
    const code = await sendAnswer(scripted(script), question, { robot, wait }, { print, printError: (text) => errors.push(text) })
    return { code, given, waits, out: printed.join('\n'), err: errors.join('\n') }
  }

  test('posts the answer with its citations, at the pace of the robot', async () => {
    const { code, given, waits, out } = await sent([])
    expect([code, out]).toEqual([0, `已发送 ${given.length} 条消息。`])
    expect(JSON.stringify(given)).toMatch(/第三部分第2条：深入实施.*\[1\] 《/)
    expect(waits).toEqual(given.slice(1).map(() => 3_100))
  })

  test('waits as it is told, and tries again', async () => {
    const { code, given, waits, err } = await sent([{ state: 'later', code: '130101', afterMs: 600_000 }, { state: 'unknown', code: 'ECONNRESET' }])
    expect([code, given[0] === given[1], given[1] === given[2], waits[0]]).toEqual([0, true, true, 600_000])
    expect(waits[1]).toBeGreaterThanOrEqual(2_000)
    expect(err.split('\n')).toEqual([
      '暂未送达（130101），600 秒后再试……',
      expect.stringMatching(/^暂未送达（ECONNRESET），\d 秒后再试，可能会重复……$/),
    ])
  })

  test.each<[string, readonly Sent[], RegExp]>([
    ['what is refused', [{ state: 'refused', code: '310000', message: '签名不对' }], /没有送达（共 \d 条）：签名不对（310000）$/],
    ['a robot that is never heard', Array<Sent>(9).fill({ state: 'unknown', code: 'timeout' }), /没有回音，可能已经送达（timeout）$/],
    ['one that takes nothing', Array<Sent>(9).fill({ state: 'later', code: '130101', afterMs: 600_000 }), /平台一直不收（130101）$/],
  ])('gives up %s, and exits 1', async (_, outcomes, said) => {
    const { code, out, err } = await sent(outcomes)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(said)
  })

  test('a decline is posted too, and exits 3', async () => {
    const { code, given } = await sent([], { ask: (request) => eventsOf(declined(request)) })
    expect([code, given.length > 0]).toEqual([3, true])
  })
})
