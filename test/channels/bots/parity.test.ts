/**
 * One answer, four channels: for every case of the eval set over the seeds, the citations read back from the messages of
 * each platform, from what the command line prints and from the JSON are the same list.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { readCases } from '../../../evals/cases.ts'
import { LocalAssistant } from '../../../src/answering/local-assistant.ts'
import { replyOf } from '../../../src/channels/bots/reply.ts'
import { runCli } from '../../../src/channels/cli/run.ts'
import { messagesFor as dingTalkMessages } from '../../../src/channels/dingtalk/messages.ts'
import { createApp } from '../../../src/channels/http/app.ts'
import { AnswerSchema } from '../../../src/channels/http/schemas.ts'
import { PLAIN } from '../../../src/channels/render.ts'
import type { Answer } from '../../../src/types.ts'
import { seedLibrary } from '../../answering/seeds.ts'
import { eventsOf, scripted, NO_BACKUPS, NO_CARRYING } from '../scripted.ts'
import { wordsSeen, type Seen } from './seen.ts'
import { PUBLIC_URL, SURFACES } from './surfaces.ts'

/** What a reader takes down of a citation: [1] 《…决定》第三部分第2条 */
type Listed = `[${number}] ${string}`

interface Asked {
  readonly id: string
  readonly answer: Answer
}
const asked: Asked[] = []

beforeAll(async () => {
  const library = await seedLibrary()
  const assistant = new LocalAssistant({
    library: () => library,
    textOf: async () => undefined,
    status: () => scripted().status(),
    log: () => {},
  })
  for (const { id, question, history } of readCases('evals/cases')) {
    for await (const event of assistant.ask({ question, ...(history && { history }) })) {
      if (event.type === 'done') asked.push({ id, answer: event.answer })
    }
  }
}, 120_000)

const HEADINGS = /^(?:依据|相关原文)$/
const NEAR_HEADINGS = /^(?:可能是指|最接近的条款)$/

/** Lines of the list of citations, quotations left out. */
function listedIn(seen: Seen): readonly Listed[] {
  let isList = false
  return seen.flatMap((block) => {
    const line = wordsSeen([block]).trim()
    if (HEADINGS.test(line)) isList = true
    else if (NEAR_HEADINGS.test(line)) isList = false
    const found = isList && block.kind !== 'quote' ? /^\[(\d+)\] (《[^\u3000]*)/.exec(line) : null
    return found ? [`[${Number(found[1])}] ${found[2]!.trim()}` as Listed] : []
  })
}

/** Of the command line: documents at the margin, their citations under them. */
function listedOnTerminal(text: string): readonly Listed[] {
  const lines = text.split('\n')
  const listed: Listed[] = []
  let document = ''
  for (const line of lines.slice(lines.findIndex((one) => HEADINGS.test(one)) + 1)) {
    if (NEAR_HEADINGS.test(line)) break
    if (line.startsWith('《')) document = line
    const found = /^\[(\d+)\] (.+?)(?:「第\d+页」)?$/.exec(line)
    if (found) listed.push(`[${Number(found[1])}] ${document}${withoutLabel(found[2]!)}`)
  }
  return listed
}

/** 第三部分第2条（三、2.） → 第三部分第2条: the last brackets, with those inside them. */
function withoutLabel(words: string): string {
  let depth = 0
  for (let at = words.length - 1; at > 0; at -= 1) {
    if (words[at] === '）') depth += 1
    if (words[at] === '（') depth -= 1
    if (depth === 0) return words.slice(0, at)
  }
  return words
}

async function printed(answer: Answer): Promise<string> {
  const lines: string[] = []
  await runCli(['ask', answer.question], {
    version: '0.1.0',
    print: (text) => lines.push(text),
    printError: (text) => lines.push(text),
    styleOf: () => PLAIN,
    open: async () => ({ assistant: scripted({ ask: () => eventsOf(answer) }), close: async () => {} }),
    about: () => [],
    index: async function* () {},
    verifyIndex: async () => ({ generation: 'gen-00000001', collections: [] }),
    serve: async () => {},
    mcp: async () => {},
    feedback: async function* () {},
    examine: async () => ({ findings: [] }),
    configuration: { check: async () => ({ errors: [], warnings: [] }), show: () => '', example: () => '' },
    access: () => Promise.reject(new Error('not wanted here')),
    sending: async () => ({ wait: async () => {} }),
    input: async () => new Uint8Array(),
    onProgress: () => {},
    backups: NO_BACKUPS,
    carrying: NO_CARRYING,
    evaluate: async () => 0,
  })
  return lines.join('\n')
}

async function fromJson(answer: Answer): Promise<readonly Listed[]> {
  const app = createApp(scripted({ ask: () => eventsOf(answer) }), { version: '0.1.0' })
  const response = await app.request('/api/ask', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ question: answer.question }),
  })
  const { citations } = AnswerSchema.parse(await response.json())
  return citations.map(({ n, title, spoken }) => `[${n}] ${title.startsWith('《') ? title : `《${title}》`}${spoken}` as Listed)
}

test('the eval set cites', () => {
  expect(asked.length).toBeGreaterThan(200)
  expect(asked.filter(({ answer }) => answer.citations.length > 0).length).toBeGreaterThan(150)
})

test('the command line lists what the JSON lists', async () => {
  for (const { id, answer } of asked) expect([id, ...listedOnTerminal(await printed(answer))]).toEqual([id, ...(await fromJson(answer))])
})

describe.each(SURFACES)('$name', ({ layOut }) => {
  test.each([PUBLIC_URL, undefined])('lists what the JSON lists; public address: %s', async (publicUrl) => {
    let citations = 0
    for (const { id, answer } of asked) {
      const laidOut = layOut(replyOf(answer, { ...(publicUrl !== undefined && { publicUrl }) }))
      const listed = await fromJson(answer)
      citations += listed.length
      for (let reading = 0; reading < laidOut[0]!.readings.length; reading += 1) {
        expect([id, ...listedIn(laidOut.flatMap(({ readings }) => readings[reading]!))]).toEqual([id, ...listed])
      }
      expect([id, ...laidOut.flatMap(({ faults }) => faults)]).toEqual([id])
    }
    if (process.env['TIAOWEN_FIGURES']) console.log(`${asked.length} cases, ${citations} citations`)
  })
})

test('no answer of the eval set has to go to DingTalk as plain text', () => {
  const plain = asked.filter(({ answer }) => dingTalkMessages(replyOf(answer)).some(({ kind }) => kind === 'text'))
  expect(plain.map(({ id }) => id)).toEqual([])
})
