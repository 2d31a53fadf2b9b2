/** How an answer looks in Slack, and that no message is ever beyond what Slack takes. */
import { describe, expect, test } from 'vitest'
import type { Reply, ReplyPart } from '../../../src/channels/bots/reply.ts'
import {
  markedAgain,
  messagesFor,
  withNote,
  type Block,
  type SlackMessage,
} from '../../../src/channels/slack/messages.ts'
import { CAME_LATE, GOES_ON } from '../../../src/channels/slack/words.ts'
import { repeat, trials, type Random } from '../../store/random.ts'
import { faultOfMessage, harmIn } from './block-rules.ts'

const PUBLIC = 'https://tiaowen.example.cn'
const EXCHANGE = {
  conversationId: '0190a5a4-3a6b-7c0e-8000-000000000001',
  exchangeId: '0190a5a4-3a6b-7c0e-8000-000000000002',
}
const PLACE = '《中共浙江省委关于深化科技体制改革的决定》第三部分第2条'
const URL_OF_IT = `${PUBLIC}/read/d-000/0123456789abcdef/120-180`

const ANSWER: Reply = {
  parts: [
    { kind: 'understood', text: '理解为：研发投入强度目标是多少？' },
    {
      kind: 'words',
      pieces: [
        { kind: 'label', text: '第2条 ' },
        { kind: 'quotation', text: '“研发投入强度*超过*4%”' },
        { marks: [1] },
        { kind: 'connecting', text: '\n' },
      ],
    },
    { kind: 'heading', text: '依据' },
    {
      kind: 'citation',
      n: 1,
      place: PLACE,
      told: '2023-01-09',
      quote: '研发投入强度*超过*4%',
      also: '另见：《副本》第2条（b.txt）',
      url: URL_OF_IT,
    },
    { kind: 'note', text: '仅按关键词检索。' },
  ],
  exchange: EXCHANGE,
}

test('an answer: the words, what they rest on, and the buttons', () => {
  const context = (text: string) => ({ type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] })
  const bold = (text: string) => ({ type: 'text', text, style: { bold: true } })
  const button = (action_id: string, text: string, more: object) => ({
    type: 'button',
    action_id,
    text: { type: 'plain_text', text, emoji: false },
    ...more,
  })
  const value = JSON.stringify(EXCHANGE)
  expect(messagesFor(ANSWER)).toEqual([
    {
      part: 1,
      of: 1,
      body: {
        text:
          '理解为：研发投入强度目标是多少？\n第2条 “研发投入强度*超过*4%”[1]\n\n依据\n[1] ' +
          PLACE +
          '　2023-01-09\n研发投入强度*超过*4%\n另见：《副本》第2条（b.txt）\n仅按关键词检索。',
        unfurl_links: false,
        unfurl_media: false,
        blocks: [
          context('理解为：研发投入强度目标是多少？'),
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_section',
                elements: [bold('第2条 '), { type: 'text', text: '“研发投入强度*超过*4%”[1]\n' }],
              },
            ],
          },
          { type: 'divider' },
          { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [bold('依据')] }] },
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_section',
                elements: [
                  bold('[1] '),
                  { type: 'link', url: URL_OF_IT, text: PLACE, style: { bold: true } },
                  { type: 'text', text: '　2023-01-09' },
                ],
              },
              { type: 'rich_text_quote', elements: [{ type: 'text', text: '研发投入强度*超过*4%' }] },
              { type: 'rich_text_section', elements: [{ type: 'text', text: '另见：《副本》第2条（b.txt）' }] },
            ],
          },
          context('仅按关键词检索。'),
          {
            type: 'actions',
            elements: [
              button('tiaowen_up', '有用', { value }),
              button('tiaowen_down', '没用', { value }),
              button('tiaowen_open', '打开原文', { url: URL_OF_IT }),
            ],
          },
        ],
      },
    },
  ])
})

test('without a public address nothing is a link, without an exchange nothing is a button', () => {
  const parts = ANSWER.parts.map((part) => (part.kind === 'citation' ? without(part) : part))
  const [message] = messagesFor({ parts })
  expect(JSON.stringify(message)).not.toMatch(/"link"|"url"|"actions"/)
})

function without({ url: _, ...rest }: Extract<ReplyPart, { kind: 'citation' }>): ReplyPart {
  return rest
}

test('a long answer is numbered, loses nothing, and has its buttons at the end alone', () => {
  const clause = '支持高校、科研院所与企业共建联合实验室，按实际投入的百分之二十给予补助；'
  const words = clause.repeat(300)
  const messages = messagesFor({
    ...ANSWER,
    parts: [{ kind: 'words', pieces: [{ kind: 'quotation', text: words }] }, ...ANSWER.parts],
  })
  expect(messages.map(({ part, of }) => `${part}/${of}`)).toEqual(['1/2', '2/2'])
  expect(messages.map(({ body }) => wordsOf(body.blocks[0]!))).toEqual(['（1/2）', '（2/2）'])
  expect(messages.map(({ body }) => body.blocks.some(({ type }) => type === 'actions'))).toEqual([false, true])
  expect(allWords(messages)).toContain(words)
  for (const { body } of messages) {
    const rich = body.blocks.filter((block) => block.type === 'rich_text').map(wordsOf)
    for (const block of rich.filter((one) => one.startsWith('支持'))) expect(block).toMatch(/；$/)
  }
})

test('a heading stays with the first of what it stands over', () => {
  for (let length = 6_000; length < 9_500; length += 100) {
    const messages = messagesFor({
      parts: [{ kind: 'words', pieces: [{ kind: 'quotation', text: '一'.repeat(length) }] }, ...ANSWER.parts.slice(2)],
    })
    for (const { body } of messages) expect(wordsOf(body.blocks.at(-1)!)).not.toBe('依据')
  }
})

test('many citations: fifty blocks a message at most', () => {
  const citation = (n: number): ReplyPart => ({ kind: 'citation', n, place: '《决定》第一条', told: '', quote: '一' })
  const messages = messagesFor({ parts: Array.from({ length: 120 }, (_, i) => citation(i + 1)) })
  expect(messages.map(({ body }) => faultOfMessage(body))).toEqual(messages.map(() => undefined))
  expect(allWords(messages).match(/\[\d+\]/g)).toHaveLength(120)
  const remarks = messagesFor({
    parts: [
      { kind: 'verdict', text: '一' },
      ...Array.from({ length: 70 }, (): ReplyPart => ({ kind: 'note', text: '一' })),
    ],
  })
  expect(remarks.map(({ body }) => body.blocks.length)).toEqual([48, 25])
})

test('many short labels weigh more than their words', () => {
  const pieces = Array.from({ length: 600 }, (_, n) => ({
    kind: n % 2 === 0 ? ('label' as const) : ('quotation' as const),
    text: '条',
  }))
  const messages = messagesFor({ parts: [{ kind: 'words', pieces }] })
  expect(messages.map(({ body }) => JSON.stringify(body.blocks).length <= 9_000)).toEqual(messages.map(() => true))
  expect(allWords(messages)).toBe('条'.repeat(600))
})

test('a message that may be there already says so, and one that goes on elsewhere', () => {
  const [{ body } = { body: undefined }] = messagesFor(ANSWER)
  const again = markedAgain(body!)
  expect(wordsOf(again.blocks[0]!)).toBe('发送时连接中断，本条可能是重复的。')
  expect(again.text.startsWith('发送时连接中断，本条可能是重复的。\n理解为')).toBe(true)
  expect(wordsOf(withNote(body!, GOES_ON).blocks.at(-1)!)).toBe(GOES_ON)
})

test('a notice alone is not small print', () => {
  expect(messagesFor({ parts: [{ kind: 'note', text: '问题太长。' }] })[0]?.body.blocks[0]?.type).toBe('rich_text')
})

describe('what a document says harms nobody', () => {
  const EVIL = [
    '<!channel> <!here> <!everyone>',
    '<@U0001> @channel @here',
    '<https://evil.example|人民政府网>',
    '&lt;!channel&gt;',
    '*粗* _斜_ ~删~ `码` :smile:',
    '[点这里](https://evil.example)',
    '\u202e倒\u0000\u0007\ud800',
    '"\\"},{"type":"broadcast","range":"channel"}',
  ]

  test.each(EVIL)('%j', (words) => {
    const part = (kind: 'verdict' | 'understood' | 'heading' | 'note'): ReplyPart => ({ kind, text: words })
    const [message, ...more] = messagesFor({
      parts: [
        part('verdict'),
        part('understood'),
        { kind: 'words', pieces: [{ kind: 'quotation', text: words }] },
        part('heading'),
        { kind: 'citation', n: 1, place: words, told: words, quote: words, also: words, url: URL_OF_IT },
        { kind: 'near', place: words, snippet: words, url: `javascript:alert(1)` },
        part('note'),
      ],
    })
    expect(more).toEqual([])
    expect(faultOfMessage(message!.body)).toBeUndefined()
    expect(harmIn(message!.body, PUBLIC)).toBeUndefined()
  })

  test('quotations stand as they are', () => {
    const words = EVIL.slice(0, 6).join('\n')
    const messages = messagesFor({ parts: [{ kind: 'words', pieces: [{ kind: 'quotation', text: words }] }] })
    expect(allWords(messages)).toBe(words)
  })
})

test('answers of any make: none is beyond a limit, none loses a word', async () => {
  await repeat(trials(2_000, 20_000), 70, async (random) => {
    const reply = replyOfChance(random)
    const messages = messagesFor(reply)
    expect(messages.length).toBeGreaterThan(0)
    for (const { part, of, body } of messages) {
      for (const one of [body, markedAgain(withNote(withNote(body, GOES_ON), CAME_LATE))]) {
        expect(faultOfMessage(one)).toBeUndefined()
        expect(harmIn(one, PUBLIC)).toBeUndefined()
        expect(JSON.stringify(one.blocks).length).toBeLessThanOrEqual(9_000)
      }
      expect(body.blocks.some(({ type }) => type === 'actions') && part < of).toBe(false)
    }
    const shown = squeezed(allWords(messages))
    for (const part of reply.parts) for (const words of wordsIn(part)) expect(shown).toContain(squeezed(words))
  })
})

const SAMPLES = [
  '支持高校、科研院所与企业共建联合实验室；',
  '人才',
  '4%',
  '"\\',
  '<@U1>',
  '😀',
  '\n',
  '一',
  'https://evil.example/',
  '。',
  '&',
  '👩‍👩‍👧‍👦',
]

function replyOfChance(random: Random): Reply {
  const words = (most: number) => Array.from({ length: random.between(1, most) }, () => random.pick(SAMPLES)).join('')
  const long = () => words(random.pick([3, 30, 300, random.between(1, 900)]))
  const url = () =>
    random.next() < 0.5 ? { url: `${PUBLIC}/read/d-${random.between(0, 99)}/0123456789abcdef/1-2` } : {}
  const makers: readonly (() => ReplyPart)[] = [
    () => ({ kind: random.pick(['verdict', 'understood', 'heading', 'note'] as const), text: long() }),
    () => ({
      kind: 'words',
      pieces: Array.from({ length: random.between(1, random.pick([5, 200])) }, (_, n) =>
        n % 3 === 2
          ? { marks: [n] }
          : { kind: random.pick(['label', 'quotation', 'connecting'] as const), text: words(random.pick([2, 60])) },
      ),
    }),
    () => ({
      kind: 'citation',
      n: random.between(1, 99),
      place: long(),
      told: words(9),
      quote: long(),
      also: words(40),
      ...url(),
    }),
    () => ({ kind: 'near', place: words(9), snippet: words(20), ...url() }),
  ]
  const parts = Array.from({ length: random.between(0, 12) }, () => random.pick(makers)())
  return { parts, ...(random.next() < 0.5 && { exchange: EXCHANGE }) }
}

function wordsIn(part: ReplyPart): readonly string[] {
  if (part.kind === 'words')
    return [part.pieces.map((piece) => ('marks' in piece ? `[${piece.marks.join()}]` : piece.text)).join('')]
  if (part.kind === 'citation') return [part.place, part.told, part.quote, part.also ?? '']
  return part.kind === 'near' ? [part.place, part.snippet] : [part.text]
}

/** Line ends may go at a cut, and a number stands over every message. */
const squeezed = (text: string) => text.replace(/（\d+\/\d+）/g, '').replace(/\s+/g, '')

function wordsOf(block: Block): string {
  if (block.type === 'context') return block.elements[0].text
  return block.type === 'rich_text'
    ? block.elements.flatMap(({ elements }) => elements.map(({ text }) => text)).join('')
    : ''
}

const allWords = (messages: readonly SlackMessage[]) =>
  messages
    .flatMap(({ body }) => body.blocks.map(wordsOf))
    .filter((words) => !/^（\d+\/\d+）$/.test(words))
    .join('')
