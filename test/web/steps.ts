/** What a person does on the page, as steps of a test. */
import { expect } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import type { Conversation } from '../../src/types.ts'

export const BOX = '#question'

/** The exchange asked last. */
export const lastOf = (page: Page): Locator => page.locator('.exchange').last()

/** Types a question, presses Enter, and waits until its answer is whole. */
export async function ask(page: Page, question: string): Promise<Locator> {
  const before = await page.locator('.exchange').count()
  await page.locator(BOX).fill(question)
  await page.locator(BOX).press('Enter')
  await page.locator('.exchange').nth(before).waitFor()
  const exchange = lastOf(page)
  await exchange.locator('.answer-foot').waitFor()
  return exchange
}

/** The conversation of the page, as the server keeps it. */
export async function conversationOf(page: Page): Promise<Conversation> {
  const id = /\/c\/([0-9a-f-]{36})/.exec(page.url())?.[1]
  if (id === undefined) throw new Error(`${page.url()} is no conversation`)
  const response = await page.request.get(new URL(`/api/conversations/${id}`, page.url()).href)
  expect(response.status()).toBe(200)
  return (await response.json()) as Conversation
}

/** The words that the reader marks, line ends left out. */
export async function markedWords(page: Page): Promise<string> {
  const marks = page.locator('.reader mark.cited')
  await marks.first().waitFor()
  return (await marks.allTextContents()).join('')
}
