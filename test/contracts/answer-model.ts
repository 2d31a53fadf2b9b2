/** What every AnswerModel promises. */
import { afterEach, describe, expect, test } from 'vitest'
import {
  ModelTrouble,
  type AnswerModel,
  type ModelRequest,
  type ModelUsage,
  type TroubleKind,
} from '../../src/answering/answer-model.ts'

/** What the model is to do with a request. */
export type Play =
  | { readonly says: string; readonly usage?: ModelUsage }
  | { readonly fails: TroubleKind & ('rate-limited' | 'server' | 'refused' | 'malformed') }
  /** Says half of it, then breaks off, or says nothing more. */
  | { readonly breaksOffIn: string }
  | { readonly hangsIn: string }
  | 'hangs'

export interface ModelKind {
  /** One that plays these in order, and the last one again and again. */
  open(...plays: readonly [Play, ...Play[]]): Promise<AnswerModel>
  close(): Promise<void>
}

export const REQUEST: ModelRequest = {
  messages: [
    { role: 'system', content: '只根据材料回答。' },
    { role: 'user', content: '未来五年全社会研发投入强度要超过多少？' },
  ],
  maxTokens: 500,
}
const REPLY = '- 全社会研发投入强度超过4%。\n> c1: 全社会研发投入强度超过4%\n😀𠮷'
const OTHER = '{"sentences":[{"text":"高新技术企业突破3万家。","quotes":[{"handle":"c2","quote":"突破3万家"}]}]}'

export interface Written {
  readonly pieces: string[]
  readonly text: string
  readonly usage?: ModelUsage
  readonly trouble?: unknown
}

/** Reads to the end, however it ends. */
export async function written(
  model: AnswerModel,
  request: ModelRequest = REQUEST,
  signal = new AbortController().signal,
): Promise<Written> {
  const pieces: string[] = []
  const reply = model.write(request, signal)
  try {
    for (;;) {
      const next = await reply.next()
      if (!next.done) pieces.push(next.value)
      else return { pieces, text: pieces.join(''), ...(next.value && { usage: next.value }) }
    }
  } catch (trouble) {
    return { pieces, text: pieces.join(''), trouble }
  }
}

export function describeAnswerModel(name: string, { open, close }: ModelKind): void {
  describe(`${name} as an AnswerModel`, () => {
    afterEach(close)

    test('gives the reply piece by piece, none empty, and what it took', async () => {
      const usage = { inputTokens: 120, outputTokens: 30 }
      const reply = await written(await open({ says: REPLY, usage }))
      expect(reply).toEqual({ pieces: reply.pieces, text: REPLY, usage })
      expect(reply.pieces.length).toBeGreaterThan(1)
      expect(reply.pieces).not.toContain('')
    })

    test('says nothing of what it took where that is not known', async () => {
      const reply = await written(await open({ says: REPLY }))
      expect([reply.text, reply.usage, reply.trouble]).toEqual([REPLY, undefined, undefined])
    })

    test.each(['rate-limited', 'server', 'refused', 'malformed'] as const)(
      '%s is trouble of that kind',
      async (kind) => {
        const { text, trouble } = await written(await open({ fails: kind }))
        expect(text).toBe('')
        expect(trouble).toBeInstanceOf(ModelTrouble)
        expect(trouble).toMatchObject({ name: 'ModelTrouble', kind })
        expect((trouble as Error).message).toMatch(/\S/)
      },
    )

    test('a reply that breaks off gives what came, then trouble', async () => {
      const { text, trouble } = await written(await open({ breaksOffIn: REPLY }))
      expect(REPLY.startsWith(text) && text.length > 0 && text.length < REPLY.length).toBe(true)
      expect(trouble).toBeInstanceOf(ModelTrouble)
      expect(trouble).toMatchObject({ kind: 'malformed' })
    })

    test('ends with the reason of the signal: before, while nothing comes, and amid the reply', async () => {
      const reason = new Error('the asker has left')
      const before = await written(await open({ says: REPLY }), REQUEST, AbortSignal.abort(reason))
      expect(before).toEqual({ pieces: [], text: '', trouble: reason })
      for (const play of ['hangs', { hangsIn: REPLY }] as const) {
        const stop = new AbortController()
        setTimeout(() => stop.abort(reason), 80)
        const began = performance.now()
        expect((await written(await open(play), REQUEST, stop.signal)).trouble).toBe(reason)
        expect(performance.now() - began).toBeLessThan(1000)
      }
    })

    test('a reader may stop, and ask again', async () => {
      const model = await open({ hangsIn: REPLY }, { says: OTHER })
      for await (const piece of model.write(REQUEST, new AbortController().signal)) {
        expect(piece).toBe(REPLY.slice(0, piece.length))
        break
      }
      expect((await written(model)).text).toBe(OTHER)
    })

    test('trouble does not stay', async () => {
      const model = await open({ fails: 'malformed' }, { says: REPLY })
      expect((await written(model)).trouble).toBeInstanceOf(ModelTrouble)
      expect((await written(model)).text).toBe(REPLY)
    })

    test('two requests at once do not mix', async () => {
      const model = await open({ says: REPLY }, { says: OTHER })
      const replies = await Promise.all([written(model), written(model)])
      expect(replies.map(({ text }) => text).toSorted()).toEqual([REPLY, OTHER].toSorted())
    })

    test('has an id', async () => {
      expect((await open('hangs')).id).toMatch(/\S/)
    })
  })
}
