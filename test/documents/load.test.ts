/** Folders become source texts: the five seeds in exact values, and everything that can be wrong with a folder. */
import { chmod, copyFile, cp, mkdir, mkdtemp, open, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sha256 } from '../../src/documents/files.ts'
import { readLibraryList, saveLibraryList } from '../../src/documents/library-list.ts'
import type { LibraryList, RemovedDocument } from '../../src/documents/library-list.ts'
import { loadFolder } from '../../src/documents/load.ts'
import type { LoadedFolders } from '../../src/documents/load.ts'
import { readStoredText } from '../../src/documents/registry.ts'
import type { SourceText } from '../../src/types.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tiaowen-load-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** Everything a seed states, in one view. */
function view(document: SourceText): unknown {
  const { title, issuer, documentNumber, passed, published, effective } = document.header
  const stated = { title, issuer, documentNumber, passed, published, effective }
  const lines = document.text.split('\n').filter((line) => line !== '')
  return {
    id: document.id,
    source: document.source,
    ...Object.fromEntries(Object.entries(stated).flatMap(([key, fact]) => (fact ? [[key, fact.value]] : []))),
    shortNames: document.shortNames,
    first: lines[0]?.slice(0, 10),
    body: document.text.slice(document.bodyStart).split('\n')[0]?.slice(0, 10),
    last: lines.at(-1)?.slice(-10),
    length: document.text.length,
    dropped: document.dropped.map(({ line, reason, text }) => `${line} ${reason} ${text.slice(0, 12)}`.trimEnd()),
  }
}

describe('the five seeds', () => {
  let seeds: LoadedFolders
  beforeAll(async () => {
    const data = await mkdtemp(join(tmpdir(), 'tiaowen-seeds-'))
    seeds = await loadFolder({ folders: ['seeds'], dataFolder: data })
    await rm(data, { recursive: true, force: true })
  })

  test('are all loaded, in order', () => {
    expect(seeds.documents.map(({ source }) => source)).toEqual([
      '000_76b057a27a625e20.txt', '001_c3e04e6f9f8af2f3.txt', '002_19591aa6ab4e6a68.txt', '003_64014263bb8856a1.txt',
      '004_16cbea4428e1ec43.txt',
    ])
    expect(seeds.skipped).toEqual([])
    expect(seeds.notices).toEqual([])
  })

  test('000: title, issuer and date above; source line and site name left out below', () => {
    expect(view(seeds.documents[0]!)).toEqual({
      id: 'd-9ded11058d77',
      source: '000_76b057a27a625e20.txt',
      title: '中共杭州市委关于全面学习把握落实党的二十大精神 加快打造世界一流的社会主义现代化国际大都市 努力成为中国式现代化城市范例的决定',
      issuer: '中共杭州市委',
      published: '2023-01-09',
      shortNames: ['决定'],
      first: '中共杭州市委关于全面',
      body: '三、推进现代化战略支',
      last: '空产业创新发展高地。',
      length: 3980,
      dropped: ['34 footer', '35 byline 来源:杭州日报 作者:', '36 footer 杭州宣传网'],
    })
  })

  test('001: no title and no date; the body that stands twice is kept once', () => {
    const seed = seeds.documents[1]!
    expect(view({ ...seed, dropped: [] })).toEqual({
      id: 'd-c05638e1e82e',
      source: '001_c3e04e6f9f8af2f3.txt',
      shortNames: ['决定'],
      first: '中国共产党杭州市第十',
      body: '中国共产党杭州市第十',
      last: '风清气正的政治生态。',
      length: 13875,
      dropped: [],
    })
    expect(seed.dropped.map(({ line }) => line)).toEqual(Array.from({ length: 53 }, (_, index) => 54 + index))
    expect(seed.dropped.every(({ reason }) => reason === 'repeated-body')).toBe(true)
  })

  test('002: navigation left out above; the date line stays; passed and published are kept apart', () => {
    expect(view(seeds.documents[2]!)).toEqual({
      id: 'd-a59553b14512',
      source: '002_19591aa6ab4e6a68.txt',
      title: '杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定',
      issuer: '杭州市人民代表大会常务委员会',
      passed: '2022-06-29',
      published: '2022-07-11',
      shortNames: ['大走廊决定'],
      first: '杭州市人民代表大会常',
      body: '为进一步贯彻习近平总',
      last: '委会将适时开展监督。',
      length: 2886,
      dropped: ['1 navigation 当前位置:首页', '2 navigation >> 决议决定 >> 决'],
    })
  })

  test('003: a fragment without title and date, kept whole', () => {
    expect(view(seeds.documents[3]!)).toEqual({
      id: 'd-ba6a5c4bf863',
      source: '003_64014263bb8856a1.txt',
      shortNames: ['规划建议'],
      first: '二、做深做透“两篇大',
      body: '二、做深做透“两篇大',
      last: '用公共基础设施建设。',
      length: 2952,
      dropped: [],
    })
  })

  test('004: the headline is the title; buttons, byline and lists of links are left out', () => {
    expect(view(seeds.documents[4]!)).toEqual({
      id: 'd-faf62bb8edd5',
      source: '004_16cbea4428e1ec43.txt',
      title: '聚焦“深化改革、强基固本”主题年 杭州“新春第一会”给出“任务书”“作战图”',
      published: '2024-02-19',
      shortNames: ['新春第一会'],
      first: '聚焦“深化改革、强基',
      body: '2月18日下午,杭州',
      last: '梦想、更多期待前进。',
      length: 2316,
      dropped: [
        '1 navigation 设为首页', '2 navigation', '3 navigation 新闻热线:\u00a0\u00a0\u00a00571', '4 navigation', '7 share 分享到:',
        '48 footer', '49 footer', '50 byline 【来源:杭州日报\u00a0\u00a0作者', '51 link-list   • 时政', '52 link-list   • 经济',
        '53 link-list   • 城建', '54 link-list   • 文化', '55 link-list   • 民生', '56 link-list   • 墅评', '57 footer',
        '58 link-list 新闻网站: 人民网 新华', '59 footer', '60 link-list 政府门户网: 杭州市政府',
      ],
    })
  })

  test('are whole lines of their files, in order, with nothing rewritten', async () => {
    for (const { source, text, textSha256, fileSha256, dropped } of seeds.documents) {
      const bytes = await readFile(join('seeds', source))
      const lines = bytes.toString('utf8').split(/(?<=\n)/)
      const left = new Set(dropped.map(({ line }) => line))
      expect(lines.filter((_, index) => !left.has(index + 1)).join('')).toBe(text)
      expect(dropped.every(({ line, text: words }) => lines[line - 1]?.replace(/\n$/, '') === words)).toBe(true)
      expect([textSha256, fileSha256]).toEqual([sha256(text), sha256(bytes)])
    }
  })
})

describe('a folder of an operator', () => {
  const docs = () => join(root, 'docs')
  const data = () => join(root, 'data')
  const load = (...folders: string[]) =>
    loadFolder({ folders: folders.length > 0 ? folders : [docs()], dataFolder: data() })
  const put = async (path: string, content: string | Uint8Array) => {
    await mkdir(join(docs(), path, '..'), { recursive: true })
    await writeFile(join(docs(), path), content)
  }
  const byId = (loaded: LoadedFolders) => Object.fromEntries(loaded.documents.map(({ source, id }) => [source, id]))

  test('is read through its subfolders; two files named 附则.md are two documents', async () => {
    await put('甲条例/附则.md', '# 附则\n\n第一条 甲。')
    await put('乙条例/附则.md', '# 附则\n\n第一条 甲。')
    const { documents } = await load()
    expect(documents.map(({ source }) => source)).toEqual(['乙条例/附则.md', '甲条例/附则.md'])
    expect(new Set(documents.map(({ id }) => id)).size).toBe(2)
  })

  test('loads what it can and lists the rest with the reason', async () => {
    await put('决定.txt', '第一条 为了。')
    await put('坏.txt', Buffer.from([0xff, 0xd0, 0x41]))
    await put('扫描.pdf', '%PDF')
    await put('.DS_Store', 'hidden')
    await put('.git/决定.txt', '第一条 为了。')
    await writeFile(join(root, '外.txt'), '第一条 外。')
    await symlink(join(root, '外.txt'), join(docs(), '外.txt'))
    await symlink(root, join(docs(), '上'))
    const { documents, skipped } = await load()
    expect(documents.map(({ source }) => source)).toEqual(['决定.txt'])
    expect(skipped.map(({ source, code }) => `${source} ${code}`).sort()).toEqual([
      '上 file-unreadable', '坏.txt file-encoding', '外.txt file-unreadable', '扫描.pdf file-format',
    ])
  })

  test('keeps ids over renaming and replacing, and the replaced text can still be read', async () => {
    await put('决定.txt', '第一条 旧。\n')
    await put('条例.txt', '第一条 条例。\n')
    const first = await load()
    await writeFile(join(docs(), '决定.txt'), '第一条 新。\n')
    await rename(join(docs(), '条例.txt'), join(docs(), '条例2023.txt'))
    const second = await load()
    expect(byId(second)).toEqual({ '决定.txt': byId(first)['决定.txt'], '条例2023.txt': byId(first)['条例.txt'] })
    expect(await readStoredText(data(), sha256('第一条 旧。\n'))).toBe('第一条 旧。\n')
  })

  test('is never written to', async () => {
    await put('决定.txt', '第一条 为了。')
    await load()
    expect(await readdir(docs())).toEqual(['决定.txt'])
    expect((await readdir(data())).sort()).toEqual(['documents', 'documents.json', 'texts'])
  })

  test('loaded a second time writes nothing', async () => {
    await put('决定.txt', '第一条 为了。')
    await load()
    const before = await readFile(join(data(), 'documents.json'), 'utf8')
    await load()
    expect(await readFile(join(data(), 'documents.json'), 'utf8')).toBe(before)
    expect((await readdir(data())).sort()).toEqual(['documents', 'documents.json', 'texts'])
  })

  test('with a damaged registry keeps the ids of files that were not renamed, and says what happened', async () => {
    await put('决定.txt', '第一条 为了。')
    const first = await load()
    await writeFile(join(data(), 'documents.json'), 'torn')
    const second = await load()
    expect(byId(second)).toEqual(byId(first))
    expect(second.notices).toHaveLength(1)
    expect((await load()).notices).toEqual([])
  })

  test('takes the operator’s statements and says that they are his', async () => {
    await put('规划.txt', '二、做深做透。\n(6)深化改革。\n')
    const statement = '{title: 规划建议, published: 2025-12-01, shortNames: [规划建议]}'
    await put('documents.yaml', `documents:\n  规划.txt: ${statement}\n`)
    const { documents, skipped } = await load()
    expect(documents[0]?.header).toEqual({
      title: { value: '规划建议', from: 'operator' },
      published: { value: '2025-12-01', from: 'operator' },
    })
    expect(documents[0]?.shortNames).toEqual(['规划建议'])
    expect(skipped).toEqual([])
  })

  test('with a wrong statement is refused as a whole: a correction must not be lost silently', async () => {
    await put('规划.txt', '二、做深做透。')
    await put('documents.yaml', 'documents:\n  规划.txt:\n    标题: 规划建议\n')
    await expect(load()).rejects.toMatchObject({
      code: 'sidecar-invalid',
      message: expect.stringContaining('documents.yaml 第 3 行：documents → 规划.txt → 标题：没有这个字段'),
    })
  })

  test('given twice is loaded once; two folders of one name stay apart', async () => {
    await put('决定.txt', '第一条 为了。')
    await cp(docs(), join(root, 'b', 'docs'), { recursive: true })
    expect((await load(docs(), docs())).documents).toHaveLength(1)
    const both = await load(docs(), join(root, 'b', 'docs'))
    expect(new Set(both.documents.map(({ id }) => id)).size).toBe(2)
    const reversed = await load(join(root, 'b', 'docs'), docs())
    expect(reversed.documents.map(({ id }) => id)).toEqual(both.documents.map(({ id }) => id).toReversed())
  })

  test('that is missing is named', async () => {
    await expect(load(join(root, '没有'))).rejects.toMatchObject({ code: 'folder-missing' })
  })

  test('names its files in NFC with /', async () => {
    await put('e\u0301te\u0301/决定.txt', '第一条 为了。')
    await put('documents.yaml', 'documents:\n  "\u00e9t\u00e9/决定.txt": {shortNames: [决定]}\n')
    const { documents } = await load()
    expect(documents.map(({ source, shortNames }) => [source, shortNames])).toEqual([['\u00e9t\u00e9/决定.txt', ['决定']]])
  })

  test('reads a page and GB18030 beside plain text', async () => {
    await mkdir(docs(), { recursive: true })
    await copyFile('test/fixtures/documents/notice.html', join(docs(), 'notice.html'))
    await copyFile('test/fixtures/documents/gb18030.txt', join(docs(), '大走廊.txt'))
    const { documents } = await load()
    const seen = documents.map(({ format, encoding, header, text }) => [
      format, encoding, header.title?.value, text.length,
    ])
    expect(seen).toEqual([
      ['html', 'utf-8', '关于公布市级行政规范性文件目录的通知', 128],
      ['txt', 'gb18030', '杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定', 2886],
    ])
  })

  describe('that is worked on while it is read', () => {
    const readWhile = (disturb: (path: string, time: number) => Promise<unknown>) => {
      let time = 0
      return loadFolder({
        folders: [docs()],
        dataFolder: data(),
        read: async (path) => {
          const bytes = await readFile(path)
          time += 1
          await disturb(path, time)
          return bytes
        },
      })
    }

    test('a file written to once is read again: the text is its second version', async () => {
      await put('决定.txt', '第一条 旧。\n')
      const { documents, skipped } = await readWhile(async (path, time) => time === 1 && writeFile(path, '第一条 新文。\n'))
      expect(documents.map(({ text }) => text)).toEqual(['第一条 新文。\n'])
      expect(skipped).toEqual([])
    })

    test('a file of the same length put in its place is read again', async () => {
      await put('决定.txt', '第一条 旧。\n')
      const { documents } = await readWhile(async (path, time) => {
        if (time > 2) return
        await writeFile(join(root, 'new.txt'), '第一条 新。\n')
        await rename(join(root, 'new.txt'), path)
      })
      expect(documents.map(({ text }) => text)).toEqual(['第一条 新。\n'])
    })

    test('a file written to again and again is left out, with the reason; the rest is loaded', async () => {
      await put('日志.txt', '第一条 甲。\n')
      await put('决定.txt', '第一条 为了。\n')
      let reads = 0
      const { documents, skipped } = await readWhile(async (path) => {
        if (!path.endsWith('日志.txt')) return
        reads += 1
        await writeFile(path, '第一条 甲。\n'.repeat(reads + 1))
      })
      expect(reads).toBe(3)
      expect(documents.map(({ source }) => source)).toEqual(['决定.txt'])
      expect(skipped).toEqual([
        {
          folder: 'docs',
          source: '日志.txt',
          code: 'file-unreadable',
          message: '日志.txt 在读取时不断被改写（读了 3 次），未读取。请等写入完成后重新建立索引。',
        },
      ])
    })

    test('a real writer never leaves half of one version and half of another', async () => {
      const versions = ['甲', '乙'].map((word) => `第一条 ${word.repeat(400_000)}\n`)
      await put('决定.txt', versions[0] ?? '')
      let going = true
      const writer = (async () => {
        const file = await open(join(docs(), '决定.txt'), 'r+')
        for (let round = 0; going; round += 1) await file.write(Buffer.from(versions[round % 2] ?? ''), 0, null, 0)
        await file.close()
      })()
      const loaded = await load()
      going = false
      await writer
      const [document] = loaded.documents
      if (document) expect(versions).toContain(document.text)
      else expect(loaded.skipped[0]?.message).toMatch(/^决定\.txt 在读取时不断被改写/)
      expect(loaded.documents.length + loaded.skipped.length).toBe(1)
    })

    test('a file deleted between listing and reading is said to be gone', async () => {
      await put('一.txt', '第一条 为了。\n')
      await put('二.txt', '第一条 为了。\n')
      const { documents, skipped } = await readWhile(() => rm(join(docs(), '二.txt'), { force: true }))
      expect(documents.map(({ source }) => source)).toEqual(['一.txt'])
      expect(skipped).toEqual([
        {
          folder: 'docs',
          source: '二.txt',
          code: 'file-unreadable',
          message: '二.txt 在读取前已被删除或移走，未读取。如仍需要，请放回文件夹后重新建立索引。',
        },
      ])
    })
  })

  test.skipIf(process.getuid?.() === 0)('with a file it may not open loads the rest', async () => {
    await put('密.txt', '第一条 密。')
    await put('明.txt', '第一条 明。')
    await chmod(join(docs(), '密.txt'), 0)
    const { documents, skipped } = await load()
    expect(documents.map(({ source }) => source)).toEqual(['明.txt'])
    expect(skipped).toEqual([{ folder: 'docs', source: '密.txt', code: 'file-unreadable', message: '密.txt 无法读取（EACCES）。请检查文件权限。' }])
  })

  test('a file the system will not read is listed with the system’s word', async () => {
    await put('密.txt', '第一条 密。')
    await put('明.txt', '第一条 明。')
    const read = async (path: string) => {
      if (path.endsWith('密.txt')) throw Object.assign(new Error('denied'), { code: 'EACCES' })
      return readFile(path)
    }
    const { documents, skipped } = await loadFolder({ folders: [docs()], dataFolder: data(), read })
    expect(documents.map(({ source }) => source)).toEqual(['明.txt'])
    expect(skipped.map(({ message }) => message)).toEqual(['密.txt 无法读取（EACCES）。请检查文件权限。'])
  })

  test('lists empty files, files of blanks and broken encodings, each with its sentence', async () => {
    await put('决定.txt', '第一条 为了。')
    await put('空.txt', '')
    await put('白.md', ' \n\u3000\n')
    await put('标记.txt', Buffer.from([0xef, 0xbb, 0xbf]))
    await put('截断.txt', Buffer.from('第一条 为了规范，制定本法。'.repeat(3)).subarray(0, -1))
    await put('自称.txt', Buffer.from([0xef, 0xbb, 0xbf, 0xe4, 0xb8, 0x80, 0xff]))
    await put('十六.txt', Buffer.from('第一条 为了。', 'utf16le'))
    await put('空字节.txt', Buffer.from('第一条\0为了。'))
    await put('标十六.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('第一条 为了。', 'utf16le')]))
    const { documents, skipped } = await load()
    expect(documents.map(({ source, encoding, text }) => [source, encoding, text])).toEqual([
      ['决定.txt', 'utf-8', '第一条 为了。'],
      ['标十六.txt', 'utf-16le', '第一条 为了。'],
    ])
    expect(skipped.map(({ source, code, message }) => `${source} ${code} ${message}`).sort()).toEqual([
      '十六.txt file-format 十六.txt 第 3 字节是空字节，像是二进制文件或无标记的 UTF-16。请用编辑器打开并另存为 UTF-8 文本。',
      '截断.txt file-encoding 截断.txt 既不是 UTF-8（第 1 行有不合的字节），也不是 GB18030。请用编辑器打开并另存为 UTF-8 文本。',
      '标记.txt file-format 标记.txt 里没有文字。请检查文件是否完整，或将其移出文件夹。',
      '白.md file-format 白.md 里没有文字。请检查文件是否完整，或将其移出文件夹。',
      '空.txt file-format 空.txt 里没有文字，是空文件（0 字节）。可能没有下载或保存完整，请重新取得后再放入。',
      '空字节.txt file-format 空字节.txt 第 10 字节是空字节，像是二进制文件或无标记的 UTF-16。请用编辑器打开并另存为 UTF-8 文本。',
      '自称.txt file-encoding 自称.txt 自称是 utf-8，但有字节不合该编码。请用编辑器打开并另存为 UTF-8 文本。',
    ])
  })
})

describe('a library that people changed', () => {
  const docs = () => join(root, 'docs')
  const data = () => join(root, 'data')
  const uploads = () => join(data(), 'documents')
  const load = () => loadFolder({ folders: [docs()], dataFolder: data() })
  const ids = (loaded: LoadedFolders) => Object.fromEntries(loaded.documents.map(({ source, id }) => [source, id]))
  const listed = (list: Partial<LibraryList>) => saveLibraryList(data(), { removed: [], replacements: [], ...list })
  const removed = (id: string, origin: RemovedDocument['origin'] = 'folder'): RemovedDocument => ({
    id,
    origin,
    source: '决定.txt',
    title: '决定',
    removedAt: '2026-03-01T08:00:00.000Z',
  })
  beforeEach(async () => {
    await mkdir(docs())
    await writeFile(join(docs(), '决定.txt'), '第一条 甲。\n')
    await mkdir(uploads(), { recursive: true })
  })

  test('has the uploads after the folders, each name a document of its own', async () => {
    await writeFile(join(uploads(), '决定.txt'), '第一条 乙。\n')
    const { documents } = await load()
    expect(documents.map(({ source, text }) => `${source} ${text}`)).toEqual(['决定.txt 第一条 甲。\n', '决定.txt 第一条 乙。\n'])
    expect(new Set(documents.map(({ id }) => id)).size).toBe(2)
  })

  test('keeps the ids of uploads when the data folder moves', async () => {
    await writeFile(join(uploads(), '办法.txt'), '第一条 乙。\n')
    const before = ids(await load())
    await cp(data(), join(root, 'moved'), { recursive: true })
    expect(ids(await loadFolder({ folders: [docs()], dataFolder: join(root, 'moved') }))).toEqual(before)
  })

  test('has no document that was taken out; its file is as it was, and it comes back with its id', async () => {
    const before = ids(await load())
    await listed({ removed: [removed(before['决定.txt']!)] })
    const without = await load()
    expect([ids(without), without.skipped]).toEqual([{}, []])
    expect(await readFile(join(docs(), '决定.txt'), 'utf8')).toBe('第一条 甲。\n')
    await writeFile(join(docs(), '决定.txt'), '第一条 改。\n')
    expect(ids(await load())).toEqual({})
    await listed({})
    expect(ids(await load())).toEqual(before)
  })

  test('a file taken out stays out when it is renamed', async () => {
    const before = ids(await load())
    await listed({ removed: [removed(before['决定.txt']!)] })
    await rename(join(docs(), '决定.txt'), join(docs(), '旧决定.txt'))
    expect(ids(await load())).toEqual({})
    await listed({})
    expect(ids(await load())).toEqual({ '旧决定.txt': before['决定.txt'] })
  })

  test('the same bytes uploaded anew are another document than the one in the trash', async () => {
    await writeFile(join(uploads(), '办法.txt'), '第一条 乙。\n')
    const before = ids(await load())
    await rm(join(uploads(), '办法.txt'))
    await listed({ removed: [removed(before['办法.txt']!, 'upload')] })
    await writeFile(join(uploads(), '办法 (2).txt'), '第一条 乙。\n')
    const after = ids(await load())
    expect(Object.keys(after)).toEqual(['决定.txt', '办法 (2).txt'])
    expect(after['办法 (2).txt']).not.toBe(before['办法.txt'])
  })

  test('an upload in the place of a file is that document, with its id, once it is there; the file is named', async () => {
    const before = ids(await load())
    const id = before['决定.txt']!
    await listed({ replacements: [{ id, source: '新决定.md', over: [{ folder: 'docs', source: '决定.txt' }] }] })
    expect(ids(await load())).toEqual(before)
    await writeFile(join(uploads(), '新决定.md'), '第一条 新。\n')
    const after = await load()
    expect(ids(after)).toEqual({ '新决定.md': id })
    expect(after.skipped).toEqual([
      {
        folder: 'docs',
        source: '决定.txt',
        code: 'replaced',
        message: '决定.txt 已由上传的 新决定.md 代替，未收录。要改用文件夹里的这一份，请给它改名。',
      },
    ])
    expect(await readStoredText(data(), sha256('第一条 甲。\n'))).toBe('第一条 甲。\n')
    await rename(join(docs(), '决定.txt'), join(docs(), '原决定.txt'))
    expect(Object.keys(ids(await load()))).toEqual(['原决定.txt', '新决定.md'])
  })

  test('and where that upload was taken out, the file does not come back in its stead', async () => {
    const id = ids(await load())['决定.txt']!
    const replacements = [{ id, source: '新决定.md', over: [{ folder: 'docs', source: '决定.txt' }] }]
    await listed({ replacements, removed: [removed(id, 'upload')] })
    expect(ids(await load())).toEqual({})
  })

  test('whose list is damaged is not loaded, for nothing that was taken out may come back by itself', async () => {
    await listed({ removed: [removed('d-000000000001')] })
    const path = join(data(), 'library.json')
    const json = await readFile(path, 'utf8')
    await writeFile(path, json.replace('d-000000000001', 'd-000000000002'))
    await expect(load()).rejects.toMatchObject({ code: 'sidecar-invalid' })
    await rm(path)
    expect(await readLibraryList(data())).toEqual({ removed: [], replacements: [] })
  })
})
