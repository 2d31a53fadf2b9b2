/** The one way to an endpoint, looked at by itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelTrouble } from '../../src/answering/answer-model.ts'
import { endpointFetch } from '../../src/langchain/endpoint-fetch.ts'
import { openFakeOpenAi, type FakeOpenAi } from '../answering/fake-openai.ts'

let fake: FakeOpenAi
beforeAll(async () => void (fake = await openFakeOpenAi()))
afterAll(() => fake.close())

async function refusal(address: string): Promise<ModelTrouble> {
  const told: ModelTrouble[] = []
  const send = endpointFetch({ url: fake.url }, (trouble) => told.push(trouble))
  const error = await send(address, { method: 'POST', body: '{}' }).catch((thrown: unknown) => thrown)
  expect(told).toEqual([error])
  return told[0]!
}

test('nothing is sent to another address than the one configured', async () => {
  for (const address of [
    'http://127.0.0.1:9/v1/chat/completions',
    `${fake.url}/responses`,
    `${fake.url}/chat/completions?x=1`,
  ]) {
    expect(await refusal(address)).toMatchObject({
      kind: 'refused',
      message: 'A request to another address was not sent',
    })
  }
  expect(fake.requests).toEqual([])
})

describe('Retry-After', () => {
  test.each([
    ['7', 7000],
    ['0', 0],
    ['soon', undefined],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('%s', async (header, retryAfterMs) => {
    fake.script({ kind: 'status', status: 429, headers: { 'retry-after': header } })
    expect((await refusal(`${fake.url}/chat/completions`)).retryAfterMs).toBe(retryAfterMs)
  })

  test('a date to come', async () => {
    fake.script({
      kind: 'status',
      status: 429,
      headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() },
    })
    const { retryAfterMs } = await refusal(`${fake.url}/chat/completions`)
    expect(Math.abs(retryAfterMs! - 60_000)).toBeLessThan(3000)
  })
})
