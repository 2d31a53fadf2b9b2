/**
 * A process that takes events over HTTP and answers them to a platform, until it is killed: `<file or database>
 * <platform's address> [lease in milliseconds]`. Says the port it listens on. A claim ends soon, so that the next process
 * need not wait long.
 */
import { EVERYTHING } from '../../../src/access/view.ts'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BotQuestion, Sent } from '../../../src/channels/bots/bot.ts'
import { openBots } from '../../../src/channels/bots/desk.ts'
import { Keeper } from '../../../src/channels/keeper.ts'
import { openPostgresStorage } from '../../../src/state/postgres-storage.ts'
import { openSqliteStorage } from '../../../src/state/sqlite-storage.ts'
import { answered, eventsOf, scripted } from '../scripted.ts'
import { scriptedBot, type Delivery } from './scripted-bot.ts'

const [path = '', platform = '', lease = '300'] = process.argv.slice(2)

/** Posts it to the platform, which says what it does with it. */
async function send({ text, replyTo, mayRepeat }: Delivery, signal: AbortSignal): Promise<Sent> {
  const body = JSON.stringify({ text, replyTo, mayRepeat, life: process.pid })
  const response = await fetch(platform, { method: 'POST', body, signal }).catch(() => undefined)
  if (!response) return { state: 'unknown', code: 'connection' }
  const status = response.status
  await response.body?.cancel()
  if (status === 429) return { state: 'later', code: 'ratelimited', afterMs: 20 }
  return status === 200 ? { state: 'sent' } : { state: 'later', code: String(status), afterMs: 20 }
}

const leaseMs = Number(lease)
const { queue, state } = path.startsWith('postgres:') ? await openPostgresStorage(path, { leaseMs, connections: 5 }) : openSqliteStorage(path, { leaseMs })
const bot = scriptedBot({ send })
const assistant = scripted({ ask: (request) => eventsOf(answered(request)) })
const keeper = new Keeper(state, { ending: new AbortController().signal, onError: () => {} })
const desk = openBots([bot], { keeper, askerOf: async (owner) => ({ owner, assistant, view: EVERYTHING }), state, queue, days: 30, log: (line) => process.stderr.write(`${line}\n`) })
desk.start()

const server = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk: Buffer) => (text += chunk.toString()))
  request.on('end', () => {
    bot.inbox.put(JSON.parse(text) as BotQuestion).then(
      (become) => response.end(become),
      () => response.writeHead(503).end(),
    )
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.on('SIGTERM', () => void Promise.all([desk.stop(), server.close()]).then(() => process.exit(0)))
