/** A clause is looked up as it is typed: its words, its neighbours, its twins, what it may mean, what is taken away. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { describeInBrowser, usePages, VIEWS, type OpenOptions, type View, type Visit } from './browser.ts'
import { openSite, type Site } from './site.ts'
import { BOX, markedWords } from './steps.ts'

const TITLE = '中共杭州市委关于全面学习把握落实党的二十大精神 加快打造世界一流的社会主义现代化国际大都市 努力成为中国式现代化城市范例的决定'
const CORRIDOR = '杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定'
const CLIPBOARD: OpenOptions = { context: { permissions: ['clipboard-read', 'clipboard-write'] } }

const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()')
const heading = (page: Page) => page.locator('.clause h2').first()
const refOf = (page: Page) => new URL(page.url()).searchParams.get('ref')

describeInBrowser('the look-up', () => {
  const pages = usePages()
  let site: Site
  beforeAll(async () => {
    site = await openSite({ env: { TIAOWEN_MODEL_DIR: 'off' } })
  })
  afterAll(() => site.close())

  async function open(reference?: string, options: OpenOptions = {}): Promise<Visit> {
    const visit = await pages.open(`${site.url}/lookup`, options)
    const box = visit.page.locator(BOX)
    await box.waitFor()
    if (reference !== undefined) await box.fill(reference)
    return visit
  }

  test('as one types: the words, the twin, the neighbours; the address leads back', async () => {
    const { page, expectClean } = await open()
    expect(await page.evaluate<boolean>(`document.activeElement.id === 'question'`)).toBe(true)
    await page.keyboard.type('决定三（二）', { delay: 20 })
    await expect.poll(() => heading(page).textContent()).toBe('第三部分第2条 三、2.')
    expect(await page.locator('.clause blockquote').textContent()).toMatch(/^2\.构筑科技成果转移转化首选地。.*深度融合。$/)
    expect(await page.locator('.clause').textContent()).toContain('另见：《中共杭州市委')
    expect(await page.locator('.neighbours button').allTextContents()).toEqual(['第三部分第1条', '第三部分第3条'])
    expect(refOf(page)).toBe('决定三（二）')
    await page.reload()
    await expect.poll(() => heading(page).textContent()).toBe('第三部分第2条 三、2.')
    expectClean()
  })

  test('from clause to clause by buttons and by Alt and the arrows, in one document', async () => {
    const { page, expectClean } = await open('决定三（二）')
    await page.getByRole('button', { name: '下一条：第三部分第3条' }).click()
    await expect.poll(() => heading(page).textContent()).toContain('第三部分第3条')
    await page.locator(BOX).press('Alt+ArrowRight')
    await expect.poll(() => heading(page).textContent()).toContain('第三部分第4条')
    await page.locator(BOX).press('Alt+ArrowLeft')
    await expect.poll(() => heading(page).textContent()).toContain('第三部分第3条')
    expect(await page.locator('.clause header .note').last().textContent()).toContain('000_76b057a27a625e20.txt')
    await page.goBack()
    await expect.poll(() => heading(page).textContent()).toContain('第三部分第4条')
    expectClean()
  })

  test('Enter opens the reader at the very words, Escape closes it', async () => {
    const { page, expectClean } = await open('《决定》第三部分第3条')
    await expect.poll(() => heading(page).textContent()).toContain('第三部分第3条')
    await page.locator(BOX).press('Enter')
    expect(await markedWords(page)).toMatch(/^3\.打造具有国际竞争力的人才队伍。.*营造高品质的人才生态。$/)
    await page.keyboard.press('Escape')
    await page.locator('.reader').waitFor({ state: 'detached' })
    expectClean()
  })

  test('several are meant: chosen by the arrow keys, each with its words', async () => {
    const { page, expectClean } = await open('第2条')
    const options = page.locator('.candidates button')
    await options.first().waitFor()
    const count = await options.count()
    expect(count).toBeGreaterThan(1)
    await page.locator(BOX).press('ArrowDown')
    await expect.poll(() => options.nth(1).getAttribute('aria-current')).toBe('true')
    const source = await options.nth(1).locator('small').textContent()
    await expect.poll(() => page.locator('.clause header .note').last().textContent()).toContain(source!)
    await page.locator(BOX).press('ArrowUp')
    await page.locator(BOX).press('ArrowUp')
    await expect.poll(() => options.last().getAttribute('aria-current')).toBe('true')
    expectClean()
  })

  test('a range and a list are all shown', async () => {
    const { page, expectClean } = await open('《决定》第三部分第1条至第3条')
    await page.locator('.clause').nth(2).waitFor()
    expect(await page.locator('.clause h2').allTextContents()).toEqual(['第三部分第1条 三、1.', '第三部分第2条 三、2.', '第三部分第3条 三、3.'])
    expectClean()
  })

  test('a part of a title leads to the document', async () => {
    const { page, expectClean } = await open('科创大走廊 第二条')
    await expect.poll(() => page.locator('.clause, .candidates').first().textContent()).toContain(CORRIDOR)
    await page.locator(BOX).fill('大走廊')
    const option = page.locator('.candidates button').first()
    await expect.poll(() => option.textContent()).toContain(CORRIDOR)
    await page.locator(BOX).press('Enter')
    await expect.poll(() => refOf(page)).toBe(`《${CORRIDOR}》`)
    expectClean()
  })

  test('a clause that does not exist says which do', async () => {
    const { page, expectClean } = await open('《决定》第三部分第9条')
    const absent = page.locator('.lookup-absent')
    await absent.waitFor()
    expect(await absent.textContent()).toContain('第三部分没有第9条；该部分共有4条（第1条至第4条）。')
    expect(await page.locator('.clause, .candidates').count()).toBe(0)
    expectClean()
  })

  test('copied as words, in running text, and for reference managers', async () => {
    const { page, expectClean } = await open('《决定》第三部分第2条', CLIPBOARD)
    await page.getByRole('button', { name: '复制原文' }).click()
    expect(await copied(page)).toMatch(/^2\.构筑科技成果转移转化首选地/)
    await page.getByRole('button', { name: '复制为引用格式' }).click()
    expect(await page.getByRole('menuitem').allTextContents()).toEqual([
      '正文引用：《…》第…条', '连同引文', '脚注', '参考文献 GB/T 7714—2025', '参考文献 GB/T 7714—2015', 'BibTeX', 'CSL-JSON（Zotero 等）',
    ])
    await page.getByRole('menuitem', { name: 'CSL-JSON' }).click()
    await expect.poll(async () => JSON.parse(await copied(page)) as unknown).toMatchObject([
      { type: 'document', title: TITLE, author: [{ literal: '中共杭州市委' }], issued: { 'date-parts': [[2023, 1, 9]] }, note: '第三部分第2条' },
    ])
    expectClean()
  })

  test.each(Object.keys(VIEWS) as View[])('without serious faults for a screen reader, nothing wider than the screen: %s', async (view) => {
    const { page, expectClean, accessibilityFaults } = await open('第2条', { view })
    await page.locator('.clause').first().waitFor()
    expect(await accessibilityFaults()).toEqual([])
    expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.locator(BOX).fill('')
    await page.getByRole('button', { name: '决定三（二）' }).click()
    await expect.poll(() => heading(page).textContent()).toContain('第三部分第2条')
    expect(await accessibilityFaults()).toEqual([])
    expectClean()
  })
})
