/** People change the library: what counts when, which id it has, what can come back. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readLibraryList } from '../../src/documents/library-list.ts'
import { readStoredText, openRegistry } from '../../src/documents/registry.ts'
import { sha256 } from '../../src/documents/files.ts'
import { PolicyError } from '../../src/errors.ts'
import { bytesOf, DECISION, libraryHome, NEWER, openDesk, RULES } from './library.ts'

const filesIn = (...folder: string[]): string[] => {
  try {
    return readdirSync(join(...folder)).sort()
  } catch {
    return []
  }
}

describe('an upload', () => {
  test('is shown as it was read, and does not count yet', async () => {
    const home = libraryHome()
    const { desk, ids } = await openDesk(home)
    const upload = await desk.stage('办法.txt', bytesOf(RULES))
    expect(upload).toEqual({
      id: upload.id,
      name: '办法.txt',
      bytes: 125,
      format: 'txt',
      title: '预付卡管理办法',
      titleFrom: 'text',
      header: { title: { value: '预付卡管理办法', from: 'text' } },
      clauses: 3,
      length: 45,
      outline: [
        { kind: 'header', path: ['header'], label: '题头', spoken: '题头', start: 0, end: 7, children: [] },
        { kind: 'numbered', path: ['第一条'], label: '第一条', spoken: '第一条', start: 8, end: 28, children: [] },
        { kind: 'numbered', path: ['第二条'], label: '第二条', spoken: '第二条', start: 29, end: 44, children: [] },
      ],
      problems: [],
      dropped: 0,
      notices: [],
    })
    expect(await desk.stagedText(upload.id)).toBe(RULES)
    expect(await desk.staged(upload.id)).toEqual(upload)
    expect(Object.keys(await ids())).toEqual(['决定.txt'])
  })

  test('that is accepted is a document, with the very bytes that were sent', async () => {
    const home = libraryHome()
    const { desk, ids } = await openDesk(home)
    const docx = readFileSync('test/fixtures/docx/automatic-numbers.docx')
    const { id, title, clauses } = await desk.stage('专项资金.docx', docx)
    expect([title, clauses]).toEqual(['余杭区人才专项资金管理办法', 23])
    expect(await desk.accept(id)).toEqual({ source: '专项资金.docx' })
    expect(Object.keys(await ids())).toEqual(['决定.txt', '专项资金.docx'])
    expect(readFileSync(join(home.data, 'documents', '专项资金.docx')).equals(docx)).toBe(true)
    expect(filesIn(home.data, 'staging')).toEqual([])
    await expect(desk.accept(id)).rejects.toMatchObject({ code: 'no-such-upload' })
    expect([...(await desk.uploaded())]).toEqual([(await ids())['专项资金.docx']])
  })

  test('of a PDF says which of its pages have no words', async () => {
    const { desk } = await openDesk(libraryHome())
    const { notices, format } = await desk.stage('部分扫描.pdf', readFileSync('test/fixtures/pdf/some-scanned.pdf'))
    expect([format, notices.length]).toEqual(['pdf', 1])
    expect(notices[0]).toMatch(/^部分扫描\.pdf 第.*页.*没有文字，是空白页或扫描件，未收录。/)
  })

  test('whose numbers do not add up says where', async () => {
    const { desk } = await openDesk(libraryHome())
    const { problems } = await desk.stage('a.txt', bytesOf('办法\n第一条 甲。\n第三条 乙。\n'))
    expect(problems).toEqual([{ path: ['第三条'], message: '“第一条”之后是“第三条”，中间缺号。' }])
  })

  test('of what is there already is said to be the same; of another text of it, that it may take its place', async () => {
    const { desk, ids } = await openDesk(libraryHome())
    await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
    const { '办法.txt': id } = await ids()
    const again = await desk.stage('另一个.md', bytesOf(RULES))
    expect([again.same, again.replaces]).toEqual([{ id, title: '预付卡管理办法' }, undefined])
    const newer = await desk.stage('修订.txt', bytesOf(NEWER))
    expect([newer.same, newer.replaces]).toEqual([undefined, [{ id, title: '预付卡管理办法' }]])
    const named = await desk.stage('决定.txt', bytesOf('第一条 甲。\n'))
    expect(named.replaces).toEqual([{ id: (await ids())['决定.txt'], title: '关于促进大走廊创新发展的决定' }])
  })

  test('that is discarded, or a day old, is forgotten', async () => {
    const home = libraryHome()
    let now = new Date('2026-03-01T08:00:00Z')
    const { desk } = await openDesk(home, { now: () => now })
    const { id: first } = await desk.stage('甲.txt', bytesOf(RULES))
    const { id: second } = await desk.stage('乙.txt', bytesOf(NEWER))
    await desk.discard(first)
    await expect(desk.staged(first)).rejects.toMatchObject({ code: 'no-such-upload' })
    expect((await desk.staged(second)).name).toBe('乙.txt')
    now = new Date('2026-03-02T09:00:00Z')
    await expect(desk.staged(second)).rejects.toMatchObject({ code: 'no-such-upload' })
    await desk.admit()
    expect(filesIn(home.data, 'staging')).toEqual([])
  })

  test('waits over a new start of the program', async () => {
    const home = libraryHome()
    const { id } = await (await openDesk(home)).desk.stage('办法.txt', bytesOf(RULES))
    const second = await openDesk(home)
    expect((await second.desk.staged(id)).title).toBe('预付卡管理办法')
    await second.desk.accept(id)
    expect(Object.keys(await second.ids())).toContain('办法.txt')
  })

  test('beyond a hundred that wait is refused, until one is decided', async () => {
    const { desk } = await openDesk(libraryHome())
    const staged = await Promise.all(Array.from({ length: 100 }, (_, at) => desk.stage(`${at}.txt`, bytesOf(RULES))))
    await expect(desk.admit()).rejects.toMatchObject({ code: 'too-many-uploads' })
    await expect(desk.stage('办法.txt', bytesOf(RULES))).rejects.toMatchObject({ code: 'too-many-uploads' })
    await desk.discard(staged[7]!.id)
    await desk.admit()
  })

  test('by an id that is a path is none', async () => {
    const home = libraryHome()
    const { desk } = await openDesk(home)
    for (const id of ['..', '../documents', '.', '', 'upload.json', '00000000-0000-0000-0000-000000000000']) {
      await expect(desk.staged(id), id).rejects.toMatchObject({ code: 'no-such-upload' })
      await expect(desk.accept(id), id).rejects.toMatchObject({ code: 'no-such-upload' })
      await expect(desk.discard(id), id).rejects.toMatchObject({ code: 'no-such-upload' })
    }
    expect(filesIn(home.data)).toContain('documents.json')
  })
})

describe('a file that cannot be read', () => {
  const refused = async (name: string, bytes: Uint8Array): Promise<string> => {
    const { desk } = await openDesk(libraryHome())
    const error: unknown = await desk.stage(name, bytes).catch((cause: unknown) => cause)
    return error instanceof PolicyError ? `${error.code} ${error.message}` : JSON.stringify(error)
  }
  const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex')

  test.each<[string, Uint8Array, string]>([
    ['旧.doc', ole, 'file-format 旧.doc 的格式不支持。请用 Word 或 WPS 打开，另存为 docx。'],
    ['旧.docx', ole, 'file-format 旧.docx 是旧版 Word（doc）文件，只是扩展名改成了 docx。请用 Word 或 WPS 打开，另存为 docx。'],
    ['公文.ofd', bytesOf('PK'), 'file-format 公文.ofd 的格式不支持。请用它的阅读器打开，导出（另存）为 PDF 或 docx。'],
    ['图.docx', Buffer.from('ffd8ffe0', 'hex'), 'file-format 图.docx 其实是图片，只是扩展名写成了 docx。请先做文字识别（OCR），另存为 docx、txt 或带文字层的 PDF 再放入。'],
    ['空.pdf', bytesOf(''), 'file-format 空.pdf 里没有文字，是空文件（0 字节）。可能没有下载或保存完整，请重新取得后再放入。'],
    ['断.docx', bytesOf('PK\u0003\u0004断'), 'file-format 断.docx 已损坏，无法按 Word（docx）读取。请用 Word 或 WPS 打开确认，另存为 docx 后再放入。'],
    ['乱.txt', Buffer.from([0xff, 0xd0, 0x41]), 'file-encoding 乱.txt 既不是 UTF-8（第 1 行有不合的字节），也不是 GB18030。请用编辑器打开并另存为 UTF-8 文本。'],
  ])('%s: its own sentence', async (name, bytes, sentence) => expect(await refused(name, bytes)).toBe(sentence))

  test.each([
    ['scanned', '没有文字层（扫描件），请先做文字识别(OCR)再放入。'],
    ['password', '有打开密码。请另存为没有密码的 PDF 再放入。'],
  ])('a PDF that is %s', async (name, sentence) => {
    expect(await refused('a.pdf', readFileSync(`test/fixtures/pdf/${name}.pdf`))).toContain(sentence)
  })

  test('leaves nothing behind', async () => {
    const home = libraryHome()
    const { desk } = await openDesk(home)
    await expect(desk.stage('空.txt', bytesOf(' '))).rejects.toThrow()
    await expect(desk.stage('../空.txt', bytesOf('一'))).rejects.toMatchObject({ code: 'bad-request' })
    expect(filesIn(home.data, 'staging')).toEqual([])
  })

  test('a web page named .txt is text', async () => {
    const { desk } = await openDesk(libraryHome())
    expect((await desk.stage('页.txt', bytesOf('<p>第一条 为了。</p>\n'))).format).toBe('txt')
  })
})

describe('a document that is taken out', () => {
  test('of an operator: its file is not touched, and it comes back with its id', async () => {
    const home = libraryHome()
    const { desk, ids } = await openDesk(home)
    const before = await ids()
    const path = join(home.documents, '决定.txt')
    const { ino, mtimeMs, ctimeMs } = statSync(path)
    await desk.remove(before['决定.txt']!)
    expect(await ids()).toEqual({})
    expect((await desk.state()).removed).toEqual([
      { id: before['决定.txt'], origin: 'folder', source: '决定.txt', title: '关于促进大走廊创新发展的决定', removedAt: expect.any(String) },
    ])
    await desk.restore(before['决定.txt']!)
    expect(await ids()).toEqual(before)
    expect((await desk.state()).removed).toEqual([])
    expect(readFileSync(path, 'utf8')).toBe(DECISION)
    expect(statSync(path)).toMatchObject({ ino, mtimeMs, ctimeMs })
    expect(filesIn(home.documents)).toEqual(['决定.txt'])
  })

  test('of an upload: its file goes to the trash and comes back', async () => {
    const home = libraryHome()
    const { desk, ids } = await openDesk(home)
    await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
    const before = await ids()
    const id = before['办法.txt']!
    await desk.remove(id)
    expect(Object.keys(await ids())).toEqual(['决定.txt'])
    expect([filesIn(home.data, 'documents'), filesIn(home.data, 'trash')]).toEqual([[], [`${id}-办法.txt`]])
    await desk.remove(id) // a second time is no other thing
    await desk.restore(id)
    expect(await ids()).toEqual(before)
    expect(filesIn(home.data, 'trash')).toEqual([])
  })

  test('its name is not given to another; the same bytes uploaded anew are another document', async () => {
    const home = libraryHome()
    const { desk, ids } = await openDesk(home)
    await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
    const { '办法.txt': id } = await ids()
    await desk.remove(id!)
    expect(await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)).toEqual({ source: '办法 (2).txt' })
    const between = await ids()
    expect(between['办法 (2).txt']).not.toBe(id)
    await desk.restore(id!)
    expect(await ids()).toEqual({ ...between, '办法.txt': id })
  })

  test('and is not there, or was not out, is told so', async () => {
    const { desk, ids } = await openDesk(libraryHome())
    const { '决定.txt': id } = await ids()
    await expect(desk.remove('d-000000000000')).rejects.toMatchObject({ code: 'no-such-document' })
    await expect(desk.restore(id!)).rejects.toMatchObject({ code: 'no-such-document' })
    const { id: upload } = await desk.stage('办法.txt', bytesOf(RULES))
    await expect(desk.accept(upload, 'd-000000000000')).rejects.toMatchObject({ code: 'no-such-document' })
    expect((await desk.staged(upload)).name).toBe('办法.txt')
  })
})

describe('a newer text', () => {
  test('of an upload, under its name: the document keeps its id, the older text and the older file are kept', async () => {
    const home = libraryHome()
    const { desk, ids, documents } = await openDesk(home)
    await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
    const before = await ids()
    const { id } = await desk.stage('办法.txt', bytesOf(NEWER))
    expect(await desk.accept(id, before['办法.txt'])).toEqual({ source: '办法.txt' })
    expect(await ids()).toEqual(before)
    expect(documents().find(({ source }) => source === '办法.txt')?.text).toBe(NEWER)
    expect(await readStoredText(home.data, sha256(RULES))).toBe(RULES)
    const { registry } = await openRegistry(home.data, new Date())
    expect(registry.documents[before['办法.txt']!]!.texts.map(({ textSha256 }) => textSha256)).toEqual([sha256(RULES), sha256(NEWER)])
    const [kept] = filesIn(home.data, 'trash')
    expect(readFileSync(join(home.data, 'trash', kept!), 'utf8')).toBe(RULES)
  })

  test('of an upload, under another name and twice: one document, with its id', async () => {
    const home = libraryHome()
    const { desk, ids } = await openDesk(home)
    await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
    const id = (await ids())['办法.txt']!
    await desk.accept((await desk.stage('修订稿.md', bytesOf(NEWER))).id, id)
    expect((await ids())['修订稿.md']).toBe(id)
    await desk.accept((await desk.stage('二次修订.txt', bytesOf(NEWER.replace('退款', '退还余款')))).id, id)
    expect(await ids()).toMatchObject({ '二次修订.txt': id })
    expect(filesIn(home.data, 'documents')).toEqual(['二次修订.txt'])
    expect(filesIn(home.data, 'trash')).toHaveLength(2)
    expect((await readLibraryList(home.data)).replacements).toEqual([{ id, source: '二次修订.txt', over: [] }])
  })

  test("of an operator's file: the file is passed over and stays; taken out and brought back it is the upload", async () => {
    const home = libraryHome()
    const { desk, ids } = await openDesk(home)
    const id = (await ids())['决定.txt']!
    await desk.accept((await desk.stage('决定.txt', bytesOf(DECISION.replace('4%', '6%')))).id, id)
    expect(await ids()).toEqual({ '决定.txt': id })
    expect([...(await desk.uploaded())]).toEqual([id])
    expect(readFileSync(join(home.documents, '决定.txt'), 'utf8')).toBe(DECISION)
    await desk.remove(id)
    expect(await ids()).toEqual({})
    await desk.restore(id)
    expect(await ids()).toEqual({ '决定.txt': id })
  })
})

describe('many at once', () => {
  test('are all documents, each with a name of its own', async () => {
    const home = libraryHome()
    const { desk, ids } = await openDesk(home)
    const text = (at: number): Uint8Array => bytesOf(`第${at}号办法\n第一条 第${at}号。\n`)
    await Promise.all(
      Array.from({ length: 12 }, async (_, at) => desk.accept((await desk.stage('办法.txt', text(at))).id)),
    )
    const names = ['办法.txt', ...Array.from({ length: 11 }, (_, at) => `办法 (${at + 2}).txt`)]
    expect(filesIn(home.data, 'documents')).toEqual(names.sort())
    expect(new Set(Object.values(await ids())).size).toBe(13)
  })

  test('one upload accepted twice at once is one document', async () => {
    const { desk, ids } = await openDesk(libraryHome())
    const { id } = await desk.stage('办法.txt', bytesOf(RULES))
    const accepted = await Promise.allSettled([desk.accept(id), desk.accept(id), desk.accept(id)])
    expect(accepted.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(Object.keys(await ids())).toEqual(['决定.txt', '办法.txt'])
  })
})

describe('switched off by the operator', () => {
  test('nothing can be changed, and what was uploaded is still there', async () => {
    const home = libraryHome()
    const first = await openDesk(home)
    const { id } = await first.desk.stage('办法.txt', bytesOf(RULES))
    await first.desk.accept(id)
    const before = await first.ids()
    const { desk, ids } = await openDesk(home, { enabled: false })
    const attempts = [
      () => desk.admit(),
      () => desk.stage('a.txt', bytesOf(RULES)),
      () => desk.staged(id),
      () => desk.stagedText(id),
      () => desk.discard(id),
      () => desk.accept(id),
      () => desk.remove(before['办法.txt']!),
      () => desk.restore(before['办法.txt']!),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'uploads-off' })
    expect(await ids()).toEqual(before)
    expect((await desk.state()).uploads).toEqual({
      enabled: false,
      maxBytes: 20_971_520,
      formats: ['.txt', '.text', '.md', '.markdown', '.html', '.htm', '.docx', '.docm', '.pdf'],
    })
  })
})

test('a list that was damaged stops changes and says so; nothing is lost', async () => {
  const home = libraryHome()
  const { desk, ids } = await openDesk(home)
  await desk.remove((await ids())['决定.txt']!)
  await ids()
  writeFileSync(join(home.data, 'library.json'), '{')
  await expect(desk.restore('d-000000000000')).rejects.toMatchObject({ code: 'sidecar-invalid' })
  rmSync(join(home.data, 'library.json'))
  expect((await desk.state()).removed).toEqual([])
})
