/** The administration in a browser: keys, people, collections, charts, the audit log; and what is tried against it. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { fillAdminData } from '../../scripts/admin-data.mjs'
import type { UsageRow } from '../../src/state/usage.ts'
import { answered } from '../channels/scripted.ts'
import { describeInBrowser, usePages, type Visit } from './browser.ts'
import { PAYLOADS } from './payloads.ts'
import { openSite, type Site } from './site.ts'

const KEY = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const BY_KEYWORDS = { TIAOWEN_MODEL_DIR: 'off' }
const PARTS = ['overview', 'keys', 'people', 'collections', 'documents', 'generations', 'channels', 'audit', 'log'] as const
/** The server stops letting this machine in by itself while the page has questions under way. */
const SHUT = [/401/]

const statusWith = async ({ url }: Site, secret: string, path = '/api/documents'): Promise<number> =>
  (await fetch(url + path, { headers: { Authorization: `Bearer ${secret}` } })).status

/** Signed in as whoever holds a key. */
async function signedIn({ url }: Site, key: string): Promise<BrowserContextOptions> {
  const response = await fetch(`${url}/api/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ key }) })
  expect(response.status).toBe(200)
  const [name = '', value = ''] = response.headers.getSetCookie()[0]!.split(';')[0]!.split(/=(.*)/s)
  const cookie = { name, value, domain: new URL(url).hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' as const }
  return { storageState: { cookies: [cookie], origins: [] } }
}

async function change({ url }: Site, path: string, body: object, method = 'POST'): Promise<any> {
  const response = await fetch(`${url}/api/admin/${path}`, { method, headers: { 'X-API-Key': KEY, 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  expect([path, response.ok]).toEqual([path, true])
  return response.json()
}

const row = (page: Page, words: string) => page.locator('.admin-table tbody tr').filter({ hasText: words })
const go = (page: Page, name: string) => page.locator('.admin-nav').getByRole('link', { name, exact: true }).click()
const dialog = (page: Page) => page.getByRole('dialog')
/** As the section is with all it shows. */
async function openPart(page: Page, part: (typeof PARTS)[number]): Promise<void> {
  await page.locator(`.admin-nav a[data-part=${part}]`).click()
  await page.locator('.admin-section[aria-busy=true]').waitFor({ state: 'detached' })
  await page.locator(`.admin-nav a[data-part=${part}][aria-current=page]`).waitFor()
}

const sideways = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    const label = await page.evaluate<string>("(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? '').trim()")
    if (label.startsWith(name)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${name}`)
}

describeInBrowser('the administration', () => {
  const pages = usePages()

  describe('of a server that has no key yet', () => {
    let site: Site
    beforeAll(async () => {
      site = await openSite({ env: BY_KEYWORDS })
    })
    afterAll(() => site.close())

    test('the first key signs the page in; another works until it is revoked; a person and a collection come to be', async () => {
      const { page, expectClean } = await pages.open(`${site.url}/admin`)
      await page.getByText('还没有密钥和人员').waitFor()
      await go(page, '密钥')
      const create = async (name: string, scopes: readonly string[]): Promise<string> => {
        await page.getByRole('button', { name: '新建密钥' }).click()
        await dialog(page).getByLabel('名称').fill(name)
        for (const scope of scopes) await dialog(page).getByRole('checkbox', { name: scope }).check()
        await dialog(page).getByRole('button', { name: '创建' }).click()
        await dialog(page).getByText('这是唯一一次显示').waitFor()
        const secret = await dialog(page).getByLabel(`“${name}”的密钥`).inputValue()
        await page.keyboard.press('Escape') // a slip does not lose it
        await dialog(page).getByRole('button', { name: '我已保存，关闭' }).click()
        return secret
      }
      await page.getByRole('button', { name: '新建密钥' }).click()
      await dialog(page).getByLabel('名称').fill('只读')
      await dialog(page).getByRole('button', { name: '创建' }).click()
      await dialog(page).getByRole('alert').filter({ hasText: '第一个密钥或人员须是管理员' }).waitFor()
      await dialog(page).getByRole('button', { name: '取消' }).click()

      const own = await create('总管', ['管理'])
      await row(page, '总管').waitFor()
      expect(await fetch(`${site.url}/api/documents`).then(({ status }) => status)).toBe(401)
      expect(await statusWith(site, own, '/api/admin/keys')).toBe(200)

      const secret = await create('检索接口', [])
      expect(await statusWith(site, secret)).toBe(200)
      expect(await statusWith(site, secret, '/api/admin/keys')).toBe(403)
      await row(page, '检索接口').getByRole('button', { name: '吊销' }).click()
      await dialog(page).getByText('立即被拒绝').waitFor()
      await dialog(page).getByRole('button', { name: '吊销' }).click()
      await expect.poll(() => row(page, '检索接口').count()).toBe(0)
      expect(await statusWith(site, secret)).toBe(401)
      await page.getByRole('checkbox', { name: '显示已吊销和已到期的（1）' }).check()
      await row(page, '检索接口').getByText('已吊销').waitFor()

      await go(page, '文件集')
      await page.getByRole('button', { name: '新建文件集' }).click()
      await dialog(page).getByLabel('名称').fill('人事')
      await dialog(page).getByRole('button', { name: '创建' }).click()
      await dialog(page).getByLabel('按标题或文件名查找文件').fill('002_')
      await expect.poll(() => dialog(page).locator('.admin-list label').count()).toBe(1)
      await dialog(page).locator('.admin-list input').check()
      await dialog(page).getByRole('button', { name: '保存' }).click()
      await page.locator('.admin-cards li').filter({ hasText: '人事' }).getByText('0 个文件夹，另有 1 份文件').waitFor()

      await go(page, '人员')
      await page.getByRole('button', { name: '加入人员' }).click()
      await dialog(page).getByLabel('登录名').fill('li.hua')
      await dialog(page).getByLabel('姓名').fill('李华')
      await dialog(page).getByRole('radio', { name: '编辑' }).check()
      await dialog(page).getByRole('radio', { name: '不属于任何文件集的文件' }).check()
      await dialog(page).getByRole('checkbox', { name: '人事' }).check()
      await dialog(page).getByLabel('密码').fill('a password of some length')
      await dialog(page).getByRole('button', { name: '加入' }).click()
      await row(page, '李华').getByText('公共文件与人事').waitFor()
      const shown = await fetch(`${site.url}/api/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'li.hua', password: 'a password of some length' }) })
      expect(((await shown.json()) as { who: object }).who).toMatchObject({ name: '李华', scopes: ['ask', 'search', 'ingest'] })
      await row(page, '李华').getByRole('button', { name: '停用' }).click()
      await dialog(page).getByRole('button', { name: '停用' }).click()
      await row(page, '李华').getByText('已停用').waitFor()

      await go(page, '审计')
      await page.getByRole('button', { name: '核对整条链' }).click()
      await page.locator('.verdict[data-whole=true]').waitFor()
      await page.getByLabel('按动作筛选').selectOption('key.revoke')
      await expect.poll(() => page.locator('.admin-table tbody tr').count()).toBe(1)
      expectClean([...SHUT, /: 400/, /status of 400/])
    })
  })

  describe('of an office', () => {
    let site: Site
    let rows: readonly UsageRow[]
    let reader: string
    /** Names of at most 80 characters on one line. */
    const shown = PAYLOADS.filter(({ sink, text }) => sink === 'markup' && [...text].length <= 80 && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text) && text.trim() === text).slice(0, 12)
    beforeAll(async () => {
      const prepare = async (home: string) => {
        ;({ rows } = await fillAdminData(join(home, 'data', 'state.sqlite'), { answer: answered({ question: '目标？' }) }))
      }
      site = await openSite({ env: { ...BY_KEYWORDS, TIAOWEN_API_KEY: KEY }, prepare })
      reader = (await change(site, 'keys', { name: '读者', scopes: ['ask', 'search'], sight: 'all' })).secret
    })
    afterAll(() => site.close())
    const open = async (path: string, options: Parameters<typeof pages.open>[1] = {}, key = KEY): Promise<Visit> =>
      pages.open(site.url + path, { ...options, context: { ...options.context, ...(await signedIn(site, key)) } })

    test('the charts tell the numbers there are, to the pointer, to the keys and in tables', async () => {
      const { page, expectClean, layoutShift } = await open('/admin?part=channels')
      await page.locator('.condition').waitFor() // which moves what is below it, on every page
      const shift = await layoutShift()
      await page.evaluate("document.querySelector('[data-part=overview]').click()") // no input of a person: what moves then counts
      const count = (only: Partial<UsageRow>) => rows.filter((one) => Object.entries(only).every(([name, value]) => one[name as keyof UsageRow] === value)).reduce((sum, one) => sum + one.count, 0)
      const all = count({})
      await expect.poll(() => page.locator('.tiles dd').allTextContents()).toEqual([String(all), `${Math.round((100 * count({ outcome: 'answered' })) / all)}%`, `${Math.round((100 * count({ outcome: 'declined' })) / all)}%`, '0.4 秒'])
      const days = [...new Set(rows.map(({ day }) => day))].sort()
      expect(days).toHaveLength(56)
      const told = (day: string) => ['answered', 'declined', 'ambiguous', 'error'].map((outcome) => count({ day, outcome: outcome as UsageRow['outcome'] }))
      const chart = page.getByRole('figure', { name: '每天的提问' })
      await chart.getByText('数据表').click()
      const inTable = await chart.locator('tbody tr').evaluateAll((found) => found.map((one) => [...(one as any).cells].map((cell: any) => cell.textContent)))
      expect(inTable).toEqual(days.map((day) => [day, ...told(day).map(String)]))

      const plot = chart.getByRole('slider')
      await plot.focus()
      await page.keyboard.press('Home')
      await page.keyboard.press('ArrowRight')
      const [answeredThen, declinedThen, ambiguousThen, errorThen] = told(days[1]!)
      await expect.poll(() => plot.getAttribute('aria-valuetext')).toBe(`${days[1]}：已回答 ${answeredThen}，未能回答 ${declinedThen}，需要选择 ${ambiguousThen}，出错 ${errorThen}`)
      await plot.hover()
      const tip = await chart.locator('.chart-tip').innerText()
      const day = /\d{4}-\d{2}-\d{2}/.exec(tip)![0]
      expect(tip.replace(/\s+/g, ' ')).toBe(`${day} 已回答 ${told(day)[0]} 未能回答 ${told(day)[1]} 需要选择 ${told(day)[2]} 出错 ${told(day)[3]}`)
      const heights = await chart.locator('.layer').first().locator('rect').evaluateAll((found) => found.map((one) => Number((one as any).getAttribute('height'))))
      const [first, last] = [heights[0]! / told(days[0]!)[0]!, heights.at(-1)! / told(days.at(-1)!)[0]!]
      expect(first / last).toBeCloseTo(1, 5)

      const weeks = page.getByRole('figure', { name: '每周的评价' })
      await weeks.getByText('数据表').click()
      const ratings = await weeks.locator('tbody tr').evaluateAll((found) => found.map((one) => [...(one as any).cells].slice(1).map((cell: any) => Number(cell.textContent))))
      expect(ratings.reduce(([up = 0, down = 0], [more = 0, less = 0]) => [up + more, down + less], [0, 0])).toEqual([9, 4])
      const reasons = page.locator('.shares').filter({ hasText: '没有帮助的原因' }).locator('li')
      expect((await reasons.first().innerText()).replace(/\s+/g, ' ')).toBe('没有回答我的问题 3 50%')
      expect(await page.locator('.remarks li').count()).toBe(13)
      expect((await layoutShift()) - shift).toBeLessThan(0.02)
      expectClean()
    })

    test('nothing in a name, a folder or a line of the log is run', async () => {
      for (const { text } of shown.slice(0, 4)) {
        await change(site, 'keys', { name: text, scopes: ['search'], sight: 'all' })
        await change(site, 'people', { login: `p${PAYLOADS.findIndex((one) => one.text === text)}`, name: text, role: 'reader', sight: 'all' })
        const { id } = await change(site, 'collections', { name: text })
        await change(site, `collections/${id}`, { folders: [text] }, 'PATCH')
        await fetch(`${site.url}/csp-reports`, { method: 'POST', headers: { 'Content-Type': 'application/reports+json', 'X-API-Key': KEY }, body: JSON.stringify([{ type: 'csp-violation', body: { blockedURL: text } }]) })
      }
      const { page, expectClean } = await open('/admin')
      for (const part of ['密钥', '人员', '文件集', '审计', '日志']) {
        await go(page, part)
        if (part !== '审计') await page.getByText(shown[0]!.text.slice(0, 30)).first().waitFor()
      }
      await go(page, '文件集')
      await page.getByRole('button', { name: '修改' }).last().click()
      await dialog(page).getByRole('checkbox', { name: shown[0]!.text.slice(0, 20) }).or(dialog(page).locator('.admin-choices')).first().waitFor()
      expect(await page.evaluate<unknown>('top.__xss')).toBeUndefined()
      expectClean()
    })

    test('every section is accessible, light and dark', { timeout: 60_000 }, async () => {
      const { page, expectClean, accessibilityFaults } = await open('/admin')
      for (const part of PARTS) {
        await openPart(page, part)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))') // colours change by degrees
          expect([part, colorScheme, await accessibilityFaults()]).toEqual([part, colorScheme, []])
        }
      }
      await openPart(page, 'keys')
      await page.getByRole('button', { name: '新建密钥' }).click()
      expect(await accessibilityFaults()).toEqual([])
      expectClean()
    })

    test('every section fits a phone', async () => {
      const { page, expectClean, accessibilityFaults } = await open('/admin', { view: 'phone' })
      for (const part of PARTS) {
        await openPart(page, part)
        expect([part, await sideways(page)]).toEqual([part, 0])
      }
      await openPart(page, 'keys')
      expect(await accessibilityFaults()).toEqual([])
      expectClean()
    })

    test('with the keyboard alone: a key is made, copied, and revoked', async () => {
      const { page, expectClean } = await open('/admin?part=keys')
      await row(page, '读者').waitFor()
      await tabTo(page, '新建密钥')
      await page.keyboard.press('Enter')
      await page.keyboard.type('键盘')
      await page.keyboard.press('Enter')
      await dialog(page).getByText('这是唯一一次显示').waitFor()
      const secret = await dialog(page).getByRole('textbox').inputValue()
      expect(await statusWith(site, secret)).toBe(200)
      await tabTo(page, '我已保存')
      await page.keyboard.press('Enter')
      await row(page, '键盘').waitFor()
      await tabTo(page, '吊销：键盘')
      await page.keyboard.press('Enter')
      await dialog(page).getByText('不能恢复').waitFor()
      await tabTo(page, '吊销')
      await page.keyboard.press('Enter')
      await expect.poll(() => statusWith(site, secret)).toBe(401)
      expectClean()
    })

    test('whoever is no admin is told so, sees no link, and loads nothing', async () => {
      const { page, expectClean } = await open('/admin', {}, reader)
      const asked: string[] = []
      page.on('request', (request) => asked.push(new URL(request.url()).pathname))
      await page.reload()
      await page.getByText('这一页只给管理员看').waitFor()
      expect(await page.getByRole('link', { name: '管理', exact: true }).count()).toBe(0)
      expect(asked.filter((path) => path.startsWith('/api/admin'))).toEqual([])
      asked.length = 0
      await page.goto(site.url)
      await page.locator('#question').waitFor()
      expect(asked.filter((path) => /admin/.test(path))).toEqual([])
      expectClean()
    })
  })
})
