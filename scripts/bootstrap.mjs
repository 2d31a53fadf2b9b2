/**
 * Everything `npm start`, `npm test` and the other scripts need before the program can run: packages, Node 24, the
 * compiled index, the model, the page. Plain JavaScript without dependencies, for the Node the machine has (18 or newer). A
 * second start finds all of it there and goes straight on.
 */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { obtainServers } from './cluster-servers.mjs'
import { FLAGS, MEMORY } from './flags.mjs'
import { alone } from './lock.mjs'
import { isModelPresent, isModelToBeFetched, obtainModel, sayWithoutModel } from './model.mjs'
import { buildPage, isPageStale } from './page.mjs'
import { compileAddon, installNode, installPackages, missingPackages, nodeOf } from './packages.mjs'
import { endAs, runInFront } from './processes.mjs'
import { say, SetUpError } from './say.mjs'
import { runTests, TYPED } from './test-run.mjs'

const OLDEST_NODE = 18
const checkout = fileURLToPath(new URL('..', import.meta.url))
const node = nodeOf(checkout)

/** Compiled code is kept from start to start: 15 MB, and a third of a second a command. */
const ENVIRONMENT = { ...MEMORY, NODE_COMPILE_CACHE: join(checkout, 'data', 'compiled') }

/** Node 24 on a file of the checkout, in our place. */
const inNode24 = (file, ...parameters) =>
  runInFront(node, [...FLAGS, join(checkout, file), ...parameters], {
    cwd: checkout,
    env: { ...ENVIRONMENT, ...process.env },
  })

/** What each script runs once everything is there: the packages, and the model and the page where it needs them. */
const COMMANDS = {
  start: { model: true, page: true, run: (parameters) => inNode24('src/main.ts', 'serve', ...parameters) },
  tiaowen: { model: true, run: (parameters) => inNode24('src/main.ts', ...parameters) },
  eval: { model: true, run: (parameters) => inNode24('src/main.ts', 'eval', ...parameters) },
  'eval:laws': { model: true, run: (parameters) => inNode24('evals/laws.ts', ...parameters) },
  bench: { model: true, page: true, run: (names) => inNode24('bench/main.ts', ...names) },
  test: { model: true, page: true, run: (filters) => runTests({ checkout, node, filters, isLong: false, hasModel: hasModel() }) },
  'test:long': { model: true, page: true, run: (filters) => runTests({ checkout, node, filters, isLong: true, hasModel: hasModel() }) },
  'test:cluster': { model: true, run: (filters) => testCluster(filters) },
  check: { run: () => checkTypes() },
  model: { run: () => inNode24('scripts/model.mjs') },
  screenshots: { model: true, page: true, run: (names) => inNode24('scripts/screenshots.mjs', ...names) },
  page: { run: () => inNode24('scripts/page.mjs') },
  bundle: { model: true, page: true, run: (parameters) => inNode24('scripts/bundle.mjs', ...parameters) },
  prepack: { run: () => inNode24('scripts/library.mjs') },
}

const hasModel = () => isModelPresent(checkout)

/** The program's types and the page's, which know different worlds. */
async function checkTypes() {
  for (const project of TYPED) {
    const ended = await inNode24('node_modules/typescript/bin/tsc', '--noEmit', '-p', project)
    if (ended.code !== 0) return ended
  }
  return { code: 0 }
}

/** Against real servers, which the tests start and end. */
async function testCluster(filters) {
  await obtainServers()
  const isLong = process.env.TIAOWEN_LONG === '1'
  return runTests({ checkout, node, filters: filters.length > 0 ? filters : ['test/cluster'], isLong, isCluster: true, hasModel: hasModel() })
}

async function setUp({ model: needsModel = false, page: needsPage = false }) {
  const isToDo = () => Object.values(missingPackages(checkout)).some(Boolean) || (needsModel && isModelToBeFetched(checkout))
  if (isToDo()) await alone(join(checkout, 'data', 'set-up.lock'), () => setUpAlone(needsModel))
  if (needsPage && isPageStale(checkout)) await alone(join(checkout, 'data', 'set-up.lock'), async () => isPageStale(checkout) && buildPage(checkout, node))
  if (needsModel && !hasModel()) sayWithoutModel()
}

/** The compiler and the network work at the same time. */
async function setUpAlone(needsModel) {
  if (missingPackages(checkout).packages) await installPackages(checkout)
  const { addon, node: needsNode } = missingPackages(checkout)
  await Promise.all([addon && compileAddon(checkout), needsNodeAndModel()])

  async function needsNodeAndModel() {
    if (needsNode) await installNode(checkout)
    if (needsModel && isModelToBeFetched(checkout)) await obtainModel(checkout, node)
  }
}

async function main([name, ...parameters]) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new SetUpError(`Node ${process.versions.node} 太旧：请安装 Node ${OLDEST_NODE} 或更新版本（本项目随后自带 Node 24）。Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or newer; the project then brings Node 24 itself.`)
  }
  const command = COMMANDS[name]
  if (!command) throw new SetUpError(`没有这个命令 no such command: ${name ?? ''} (${Object.keys(COMMANDS).join(', ')})`)
  await setUp(command)
  endAs(await command.run(parameters))
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  say(error instanceof SetUpError ? error.message : `没有料到的错误 unexpected error: ${error?.stack ?? error}`)
  process.exitCode = 1
}
