/**
 * An office at work until it is told to stop: uploads are accepted, replaced, taken out and brought back, each indexed;
 * questions are asked and kept; events of a chat come in. Says what is acknowledged, and who is who after each round.
 */
import { randomUUID } from 'node:crypto'
import { openApp } from '../../src/app.ts'
import type { Config } from '../../src/config.ts'
import type { EventName } from '../../src/state/bot-queue.ts'
import { converse, NOTICE, QUESTIONS, settled, storageOf } from './office.ts'

export type Said =
  | { readonly kind: 'ready' }
  | { readonly kind: 'kept'; readonly conversations: number }
  | { readonly kind: 'event'; readonly id: string }
  | { readonly kind: 'documents'; readonly ids: readonly string[] }

let isStopping = false
process.on('message', (message: { readonly config: Config } | 'stop') => {
  if (message === 'stop') isStopping = true
  else void work(message.config)
})
const say = (said: Said) => process.send!(said)

async function work(config: Config): Promise<void> {
  const app = await openApp(config, { log: () => {}, follow: true })
  await app.settled
  const storage = storageOf(config)
  say({ kind: 'ready' })
  await Promise.all([changes(), asking(), chat()])
  await storage.state.close()
  await app.close()
  process.exit(0)

  async function changes(): Promise<void> {
    for (let n = 1; !isStopping; n++) {
      const id = (name: string) => app.assistant.catalogue().documents.find(({ source }) => source === name)!.id as string
      const put = async (name: string, text: string, over?: string) =>
        (await app.desk.accept(await staged(name, text), over)).source
      const text = NOTICE.replace('人才公寓', `第${n}号公寓`)
      const steps = [
        async () => put(`通知${n}.txt`, text),
        async () => put(`通知${n}（修订）.txt`, text.replace('70%', '60%'), id(`通知${n}.txt`)),
        async () => put(`决定${n}.txt`, `关于促进大走廊创新发展的决定\n一、总体要求\n全社会研发投入强度超过${n}%。\n`, decision()),
        async () => app.desk.remove(id(`通知${n}（修订）.txt`)),
        async () => n % 2 === 0 && app.desk.restore((await app.desk.state()).removed.at(0)!.id),
      ]
      for (const step of steps) {
        if (isStopping) return
        await step()
        await settled(app)
        say({ kind: 'documents', ids: app.assistant.catalogue().documents.map(({ id, source }) => `${id} ${source}`) })
      }
    }
  }

  /** On a busy machine the thread that reads an upload may not be there in time: it is sent again, as people do. */
  async function staged(name: string, text: string): Promise<string> {
    for (let tries = 1; ; tries++) {
      try {
        return (await app.desk.stage(name, Buffer.from(text))).id
      } catch (error) {
        if (tries === 10) throw error
      }
    }
  }

  function decision(): string {
    return app.assistant.catalogue().documents.find(({ source }) => source.startsWith('决定'))!.id
  }

  async function asking(): Promise<void> {
    for (let n = 0; !isStopping; n++) {
      await converse(app, storage, QUESTIONS[n % QUESTIONS.length]!)
      say({ kind: 'kept', conversations: n + 1 })
    }
  }

  async function answerSome(stage: 'asked' | 'answered', work: (name: EventName) => Promise<unknown>): Promise<void> {
    for (const { platform, id } of await storage.queue.claim({ stage, platforms: ['slack'], most: 4 })) await work({ platform, id })
  }

  async function chat(): Promise<void> {
    while (!isStopping) {
      const id = randomUUID()
      await storage.queue.put({ platform: 'slack', id, thread: id, question: '145行动是什么？', replyTo: null })
      say({ kind: 'event', id })
      await answerSome('asked', (name) => storage.queue.layOut(name, [{ text: '答' }]))
      await answerSome('answered', async (name) => (await storage.queue.begin(name)) && storage.queue.sent(name))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
