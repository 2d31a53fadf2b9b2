/** `tiaowen check`: what is printed of a draft, what is written, and how it exits. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Parser } from 'htmlparser2'
import { describe, expect, onTestFinished, test } from 'vitest'
import { diffWords } from '../../../src/channels/cli/checking.ts'
import { commandOf } from '../../../src/channels/cli/command.ts'
import { runCli } from '../../../src/channels/cli/run.ts'
import { CheckedDraftSchema } from '../../../src/channels/http/check-schemas.ts'
import { PLAIN } from '../../../src/channels/render.ts'
import { line, wordFile } from '../../drafts/word-files.ts'
import { PAYLOADS } from '../../web/payloads.ts'
import { scripted, TITLE, type Script, NO_BACKUPS, NO_CARRYING } from '../scripted.ts'

const RIGHT = '《决定》第三部分第2条提出“深入实施科技成果转移转化“145”行动”。'
const ALTERED = '《决定》第三部分第2条要求“力争未来5年实现技术交易额、新产品产值总和超2万亿元”。'
const MISSING = '依照《决定》第三部分第99条办理。'
const UNKNOWN = '《月球基地管理条例》第三条规定“居民应当按时返回地球并办理登记手续”。'
const EMPHASIS = '坚持“一盘棋”。'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tiaowen-check-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

interface Run {
  readonly draft: string | Uint8Array
  readonly name?: string
  readonly options?: readonly string[]
  readonly script?: Script
  readonly input?: string
}

async function run({ draft, name = '请示.txt', options = [], script = {}, input }: Run) {
  const home = folder()
  const path = join(home, name)
  writeFileSync(path, draft)
  const [printed, errors, progress]: [string[], string[], string[]] = [[], [], []]
  const code = await runCli(['check', ...options.map((option) => option.replace('HOME', home)), input === undefined ? path : '-'], {
    version: '0.1.0',
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
    styleOf: () => PLAIN,
    open: async () => ({ assistant: scripted(script), close: async () => {} }),
    about: () => [],
    index: async function* () {},
    verifyIndex: async () => ({ generation: 'gen-00000001', collections: [] }),
    serve: async () => {},
    mcp: async () => {},
    feedback: async function* () {},
    examine: async () => ({ findings: [] }),
    configuration: { check: async () => ({ errors: [], warnings: [] }), show: () => '', example: () => '' },
    access: () => Promise.reject(new Error('not wanted here')),
    sending: async () => ({ wait: async () => {} }),
    input: async () => Buffer.from(input ?? ''),
    onProgress: (step, done, total) => progress.push(`${step} ${done}/${total}`),
    backups: NO_BACKUPS,
    carrying: NO_CARRYING,
    evaluate: async () => 0,
  })
  return { code, out: printed.join('\n'), err: errors.join('\n'), progress, home }
}

describe('what is printed', () => {
  test('each place with its paragraph, its verdict, what differs, and a summary on the last line', async () => {
    const { code, out } = await run({ draft: `请示\n\n${RIGHT}\n${ALTERED}\n${MISSING}\n${EMPHASIS}\n` })
    expect(code).toBe(6)
    expect(out.replaceAll(TITLE, '…决定')).toBe(`请示.txt

1. ✓ 一致　正文第2段
   「深入实施科技成果转移转化“145”行动」
   与《…决定》第三部分第2条的原文一致。
   出处：（三、2.）

2. ≠ 有出入　正文第3段
   「力争未来5年实现技术交易额、新产品产值总和超2万亿元」
   与《…决定》第三部分第2条的原文有出入，涉及金额。
   对照：…交易额、新产品产值总和超！[-1万亿元-]！{+2万亿元+}
   ！涉及金额
   出处：（三、2.）

3. ∅ 无此条款　正文第4段
   「《决定》第三部分第99条」
   《…决定》第三部分没有第99条；该部分共有4条（第1条至第4条）。

4. ○ 未核对（引号只表示强调）　正文第5段
   「一盘棋」
   没有注明出处的词语，当作强调，未作核对。

核对 4 处：有出入 1，无此条款 1，未核对 1，一致 1。文件库有 3 份文件，不在其中的未核对。`)
  })

  test('--json is the answer of the endpoint, with the text of the draft', async () => {
    const { code, out } = await run({ draft: `${RIGHT}\n`, options: ['--json'] })
    const checked = CheckedDraftSchema.parse(JSON.parse(out))
    expect([code, checked.draft.text, checked.draft.name]).toEqual([0, `${RIGHT}\n`, '请示.txt'])
    expect(checked.items.map(({ verdict, place }) => [verdict, place?.words])).toEqual([['verbatim', '正文第1段']])
  })

  test('- reads what is piped in; progress is told', async () => {
    const check: Script['check'] = async (request, { onProgress } = {}) => {
      onProgress?.({ step: 'quotations', done: 5, total: 10 })
      return scripted().check(request)
    }
    const { code, out, progress } = await run({ draft: '', input: `${RIGHT}\n`, script: { check } })
    expect([code, out.split('\n')[0], progress]).toEqual([0, '草稿', ['draft 5/10', 'draft 1/1']])
  })

  test('suggestions are told apart from the verdicts, and do not change the exit code', async () => {
    const check: Script['check'] = async (request) => {
      const result = await scripted().check({ text: RIGHT })
      const { citation } = result.items[0]!
      const suggestions = { items: [{ sentence: '目标是145。', start: 0, end: 7, score: 0.613, citation: citation! }], sentences: 3, lookedUp: 2 }
      return { ...result, items: [], summary: { ...result.summary, items: 0, isClean: true }, ...(request.suggest && { suggestions }) }
    }
    const { code, out } = await run({ draft: '目标是145。', script: { check }, options: ['--suggest'] })
    expect(code).toBe(0)
    expect(out.replaceAll(TITLE, '…决定')).toContain(`推荐出处
3 句写了数字或要求而没有注明出处（查了前 2 句），1 句可能出自下列条款。仅供参考，不是核对结论。
· 目标是145。
  《…决定》第三部分第2条　相近 61%
  「深入实施科技成果转移转化“145”行动」

没有发现引文或引用。文件库有 3 份文件，不在其中的未核对。`)
    expect((await run({ draft: '目标是145。', script: { check } })).out).not.toContain('推荐出处')
  })

  test('what a terminal would obey is taken out', async () => {
    const { out } = await run({ draft: `《决定》第三部分第2条要求“力争未来5年实现技术交易额、新产品\u001b[31m产值总和超2万亿元”。\n` })
    expect(out).not.toContain('\u001b')
  })

  test('of a long diff a little around what differs', () => {
    const same = (text: string) => ({ kind: 'same' as const, text, weighs: [] })
    const words = '一二三四五六七八九十'.repeat(3)
    expect(diffWords([same(words), { kind: 'left-out', text: '不', weighs: ['negation'] }, same(words), { kind: 'put-in', text: '很', weighs: [] }, same(words)])).toBe(
      '…九十一二三四五六七八九十！[-不-]一二三四五六七八九十一二…九十一二三四五六七八九十{+很+}一二三四五六七八九十一二…',
    )
  })
})

describe('how it exits', () => {
  test.each([
    ['all is right', `${RIGHT}\n`, [], 0],
    ['words differ', `${ALTERED}\n`, [], 6],
    ['a clause is missing', `${MISSING}\n`, ['--strict'], 6],
    ['something could not be checked', `${UNKNOWN}\n`, [], 0],
    ['… with --strict', `${UNKNOWN}\n`, ['--strict'], 7],
    ['emphasis is no quotation', `${EMPHASIS}\n`, ['--strict'], 0],
    ['nothing is quoted', '请审阅。\n', ['--strict'], 0],
  ])('%s', async (_, draft, options, expected) => expect((await run({ draft, options })).code).toBe(expected))

  test.each([
    [[], '请写明草稿文件，或用 - 表示标准输入。'],
    [['a.docx', 'b.docx'], '一次核对一份草稿；文件名里有空格的请加引号：“b.docx”。'],
    [['a.docx', '--annotated', './a.docx'], '输出不能写在草稿自己上，请另起一个文件名。'],
    [['a.docx', '--annotated', 'b', '--html', 'b'], '--annotated 和 --html 不能是同一个文件。'],
    [['a.docx', '--limit', '3'], 'check 没有选项 --limit。'],
    [['a.docx', '--as-of', '昨天'], '--as-of 应写作 2020-06-30。'],
  ])('%j is not understood', (argv, message) => expect(commandOf(['check', ...argv]).command).toEqual({ name: 'usage', message }))

  test('what cannot be read is refused with the next step', async () => {
    expect(await run({ draft: '%PDF-1.7\n', name: '请示.pdf' })).toMatchObject({ code: 1, err: expect.stringContaining('请示.pdf 是PDF，不能作为草稿核对') })
    expect(await run({ draft: '甲', options: ['--annotated', 'HOME/批注.docx'] })).toMatchObject({
      code: 1,
      err: '--annotated 只用于 Word（docx）草稿，请示.txt 不是。可改用 --html。（bad-request）',
    })
    const missing = await runWith(['check', '/nowhere/请示.docx'])
    expect(missing).toEqual([1, '读不了 /nowhere/请示.docx：没有这个文件。（bad-request）'])
  })
})

async function runWith(argv: readonly string[]): Promise<[number, string]> {
  const errors: string[] = []
  const parts = { printError: (text: string) => errors.push(text), styleOf: () => PLAIN, open: async () => ({ assistant: scripted(), close: async () => {} }) }
  return [await runCli(argv, { ...parts, print: () => {}, onProgress: () => {} } as never), errors.join('\n')]
}

describe('what is written', () => {
  test('a copy of the Word file with a comment for each place', async () => {
    const draft = new Uint8Array(await wordFile([RIGHT, ALTERED].map(line).join('')))
    const { code, home, err } = await run({ draft, name: '请示.docx', options: ['--annotated', 'HOME/请示（核对）.docx'] })
    expect([code, err]).toEqual([6, `已写入 ${home}/请示（核对）.docx`])
    const { default: JSZip } = await import('jszip')
    const comments = await (await JSZip.loadAsync(readFileSync(join(home, '请示（核对）.docx')))).file('word/comments.xml')!.async('string')
    expect(comments.match(/【[^】]+】/g)).toEqual(['【一致】', '【有出入】'])
  })

  test('a page that stands alone: marks, list, no script, nothing from elsewhere', async () => {
    const { home } = await run({ draft: `${RIGHT}\n${ALTERED}\n${UNKNOWN}\n`, options: ['--html', 'HOME/页.html'] })
    const page = readFileSync(join(home, '页.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>\n<html lang="zh-CN">/)
    expect(page).toContain('<a class="mark altered" href="#item-2" title="有出入"><b aria-hidden="true">≠</b>力争未来5年')
    expect(page).toContain('<del class="heavy" title="原文有">1万亿元<small>金额</small></del><ins class="heavy" title="草稿有">2万亿元<small>金额</small></ins>')
    expect(page).toContain('文件不在文件库中')
    expect(page).not.toMatch(/<script|https?:|src=|url\(|@import| on\w+=/)
  })

  test('nothing a draft says becomes markup', async () => {
    const draft = PAYLOADS.map(({ text }) => `《决定》第三部分第2条提出“${text.replace(/[\r\n\0“”]/g, ' ')}”。`).join('\n')
    const { home, err } = await run({ draft, name: '<img src=x onerror=alert(1)>.txt', options: ['--html', 'HOME/页.html'] })
    expect(err).toBe(`已写入 ${home}/页.html`)
    const page = readFileSync(join(home, '页.html'), 'utf8')
    const [elements, attributes] = [new Set<string>(), new Set<string>()]
    const parser = new Parser({
      onopentag(name, attribs) {
        elements.add(name)
        for (const attribute of Object.keys(attribs)) attributes.add(attribute)
      },
    })
    parser.end(page)
    expect([...elements].sort()).toEqual([
      'a', 'b', 'body', 'dd', 'del', 'dl', 'dt', 'h1', 'h2', 'head', 'header', 'html', 'ins', 'li', 'main', 'meta', 'ol', 'p', 'section', 'small', 'span', 'style', 'title',
    ].filter((name) => elements.has(name)))
    expect([...attributes].sort()).toEqual(['aria-hidden', 'aria-label', 'charset', 'class', 'content', 'href', 'http-equiv', 'id', 'lang', 'name', 'title'])
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, href]) => /^#(?:item|suggestion)-\d+$/.test(href!))).toBe(true)
  })

  test('nothing where the draft cannot be checked', async () => {
    const { code, home } = await run({ draft: '甲', options: ['--html', 'HOME/页.html'], script: { check: async () => Promise.reject(new Error('boom')) } })
    expect([code, existsSync(join(home, '页.html'))]).toEqual([1, false])
  })
})
