/** Answers that a language model writes, as a person sees them: while they come, checked, stopped, kept, and instead. */
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { renderMarkdown, renderText } from '../../src/channels/render.ts'
import type { Answer } from '../../src/types.ts'
import { openFakeOpenAi, type Behaviour, type FakeOpenAi } from '../answering/fake-openai.ts'
import { asksForAnswer, jsonReply, passagesIn, trueSentences, withLies } from '../answering/written-replies.ts'
import { describeInBrowser, usePages, type OpenOptions, type Visit } from './browser.ts'
import { openSite, type Site } from './site.ts'
import { ask, BOX, conversationOf, lastOf, markedWords } from './steps.ts'

const STAGES = '“三定三评”在2023年的决定、2024年的大会和后来的规划建议里分别是怎么说的？'
const RESEARCH = '未来五年全社会研发投入强度要超过多少？'
/** The answer's sentences, and two more of the same passages. */
const QUOTED = [
  '以更强的力度推动“三定三评”人才分类评价模式提质扩面',
  '完善“三定三评”人才认定模式',
  '深化“三定三评”人才分类评价',
  '打造高水平人才雁阵',
  '健全教育强市、科技强市、人才强市一体推进的协调机制',
]
const FIGURES = ['全社会研发投入强度超过4%', '人均生产总值达到19万元']

type Messages = Parameters<typeof passagesIn>[0]
type Sentences = Parameters<typeof jsonReply>[0]

/** The whole sentences of the passages in which these words stand. */
const sentencesWith = (quotes: readonly string[], messages: Messages): Sentences => {
  const shown = passagesIn(messages)
  return quotes.flatMap((quote) => trueSentences(shown, { citations: [{ quote }] as unknown as Answer['citations'] }))
}

const writes = (quotes: readonly string[]): Behaviour => ({
  kind: 'answers',
  of: ({ messages }) => ({ kind: 'stream', text: jsonReply(sentencesWith(quotes, messages)), cut: 'seven-bytes' }),
})

/** A model that writes a sentence more whenever it is let. */
function stepped(quotes: readonly string[]): { readonly behaviour: Behaviour; let(sentences: number): void } {
  let open = 2 // the first event says nothing, the second opens the list
  let news = Promise.withResolvers<void>()
  const before = async (piece: number) => {
    while (piece >= open) await news.promise
  }
  return {
    behaviour: {
      kind: 'answers',
      of: ({ messages }) => {
        const objects = sentencesWith(quotes, messages).map((one) => JSON.stringify({ quotes: one.quotes, text: one.text }))
        const pieces = ['{"sentences":[', ...objects.map((object, at) => (at === 0 ? object : `,${object}`)), ']}']
        return { kind: 'stream', text: pieces.join(''), pieces, before }
      },
    },
    let(sentences) {
      open = 2 + sentences
      news.resolve()
      news = Promise.withResolvers()
    },
  }
}

/** The words of an answer on the page, without the numbers of its sources. */
const wordsOf = (exchange: Locator): Promise<string> =>
  exchange.locator('.answer-words').evaluate((element) => {
    const { childNodes } = element as unknown as { childNodes: Iterable<{ textContent: string; className: string }> }
    return [...childNodes].filter(({ className }) => !className.startsWith('chip')).map(({ textContent }) => textContent).join('')
  })

/** Keeps all words that any element of the page ever has, and its attributes, from now on. */
const WATCH = `(() => {
  const seen = new Set()
  window.__seen = seen
  const look = (node) => {
    seen.add(node.textContent ?? '')
    for (const one of node.nodeType === 1 ? [node, ...node.querySelectorAll('*')] : []) for (const { value } of one.attributes) seen.add(value)
  }
  look(document.documentElement)
  new MutationObserver((records) => {
    for (const { addedNodes, removedNodes, target, oldValue } of records) {
      seen.add(oldValue ?? '')
      for (const node of [...addedNodes, ...removedNodes, target]) look(node)
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, characterDataOldValue: true, attributes: true, attributeOldValue: true })
})()`
const everSeen = (page: Page): Promise<string> => page.evaluate<string>(`[...window.__seen].join('\\n')`)

describeInBrowser('answers of a language model', () => {
  const pages = usePages()
  let fake: FakeOpenAi
  let site: Site
  let env: Readonly<Record<string, string>>
  beforeAll(async () => {
    fake = await openFakeOpenAi()
    env = { TIAOWEN_LLM_URL: fake.url, TIAOWEN_LLM_MODEL: 'made', TIAOWEN_LLM_KEY: 'sk-secret-0123', TIAOWEN_LLM_TIMEOUT_SECONDS: '12' }
    site = await openSite({ env })
  })
  afterAll(async () => {
    await site?.close()
    await fake.close()
  })
  beforeEach(() => {
    fake.script(writes(QUOTED))
    fake.requests.length = 0
  })

  const open = (options: OpenOptions = {}): Promise<Visit> => pages.open(`${site.url}/`, options)
  const answerOf = async (page: Page): Promise<Answer> => (await conversationOf(page)).exchanges.at(-1)!.answer!
  const noteOf = (exchange: Locator) => exchange.locator('.note').allTextContents()

  /** Every chip of an exchange, pressed: the reader marks the very words. */
  async function pressChips(page: Page, exchange: Locator, { citations }: Answer): Promise<void> {
    for (const { n, quote, start, end, documentId, textSha256 } of citations) {
      await exchange.locator(`.answer-words a.chip[aria-label^="引用 ${n}："]`).first().click()
      await expect.poll(() => markedWords(page)).toBe(quote.replace(/[\r\n]/g, ''))
      expect(await page.locator('.reader mark.cited').first().isVisible()).toBe(true)
      const reading = await page.request.get(`${site.url}/api/reading/${documentId}?sha=${textSha256}`)
      expect(((await reading.json()) as { text: string }).text.slice(start, end)).toBe(quote)
    }
    await page.keyboard.press('Escape')
    await page.locator('.reader').waitFor({ state: 'detached' })
  }

  test('its sentences come when they are verified, with chips that open the very words', async () => {
    const model = stepped(QUOTED)
    fake.script(model.behaviour)
    const { page, expectClean } = await open()
    await page.locator(BOX).fill(STAGES)
    await page.locator(BOX).press('Enter')
    const exchange = lastOf(page)
    await exchange.getByText('正在回答……').waitFor()
    model.let(2)
    await page.waitForTimeout(300)
    expect(await wordsOf(exchange)).toBe('') // whether it will stand is not sure yet
    model.let(3)
    await expect.poll(() => wordsOf(exchange)).toContain(QUOTED[2])
    const three = await wordsOf(exchange)
    expect(await exchange.locator('.answer-words a.chip').allTextContents()).toEqual(['1', '2', '3'])
    await exchange.locator('.answer-words a.chip').nth(1).click()
    await expect.poll(() => markedWords(page)).toContain(QUOTED[1])
    await page.keyboard.press('Escape')
    model.let(4)
    await expect.poll(() => wordsOf(exchange)).toContain(QUOTED[3])
    expect(await wordsOf(exchange)).toMatch(new RegExp(`^${escapedFor(three)}`))
    await expect.poll(() => exchange.locator('.answer-words a.chip').count()).toBe(4)
    model.let(99)
    await exchange.locator('.answer-foot').waitFor()
    const answer = await answerOf(page)
    expect(answer).toMatchObject({ mode: 'llm', model: { sentences: 5, removed: 0 } })
    expect(await wordsOf(exchange)).toBe(answer.text)
    expect(await exchange.locator('.verdict').textContent()).toContain('5 句回答，句句注明出处')
    await pressChips(page, exchange, answer)
    expectClean()
  })

  test('the foot tells who wrote and what was left out; what was left out was never on the page', async () => {
    const told: string[] = []
    fake.script({
      kind: 'answers',
      of: ({ messages }) => {
        const { all, lies } = withLies(sentencesWith(QUOTED.slice(0, 3), messages), passagesIn(messages), 0)
        told.push(...lies)
        return { kind: 'stream', text: jsonReply(all), cut: 'seven-bytes' }
      },
    })
    const { page, expectClean } = await open()
    await page.evaluate(WATCH)
    const exchange = await ask(page, STAGES)
    const answer = await answerOf(page)
    expect(told).toHaveLength(3)
    expect(answer.model).toMatchObject({ sentences: 3, removed: 3 })
    expect(await noteOf(exchange)).toEqual([`由语言模型 ${answer.model!.id} 成文，每句都已与所引原文核对，核对不过的 3 句已略去。`])
    await exchange.getByText('核对情况').click()
    expect(answer.model!.reasons).toEqual({ 'not-found': 2, number: 1 })
    expect(await exchange.locator('.checks li li').allTextContents()).toEqual(['没有引文，或引文不在原文中：2 句', '数字、日期或条款号与引文不符：1 句'])
    const lines = await exchange.locator('.checks > ul > li').allTextContents()
    expect(lines[0]).toMatch(/^模型写了 6 句，核对通过 3 句，略去 3 句：/)
    expect(lines.slice(1)).toEqual([`语言模型 ${answer.model!.id}，提示词 ${answer.model!.prompt}`])
    const seen = await everSeen(page)
    expect(seen).toContain(QUOTED[0])
    for (const lie of told) expect(seen).not.toContain(lie.replace(/[。；]$/, ''))
    expect(`${seen}${site.said()}`).not.toContain('sk-secret')
    await pressChips(page, exchange, answer)
    expectClean()
  })

  test('a model that lies throughout: the quotations instead, and none of its words', async () => {
    fake.script({
      kind: 'answers',
      of: () => ({ kind: 'stream', text: jsonReply([{ text: '全社会研发投入强度超过9%。', quotes: [{ handle: 'c1', quote: FIGURES[0]! }] }]) }),
    })
    const { page, expectClean } = await open()
    await page.evaluate(WATCH)
    const exchange = await ask(page, RESEARCH)
    expect(await wordsOf(exchange)).toContain(FIGURES[0])
    expect(await noteOf(exchange)).toEqual(['此回答为原文摘录：语言模型没有写出经得起核对的句子。'])
    await exchange.getByText('核对情况').click()
    expect(await exchange.locator('.checks li').first().textContent()).toBe('模型写了 1 句，核对通过 0 句，略去 1 句：数字、日期或条款号与引文不符：1 句')
    expect(await everSeen(page)).not.toContain('超过9%')
    expectClean()
  })

  test.each([
    ['hangs', { kind: 'hang', after: 'headers' }, '语言模型没有及时回答'],
    ['sends garbage', { kind: 'raw', body: '\u0000data: {{{\n\n' }, '语言模型的回复不完整或不合格式'],
    ['says nothing', { kind: 'stream', text: '' }, '语言模型的回复不完整或不合格式'],
    ['refuses', { kind: 'status', status: 401 }, '语言模型拒绝了请求'],
  ] as const satisfies readonly (readonly [string, Behaviour, string])[])('an endpoint that %s: the quotations, and why', async (_, behaviour, why) => {
    fake.script(behaviour)
    const { page, expectClean, accessibilityFaults } = await open()
    const exchange = await ask(page, RESEARCH)
    expect(await exchange.locator('.answer-words .quotation').allTextContents()).toEqual([FIGURES[0]])
    expect(await exchange.locator('.verdict').textContent()).toContain('1 句引文，句句注明出处')
    expect(await noteOf(exchange)).toEqual([`此回答为原文摘录：${why}。`])
    expect(await exchange.locator('.checks').count()).toBe(0)
    expect(await accessibilityFaults()).toEqual([])
    fake.script(writes(FIGURES)) // well again: the breaker stays closed
    expect(await noteOf(await ask(page, RESEARCH))).toEqual([expect.stringMatching(/^由语言模型/)])
    expectClean()
  })

  test('who writes is chosen below the box, and remembered', async () => {
    const { page, accessibilityFaults, expectClean } = await open()
    await page.getByText('答案由语言模型成文，每一句都与原文核对').waitFor()
    await page.getByRole('button', { name: '回答方式：模型成文' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitemradio', { name: '只引原文，不用语言模型' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByText('答案逐字引自文件').waitFor()
    expect(await accessibilityFaults()).toEqual([])
    await page.reload()
    await page.getByRole('button', { name: '回答方式：只引原文' }).waitFor()
    const exchange = await ask(page, STAGES)
    expect(await answerOf(page)).toMatchObject({ mode: 'extractive' })
    expect(await noteOf(exchange)).toEqual([])
    expect(await exchange.locator('.checks').count()).toBe(0)
    expect(fake.requests).toEqual([])
    await page.getByRole('button', { name: '回答方式：只引原文' }).click()
    await page.getByRole('menuitemradio', { name: '语言模型成文，逐句核对原文' }).click()
    await exchange.getByRole('button', { name: '重新提问' }).click()
    await expect.poll(async () => (await answerOf(page))?.mode).toBe('llm')
    expectClean()
  })

  test('stopped while it writes: what was read stays till the page is opened anew, and can be asked again', async () => {
    const model = stepped(QUOTED)
    fake.script(model.behaviour)
    const { page, expectClean } = await open()
    await page.locator(BOX).fill(STAGES)
    await page.locator(BOX).press('Enter')
    const exchange = lastOf(page)
    await exchange.getByText('正在回答……').waitFor()
    model.let(4)
    await expect.poll(() => wordsOf(exchange)).toContain(QUOTED[3])
    const shown = await wordsOf(exchange)
    const stopped = page.waitForResponse(/\/stop$/)
    await page.getByRole('button', { name: '停止' }).click()
    await exchange.getByText('已停止。').waitFor()
    await stopped
    model.let(99)
    expect(await wordsOf(exchange)).toBe(shown)
    expect(await exchange.locator('.answer-words a.chip').count()).toBe(4)
    expect((await conversationOf(page)).exchanges.map(({ answer }) => answer)).toEqual([undefined])
    await page.reload()
    await lastOf(page).getByText('这个问题还没有回答完。').waitFor()
    await lastOf(page).getByRole('button', { name: '重试' }).click()
    await lastOf(page).locator('.answer-foot').waitFor()
    expect(await wordsOf(lastOf(page))).toMatch(new RegExp(`^${escapedFor(shown)}`))
    expectClean()
  })

  test('opened anew while it writes: the answer comes by itself, and begins with what was read', async () => {
    const model = stepped(QUOTED)
    fake.script(model.behaviour)
    const { page, expectClean } = await open()
    await page.locator(BOX).fill(STAGES)
    await page.locator(BOX).press('Enter')
    await lastOf(page).getByText('正在回答……').waitFor()
    model.let(4)
    await expect.poll(() => wordsOf(lastOf(page))).toContain(QUOTED[3])
    const shown = await wordsOf(lastOf(page))
    await page.reload()
    await lastOf(page).getByText('这个问题还没有回答完。').waitFor()
    model.let(99)
    await lastOf(page).locator('.answer-foot').waitFor()
    expect(await wordsOf(lastOf(page))).toBe((await answerOf(page)).text)
    expect((await answerOf(page)).text.startsWith(shown)).toBe(true)
    expect(fake.requests).toHaveLength(1)
    expectClean()
  })

  test('a follow-up, rewritten and answered by the model', async () => {
    fake.script({
      kind: 'answers',
      of: ({ messages }) => {
        if (!asksForAnswer(messages)) return { kind: 'stream', text: '未来五年人均生产总值要达到多少？' }
        return { kind: 'stream', text: jsonReply(sentencesWith(FIGURES.slice(0, 1), messages)) }
      },
    })
    const { page, expectClean } = await open()
    await ask(page, RESEARCH)
    const second = await ask(page, '那人均生产总值呢？')
    const { exchanges } = await conversationOf(page)
    expect(exchanges.map(({ answer }) => answer?.mode)).toEqual(['llm', 'llm'])
    expect(await wordsOf(second)).toContain(FIGURES[1])
    expect(await noteOf(second)).toContain('理解为：未来五年人均生产总值要达到多少？')
    await pressChips(page, second, exchanges[1]!.answer!)
    expectClean()
  })

  test('kept as it was shown; copied as the command line writes it, which answers the same', async () => {
    const { page, expectClean } = await open({ context: { permissions: ['clipboard-read', 'clipboard-write'] } })
    await ask(page, STAGES)
    const drawn = () => lastOf(page).locator('.answer').evaluate((element) => (element as unknown as { innerHTML: string }).innerHTML)
    const settled = async () => (await drawn()).replace(/ (?:id|aria-[a-z]+|data-[a-z-]+)="[^"]*"/g, '')
    const before = await settled()
    await page.reload()
    await lastOf(page).locator('.answer-foot').waitFor()
    expect(await settled()).toBe(before)
    const answer = await answerOf(page)
    const copied = () => page.evaluate<string>('navigator.clipboard.readText()')
    const choose = async (item: string) => {
      await lastOf(page).getByRole('button', { name: '复制回答' }).first().click()
      await page.getByRole('menuitem', { name: item, exact: true }).click()
    }
    await choose('复制为文字')
    await expect.poll(copied).toBe(renderText(answer))
    await choose('复制为 Markdown')
    await expect.poll(copied).toBe(renderMarkdown(answer, site.url))
    const tiaowen = async (...parameters: readonly string[]) => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', resolve('src/main.ts'), 'ask', ...parameters, STAGES], {
        env: { ...process.env, ...env, TIAOWEN_SEEDS: 'off', TIAOWEN_FOLDERS: join(site.home, 'seeds'), TIAOWEN_DATA_FOLDER: join(site.home, 'data'), TIAOWEN_INDEX_FOLDER: join(site.home, 'index') },
      })
      return stdout
    }
    const { segments, citations, model } = JSON.parse(await tiaowen('--json')) as Answer
    expect({ segments, citations, model }).toEqual({ segments: answer.segments, citations: answer.citations, model: answer.model })
    expect(await tiaowen()).toBe(`${renderText(answer)}\n`)
    expectClean()
  })

  test.each([
    ['desktop', { view: 'desktop' }],
    ['desktop, dark', { view: 'dark' }],
    ['phone', { view: 'phone' }],
    ['phone, dark', { view: 'phone', context: { colorScheme: 'dark' } }],
  ] as const satisfies readonly (readonly [string, OpenOptions])[])('%s: nothing that a screen reader, a narrow page or the policy minds', async (_, options) => {
    const { page, expectClean, accessibilityFaults } = await open(options)
    await page.getByRole('button', { name: '回答方式：模型成文' }).waitFor()
    expect(await accessibilityFaults()).toEqual([])
    const exchange = await ask(page, STAGES)
    await exchange.getByText('核对情况').click()
    expect(await accessibilityFaults()).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await exchange.locator('.answer-words a.chip').first().click()
    await markedWords(page)
    expect(await accessibilityFaults()).toEqual([])
    expectClean()
  })

  test('English: the choice, the foot and why there are quotations instead', async () => {
    const { page, accessibilityFaults } = await open()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('button', { name: 'Answers: Written' }).waitFor()
    const exchange = await ask(page, STAGES)
    expect(await noteOf(exchange)).toEqual([expect.stringMatching(/^Written by a language model \(made @ 127\.0\.0\.1:\d+\), each sentence held to the words it cites\.$/)])
    fake.script({ kind: 'stream', text: '' })
    expect(await noteOf(await ask(page, RESEARCH))).toEqual(['Quoted from the documents instead: the reply of the language model is cut off or malformed.'])
    expect(await accessibilityFaults()).toEqual([])
  })

  describe('an endpoint that is not there', () => {
    let alone: Site
    beforeAll(async () => {
      alone = await openSite({ env: { ...env, TIAOWEN_LLM_URL: 'http://127.0.0.1:1/v1' } })
    })
    afterAll(() => alone?.close())

    test('the quotations, and a banner where the model is left alone', async () => {
      const { page, expectClean, accessibilityFaults } = await pages.open(`${alone.url}/`, { view: 'phone' })
      expect(await page.locator('.condition').count()).toBe(0)
      expect(await noteOf(await ask(page, RESEARCH))).toEqual(['此回答为原文摘录：连不上语言模型。'])
      await ask(page, RESEARCH)
      expect(await noteOf(await ask(page, RESEARCH))).toEqual(['此回答为原文摘录：语言模型连续出错，暂停使用。'])
      await page.reload()
      await page.locator('.condition').waitFor()
      expect(await page.locator('.condition').textContent()).toBe('语言模型连续出错，暂停使用；目前的回答只引原文。')
      await lastOf(page).locator('.answer-foot').waitFor()
      expect(await accessibilityFaults()).toEqual([])
      expectClean()
    })
  })
})

const escapedFor = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
