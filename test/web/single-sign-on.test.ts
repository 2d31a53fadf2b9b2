/** Single sign-on as a browser goes through it: to the issuer and home again, and what is said when it does not work. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openIssuer } from '../channels/http/fake-issuer.ts'
import { describeInBrowser, usePages } from './browser.ts'
import { openSite } from './site.ts'

const CLIENT = { id: 'tiaowen', secret: 'not-a-real-secret' }
const WANG = { sub: 'u-17', preferred_username: 'wangfang', name: '王芳' }

/** The issuer sends people back to the address that is configured, so it must be known before the server is. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const { port } = server.address() as AddressInfo
  await new Promise((settle) => server.close(settle))
  return port
}

describeInBrowser('single sign-on', () => {
  const pages = usePages()

  test('there and back to where one was going; out again; what did not work is told', async () => {
    const issuer = await openIssuer(CLIENT)
    const port = await freePort()
    const env = {
      TIAOWEN_API_KEY: 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p',
      TIAOWEN_MODEL_DIR: 'off',
      TIAOWEN_PORT: String(port),
      TIAOWEN_PUBLIC_URL: `http://127.0.0.1:${port}`,
      TIAOWEN_OIDC_ISSUER: issuer.url,
      TIAOWEN_OIDC_CLIENT_ID: CLIENT.id,
      TIAOWEN_OIDC_CLIENT_SECRET: CLIENT.secret,
    }
    const site = await openSite({ env })
    onTestFinished(() => site.close())
    issuer.claims = WANG

    const visit = await pages.open(`${site.url}/documents?of=seeds`)
    const { page } = visit
    const signOn = page.getByRole('link', { name: '单点登录' })
    await signOn.click()
    await page.locator('table').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/documents')
    expect(await page.locator('.who-am-i').textContent()).toContain('王芳')
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.getByRole('button', { name: '退出登录' }).click()
    await page.getByRole('heading', { name: '登录条问' }).waitFor()

    issuer.override = { nonce: 'of another sign-in' }
    await signOn.click()
    await page.getByRole('alert').getByText('单点登录没有完成，请再试一次。').waitFor()
    expect(await page.locator('.sidebar').count()).toBe(0)
    // the issuer is the one other place that a browser goes to, and by a link alone
    expect(visit.trouble.foreign.every((address) => address.startsWith(`GET ${issuer.url}/authorize?`))).toBe(true)
    expect([visit.trouble.errors, visit.trouble.violations]).toEqual([[], []])
  })
})
