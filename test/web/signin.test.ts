/** Signing in on the page: with a key, with a password, once it is over in the middle of things, and out again. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AccessStore } from '../../src/access/access-store.ts'
import { openSqliteAccess } from '../../src/access/sqlite-access.ts'
import { describeInBrowser, usePages, type Visit } from './browser.ts'
import { openSite, type Site } from './site.ts'
import { ask, BOX, lastOf } from './steps.ts'

const OPERATOR = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const PASSWORD = '政策科的口令远不只一个词语'
const QUESTION = '未来五年全社会研发投入强度要超过多少？'
const QUOTE = '全社会研发投入强度超过4%'
const BY = { by: 'cli' }
/** What a browser says of a 401 that is meant. */
const MEANT = [/401/]

describeInBrowser('signing in', () => {
  const pages = usePages()
  let site: Site
  let access: AccessStore & { close(): void }
  beforeAll(async () => {
    site = await openSite({ env: { TIAOWEN_API_KEY: OPERATOR, TIAOWEN_MODEL_DIR: 'off' } })
    access = openSqliteAccess(join(site.home, 'data', 'state.sqlite'))
    await access.createPerson({ login: 'wangfang', name: '王芳', role: 'reader', sight: [], password: PASSWORD }, BY)
  })
  afterAll(async () => {
    access.close()
    await site.close()
  })

  const byKey = async ({ page }: Visit, key: string) => {
    await page.getByRole('button', { name: '密钥' }).click()
    await page.getByLabel('API 密钥').fill(key)
    await page.getByRole('button', { name: '登录', exact: true }).click()
  }
  const byPassword = async ({ page }: Visit, password: string) => {
    await page.getByLabel('用户名').fill('WangFang')
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.getByRole('button', { name: '登录', exact: true }).click()
  }

  test('nobody sees anything but the way in; a wrong key is told so; a right one leads to where one was going', async () => {
    const visit = await pages.open(`${site.url}/documents`)
    const { page } = visit
    await page.getByRole('heading', { name: '登录条问' }).waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    expect(await page.locator('.sidebar').count()).toBe(0)
    expect(visit.trouble.failed).toEqual([])
    await byKey(visit, `tw_live_${'x'.repeat(43)}`)
    await page.getByRole('alert').getByText('密钥、用户名或密码不正确，或已停用。').waitFor()
    await byKey(visit, OPERATOR)
    await page.locator('table').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/documents')
    expect(await page.locator('.who-am-i').textContent()).toContain('管理员密钥')
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(await visit.accessibilityFaults()).toEqual([])
    visit.expectClean(MEANT)
  })

  test('with name and password; out again, and the back button shows nothing', async () => {
    const visit = await pages.open(site.url)
    const { page } = visit
    await byPassword(visit, '政策科的口令')
    await page.getByRole('alert').getByText('密钥、用户名或密码不正确，或已停用。').waitFor()
    await byPassword(visit, PASSWORD)
    const exchange = await ask(page, QUESTION)
    expect(await exchange.locator('.answer-words .quotation').textContent()).toBe(QUOTE)
    expect(await page.locator('.who-am-i').textContent()).toContain('王芳')
    await page.getByRole('button', { name: '退出登录' }).click()
    await page.getByRole('heading', { name: '登录条问' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: '登录条问' }).waitFor()
    expect(await page.locator('.quotation').count()).toBe(0)
    visit.expectClean(MEANT)
  })

  test('a sign-in that is over in the middle: the question is asked after signing in again', async () => {
    const visit = await pages.open(site.url)
    const { page } = visit
    await byPassword(visit, PASSWORD)
    await page.locator(BOX).fill(QUESTION)
    await page.waitForLoadState('networkidle') // what the page still fetches would ask for the sign-in before the question does
    const person = (await access.people())[0]!
    for (const { id } of await access.sessionsOf({ person: person.id })) await access.closeSession(id)
    await page.locator(BOX).press('Enter')
    await page.getByRole('heading', { name: '请重新登录' }).waitFor()
    expect(await visit.accessibilityFaults()).toEqual([])
    await byPassword(visit, PASSWORD)
    const exchange = lastOf(page)
    await exchange.locator('.answer-foot').waitFor()
    expect(await exchange.locator('.asked').textContent()).toBe(QUESTION)
    expect(await exchange.locator('.answer-words .quotation').textContent()).toBe(QUOTE)
    visit.expectClean(MEANT)
  })
})
