import { expect, test } from 'vitest'
import { uuid } from '../../../src/channels/web/api/uuid.ts'
import { AskBody } from '../../../src/channels/http/schemas.ts'

test('the names the page gives are those the server takes, each its own', () => {
  const names = Array.from({ length: 200 }, uuid)
  expect(new Set(names).size).toBe(200)
  for (const name of names) expect(AskBody.safeParse({ question: '目标？', conversationId: name, exchangeId: name }).success).toBe(true)
})
