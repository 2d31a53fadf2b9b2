/** Reading what an answer cites: the very words, every state by its address, what is copied, and texts that changed since. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import type { Citation } from '../../src/types.ts'
import type { ListedDocument, Reading } from '../../src/channels/wire.ts'
import { describeInBrowser, usePages, type OpenOptions, type Visit } from './browser.ts'
import { openSite, type Site } from './site.ts'
import { ask, conversationOf, lastOf, markedWords } from './steps.ts'

const TALENT = '“三定三评”在2023年的决定、2024年的大会和后来的规划建议里分别是怎么说的？'
const RESEARCH = '未来五年全社会研发投入强度要超过多少？'
const MEETING = '《新春第一会》「强基固本」部分'
const DECISION_TITLE = '中共杭州市委关于全面学习把握落实党的二十大精神 加快打造世界一流的社会主义现代化国际大都市 努力成为中国式现代化城市范例的决定'
const DECISION = { id: 'd-9ded11058d77', file: '000_76b057a27a625e20.txt', sha: '79f31907a44f31ca' }
const PLAN = { id: 'd-ba6a5c4bf863', file: '003_64014263bb8856a1.txt' }
const NEWS = { id: 'd-faf62bb8edd5', file: '004_16cbea4428e1ec43.txt' }
/** What the answer to TALENT quotes of the decision, 第三部分第3条. */
const QUOTE = '坚持把人才作为发展的核心,持续深化人才强市战略,深入实施“西湖明珠”工程等人才计划,大力推进人才发展体制机制综合改革,探索建立人才集团,完善“三定三评”人才认定模式,加大用人主体人才评价自主权,不拘一格用好用活各类人才。'
const AT_QUOTE = `/read/${DECISION.id}/${DECISION.sha}/844-954`
const CLIPBOARD: OpenOptions = { context: { permissions: ['clipboard-read', 'clipboard-write'] } }

const onOneLine = (text: string) => text.replace(/[\r\n]/g, '')
const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()')
const focused = (page: Page) => page.evaluate<string>(`((one) => one.id || one.className || one.tagName)(document.activeElement)`)
const addressOf = (page: Page) => {
  const { searchParams, pathname } = new URL(page.url())
  return { path: pathname, read: searchParams.get('read'), at: searchParams.get('at') }
}
const hasFocus = (page: Page, selector: string) => page.evaluate<boolean>(`document.activeElement === document.querySelector(${JSON.stringify(selector)})`)
const inReader = (page: Page, name: string) => page.locator('.reader').getByRole('button', { name })
const seenMark = (page: Page) =>
  page.evaluate<boolean>(`(() => {
    const [mark, box] = ['.reader mark[data-first]', '.reader .text-scroll'].map((one) => document.querySelector(one).getBoundingClientRect())
    return mark.top >= box.top && mark.bottom <= box.bottom
  })()`)

async function readingAt(page: Page, id: string, sha?: string): Promise<Reading> {
  const address = new URL(`/api/reading/${id}${sha === undefined ? '' : `?sha=${sha}`}`, page.url())
  return (await (await page.request.get(address.href)).json()) as Reading
}

/** The answer to TALENT, its citations, and the reader open at the first of them. */
async function askAndOpen(page: Page, n = 1, question = TALENT): Promise<{ readonly exchangeId: string; readonly citations: readonly Citation[] }> {
  await ask(page, question)
  const { id, answer } = (await conversationOf(page)).exchanges.at(-1)!
  await chip(page, id, n).click()
  await expect.poll(() => markedWords(page)).toBe(onOneLine(answer!.citations[n - 1]!.quote))
  return { exchangeId: id, citations: answer!.citations }
}

const chip = (page: Page, exchangeId: string, n: number) => page.locator(`[id="chip-${exchangeId}-${n}"]`)

describeInBrowser('the reader', () => {
  const pages = usePages()
  let site: Site
  beforeAll(async () => {
    site = await openSite({ env: { TIAOWEN_MODEL_DIR: 'off' } })
  })
  afterAll(() => site.close())

  const open = (path = '/', options: OpenOptions = {}): Promise<Visit> => pages.open(site.url + path, options)

  describe('from citation to citation', () => {
    test('by buttons and by [ and ], round and round, each at its very words', async () => {
      const { page, expectClean } = await open()
      const { exchangeId, citations } = await askAndOpen(page)
      expect(citations.map(({ source, spoken }) => `${source.slice(0, 3)} ${spoken}`)).toEqual(['004 「强基固本」部分', '000 第三部分第3条', '003 第二部分第(6)条'])
      const count = page.locator('.tour-count')
      expect(await count.textContent()).toBe('引用 1 / 3')
      const isAt = async (n: number) => {
        const { quote, url } = citations[n - 1]!
        await expect.poll(() => count.textContent()).toBe(`引用 ${n} / 3`)
        await expect.poll(() => markedWords(page)).toBe(onOneLine(quote))
        await expect.poll(() => seenMark(page)).toBe(true)
        expect(addressOf(page)).toMatchObject({ read: url.replace('/read/', ''), at: `${exchangeId}.${n}` })
        expect(await page.locator('.answer-words a.chip[aria-current]').allTextContents()).toEqual([String(n)])
      }
      for (const n of [2, 3, 1]) {
        await inReader(page, '下一处引用（]）').click()
        await isAt(n)
      }
      for (const n of [3, 2, 1]) {
        await inReader(page, '上一处引用（[）').click()
        await isAt(n)
      }
      await page.locator('.reader .text-scroll').focus()
      for (const [key, n] of [[']', 2], [']', 3], ['[', 2], ['【', 1], ['[', 3]] as const) {
        await page.keyboard.press(key === '【' ? 'BracketLeft' : key)
        await isAt(n)
      }
      expectClean()
    })

    test('a quotation of many lines is marked from its first word to its last', async () => {
      const { page } = await open()
      const { citations } = await askAndOpen(page, 1, MEETING)
      const { quote } = citations[0]!
      expect([quote.length, quote.match(/\n\n/g)!.length]).toEqual([921, 8])
      expect(await page.locator('.reader mark.cited').count()).toBe(9)
      expect(await markedWords(page)).toBe(onOneLine(quote))
      expect(await page.locator('.reader mark[data-first]').textContent()).toBe('强基固本')
      expect(await page.locator('.tour').getByRole('button', { disabled: true }).count()).toBe(2)
    })

    test('the focus goes to the mark, and back to the number on Esc, by the button, and after a reload', async () => {
      const { page } = await open()
      const { exchangeId } = await askAndOpen(page, 2)
      const id = `chip-${exchangeId}-2`
      expect(await focused(page)).toBe('cited')
      await page.keyboard.press('Escape')
      await page.locator('.reader').waitFor({ state: 'detached' })
      expect(await focused(page)).toBe(id)
      await page.keyboard.press('Enter')
      await markedWords(page)
      await inReader(page, '关闭原文').click()
      await page.locator('.reader').waitFor({ state: 'detached' })
      expect(await focused(page)).toBe(id)
      expect(addressOf(page)).toMatchObject({ read: null, at: null })
      await page.keyboard.press('Enter')
      await markedWords(page)
      await page.reload()
      expect(await markedWords(page)).toBe(QUOTE)
      await chip(page, exchangeId, 2).waitFor()
      await page.keyboard.press('Escape')
      await page.locator('.reader').waitFor({ state: 'detached' })
      expect(await focused(page)).toBe(id)
    })

    test('when the part of the page that reads does not come, the page says so', async () => {
      const { page } = await open()
      await ask(page, RESEARCH)
      await page.route('**/assets/reader-panel-*.js', (route) => route.abort())
      await lastOf(page).locator('.answer-words a.chip').click()
      await page.getByText('页面出错了，问过的问题都还在').waitFor()
    })

    test('the text is asked for while that part is still on its way', async () => {
      const { page } = await open()
      await ask(page, RESEARCH)
      const asked = page.waitForRequest('**/api/reading/**')
      await page.route('**/assets/reader-panel-*.js', async (route) => {
        await asked
        await route.continue()
      })
      await lastOf(page).locator('.answer-words a.chip').click()
      expect(await markedWords(page)).toBe('全社会研发投入强度超过4%')
    })

    test('另见 leads to the words of the twin', async () => {
      const { page } = await open()
      await ask(page, TALENT)
      const { citations } = (await conversationOf(page)).exchanges[0]!.answer!
      const [twin] = citations[1]!.alsoIn
      expect(twin).toMatchObject({ spoken: '第三部分第3条', source: '001_c3e04e6f9f8af2f3.txt' })
      await lastOf(page).locator('.source-twins a').click()
      const { text } = await readingAt(page, twin!.documentId)
      const words = onOneLine(text.slice(4549, 4816))
      expect(words).toContain('完善“三定三评”人才认定模式')
      expect(await markedWords(page)).toBe(words)
      expect(await page.locator('.place-bar [aria-current]').textContent()).toBe('第3条')
      expect(await page.locator('.tour').count()).toBe(0)
    })
  })

  describe('addresses', () => {
    test('every state opens again: by back and forward, and after a reload', async () => {
      const { page, expectClean } = await open()
      await askAndOpen(page, 1)
      await page.keyboard.press(']')
      await expect.poll(() => markedWords(page)).toBe(QUOTE)
      await page.locator('.place-bar').getByRole('button', { name: '第三部分' }).click()
      const heading = '三、推进现代化战略支撑强基新实践,加快打造创新创业的新天堂'
      await expect.poll(() => markedWords(page)).toBe(heading)
      expect(await page.locator('.tour-count').getAttribute('data-here')).toBe('false')
      await page.reload()
      expect(await markedWords(page)).toBe(heading)
      await page.goBack()
      await expect.poll(() => markedWords(page)).toBe(QUOTE)
      await page.reload()
      expect(await markedWords(page)).toBe(QUOTE)
      await expect.poll(() => seenMark(page)).toBe(true)
      expect(await page.locator('.tour-count').textContent()).toBe('引用 2 / 3')
      await page.goBack()
      await page.locator('.reader').waitFor({ state: 'detached' })
      await page.goForward()
      expect(await markedWords(page)).toBe(QUOTE)
      await page.goForward()
      await expect.poll(() => markedWords(page)).toBe(heading)
      await page.locator('.tour-count').click()
      await expect.poll(() => markedWords(page)).toBe(QUOTE)
      expectClean()
    })

    test('a link opened cold marks the same words; the window is named after the document', async () => {
      const { page, expectClean } = await open(AT_QUOTE)
      expect(await markedWords(page)).toBe(QUOTE)
      expect(await seenMark(page)).toBe(true)
      expect(await focused(page)).toBe('cited')
      expect(await page.title()).toBe(`${DECISION_TITLE} · 条问`)
      expect(await page.locator('h1').textContent()).toBe(`《${DECISION_TITLE}》`)
      expect(await page.locator('.place-bar li button').allTextContents()).toEqual(['第三部分 推进现代化战略支撑强基新实践,加快打造创新创业的新天堂', '第3条'])
      expectClean()
    })

    test.each([
      ['/read/d-000000000000', '没有这份文件，或没有它的这一版文本'],
      [`/read/${DECISION.id}/ffffffffffffffff/0-10`, '没有这份文件，或没有它的这一版文本'],
      [`/read/${DECISION.id}/zz`, '这个链接不完整'],
    ])('%s: %s', async (address, words) => {
      const { page, expectClean, accessibilityFaults } = await open(address)
      await page.getByRole('heading', { name: words }).waitFor()
      expect(await accessibilityFaults()).toEqual([])
      await page.getByRole('link', { name: '查看文件库' }).click()
      await page.waitForURL(`${site.url}/documents`)
      expectClean([/404/])
    })

    test.each(['3000-99999', '3980-3981', '40-40', '50-40'])('a place beyond the text, %s, is said; the text is there', async (place) => {
      const { page, expectClean } = await open(`/read/${DECISION.id}/${DECISION.sha}/${place}`)
      expect(await page.locator('.reader-warning').textContent()).toBe('链接指向的位置超出了这份文本（共 3,980 字），链接可能不完整。')
      expect(await page.locator('.reader mark').count()).toBe(0)
      expect(await page.locator('.text p.title').textContent()).toContain('努力成为中国式现代化城市范例的决定')
      expectClean([/404/])
    })
  })

  describe('copying', () => {
    const choose = async (page: Page, item: string) => {
      await inReader(page, '复制引用').click()
      await page.getByRole('menuitem', { name: item, exact: true }).click()
    }

    test('a citation in every form', async () => {
      const { page, expectClean } = await open('/', CLIPBOARD)
      await askAndOpen(page, 2)
      for (const [form, words] of [
        ['正文引用：《…》第…条', `《${DECISION_TITLE}》第三部分第3条`],
        ['连同引文', `“${QUOTE}”（《${DECISION_TITLE}》第三部分第3条）`],
        ['脚注', `《${DECISION_TITLE}》，2023年1月9日，第三部分第3条。`],
        ['参考文献 GB/T 7714—2025', `中共杭州市委. ${DECISION_TITLE}[Z]. 2023-01-09.`],
        ['参考文献 GB/T 7714—2015', `中共杭州市委. ${DECISION_TITLE}[Z]. 2023-01-09.`],
        ['复制此处的链接', site.url + AT_QUOTE],
      ] as const) {
        await page.evaluate("navigator.clipboard.writeText('')")
        await choose(page, form)
        await expect.poll(() => copied(page), { message: form }).toBe(words)
      }
      await page.evaluate("navigator.clipboard.writeText('')")
      await page.locator('.copy-link').click()
      await expect.poll(() => copied(page)).toBe(site.url + AT_QUOTE)
      expect(await page.locator('.toast').last().textContent()).toBe('链接已复制')
      expectClean()
    })

    test('what is inferred says so, and the paragraph 款 is named', async () => {
      const { page } = await open('/', CLIPBOARD)
      await askAndOpen(page, 1, RESEARCH)
      for (const [form, words] of [
        ['正文引用：《…》第…条', `《${DECISION_TITLE}》第二部分第2条第2款（标题为推断）`],
        ['连同引文', `“全社会研发投入强度超过4%”（《${DECISION_TITLE}》第二部分第2条第2款，标题为推断）`],
        ['脚注', `《${DECISION_TITLE}》（标题为推断），2023年1月9日（推断），第二部分第2条第2款。`],
        ['参考文献 GB/T 7714—2025', `中共杭州市委. [${DECISION_TITLE}][Z]. [2023-01-09].`],
        ['参考文献 GB/T 7714—2015', `中共杭州市委. [${DECISION_TITLE}][Z]. [2023-01-09].`],
      ] as const) {
        await choose(page, form)
        await expect.poll(() => copied(page), { message: form }).toBe(words)
      }
    })

    test('a document opened as a whole is copied by its name, a clause by the sign beside it', async () => {
      const { page } = await open(`/read/${DECISION.id}`, CLIPBOARD)
      await page.locator('.text p.title').waitFor()
      await choose(page, '正文引用：《…》第…条')
      await expect.poll(() => copied(page)).toBe(`《${DECISION_TITLE}》`)
      await page.locator('.copy-link').click()
      await expect.poll(() => copied(page)).toBe(`${site.url}/read/${DECISION.id}`)
      const { outline } = await readingAt(page, DECISION.id)
      const { start, end } = outline.find(({ spoken }) => spoken === '第三部分')!.children[2]!
      await page.locator('.text').getByRole('button', { name: '复制第三部分第3条的链接' }).click()
      await expect.poll(() => copied(page)).toBe(`${site.url}/read/${DECISION.id}/${DECISION.sha}/${start}-${end}`)
    })

    test('selected words, with where they stand', async () => {
      const { page } = await open(AT_QUOTE, CLIPBOARD)
      await markedWords(page)
      await page.evaluate(`(() => {
        const walker = document.createTreeWalker(document.querySelector('.reader .text'), NodeFilter.SHOW_TEXT)
        while (walker.nextNode()) {
          const at = walker.currentNode.data.indexOf('探索建立人才集团')
          if (at < 0) continue
          document.getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + 8)
          return
        }
      })()`)
      await page.getByRole('button', { name: '复制并注明出处' }).click()
      await expect.poll(() => copied(page)).toBe(`“探索建立人才集团”（《${DECISION_TITLE}》第三部分第3条）`)
      await page.getByRole('button', { name: '复制并注明出处' }).waitFor({ state: 'detached' })
    })
  })

  describe('the outline', () => {
    test('shows the place, is gone through with the keyboard, and moving changes the address', async () => {
      const { page, expectClean } = await open()
      await askAndOpen(page, 2)
      await inReader(page, '条款目录').click()
      const tree = page.getByRole('tree', { name: '条款目录' })
      const here = tree.locator('[aria-current=location]')
      await here.waitFor()
      expect(await here.textContent()).toMatch(/^3\./)
      await expect.poll(() => hasFocus(page, '.outline-tree')).toBe(true)
      const active = () => page.evaluate<string>("document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).querySelector('b').textContent")
      expect(await active()).toBe('3.')
      await page.keyboard.press('ArrowDown')
      expect(await active()).toBe('4.')
      await page.keyboard.press('ArrowLeft')
      expect(await active()).toBe('三、')
      await page.keyboard.press('ArrowLeft')
      const folded = await tree.getByRole('treeitem').count()
      await page.keyboard.press('ArrowRight')
      expect(await tree.getByRole('treeitem').count()).toBe(folded + 4)
      await page.keyboard.press('End')
      await page.keyboard.press('Home')
      expect(await active()).toBe('题头')
      const { outline } = await readingAt(page, DECISION.id)
      const target = outline.find(({ spoken }) => spoken === '第三部分')!.children[0]!
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await tree.waitFor({ state: 'detached' })
      const { text } = await readingAt(page, DECISION.id)
      await expect.poll(() => markedWords(page)).toBe(onOneLine(text.slice(target.start, target.end)))
      expect(addressOf(page).read).toBe(`${DECISION.id}/${DECISION.sha}/${target.start}-${target.end}`)
      await inReader(page, '条款目录').click()
      await tree.waitFor()
      await page.keyboard.press('Escape')
      await tree.waitFor({ state: 'detached' })
      expect(await page.locator('.reader').count()).toBe(1)
      expect(await hasFocus(page, '.reader button[aria-label="条款目录"]')).toBe(true)
      expectClean()
    })

    test('stands beside the text on a page of its own', async () => {
      const { page } = await open(AT_QUOTE)
      const row = page.locator('.outline-column').getByRole('treeitem', { name: /^1\./ }).first()
      await row.click()
      await expect.poll(() => markedWords(page)).toContain('1.争创综合性国家科学中心。')
      expect(await row.getAttribute('aria-current')).toBe('location')
      expect(addressOf(page).path).not.toBe(AT_QUOTE)
    })
  })

  test('words are looked for in the text: how many, the next, the one before, none; Esc ends it and not the reader', async () => {
    const { page, expectClean } = await open()
    await askAndOpen(page, 2)
    const { text } = await readingAt(page, DECISION.id)
    const hits = [...text.matchAll(/人才/g)].map(({ index }) => index)
    const first = hits.findIndex((start) => start >= 844) + 1
    expect([hits.length, first]).toEqual([20, 4])
    await inReader(page, '在原文中查找').click()
    const count = page.locator('.find-count')
    await page.keyboard.type('人才')
    await expect.poll(() => count.textContent()).toBe('4 / 20')
    const current = page.locator('mark.hit.current')
    expect(await current.textContent()).toBe('人才')
    const isAt = async (n: number) => {
      await expect.poll(() => count.textContent()).toBe(`${n} / 20`)
      await expect.poll(() => offsetOfCurrent(page)).toBe(hits[n - 1])
    }
    await isAt(4)
    for (const [key, n] of [['Enter', 5], ['Enter', 6], ['Shift+Enter', 5], ['Shift+Enter', 4], ['Shift+Enter', 3], ['Shift+Enter', 2], ['Shift+Enter', 1], ['Shift+Enter', 20], ['Enter', 1]] as const) {
      await page.keyboard.press(key)
      await isAt(n)
    }
    await inReader(page, '下一处（Enter）').click()
    await isAt(2)
    await inReader(page, '上一处（Shift + Enter）').click()
    await isAt(1)
    expect(await markedWords(page)).toBe(QUOTE)
    await page.locator('.find-bar input').fill('火星')
    await expect.poll(() => count.textContent()).toBe('没有找到')
    await page.locator('.find-bar input').press('Escape')
    await page.locator('.find-bar').waitFor({ state: 'detached' })
    expect(await page.locator('mark.hit').count()).toBe(0)
    expect(await markedWords(page)).toBe(QUOTE)
    expect(await hasFocus(page, '.reader button[aria-label="在原文中查找"]')).toBe(true)
    expectClean()
  })

  describe('how it looks', () => {
    test.each(['desktop', 'dark'] as const)('%s: the panel and its parts, and the page, have no fault that axe finds', async (view) => {
      const { page, expectClean, accessibilityFaults } = await open('/', { view })
      await askAndOpen(page, 2)
      expect(await accessibilityFaults()).toEqual([])
      await inReader(page, '条款目录').click()
      await page.getByRole('tree').waitFor()
      await page.waitForTimeout(300)
      expect(await accessibilityFaults()).toEqual([])
      await page.keyboard.press('Escape')
      await inReader(page, '在原文中查找').click()
      await page.keyboard.type('人才')
      await page.locator('mark.hit.current').waitFor()
      expect(await accessibilityFaults()).toEqual([])
      await page.goto(site.url + AT_QUOTE)
      expect(await markedWords(page)).toBe(QUOTE)
      expect(await accessibilityFaults()).toEqual([])
      expectClean()
    })

    test('on a phone it is a sheet over all, and is closed', async () => {
      const { page, expectClean, accessibilityFaults } = await open('/', { view: 'phone' })
      const { exchangeId } = await askAndOpen(page, 2)
      expect(await page.locator('.reader-panel').boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 })
      expect(await seenMark(page)).toBe(true)
      expect(await accessibilityFaults()).toEqual([])
      await inReader(page, '条款目录').tap()
      await page.getByRole('tree').waitFor()
      await page.waitForTimeout(300)
      expect(await accessibilityFaults()).toEqual([])
      await page.locator('.outline-head button').tap()
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      await inReader(page, '关闭原文').tap()
      await page.locator('.reader').waitFor({ state: 'detached' })
      expect(await focused(page)).toBe(`chip-${exchangeId}-2`)
      await page.goto(site.url + AT_QUOTE)
      expect(await markedWords(page)).toBe(QUOTE)
      expect(await accessibilityFaults()).toEqual([])
      expectClean()
    })

    test('in English', async () => {
      const { page, expectClean, accessibilityFaults } = await open()
      await page.getByRole('button', { name: 'English' }).click()
      await askAndOpen(page, 2)
      expect(await page.locator('.tour-count').textContent()).toBe('Citation 2 / 3')
      for (const name of ['Find in the text', 'Outline', 'Copy a link to this place', 'Copy as citation', 'Close the source text']) await inReader(page, name).waitFor()
      expect(await page.locator('.reader-facts').textContent()).toBe('Issued by中共杭州市委Published2023-01-09')
      expect(await accessibilityFaults()).toEqual([])
      expectClean()
    })

    test('nothing moves once the click has shown the panel, though the text comes late', async () => {
      const { page, layoutShift } = await open()
      const { exchangeId } = await askAndOpen(page, 2)
      await page.keyboard.press('Escape')
      await page.route('**/api/reading/**', async (route) => {
        await new Promise((done) => setTimeout(done, 1_200))
        await route.continue()
      })
      await page.waitForTimeout(700)
      const before = await layoutShift()
      await chip(page, exchangeId, 3).click()
      await markedWords(page)
      await page.waitForTimeout(1_000)
      expect((await layoutShift()) - before).toBe(0)
    })
  })
})

/** Where in the text the hit that is looked at begins. */
const offsetOfCurrent = (page: Page) =>
  page.evaluate<number>(`(() => {
    const mark = document.querySelector('mark.hit.current')
    const line = mark.closest('[data-start]')
    const before = document.createRange()
    before.setStart(line, 0)
    before.setEnd(mark, 0)
    return Number(line.dataset.start) + before.toString().length
  })()`)

/** A law in one of its versions. */
const LAW = (words: string) => `浙江省科学技术进步条例
第一条 为了${words}，制定本条例。
第二条 本条例适用于本省行政区域内的科学技术进步活动。
第三条 县级以上人民政府应当加强对科学技术进步工作的领导。
`

/** All that can be said of it, by the operator. */
const STATED = `
  条例2019.txt: { issuer: 浙江省人民代表大会常务委员会, passed: 2019-01-10, effective: 2019-03-01 }
  条例2024.txt:
    issuer: 浙江省人民代表大会常务委员会
    documentNumber: 浙江省人民代表大会常务委员会公告第21号
    passed: 2019-01-10
    published: 2019-01-14
    amended: 2024-03-29
    effective: 2024-05-01
`

describeInBrowser('texts that changed since', () => {
  const pages = usePages()
  let site: Site
  const listed = async (page: Page): Promise<readonly ListedDocument[]> =>
    ((await (await page.request.get(`${site.url}/api/documents`)).json()) as { documents: ListedDocument[] }).documents
  const file = (name: string) => join(site.home, 'seeds', name)
  const edit = (name: string, before: string, after: string) => {
    const text = readFileSync(file(name), 'utf8')
    expect(text).toContain(before)
    writeFileSync(file(name), text.replace(before, after))
  }
  beforeAll(async () => {
    site = await openSite({
      env: { TIAOWEN_MODEL_DIR: 'off' },
      prepare: (home) => {
        writeFileSync(join(home, 'seeds', '条例2019.txt'), LAW('促进科学技术进步'))
        writeFileSync(join(home, 'seeds', '条例2024.txt'), LAW('促进科学技术进步，建设创新型省份'))
        appendFileSync(join(home, 'seeds', 'documents.yaml'), STATED)
      },
    })
  })
  afterAll(() => site.close())

  test('of a document with many statements the phone leaves the text its room', async () => {
    const { page, accessibilityFaults } = await pages.open(site.url, { view: 'phone' })
    await expect.poll(async () => (await listed(page)).length, { timeout: 30_000 }).toBe(7)
    const law = (await listed(page)).find(({ source }) => source === '条例2024.txt')!
    expect([Object.keys(law.header).length, law.version!.status]).toEqual([7, 'in-force'])
    await page.goto(`${site.url}/documents?read=${law.id}`)
    const toggle = inReader(page, '文件信息')
    await toggle.waitFor()
    const height = async () => (await page.locator('.reader-head').boundingBox())!.height / 844
    const folded = await height()
    expect(folded).toBeLessThan(0.2)
    expect(await page.locator('.reader .badge').isVisible()).toBe(true)
    expect(await page.locator('.reader-facts').isVisible()).toBe(false)
    expect(await accessibilityFaults()).toEqual([])
    await toggle.tap()
    expect(await page.locator('.reader-facts').isVisible()).toBe(true)
    expect(await height()).toBeGreaterThan(folded)
    expect(await accessibilityFaults()).toEqual([])
  })

  test('what was quoted is still shown where it stood: moved, changed, and of a file that is gone', { timeout: 120_000 }, async () => {
    const { page, expectClean, accessibilityFaults } = await pages.open(site.url)
    const { exchangeId, citations } = await askAndOpen(page)
    expect(citations).toHaveLength(3)
    await site.down()
    edit(NEWS.file, '\n强基固本', '\n夯实发展的根基')
    edit(DECISION.file, '完善“三定三评”人才认定模式', '健全“三定三评”人才认定模式')
    rmSync(file(PLAN.file))
    edit('documents.yaml', '  003_64014263bb8856a1.txt:\n    shortNames: [规划建议]\n', '')
    await site.up()
    await expect.poll(async () => (await listed(page)).some(({ id }) => id === PLAN.id), { timeout: 30_000 }).toBe(false)
    await page.reload()

    expect(await markedWords(page)).toBe(citations[0]!.quote)
    const warning = page.locator('.reader-warning')
    await expect.poll(() => warning.textContent()).toBe('这是较早的一版文本，文件已有更新。引用的文字在现行文本中仍在，但位置变了。看现在的位置')
    expect(await page.locator('.place-bar').textContent()).toBe('「强基固本」部分')
    await warning.getByRole('link').click()
    await warning.waitFor({ state: 'detached' })
    expect(await markedWords(page)).toBe(citations[0]!.quote)
    expect(addressOf(page).read).not.toBe(citations[0]!.url.replace('/read/', ''))

    await chip(page, exchangeId, 2).click()
    await expect.poll(() => warning.textContent()).toBe('这是较早的一版文本，文件已有更新。引用的文字在现行文本中已经改动或删去。看现行文本')
    expect(await markedWords(page)).toBe(QUOTE)
    expect(await page.locator('.place-bar li button').allTextContents()).toEqual(['第三部分 推进现代化战略支撑强基新实践,加快打造创新创业的新天堂', '第3条'])
    expect(await page.locator('.text p.heading').first().textContent()).toBe('三、推进现代化战略支撑强基新实践,加快打造创新创业的新天堂')
    await warning.getByRole('link', { name: '看现行文本' }).click()
    await warning.waitFor({ state: 'detached' })
    await expect.poll(() => page.locator('.reader .text').textContent()).toContain('健全“三定三评”人才认定模式')

    await chip(page, exchangeId, 3).click()
    await expect.poll(() => warning.textContent()).toBe('文件已移除。这里保留的是移除前的文本。')
    expect(await markedWords(page)).toBe(citations[2]!.quote)
    expect(await page.locator('.place-bar [aria-current]').textContent()).toBe('第(6)条')
    expect(await inReader(page, '条款目录').count()).toBe(1)
    expect(await accessibilityFaults()).toEqual([])
    await page.goto(site.url + citations[2]!.url)
    expect(await markedWords(page)).toBe(citations[2]!.quote)
    expect(await warning.textContent()).toBe('文件已移除。这里保留的是移除前的文本。')
    expectClean([/ERR_CONNECTION_REFUSED|\/readyz/])
  })
})
