/** Which documents a sight lets through, and what becomes of that when documents move, are replaced, taken out or new. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openSqliteAccess } from '../../src/access/sqlite-access.ts'
import { viewOf, type Placed } from '../../src/access/sight.ts'
import { EVERYTHING } from '../../src/access/view.ts'
import { Sights } from '../../src/sights.ts'
import { bytesOf, DECISION, libraryHome, NEWER, openDesk, RULES } from '../library/library.ts'

const PLACED: Placed = new Map([
  ['d-open', [{ folder: '公开', source: '一.txt' }]],
  ['d-staff', [{ folder: '人事', source: '二.txt' }]],
  ['d-named', [{ folder: '公开', source: '三.txt' }]],
  ['d-both', [{ folder: '人事', source: '四.txt' }]],
  ['d-newer', [{ folder: '/uploads', source: '五（新）.txt' }, { folder: '人事', source: '五.txt' }]],
])
const COLLECTIONS = [
  { id: 'c-staff', folders: ['人事'], documents: [] },
  { id: 'c-board', folders: [], documents: ['d-named', 'd-both', 'd-later'] },
]
const seen = (...sight: string[]) => [...PLACED.keys()].filter((id) => viewOf(sight, COLLECTIONS, PLACED).sees(id))

describe('a document is seen', () => {
  test('by everyone where it is in no collection, and else with one of its collections', () => {
    expect(seen()).toEqual(['d-open'])
    expect(seen('c-staff')).toEqual(['d-open', 'd-staff', 'd-both', 'd-newer'])
    expect(seen('c-board')).toEqual(['d-open', 'd-named', 'd-both'])
    expect(seen('c-board', 'c-staff')).toEqual([...PLACED.keys()])
    expect(seen('c-gone')).toEqual(['d-open'])
  })

  test('by nobody while it is not known where it belongs, but for who sees all', () => {
    for (const sight of [[], ['c-staff'], ['c-staff', 'c-board']]) {
      expect(viewOf(sight, COLLECTIONS, PLACED).sees('d-later')).toBe(false)
      expect(viewOf(sight, COLLECTIONS, PLACED).sees('d-other')).toBe(false)
    }
    expect(viewOf('all', COLLECTIONS, PLACED)).toBe(EVERYTHING)
    expect(viewOf([], [], new Map())).toBe(EVERYTHING)
  })

  test('and a file that became none, by its folder and by the document that it was', () => {
    const { seesFile } = viewOf([], COLLECTIONS, PLACED)
    expect(seesFile({ folder: '公开', source: '坏.pdf' })).toBe(true)
    expect(seesFile({ folder: '人事', source: '坏.pdf' })).toBe(false)
    expect(seesFile({ folder: '公开', source: '三.txt' })).toBe(false)
    expect(seesFile({ folder: '/uploads', source: '五（新）.txt' })).toBe(false)
    expect(seesFile({ source: '坏.pdf' })).toBe(false)
  })
})

describe('over a library on the disk', () => {
  async function opened() {
    const home = libraryHome()
    const desk = await openDesk(home)
    const store = openSqliteAccess(join(home.data, 'state.sqlite'))
    onTestFinished(() => store.close())
    const { id: collection } = await store.createCollection('内部', { by: 'test' })
    const sights = new Sights(home.data, store)
    const put = (change: { folders?: string[]; documents?: string[] }) => store.changeCollection(collection, change, { by: 'test' })
    return { home, ...desk, store, sights, collection, put, view: () => sights.viewOf({ sight: [] }) }
  }

  test('the view is the same until something changes, and another then', async () => {
    const { desk, ids, view, put } = await opened()
    const { '决定.txt': id } = await ids()
    await put({ documents: ['d-000000000000'] })
    const before = await view()
    expect(before.sees(id!)).toBe(true)
    expect(await view()).toBe(before)
    await put({ folders: ['documents'] })
    expect((await view()).sees(id!)).toBe(false)
    await put({ folders: [] })
    expect((await view()).sees(id!)).toBe(true)
    await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
    const { '办法.txt': added } = await ids()
    expect([before.sees(added!), (await view()).sees(added!)]).toEqual([false, true])
  })

  test('a newer text that was uploaded in the place of a hidden one is hidden, and so is what was taken out', async () => {
    const { desk, ids, view, put, collection, sights } = await opened()
    await put({ folders: ['documents'] })
    const { '决定.txt': id } = await ids()
    await desk.accept((await desk.stage('新决定.txt', bytesOf(`${DECISION}二、其他\n另行规定。\n`))).id, id)
    expect(await ids()).toEqual({ '新决定.txt': id })
    expect((await view()).sees(id!)).toBe(false)
    expect((await sights.viewOf({ sight: [collection] })).sees(id!)).toBe(true)
    await desk.remove(id!)
    expect(await ids()).toEqual({})
    expect((await view()).sees(id!)).toBe(false)
    const bare = desk.within(await view(), () => [])
    expect((await bare.state()).removed).toEqual([])
    expect((await desk.state()).removed).toMatchObject([{ id }])
    await expect(bare.restore(id!)).rejects.toMatchObject({ code: 'no-such-document' })
    await expect(bare.remove(id!)).rejects.toMatchObject({ code: 'no-such-document' })
    await desk.restore(id!)
    expect(await ids()).toEqual({ '新决定.txt': id })
    expect((await view()).sees(id!)).toBe(false)
  })

  test('the desk of who may not see an upload offers, lists and changes nothing of it', async () => {
    const { home, desk, ids, view, put, documents } = await opened()
    await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
    const { '办法.txt': id } = await ids()
    await put({ documents: [id!] })
    const seesIt = await view()
    const bare = desk.within(seesIt, () => documents().filter((one) => seesIt.sees(one.id)))
    expect([...(await desk.uploaded())]).toEqual([id])
    expect([...(await bare.uploaded())]).toEqual([])
    const same = await bare.stage('抄.txt', bytesOf(RULES))
    expect(same).not.toHaveProperty('same')
    expect(await desk.staged(same.id)).toHaveProperty('same')
    const newer = await bare.stage('办法.txt', bytesOf(NEWER))
    expect(newer).not.toHaveProperty('replaces')
    await expect(bare.accept(newer.id, id)).rejects.toMatchObject({ code: 'no-such-document' })
    // neither 办法.txt, which is taken, nor 办法 (2).txt, which tells that it is
    expect((await bare.accept(newer.id)).source).toBe(`办法-${newer.id.slice(0, 8)}.txt`)
    expect((await bare.accept(same.id)).source).toBe(`抄-${same.id.slice(0, 8)}.txt`)
    await expect(bare.remove(id!)).rejects.toMatchObject({ code: 'no-such-document' })
    expect(await ids()).toHaveProperty(['办法.txt'], id)
    void home
  })

  test('how far a round is is told in hundredths, and files of hidden folders are not', async () => {
    const home = libraryHome()
    writeFileSync(join(home.documents, '坏.pdf'), 'no PDF')
    const progress = () => ({ step: 'reading', done: 37, total: 148 })
    const skipped = () => [
      { source: '坏.pdf', code: 'file-format', message: '坏.pdf', folder: 'documents' },
      { source: '破.pdf', code: 'file-format', message: '破.pdf', folder: '公开' },
    ]
    const { desk } = await openDesk(home, { progress, skipped })
    const view = viewOf([], [{ id: 'c', folders: ['documents'], documents: [] }], new Map())
    expect(await desk.within(view, () => []).state()).toMatchObject({
      indexing: { step: 'reading', done: 25, total: 100 },
      skipped: [{ source: '破.pdf', code: 'file-format', message: '破.pdf' }],
    })
    expect((await desk.state()).indexing).toEqual({ step: 'reading', done: 37, total: 148 })
  })
})
