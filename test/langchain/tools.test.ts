/** The tools with the real package, over the seeds by keywords. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApp, type App } from '../../src/app.ts'
import { toTools } from '../../src/langchain/tools.ts'
import { configFor, copySeeds, suiteFolder } from '../library.ts'

let app: App

beforeAll(async () => {
  const home = suiteFolder()
  mkdirSync(join(home, 'documents'))
  copySeeds(join(home, 'documents'))
  app = await openApp(configFor(home), { log: () => {} })
  await app.settled
})
afterAll(() => app.close())

async function call(name: string, input: Record<string, unknown>): Promise<unknown> {
  const found = toTools(app.assistant).find((tool) => tool.name === name)!
  return JSON.parse(String(await (found as { invoke(input: unknown): Promise<unknown> }).invoke(input)))
}

test('an agent asks, and is given quotations with clause numbers', async () => {
  const answer = (await call('ask_documents', { question: '未来五年全社会研发投入强度要超过多少？' })) as Record<string, unknown>
  expect(answer['outcome']).toBe('answered')
  expect(answer['citations']).toEqual([
    expect.objectContaining({ spoken: '第二部分第2条第2款', quote: '全社会研发投入强度超过4%' }),
  ])
})

test('what the documents do not say is declined, not made up', async () => {
  expect(await call('ask_documents', { question: '2027年全社会研发投入强度要超过多少？' })).toMatchObject({
    outcome: 'declined',
    reason: 'no-evidence',
  })
})

test('a clause by its number: found, ambiguous, absent', async () => {
  const found = (await call('cite_clause', { reference: '规划建议（七）' })) as { clauses: { cite: string; text: string }[] }
  expect(found.clauses[0]?.cite).toMatch(/第二部分第\(7\)条$/)
  expect(found.clauses[0]?.text).toMatch(/^\(7\)推进科技创新和产业创新深度融合。/)
  expect(await call('cite_clause', { reference: '《决定》第三部分' })).toMatchObject({ outcome: 'ambiguous' })
  expect(await call('cite_clause', { reference: '《决定》第三部分第9条' })).toMatchObject({ outcome: 'absent' })
})

test('a search gives clauses, best first, and refuses more than ten', async () => {
  const passages = (await call('search_clauses', { query: '零就业家庭', limit: 2 })) as { spoken: string }[]
  expect(passages[0]?.spoken).toBe('第七部分第1条')
  expect(passages).toHaveLength(2)
  await expect(call('search_clauses', { query: '人才', limit: 11 })).rejects.toThrow()
})
