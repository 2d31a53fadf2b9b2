/** `tiaowen index` on a cluster, killed while it writes: the next round goes on where it stopped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { verifySearch } from '../../src/verify-search.ts'
import { answerTo, suiteFolder } from '../library.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

const ARTICLES = 4_000
let cluster: WeaviateCluster
let environment: Record<string, string>
beforeAll(async () => {
  cluster = await WeaviateCluster.start()
  const home = suiteFolder()
  mkdirSync(join(home, 'documents'))
  const articles = Array.from({ length: ARTICLES }, (_, at) => `第${at + 1}条 申请人应当向第${at + 7}号窗口提交第${at + 3}类材料，经办机构在${(at % 60) + 1}日内办结并告知结果。`)
  writeFileSync(join(home, 'documents', '规程.txt'), `办事规程\n${articles.join('\n')}\n`)
  environment = {
    TIAOWEN_CONFIG: 'off',
    TIAOWEN_SEEDS: 'off',
    TIAOWEN_MODEL_DIR: 'off',
    TIAOWEN_FOLDERS: join(home, 'documents'),
    TIAOWEN_DATA_FOLDER: join(home, 'data'),
    TIAOWEN_INDEX_FOLDER: join(home, 'index'),
    ...cluster.environment(),
  }
}, 180_000)
afterAll(() => cluster?.stop())

function index() {
  const argv = ['--disable-warning=ExperimentalWarning', 'src/main.ts', 'index', '--json']
  return spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'], ...environment } })
}

/** Objects of all collections of the test. */
async function held(): Promise<number> {
  const { classes = [] } = (await cluster.rest('/v1/schema')) as { classes?: { class: string }[] }
  const counts = await Promise.all(
    classes.map(async ({ class: name }) => {
      const { objects = [] } = (await cluster.rest(`/v1/objects?class=${name}&limit=10000&include=`)) as { objects?: unknown[] }
      return objects.length
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

test('killed with SIGKILL between batches, twice; the third round ends, and all of it is there', async () => {
  const stops: number[] = []
  for (const least of [1, 1_500]) {
    const child = index()
    while (child.exitCode === null && (await held()) < least) await sleep(20)
    child.kill('SIGKILL')
    await once(child, 'exit')
    stops.push(await held())
  }
  console.log(`killed with ${stops.join(' and ')} of ${ARTICLES} written`)
  expect(stops[0]).toBeGreaterThan(0)
  expect(stops[1]).toBeGreaterThanOrEqual(stops[0]!)
  expect(stops[1]).toBeLessThan(ARTICLES)
  const child = index()
  let printed = ''
  child.stdout.on('data', (text: Buffer) => (printed += String(text)))
  const [code] = (await once(child, 'exit')) as [number]
  expect([code, (JSON.parse(printed) as { wasBuilt: boolean }).wasBuilt]).toEqual([0, true])
  const config = readConfig(environment)
  const { collections } = await verifySearch(config, { all: true, log: () => {} })
  expect(collections.map(({ expected, counted, missing, foreign, different }) => [expected === counted, missing, foreign, different])).toEqual([[true, 0, 0, 0]])
  const app = await openApp(config, { log: () => {}, frozen: true })
  expect((await answerTo(app, '第1234条是怎么规定的')).text).toContain('1240号窗口')
  await app.close()
}, 300_000)
