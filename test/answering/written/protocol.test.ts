/** A reply read piece by piece gives the same sentences wherever it is cut, and nothing in it makes the reader throw. */
import { describe, expect, test } from 'vitest'
import { ReplyReader, type WrittenSentence } from '../../../src/answering/written/protocol.ts'

function read(...pieces: readonly string[]): WrittenSentence[] {
  const reader = new ReplyReader()
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()]
}

const FIRST = { text: '全社会研发投入强度超过4%。', quotes: [{ handle: 'c1', quote: '全社会研发投入强度超过4%' }] }
const SECOND = {
  text: '“𠮷”字号“老店”不得\\拆除；{第[2]条}，见〔2023〕12号。',
  quotes: [
    { handle: 'c2', quote: '不得"拆除"\n}]' },
    { handle: 'c10', quote: '𠮷' },
  ],
}
const JSON_REPLY = JSON.stringify({ sentences: [FIRST, SECOND] })
const PLAIN_REPLY = `- ${FIRST.text}
> c1: ${FIRST.quotes[0]!.quote}

* 老店“𠮷”不得拆除。
  > [c2]：不得拆除
  > 老店
> C10: 𠮷
`
const PLAIN = [
  FIRST,
  {
    text: '老店“𠮷”不得拆除。',
    quotes: [
      { handle: 'c2', quote: '不得拆除\n老店' },
      { handle: 'C10', quote: '𠮷' },
    ],
  },
]

describe('JSON', () => {
  test.each([
    ['bare', JSON_REPLY],
    ['printed over many lines', JSON.stringify({ sentences: [FIRST, SECOND] }, null, 2)],
    ['in a fence, with prose before and after', `好的，以下是回答：\n\`\`\`json\n${JSON_REPLY}\n\`\`\`\n希望有帮助 {"a": [1]}`],
    ['behind a bullet of prose', `- 我会按要求回答\n- 如下\n${JSON_REPLY}`],
    ['with keys nobody asked for', `{"thinking": "\\"sentences\\": [{", "sentences": ${JSON.stringify([{ n: 1, ...FIRST }, { ...SECOND, more: [{}] }])}, "end": 0}`],
    ['as a list alone', `\`\`\`json\n${JSON.stringify([FIRST, SECOND])}\n\`\`\``],
    ['cut off behind the last object', JSON_REPLY.slice(0, -2)],
  ])('%s', (_, reply) => {
    expect(read(reply)).toEqual([FIRST, SECOND])
  })

  test('a sentence comes with the brace that closes it', () => {
    const reader = new ReplyReader()
    const end = JSON_REPLY.indexOf('}]}') + 3
    expect(reader.push(JSON_REPLY.slice(0, end - 1))).toEqual([])
    expect(reader.push(JSON_REPLY.slice(end - 1, end))).toEqual([FIRST])
  })

  test('an object cut off, one without a text, one that is no JSON are none, and counted', () => {
    const reader = new ReplyReader()
    const reply = `{"sentences": [{"quotes": []}, {"text": "a\nb"}, ${JSON.stringify(FIRST)}, {"text": "全社会研发`
    expect([...reader.push(reply), ...reader.end()]).toEqual([FIRST])
    expect(reader.malformed).toBe(3)
  })

  test('a sentence whose quotations are no list of quotations has none', () => {
    const odd = [{ text: '甲', quotes: '乙' }, { text: '甲', quotes: [1, null, { handle: 'c1' }, { handle: 1, quote: '乙' }] }, { text: '甲' }]
    expect(read(JSON.stringify({ sentences: odd }))).toEqual(odd.map(() => ({ text: '甲', quotes: [] })))
  })
})

describe('plain text', () => {
  test.each([
    ['bare', PLAIN_REPLY],
    ['with prose before and after', `好的。\n\n${PLAIN_REPLY}\n以上。\n`],
    ['with Windows line ends', PLAIN_REPLY.replaceAll('\n', '\r\n')],
    ['without its last line end', PLAIN_REPLY.trimEnd()],
  ])('%s', (_, reply) => {
    expect(read(reply)).toEqual(PLAIN)
  })

  test('a sentence without a quotation is given as one', () => {
    expect(read('- 甲\n- 乙\n> c1: 丙\n- 丁')).toEqual([
      { text: '甲', quotes: [] },
      { text: '乙', quotes: [{ handle: 'c1', quote: '丙' }] },
      { text: '丁', quotes: [] },
    ])
  })

  test('a sentence comes with the line behind it', () => {
    const reader = new ReplyReader()
    expect(reader.push(`- ${FIRST.text}\n> c1: ${FIRST.quotes[0]!.quote}\n`)).toEqual([])
    expect(reader.push('\n')).toEqual([FIRST])
  })
})

test('prose, nothing and a refusal give nothing', () => {
  for (const reply of ['', '   \n', '抱歉，我不能回答。', '{"error": {"message": "x"}}', '[]', '<html></html>']) {
    expect(read(reply), reply).toEqual([])
  }
})

describe('wherever a reply is cut', () => {
  const replies = [
    [JSON_REPLY, [FIRST, SECOND]],
    [`好的 {x}\n- 甲\n\`\`\`json\n${JSON.stringify({ sentences: [FIRST, SECOND] }, null, 1)}`, [FIRST, SECOND]],
    [PLAIN_REPLY, PLAIN],
  ] as const

  test('in two, at every unit, also inside a pair of surrogates', () => {
    for (const [reply, expected] of replies) {
      for (let at = 0; at <= reply.length; at++) {
        expect(read(reply.slice(0, at), reply.slice(at)), `${at}`).toEqual(expected)
      }
    }
  })

  test('in many, at random', () => {
    const next = randomFrom(7)
    for (let round = 0; round < 500; round++) {
      const [reply, expected] = replies[round % replies.length]!
      const pieces: string[] = []
      for (let at = 0; at < reply.length;) {
        const length = 1 + Math.floor(next() * (round % 5 === 0 ? 40 : 4))
        pieces.push(reply.slice(at, at + length))
        at += length
      }
      expect(read(...pieces)).toEqual(expected)
    }
  })
})

describe('garbage of 100,000 units', () => {
  const LENGTH = 100_000
  const next = randomFrom(11)
  const random = (letters: string) =>
    Array.from({ length: LENGTH }, () => letters.charAt(Math.floor(next() * letters.length))).join('')
  const kinds: readonly (readonly [string, string])[] = [
    ['brackets and quotes', random('{}[]"\\:,\n -> c1')],
    ['bullets and marks', random('-> c1:\n*•')],
    ['any unit', Array.from({ length: LENGTH }, () => String.fromCharCode(Math.floor(next() * 65536))).join('')],
    ['opening braces', '{'.repeat(LENGTH)],
    ['lists that never end', `{"sentences":[${'{"text":['.repeat(LENGTH / 10)}`],
    ['openings again and again', '"sentences" : '.repeat(LENGTH / 14)],
    ['one line', `- ${'甲'.repeat(LENGTH)}`],
    ['quotations without end', `- 甲\n${'> c1: 乙\n'.repeat(LENGTH / 8)}`],
    ['a quotation that goes on', `- 甲\n> c1: 乙\n${'> 丙\n'.repeat(LENGTH / 4)}`],
    ['empty objects', `{"sentences":[${'{},'.repeat(LENGTH / 3)}`],
    ['backslashes', `{"sentences":[{"text":"${'\\'.repeat(LENGTH)}`],
    ['white space', `- 甲\n${' '.repeat(LENGTH)}>${' '.repeat(LENGTH)}c1`],
  ]

  test.each(kinds)('%s: nothing is thrown', (_, garbage) => {
    expect(() => read(garbage)).not.toThrow()
  })

  // a reader that went back over what it has read would take hours for ten times as much
  test.each(kinds)('%s: ten times as much takes seconds', (_, garbage) => {
    const start = performance.now()
    read(garbage.repeat(10))
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})

/** Numbers from 0 to 1, the same ones every time. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
