/** What goes into the bundle, what stays behind, and under which licence it goes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { closureOf, isNeeded, isProgram, LEFT_OUT, packagesIn, STAND_INS } from '../../scripts/bundle/contents.mjs'
import { licenceOf, noticeOf, noticesText } from '../../scripts/bundle/notices.mjs'
import { bundleSbom } from '../../scripts/bundle/sbom.mjs'
import { folderOf } from './temporary.ts'

const machine = { platform: 'linux', arch: 'x64' }
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> }

describe('files of a package', () => {
  test.each([
    ['zod', 'package.json', true],
    ['zod', 'v4/core/parse.js', true],
    ['zod', 'v4/core/parse.d.ts', false],
    ['zod', 'src/v4/core/parse.ts', false],
    ['yaml', 'dist/doc/Document.js', true],
    ['yaml', 'LICENSE', true],
    ['lop', 'test/parser.test.js', false],
    ['openai', 'client.mjs.map', false],
    ['opencc-js', 'LICENSES/Apache-2.0.txt', true],
    ['onnxruntime-node', 'bin/napi-v6/linux/x64/libonnxruntime.so.1', true],
    ['onnxruntime-node', 'bin/napi-v6/linux/arm64/libonnxruntime.so.1', false],
    ['onnxruntime-node', 'bin/napi-v6/win32/x64/DirectML.dll', false],
    ['hnswlib-node', 'build/Release/addon.node', true],
    ['hnswlib-node', 'build/config.gypi', false],
    ['hnswlib-node', 'build/Release/obj.target/addon.node', false],
    ['pdfjs-dist', 'cmaps/GBK-EUC-H.bcmap', true],
    ['pdfjs-dist', 'web/pdf_viewer.mjs', false],
    ['@huggingface/transformers', 'dist/transformers.node.mjs', true],
    ['@huggingface/transformers', 'dist/transformers.web.js', false],
    ['@node-rs/jieba', 'dict.txt', true],
  ])('%s: %s is taken along: %s', (name, path, expected) => {
    expect(isNeeded(name, path, machine)).toBe(expected)
  })
})

test.each([
  ['src/main.ts', true],
  ['src/channels/http/pages/page.css', true],
  ['src/langchain/openai-model.ts', true],
  ['src/langchain/adapter.ts', false],
  ['src/for-langchain.ts', false],
  ['src/channels/web/main.tsx', false],
])('%s is of the program that serves: %s', (path, expected) => {
  expect(isProgram(path)).toBe(expected)
})

test('the packages a source names, whichever way, and no types', () => {
  const text = [
    "import { z } from 'zod'",
    "import type { Bot } from '@slack/web-api'",
    "import { html } from 'hono/html'",
    "// import 'left-pad'",
    "const hnsw = await import('hnswlib-node')",
    "const dict = createRequire(import.meta.url).resolve('@node-rs/jieba/dict.txt')",
    "const { regionData } = createRequire(import.meta.url)('element-china-area-data')",
    "import { readFile } from 'node:fs/promises'",
    "import { own } from './own.ts'",
  ].join('\n')
  expect(packagesIn(text)).toEqual(['@node-rs/jieba', 'element-china-area-data', 'hnswlib-node', 'hono', 'zod'])
})

test('a package comes with what it needs, from the nearest node_modules, and without what is not installed', () => {
  const home = folderOf({
    'node_modules/a/package.json': '{"name":"a","version":"1.0.0","dependencies":{"b":"2"},"optionalDependencies":{"b-darwin":"2"}}',
    'node_modules/a/node_modules/b/package.json': '{"name":"b","version":"2.0.0","dependencies":{"c":"1"}}',
    'node_modules/b/package.json': '{"name":"b","version":"1.0.0"}',
    'node_modules/c/package.json': '{"name":"c","version":"1.0.0","dependencies":{"a":"1","@types/c":"1","global-agent":"1"}}',
    'node_modules/@types/c/package.json': '{"name":"@types/c","version":"1.0.0"}',
    'node_modules/global-agent/package.json': '{"name":"global-agent","version":"4.0.0"}',
    'node_modules/unused/package.json': '{"name":"unused","version":"1.0.0"}',
  })
  const found = closureOf(home, ['a'])
  expect(found.map(({ path, version }) => `${path} ${version}`)).toEqual([
    'node_modules/a 1.0.0',
    'node_modules/a/node_modules/b 2.0.0',
    'node_modules/c 1.0.0',
  ])
})

describe('of the packages that are installed', () => {
  const roots = Object.keys(manifest.dependencies).filter((name) => !(name in LEFT_OUT))
  const packages = closureOf('.', roots)

  test('no tool of development comes along', () => {
    const names = packages.map(({ name }) => name)
    expect(names).toContain('hono')
    for (const name of ['vite', 'vitest', 'typescript', 'playwright-core', 'react', 'onnxruntime-web', 'sharp-libvips']) {
      expect(names).not.toContain(name)
    }
  })

  test('each has a licence with its words, and none forbids passing it on', () => {
    const standIns = Object.keys(STAND_INS)
    const inside = packages.filter(({ name }) => !standIns.includes(name))
    const notices = inside.map((one) => noticeOf('.', one, 'deploy/licences'))
    for (const { texts } of notices) expect(texts.join('').length).toBeGreaterThan(200)
    const known = /^(?:MIT|ISC|BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|0BSD|Python-2\.0|PSF-2\.0|Unlicense|CC0-1\.0|CC-BY-SA-4\.0)$/
    const parts = ({ licence }: { readonly licence: string }) => licence.replace(/[()]/g, '').split(/ (?:AND|OR) /)
    const strange = notices.filter((one) => !parts(one).some((part) => known.test(part)))
    expect(strange.map(({ name, licence }) => `${name}: ${licence}`)).toEqual([])
  })
})

describe('licences', () => {
  test.each([
    [{ license: 'MIT' }, 'MIT'],
    [{ license: { type: 'BSD-2-Clause', url: '' } }, 'BSD-2-Clause'],
    [{ licenses: [{ type: 'MIT' }, { type: 'Apache2' }] }, 'MIT OR Apache2'],
    [{}, ''],
  ])('%j is %s', (given, expected) => {
    expect(licenceOf(given)).toBe(expected)
  })

  const home = () =>
    folderOf({
      'node_modules/a/package.json': '{}',
      'node_modules/a/LICENSE': 'Words of a.\r\n',
      'node_modules/b/package.json': '{}',
      'texts/MIT.txt': 'Permission is granted.\n',
    })
  const a = { name: 'a', version: '1.0.0', path: 'node_modules/a', manifest: { license: 'ISC' } }
  const b = { name: 'b', version: '2.0.0', path: 'node_modules/b', manifest: { license: 'MIT', author: { name: 'Bea' } } }

  test('the words of the package, or the standard ones under the name of its author', () => {
    const folder = home()
    const texts = join(folder, 'texts')
    expect(noticeOf(folder, a, texts)).toEqual({ name: 'a', version: '1.0.0', licence: 'ISC', texts: ['Words of a.'] })
    expect(noticeOf(folder, b, texts).texts).toEqual(['Copyright (c) Bea\n\nPermission is granted.'])
    expect(() => noticeOf(folder, { ...b, manifest: {} }, texts)).toThrow('b@2.0.0 (no licence named): no licence text is known')
  })

  test('words that are the same stand once, below all their names', () => {
    const same = (name: string) => ({ name, version: '1.0.0', licence: 'MIT', texts: ['The same words.'] })
    const text = noticesText([same('a'), same('b')])
    expect(text.match(/The same words\./g)).toHaveLength(1)
    expect(text).toContain('a 1.0.0 (MIT)\nb 1.0.0 (MIT)\n====')
  })
})

test('the list of parts holds what the bundle holds, and nothing of the machine that made it', () => {
  const part = (name: string) => ({
    'bom-ref': `${name}@1.0.0`,
    name,
    version: '1.0.0',
    externalReferences: [{ type: 'distribution', url: 'https://mirror.example/a.tgz' }, { type: 'vcs', url: 'https://example.org/a' }],
    properties: [{ name: 'cdx:npm:package:path', value: `node_modules/${name}` }],
  })
  const bom = {
    bomFormat: 'CycloneDX',
    serialNumber: 'urn:uuid:1',
    metadata: { timestamp: '2026-01-01T00:00:00Z', component: { 'bom-ref': 'tiaowen@0.1.0', name: 'some-folder' } },
    components: [part('vite'), part('hono')],
    dependencies: [
      { ref: 'tiaowen@0.1.0', dependsOn: ['vite@1.0.0', 'hono@1.0.0'] },
      { ref: 'vite@1.0.0', dependsOn: [] },
    ],
  }
  const bundle = { version: '0.1.0', packages: [{ name: 'hono', version: '1.0.0' }], more: [{ 'bom-ref': 'model', name: 'model' }] }
  const made = bundleSbom(bom, bundle)
  expect(made.components.map(({ name }: { name: string }) => name)).toEqual(['hono', 'model'])
  expect(made.dependencies).toEqual([{ ref: 'tiaowen@0.1.0', dependsOn: ['hono@1.0.0'] }])
  expect(made.metadata.component.name).toBe('tiaowen')
  expect(JSON.stringify(made)).not.toMatch(/mirror|node_modules|serialNumber|timestamp|some-folder/)
  const unknown = { ...bundle, packages: [{ name: 'hono', version: '2.0.0' }] }
  expect(() => bundleSbom(bom, unknown)).toThrow('npm sbom does not list hono@2.0.0')
})
