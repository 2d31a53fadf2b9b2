/**
 * An office with an older release of the program: `<checkout> <home> furnish|reopen`. Only what every release has had is
 * called. `reopen` prints what it finds, or what it is refused with.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [checkout, home, step] = process.argv.slice(2)
const from = (path) => import(pathToFileURL(join(checkout, path)).href)
const { readConfig } = await from('src/config.ts')
const { openApp } = await from('src/app.ts')
const { openSqliteState } = await from('src/state/sqlite-state.ts')

const config = {
  ...readConfig({ TIAOWEN_SEEDS: 'off', TIAOWEN_MODEL_DIR: 'off' }),
  folders: [join(home, 'documents')],
  dataFolder: join(home, 'data'),
  indexFolder: join(home, 'index'),
}
const app = await openApp(config, { log: () => {}, follow: true })
await app.settled
const file = join(config.dataFolder, 'state.sqlite')

if (step === 'furnish') await furnish()
else process.stdout.write(JSON.stringify({ documents: app.assistant.catalogue().documents.length, ...(await kept()) }))
await app.close()
process.exit(0)

async function furnish() {
  const state = openSqliteState(file)
  const settled = async () => {
    while ((await app.desk.state()).indexing) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const put = async (name, text, over) => {
    const { id } = await app.desk.stage(name, Buffer.from(text))
    await app.desk.accept(id, over)
    await settled()
  }
  const idOf = (name) => app.assistant.catalogue().documents.find(({ source }) => source === name).id
  const converse = async (question) => {
    const name = { conversationId: randomUUID(), exchangeId: randomUUID() }
    const { attempt } = await state.begin('local', { ...name, question })
    for await (const event of app.assistant.ask({ question })) {
      if (event.type === 'done') await state.keepAnswer('local', name, attempt, event.answer)
    }
    return name
  }
  await put('通知.txt', '关于人才公寓租金的通知\n一、租金标准\n人才公寓租金按市场价的70%收取。\n')
  await converse('人才公寓租金按市场价的多少收取？')
  const rated = await converse('商家停业的怎么办？')
  await state.giveFeedback('local', rated, { rating: 'up', reason: '有用' })
  // of the two answers above one document is replaced, the other taken out
  await put('办法（修订）.txt', '预付卡管理办法\n第一条 为了规范预付式消费，制定本办法。\n第二条 商家歇业的，予以退款。\n', idOf('办法.txt'))
  await app.desk.remove(idOf('通知.txt'))
  await settled()
  await state.close()
}

async function kept() {
  let state
  try {
    state = openSqliteState(file, { log: () => {}, mend: false })
  } catch ({ code, message }) {
    return { refused: code, message }
  }
  const { conversations } = await state.conversations('local', { limit: 100 })
  const lost = []
  for (const { id } of conversations) {
    for (const { answer } of (await state.conversation('local', id)).exchanges) {
      for (const { documentId, textSha256, start, end, quote } of answer.citations) {
        const text = await app.assistant.textOf(documentId, textSha256)
        if (text?.text.slice(start, end) !== quote) lost.push(quote)
      }
    }
  }
  await state.close()
  return { conversations: conversations.length, lost }
}
