/** What the keeper of conversations hands on to the assistant. */
import { EVERYTHING } from '../../src/access/view.ts'
import { expect, test } from 'vitest'
import { Keeper } from '../../src/channels/keeper.ts'
import { IN_MEMORY, openSqliteState } from '../../src/state/sqlite-state.ts'
import type { AskRequest } from '../../src/types.ts'
import { answered, eventsOf, scripted } from './scripted.ts'

test('whoever pays for the tokens is told to the assistant, and kept nowhere', async () => {
  const asked: AskRequest[] = []
  const assistant = { ...scripted(), ask: (request: AskRequest) => (asked.push(request), eventsOf(answered(request))) }
  const state = openSqliteState(IN_MEMORY)
  const keeper = new Keeper(state, { ending: new AbortController().signal, onError: () => {} })
  const where = { conversationId: '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10', exchangeId: '0b9d8c7e-1f2a-4b3c-8d4e-5f60718293a4' }
  const payer = { id: 'key:Zk3vQ9xT', tokensADay: 200_000 }
  const events = await keeper.ask({ owner: 'local', assistant, view: EVERYTHING }, { ...where, question: '145行动是什么？', payer }, new AbortController().signal)
  for (let next = await events.next(); !next.done; next = await events.next());
  expect(asked[0]?.payer).toEqual(payer)
  expect(JSON.stringify(await state.conversation('local', where.conversationId))).not.toContain('Zk3vQ9xT')
  await state.close()
})
