import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCases, type EvalCase } from '../../evals/cases.ts'
import { fallen, Floors } from '../../evals/floors.ts'
import { reportPage } from '../../evals/html-report.ts'
import { evalCommand, runEval, type EvalAssistant, type Report } from '../../evals/run.ts'
import { table } from '../../evals/table.ts'
import type { Answer, Citation } from '../../src/types.ts'
import { answerWith, rightAnswer, scripted, textOf } from './scripted-assistant.ts'

const EVALS = join(import.meta.dirname, '../../evals')
const cases = readCases(join(EVALS, 'cases'))
const floors = Floors.parse(JSON.parse(readFileSync(join(EVALS, 'floors.json'), 'utf8')))

const measured = (answer: (one: EvalCase) => Answer) => runEval({ assistant: scripted(cases, answer), cases, textOf })
const share = ({ figures }: Report, name: string) => {
  const figure = figures['all']?.[name]
  return figure === undefined ? undefined : figure.got / figure.of
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

/** The same answer with its first citation altered, shown as consistently as a liar would. */
function withFirst(answer: Answer, alter: (citation: Citation) => Citation): Answer {
  const [first, ...rest] = answer.citations
  if (first === undefined) return answer
  return { ...answerWith(answer.question, answer.outcome, [alter(first), ...rest]), passages: answer.passages }
}

describe('right answers', () => {
  test('reach every figure but those of passages a refusal lacks', async () => {
    const report = await measured(rightAnswer)
    const failed = report.results.filter((result) => result.problems.length > 0)
    expect(failed.map(({ case: { id }, problems }) => [id, problems])).toEqual([])
    const shares = ['recall@5', 'MRR', 'citation hit@1', 'answer contains', 'look-up', 'exact quote', 'right address']
    for (const name of shares) expect(share(report, name), name).toBe(1)
    expect([share(report, 'false answers'), share(report, 'over-refusals')]).toEqual([0, 0])
    expect(fallen(report.figures, floors.hybrid)).toEqual([])
  })
})

describe('planted errors: the runner catches 40 of 40, and 40 wrong names besides', () => {
  const answered = cases.filter(({ group, expect: { outcome } }) => outcome === 'answered' && group !== 'lookups')
  const numbered = answered.filter(({ expect: { gold = [] } }) => gold[0]?.path.length === 2)
  const others: Record<string, string> = { '1': '2', '2': '3', '3': '1', '4': '14', '7': '8', '8': '18', '9': '10' }
  const wrongNumber = (step = '') => others[step] ?? '1'

  type Alter = (citation: Citation, index: number) => Citation
  async function caught(chosen: readonly EvalCase[], measure: string, alter: Alter) {
    const ids = new Map(chosen.map((one, index) => [one.id, index]))
    const report = await measured((one) => {
      const index = ids.get(one.id)
      return index === undefined ? rightAnswer(one) : withFirst(rightAnswer(one), (citation) => alter(citation, index))
    })
    const faulty = report.results.filter(({ scores }) => (scores[measure]?.problems.length ?? 0) > 0)
    return { planted: [...ids.keys()].sort(), found: faulty.map((result) => result.case.id).sort() }
  }

  test('20 wrong clause numbers, every one also wrong in label and spoken form', async () => {
    const { planted, found } = await caught(numbered.slice(0, 20), 'right address', (citation, index) => {
      const [part = '', item = ''] = citation.path
      const wrong = index % 2 === 0 ? [part, wrongNumber(item)] : [part === '二' ? '三' : '二', item]
      const spoken = `第${wrong[0]}部分第${wrong[1]}条`
      return { ...citation, path: wrong, label: `${wrong[0]}、${wrong[1]}.`, spoken }
    })
    expect(planted).toHaveLength(20)
    expect(found).toEqual(planted)
  })

  test('20 right paths under a wrong label or spoken form', async () => {
    const { planted, found } = await caught(numbered.slice(0, 20), 'right address', (citation, index) => {
      const [part = '', item = ''] = citation.path
      if (index % 2 === 0) return { ...citation, label: `${part}、${wrongNumber(item)}.` }
      return { ...citation, spoken: `第${part}部分第${wrongNumber(item)}条` }
    })
    expect(planted).toHaveLength(20)
    expect(found).toEqual(planted)
  })

  test('20 labels shown before the right citation of another clause', async () => {
    const chosen = numbered.slice(0, 20).map((one) => one.id)
    const report = await measured((one) => {
      const right = rightAnswer(one)
      if (!chosen.includes(one.id)) return right
      const shown = `第${one.expect.gold?.[0]?.path[0]}部分第${wrongNumber(one.expect.gold?.[0]?.path[1])}条：`
      const segments = right.segments.map((part, at) => (at === 0 ? { ...part, text: shown } : part))
      return { ...right, segments, text: segments.map((part) => part.text).join('') }
    })
    const faulty = report.results.filter(({ scores }) => (scores['right address']?.problems.length ?? 0) > 0)
    expect(faulty.map((result) => result.case.id).sort()).toEqual(chosen.toSorted())
  })

  test('20 altered quotations, their own digest made to fit', async () => {
    const alterations: ((citation: Citation) => Partial<Citation>)[] = [
      ({ quote }) => ({ quote: quote.replace(/[\u4e00-\u9fff]/, '某') }),
      ({ quote }) => ({ quote: quote.slice(0, 5) + '，' + quote.slice(5) }),
      ({ quote }) => ({ quote: quote.slice(0, -2) + quote.slice(-1) }),
      ({ quote }) => ({ quote: `${quote} ` }),
      ({ start, end }) => ({ start: start + 1, end: end + 1 }),
      ({ end }) => ({ end: end - 1 }),
      ({ quote }) => ({ quote: quote.normalize('NFD') + '。' }),
    ]
    const { planted, found } = await caught(answered.slice(0, 20), 'exact quote', (citation, index) => {
      const altered = { ...citation, ...alterations[index % alterations.length]?.(citation) }
      return { ...altered, quoteSha256: sha256(altered.quote) }
    })
    expect(planted).toHaveLength(20)
    expect(found).toEqual(planted)
  })

  test('a quotation shown otherwise than cited, and a text that says more than its segments', async () => {
    const [one] = answered
    if (one === undefined) throw new Error('no case')
    const right = rightAnswer(one)
    const segments = right.segments.map((segment) =>
      segment.kind === 'quotation' ? { ...segment, text: segment.text.replace('4%', '6%') } : segment,
    )
    const shown = { ...right, segments, text: segments.map((segment) => segment.text).join('') }
    const longer = { ...right, text: `${right.text}以上属实。` }
    for (const answer of [shown, longer]) {
      const report = await runEval({ assistant: scripted([one], () => answer), cases: [one], textOf })
      expect(report.results[0]?.scores['exact quote']?.problems).toHaveLength(1)
    }
  })
})

describe('the wrong habits', () => {
  test('an assistant that declines all falls under the floors', async () => {
    const report = await measured(({ question }) => answerWith(question, 'declined', []))
    expect([share(report, 'false answers'), share(report, 'over-refusals')]).toEqual([0, 1])
    expect(fallen(report.figures, floors.hybrid).join('\n')).toMatch(/over-refusals：100\.0%/)
  })

  test('an assistant that answers all falls under the floors', async () => {
    const [donor] = cases.filter((one) => one.id === 'facts-direct-01')
    const report = await measured((one) =>
      one.expect.outcome === 'answered' || donor === undefined ? rightAnswer(one) : rightAnswer(donor),
    )
    expect([share(report, 'false answers'), share(report, 'over-refusals')]).toEqual([1, 0])
    expect(fallen(report.figures, floors.hybrid).join('\n')).toMatch(/false answers：100\.0%/)
  })

  test('an assistant that fails is neither a refusal nor a crash of the run', async () => {
    const assistant = scripted([], rightAnswer)
    const report = await runEval({ assistant, cases, textOf })
    expect(['false answers', 'over-refusals', 'outcome'].map((name) => share(report, name))).toEqual([1, 1, 0])
  })

  test('half of a clause asked for by its number is not that clause', async () => {
    const half = (citation: Citation) => ({ ...citation, quote: citation.quote.slice(0, 40), end: citation.start + 40 })
    const report = await measured((one) =>
      one.id === 'lookups-01' ? withFirst(rightAnswer(one), half) : rightAnswer(one),
    )
    const faulty = report.results.filter((result) => result.scores['look-up']?.got === 0)
    expect(faulty.map((result) => result.case.id)).toEqual(['lookups-01'])
  })
})

describe('what a person reads', () => {
  test('the table shows the change from the baseline, the worse one too', async () => {
    const good = await measured(rightAnswer)
    const bad = await measured(({ question }) => answerWith(question, 'declined', []))
    expect(table(bad, good.figures)).toContain('▼100.0')
    expect(table(good, bad.figures)).toContain('▲100.0')
    expect(table(good, undefined)).toContain('没有可比的基线')
  })

  test('the page holds every failure, and text that looks like markup stays text', async () => {
    const report = await measured(({ question }) => answerWith(question, 'declined', []))
    const failed = report.results.filter((result) => result.problems.length > 0)
    const page = reportPage(report, undefined)
    for (const { case: one } of failed) expect(page).toContain(`<article id="${one.id}">`)
    expect(failed.length).toBeGreaterThan(100)
    const [first] = report.results
    if (first === undefined) throw new Error('no result')
    const hostile = { ...report, results: [{ ...first, problems: ['<script>alert(1)</script>'] }] }
    expect(reportPage(hostile, undefined)).not.toContain('<script')
  })

  test('the command leaves with 1 and names what fell, with 2 for a word it does not know', async () => {
    const report = join(mkdtempSync(join(tmpdir(), 'evals-')), 'report.html')
    const declining = scripted(cases, ({ question }) => answerWith(question, 'declined', []))
    const printed: string[] = []
    const run = (assistant: typeof declining, ...argv: string[]) =>
      evalCommand(assistant, textOf, ['--report', report, ...argv], (line) => printed.push(line))
    expect(await run(scripted(cases, rightAnswer), '--floors')).toBe(0)
    expect(readFileSync(report, 'utf8')).toContain('条问 · 评测报告')
    expect(await run(declining, '--floors')).toBe(1)
    expect(printed.join('\n')).toContain('跌破下限：all recall@5：0.0%')
    expect(await run(declining)).toBe(0)
    expect(await run(declining, '--flors')).toBe(2)
    expect(await run(declining, '--group', 'nothing')).toBe(2)
  })

  test('a reranker is named with the answers that have their passages in its order, and sets no baseline', async () => {
    const report = join(mkdtempSync(join(tmpdir(), 'tiaowen-eval-')), 'report.html')
    const printed: string[] = []
    let asked = 0
    const inItsOrder = () => (asked++ > 0 ? { reranker: 'bge-reranker-base' } : {}) // too slow the first time
    const right = scripted(cases, (one) => ({ ...rightAnswer(one), ...inItsOrder() }))
    const ordered: EvalAssistant = { ask: (request) => right.ask(request), status: () => ({ reranker: { name: 'bge-reranker-base' } }) }
    const run = (...argv: string[]) =>
      evalCommand(ordered, textOf, ['--report', report, '--group', 'lists', ...argv], (line) => printed.push(line))
    expect(await run()).toBe(0)
    const count = cases.filter(({ group }) => group === 'lists').length
    const line = `重排：bge-reranker-base，${count} 题中 ${count - 1} 题的条款按它的次序`
    expect(printed.at(-1)).toContain(line)
    expect(readFileSync(report, 'utf8')).toContain(line)
    expect(await run('--json')).toBe(0)
    expect(JSON.parse(printed.at(-1)!)).toMatchObject({ reranked: { by: 'bge-reranker-base', answers: count } })
    expect(await run('--update-baseline')).toBe(2)
    expect(printed.at(-1)).toBe('基线不经重排：请取消 TIAOWEN_RERANKER_DIR 再更新基线。')
  })

  test('--mode llm asks the language model, counts what stood, and is refused where there is none', async () => {
    const report = join(mkdtempSync(join(tmpdir(), 'tiaowen-eval-')), 'report.html')
    const printed: string[] = []
    const modes = new Set<unknown>()
    const model = { id: 'made', prompt: 'answer-2 0', sentences: 2, removed: 1, reasons: { number: 1 } }
    const right = scripted(cases, (one) => ({ ...rightAnswer(one), mode: 'llm', model }))
    const written: EvalAssistant = {
      ask: (request) => (modes.add(request.mode), right.ask(request)),
      status: () => ({ languageModel: { id: 'made' } }),
    }
    const run = (assistant: EvalAssistant, ...argv: string[]) =>
      evalCommand(assistant, textOf, ['--report', report, '--group', 'lists', ...argv], (line) => printed.push(line))
    expect(await run(written)).toBe(0)
    expect([...modes]).toEqual(['extractive'])
    expect(await run(written, '--mode', 'llm')).toBe(0)
    expect([...modes]).toEqual(['extractive', 'llm'])
    const count = cases.filter(({ group }) => group === 'lists').length
    expect(printed.at(-1)).toContain(
      `语言模型：${count} 题交它成文，${count} 题成立；${2 * count} 句与原文相符，${count} 句删去（number ${count}）`,
    )
    expect(await run(written, '--mode', 'llm', '--floors')).toBe(2)
    expect(await run(right, '--mode', 'llm')).toBe(2)
    expect(printed.at(-1)).toContain('没有配置语言模型')
  })
})
