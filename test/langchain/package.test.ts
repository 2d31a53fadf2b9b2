/** The package as another program installs it: packed, laid below node_modules, and the example run with it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { suiteFolder } from '../library.ts'

const REGULATION = '某市条例\n\n第一条 为了方便办事，制定本条例。\n第二条 申请材料齐全的，应当在五个工作日内办结。\n'
const QUESTION = '申请材料齐全的几个工作日内办结？'

let home = ''
beforeAll(() => {
  home = suiteFolder()
  execFileSync(process.execPath, ['scripts/library.mjs'])
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }]
  const modules = join(home, 'node_modules')
  mkdirSync(modules)
  execFileSync('tar', ['-xzf', join(home, filename), '-C', modules])
  execFileSync('mv', [join(modules, 'package'), join(modules, 'tiaowen')])
  // what `npm install` would fetch is here already
  symlinkSync(join(process.cwd(), 'node_modules'), join(modules, 'tiaowen', 'node_modules'))
  symlinkSync(join(process.cwd(), 'node_modules', '@langchain'), join(modules, '@langchain'))
  mkdirSync(join(home, 'documents'))
  writeFileSync(join(home, 'documents', '某市条例.txt'), REGULATION)
  cpSync('examples/langchain.mjs', join(home, 'langchain.mjs'))
}, 120_000)

const run = (file: string, ...parameters: string[]): string =>
  execFileSync(process.execPath, [file, ...parameters], { cwd: home, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

test('the example runs in another folder: clauses with their places, and a chain', () => {
  expect(run('langchain.mjs', 'documents', QUESTION)).toBe(
    '《某市条例》第二条：第二条 申请材料齐全的，应当在五个工作日内办结。\n' +
      `1 clauses for: ${QUESTION}\n`,
  )
})

test.skipIf(!existsSync('models/bge-small-zh-v1.5'))('… and embeds where there is a model', () => {
  const model = join(process.cwd(), 'models/bge-small-zh-v1.5')
  expect(run('langchain.mjs', 'documents', QUESTION, model)).toContain('embedding of 512 dimensions')
})

test('the classes are those of LangChain, and nothing else of the package is to be had', () => {
  writeFileSync(
    join(home, 'classes.mjs'),
    `import { Embeddings } from '@langchain/core/embeddings'
import { BaseRetriever } from '@langchain/core/retrievers'
import { TiaowenEmbeddings, TiaowenRetriever, openTiaowen } from 'tiaowen/langchain'
const wrong = await openTiaowen({ folders: ['nowhere'], home: './x' }).catch(({ code }) => code)
const inner = await import('tiaowen/lib/app.js').catch(({ code }) => code)
console.log(JSON.stringify([TiaowenRetriever.prototype instanceof BaseRetriever, TiaowenEmbeddings.prototype instanceof Embeddings, wrong, inner]))
`,
  )
  expect(JSON.parse(run('classes.mjs'))).toEqual([true, true, 'folder-missing', 'ERR_PACKAGE_PATH_NOT_EXPORTED'])
})

test('its types are found and hold', () => {
  writeFileSync(
    join(home, 'typed.mts'),
    `import { openTiaowen, TiaowenRetriever, type ClauseMetadata } from 'tiaowen/langchain'
const { assistant } = await openTiaowen({ folders: ['documents'], home: 'x' })
const [first] = await new TiaowenRetriever({ assistant }).invoke('问')
const metadata: ClauseMetadata | undefined = first?.metadata
export const spoken: string | undefined = metadata?.spoken
// @ts-expect-error no such option
new TiaowenRetriever({ assistant, top: 3 })
`,
  )
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', '--types', 'node']
  const compiler = join(process.cwd(), 'node_modules/typescript/bin/tsc')
  symlinkSync(join(process.cwd(), 'node_modules/@types'), join(home, 'node_modules/@types'))
  const { stdout } = spawnSync(process.execPath, [compiler, ...options, 'typed.mts'], { cwd: home, encoding: 'utf8' })
  expect(stdout).toBe('')
})
