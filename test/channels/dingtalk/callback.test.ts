/** What is said to the robot, and what of it is a question. */
import { describe, expect, test } from 'vitest'
import { callbackOf, replyToFrom } from '../../../src/channels/dingtalk/callback.ts'

/** As the platform's documents show it. */
const SAMPLE = {
  conversationId: 'cidGroup==',
  atUsers: [{ dingtalkId: '$:LWCP_v1:$robot' }],
  chatbotCorpId: 'dinge8a565',
  chatbotUserId: '$:LWCP_v1:$robot',
  msgId: 'msg0001==',
  senderNick: '杨某',
  isAdmin: true,
  senderStaffId: 'user123',
  sessionWebhookExpiredTime: 1_613_635_652_738,
  createAt: 1_613_630_252_678,
  senderCorpId: 'dinge8a565',
  conversationType: '2',
  senderId: '$:LWCP_v1:$Ff09',
  conversationTitle: '机器人测试-TEST',
  isInAtList: true,
  sessionWebhook: 'https://oapi.dingtalk.com/robot/sendBySession?session=1',
  text: { content: ' 城西科创大走廊的规划范围是什么？ ' },
  msgtype: 'text',
}
const callback = (changes: Readonly<Record<string, unknown>> = {}) => callbackOf(JSON.stringify({ ...SAMPLE, ...changes }))

test('the documented sample is a question of its group and person', () => {
  expect(callback()).toEqual({
    kind: 'question',
    question: {
      id: 'msg0001==',
      thread: 'cidGroup==/user123',
      question: '城西科创大走廊的规划范围是什么？',
      replyTo: {
        isGroup: true,
        conversationId: 'cidGroup==',
        staffId: 'user123',
        webhook: 'https://oapi.dingtalk.com/robot/sendBySession?session=1',
        webhookUntil: 1_613_635_652_738,
      },
    },
  })
})

test('in a single chat the thread is the conversation, and no mention is needed', () => {
  expect(callback({ conversationType: '1', isInAtList: undefined })).toMatchObject({ question: { thread: 'cidGroup==' } })
})

test.each([
  ['@条问 第二部分第2条说什么？', '第二部分第2条说什么？'],
  ['@条问\u2005@张三\u2005第二部分第2条说什么？', '第二部分第2条说什么？'],
  ['  第二部分\n第2条？', '第二部分\n第2条？'],
  ['联系 a@b.cn 的部门是？', '联系 a@b.cn 的部门是？'],
])('%j asks %j', (content, question) => {
  expect(callback({ text: { content } })).toMatchObject({ kind: 'question', question: { question } })
})

test.each([
  ['a picture', { msgtype: 'picture', text: undefined, content: { downloadCode: 'x' } }],
  ['formatted text', { msgtype: 'richText', content: { richText: [{ text: '问' }] } }],
  ['a mention and no words', { text: { content: ' @条问 ' } }],
  ['text without content', { text: null }],
])('%s is a question without words, so that the core says how to ask', (_, changes) => {
  expect(callback(changes)).toMatchObject({ kind: 'question', question: { id: 'msg0001==', question: '' } })
})

describe('ignored', () => {
  test("the robot's own words", () => {
    expect(callback({ senderId: '$:LWCP_v1:$robot' })).toEqual({ kind: 'ignored', why: 'own-message' })
  })

  test('a name typed in a group, which mentions nobody', () => {
    expect(callback({ isInAtList: false, text: { content: '@条问 在吗' } })).toEqual({ kind: 'ignored', why: 'not-mentioned' })
  })
})

test.each([
  ...['', '{', 'null', '[]', '"x"'],
  ...['msgId', 'conversationId', 'conversationType', 'msgtype'].map((name) => JSON.stringify({ ...SAMPLE, [name]: undefined })),
  ...[{ conversationType: 1 }, { msgId: 'x'.repeat(513) }, { text: { content: { evil: 1 } } }].map((changes) =>
    JSON.stringify({ ...SAMPLE, ...changes }),
  ),
])('malformed: no. %#', (text) => expect(callbackOf(text)).toEqual({ kind: 'malformed' }))

test('where it goes is read back as it was kept', () => {
  const read = callback()
  if (read.kind !== 'question') throw new Error('no question')
  const { replyTo } = read.question
  expect(replyToFrom(JSON.parse(JSON.stringify(replyTo)) as never)).toEqual(replyTo)
  expect(() => replyToFrom({ isGroup: true })).toThrow()
})
