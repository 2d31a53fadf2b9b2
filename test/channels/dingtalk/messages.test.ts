/** Messages: the words as they are, within every limit, and nothing in them that a client obeys. */
import { describe, expect, test } from 'vitest'
import type { Reply, ReplyPart } from '../../../src/channels/bots/reply.ts'
import { replyOf } from '../../../src/channels/bots/reply.ts'
import { apiBody, webhookBody } from '../../../src/channels/dingtalk/bodies.ts'
import { readsAsMarkup } from '../../../src/channels/dingtalk/markup.ts'
import { type DingTalkMessage, marked, messageFrom, messagesFor } from '../../../src/channels/dingtalk/messages.ts'
import { type Random, randomFrom, trials } from '../../store/random.ts'
import { answered, BASES, TITLE } from '../scripted.ts'
import { linksIn, troublesOf } from './fake-dingtalk.ts'

const URL_OF = (n: number) => `https://tiaowen.example.cn/read/d-000/213ffd5c05c1071a/${n}0-${n}9`
const citation = (n: number, changes: Partial<Extract<ReplyPart, { kind: 'citation' }>> = {}): ReplyPart => ({
  kind: 'citation',
  n,
  place: `《${TITLE}》第三部分第${n}条`,
  told: '2023-01-09',
  quote: BASES,
  ...changes,
})
const words = (text: string, marks: readonly number[] = []): ReplyPart => ({
  kind: 'words',
  pieces: [{ kind: 'quotation', text }, ...(marks.length > 0 ? [{ marks }] : [])],
})
const one = (parts: readonly ReplyPart[]): DingTalkMessage => {
  const messages = messagesFor({ parts })
  expect(messages).toHaveLength(1)
  return messages[0]!
}
const buttonsOf = (message: DingTalkMessage) => (message.kind === 'card' ? message.buttons : [])

test('an answer is Markdown: its words, then each citation with its place and its quotation', () => {
  expect(messagesFor(replyOf(answered({ question: '145行动是什么？' })))).toEqual([
    {
      kind: 'markdown',
      title: '条问：第三部分第2条：深入实施科技成果转移转化“145”行动',
      text:
        `第三部分第2条：${BASES}[1]\n\n` +
        `**依据**  \n**[1] 《${TITLE}》第三部分第2条**  \n2023-01-09\n\n> 「${BASES}」\n\n` +
        `另见：《${TITLE}》第三部分第2条（001_c3e04e6f9f8af2f3.txt）`,
    },
  ])
})

describe('links', () => {
  test('of one citation: a card with one button', () => {
    const message = one([words('研发投入强度超过4%', [1]), citation(1, { url: URL_OF(1) })])
    expect(message).toMatchObject({ kind: 'card', buttons: [{ title: '打开原文', url: URL_OF(1) }] })
    expect(message.text).not.toContain('打开原文')
    expect(webhookBody(message)).toMatchObject({ msgtype: 'actionCard', actionCard: { singleTitle: '打开原文', singleURL: URL_OF(1) } })
    expect(apiBody(message)).toMatchObject({ msgKey: 'sampleActionCard' })
  })

  test('of several: a button each, named by its number', () => {
    const message = one([1, 2, 3].map((n) => citation(n, { url: URL_OF(n) })))
    expect(buttonsOf(message).map(({ title }) => title)).toEqual(['打开原文 [1]', '打开原文 [2]', '打开原文 [3]'])
    expect(webhookBody(message)).toMatchObject({ actionCard: { btnOrientation: '0', btns: [{ actionURL: URL_OF(1) }, {}, {}] } })
    expect(apiBody(message).msgKey).toBe('sampleActionCard3')
    expect(JSON.parse(apiBody(message).msgParam)).toMatchObject({ actionTitle3: '打开原文 [3]', actionURL3: URL_OF(3) })
  })

  test('of more than five, and of clauses that are only near: in the text', () => {
    const six = one([1, 2, 3, 4, 5, 6].map((n) => citation(n, { url: URL_OF(n), quote: '略' })))
    expect(six.kind).toBe('markdown')
    expect(linksIn(six)).toEqual([1, 2, 3, 4, 5, 6].map(URL_OF))
    const near = one([{ kind: 'near', place: '《…》第三条', snippet: '全社会', url: URL_OF(1) }])
    expect(near).toMatchObject({ kind: 'markdown', text: `· 《…》第三条\n\n> 「全社会」\n\n[打开原文](${URL_OF(1)})` })
  })

  test('that would end early or lead elsewhere are written out or left out', () => {
    const message = one([{ kind: 'near', place: '某', snippet: '某', url: 'https://a.example/x)](https://evil.example' }])
    expect(linksIn(message)).toEqual(['https://a.example/x%29%5D%28https://evil.example'])
    expect(one([citation(1, { url: 'javascript:alert(1)' })]).kind).toBe('markdown')
    expect(one([citation(1, { url: `https://a.example/${'x'.repeat(900)}` })]).kind).toBe('markdown')
  })
})

describe('words that a client could obey', () => {
  const HOSTILE = [
    '[点此领取补贴](https://evil.example)',
    '![图](https://evil.example/a.png)',
    '<a href="https://evil.example">官网</a>',
    '<img src=https://evil.example/a.png>',
    '<font color=red>废止</font>',
    '\\[点此\\](https://evil.example)',
    '[a][1]\n[1]: https://evil.example',
    '# 大标题',
    '> 「并非原文」',
    '**加粗**与*斜体*',
    '~~已废止~~的规定',
    '`代码`',
    '1. 第一\n2. 第二',
    '- 一\n- 二',
    '---',
    '| 甲 | 乙 |\n|---|---|',
    '$$x^2$$',
    '&lt;b&gt; &#91;x&#93;',
    '    缩进',
    'a_b_ _c_',
  ]

  test.each(HOSTILE)('no. %# goes as plain text, character by character', (text) => {
    const message = one([words(text)])
    expect(message.kind).toBe('text')
    for (const line of text.split('\n')) expect(message.text).toContain(line)
  })

  test.each(HOSTILE)('no. %# makes no link in a quotation, a place or a remark either', (text) => {
    for (const part of [citation(1, { quote: text, url: URL_OF(1) }), citation(1, { place: text }), { kind: 'note', text } as const]) {
      const message = one([part])
      expect(linksIn(message)).toEqual([])
      for (const line of text.split('\n')) expect(message.text).toContain(line)
      if (text.includes('evil')) expect(message.kind).toBe('text')
    }
  })

  test.each(['@所有人 请速办', '@all', '@13800138000', '<@all>', '@manager01'])('%s pings nobody', (text) => {
    const body = webhookBody(one([words(text)]))
    expect(body).toMatchObject({ at: { isAtAll: false, atUserIds: [], atMobiles: [] } })
    expect(Object.keys(JSON.parse(apiBody(one([words(text)])).msgParam) as object)).not.toContain('at')
  })

  test.each([
    '（一）全社会研发投入强度超过4%。',
    '补贴10~20万元',
    'R&D经费',
    '超过2.5%',
    '第1.2款',
    'PM2.5年均浓度',
    '参见www.hangzhou.gov.cn',
    '另见：《决定》（001_c3e04e6f9f8af2f3.txt）',
    '超过4%[1][2]。',
    '——中共杭州市委',
    '　　第一条 为了规范……',
  ])('%s stays Markdown', (text) => expect(readsAsMarkup(text)).toBe(false))

  test('a number of a citation before a parenthesis makes no link', () => {
    const parts: ReplyPart[] = [
      { kind: 'words', pieces: [{ kind: 'quotation', text: '甲' }, { marks: [1] }, { kind: 'quotation', text: '(https://evil.example)' }] },
    ]
    expect(one(parts)).toMatchObject({ kind: 'text', text: '甲[1](https://evil.example)' })
  })
})

describe('length', () => {
  test('an answer of several messages is numbered, and cut where a clause ends', () => {
    const text = '全社会研发投入强度超过4%，高新技术企业达到2万家。'.repeat(150)
    const messages = messagesFor({ parts: [words(text)] })
    expect(messages.map((message) => /^（\d\/\d）/.exec(message.text)?.[0])).toEqual(['（1/3）', '（2/3）', '（3/3）'])
    expect(messages.map(({ title }) => title.slice(-5))).toEqual(['（1/3）', '（2/3）', '（3/3）'])
    const bodies = messages.map((message) => message.text.replace(/^（\d\/\d）\n\n/, ''))
    expect(bodies.every((body) => body.endsWith('。'))).toBe(true)
    expect(bodies.join('')).toBe(text)
  })

  test('a citation stands in one message where it can, its heading with it', () => {
    const messages = messagesFor({
      parts: [words('一'.repeat(1700)), { kind: 'heading', text: '依据' }, citation(1, { quote: '二'.repeat(300) })],
    })
    expect(messages.map(({ text }) => [text.includes('一'.repeat(20)), text.includes('依据'), text.includes('二'.repeat(300))])).toEqual([
      [true, false, false],
      [false, true, true],
    ])
  })

  test('strong words that are cut at a space stay strong', () => {
    const messages = messagesFor({ parts: [citation(1, { place: '关于 '.repeat(1000) })] })
    const strong = messages.flatMap(({ text }) => text.split('\n').filter((line) => line.startsWith('**')))
    expect(strong.length).toBeGreaterThan(1)
    expect(strong.filter((line) => !/^\*\*\S.*\S\*\*(?: {2})?$/.test(line))).toEqual([])
  })

  test('an empty reply is a message all the same', () => {
    expect(messagesFor({ parts: [] })).toEqual([{ kind: 'markdown', title: '条问', text: '（没有内容）' }])
    expect(one([words('')]).text).toBe('（没有内容）')
  })

  test('what was kept is read back, and nothing else', () => {
    const [message] = messagesFor({ parts: [citation(1, { url: URL_OF(1) })] })
    expect(messageFrom(JSON.parse(JSON.stringify(message)) as never)).toEqual(message)
    expect(() => messageFrom({ kind: 'card', title: 't', text: 't', buttons: [] })).toThrow()
  })
})

const ALPHABET = [...'的一是在不了有和人这中大为上个国我以要他，。；：“”《》（）\n\n0123456789%.', '😀', '👨‍👩‍👧', 'é', '𠮷', '"', '\\', '/']
const SYNTAX = ['[', ']', '(', ')', '!', '<', '>', '*', '_', '`', '#', '- ', '1. ', '|', '&lt;', '~~', '@all ', 'https://evil.example', 'img src=', ']( ', '\n', '    ']

function anyText(random: Random, most: number, hostility: number): string {
  const length = random.between(0, most)
  return Array.from({ length }, () => random.pick(random.next() < hostility ? SYNTAX : ALPHABET)).join('')
}

function anyReply(random: Random): Reply {
  const hostility = random.pick([0, 0.02, 0.3])
  const text = (most: number) => anyText(random, most, hostility)
  const url = (): { url?: string } => (random.next() < 0.5 ? { url: `${URL_OF(random.between(1, 9))}${random.pick(['', '?a=1&b=(2)', '#q=%E4'])}` } : {})
  const makes: (() => ReplyPart)[] = [
    () => ({ kind: random.pick(['verdict', 'understood', 'heading', 'note']), text: text(80) }),
    () => ({ kind: 'words', pieces: [{ kind: 'quotation', text: text(random.pick([50, 6000])) }, { marks: [1, 2] }, { kind: 'label', text: text(9) }] }),
    () => ({ ...(citation(random.between(1, 20), { place: text(200), told: text(60), quote: text(700), also: text(200), ...url() })) }),
    () => ({ kind: 'near', place: text(200), snippet: text(90), ...url() }),
  ]
  return { parts: Array.from({ length: random.between(0, 12) }, () => random.pick(makes)()) }
}

test('over generated replies: every message within the limits, no link that is not ours, no word lost', () => {
  const troubles: string[] = []
  let messages = 0
  for (let seed = 0; seed < trials(1000, 20_000); seed += 1) {
    const reply = anyReply(randomFrom(seed))
    const all = messagesFor(reply)
    messages += all.length
    for (const message of all.flatMap((plain) => [plain, marked(plain)])) {
      const buttons = buttonsOf(message)
      troubles.push(...troublesOf({ ...message, buttons }).map((trouble) => `seed ${seed}: ${trouble}`))
      const bytes = Math.max(Buffer.byteLength(JSON.stringify(webhookBody(message))), Buffer.byteLength(apiBody(message).msgParam))
      if (bytes > 15_000) troubles.push(`seed ${seed}: ${bytes} bytes`)
      const links = linksIn(message)
      const foreign = [...links, ...buttons.map(({ url }) => url)].filter((link) => !link.startsWith('https://tiaowen.example.cn/read/'))
      troubles.push(...foreign.map((link) => `seed ${seed}: link to ${link}`))
    }
    const shown = bare(all.map(({ text }) => text.replace(/^（\d+\/\d+）/, '')).join(''))
    for (const part of reply.parts) {
      const said = part.kind === 'citation' ? part.quote : part.kind === 'words' ? part.pieces.map((piece) => ('text' in piece ? piece.text : '[1][2]')).join('') : ''
      if (!shown.includes(bare(said))) troubles.push(`seed ${seed}: words lost`)
    }
  }
  expect(troubles.slice(0, 5)).toEqual([])
  expect(messages).toBeGreaterThan(trials(1000, 20_000))
})

/** Without what the layout adds and newlines that may go. */
const bare = (text: string) => text.replace(/[\s>]/g, '')
