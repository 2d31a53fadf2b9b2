/** The disks of the whole engine are lost: what it held is written again from the folder, and nothing was anywhere else. */
import { expect, onTestFinished, test } from 'vitest'
import { workshop, writeSmall } from '../library.ts'
import { answerFrom, postJson, runCommand, servingDocuments, startServer } from '../long/server.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

const QUESTION = '全社会研发投入强度超过多少？'

test('questions are refused with what to do; reindex --verify does it while the server runs', { timeout: 300_000 }, async () => {
  const cluster = await WeaviateCluster.start(3)
  onTestFinished(() => cluster.stop())
  const { home } = workshop(writeSmall)
  const environment = cluster.environment()
  const { url, stop, log } = await startServer({ home, environment })
  await servingDocuments(url, 3)
  const before = await answerFrom(url, QUESTION)

  await cluster.lost()
  const refused = async () => ((await (await postJson(`${url}/api/ask`, { question: QUESTION })).json()) as { code?: string }).code
  await expect.poll(refused, { timeout: 30_000 }).toBe('search-unavailable')
  await expect.poll(log, { timeout: 10_000 }).toContain('reindex --verify') // for whoever runs it, not for who asks

  const verify = () => runCommand(['reindex', '--verify'], { home, environment }).code
  expect([verify(), verify()]).toEqual([6, 0]) // repaired, and whole

  const after = await answerFrom(url, QUESTION)
  expect([after.text, after.citations]).toEqual([before.text, before.citations])
  expect((await stop()).code).toBe(0)
})
