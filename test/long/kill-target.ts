/**
 * The work of an office on one library without end: a question is asked and its answer kept, an upload accepted, the
 * oldest one taken out, the index brought up to date. Says each thing once it is done: `<what> <number>`. To be killed.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { LocalDesk } from '../../src/library/desk.ts'
import { openLibrary } from '../../src/retrieval/library-files.ts'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'
import type { Document } from '../../src/types.ts'
import { openIndex, updateIndex } from '../../src/update-index.ts'
import { answered } from '../channels/scripted.ts'
import { CONVERSATION, exchangeOf, MOST_UPLOADS, nameOf, questionOf, textOf } from './kill-words.ts'

const [home = ''] = process.argv.slice(2)
const [documents, dataFolder, indexFolder] = ['documents', 'data', 'index'].map((name) => join(home, name)) as [string, string, string]
const say = (what: string, number: number) => writeSync(1, `${what} ${number}\n`)
const fail = (line: string) => writeSync(2, `${line}\n`)

let served: readonly Document[] = []
let previous = await openIndex(indexFolder, openLibrary, (line) => fail(line))
const update = async (): Promise<void> => {
  const updated = await updateIndex({
    folders: [documents],
    dataFolder,
    indexFolder,
    ...(previous ? { previous } : {}),
    log: (line) => void (/damaged|unreadable|损坏/.test(line) && fail(line)),
  })
  previous = updated.wasBuilt ? await openIndex(indexFolder, openLibrary, fail) : previous
  served = updated.loaded.documents
}
const { state } = openSqliteStorage(join(dataFolder, 'state.sqlite'), { log: fail })
const signal = new AbortController().signal
const fixed = { enabled: true, generation: () => null, skipped: () => [], progress: () => undefined, log: fail, signal }
await update()
say('indexed', 0)
const desk = new LocalDesk({ ...fixed, dataFolder, documents: () => served, index: async () => {} })

const { conversations } = await state.conversations('local', { limit: 1 })
const asked = conversations.length === 0 ? 0 : (await state.conversation('local', CONVERSATION)).exchanges.length
for (let number = asked + 1; ; number++) {
  const name = { conversationId: CONVERSATION, exchangeId: exchangeOf(number) }
  const { attempt } = await state.begin('local', { ...name, question: questionOf(number) })
  say('asked', number)
  await state.keepAnswer('local', name, attempt, answered({ question: questionOf(number) }))
  say('answered', number)
  const { id } = await desk.stage(nameOf(number), Buffer.from(textOf(number)))
  say('staged', number)
  await desk.accept(id)
  say('accepted', number)
  await update()
  say('indexed', number)
  const uploads = served.filter(({ source }) => source.startsWith('上传'))
  for (const { id: old, source } of uploads.slice(0, Math.max(0, uploads.length - MOST_UPLOADS))) {
    say('removing', Number(/\d+/.exec(source)![0]))
    await desk.remove(old)
    say('removed', Number(/\d+/.exec(source)![0]))
  }
}
