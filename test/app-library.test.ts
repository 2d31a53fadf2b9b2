/** A running program whose library people change: what it answers, from when on, and what old links open. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openApp, type App } from '../src/app.ts'
import type { LibraryState } from '../src/answering/library-desk.ts'
import { outlineOf } from '../src/clauses/outline-nodes.ts'
import type { Config } from '../src/config.ts'
import { createApp } from '../src/channels/http/app.ts'
import type { Reading } from '../src/channels/wire.ts'
import { indexRounds } from '../src/index-rounds.ts'
import { lockForWriting } from '../src/store/generations.ts'
import { answerTo, workshop, writeSmall } from './library.ts'

const NOTICE = '关于人才公寓租金的通知\n一、租金标准\n人才公寓租金按市场价的70%收取。\n'
const QUESTION = '人才公寓租金按市场价的多少收取？'

async function serving(config: Config): Promise<App & { readonly lines: string[] }> {
  const lines: string[] = []
  const app = await openApp(config, { log: (line) => lines.push(line), follow: true })
  onTestFinished(() => app.close())
  await app.settled
  return { ...app, assistant: app.assistant, desk: app.desk, close: () => app.close(), lines }
}

/** When no round is under way any more: then what was made serves. */
async function indexed({ desk }: App): Promise<LibraryState> {
  await expect.poll(async () => (await desk.state()).indexing, { timeout: 20_000, interval: 20 }).toBeUndefined()
  return desk.state()
}

const put = async (app: App, name: string, text: string, replaces?: string): Promise<string> => {
  const { id } = await app.desk.stage(name, Buffer.from(text))
  return (await app.desk.accept(id, replaces)).source
}
const documentOf = ({ assistant }: App, source: string) =>
  assistant.catalogue().documents.find((document) => document.source === source)

test('an upload is answered from when indexing is over; taken out, no longer; brought back, with its id', async () => {
  const { config } = workshop(writeSmall)
  const app = await serving(config)
  expect((await answerTo(app, QUESTION)).outcome).toBe('declined')
  await put(app, '通知.txt', NOTICE)
  expect((await app.desk.state()).indexing).toEqual({ step: expect.any(String), done: expect.any(Number), total: expect.any(Number) })
  const state = await indexed(app)
  expect(state).toMatchObject({ generation: 'gen-00000002', lastIndexing: { at: expect.any(String) as string } })
  expect(state.lastIndexing).not.toHaveProperty('failed')
  const answer = await answerTo(app, QUESTION)
  expect(answer.text).toContain('人才公寓租金按市场价的70%收取')
  const [{ documentId, textSha256, start, end, quote }] = answer.citations as [(typeof answer.citations)[number]]

  await app.desk.remove(documentId)
  await indexed(app)
  expect((await answerTo(app, QUESTION)).outcome).toBe('declined')
  const kept = await app.assistant.textOf(documentId, textSha256)
  expect(kept).toMatchObject({ superseded: true, removed: { title: '关于人才公寓租金的通知', source: '通知.txt' } })
  expect(kept!.text.slice(start, end)).toBe(quote)
  const http = createApp(app.assistant, { version: '0.1.0', desk: app.desk })
  const text = await http.request(`/api/documents/${documentId}/text?sha=${textSha256}`)
  expect([text.status, text.headers.get('X-Text-Removed'), await text.text()]).toEqual([200, 'true', NOTICE])
  expect((await http.request(`/read/${documentId}/${textSha256.slice(0, 16)}/${start}-${end}`)).status).toBe(200)
  const reading = (await (await http.request(`/api/reading/${documentId}?sha=${textSha256}`)).json()) as Reading
  expect(reading).toMatchObject({ removed: true, document: null, title: '关于人才公寓租金的通知', source: '通知.txt', text: NOTICE })
  expect(reading.outline.map(({ kind, label, heading }) => [kind, label, heading])).toEqual([
    ['header', '题头', undefined],
    ['numbered', '一、', '租金标准'],
  ])
  expect((await http.request(`/api/documents/${documentId}/text`)).status).toBe(404)

  await app.desk.restore(documentId)
  await indexed(app)
  expect((await answerTo(app, QUESTION)).citations[0]).toMatchObject({ documentId, textSha256 })
  expect(await app.assistant.textOf(documentId, textSha256)).not.toHaveProperty('removed')
})

test("a newer text of an operator's file: same id, the older text opens by its SHA, the file is not touched", async () => {
  const { config, documents } = workshop(writeSmall)
  const app = await serving(config)
  const before = readFileSync(join(documents, '决定.txt'))
  const decision = documentOf(app, '决定.txt')!
  const { id, textSha256, text } = decision
  const outline = outlineOf(decision)
  expect(outline.length).toBeGreaterThan(0)
  await put(app, '决定（修订）.txt', text.replace('4%', '6%'), id)
  const { skipped } = await indexed(app)
  expect((await answerTo(app, '全社会研发投入强度超过多少？')).text).toContain('超过6%')
  expect(documentOf(app, '决定（修订）.txt')!.id).toBe(id)
  const { outline: outlineThen, ...older } = (await app.assistant.textOf(id, textSha256))!
  expect(older).toEqual({ text, textSha256, superseded: true })
  expect(outlineThen?.()).toEqual(outline)
  expect(readFileSync(join(documents, '决定.txt')).equals(before)).toBe(true)
  expect(skipped).toEqual([
    { source: '决定.txt', code: 'replaced', message: '决定.txt 已由上传的 决定（修订）.txt 代替，未收录。要改用文件夹里的这一份，请给它改名。' },
  ])
})

test('an empty library starts, is ready, and takes an upload', async () => {
  const shop = workshop(() => {})
  const config = { ...shop.config, folders: [] }
  const app = await serving(config)
  expect(app.assistant.status()).toMatchObject({ ready: true, documents: 0, generation: 'gen-00000001' })
  expect((await answerTo(app, QUESTION)).outcome).toBe('declined')
  await put(app, '通知.txt', NOTICE)
  await indexed(app)
  expect((await answerTo(app, QUESTION)).text).toContain('70%')
  const again = await serving(config)
  expect((await answerTo(again, QUESTION)).text).toContain('70%')
})

test('what several people put in at once is all there, in few rounds; questions go on', async () => {
  const { config } = workshop(writeSmall)
  const app = await serving(config)
  const titles = Array.from({ length: 6 }, (_, at) => `第${at + 1}类事项办理的通知`)
  await Promise.all(titles.map((title, at) => put(app, '通知.txt', `${title}\n一、时限\n${at + 1}个工作日内办结。\n`)))
  const outcomes: string[] = []
  while ((await app.desk.state()).indexing) {
    outcomes.push((await answerTo(app, '全社会研发投入强度超过多少？')).outcome)
    await sleep(10)
  }
  expect(app.assistant.catalogue().documents).toHaveLength(9)
  expect(new Set(outcomes)).toEqual(new Set(['answered']))
  expect(outcomes.length).toBeGreaterThan(3)
  expect(Number(app.assistant.status().generation!.slice(-2))).toBeLessThanOrEqual(4)
})

test('while another process writes, the round waits for it', async () => {
  const { config } = workshop(writeSmall)
  const app = await serving(config)
  const lock = await lockForWriting(config.indexFolder)
  await put(app, '通知.txt', NOTICE)
  await expect.poll(async () => (await app.desk.state()).lastIndexing?.failed, { timeout: 10_000 }).toBe(
    '另一个程序正在写索引，随后自动再试。',
  )
  expect((await app.desk.state()).indexing).toBeDefined()
  await lock.release()
  await indexed(app)
  expect((await answerTo(app, QUESTION)).text).toContain('70%')
})

test('what could not be indexed at the start is, as soon as the other process is done', async () => {
  const { config, documents } = workshop(writeSmall)
  await (await serving(config)).close()
  writeFileSync(join(documents, '通知.txt'), NOTICE)
  const lock = await lockForWriting(config.indexFolder)
  const app = await openApp(config, { log: () => {}, follow: true })
  onTestFinished(() => app.close())
  expect((await app.desk.state()).uploads.enabled).toBe(true)
  await expect(app.settled).rejects.toMatchObject({ code: 'index-locked' })
  await lock.release()
  await expect.poll(async () => (await answerTo(app, QUESTION)).text, { timeout: 20_000 }).toContain('70%')
  expect(app.assistant.status().fallbacks.map(({ from }) => from)).not.toContain('current-documents')
})

test('a round that fails is told; the upload is not lost', async () => {
  const { config, documents } = workshop(writeSmall)
  const app = await serving(config)
  rmSync(documents, { recursive: true })
  await put(app, '通知.txt', NOTICE)
  const { lastIndexing } = await indexed(app)
  expect(lastIndexing?.failed).toMatch(/^有一个文件夹不存在或打不开，索引没有更新，原有的索引继续回答。/)
  expect(app.lines.join('\n')).toContain(documents)
  expect((await answerTo(app, '全社会研发投入强度超过多少？')).text).toContain('超过4%')
  await app.close()
  mkdirSync(documents) // the operator puts it back
  writeSmall(documents)
  const again = await serving(config)
  expect((await answerTo(again, QUESTION)).text).toContain('70%')
})

test('another process that indexes without knowing what was taken out is put right', async () => {
  const { config } = workshop(writeSmall)
  const app = await serving(config)
  const { id } = documentOf(app, '规划.txt')!
  await app.desk.remove(id)
  await indexed(app)
  // as if its round had begun before: the list is away while it looks
  const path = join(config.dataFolder, 'library.json')
  const list = readFileSync(path)
  rmSync(path)
  const rounds = indexRounds(config, { watch: false, log: () => {}, signal: new AbortController().signal })
  const round = rounds.next()
  await round
  writeFileSync(path, list)
  await rounds.return(undefined)
  await expect.poll(() => app.assistant.status().generation, { timeout: 10_000 }).toBe('gen-00000004')
  expect(documentOf(app, '规划.txt')).toBeUndefined()
})
