/** A library restricted to what somebody sees, beside one that never held the rest: they answer alike, word for word. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Assistant } from '../../src/answering/assistant.ts'
import { EVERYTHING } from '../../src/access/view.ts'
import { HashingEmbedder } from '../../src/embedding/hashing-embedder.ts'
import type { Answer, DocumentId } from '../../src/types.ts'
import { CANARIES, leaksIn, office, probes, rulesOf, SECRET, type Office, type Rules } from './office.ts'

const PROBES = probes()

/** What does not depend on when it was asked. */
const timeless = (told: object): unknown => JSON.parse(JSON.stringify(told, (key, value) => (key === 'timings' ? undefined : value)))

async function answerOf(assistant: Assistant, question: string, more: { readonly asOf?: string } = {}): Promise<Answer> {
  for await (const event of assistant.ask({ question, ...more })) if (event.type === 'done') return event.answer
  throw new Error('an answer without an end')
}

/** Which of a hundred neighbours a graph finds depends on all that was put into it; how close each is does not. */
describe.each([
  ['by keywords', undefined, 'native'],
  ['by keywords and vectors compared one by one', new HashingEmbedder(64), 'none'],
  ['by keywords and a graph of vectors', new HashingEmbedder(64), 'native'],
] as const)('%s', (_, embedder, graph) => {
  const isAlike = embedder === undefined || graph === 'none'
  const asked = embedder === undefined ? PROBES : PROBES.filter((__, at) => at % 6 === 0)
  let [whole, never]: Office[] = []
  let rules: Rules
  let [seen, bare]: Assistant[] = []
  let hidden: readonly string[] = []
  beforeAll(async () => {
    if (graph === 'none') vi.doMock('hnswlib-node', () => Promise.reject(new Error('not there')))
    const parts = { ...(embedder && { embedder, titled: true }) }
    whole = await office({ secret: true, ...parts })
    never = await office({ secret: false, ...parts })
    rules = await rulesOf(whole)
    seen = await whole.assistant.within(await rules.sights.viewOf({ sight: [] }))
    bare = never.assistant
    const shown = new Set<string>(bare.catalogue().documents.map(({ id }) => id))
    hidden = whole.assistant.catalogue().documents.map(({ id }) => id).filter((id) => !shown.has(id))
  })
  afterAll(async () => {
    vi.doUnmock('hnswlib-node')
    await rules?.storage.state.close()
    await Promise.all([whole?.leave(), never?.leave()])
  })

  test('the secret documents are there for who may see them', async () => {
    expect(hidden).toHaveLength(3)
    expect(whole!.assistant.status().vectors).toBe(embedder ? (graph === 'none' ? 'exact' : 'hnsw') : null)
    const answer = await answerOf(whole!.assistant, '玄蜃岗位的津贴标准是每月多少元？')
    expect(answer.text).toContain('1,870元')
    const given = await rules.sights.viewOf({ sight: [rules.collection] })
    expect((await answerOf(await whole!.assistant.within(given), '玄蜃岗位的津贴标准是每月多少元？')).text).toContain('1,870元')
    expect(await rules.sights.viewOf({ sight: 'all' })).toBe(EVERYTHING)
  })

  test(`${asked.length} questions are answered as where it never was`, { timeout: 120_000 }, async () => {
    expect(PROBES.length).toBeGreaterThanOrEqual(200)
    for (const question of asked) {
      const answer = await answerOf(seen!, question)
      if (isAlike) expect(timeless(answer), question).toEqual(timeless(await answerOf(bare!, question)))
      const { question: __, understoodAs, ...told } = answer
      // what the asker says is said back to them; nothing else is
      expect(leaksIn(told, hidden).filter((word) => !question.includes(word)), question).toEqual([])
      expect(CANARIES.filter((word) => understoodAs?.includes(word) && !question.includes(word)), question).toEqual([])
    }
  })

  test('and found, looked up and checked so, on any day', { timeout: 120_000 }, async () => {
    for (const query of asked.filter((__, at) => at % 6 === 0)) {
      for (const asOf of [undefined, '2016-01-01', '2019-06-01']) {
        const day = asOf === undefined ? {} : { asOf }
        const found = await seen!.search({ query, limit: 50, ...day })
        const expected = await bare!.search({ query, limit: 50, ...day })
        if (isAlike) expect(timeless(found), query).toEqual(timeless(expected))
        expect(leaksIn(found, hidden), query).toEqual([])
        expect(timeless(seen!.lookUp(query, asOf)), query).toEqual(timeless(bare!.lookUp(query, asOf)))
      }
    }
    const draft = [...PROBES.map((one) => `“${one}”`), ...Object.values(SECRET), ...PROBES].join('\n')
    for (const asOf of [undefined, '2016-01-01']) {
      const request = { text: draft, suggest: true, ...(asOf !== undefined && { asOf }) }
      const checked = await seen!.check(request)
      if (isAlike) expect(timeless(checked)).toEqual(timeless(await bare!.check(request)))
      expect(checked.items.flatMap(({ citation, alternatives, truth }) => leaksIn([citation, alternatives, truth], hidden))).toEqual([])
    }
  })

  test('counts, names, twins and headers are those of what is seen', () => {
    const [own, other] = [seen!.catalogue(), bare!.catalogue()]
    expect(own.documents).toEqual(other.documents)
    expect([...own.twins]).toEqual([...other.twins])
    expect(own.embedder).toBe(other.embedder)
    const { skipped = [], ...status } = seen!.status()
    const { skipped: ofOther = [], ...expected } = bare!.status()
    expect(status).toEqual(expected)
    expect(skipped).toEqual(ofOther)
    expect(whole!.assistant.status().skipped).toMatchObject([{ source: '坏.pdf', folder: '绝密夹' }])
  })

  test('no text of a hidden document is given, current or older, and its id is an id of nothing', async () => {
    for (const id of hidden as readonly DocumentId[]) {
      const { textSha256 } = whole!.assistant.catalogue().documents.find((one) => one.id === id)!
      expect(await seen!.textOf(id)).toBeUndefined()
      expect(await seen!.textOf(id, textSha256)).toBeUndefined()
      expect(await whole!.assistant.textOf(id, textSha256)).toBeDefined()
      const limited = async (assistant: Assistant) => {
        for await (const __ of assistant.ask({ question: '补助', documents: [id] }));
      }
      const [ours, theirs] = await Promise.all([seen!, bare!].map((one) => limited(one).catch((error: Error) => error.message)))
      expect(ours).toBe(theirs)
    }
  })

  test('the same view of the same library is the same, and all that is seen is the library itself', async () => {
    const again = await whole!.assistant.within(await rules.sights.viewOf({ sight: [] }))
    expect(again.catalogue().documents).toBe(seen!.catalogue().documents)
    const all = await whole!.assistant.within(await rules.sights.viewOf({ sight: [rules.collection] }))
    expect(all.catalogue()).toBe(whole!.assistant.catalogue())
  })
})
