/** Asking on the page: answers, their citations, what they are limited to, what is kept, and what goes wrong. */
import { readFileSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderMarkdown, renderText } from '../../src/channels/render.ts'
import type { Answer } from '../../src/types.ts'
import { describeInBrowser, usePages, type Visit } from './browser.ts'
import { openSite, type Site } from './site.ts'
import { ask, BOX, conversationOf, lastOf, markedWords } from './steps.ts'

const RESEARCH = '未来五年全社会研发投入强度要超过多少？'
const QUOTE = '全社会研发投入强度超过4%'
const SHANGHAI = '上海市到2035年人均地区生产总值要达到什么水平？'

interface Case {
  readonly question: string
  readonly history?: unknown
  readonly expect: { readonly outcome: string }
}

/** Questions of the eval set that the seeds answer, every second one: groups stand in files, so all groups are met. */
const QUESTIONS = readdirSync('evals/cases')
  .sort()
  .flatMap((file) => readFileSync(`evals/cases/${file}`, 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as Case)
  .filter((one) => one.expect.outcome === 'answered' && one.history === undefined)
  .filter((_, at) => at % 3 === 0)
  .map(({ question }) => question)

describeInBrowser('the chat', () => {
  const pages = usePages()
  let site: Site
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.close())

  const open = (path = '/', options = {}): Promise<Visit> => pages.open(site.url + path, options)

  test(`${QUESTIONS.length} questions: every chip opens the reader at the very characters of its citation`, { timeout: 300_000 }, async () => {
    expect(QUESTIONS.length).toBeGreaterThanOrEqual(30)
    const { page, expectClean } = await open()
    let citations = 0
    for (const question of QUESTIONS) {
      const exchange = await ask(page, question)
      const answer = (await conversationOf(page)).exchanges.at(-1)!.answer!
      expect(await exchange.locator('.answer-words .quotation').allTextContents()).toEqual(quotationsOf(answer))
      for (const { n, quote, spoken } of answer.citations) {
        await exchange.locator(`a.chip[aria-label^="引用 ${n}："]`).first().click()
        await expect.poll(() => markedWords(page), { message: question }).toBe(quote.replace(/[\r\n]/g, ''))
        expect(await page.locator('.reader mark.cited').first().isVisible(), `${question} [${n}] ${spoken}`).toBe(true)
        citations++
      }
      await page.keyboard.press('Escape')
      await page.locator('.reader').waitFor({ state: 'detached' })
    }
    expect(citations).toBeGreaterThanOrEqual(QUESTIONS.length)
    expectClean()
  })

  test('an answer: its words, the verdict, the card of a citation by mouse and by keyboard', async () => {
    const { page, expectClean } = await open()
    const exchange = await ask(page, RESEARCH)
    expect(await exchange.locator('.verdict').textContent()).toContain('1 句引文，句句注明出处')
    expect(await exchange.locator('.answer-words .quotation').textContent()).toBe(QUOTE)
    const chip = exchange.locator('.answer-words a.chip')
    const card = page.locator('.citation-card')
    await chip.hover()
    await card.waitFor()
    const words = (await card.textContent()) ?? ''
    for (const part of [QUOTE, '第二部分第2条第2款', '二、2.第2款', '2023-01-09（推断）', '题名为推断', '努力成为中国式现代化城市范例的决定》']) expect(words).toContain(part)
    await page.mouse.move(0, 0)
    await card.waitFor({ state: 'detached' })
    await chip.focus()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    await card.waitFor()
    expectClean()
  })

  test('twins are named: 另见', async () => {
    const { page } = await open()
    const exchange = await ask(page, '《决定》第三部分第2条')
    await exchange.locator('.answer-words a.chip').first().hover()
    expect(await page.locator('.citation-card').textContent()).toMatch(/另见：《中共杭州市委.*》第三部分第2条/)
    expect(await exchange.locator('.source-twins a').first().textContent()).toMatch(/（00\d_[0-9a-f]+\.txt）$/)
    await exchange.locator('.source-twins a').first().click()
    await expect.poll(() => page.url()).toMatch(/read=d-/)
  })

  test('a decline looks like one, says why, and shows what is nearest', async () => {
    const { page, accessibilityFaults } = await open()
    const exchange = await ask(page, SHANGHAI)
    expect(await exchange.locator('.answer').getAttribute('class')).toContain('declined')
    expect(await exchange.locator('.verdict').textContent()).toContain('文件中没有找到依据，不作回答')
    expect(await exchange.locator('.answer-words').textContent()).toContain('文件中没有写到所问的地方')
    expect(await exchange.locator('.nearby li').count()).toBe(3)
    expect(await accessibilityFaults()).toEqual([])
  })

  test('several candidates: one is chosen with a press', async () => {
    const { page } = await open()
    const exchange = await ask(page, '《决定》第三部分')
    expect(await exchange.locator('.verdict').textContent()).toContain('不止一处符合')
    await exchange.getByRole('button', { name: '就问这一处' }).first().click()
    await expect.poll(() => page.locator('.exchange').count()).toBe(2)
    await lastOf(page).locator('.answer-foot').waitFor()
    expect(await lastOf(page).locator('.answer').getAttribute('class')).toContain('answered')
  })

  test('a follow-up is understood from the question before, also after a reload', async () => {
    const { page } = await open()
    await ask(page, '未来五年全市生产总值力争达到多少？')
    const second = await ask(page, '那人均生产总值呢？')
    expect(await second.locator('.answer-words').textContent()).toContain('人均生产总值达到19万元')
    await page.reload()
    await page.locator('.exchange').nth(1).waitFor()
    expect(await page.locator('.exchange .asked').allTextContents()).toEqual(['未来五年全市生产总值力争达到多少？', '那人均生产总值呢？'])
    expect(await page.locator('.exchange').first().locator('a.chip').count()).toBeGreaterThan(0)
  })

  test('limited to a document by @, and as of a day', async () => {
    const { page, expectClean } = await open()
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.reload()
    await page.locator('.suggestions button').first().waitFor()
    expect(asked).not.toContain('/api/documents') // the list of a large library comes when it is wanted
    await page.locator(BOX).pressSequentially('@城西')
    const option = page.getByRole('option')
    await option.first().waitFor()
    expect(await option.first().textContent()).toContain('关于促进杭州城西科创大走廊创新发展的决定')
    await page.keyboard.press('Enter')
    expect(await page.locator(BOX).inputValue()).toBe('')
    expect(await page.locator('.scope-chips li').count()).toBe(1)
    await page.getByRole('button', { name: '按某一天有效的文本回答' }).click()
    await page.locator('input[type=date]').fill('2023-06-30')
    await page.keyboard.press('Enter')
    expect(await page.locator('.scope-chips li').allTextContents()).toEqual([expect.stringContaining('城西科创大走廊'), '2023-06-30 有效'])
    const exchange = await ask(page, '第四部分讲了什么？')
    expect(await exchange.locator('.asked-scope').textContent()).toMatch(/^限定于：.*城西科创大走廊.*、2023-06-30 有效$/)
    const { documents, asOf, answer } = (await conversationOf(page)).exchanges[0]!
    expect(answer!.notes).toBeUndefined()
    expect(documents).toHaveLength(1)
    expect(asOf).toBe('2023-06-30')
    expect(answer!.citations.map(({ documentId }) => documentId)).toEqual(documents)
    await page.getByRole('button', { name: /^取消限定：2023/ }).click()
    expect(await page.locator('.scope-chips li').count()).toBe(1)
    expectClean()
  })

  test('Enter behind an @ waits for the list of documents, and asks nothing', async () => {
    const { page } = await open()
    const list = Promise.withResolvers<void>()
    await page.route('**/api/documents', async (route) => {
      await list.promise
      await route.continue()
    })
    await page.locator(BOX).pressSequentially('@城西')
    await page.getByText('正在读取文件目录……').waitFor()
    await page.keyboard.press('Enter')
    expect(await page.locator(BOX).inputValue()).toBe('@城西')
    list.resolve()
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    expect(await page.locator('.scope-chips li').textContent()).toContain('关于促进杭州城西科创大走廊创新发展的决定')
    expect(await page.locator('.exchange').count()).toBe(0)
  })

  test('a list of documents that does not come says why, and the question can be asked', async () => {
    const { page } = await open()
    await page.route('**/api/documents', (route) => route.fulfill({ status: 500, contentType: 'text/html', body: '' }))
    await page.locator(BOX).pressSequentially(`${RESEARCH}@`)
    await page.getByText('服务端出错，请稍后重试；问题没有丢失。').waitFor()
    await page.keyboard.press('Enter')
    expect(await page.locator('.exchange .asked').textContent()).toBe(`${RESEARCH}@`)
  })

  test('what has no date is not taken for what was in force then', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: '按某一天有效的文本回答' }).click()
    await page.locator('input[type=date]').fill('2022-01-01')
    await page.keyboard.press('Enter')
    const exchange = await ask(page, '规划建议（七）')
    expect(await exchange.locator('.note').allTextContents()).toEqual(['所引文件没有写明日期，不能确定它在所限定的日期是否有效。'])
  })

  test('a short window shows the welcome from its top on', async () => {
    const { page } = await open('/', { context: { viewport: { width: 360, height: 420 } } })
    await page.locator('.suggestions button').first().waitFor()
    const top = await page.locator('.welcome h1').evaluate((heading) => (heading as unknown as { getBoundingClientRect(): { top: number } }).getBoundingClientRect().top)
    expect(top).toBeGreaterThanOrEqual(0)
  })

  test('Enter that ends a composition of the input method asks nothing, in Safari too', async () => {
    const { page } = await open()
    await page.locator(BOX).fill('yanfa')
    await page.locator(BOX).evaluate((box) => {
      const key = new (globalThis as unknown as { KeyboardEvent: new (type: string, init: object) => Event }).KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })
      ;(box as unknown as { dispatchEvent(event: Event): boolean }).dispatchEvent(key)
    })
    expect(await page.locator(BOX).inputValue()).toBe('yanfa')
    expect(await page.locator('.exchange').count()).toBe(0)
  })

  test('two windows on one conversation show the same', async () => {
    const first = await open()
    await ask(first.page, '未来五年全市生产总值力争达到多少？')
    const second = await first.page.context().newPage()
    await second.goto(first.page.url())
    await second.locator('.answer-foot').waitFor()
    await ask(second, '那人均生产总值呢？')
    await ask(first.page, RESEARCH)
    await expect.poll(() => first.page.locator('.exchange').count()).toBe(3)
  })

  test('printed, a conversation is there whole', async () => {
    const { page } = await open()
    for (const question of ['《决定》第三部分第2条', '《决定》第三部分第3条', '《决定》第二部分第2条']) await ask(page, question)
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
    expect(pdf.match(/\/Type\s*\/Page[^s]/g)!.length).toBeGreaterThanOrEqual(2) // one, when the page was printed as it stood on the screen
  })

  test('limited by the picker, with the keyboard alone', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: '限定文件' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: '按标题、文号、文件名查找' }).waitFor()
    await page.keyboard.type('004_16')
    await expect.poll(() => page.getByRole('option').count()).toBe(1)
    await page.keyboard.press('Enter')
    expect(await page.locator('.scope-chips li').textContent()).toContain('新春第一会')
  })

  test('the answer is copied as text and as Markdown, a citation in its forms', async () => {
    const { page } = await open('/', { context: { permissions: ['clipboard-read', 'clipboard-write'] } })
    const exchange = await ask(page, RESEARCH)
    const answer = (await conversationOf(page)).exchanges[0]!.answer!
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    const copied = () => page.evaluate<string>('navigator.clipboard.readText()')
    const choose = async (button: string, item: string) => {
      await exchange.getByRole('button', { name: button }).first().click()
      await page.getByRole('menuitem', { name: item, exact: true }).click()
    }
    await choose('复制回答', '复制为文字')
    await expect.poll(copied).toBe(renderText(answer))
    await choose('复制回答', '复制为 Markdown')
    await expect.poll(copied).toBe(renderMarkdown(answer, site.url))
    await choose('复制引用', '正文引用：《…》第…条')
    await expect.poll(copied).toBe(`《${answer.citations[0]!.title}》第二部分第2条第2款（标题为推断）`)
    await choose('复制引用', '参考文献 GB/T 7714—2015')
    await expect.poll(copied).toMatch(/^中共杭州市委\. \[.*\]\[Z\]\. \[2023-01-09\]\.$/)
    expect(asked.filter((path) => path.startsWith('/api/documents'))).toEqual([`/api/documents/${answer.citations[0]!.documentId}`])
  })

  describe('conversations', () => {
    test('are kept, found, renamed, taken away and deleted', async () => {
      const { page, expectClean } = await open()
      await ask(page, '城西科创大走廊要构建什么样的“人才特区”？')
      const item = page.locator('.side-list li[data-current=true]')
      expect(await item.locator('a').textContent()).toContain('城西科创大走廊')
      const kept = page.url().replace('/c/', '/api/conversations/')
      const act = async (name: string) => {
        await item.hover()
        await item.getByRole('button').click()
        await page.getByRole('menuitem', { name }).click()
      }
      await act('重命名')
      await page.getByRole('dialog').getByRole('textbox').fill('人才特区')
      await page.keyboard.press('Enter')
      await expect.poll(() => item.locator('a').textContent()).toBe('人才特区')

      await page.getByRole('searchbox', { name: '搜索对话' }).fill('国际接轨')
      await expect.poll(() => item.locator('small').textContent()).toContain('国际接轨')

      const saving = page.waitForEvent('download')
      await act('导出 Markdown')
      const file = await saving
      expect(file.suggestedFilename()).toMatch(/人才特区.*\.md$/)
      expect(readFileSync(await file.path(), 'utf8')).toContain('支持推动大走廊构建与国际接轨的“人才特区”')

      await act('删除')
      await page.getByRole('dialog').getByRole('button', { name: '删除' }).click()
      await expect.poll(() => new URL(page.url()).pathname).toBe('/')
      expect((await page.request.get(kept)).status()).toBe(404)
      expectClean()
    })

    test('one that is not there says so, with a way on', async () => {
      const { page } = await open('/c/018f3f6e-0000-4000-8000-000000000000')
      await page.getByText('没有这个对话，它可能已被删除。').waitFor()
      await page.getByRole('link', { name: '开始新对话' }).click()
      await page.getByText('问文件，看条款').waitFor()
    })
  })

  test('thumbs, with a reason, and taken back', async () => {
    const { page } = await open()
    const exchange = await ask(page, RESEARCH)
    const kept = async () => (await conversationOf(page)).exchanges[0]!.feedback
    await exchange.getByRole('button', { name: '没有帮助' }).click()
    await page.getByRole('button', { name: '文本过时' }).click()
    await page.getByRole('textbox', { name: '哪里不对？（可不填）' }).focus()
    await page.keyboard.press('End')
    await page.keyboard.type('，要的是2027年')
    await page.keyboard.press('Enter')
    await expect.poll(kept).toEqual({ rating: 'down', reason: '文本过时，要的是2027年' })
    await exchange.getByRole('button', { name: '有帮助', exact: true }).click()
    await expect.poll(kept).toEqual({ rating: 'up' })
    await exchange.getByRole('button', { name: '有帮助', exact: true }).click()
    await expect.poll(kept).toBeUndefined()
  })

  test('questions to begin with are answered when pressed', async () => {
    const { page } = await open()
    const suggested = page.locator('.suggestions button')
    await suggested.first().waitFor()
    expect(await suggested.count()).toBeGreaterThanOrEqual(4)
    await suggested.first().click()
    await lastOf(page).locator('.answer-foot').waitFor()
    expect(await lastOf(page).locator('.answer').getAttribute('class')).toContain('answered')
  })

  describe('language, appearance and keys', () => {
    test('English at once, and after a reload', async () => {
      const { page, accessibilityFaults } = await open()
      await ask(page, RESEARCH)
      await page.getByRole('button', { name: 'English' }).click()
      expect(await lastOf(page).locator('.verdict').textContent()).toContain('1 quotation, cited')
      expect(await page.locator('html').getAttribute('lang')).toBe('en')
      await page.reload()
      await page.getByRole('link', { name: 'New conversation' }).first().waitFor()
      expect(await accessibilityFaults()).toEqual([])
    })

    test('dark is chosen and remembered', async () => {
      const { page } = await open()
      const paper = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
      expect(await paper()).toBe('rgb(248, 247, 243)')
      await page.getByRole('button', { name: '外观' }).click()
      await page.getByRole('menuitemradio', { name: '深色' }).click()
      expect(await paper()).toBe('rgb(20, 22, 24)')
      await page.reload()
      await page.locator(BOX).waitFor()
      expect(await paper()).toBe('rgb(20, 22, 24)')
    })

    test('/ goes to the box, ↑ brings the question back, ? lists the keys, Esc closes the reader', async () => {
      const { page } = await open()
      await ask(page, RESEARCH)
      await page.keyboard.press('ArrowUp')
      expect(await page.locator(BOX).inputValue()).toBe(RESEARCH)
      await page.locator(BOX).fill('')
      await page.locator('.answer-words a.chip').focus()
      await page.keyboard.press('Enter')
      await markedWords(page)
      await page.keyboard.press('Escape')
      await page.locator('.reader').waitFor({ state: 'detached' })
      await page.locator('.brand').focus()
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: '快捷键' }).waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.keyboard.press('/')
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('question')
    })
  })

  test.each(['desktop', 'phone', 'dark'] as const)('%s: nothing that a screen reader, a narrow page or the policy minds', async (view) => {
    const { page, expectClean, accessibilityFaults } = await open('/', { view })
    await page.locator('.suggestions button').first().waitFor()
    expect(await accessibilityFaults()).toEqual([])
    await ask(page, RESEARCH)
    expect(await accessibilityFaults()).toEqual([])
    await page.locator('.answer-words a.chip').first().click()
    await markedWords(page)
    expect(await accessibilityFaults()).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expectClean()
  })
})

const quotationsOf = ({ segments }: Answer): string[] =>
  segments.filter(({ kind }) => kind === 'quotation').map(({ text }) => text.replace(/\n+$/, ''))
