/** A document stays the same document when its file is replaced, renamed or moved to another machine. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sha256 } from '../../src/documents/files.ts'
import {
  EMPTY_REGISTRY, identify, labelFolders, openRegistry, readStoredText, saveRegistry, storeText, textStatus, withText,
} from '../../src/documents/registry.ts'
import type { FoundFile, Registry } from '../../src/documents/registry.ts'

const NOW = new Date('2026-01-02T03:04:05.000Z')

let data: string
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'tiaowen-registry-'))
})
afterEach(() => rm(data, { recursive: true, force: true }))

const file = (source: string, words: string, folder = 'seeds'): FoundFile => {
  return { folder, source, fileSha256: sha256(words) }
}

/** The registry after these files were loaded, and the id of each by its source. */
function loaded(registry: Registry, files: readonly FoundFile[]): { registry: Registry; ids: Record<string, string> } {
  const ids = identify(registry, files)
  const documents = { ...registry.documents }
  for (const [found, id] of ids) documents[id] = withText(documents[id], found, found.fileSha256, NOW)
  return {
    registry: { folders: registry.folders, documents },
    ids: Object.fromEntries([...ids].map(([{ folder, source }, id]) => [`${folder}/${source}`, id])),
  }
}

describe('the id of a document', () => {
  test('is the same on every machine', () => {
    const { ids } = loaded(EMPTY_REGISTRY, [file('000_76b057a27a625e20.txt', '决定')])
    expect(ids).toEqual({ 'seeds/000_76b057a27a625e20.txt': 'd-9ded11058d77' })
    expect(sha256('seeds/000_76b057a27a625e20.txt').slice(0, 12)).toBe('9ded11058d77')
  })

  test('stays when the file is replaced, and the earlier text is remembered as replaced', () => {
    const first = loaded(EMPTY_REGISTRY, [file('决定.txt', '旧')])
    const second = loaded(first.registry, [file('决定.txt', '新')])
    expect(second.ids).toEqual(first.ids)
    const known = second.registry.documents[second.ids['seeds/决定.txt'] ?? '']
    expect(textStatus(known, sha256('新'))).toBe('current')
    expect(textStatus(known, sha256('旧'))).toBe('superseded')
    expect(textStatus(known, sha256('别的'))).toBe('unknown')
  })

  test('stays when the file is renamed', () => {
    const first = loaded(EMPTY_REGISTRY, [file('旧名.txt', '决定')])
    const second = loaded(first.registry, [file('新名.txt', '决定')])
    expect(second.ids['seeds/新名.txt']).toBe(first.ids['seeds/旧名.txt'])
  })

  test('is another when a copy is put beside it', () => {
    const first = loaded(EMPTY_REGISTRY, [file('决定.txt', '决定')])
    const second = loaded(first.registry, [file('决定.txt', '决定'), file('副本.txt', '决定')])
    expect(second.ids['seeds/决定.txt']).toBe(first.ids['seeds/决定.txt'])
    expect(second.ids['seeds/副本.txt']).not.toBe(first.ids['seeds/决定.txt'])
  })

  test('is its own for each of two files named 附则.md', () => {
    const { ids } = loaded(EMPTY_REGISTRY, [file('甲/附则.md', '附则'), file('乙/附则.md', '附则')])
    expect(new Set(Object.values(ids)).size).toBe(2)
  })

  test('is not handed to a new file at an old path whose document was renamed away', () => {
    const first = loaded(EMPTY_REGISTRY, [file('a.txt', '决定')])
    const renamed = loaded(first.registry, [file('b.txt', '决定')])
    const third = loaded(renamed.registry, [file('a.txt', '条例'), file('b.txt', '决定')])
    expect(third.ids['seeds/b.txt']).toBe(first.ids['seeds/a.txt'])
    expect(third.ids['seeds/a.txt']).toBe(`d-${sha256('seeds/a.txt\n1').slice(0, 12)}`)
  })

  test('is kept for a folder that is left out this time', () => {
    const first = loaded(EMPTY_REGISTRY, [file('决定.txt', '决定')])
    const second = loaded(first.registry, [file('决定.txt', '决定', 'ours')])
    expect(second.ids['ours/决定.txt']).not.toBe(first.ids['seeds/决定.txt'])
  })
})

describe('folders', () => {
  test('of one name are told apart, whatever their order, and a moved checkout keeps its label', () => {
    const labels = labelFolders(EMPTY_REGISTRY, ['/a/docs', '/b/docs'])
    expect([...labels]).toEqual([['/a/docs', 'docs'], ['/b/docs', 'docs~2']])
    const known = { folders: { docs: '/a/docs', 'docs~2': '/b/docs' }, documents: {} }
    expect(labelFolders(known, ['/b/docs', '/a/docs']).get('/b/docs')).toBe('docs~2')
    expect(labelFolders(known, ['/moved/docs']).get('/moved/docs')).toBe('docs')
  })
})

describe('documents.json', () => {
  const { registry } = loaded(EMPTY_REGISTRY, [file('决定.txt', '决定')])

  test('is read back as it was written', async () => {
    await saveRegistry(data, EMPTY_REGISTRY, registry)
    expect(await openRegistry(data, NOW)).toEqual({ registry, notices: [] })
    expect(await readdir(data)).toEqual(['documents.json'])
  })

  test('with one changed digit is set aside and said, and the one before it is used', async () => {
    const later = loaded(registry, [file('决定.txt', '新')]).registry
    await saveRegistry(data, EMPTY_REGISTRY, registry)
    await saveRegistry(data, registry, later)
    const path = join(data, 'documents.json')
    const json = await readFile(path, 'utf8')
    const damaged = json.replace(/"fileSha256": "./, (found) => `"fileSha256": "${found.endsWith('0') ? '1' : '0'}`)
    await writeFile(path, damaged)
    const opened = await openRegistry(data, NOW)
    expect(opened.registry).toEqual(registry)
    expect(opened.notices).toEqual([
      `文件登记 ${path} 已损坏，原文件保留为 ${path}.bad-2026-01-02T030405000Z。已改用上一次保存的登记。`,
    ])
    expect(await readFile(`${path}.bad-2026-01-02T030405000Z`, 'utf8')).toBe(damaged)
  })

  test('that is no JSON and has none before it is begun anew, and the loss is said', async () => {
    await writeFile(join(data, 'documents.json'), '{"version":1,')
    const opened = await openRegistry(data, NOW)
    expect(opened.registry).toEqual(EMPTY_REGISTRY)
    expect(opened.notices[0]).toContain('已重新登记：改过名的文件会得到新的编号，它们的旧链接将失效。')
  })
})

describe('stored texts', () => {
  test('are kept under their SHA-256 and read back', async () => {
    const textSha256 = await storeText(data, '第一条 为了\r\n')
    expect(textSha256).toBe(sha256('第一条 为了\r\n'))
    expect(await readStoredText(data, textSha256)).toBe('第一条 为了\r\n')
    expect(await readStoredText(data, sha256('别的'))).toBeUndefined()
    expect(await readStoredText(data, '../documents')).toBeUndefined()
  })

  test('that were changed are refused when read, and mended when stored again', async () => {
    const textSha256 = await storeText(data, '第一条')
    await writeFile(join(data, 'texts', `${textSha256}.txt`), '第二条')
    await expect(readStoredText(data, textSha256)).rejects.toMatchObject({ code: 'index-corrupt' })
    await storeText(data, '第一条')
    expect(await readStoredText(data, textSha256)).toBe('第一条')
  })
})
