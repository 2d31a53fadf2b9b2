/** `tiaowen index`: a round over the folders, and, while it stays, one after every change. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { saveLibraryList } from '../src/documents/library-list.ts'
import { openRegistry } from '../src/documents/registry.ts'
import { indexRounds, type Failed, type Round } from '../src/index-rounds.ts'
import { CountingEmbedder, workshop, writeSmall } from './library.ts'

const SMALL = ['决定.txt', '办法.txt', '规划.txt']

function roundsOver(shop: ReturnType<typeof workshop>, watch: boolean) {
  const stop = new AbortController()
  const embedder = new CountingEmbedder()
  const rounds = indexRounds(shop.config, { watch, embedder, log: () => {}, signal: stop.signal })
  onTestFinished(() => stop.abort())
  const next = async (): Promise<Round | Failed | undefined> => (await rounds.next()).value as Round | Failed | undefined
  return { next, stop, embedder }
}

test('once: what changed, then it is over', async () => {
  const shop = workshop(writeSmall)
  const { next, embedder } = roundsOver(shop, false)
  const round = await next()
  expect(round).toMatchObject({
    generation: 'gen-00000001',
    wasBuilt: true,
    documents: 3,
    added: SMALL,
    embedder: embedder.id,
    vectors: 'hnsw',
    embedded: embedder.texts.length,
    skipped: [],
  })
  expect(await next()).toBeUndefined()
  expect(await roundsOver(shop, false).next()).toMatchObject({ wasBuilt: false, unchanged: 3, embedded: 0 })
})

test('with subfolders; a file that cannot be read is named and the rest is there', async () => {
  const shop = workshop(writeSmall)
  mkdirSync(join(shop.documents, '子', '孙'), { recursive: true })
  renameSync(join(shop.documents, '办法.txt'), join(shop.documents, '子', '孙', '办法.txt'))
  writeFileSync(join(shop.documents, '子', '空.txt'), '')
  expect(await roundsOver(shop, false).next()).toMatchObject({
    added: ['决定.txt', '子/孙/办法.txt', '规划.txt'],
    skipped: [{ source: '子/空.txt', code: 'file-format', message: expect.stringContaining('里没有文字') as string }],
  })
})

test('without the folder it says so', async () => {
  const shop = workshop(writeSmall)
  rmSync(shop.documents, { recursive: true })
  await expect(roundsOver(shop, true).next()).rejects.toMatchObject({ code: 'folder-missing' })
})

test('staying: added, changed, renamed, removed, each in a round of its own', { timeout: 30_000 }, async () => {
  const shop = workshop(writeSmall)
  const { next, stop } = roundsOver(shop, true)
  const at = (name: string) => join(shop.documents, name)
  expect(await next()).toMatchObject({ added: SMALL })
  writeFileSync(at('通知.txt'), '关于开会的通知\n一、事项\n请各单位按时参加会议。\n')
  expect(await next()).toMatchObject({ added: ['通知.txt'], unchanged: 3 })
  writeFileSync(at('决定.txt'), readFileSync(at('决定.txt'), 'utf8').replace('超过4%', '超过6%'))
  expect(await next()).toMatchObject({ changed: ['决定.txt'], added: [], unchanged: 3 })
  renameSync(at('规划.txt'), at('建议.txt'))
  expect(await next()).toMatchObject({ renamed: [{ from: '规划.txt', to: '建议.txt' }], embedded: 0 })
  rmSync(at('通知.txt'))
  expect(await next()).toMatchObject({ generation: 'gen-00000005', removed: ['通知.txt'], unchanged: 3 })
  const last = next()
  stop.abort()
  expect(await last).toBeUndefined()
})

test('staying: an upload, and a document taken out, are rounds too', { timeout: 30_000 }, async () => {
  const shop = workshop(writeSmall)
  const { next } = roundsOver(shop, true)
  await next()
  const { dataFolder } = shop.config
  writeFileSync(join(dataFolder, 'documents', '通知.txt'), '关于开会的通知\n一、事项\n请各单位按时参加会议。\n')
  expect(await next()).toMatchObject({ added: ['通知.txt'], unchanged: 3 })
  const { registry } = await openRegistry(dataFolder, new Date())
  const [id] = Object.entries(registry.documents).find(([, { source }]) => source === '规划.txt')!
  const removed = [{ id, origin: 'folder' as const, source: '规划.txt', title: '规划', removedAt: '2026-03-01T08:00:00.000Z' }]
  await saveLibraryList(dataFolder, { removed, replacements: [] })
  expect(await next()).toMatchObject({ removed: ['规划.txt'], unchanged: 3 })
  await saveLibraryList(dataFolder, { removed: [], replacements: [] })
  expect(await next()).toMatchObject({ added: ['规划.txt'], unchanged: 3 })
})

test('staying: a folder that goes is told, and when it is back it is indexed on', { timeout: 30_000 }, async () => {
  const shop = workshop(writeSmall)
  const { next } = roundsOver(shop, true)
  await next()
  renameSync(shop.documents, `${shop.documents}-away`)
  expect(await next()).toMatchObject({ kind: 'failed', error: { code: 'folder-missing' } })
  writeFileSync(join(`${shop.documents}-away`, '通知.txt'), '关于开会的通知\n一、事项\n请各单位按时参加会议。\n')
  renameSync(`${shop.documents}-away`, shop.documents)
  expect(await next()).toMatchObject({ kind: 'round', added: ['通知.txt'], unchanged: 3 })
})

test('staying: what another process indexed meanwhile is what counts', { timeout: 30_000 }, async () => {
  const shop = workshop(writeSmall)
  const { next } = roundsOver(shop, true)
  await next()
  rmSync(shop.config.indexFolder, { recursive: true })
  writeFileSync(join(shop.documents, '通知.txt'), '关于开会的通知\n一、事项\n请各单位按时参加会议。\n')
  expect(await next()).toMatchObject({ generation: 'gen-00000001', added: [...SMALL, '通知.txt'].sort() })
})

test('a model that went away while the program serves costs no vectors: no round, or the index as it is', async () => {
  const { config } = workshop(writeSmall)
  const embedder = new CountingEmbedder()
  const request = { watch: false, log: () => {}, signal: new AbortController().signal }
  const rounds = async (more: object) => (await indexRounds(config, { ...request, ...more }).next()).value as Round
  await rounds({ embedder })
  await expect(rounds({ mustEmbed: embedder.id })).rejects.toMatchObject({
    code: 'model-missing',
    message: expect.stringContaining(`向量模型 ${embedder.id} 的文件不见了或已损坏`) as string,
  })
  // started without it: nothing changed, nothing is built, the vectors wait
  expect(await rounds({})).toMatchObject({ wasBuilt: false, embedder: embedder.id, generation: 'gen-00000001' })
})
