/** A group robot: signed, not faster than it may be, and only ever posted to DingTalk. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGroupRobot } from '../../../src/channels/dingtalk/group-robot.ts'
import { noticeOf } from '../../../src/channels/bots/reply.ts'
import { type FakeDingTalk, openFakeDingTalk } from './fake-dingtalk.ts'

const SECRET = `SEC${'0'.repeat(64)}`
let fake: FakeDingTalk
let time: number
beforeEach(async () => {
  time = 1_700_000_000_000
  fake = await openFakeDingTalk({ now: () => time, groupSecret: SECRET, groupToken: 'a+b' })
})
afterEach(() => fake.close())

const robotOf = (changes: { webhook?: string; secret?: string } = {}) =>
  createGroupRobot({ webhook: fake.groupWebhook.replace('a+b', 'a%2Bb'), secret: SECRET, ...changes }, { now: () => time })
const signal = AbortSignal.timeout(60_000)
const [message] = robotMessages()

function robotMessages() {
  return createGroupRobot({ webhook: 'https://oapi.dingtalk.com/robot/send?access_token=x' }).messagesFor(noticeOf('规划建议已更新'))
}

test('a message is signed, whatever is in the signature', async () => {
  const robot = robotOf()
  for (let sent = 0; sent < 40; sent += 1, time += 3100) {
    expect(await robot.send(message!, { signal })).toEqual({ state: 'sent' })
  }
  expect(fake.delivered).toHaveLength(40)
  expect(fake.delivered[0]).toMatchObject({ by: 'group-robot', kind: 'markdown', text: '规划建议已更新', pinged: [] })
})

test('the 21st message of a minute is kept back, and nothing is blocked', async () => {
  const robot = robotOf()
  for (let sent = 0; sent < 20; sent += 1, time += 100) await robot.send(message!, { signal })
  expect(await robot.send(message!, { signal })).toEqual({ state: 'later', code: 'paced', afterMs: 58_000 })
  expect(fake.delivered).toHaveLength(20)
  time += 58_000
  expect(await robot.send(message!, { signal })).toEqual({ state: 'sent' })
})

test('another secret is refused by the platform, and the next step named', async () => {
  expect(await robotOf({ secret: 'SEC1' }).send(message!, { signal })).toMatchObject({
    state: 'refused',
    code: '310000',
    message: expect.stringContaining('核对加签密钥和本机时间'),
  })
})

test('another address is not posted to', async () => {
  const robot = robotOf({ webhook: 'https://hooks.example.com/robot/send?access_token=1' })
  expect(await robot.send(message!, { signal })).toMatchObject({ state: 'refused', code: 'webhook-address' })
  expect((await robot.examine()).map(({ isRight }) => isRight)).toEqual([false, true])
})

test('tiaowen doctor dingtalk: form alone, since nothing is posted', async () => {
  expect((await robotOf().examine()).map(({ isRight, what }) => [isRight, what])).toEqual([[true, '群机器人地址'], [true, '群机器人加签']])
  expect((await robotOf({ secret: 'x' }).examine()).map(({ isRight }) => isRight)).toEqual([true, false])
  expect(fake.requests).toEqual([])
})
