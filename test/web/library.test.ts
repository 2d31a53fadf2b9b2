/** The library on the page: found and sorted, files put in and looked at first, documents replaced, taken out, restored. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { LibraryState } from '../../src/answering/library-desk.ts'
import type { ListedDocument } from '../../src/channels/web/api/queries.ts'
import { describeInBrowser, usePages, type OpenOptions, type Visit } from './browser.ts'
import { BAD_FILES, dropOn, fileOf, pdfFixture, wordFile, writeFiles, type MadeFile } from './library-files.ts'
import { openSite, type Site, type SiteOptions } from './site.ts'
import { ask, BOX, conversationOf, lastOf, markedWords } from './steps.ts'

const BY_KEYWORDS = { TIAOWEN_MODEL_DIR: 'off' }

const RENT = `杭州市人才公寓租金补贴办法
（2025年3月1日杭州市人民政府公布）
第一条 为了规范人才公寓租金补贴，制定本办法。
第二条 人才公寓的租金按照市场评估租金的百分之七十收取。
第三条 申请人应当自入住之日起三十日内提出申请。
第五条 本办法自2025年4月1日起施行。
`
const RENT_TITLE = '杭州市人才公寓租金补贴办法'
const RENT_QUESTION = '人才公寓的租金按照市场评估租金的多少收取？'
const RENT_WORDS = '人才公寓的租金按照市场评估租金的百分之七十收取'

const PETS = `杭州市犬只收容办法
第一条 为了规范犬只收容，制定本办法。
第二条 收容场所应当对收容的犬只进行检疫、免疫。
第三条 犬只收容期限不超过十五日。
`
const PARKS = ['西湖区公园露营管理规定', '第一条 为了规范公园露营，制定本规定。', '第二条 露营者应当在每日二十一时前离开露营区域。']

const rows = (page: Page): Locator => page.locator('.documents-table:not(.loading) tbody tr')
const row = (page: Page, words: string): Locator => rows(page).filter({ hasText: words })
const sourcesOf = (page: Page): Promise<string[]> => rows(page).locator('.file').allTextContents()
const upload = (page: Page, words: string): Locator => page.locator('.upload').filter({ hasText: words })

async function documentsOf({ url }: Site): Promise<readonly ListedDocument[]> {
  return ((await (await fetch(`${url}/api/documents`)).json()) as { documents: ListedDocument[] }).documents
}
const stateOf = async ({ url }: Site): Promise<LibraryState> => (await (await fetch(`${url}/api/library`)).json()) as LibraryState

/** What lies on the disk of what was sent. */
const filesIn = (...folder: string[]): string[] => {
  try {
    return readdirSync(join(...folder)).sort()
  } catch {
    return []
  }
}

/** Presses the button and chooses files that lie on the disk. */
async function choose(page: Page, files: readonly MadeFile[]): Promise<void> {
  const folder = temporaryFolder()
  const paths = writeFiles(folder, Object.fromEntries(files.map(({ name, buffer }) => [name, buffer])))
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /^(?:上传文件|Upload files)$/ }).first().click()
  await (await chooser).setFiles([...paths])
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The button of one file among several: 收录 and, for whoever does not see its row, the title. */
const buttonOf = (page: Page, label: string, title: string): Locator => page.getByRole('button', { name: new RegExp(`^${label}\\s*${title}$`) })

/** Chooses an entry of a row's menu. */
async function act(page: Page, words: string, item: string): Promise<void> {
  await row(page, words).locator('.of-actions button').click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

const expectNoSidewaysScrolling = async (page: Page): Promise<void> =>
  expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)

describeInBrowser('the library', () => {
  const pages = usePages()

  /** A server of its own for the tests of a group, by keywords alone unless said otherwise. */
  function useSite(options: SiteOptions = {}): { readonly site: Site; open(path?: string, options?: OpenOptions): Promise<Visit> } {
    let site: Site | undefined
    beforeAll(async () => {
      site = await openSite({ ...options, env: { ...BY_KEYWORDS, ...options.env } })
    })
    afterAll(() => site?.close())
    return {
      get site() {
        return site!
      },
      open: (path = '/documents', more) => patient(pages.open(site!.url + path, more)),
    }
  }

  describe('the table', () => {
    const on = useSite({ prepare: (home) => writeFileSync(join(home, 'seeds', '租金.txt'), RENT) })

    test('a row says what a document is, and a long title keeps to three lines', async () => {
      const { page, expectClean } = await on.open()
      await rows(page).first().waitFor()
      const cells = row(page, '002_').locator('td, th')
      expect((await cells.allTextContents()).map((words) => words.trim()).slice(0, 4)).toEqual([
        '杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定002_19591aa6ab4e6a68.txt',
        '杭州市人民代表大会常务委员会',
        '2022-06-29 通过（原文写明）',
        'txt',
      ])
      const lines = await page.evaluate<number[]>("[...document.querySelectorAll('.documents-table .title')].map((title) => title.getClientRects().length)")
      expect(Math.max(...lines)).toBeLessThanOrEqual(3)
      expect(await page.evaluate<number>("document.querySelector('thead .of-title').offsetWidth")).toBeGreaterThanOrEqual(420)
      expectClean()
    })

    test('each head sorts, the other way round, and no longer; what is not stated stands last', async () => {
      const { page } = await on.open()
      await rows(page).first().waitFor()
      const numbers = async () => (await sourcesOf(page)).map((source) => source.slice(0, 3)).join(' ')
      const inOrder = '000 001 002 003 004 租金.'
      expect(await numbers()).toBe(inOrder)
      for (const [name, first, second] of [
        ['文件', ['ascending', '003 租金. 002 004 000 001'], ['descending', '000 001 004 002 租金. 003']],
        ['发文机关', ['ascending', '002 租金. 000 001 003 004'], ['descending', '000 001 租金. 002 003 004']],
        ['日期', ['descending', '租金. 004 000 001 002 003'], ['ascending', '002 000 001 004 租金. 003']],
        ['条款', ['descending', '001 000 003 002 租金. 004'], ['ascending', '004 租金. 002 003 000 001']],
        ['问题', ['descending', '003 000 租金. 001 002 004'], ['ascending', '001 002 004 000 租金. 003']],
      ] as const) {
        const head = page.getByRole('columnheader', { name })
        for (const expected of [first, second, ['none', inOrder]]) {
          await head.getByRole('button').click()
          await expect.poll(async () => [await head.getAttribute('aria-sort'), await numbers()], { message: name }).toEqual(expected)
        }
      }
    })

    test('a search goes into the address, says how many it found, and stays over a reload with the order and the reader', async () => {
      const { page, expectClean } = await on.open()
      await page.getByRole('textbox', { name: '按标题、发文机关、文号或文件名查找' }).fill('中共 决定')
      await page.getByText('找到 2 份，共 6 份').waitFor()
      await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('中共 决定')
      await page.getByRole('columnheader', { name: '条款' }).getByRole('button').click()
      await rows(page).first().locator('a.title').click()
      await page.locator('.reader .text-block').first().waitFor()
      const state = async () => [await sourcesOf(page), await page.locator('.reader-title').textContent(), await page.locator('tr[data-read=true] .file').textContent()]
      const before = await state()
      expect(before[0]).toEqual(['001_c3e04e6f9f8af2f3.txt', '000_76b057a27a625e20.txt'])
      await page.reload()
      await page.locator('.reader .text-block').first().waitFor()
      await rows(page).first().waitFor()
      expect(await state()).toEqual(before)

      await page.locator('.search input').fill('没有这个词')
      await page.getByText('没有与“没有这个词”相符的文件。').waitFor()
      await page.getByRole('button', { name: '显示全部' }).click()
      await expect.poll(() => rows(page).count()).toBe(6)
      expectClean()
    })

    test('a problem of the numbers leads to the clause in the reader', async () => {
      const { page, accessibilityFaults } = await on.open()
      await page.getByRole('button', { name: `“${RENT_TITLE}”有 1 处问题，查看` }).click()
      const dialog = page.getByRole('dialog', { name: '编号问题' })
      expect(await dialog.locator('li').first().textContent()).toContain('第五条')
      expect(await accessibilityFaults()).toEqual([])
      await dialog.getByRole('button', { name: /^在原文中查看/ }).click()
      expect(await markedWords(page)).toBe('第五条 本办法自2025年4月1日起施行。')
    })

    test("a row's menu by keyboard: reading it, and asking about it alone", async () => {
      const { page } = await on.open()
      const button = row(page, '租金.txt').getByRole('button', { name: `“${RENT_TITLE}”的操作` })
      await button.focus()
      // a key goes where the focus is, and the menu takes it a moment after it opens
      const focused = () => page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()')
      const isAt = (words: string) => expect.poll(focused).toBe(words)
      await page.keyboard.press('Enter')
      await isAt('阅读')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Escape')
      await isAt(`“${RENT_TITLE}”的操作`)
      await page.keyboard.press('Enter')
      await isAt('阅读')
      await page.keyboard.press('End')
      await isAt('移除')
      await page.keyboard.press('Home')
      await isAt('阅读')
      await page.keyboard.press('ArrowDown')
      await isAt('就此提问')
      await page.keyboard.press('Enter')
      const id = (await documentsOf(on.site)).find(({ source }) => source === '租金.txt')!.id
      await expect.poll(() => page.url()).toBe(`${on.site.url}/?about=${id}`)
      await expect.poll(() => page.locator('.scope-chips li').allTextContents()).toEqual([expect.stringContaining(RENT_TITLE)])
      await ask(page, '第二条讲了什么？')
      expect((await conversationOf(page)).exchanges[0]!.documents).toEqual([id])
    })

    test.each(['desktop', 'phone', 'dark'] as const)('%s: nothing that a screen reader, a narrow page or the policy minds', async (view) => {
      const { page, expectClean, accessibilityFaults } = await on.open('/documents', { view })
      await rows(page).first().waitFor()
      expect(await accessibilityFaults()).toEqual([])
      await expectNoSidewaysScrolling(page)
      await choose(page, [fileOf('犬只.txt', PETS), ...BAD_FILES.slice(0, 2).map(([file]) => file)])
      await upload(page, '已读出').waitFor()
      expect(await accessibilityFaults()).toEqual([])
      await upload(page, '已读出').getByRole('button', { name: /^查看/ }).click()
      await page.locator('.clause').first().waitFor()
      expect(await accessibilityFaults()).toEqual([])
      await expectNoSidewaysScrolling(page)
      await page.getByRole('dialog').getByRole('button', { name: '放弃' }).click()
      expectClean()
    })

    test('in English, the refusals too', async () => {
      const { page, accessibilityFaults } = await on.open()
      await page.getByRole('button', { name: 'English' }).click()
      await page.getByRole('heading', { name: 'Documents' }).waitFor()
      expect(await page.locator('thead th').allTextContents()).toEqual(['Document', 'Issuer', 'Date', 'Kind', 'Clauses', 'Problems', 'Origin', 'Actions'])
      await choose(page, [BAD_FILES[0]![0]])
      await upload(page, 'This format is not supported; not uploaded. Open it in Word or WPS and save it as docx.').waitFor()
      expect(await accessibilityFaults()).toEqual([])
      const right = (what: string) => `${what}.getBoundingClientRect().right`
      const over = await page.evaluate<number[]>(`[...document.querySelectorAll('.sort')].map((one) => ${right('one')} - ${right('one.parentElement')})`)
      expect(Math.max(...over)).toBeLessThanOrEqual(0)
    })
  })

  describe('files put in', () => {
    const on = useSite()
    const staged = () => filesIn(on.site.home, 'data', 'staging')

    test('several at once by the button: good ones wait to be accepted, each bad one says what to do, nothing of it stays', async () => {
      const { page, expectClean } = await on.open()
      await rows(page).first().waitFor()
      const before = await documentsOf(on.site)
      const good = [fileOf('犬只.txt', PETS), await wordFile('露营.docx', PARKS), pdfFixture('export-control', '出口管制法.pdf')]
      await choose(page, [...BAD_FILES.map(([file]) => file), ...good])
      await page.getByText(`已处理 13/13 个文件 · ${BAD_FILES.length} 个没有成功`).waitFor()
      for (const [{ name }, sentence] of BAD_FILES) expect(await upload(page, name).first().locator('.upload-state').textContent(), name).toContain(sentence)
      expect(await upload(page, '等待收录').locator('.upload-name').allTextContents()).toEqual([
        '杭州市犬只收容办法 犬只.txt',
        '西湖区公园露营管理规定 露营.docx',
        '中华人民共和国出口管制法 出口管制法.pdf',
      ])
      await expect.poll(() => page.getByRole('button', { name: '全部收录（3）' }).count()).toBe(1)
      expect(await documentsOf(on.site)).toEqual(before)
      expect(filesIn(on.site.home, 'data', 'documents')).toEqual([])
      for (const title of ['杭州市犬只收容办法', '西湖区公园露营管理规定', '中华人民共和国出口管制法']) await buttonOf(page, '放弃', title).click()
      await expect.poll(staged).toEqual([])
      await page.getByRole('button', { name: '清理列表' }).click()
      expectClean([/status of 422/, /api\/uploads: 422/])
    })

    test('dropped, a folder with all below it too; what a computer puts there is left out', async () => {
      const folder = temporaryFolder()
      const [one] = writeFiles(folder, { '犬只.txt': PETS, '一批/露营.docx': (await wordFile('', PARKS)).buffer, '一批/下面/.DS_Store': 'x', '一批/下面/~$草案.docx': 'x', '一批/下面/公文.ofd': 'PK' })
      const { page } = await on.open()
      await rows(page).first().waitFor()
      await dropOn(page, [one!, join(folder, '一批')], () => page.getByText('松开即上传').waitFor())
      await page.getByText('已处理 3/3 个文件 · 1 个没有成功').waitFor()
      expect((await page.locator('.upload-name small').allTextContents()).filter((words) => words.includes('.')).sort()).toEqual(['犬只.txt', '露营.docx'])
      expect(await page.locator('.drop-target').count()).toBe(0)
      for (const title of ['杭州市犬只收容办法', '西湖区公园露营管理规定']) await buttonOf(page, '放弃', title).click()
      await expect.poll(staged).toEqual([])
    })

    test('over a slow line one sees how far a file is, and gives it up', async () => {
      const { page } = await on.open()
      await rows(page).first().waitFor()
      const session = await page.context().newCDPSession(page)
      const throttle = (uploadThroughput: number) =>
        session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput })
      await session.send('Network.enable')
      await throttle(400_000)
      await choose(page, [fileOf('大文件.txt', PETS.repeat(12_000))])
      await page.getByRole('progressbar', { name: '大文件.txt 的上传进度' }).waitFor()
      const sent = () => page.evaluate<number>("(() => { const bar = document.querySelector('.upload progress'); return bar ? bar.value / bar.max : 0 })()")
      await expect.poll(sent, { interval: 20 }).toBeGreaterThan(0.05)
      const early = await sent()
      await expect.poll(sent, { interval: 20 }).toBeGreaterThan(early)
      expect(await sent()).toBeLessThan(1)
      expect(await upload(page, '大文件.txt').locator('.upload-state').textContent()).toMatch(/^正在上传 \d+%$/)
      await page.getByRole('button', { name: '取消上传: 大文件.txt' }).click()
      expect(await page.locator('.upload').count()).toBe(0)
      await throttle(-1)
      await choose(page, [fileOf('犬只.txt', PETS)])
      await upload(page, '已读出').waitFor()
      await buttonOf(page, '放弃', '杭州市犬只收容办法').click()
      await expect.poll(staged).toEqual([])
    })

    test('where the connection is gone the file waits for another try', async () => {
      const { page } = await on.open()
      await rows(page).first().waitFor()
      await page.context().setOffline(true)
      await choose(page, [fileOf('犬只.txt', PETS)])
      expect(await upload(page, '犬只.txt').locator('.upload-state', { hasText: '连不上服务' }).textContent()).toBe('连不上服务：请检查网络，或确认服务正在运行，然后重试。')
      await page.context().setOffline(false)
      await buttonOf(page, '重试', '犬只.txt').click()
      await upload(page, '已读出 4 个条款，等待收录').waitFor()
      await buttonOf(page, '放弃', '杭州市犬只收容办法').click()
      await expect.poll(staged).toEqual([])
    })

    test('the clauses are looked at before it counts, also after a reload; accepted, it answers, and the citation opens the very words', async () => {
      const { page, expectClean } = await on.open()
      await rows(page).first().waitFor()
      await choose(page, [fileOf('租金.txt', RENT)])
      await buttonOf(page, '查看', RENT_TITLE).click()
      const preview = page.getByRole('dialog', { name: '收录前查看' })
      await preview.waitFor()
      await page.reload()
      await preview.getByText('还没有收录，不会用于回答。').waitFor()
      await expect.poll(() => preview.locator('.clause-line b').allTextContents()).toEqual(['题头', '第一条', '第二条', '第三条', '第五条'])
      expect(await preview.locator('.clause-words').nth(2).textContent()).toBe(`${RENT_WORDS}。`)
      expect(await preview.locator('.facts > div').first().textContent()).toBe('发文机关杭州市人民政府 原文写明')
      await preview.getByText('1 处问题').last().click()
      expect(await preview.locator('details.problems li').textContent()).toContain('第五条')
      expect((await documentsOf(on.site)).length).toBe(5)
      await preview.getByRole('button', { name: '收录', exact: true }).click()
      await page.getByRole('region', { name: '正在更新索引' }).waitFor()
      await row(page, RENT_TITLE).waitFor()
      expect(await row(page, RENT_TITLE).locator('.fresh').textContent()).toBe('新')
      expect(await row(page, RENT_TITLE).locator('.of-origin').textContent()).toBe('上传')
      await page.getByRole('region', { name: '正在更新索引' }).waitFor({ state: 'detached' })
      expect(await upload(page, RENT_TITLE).locator('.upload-state').textContent()).toBe('已收录，可以用于回答')

      await upload(page, RENT_TITLE).getByRole('link', { name: '就此提问' }).click()
      const exchange = await ask(page, RENT_QUESTION)
      expect(await exchange.locator('.quotation').textContent()).toContain(RENT_WORDS)
      await exchange.locator('.answer-words a.chip').first().click()
      expect(await markedWords(page)).toContain(RENT_WORDS)
      expect(await page.locator('.reader-title').textContent()).toBe(`《${RENT_TITLE}》`)
      expectClean()
    })

    test('accepted all at once: a file that the library has already is not among them', async () => {
      const { page } = await on.open()
      await rows(page).first().waitFor()
      await choose(page, [fileOf('又一份租金.txt', RENT), fileOf('犬只.txt', PETS), await wordFile('露营.docx', PARKS)])
      await upload(page, `文件库里已有同样的文件：${RENT_TITLE}`).waitFor()
      await page.getByRole('button', { name: '全部收录（2）' }).click()
      await row(page, '犬只.txt').waitFor()
      await row(page, '露营.docx').waitFor()
      expect((await sourcesOf(page)).filter((source) => !/^00/.test(source)).sort()).toEqual(['犬只.txt', '租金.txt', '露营.docx'].sort())
      await page.goto(on.site.url)
      const exchange = await ask(page, '露营者应当在每日几时前离开露营区域？')
      await exchange.locator('.answer-words a.chip').first().click()
      expect(await markedWords(page)).toContain('露营者应当在每日二十一时前离开露营区域')
      expect((await stateOf(on.site)).skipped).toEqual([])
    })

    test('with the keyboard alone: chosen, looked at, accepted', async () => {
      const { page } = await on.open()
      await rows(page).first().waitFor()
      const chooser = page.waitForEvent('filechooser')
      await tabTo(page, '上传文件')
      await page.keyboard.press('Enter')
      await (await chooser).setFiles([fileOf('树木.txt', '杭州市古树保护规定\n第一条 为了保护古树，制定本规定。\n第二条 古树每三年普查一次。\n')])
      await upload(page, '已读出 3 个条款').waitFor()
      await tabTo(page, '查看杭州市古树保护规定')
      await page.keyboard.press('Enter')
      await page.getByRole('dialog', { name: '收录前查看' }).waitFor()
      await tabTo(page, '收录')
      await page.keyboard.press('Enter')
      await row(page, '杭州市古树保护规定').waitFor()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('uploads-heading')
    })
  })

  describe('documents that change', () => {
    const on = useSite({
      prepare: (home) => {
        writeFileSync(join(home, 'seeds', '租金.txt'), RENT)
        writeFileSync(join(home, 'seeds', '空.txt'), '')
      },
    })
    const file = () => join(on.site.home, 'seeds', '租金.txt')

    test('an earlier answer tells at the citation that its words have changed, are gone; its link opens what it quoted', async () => {
      const { page } = await on.open('/')
      const bytes = readFileSync(file())
      await ask(page, RENT_QUESTION)
      const conversation = page.url()
      const citation = (await conversationOf(page)).exchanges[0]!.answer!.citations[0]!
      const replaceBy = async (name: string, text: string) => {
        await page.goto(`${on.site.url}/documents`)
        const chooser = page.waitForEvent('filechooser')
        await act(page, RENT_TITLE, '上传新文件代替')
        await (await chooser).setFiles([fileOf(name, text)])
        const accepted = page.waitForResponse((response) => response.url().endsWith('/accept'))
        await buttonOf(page, '收录', RENT_TITLE).click()
        await accepted
        await row(page, name).waitFor()
        await expect.poll(async () => (await stateOf(on.site)).indexing).toBeUndefined()
      }
      /** What the answer says of its citation now, and what its link opens, with the warning over it. */
      const told = async () => {
        await page.goto(conversation)
        const chip = lastOf(page).locator('.answer-words a.chip').first()
        await chip.hover()
        const card = page.locator('.citation-card')
        await card.waitFor()
        const said = { chip: await chip.getAttribute('class'), note: await lastOf(page).getByText('这次回答之后，所引文件有变动').count(), card: await card.locator('.card-change').allTextContents() }
        await chip.click()
        const marked = await markedWords(page)
        return { ...said, marked, over: (await page.locator('.reader-warning p').allTextContents()).join('') }
      }
      // opened anew until it is so: a page that was opened while the new text came to serve may still be of the old one
      const isTold = (expected: Awaited<ReturnType<typeof told>>) => expect.poll(told, { interval: 500, timeout: 40_000 }).toEqual(expected)
      const standing = { chip: 'chip', note: 0, card: [], marked: citation.quote }
      const quoted = { chip: 'chip stale', note: 1, marked: citation.quote }

      await isTold({ ...standing, over: '' })
      await replaceBy('租金二.txt', RENT.replace('第一条 ', '第一条 为了吸引人才，').replace('第三条 申请人', '第三条 补贴的申请人'))
      // the same words in the same clause, some characters further on: no reason to warn
      await isTold({ ...standing, over: '这是较早的一版文本，文件已有更新。看现行文本' })
      await page.getByRole('link', { name: '看现行文本' }).click()
      await expect.poll(() => page.locator('.reader-warning').count()).toBe(0)

      await replaceBy('租金三.txt', RENT.replace('百分之七十', '百分之六十'))
      await isTold({ ...quoted, card: ['现行文本中已没有这句话'], over: '这是较早的一版文本，文件已有更新。引用的文字在现行文本中已经改动或删去。看现行文本' })

      await page.goto(`${on.site.url}/documents`)
      await act(page, '租金三.txt', '移除')
      await page.getByRole('dialog').getByRole('button', { name: '移除' }).click()
      await expect.poll(async () => (await documentsOf(on.site)).length).toBe(5)
      await isTold({ ...quoted, card: ['文件已移除'], over: '文件已移除。这里保留的是移除前的文本。' })
      expect(readFileSync(file()).equals(bytes)).toBe(true)

      await page.goto(`${on.site.url}/documents`)
      await page.getByText('已移除 1 份').click()
      await buttonOf(page, '恢复', RENT_TITLE).click()
      await row(page, '租金三.txt').waitFor()
    })

    test('files that could not be read, and apart from them those that an upload took the place of', async () => {
      const { page, accessibilityFaults } = await on.open()
      expect((await stateOf(on.site)).skipped.map(({ source, code }) => [source, code])).toEqual([['租金.txt', 'replaced'], ['空.txt', 'file-format']])
      const unread = page.locator('details.skipped')
      await unread.getByText('1 个文件没有收录').click()
      expect(await unread.locator('li').allTextContents()).toEqual(['空.txt 里没有文字，是空文件（0 字节）。可能没有下载或保存完整，请重新取得后再放入。'])
      const replaced = page.locator('details.listed', { hasText: '1 个文件已由上传的代替' })
      await replaced.locator('summary').click()
      expect(await replaced.locator('li').allTextContents()).toEqual(['租金.txt 已由上传的 租金三.txt 代替，未收录。要改用文件夹里的这一份，请给它改名。'])
      expect(await page.evaluate<string>("getComputedStyle(document.querySelector('.listed:not(.skipped) > summary')).color")).toBe('rgb(31, 36, 40)')
      expect(await accessibilityFaults()).toEqual([])
    })

    test("a file of the operator's folder is hidden, not touched; undone at once, and restored later", async () => {
      const { page, expectClean } = await on.open()
      const path = join(on.site.home, 'seeds', '002_19591aa6ab4e6a68.txt')
      const bytes = readFileSync(path)
      const { ino, mtimeMs, ctimeMs } = statSync(path)
      const corridor = row(page, '城西科创大走廊')
      const { id } = (await documentsOf(on.site)).find(({ source }) => source.startsWith('002'))!
      const remove = async () => {
        await act(page, '城西科创大走廊', '移除')
        const dialog = page.getByRole('dialog', { name: '从文件库移除？' })
        expect(await dialog.textContent()).toContain('文件夹里的文件不会被改动或删除')
        await dialog.getByRole('button', { name: '移除' }).click()
        await corridor.waitFor({ state: 'detached' })
      }
      const isThere = async () => (await documentsOf(on.site)).some((one) => one.id === id)
      await remove()
      await page.locator('.toast').getByRole('button', { name: '撤销' }).click()
      await corridor.waitFor()
      await expect.poll(async () => (await stateOf(on.site)).indexing).toBeUndefined()
      expect(await isThere()).toBe(true)

      await remove()
      await expect.poll(isThere).toBe(false)
      await page.getByText('已移除 1 份').click()
      await page.getByRole('button', { name: /^恢复\s*杭州市人民代表大会/ }).click()
      await corridor.waitFor()
      await expect.poll(isThere).toBe(true)
      expect(await page.getByText('已移除 1 份').count()).toBe(0)
      expect(readFileSync(path).equals(bytes)).toBe(true)
      expect(statSync(path)).toMatchObject({ ino, mtimeMs, ctimeMs })
      expectClean()
    })

    test('a round that fails says so, loses nothing, and is tried again with a press', async () => {
      const { page, accessibilityFaults, expectClean } = await on.open()
      await rows(page).first().waitFor()
      const sidecar = join(on.site.home, 'seeds', 'documents.yaml')
      const stated = readFileSync(sidecar)
      const count = (await documentsOf(on.site)).length
      writeFileSync(sidecar, 'documents: [没有写完')
      await choose(page, [fileOf('犬只.txt', PETS)])
      await buttonOf(page, '收录', '杭州市犬只收容办法').click()
      const banner = page.locator('.banner.bad')
      await banner.waitFor()
      expect(await banner.textContent()).toContain('上一次更新索引没有成功，现在用的是更新前的内容。索引没有更新，原有的索引继续回答；文件都已存好。')
      expect(await accessibilityFaults()).toEqual([])
      expect([await rows(page).count(), (await documentsOf(on.site)).length]).toEqual([count, count])
      expect(filesIn(on.site.home, 'data', 'documents')).toContain('犬只.txt')
      await banner.getByRole('button', { name: '现在再试' }).click()
      await page.getByRole('region', { name: '正在更新索引' }).waitFor()
      await banner.waitFor()

      writeFileSync(sidecar, stated)
      await banner.getByRole('button', { name: '现在再试' }).click()
      await row(page, '杭州市犬只收容办法').waitFor()
      await banner.waitFor({ state: 'detached' })
      expectClean()
    })
  })

  describe('uploads switched off', () => {
    const on = useSite({ env: { TIAOWEN_UPLOADS: 'off' } })

    test('the page says so and offers nothing that would be refused', async () => {
      const { page, expectClean, accessibilityFaults } = await on.open()
      await page.getByText('这里没有开放上传。由管理员把文件放进服务器的文件夹，条问会自动收录。').waitFor()
      expect(await page.getByRole('button', { name: '上传文件' }).count()).toBe(0)
      await row(page, '002_').locator('.of-actions button').click()
      expect(await page.getByRole('menuitem').allTextContents()).toEqual(['阅读', '就此提问'])
      await page.keyboard.press('Escape')
      await dropOn(page, writeFiles(temporaryFolder(), { '犬只.txt': PETS }))
      expect(await page.locator('.upload, .drop-target').count()).toBe(0)
      expect(page.url()).toBe(`${on.site.url}/documents`)
      expect(await accessibilityFaults()).toEqual([])
      expectClean()
    })
  })

  describe('an empty library', () => {
    const on = useSite({ env: { TIAOWEN_FOLDERS: '' } })

    test('leads from the first upload to the first answer', async () => {
      const { page, expectClean } = await on.open()
      await page.getByRole('heading', { name: '文件库还是空的' }).waitFor()
      const chooser = page.waitForEvent('filechooser')
      await page.locator('.first').getByRole('button', { name: '上传文件' }).click()
      await (await chooser).setFiles([fileOf('租金.txt', RENT)])
      await buttonOf(page, '收录', RENT_TITLE).click()
      await row(page, RENT_TITLE).waitFor()
      await page.getByText('1 份文件，5 个条款').first().waitFor()
      await page.getByRole('link', { name: '新对话' }).first().click()
      await page.locator(BOX).waitFor()
      const exchange = await ask(page, RENT_QUESTION)
      await exchange.locator('.answer-words a.chip').first().click()
      expect(await markedWords(page)).toContain(RENT_WORDS)
      expectClean()
    })
  })

  describe('with the model', () => {
    test('vectors are made of what was put in, and a question in other words finds it', async ({ skip }) => {
      const site = await openSite()
      onTestFinished(() => site.close())
      const ready = (await (await fetch(`${site.url}/readyz`)).json()) as { model: string | null }
      if (ready.model === null) skip()
      const { page, expectClean } = await patient(pages.open(`${site.url}/documents`))
      await rows(page).first().waitFor()
      await choose(page, [await wordFile('租金.docx', RENT.trim().split('\n'))])
      await buttonOf(page, '收录', RENT_TITLE).click()
      await row(page, RENT_TITLE).waitFor({ timeout: 30_000 }) // 512 numbers for each of its units, on a busy machine
      await page.goto(site.url)
      const exchange = await ask(page, '人才公寓租金按市场评估租金的几成收？')
      const { retrieval, citations } = (await conversationOf(page)).exchanges[0]!.answer!
      expect([retrieval, citations[0]?.title]).toEqual(['hybrid', RENT_TITLE])
      await exchange.locator('.answer-words a.chip').first().click()
      expect(await markedWords(page)).toBe(citations[0]!.quote)
      expectClean()
    })
  })
})

/** Nothing here takes ten seconds: what is missing is told soon. */
async function patient(opening: Promise<Visit>): Promise<Visit> {
  const visit = await opening
  visit.page.setDefaultTimeout(10_000)
  return visit
}

/** Presses Tab until the button of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const focused = () => page.evaluate<string>("(document.activeElement?.textContent ?? '').trim()")
  for (let press = 0; press < 60; press++) {
    await page.keyboard.press('Tab')
    if ((await focused()) === name) return
  }
  throw new Error(`no Tab leads to ${name}`)
}
