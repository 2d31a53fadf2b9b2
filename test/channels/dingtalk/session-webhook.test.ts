/** Only DingTalk's own addresses are posted to. */
import { describe, expect, test } from 'vitest'
import { DINGTALK_API } from '../../../src/bot-config.ts'
import { isAlive, isGroupWebhook, isSessionWebhook } from '../../../src/channels/dingtalk/session-webhook.ts'

const SESSION = 'https://oapi.dingtalk.com/robot/sendBySession?session=7a0c43b6f9'

describe('a session webhook', () => {
  test.each([
    SESSION,
    'https://api.dingtalk.com/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com/robot/sendBySession?session=a%2Bb&lang=zh_CN',
  ])('%s is DingTalk', (address) => expect(isSessionWebhook(address, DINGTALK_API)).toBe(true))

  test.each([
    'http://oapi.dingtalk.com/robot/sendBySession?session=1',
    'HTTPS://oapi.dingtalk.com/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com:443/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com:8443/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com@evil.example/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com:x@evil.example/robot/sendBySession?session=1',
    'https://user@oapi.dingtalk.com/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com.evil.example/robot/sendBySession?session=1',
    'https://evil.example/https://oapi.dingtalk.com/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com\\@evil.example/robot/sendBySession?session=1',
    'https:\\\\oapi.dingtalk.com/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com./robot/sendBySession?session=1',
    'https://oapi\u3002dingtalk\u3002com/robot/sendBySession?session=1',
    'https://xoapi.dingtalk.com/robot/sendBySession?session=1',
    'https://oapi-dingtalk.com/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com/robot/sendBySession',
    'https://oapi.dingtalk.com/robot/sendBySession/../send?access_token=1',
    'https://oapi.dingtalk.com/robot/send?access_token=1',
    'https://oapi.dingtalk.com/robot//sendBySession?session=1',
    'https://oapi.dingtalk.com/robot/sendBySession?session=1#@evil.example',
    'https://oapi.dingtalk.com/robot/sendBySession?session=1\n@evil.example',
    '\thttps://oapi.dingtalk.com/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com/robot/sendBySession?session=1 ',
    'https://oapi.dingtalk.com/ro\tbot/sendBySession?session=1',
    'https://127.0.0.1/robot/sendBySession?session=1',
    'http://127.0.0.1:8080/robot/sendBySession?session=1',
    'http://169.254.169.254/robot/sendBySession?session=1',
    'file:///robot/sendBySession?session=1',
    'javascript:alert(1)//https://oapi.dingtalk.com/robot/sendBySession?session=1',
    `https://oapi.dingtalk.com/robot/sendBySession?session=${'1'.repeat(3000)}`,
    '',
  ])('%s is not', (address) => expect(isSessionWebhook(address, DINGTALK_API)).toBe(false))

  test("of a DingTalk of one's own, its origin is allowed too, and it alone", () => {
    const api = 'https://ding.example.cn:8443/gateway'
    expect(isSessionWebhook('https://ding.example.cn:8443/robot/sendBySession?session=1', api)).toBe(true)
    expect(isSessionWebhook(SESSION, api)).toBe(true)
    expect(isSessionWebhook('https://ding.example.cn/robot/sendBySession?session=1', api)).toBe(false)
    expect(isSessionWebhook('https://dingXexample.cn:8443/robot/sendBySession?session=1', api)).toBe(false)
  })

  test('is not used in its last minute', () => {
    const until = 1_613_635_652_738 // the documented sample: 90 minutes after its message
    expect(isAlive(until, 1_613_630_252_678)).toBe(true)
    expect(isAlive(until, until - 60_000)).toBe(false)
    expect(isAlive(until, until + 1)).toBe(false)
  })
})

test('a group robot is posted to at DingTalk, or beside the program', () => {
  expect(isGroupWebhook('https://oapi.dingtalk.com/robot/send?access_token=abc')).toBe(true)
  expect(isGroupWebhook('http://127.0.0.1:8080/robot/send?access_token=abc')).toBe(true)
  expect(isGroupWebhook('https://oapi.dingtalk.com/robot/sendBySession?session=abc')).toBe(false)
  expect(isGroupWebhook('https://hooks.example.com/robot/send?access_token=abc')).toBe(false)
  expect(isGroupWebhook('http://oapi.dingtalk.com/robot/send?access_token=abc')).toBe(false)
})
