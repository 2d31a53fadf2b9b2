/** The readers see what the platforms' documents say a client shows: what is not seen here could not be proved safe. */
import { describe, expect, test } from 'vitest'
import { readDingTalk } from './dingtalk-reader.ts'
import { effectsOf, wordsSeen } from './seen.ts'
import { readSlack } from './slack-reader.ts'

const slack = (text: string, verbatim = true) =>
  readSlack({ blocks: [{ type: 'section', text: { type: 'mrkdwn', text, verbatim } }] })

describe('Slack', () => {
  test.each<[string, unknown]>([
    ['<!channel> 甲', { kind: 'mention', target: '!channel' }],
    ['<@U0123|市长>', { kind: 'mention', target: '@U0123|市长' }],
    ['*<https://evil.example|《决定》>*', { kind: 'link', url: 'https://evil.example', words: '《决定》' }],
    ['<https://evil.example?a&amp;b>', { kind: 'link', url: 'https://evil.example?a&b', words: 'https://evil.example?a&b' }],
    ['好:joy:', { kind: 'emoji', name: 'joy' }],
  ])('%s', (text, effect) => {
    expect(effectsOf(slack(text))).toEqual([effect])
  })

  test.each(['&lt;!channel&gt;', '见https://evil.example', '@channel', '10:30:15', '&amp;lt;'])('%s is words where it is verbatim', (text) => {
    expect(effectsOf(slack(text))).toEqual([])
  })

  test.each(['见 https://evil.example', '@channel', 'evil.example', '看#general'])('%s is found where it is not', (text) => {
    expect(effectsOf(slack(text, false))).toHaveLength(1)
  })

  test('styles at the edges of words, quotations and escapes', () => {
    const seen = slack('*依据*\n> 甲 ~乙~ &lt;b&gt; 3~5年10~20')
    expect(wordsSeen(seen)).toBe('依据\n甲 乙 <b> 3~5年10~20')
    expect(seen.map(({ kind }) => kind)).toEqual(['paragraph', 'quote'])
  })

  test('nothing of rich text is parsed, and its links and calls are seen', () => {
    const section = { type: 'rich_text_section', elements: [{ type: 'text', text: '<!channel> *甲*' }, { type: 'link', url: 'https://evil.example', text: '乙' }, { type: 'broadcast', range: 'here' }] }
    const seen = readSlack({ blocks: [{ type: 'rich_text', elements: [section] }] })
    expect(wordsSeen(seen)).toBe('<!channel> *甲*乙')
    expect(effectsOf(seen)).toEqual([{ kind: 'link', url: 'https://evil.example', words: '乙' }, { kind: 'mention', target: 'here' }])
  })

  test('a block that is not known is no silence', () => {
    expect(() => readSlack({ blocks: [{ type: 'image' }] })).toThrow('image')
  })
})

describe.each([true, false])('DingTalk, escapes honoured: %s', (honoursEscapes) => {
  const read = (text: string) => readDingTalk(text, { honoursEscapes })

  test.each<[string, unknown]>([
    ['![](https://evil.example/p.png)', { kind: 'picture', url: 'https://evil.example/p.png' }],
    ['甲[《决定》](https://evil.example)乙', { kind: 'link', url: 'https://evil.example', words: '《决定》' }],
    ['<https://evil.example>', { kind: 'link', url: 'https://evil.example', words: 'https://evil.example' }],
    ['<@all>', { kind: 'mention', target: 'all' }],
    ['<font color=red>', { kind: 'tag', name: 'font color=red' }],
    ['见dingtalk://dingtalkclient/page', { kind: 'link', url: 'dingtalk://dingtalkclient/page', words: 'dingtalk://dingtalkclient/page' }],
  ])('%s', (text, effect) => {
    expect(effectsOf(read(text))).toEqual([effect])
  })

  test('headings, quotations, lists, bold; an entity is its character', () => {
    const seen = read('### 依据\n> 甲**乙**&lt;\n- 丙\n丁')
    expect(seen.map(({ kind }) => kind)).toEqual(['heading', 'quote', 'item', 'paragraph'])
    expect(wordsSeen(seen)).toBe('依据\n甲乙<\n丙\n丁')
  })
})

test('a backslash keeps a link from being one only where DingTalk honours it', () => {
  const text = '\\[甲](https://evil.example)'
  expect(wordsSeen(readDingTalk(text, { honoursEscapes: true }))).toBe('[甲](https://evil.example)')
  expect(effectsOf(readDingTalk(text, { honoursEscapes: false }))).toMatchObject([{ kind: 'link', words: '甲' }])
})
