/** The layers hold: an import points to what stands before it in the flow, or not at all. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMPUTED, outsideOf, type SourceFile, specifiersIn, straysIn } from './architecture.ts'

test('every import of the project keeps to the layers', () => {
  const files = ['src', 'evals'].flatMap(sourcesIn)
  expect(files.length).toBeGreaterThan(5)
  expect(straysIn(files)).toEqual([])
})

describe('a planted stray import is caught and named', () => {
  test.each([
    ['src/clauses/b.ts', "import { a } from '../documents/a.ts'", 'src/documents/a.ts'],
    ['src/clauses/b.ts', "import type { A } from '../documents/a.ts'", 'src/documents/a.ts'],
    ['src/clauses/b.ts', "import {\n  a, // from './here.ts'\n} from '../documents/a.ts'", 'src/documents/a.ts'],
    ['src/clauses/b.ts', 'import "../documents/a.ts"', 'src/documents/a.ts'],
    ['src/chunks/b.ts', "export { a } from '../retrieval/a.ts'", 'src/retrieval/a.ts'],
    ['src/chunks/b.ts', "export * from '../retrieval/a.ts'", 'src/retrieval/a.ts'],
    ['src/store/b.ts', "const a = await import('../clauses/a.ts')", 'src/clauses/a.ts'],
    ['src/store/b.ts', 'const a = `${await import(`../clauses/a.ts`)}`', 'src/clauses/a.ts'],
    ['src/store/b.ts', 'const a = await import(name)', COMPUTED],
    ['src/answering/b.ts', "import '../channels/http/app.ts'", 'src/channels/http/app.ts'],
    ['src/answering/b.ts', "import { embed } from '../embedding/worker.ts'", 'src/embedding/worker.ts'],
    ['src/answering/b.ts', "import { openCurrent } from '../store/generations.ts'", 'src/store/generations.ts'],
    ['src/channels/http/b.ts', "import { retrieve } from '../../retrieval/retrieve.ts'", 'src/retrieval/retrieve.ts'],
    ['src/documents/b.ts', "new Worker(new URL('../embedding/worker.ts', import.meta.url))", 'src/embedding/worker.ts'],
    ['src/app.ts', "import { serve } from './channels/http/serve.ts'", 'src/channels/http/serve.ts'],
    ['src/main.ts', "import { parseDocument } from './clauses/tree.ts'", 'src/clauses/tree.ts'],
    ['src/types.ts', "import { PolicyError } from './errors.ts'", 'src/errors.ts'],
    ['src/state/b.ts', "import { changesOf } from '../channels/citation-changes.ts'", 'src/channels/citation-changes.ts'],
    ['evals/b.ts', "import { retrieve } from '../src/retrieval/retrieve.ts'", 'src/retrieval/retrieve.ts'],
    ['src/channels/http/b.ts', "import { Metrics } from '../../telemetry/metrics.ts'", 'src/telemetry/metrics.ts'],
    ['src/clauses/b.ts', "import { a } from '../../test/a.ts'", 'test/a.ts'],
    ['src/elsewhere/b.ts', "import './c.ts'", 'src/elsewhere/c.ts'],
  ])('%s: %s', (path, text, target) => {
    expect(straysIn([{ path, text }])).toEqual([`${path} → ${target}`])
  })

  test.each([
    ['src/answering/b.ts', "import { pipeline } from '@huggingface/transformers'"],
    ['src/retrieval/b.ts', "const { InferenceSession } = await import('onnxruntime-node')"],
    ['src/retrieval/exact-index.ts', "import hnswlib from 'hnswlib-node'"],
    ['src/answering/b.ts', "import { ChatPromptTemplate } from '@langchain/core/prompts'"],
    ['src/app.ts', "import { HNSWLib } from '@langchain/community/vectorstores/hnswlib'"],
    ['src/app.ts', "import { Hono } from 'hono'"],
    ['src/channels/wire.ts', "import { html } from 'hono/html'"],
    ['src/retrieval/b.ts', "import { readFile } from 'node:fs/promises'"],
    ['src/answering/b.ts', "import fs from 'node:fs'"],
    ['src/clauses/b.ts', "import { createHash } from 'node:crypto'"],
    ['src/clauses/b.ts', "import { z } from 'zod'"],
    ['src/answering/written/b.ts', "import { createHash } from 'node:crypto'"],
    ['src/documents/pdf-rows.ts', "import { getDocument } from 'pdfjs-dist'"],
    ['src/documents/b.ts', "import lodash from 'lodash'"],
    ['src/app.ts', "import { pino } from 'pino'"],
    ['src/channels/http/b.ts', "import { Counter } from 'prom-client'"],
    ['src/answering/b.ts', "import { trace } from '@opentelemetry/api'"],
    ['src/telemetry/traces.ts', "import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'"],
    ['src/channels/http/b.ts', "import { DatabaseSync } from 'node:sqlite'"],
    ['src/documents/b.ts', "import { readFile } from 'fs'"],
    ['src/retrieval/b.ts', "const hnswlib = createRequire(import.meta.url)\nrequire('hnswlib-node')"],
  ])('%s: %s', (path, text) => {
    const specifier = /.*'(.*)'/.exec(text)![1]
    expect(straysIn([{ path, text }])).toEqual([`${path} → ${specifier}`])
  })

  test('and so is a second reader of the environment', () => {
    const text = "const port = process.env['TIAOWEN_PORT']"
    expect(straysIn([{ path: 'src/channels/cli.ts', text }])).toEqual(['src/channels/cli.ts → process.env'])
    expect(straysIn([{ path: 'src/config.ts', text }])).toEqual([])
  })
})

describe('what is no stray is left alone', () => {
  test.each([
    ['src/chunks/b.ts', "import { a } from '../clauses/a.ts'"],
    ['src/clauses/deep/b.ts', "import { a } from '../a.ts'"],
    ['src/store/b.ts', "import { PolicyError } from '../errors.ts'"],
    ['src/retrieval/hnsw-index.ts', "const hnswlib = await import('hnswlib-node')"],
    ['src/channels/http/b.ts', "import { serve } from '@hono/node-server'"],
    ['evals/run.ts', "import { openAssistant } from '../src/app.ts'"],
    ['src/clauses/b.ts', "// import '../documents/a.ts'\n/* import('../documents/a.ts') */"],
    ['src/clauses/b.ts', 'const text = "import \'../documents/a.ts\'"'],
    ['src/clauses/b.ts', "const text = `import '../documents/a.ts' ${1} from '../documents/a.ts'`"],
    ['src/clauses/b.ts', "const quote = /['\"`]/\nexport const a = quote // from '../documents/a.ts'"],
  ])('%s: %s', (path, text) => {
    expect(straysIn([{ path, text }])).toEqual([])
  })
})

test('imports are read in order, in every form', () => {
  const text = [
    "import a, { type B } from './1.ts'",
    "import * as c from './2.ts'",
    "import './3.ts'",
    "export type { D } from './4.ts'",
    'export { e }',
    "export * as f from './5.ts'",
    "const half = (1 + 2) / 2, g = (await import('./6.ts')).default / 2",
    "const from = 'x'; export const h = from; import.meta.url",
    "import { type I, j } from './7.ts'",
  ].join('\n')
  expect(specifiersIn(text)).toEqual(['./1.ts', './2.ts', './3.ts', './4.ts', './5.ts', './6.ts', './7.ts'])
})

describe('what the page shares with the other channels runs in a browser', () => {
  const SHARED_WITH_THE_PAGE = ['src/channels/render.ts', 'src/channels/segments.ts', 'src/channels/citation-forms.ts']

  test('it reaches no package and no module of Node', () => {
    expect(outsideOf(SHARED_WITH_THE_PAGE, (path) => readFileSync(path, 'utf8'))).toEqual([])
  })

  test('what is reached by way of others is named; types are not', () => {
    const files: Record<string, string> = {
      'src/a.ts': "import type { C } from './c.ts'\nimport { b } from './b.ts'\nimport words from './words.json' with { type: 'json' }",
      'src/b.ts': "import { type D, d } from './deep/d.ts'\nimport './a.ts'",
      'src/c.ts': "import { readFileSync } from 'node:fs'",
      'src/deep/d.ts': "import { z } from 'zod'\nexport type { E } from 'node:http'",
    }
    expect(outsideOf(['src/a.ts'], (path) => files[path])).toEqual(['src/deep/d.ts → zod'])
  })
})

/** TypeScript files below a folder; none when there is no such folder. */
function sourcesIn(folder: string): SourceFile[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[mc]?[jt]sx?$/.test(file))
    .map((file) => join(folder, file).replaceAll('\\', '/'))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
}
