/** An index on a real cluster of one node: written, broken off, carried on, repaired; what happens without the cluster. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApp, type App } from '../../src/app.ts'
import type { Config } from '../../src/config.ts'
import { indexRounds, type Round } from '../../src/index-rounds.ts'
import { verifySearch } from '../../src/verify-search.ts'
import { Connection } from '../../src/weaviate/connection.ts'
import { WeaviateEngine } from '../../src/weaviate/weaviate-engine.ts'
import { answerTo, CountingEmbedder, workshop, writeSmall } from '../library.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

let cluster: WeaviateCluster
beforeAll(async () => {
  cluster = await WeaviateCluster.start()
}, 180_000)
afterAll(() => cluster?.stop())

let count = 0

/** A folder of documents whose index is searched on the cluster, under a prefix of its own. */
function onCluster(fill = writeSmall): { config: Config; documents: string; prefix: string } {
  const { config, documents } = workshop(fill)
  const prefix = `T${String.fromCharCode(65 + count++)}`
  return { config: { ...config, search: cluster.config({ prefix, querySeconds: 2 }) }, documents, prefix }
}

async function round(config: Config, embedder = new CountingEmbedder()): Promise<Round> {
  const rounds = indexRounds(config, { watch: false, embedder, log: () => {}, signal: new AbortController().signal })
  return (await rounds.next()).value as Round
}

async function collections(prefix: string): Promise<string[]> {
  const { classes = [] } = (await cluster.rest('/v1/schema')) as { classes?: { class: string }[] }
  return classes.map(({ class: name }) => name).filter((name) => name.startsWith(prefix)).sort()
}

async function aliases(prefix: string): Promise<Record<string, string>> {
  const { aliases: all = [] } = (await cluster.rest('/v1/aliases')) as { aliases?: { alias: string; class: string }[] }
  return Object.fromEntries(all.filter(({ alias }) => alias.startsWith(prefix)).map(({ alias, class: name }) => [alias.slice(prefix.length), name]))
}

const open = (config: Config, embedder = new CountingEmbedder()): Promise<App> => openApp(config, { log: () => {}, embedder, frozen: true })

const verified = (config: Config, all = true) => verifySearch(config, { all, log: () => {} })

/** Enough that a change does not build all anew. */
function writeLarge(documents: string): void {
  writeSmall(documents)
  const articles = Array.from({ length: 2_500 }, (_, at) => `第${at + 1}条 申请人应当向第${at + 7}号窗口提交第${at + 3}类材料，经办机构在${(at % 60) + 1}日内办结并告知结果，逾期未办结的应当说明理由，并在办事大厅和网站上予以公布，接受社会监督。`)
  writeFileSync(join(documents, '规程.txt'), `办事规程\n${articles.join('\n')}\n`)
}

describe('a round on the cluster', () => {
  test('fills the collections, points names at them, and answers what the index of one process answers', async () => {
    const { config, prefix } = onCluster()
    const made = await round(config)
    expect([made.wasBuilt, made.vectors]).toEqual([true, 'hnsw'])
    const names = await collections(prefix)
    expect(names.map((name) => name.replace(/[0-9a-f]{16}/, 'K'))).toEqual([`${prefix}K_Entries`, `${prefix}K_Units`, `${prefix}K_Windows`])
    expect(Object.keys(await aliases(prefix)).sort()).toEqual(['BaseEntries', 'BaseUnits', 'BaseWindows'])
    const app = await open(config)
    const { search: _, ...alone } = config
    const embedded = await open(alone)
    for (const question of ['全社会研发投入强度要超过多少？', '哪些情形应当退款？', '本办法何时施行？']) {
      const [one, other] = [await answerTo(app, question), await answerTo(embedded, question)]
      expect([one.text, one.citations, one.outcome]).toEqual([other.text, other.citations, other.outcome])
    }
    expect(app.assistant.status()).toMatchObject({ vectors: 'hnsw', search: { state: 'ok' }, fallbacks: [] })
    await Promise.all([app.close(), embedded.close()])
  })

  test('one document changed uses the collections of the base again, and drops nothing that a kept generation uses', async () => {
    const { config, documents, prefix } = onCluster(writeLarge)
    await round(config)
    const [base] = await collections(prefix)
    const embedder = new CountingEmbedder()
    writeFileSync(join(documents, '办法.txt'), '预付卡管理办法\n第一条 为了规范预付式消费，制定本办法。\n第二条 剩余资金三日内退还。\n')
    expect((await round(config, embedder)).changed).toEqual(['办法.txt'])
    expect(embedder.texts.length).toBeLessThan(5)
    expect(await collections(prefix)).toContain(base)
    expect(Object.values(await aliases(prefix)).every((name) => name.startsWith(prefix))).toBe(true)
    expect(await collections(prefix)).toHaveLength(5) // three of the base, two of the changes, which have no windows
    const app = await open(config)
    expect((await answerTo(app, '剩余资金几日内退还？')).text).toContain('三日内退还')
    await app.close()
  })

  test('what no kept generation uses is dropped after the switch, and the names follow', async () => {
    const { config, documents, prefix } = onCluster()
    await round(config)
    const first = await collections(prefix)
    for (const at of [1, 2, 3]) {
      writeFileSync(join(documents, '通知.txt'), `关于第${at}次调整的通知\n一、自${at}月1日起调整收费标准。\n`)
      await round(config)
    }
    const left = await collections(prefix)
    expect(left.filter((name) => first.includes(name))).toEqual([])
    expect(left).toHaveLength(6) // the generation in place and the one before
    expect(left).toContain((await aliases(prefix))['BaseEntries'])
  })
})

describe('a build that is broken off', () => {
  test('between two batches goes on where it stopped: nothing is embedded twice, the one in place goes on answering', async () => {
    const { config, documents } = onCluster()
    await round(config)
    writeLarge(documents)
    const stopping = new CountingEmbedder()
    const broken = await brokenOff(() => round(config, stopping), 2)
    expect(broken).toMatchObject({ code: 'search-unavailable' })
    const app = await open(config)
    expect((await answerTo(app, '哪些情形应当退款？')).outcome).toBe('answered')
    await app.close()
    const embedder = new CountingEmbedder()
    const again = await round(config, embedder)
    expect([again.wasBuilt, embedder.texts]).toEqual([true, []])
    const report = await verified(config)
    expect(report.collections.map(({ missing, foreign, different }) => [missing, foreign, different])).toEqual(report.collections.map(() => [0, 0, 0]))
  })

  test('between the switch and the drop leaves collections that the next round drops', async () => {
    const { config, documents, prefix } = onCluster()
    await round(config)
    const settle = WeaviateEngine.prototype.settle
    WeaviateEngine.prototype.settle = async () => {}
    try {
      for (const at of [1, 2, 3]) {
        writeFileSync(join(documents, '通知.txt'), `关于第${at}次调整的通知\n一、自${at}月1日起调整收费标准。\n`)
        await round(config)
      }
    } finally {
      WeaviateEngine.prototype.settle = settle
    }
    expect(await collections(prefix)).toHaveLength(12)
    const app = await open(config)
    expect((await answerTo(app, '收费标准自几月1日起调整？')).text).toContain('3月1日')
    await app.close()
    expect((await round(config)).wasBuilt).toBe(false)
    expect(await collections(prefix)).toHaveLength(6)
    expect(await collections(prefix)).toContain((await aliases(prefix))['BaseEntries'])
  })
})

describe('reindex --verify', () => {
  test('finds and repairs what is missing, foreign and different, without embedding anything', async () => {
    const { config, prefix } = onCluster()
    await round(config)
    const [entries, units] = await collections(prefix)
    const ids = async (name: string) =>
      ((await cluster.rest(`/v1/objects?class=${name}&limit=100`)) as { objects: { id: string }[] }).objects.map(({ id }) => id).sort()
    const [first, second] = await ids(entries!)
    await cluster.rest(`/v1/objects/${entries}/${first}`, 'DELETE')
    await patch(entries!, second!, { address: '第九十九条' })
    await post(units!, { id: '11111111-1111-4111-8111-111111111111', properties: { document: 'd-0' }, vector: Array(64).fill(0.125) })
    const report = await verified(config)
    expect(report.collections.map(({ kind, missing, foreign, different, repaired }) => [kind, missing, foreign, different, repaired])).toEqual([
      ['Entries', 1, 0, 1, 2],
      ['Units', 0, 1, 0, 0],
      ['Windows', 0, 0, 0, 0],
    ])
    const again = await verified(config)
    expect(again.collections.every(({ repaired, foreign, expected, compared }) => repaired + foreign === 0 && compared === expected)).toBe(true)
  })

  test('makes collections anew that somebody deleted', async () => {
    const { config, prefix } = onCluster()
    await round(config)
    const [, units] = await collections(prefix)
    await cluster.rest(`/v1/schema/${units}`, 'DELETE')
    const app = await open(config)
    await expect(answerTo(app, '哪些情形应当退款？')).rejects.toMatchObject({ code: 'search-unavailable', message: expect.stringContaining('reindex --verify') })
    const { collections: found } = await verified(config, false)
    expect(found.map(({ exists }) => exists)).toEqual([true, false, true])
    expect((await answerTo(app, '哪些情形应当退款？')).outcome).toBe('answered')
    await app.close()
  })

  test('an index that the server built itself is looked after too: what it lacks makes it unready, until it is repaired', async () => {
    const { config, prefix } = onCluster()
    const app = await openApp(config, { log: () => {}, embedder: new CountingEmbedder() })
    await app.settled
    const stateNow = () => app.assistant.status().search?.state
    expect([(await answerTo(app, '哪些情形应当退款？')).outcome, stateNow()]).toEqual(['answered', 'ok'])
    const [entries] = await collections(prefix)
    await cluster.rest(`/v1/schema/${entries}`, 'DELETE')
    await new Promise((resolve) => setTimeout(resolve, 1_100)) // what was counted before holds for a second
    await expect(answerTo(app, '哪些情形应当退款？')).rejects.toMatchObject({ code: 'search-unavailable' })
    expect(stateNow()).toBe('unavailable')
    await verified(config, false)
    expect([(await answerTo(app, '哪些情形应当退款？')).outcome, stateNow()]).toEqual(['answered', 'ok'])
    await app.close()
  })

  test('without a cluster says so', async () => {
    const { config } = workshop(writeSmall)
    await expect(verified(config)).rejects.toMatchObject({ code: 'config-invalid' })
  })
})

describe('changing over', () => {
  test('from this process to the cluster and back embeds nothing, and answers all the while', async () => {
    const { config } = onCluster()
    const { search: _, ...alone } = config
    expect((await round(alone)).vectors).toBe('hnsw')
    const app = await open(config) // made for one process: answered from its graphs
    expect((await answerTo(app, '哪些情形应当退款？')).outcome).toBe('answered')
    await app.close()
    for (const to of [config, alone]) {
      const embedder = new CountingEmbedder()
      expect(await round(to, embedder)).toMatchObject({ wasBuilt: true, vectors: 'hnsw' })
      expect(embedder.texts).toEqual([])
    }
  })
})

describe('without the cluster', () => {
  test('a question is refused within seconds, and answered again once the cluster is back, without hands', async () => {
    const { config, documents } = onCluster()
    await round(config)
    const app = await open(config)
    expect((await answerTo(app, '哪些情形应当退款？')).outcome).toBe('answered')
    await cluster.kill(0)
    const began = performance.now()
    await expect(answerTo(app, '种质资源库要建成几个？')).rejects.toMatchObject({ code: 'search-unavailable' })
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(app.assistant.status().search).toMatchObject({ state: 'unavailable' })
    const refused = performance.now()
    await expect(answerTo(app, '种质资源库要建成几个？')).rejects.toMatchObject({ code: 'search-unavailable' })
    expect(performance.now() - refused).toBeLessThan(1_500)
    writeSmall(documents)
    writeFileSync(join(documents, '通知.txt'), '关于调整的通知\n一、自1月1日起调整收费标准。\n')
    await expect(round(config)).rejects.toMatchObject({ code: 'search-unavailable' })
    await cluster.restart(0)
    expect((await answerTo(app, '种质资源库要建成几个？')).text).toContain('5个')
    expect(app.assistant.status().search).toMatchObject({ state: 'ok' })
    await app.close()
  }, 180_000)
})

/** Fails for good after some batches, as a process does that is killed there; what was sent stays. */
async function brokenOff(work: () => Promise<unknown>, batches: number): Promise<unknown> {
  const { ask } = Connection.prototype
  let sent = 0
  Connection.prototype.ask = function (this: Connection, kind, collection, what) {
    if (kind === 'insert' && sent++ >= batches) return Promise.reject(Object.assign(new Error('killed'), { code: 'search-unavailable' }))
    return ask.call(this, kind, collection, what as never) as never
  }
  try {
    return await work().catch((error: unknown) => error)
  } finally {
    Connection.prototype.ask = ask
  }
}

async function send(method: string, path: string, body: unknown): Promise<void> {
  const { url } = cluster.config().nodes[0]!
  const response = await fetch(`${url}${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
}

const patch = (name: string, id: string, properties: object) => send('PATCH', `/v1/objects/${name}/${id}`, { class: name, properties })
const post = (name: string, object: object) => send('POST', '/v1/objects', { class: name, ...object })
