/** An office that is backed up: a library with uploads, what was taken out, conversations; and its copies. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { openApp, type App } from '../../src/app.ts'
import { takeBackup, type BackupRequest, type OpenFolders } from '../../src/backup/take-backup.ts'
import type { Config } from '../../src/config.ts'
import { openSqliteStorage, type Storage } from '../../src/state/sqlite-storage.ts'
import type { Answer } from '../../src/types.ts'

export const NOTICE = '关于人才公寓租金的通知\n一、租金标准\n人才公寓租金按市场价的70%收取。\n'
export const QUESTIONS = ['全社会研发投入强度要超过多少？', '商家停业的怎么办？', '人才公寓租金按市场价的多少收取？']
export const VERSION = '0.1.0'

export const openFolders: OpenFolders = (folders) =>
  openApp({ ...CONFIG!, ...folders, uploads: false }, { log: () => {}, frozen: true })

let CONFIG: Config | undefined

/** As the command line asks for it. */
export function requestFor(config: Config, target: string, more: Partial<BackupRequest> = {}): BackupRequest {
  CONFIG = config
  const { dataFolder, indexFolder } = config
  return { dataFolder, indexFolder, target, programVersion: VERSION, openFolders, ...more }
}

export const backUp = (config: Config, target: string, more: Partial<BackupRequest> = {}) =>
  takeBackup(requestFor(config, target, more))

export const storageOf = (config: Config): Storage => openSqliteStorage(join(config.dataFolder, 'state.sqlite'))

/** As in test/library.ts, which only runs within a test. */
async function answerTo({ assistant }: Pick<App, 'assistant'>, question: string): Promise<Answer> {
  for await (const event of assistant.ask({ question })) if (event.type === 'done') return event.answer
  throw new Error('an answer without an end')
}

/** Asks and keeps, as a server does. */
export async function converse(app: Pick<App, 'assistant'>, { state }: Storage, question: string): Promise<Answer> {
  const name = { conversationId: randomUUID(), exchangeId: randomUUID() }
  const { attempt } = await state.begin('local', { ...name, question })
  const answer = await answerTo(app, question)
  await state.keepAnswer('local', name, attempt, answer)
  if (answer.outcome === 'answered') await state.giveFeedback('local', name, { rating: 'up' })
  return answer
}

/** When no round is under way any more. */
export async function settled({ desk }: Pick<App, 'desk'>): Promise<void> {
  while ((await desk.state()).indexing) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Text of the answers and their citations, without what differs from asking to asking. */
export async function answersOf(app: Pick<App, 'assistant'>): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const question of QUESTIONS) {
    const { outcome, text, citations } = await answerTo(app, question)
    answers.push({ outcome, text, citations })
  }
  return answers
}

/** The office at work: an upload that counts, one that was taken out, answers that cite both. */
export async function furnish(config: Config): Promise<unknown[]> {
  const app = await openApp(config, { log: () => {}, follow: true })
  const storage = storageOf(config)
  try {
    await app.settled
    for (const [name, text] of [['通知.txt', NOTICE], ['旧通知.txt', NOTICE.replace('人才公寓', '青年公寓')]] as const) {
      await app.desk.accept((await app.desk.stage(name, Buffer.from(text))).id)
    }
    await settled(app)
    for (const question of [...QUESTIONS, '青年公寓租金按市场价的多少收取？']) await converse(app, storage, question)
    const old = app.assistant.catalogue().documents.find(({ source }) => source === '旧通知.txt')!
    await app.desk.remove(old.id)
    await settled(app)
    await storage.access.createKey({ name: '门户网站', scopes: ['ask'], sight: [] }, { by: 'cli' })
    return await answersOf(app)
  } finally {
    await storage.state.close()
    await app.close()
  }
}
