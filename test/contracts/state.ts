/** What every State promises. `again` opens what an earlier one kept, as after a restart. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { EVERYONE, HISTORY_EXCHANGES, type FeedbackRecord, type State } from '../../src/state/state.ts'
import type { Answer, DocumentId } from '../../src/types.ts'
import { answered, answerOf, BASES, declined } from '../channels/scripted.ts'

export interface StateKind {
  /** One with nothing in it. Times are those of the clock given. */
  open(now?: () => number): Promise<State>
  /** What the one opened last kept. */
  again(): Promise<State>
}

const QUESTION = '145行动是什么？'
const LI = 'local'
const anyTime = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/) as string
const WANG = 'k-0123456789abcdef'

export function describeState(name: string, { open, again }: StateKind): void {
  describe(`${name} as a State`, () => {
    const opened: State[] = []
    const fresh = async (now?: () => number) => (opened.push(await open(now)), opened.at(-1)!)
    const reopened = async (state: State) => {
      await state.close()
      opened.push(await again())
      return opened.at(-1)!
    }
    afterEach(async () => void (await Promise.all(opened.splice(0).map((state) => state.close()))))

    const name = (conversationId: string = randomUUID()) => ({ conversationId, exchangeId: randomUUID() })

    /** A question that was answered. */
    async function asked(state: State, question: string, where = name(), answer: Answer = answered({ question })) {
      const { attempt } = await state.begin(LI, { ...where, question })
      expect(await state.keepAnswer(LI, where, attempt, answer)).toBe(true)
      return where
    }
    const titles = async (state: State, query?: string, owner = LI) => {
      const { conversations } = await state.conversations(owner, { limit: 50, ...(query !== undefined && { query }) })
      return conversations.map(({ title }) => title)
    }
    const said = async (state: State, wanted = {}) => {
      const records: FeedbackRecord[] = []
      for await (const record of state.feedback(EVERYONE, wanted)) records.push(record)
      return records
    }

    test('keeps question and answer, unit for unit, over a restart', async () => {
      const state = await fresh()
      const where = name()
      const question = '“145”行动\u0000是什么？\n😀\u202e'
      const documents = ['d-000' as DocumentId]
      const { attempt, history } = await state.begin(LI, { ...where, question, documents, asOf: '2023-02-01' })
      expect([attempt, history]).toEqual([1, []])
      const answer = answered({ question })
      await state.keepAnswer(LI, where, attempt, answer)
      const kept = await (await reopened(state)).conversation(LI, where.conversationId)
      expect(kept.exchanges).toEqual([
        { id: where.exchangeId, question, documents, asOf: '2023-02-01', askedAt: anyTime, answer },
      ])
      expect(kept.title).toBe('“145”行动 是什么？ 😀\u202e')
    })

    test('a question stands there before it is answered, and stays where it never is', async () => {
      const state = await fresh()
      const where = name()
      await state.begin(LI, { ...where, question: QUESTION })
      const { exchanges } = await (await reopened(state)).conversation(LI, where.conversationId)
      expect(exchanges).toEqual([{ id: where.exchangeId, question: QUESTION, askedAt: anyTime }])
    })

    test('the title is the first question, at most 60 characters', async () => {
      const state = await fresh()
      await asked(state, `${'𠮷'.repeat(60)}`)
      await asked(state, '一'.repeat(61))
      expect(await titles(state)).toEqual([`${'一'.repeat(59)}…`, '𠮷'.repeat(60)])
    })

    test('history is what was asked before, oldest first, the last of it only', async () => {
      const state = await fresh()
      const first = await asked(state, '目标是什么？')
      const { conversationId } = first
      await state.begin(LI, { ...name(conversationId), question: '那2035年呢？' })
      const third = await state.begin(LI, { ...name(conversationId), question: '它呢？' })
      expect(third.history).toEqual([
        { role: 'user', content: '目标是什么？' },
        { role: 'assistant', content: `第三部分第2条：${BASES}` },
        { role: 'user', content: '那2035年呢？' },
      ])
      for (let i = 0; i < HISTORY_EXCHANGES; i++) await state.begin(LI, { ...name(conversationId), question: `第${i}问` })
      const last = await state.begin(LI, { ...name(conversationId), question: '最后一问' })
      expect(last.history).toHaveLength(HISTORY_EXCHANGES)
      expect(last.history[0]).toEqual({ role: 'user', content: '第0问' })
      expect((await state.begin(LI, { ...first, question: '目标是什么？' })).history).toEqual([])
    })

    test('the same exchange again is a retry: no second one, in its place, and only its last answer', async () => {
      const state = await fresh()
      const where = await asked(state, QUESTION)
      await asked(state, '第二问', name(where.conversationId))
      const second = await state.begin(LI, { ...where, question: QUESTION })
      const third = await state.begin(LI, { ...where, question: '145行动有哪些任务？' })
      expect([second.attempt, third.attempt]).toEqual([2, 3])
      const late = declined({ question: QUESTION })
      expect(await state.keepAnswer(LI, where, second.attempt, late)).toBe(false)
      const open = await state.conversation(LI, where.conversationId)
      expect(open.exchanges.map(({ question, answer }) => [question, answer === undefined])).toEqual([
        ['145行动有哪些任务？', true],
        ['第二问', false],
      ])
      expect(await state.keepAnswer(LI, where, third.attempt, late)).toBe(true)
      expect((await state.conversation(LI, where.conversationId)).exchanges[0]?.answer).toEqual(late)
    })

    test('the list begins with the newest change, and its pages lose none', async () => {
      const state = await fresh(() => Date.UTC(2026, 2, 1)) // all in one millisecond
      for (const question of ['甲', '乙', '丙', '丁', '戊']) await asked(state, question)
      expect(await titles(state)).toEqual(['戊', '丁', '丙', '乙', '甲'])
      const pages: string[][] = []
      for (let before: string | undefined; ; ) {
        const page = await state.conversations(LI, { limit: 2, ...(before !== undefined && { before }) })
        pages.push(page.conversations.map(({ title }) => title))
        before = page.conversations.at(-1)?.updatedAt
        if (!page.more) break
      }
      expect(pages).toEqual([['戊', '丁'], ['丙', '乙'], ['甲']])
    })

    test('a conversation is found by words of its title, questions and answers, whatever they are', async () => {
      const state = await fresh()
      const first = await asked(state, '研发投入100%_到位？')
      await asked(state, `What is R&D’s "Target"?`, name(first.conversationId))
      await asked(state, "Robert'); DROP TABLE exchanges;--😀")
      await state.rename(LI, first.conversationId, '周报 Weekly')
      const found = async (query: string) => (await titles(state, query)).length
      const counts: Readonly<Record<string, number>> = {
        '100%_': 1,
        '%': 1,
        _: 1,
        '1_0': 0,
        '研发%到位': 0,
        weekLY: 1,
        'target"': 1,
        "');": 1,
        '😀': 1,
        '\ud83d': 0,
        '\\': 0,
        '“145”行动': 2,
        研发投入: 1,
        '  ': 2,
        没有: 0,
      }
      for (const [query, count] of Object.entries(counts)) expect([query, await found(query)]).toEqual([query, count])
      const { conversations } = await state.conversations(LI, { query: 'TARGET', limit: 5 })
      expect(conversations).toMatchObject([{ title: '周报 Weekly', exchanges: 2, excerpt: 'What is R&D’s "Target"?' }])
      const [inTitle] = (await state.conversations(LI, { query: '周报', limit: 5 })).conversations
      expect(inTitle).not.toHaveProperty('excerpt')
      const long = `${'𠮷'.repeat(40)}转移转化${'𠮷'.repeat(40)}`
      await asked(state, '长', name(), answerOf({ question: '长' }, { segments: [{ kind: 'quotation', text: long }] }))
      const [excerpt] = (await state.conversations(LI, { query: '转移转化𠮷', limit: 5 })).conversations
      expect(excerpt?.excerpt).toBe(`…${'𠮷'.repeat(10)}转移转化${'𠮷'.repeat(31)}…`)
    })

    test('an owner sees and touches only what is theirs', async () => {
      const state = await fresh()
      const where = await asked(state, QUESTION)
      const { conversationId } = where
      await state.giveFeedback(LI, where, { rating: 'up' })
      const none = { code: 'no-such-conversation' }
      expect(await titles(state, undefined, WANG)).toEqual([])
      expect(await titles(state, '145', WANG)).toEqual([])
      await expect(state.conversation(WANG, conversationId)).rejects.toMatchObject(none)
      await expect(state.begin(WANG, { ...where, question: '谁的？' })).rejects.toMatchObject(none)
      await expect(state.rename(WANG, conversationId, '王')).rejects.toMatchObject(none)
      await expect(state.remove(WANG, conversationId)).rejects.toMatchObject(none)
      await expect(state.giveFeedback(WANG, where, { rating: 'down' })).rejects.toMatchObject(none)
      await expect(state.withdrawFeedback(WANG, where)).rejects.toMatchObject({ code: 'no-such-exchange' })
      expect(await state.keepAnswer(WANG, where, 1, declined({ question: QUESTION }))).toBe(false)
      const theirs = []
      for await (const record of state.feedback(WANG, {})) theirs.push(record)
      expect(theirs).toEqual([])
      const kept = await state.conversation(LI, conversationId)
      expect(kept).toMatchObject({ title: QUESTION, exchanges: [{ question: QUESTION, feedback: { rating: 'up' } }] })
    })

    test('a new title leaves the place in the list', async () => {
      const state = await fresh()
      const { conversationId } = await asked(state, '甲')
      await asked(state, '乙')
      expect(await state.rename(LI, conversationId, '甲甲')).toMatchObject({ title: '甲甲', exchanges: 1 })
      expect(await titles(await reopened(state))).toEqual(['乙', '甲甲'])
    })

    test('what is deleted is gone; an answer that comes late brings nothing back', async () => {
      const state = await fresh()
      const where = name()
      const { attempt } = await state.begin(LI, { ...where, question: QUESTION })
      await state.remove(LI, where.conversationId)
      expect(await state.keepAnswer(LI, where, attempt, answered({ question: QUESTION }))).toBe(false)
      const after = await reopened(state)
      expect(await titles(after)).toEqual([])
      await expect(after.conversation(LI, where.conversationId)).rejects.toMatchObject({ code: 'no-such-conversation' })
    })

    test('what was last changed before a time is forgotten, of one owner; feedback stays', async () => {
      let time = Date.UTC(2026, 10, 1)
      const state = await fresh(() => time)
      const old = await asked(state, '目标是什么？')
      await state.giveFeedback(LI, old, { rating: 'down' })
      for (let i = 0; i < 120; i++) await asked(state, `第${i}问`)
      const wangs = name()
      await state.begin(WANG, { ...wangs, question: '谁的？' })
      const kept = await asked(state, '甲')
      time = Date.UTC(2026, 11, 1)
      await asked(state, '后来又问', name(kept.conversationId))
      await asked(state, '乙')
      expect(await state.forget(LI, '2026-12-01T00:00:00.000Z')).toBe(121)
      expect(await state.forget(LI, '2026-12-01T00:00:00.000Z')).toBe(0)
      const after = await reopened(state)
      expect(await titles(after)).toEqual(['乙', '甲'])
      expect(await titles(after, undefined, WANG)).toEqual(['谁的？'])
      expect(await said(after)).toMatchObject([{ question: '目标是什么？', rating: 'down' }])
      await expect(after.giveFeedback(LI, old, { rating: 'up' })).rejects.toMatchObject({ code: 'no-such-conversation' })
    })

    test('feedback is of one answer: it shows beside that one, and outlives it and the conversation', async () => {
      const state = await fresh()
      const earlier = await asked(state, '目标？')
      const where = await asked(state, QUESTION, name(earlier.conversationId))
      await state.giveFeedback(LI, where, { rating: 'up' })
      await state.giveFeedback(LI, where, { rating: 'down', reason: '答非所问' })
      const shown = async () => (await state.conversation(LI, where.conversationId)).exchanges[1]?.feedback
      expect(await shown()).toEqual({ rating: 'down', reason: '答非所问' })
      const other = { ...declined({ question: QUESTION }), id: 'a-2' }
      const { attempt } = await state.begin(LI, { ...where, question: QUESTION })
      await expect(state.giveFeedback(LI, where, { rating: 'up' })).rejects.toMatchObject({ code: 'not-answered' })
      await state.keepAnswer(LI, where, attempt, other)
      expect(await shown()).toBeUndefined()
      await state.remove(LI, where.conversationId)
      const after = await reopened(state)
      const history = [
        { role: 'user', content: '目标？' },
        { role: 'assistant', content: `第三部分第2条：${BASES}` },
      ]
      expect(await said(after)).toMatchObject([
        { question: QUESTION, history, rating: 'down', reason: '答非所问', answer: answered({ question: QUESTION }) },
      ])
      await after.withdrawFeedback(LI, where)
      expect(await said(after)).toEqual([])
      await expect(after.withdrawFeedback(LI, where)).rejects.toMatchObject({ code: 'no-such-exchange' })
    })

    test('feedback is withdrawn, twice without harm; of no exchange there is none', async () => {
      const state = await fresh()
      const where = await asked(state, QUESTION)
      await state.giveFeedback(LI, where, { rating: 'down' })
      await state.withdrawFeedback(LI, where)
      await state.withdrawFeedback(LI, where)
      expect((await state.conversation(LI, where.conversationId)).exchanges[0]).not.toHaveProperty('feedback')
      const onNothing = state.giveFeedback(LI, name(where.conversationId), { rating: 'up' })
      await expect(onNothing).rejects.toMatchObject({ code: 'no-such-exchange' })
    })

    test('feedback is told by time and rating, oldest first', async () => {
      let day = 1
      const state = await fresh(() => Date.UTC(2026, 2, day))
      for (const rating of ['up', 'down', 'up'] as const) {
        await state.giveFeedback(LI, await asked(state, `第${day}日`), { rating })
        day++
      }
      const asks = async (wanted: object) => (await said(state, wanted)).map(({ question }) => question)
      expect(await asks({})).toEqual(['第1日', '第2日', '第3日'])
      expect(await asks({ since: '2026-03-02T00:00:00Z' })).toEqual(['第2日', '第3日'])
      expect(await asks({ since: '2026-03-02', rating: 'up' })).toEqual(['第3日'])
    })

    test('many at once in one conversation: each keeps its answer, in the order they came', async () => {
      const state = await fresh()
      const { conversationId } = name()
      const names = Array.from({ length: 20 }, () => name(conversationId))
      await Promise.all(names.map((where, i) => asked(state, `第${i}问`, where)))
      const { exchanges } = await state.conversation(LI, conversationId)
      expect(exchanges.map(({ question, answer }) => [question, answer?.question])).toEqual(
        names.map((_, i) => [`第${i}问`, `第${i}问`]),
      )
    })
  })
}
