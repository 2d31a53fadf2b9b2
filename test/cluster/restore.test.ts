/** An office that runs as copies over an engine and a database is put back from its backup where there is nothing. */
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { workshop, writeSmall } from '../library.ts'
import { answerFrom, postJson, runCommand, servingDocuments, startServer, upload } from '../long/server.ts'
import { PostgresServer } from './postgres-server.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

const QUESTION = '全社会研发投入强度超过多少？'
const OF_UPLOAD = '退款比例不低于多少？'

test('documents, conversations, audit log and search, on an empty engine and an empty database', { timeout: 600_000 }, async () => {
  const postgres = await PostgresServer.start()
  onTestFinished(() => postgres.stop())
  const cluster = await WeaviateCluster.start(3)
  onTestFinished(() => cluster.stop())
  const { home } = workshop(writeSmall)
  const where = { conversationId: randomUUID(), exchangeId: randomUUID() }
  const kept = async (url: string) => (await (await fetch(`${url}/api/conversations/${where.conversationId}`)).json()) as { exchanges: { answer: unknown }[] }

  const old = { home, environment: { ...cluster.environment(), DATABASE_URL: await postgres.database() } }
  const first = await startServer(old)
  await servingDocuments(first.url, 3)
  const { id } = (await (await upload(first.url, '通知.txt', '通知\n一、退款比例\n退款比例不低于70%。\n')).json()) as { id: string }
  expect((await postJson(`${first.url}/api/uploads/${id}/accept`, {})).ok).toBe(true)
  await servingDocuments(first.url, 4)
  const answers = [await answerFrom(first.url, QUESTION, where), await answerFrom(first.url, OF_UPLOAD)]
  const conversation = await kept(first.url)
  expect(conversation.exchanges).toHaveLength(1)

  const backups = join(home, 'backups')
  expect(runCommand(['backup', backups], old).code).toBe(0) // while it runs
  expect((await first.stop()).code).toBe(0)

  await cluster.lost()
  const backup = join(backups, readdirSync(backups)[0]!)
  const anew = { home, dataFolder: join(home, 'new/data'), indexFolder: join(home, 'new/index'), environment: { ...old.environment, DATABASE_URL: await postgres.database() } }
  const restored = runCommand(['restore', backup], anew)
  expect(restored).toMatchObject({ code: 0 })
  expect(runCommand(['reindex', '--verify'], anew).code).toBe(6) // it was empty, and is whole
  expect(runCommand(['reindex', '--verify', '--all'], anew).code).toBe(0)

  const second = await startServer(anew)
  await servingDocuments(second.url, 4)
  for (const { question, text, citations } of answers) {
    const again = await answerFrom(second.url, question)
    expect([again.text, again.citations]).toEqual([text, citations])
  }
  expect(answers[1]!.text).toContain('不低于70%')
  expect(await kept(second.url)).toEqual(conversation)
  expect(runCommand(['audit', 'verify'], anew).code).toBe(0)
  expect((await second.stop()).code).toBe(0)
})
