/** A process that asks and answers until it is killed, and says each thing once it is kept. */
import { randomUUID } from 'node:crypto'
import { openSqliteState } from '../../src/state/sqlite-state.ts'
import { answered } from '../channels/scripted.ts'

const [path = ''] = process.argv.slice(2)
const state = openSqliteState(path)
const conversationId = randomUUID()
for (;;) {
  const where = { conversationId, exchangeId: randomUUID() }
  const { attempt } = await state.begin('local', { ...where, question: '145行动是什么？' })
  process.stdout.write(`asked ${conversationId} ${where.exchangeId}\n`)
  await state.keepAnswer('local', where, attempt, answered({ question: '145行动是什么？' }))
  process.stdout.write(`answered ${conversationId} ${where.exchangeId}\n`)
  await state.giveFeedback('local', where, { rating: 'up' })
  process.stdout.write(`rated ${conversationId} ${where.exchangeId}\n`)
}
