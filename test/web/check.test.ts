/** A draft is brought, checked and looked through: every verdict, the very words in the reader, what is taken away. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import JSZip from 'jszip'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import type { CheckedDraft } from '../../src/channels/checked-draft.ts'
import type { CheckVerdict } from '../../src/types.ts'
import { line, wordFile } from '../drafts/word-files.ts'
import { describeInBrowser, usePages, VIEWS, type OpenOptions, type View, type Visit } from './browser.ts'
import { openSite, type Site } from './site.ts'
import { BOX, markedWords } from './steps.ts'

const TITLE = '中共杭州市委关于全面学习把握落实党的二十大精神 加快打造世界一流的社会主义现代化国际大都市 努力成为中国式现代化城市范例的决定'
const LINES = [
  '关于做好科技成果转化工作的请示（代拟稿）',
  '《决定》第三部分第2条提出“深入实施科技成果转移转化‘145’行动”，并要求“力争未来5年实现技术交易额、新产品产值总和超2万亿元”。',
  '《决定》第三部分第1条提出“探索建立人才集团，完善‘三定三评’人才认定模式”。',
  '依照《决定》第三部分第9条办理。',
  '按照《决定》第三部分第4条，办好教育。',
  '会议指出“到二〇九九年全市月球基地常住人口达到三百万人，跃居全国第一”。',
  '《月球基地管理条例》第三条规定“居民应当按时返回地球并办理登记手续”。',
  '我们要坚持“一盘棋”思想。',
  '5年内技术交易额与新产品产值总和要力争超1万亿元。',
]
const DRAFT = LINES.join('\n')
const CLIPBOARD: OpenOptions = { context: { permissions: ['clipboard-read', 'clipboard-write'] } }
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()')
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
const mark = (page: Page, verdict: CheckVerdict | 'suggestion') => page.locator(`.draft-text .mark.${verdict}`)
const card = (page: Page) => page.locator('.found-card')
const chosen = (page: Page) => new URL(page.url()).searchParams.get('item')

describeInBrowser('the draft check', () => {
  const pages = usePages()
  let site: Site
  beforeAll(async () => {
    site = await openSite({ env: { TIAOWEN_MODEL_DIR: 'off' } })
  })
  afterAll(() => site.close())

  const open = (path = '/check', options: OpenOptions = {}): Promise<Visit> => pages.open(site.url + path, options)

  async function checked(draft = DRAFT, options: OpenOptions = {}, { suggest = false } = {}): Promise<Visit> {
    const visit = await open('/check', options)
    await visit.page.locator(BOX).fill(draft)
    if (suggest) await visit.page.getByLabel('推荐出处').check()
    await button(visit.page, '开始核对').click()
    await visit.page.locator('.check-result').waitFor()
    return visit
  }

  test('every verdict is marked by a sign of its own, counted, and told', async () => {
    const { page, expectClean } = await checked(DRAFT, {}, { suggest: true })
    const marks = await page.evaluate<string[][]>(`[...document.querySelectorAll('.draft-text .mark')].map((one) => [one.className.replace('mark ', ''), one.textContent])`)
    expect(marks).toEqual([
      ['verbatim', '✓一致：深入实施科技成果转移转化‘145’行动'],
      ['altered', '≠有出入：力争未来5年实现技术交易额、新产品产值总和超2万亿元'],
      ['misplaced', '⇄出处不符：探索建立人才集团，完善‘三定三评’人才认定模式'],
      ['no-such-clause', '∅无此条款：《决定》第三部分第9条'],
      ['exists', '§有此条款：《决定》第三部分第4条'],
      ['not-found', '?未找到：到二〇九九年全市月球基地常住人口达到三百万人，跃居全国第一'],
      ['not-checked', '○未核对：居民应当按时返回地球并办理登记手续'],
      ['not-checked', '○未核对：一盘棋'],
      ['suggestion', '✦推荐出处：5年内技术交易额与新产品产值总和要力争超1万亿元。'],
    ])
    expect(await page.locator('.filter').allTextContents()).toEqual([
      '全部 9', '≠ 有出入 1', '⇄ 出处不符 1', '∅ 无此条款 1', '? 未找到 1', '○ 未核对 2', '§ 有此条款 1', '✓ 一致 1', '✦ 推荐出处 1',
    ])
    expect(await page.locator('.summary-verdict').textContent()).toBe('4 处需要修改 文件库有 5 份文件，不在其中的无法核对')
    expect(await page.locator('.check-notes').textContent()).toContain('未核对的原因：文件不在文件库中 1；引号只表示强调 1')
    expect(await page.locator('.draft-text').textContent()).toContain('关于做好科技成果转化工作的请示')
    const shapes = await page.evaluate<string[]>(`[...document.querySelectorAll('.draft-text .mark')].map((one) => getComputedStyle(one).textDecorationStyle + one.querySelector('.sign').textContent)`)
    expect(new Set(shapes).size).toBe(8) // told apart without colour
    expectClean()
  })

  test('the card: what differs, what weighs, and the very words in the reader', async () => {
    const { page, expectClean } = await checked(DRAFT, CLIPBOARD)
    await mark(page, 'altered').click()
    await card(page).waitFor()
    expect(await page.locator('.found-list li[data-current=true]').count()).toBe(1)
    expect(await mark(page, 'altered').getAttribute('aria-current')).toBe('true')
    expect(await card(page).locator('del.heavy').allTextContents()).toEqual(['原文：1万亿元金额'])
    expect(await card(page).locator('ins.heavy').allTextContents()).toEqual(['草稿：2万亿元金额'])
    expect(await card(page).locator('.truth').textContent()).toBe('力争未来5年实现技术交易额、新产品产值总和超1万亿元')
    await button(page, '复制原文').click()
    expect(await copied(page)).toBe('力争未来5年实现技术交易额、新产品产值总和超1万亿元')
    await button(page, '复制为引用格式').click()
    await page.getByRole('menuitem', { name: 'BibTeX' }).click()
    await expect.poll(() => copied(page)).toContain(`title = {{${TITLE}}}`)
    await button(page, '复制为引用格式').click()
    await page.getByRole('menuitem', { name: '正文引用：《…》第…条' }).click()
    await expect.poll(() => copied(page)).toBe(`《${TITLE}》第三部分第2条`)
    await card(page).getByRole('link', { name: '看原文' }).click()
    await expect.poll(() => markedWords(page)).toBe('力争未来5年实现技术交易额、新产品产值总和超1万亿元')
    await page.keyboard.press('Escape')
    await page.locator('.reader').waitFor({ state: 'detached' })
    expect(chosen(page)).toBe('i2') // where one was
    expectClean()
  })

  test.each([
    ['misplaced', `《${TITLE}》第三部分第3条`, '探索建立人才集团,完善“三定三评”人才认定模式'],
    ['exists', `《${TITLE}》第三部分第4条`, undefined],
    ['verbatim', `《${TITLE}》第三部分第2条`, '深入实施科技成果转移转化“145”行动'],
  ] as const)('of what is %s the card leads to its words', async (verdict, source, words) => {
    const { page, expectClean } = await checked()
    await mark(page, verdict).click()
    expect(await card(page).locator('.found-source p').textContent()).toContain(source)
    await card(page).getByRole('link', { name: '看原文' }).click()
    const marked = await markedWords(page)
    if (words === undefined) expect(marked).toMatch(/^4\.办好人民满意的教育/)
    else expect(marked).toBe(words)
    expectClean()
  })

  test('a list beside, filtered by verdict; J and K go round in what is shown', async () => {
    const { page, expectClean } = await checked()
    const steps: (string | null)[] = []
    for (const key of ['j', 'j', 'k', 'k', 'k']) {
      await page.keyboard.press(key)
      await card(page).waitFor()
      steps.push(chosen(page))
    }
    expect(steps).toEqual(['i1', 'i2', 'i1', 'i8', 'i7'])
    await page.locator('.filter.not-checked').click()
    expect(await page.locator('.found-list li').count()).toBe(2)
    expect(await page.locator('.filter[aria-pressed=true]').textContent()).toBe('○ 未核对 2')
    await page.keyboard.press('J')
    expect(chosen(page)).toBe('i8')
    await page.keyboard.press('J')
    expect(chosen(page)).toBe('i7')
    expect(await mark(page, 'altered').count()).toBe(1) // the draft keeps its marks
    await page.locator('.found-list .found-head').first().click() // a second press closes it
    await card(page).waitFor({ state: 'detached' })
    await page.locator('.filter').first().click()
    expect(await page.locator('.found-list li').count()).toBe(8)
    expectClean()
  })

  test('a Word file: what was met, the copy with comments, the JSON', async () => {
    const { page, expectClean } = await open()
    const inserted = `<w:p><w:ins w:id="1" w:author="甲"><w:r><w:t>${LINES[1]}</w:t></w:r></w:ins></w:p>`
    const buffer = await wordFile(line(LINES[0]!) + inserted + LINES.slice(2, 4).map(line).join(''))
    await page.getByTestId('draft-file').setInputFiles({ name: '请示.docx', mimeType: WORD, buffer })
    await page.locator('.check-result').waitFor()
    expect(await page.locator('h1').textContent()).toBe('请示.docx')
    await page.getByText('读取这份文件时的说明（1）').click()
    expect(await page.locator('.check-notes li').textContent()).toContain('修订')
    const [word] = await Promise.all([page.waitForEvent('download'), button(page, '下载带批注的 Word').click()])
    expect(word.suggestedFilename()).toBe('请示（核对）.docx')
    const comments = await (await JSZip.loadAsync(readFileSync(await word.path()))).file('word/comments.xml')!.async('string')
    expect(comments.match(/【[^】]+】/g)).toEqual(['【一致】', '【有出入】', '【出处不符】', '【无此条款】'])
    const [json] = await Promise.all([page.waitForEvent('download'), button(page, '下载 JSON').click()])
    const saved = JSON.parse(readFileSync(await json.path(), 'utf8')) as CheckedDraft
    expect([json.suggestedFilename(), saved.items.map(({ verdict }) => verdict)]).toEqual(['请示（核对）.json', ['verbatim', 'altered', 'misplaced', 'no-such-clause']])
    for (const { start, end, quote } of saved.items) expect(saved.draft.text!.slice(start, end)).toBe(quote)
    expectClean()
  })

  test('a file that is dropped on the page', async () => {
    const { page, expectClean } = await open()
    await page.locator(BOX).waitFor()
    await page.evaluate(`(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([${JSON.stringify(DRAFT)}], '草稿.md', { type: 'text/markdown' }))
      const main = document.querySelector('main.check')
      for (const type of ['dragenter', 'dragover', 'drop']) main.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }))
    })()`)
    await mark(page, 'altered').waitFor()
    expect(await page.locator('h1').textContent()).toBe('草稿.md')
    expectClean()
  })

  describe('what goes wrong', () => {
    test('a file that is no draft says how it could be one; the page goes on', async () => {
      const { page, expectClean } = await open()
      await page.getByTestId('draft-file').setInputFiles({ name: '请示.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n') })
      expect(await page.getByRole('alert').textContent()).toContain('没有核对成（请示.pdf）：请示.pdf 是PDF，不能作为草稿核对。请核对生成它的 Word 文件')
      await page.locator(BOX).fill(DRAFT)
      await button(page, '开始核对').click()
      await page.locator('.check-result').waitFor()
      expectClean([/422/])
    })

    test('too many checks: said, and tried again by hand', async () => {
      const { page, expectClean } = await open()
      let isFull = true
      await page.route('**/api/check', (route) =>
        isFull
          ? route.fulfill({ status: 503, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '5' }, json: { status: 503, code: 'checks-full', title: 'Too many drafts wait to be checked', detail: '正在核对的草稿太多，请稍候几秒再试。' } })
          : route.fallback(),
      )
      await page.locator(BOX).fill(DRAFT)
      await button(page, '开始核对').click()
      expect(await page.getByRole('alert').textContent()).toContain('正在核对的草稿太多，请稍候几秒再试。')
      isFull = false
      await button(page, '重试').click()
      await page.locator('.check-result').waitFor()
      expectClean([/503/])
    })

    test('a check that is stopped gives the draft back', async () => {
      const { page, expectClean } = await open()
      await page.route('**/api/check', () => {}) // never answered
      await page.locator(BOX).fill(DRAFT)
      await button(page, '开始核对').click()
      await button(page, '停止').click()
      expect(await page.locator(BOX).inputValue()).toBe(DRAFT)
      expectClean()
    })

    test('a draft without quotations is no clean draft that was checked', async () => {
      const { page } = await checked('请予审阅。')
      expect(await page.locator('.summary-verdict').textContent()).toContain('草稿里没有发现引文或引用。')
    })
  })

  test('the draft is kept nowhere: not on the server, not by the browser', async () => {
    const secret = '绝密草稿甲乙丙丁戊己庚辛'
    const { page } = await checked(`${secret}。\n${DRAFT}`)
    await page.getByRole('link', { name: '文件库' }).click()
    await page.getByRole('link', { name: '核对草稿' }).click()
    await page.locator('.check-result').waitFor() // while the page is open it is there
    expect(await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).not.toContain(secret)
    await page.reload()
    await page.locator(BOX).waitFor()
    expect(await page.locator(BOX).inputValue()).toBe('')
    const files = readdirSync(site.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.length).toBeGreaterThan(5)
    for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name)).includes(secret), name).toBe(false)
    expect(site.said()).not.toContain(secret)
  })

  test('50,000 characters with 600 places stay smooth', async () => {
    const many = Array.from({ length: 100 }, (_, at) => LINES.slice(1, 7).map((words) => words.replace('2万亿', `${at + 2}万亿`)).join('\n') + '\n' + '本段说明工作安排，'.repeat(32)).join('\n')
    expect(many.length).toBeGreaterThan(50_000)
    const { page, expectClean } = await checked(many)
    expect(await page.locator('.found-list li').count()).toBe(700)
    const frames = await page.evaluate<number[]>(`new Promise((settle) => {
      const box = document.querySelector('.draft-text')
      let [frames, before, left] = [[], performance.now(), 60]
      const step = (now) => {
        frames.push(now - before)
        before = now
        box.scrollTop += 400
        if (--left > 0) requestAnimationFrame(step)
        else settle(frames.sort((a, b) => a - b))
      }
      requestAnimationFrame(step)
    })`)
    expect(frames[54]).toBeLessThan(250) // of 60: one may be late where other tests run beside
    const took: number[] = []
    for (let at = 0; at < 8; at++) {
      const started = performance.now()
      await page.keyboard.press('j')
      await page.locator('.mark[aria-current=true]').waitFor()
      took.push(performance.now() - started)
    }
    expect(took.sort((a, b) => a - b)[4]).toBeLessThan(1_000)
    const isSeen = `(() => { const [mark, box] = ['.mark[aria-current]', '.draft-text'].map((one) => document.querySelector(one).getBoundingClientRect()); return mark.top >= box.top && mark.bottom <= box.bottom })()`
    await expect.poll(() => page.evaluate<boolean>(isSeen)).toBe(true)
    expectClean()
  })

  test('on a phone: the draft or the list, a card at the foot, nothing wider than the screen', async () => {
    const { page, expectClean, accessibilityFaults } = await checked(DRAFT, { view: 'phone' }, { suggest: true })
    await mark(page, 'altered').tap()
    const sheet = page.locator('.check-sheet')
    await sheet.waitFor()
    expect(await sheet.locator('.found-name b').textContent()).toBe('有出入')
    await sheet.getByRole('button', { name: '下一处（J）' }).tap()
    await expect.poll(() => sheet.locator('.found-name b').textContent()).toBe('出处不符')
    await expect
      .poll(() => page.evaluate<boolean>(`(() => { const [mark, sheet] = ['.mark[aria-current]', '.check-sheet'].map((one) => document.querySelector(one).getBoundingClientRect()); return mark.bottom <= sheet.top && mark.top > 0 })()`))
      .toBe(true)
    expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(await accessibilityFaults()).toEqual([])
    await sheet.getByRole('button', { name: '关闭' }).tap()
    await button(page, /^清单/).tap()
    expect(await page.locator('.found-list li').count()).toBe(9)
    await page.locator('.found-list li').nth(3).tap()
    await card(page).waitFor()
    expect(await accessibilityFaults()).toEqual([])
    expectClean()
  })

  test.each(Object.keys(VIEWS) as View[])('without serious faults for a screen reader: %s', async (view) => {
    const { page, expectClean, accessibilityFaults } = await open('/check', { view })
    await page.locator(BOX).waitFor()
    expect(await accessibilityFaults()).toEqual([])
    await page.locator(BOX).fill(DRAFT)
    await page.getByLabel('推荐出处').check()
    await button(page, '开始核对').click()
    await page.locator('.check-result').waitFor()
    expect(await accessibilityFaults()).toEqual([])
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    expect(await accessibilityFaults()).toEqual([])
    expectClean()
  })

  test('in English', async () => {
    const { page, expectClean } = await checked()
    await button(page, 'English').click()
    expect(await page.locator('.filter').allTextContents()).toEqual([
      'All 8', '≠ Altered 1', '⇄ Misplaced 1', '∅ No such clause 1', '? Not found 1', '○ Not checked 2', '§ Clause exists 1', '✓ Verbatim 1',
    ])
    await button(page, 'Check another').click()
    expect(await page.locator('h1').textContent()).toBe('Check a draft')
    expectClean()
  })
})
