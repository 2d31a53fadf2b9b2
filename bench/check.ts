/**
 * The draft check over 1,342 laws: a draft of 50,000 characters with 200 quotations beside a plain search of the same
 * words, the index of words it stands on, and a draft of 2,000 pages while others have their turn. Run by
 * `npm run bench check`; skipped without TIAOWEN_CORPUS.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { LocalAssistant } from '../src/answering/local-assistant.ts'
import { loadDocuments } from '../src/build-index.ts'
import { innermost, isArticle, placeOf, spokenOf, titleOf, walk } from '../src/clauses/address.ts'
import { wordPlacesOf } from '../src/answering/checking/word-places.ts'
import type { Library } from '../src/retrieval/library.ts'
import type { CheckResult, Document } from '../src/types.ts'
import { holdTo, median, millisecondsOf, temporaryFolder } from './tools/figures.ts'
import { hasLaws, lawsFolder } from './tools/laws.ts'

const ROUNDS = 5
const MOST_MS = 2_000
/** A page of an official document 公文 holds 22 lines of 28 characters; with headings and breaks some 750. */
const PAGE = 750
const PAGES = 2_000
const MOST_BLOCKED_MS = 250

async function main(): Promise<void> {
  if (!hasLaws) return console.log('没有 TIAOWEN_CORPUS，跳过 check bench skipped: no corpus')
  const { documents, twins } = await loadDocuments([lawsFolder], temporaryFolder())
  globalThis.gc?.()
  const before = process.memoryUsage().arrayBuffers
  const built = await millisecondsOf(() => wordPlacesOf(documents))
  const held = (process.memoryUsage().arrayBuffers - before) / 2 ** 20
  const characters = documents.reduce((sum, { text }) => sum + text.length, 0)
  console.log(`index of words: ${characters} characters of ${documents.length} laws in ${built.toFixed(0)} ms, ${held.toFixed(0)} MB`)

  const catalogue = { generation: 'bench', documents, twins, embedder: null }
  const assistant = new LocalAssistant({
    library: () => catalogue as unknown as Library,
    textOf: () => Promise.resolve(undefined),
    status: () => { throw new Error('not asked for') },
    log: () => {},
  })
  const quotations = quotationsFrom(documents)
  const short = draftOf(quotations.slice(0, 200), 50_000)
  const first = await millisecondsOf(() => assistant.check({ text: short.text }))
  const times: number[] = []
  let result: CheckResult | undefined
  for (let round = 0; round < ROUNDS; round++) {
    times.push(await millisecondsOf(async () => (result = await assistant.check({ text: short.text }))))
  }
  let standing = 0
  const plain = await millisecondsOf(() => {
    for (const words of short.words) for (const { text } of documents) standing += text.includes(words) ? 1 : 0
  })
  console.log(`${short.text.length} characters, ${short.words.length} quotations: first ${first.toFixed(0)} ms, then ${times.map((time) => time.toFixed(0)).join(', ')} ms`)
  console.log(`verdicts ${say(result!)}`)
  console.log(`limit: indexOf of the same ${short.words.length} words over all texts, nothing else: ${plain.toFixed(0)} ms, ${standing} found`)

  const long = draftOf(quotations, PAGES * PAGE)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  let [most, told] = [0, 0]
  delay.enable()
  const seconds = (await millisecondsOf(async () => {
    result = await assistant.check({ text: long.text }, {
      onProgress: () => {
        if (told++ % 200 === 0) most = Math.max(most, process.memoryUsage().rss)
      },
    })
  })) / 1000
  delay.disable()
  console.log(`${PAGES} pages, ${long.text.length} characters, ${long.words.length} quotations: ${seconds.toFixed(1)} s, most memory ${(most / 2 ** 20).toFixed(0)} MB, told ${told} times how far it is`)
  console.log(`verdicts ${say(result!)}`)
  holdTo('draft of 50,000 characters, median', median(times), MOST_MS, ' ms')
  holdTo('longest block of the event loop, 2,000 pages', delay.max / 1e6, MOST_BLOCKED_MS, ' ms')
}

const say = ({ summary }: CheckResult): string =>
  Object.entries(summary.verdicts).filter(([, count]) => count > 0).map(([verdict, count]) => `${verdict} ${count}`).join(', ')

interface Quotation {
  readonly reference: string
  readonly words: string
}

/** Sentences of articles evenly from all laws: every third as it stands, every third a figure or word off, every third unnamed. */
function quotationsFrom(documents: readonly Document[]): Quotation[] {
  const all = documents.flatMap((document) =>
    [...walk(document)].flatMap((lineage): Quotation[] => {
      const clause = innermost(lineage)
      const [first] = clause.paragraphs
      if (!isArticle(clause) || !first) return []
      const words = document.text.slice(first.start, first.end).split(/(?<=[。；])/)[0]!.replace(/^第[^条]+条(?:之[一二三四五六七八九])?\s*/, '')
      const isFit = words.length >= 30 && words.length <= 90 && !/[“”\n]/.test(words)
      return isFit ? [{ reference: `《${titleOf(document)}》${spokenOf(placeOf(document, lineage))}`, words }] : []
    }),
  )
  // a stride that shares no factor with the count leads to every law in turn
  return Array.from({ length: 6_000 }, (_, n) => all[(n * 7_919) % all.length]!).map(({ reference, words }, n) => {
    if (n % 3 === 0) return { reference, words }
    if (n % 3 === 1) return { reference, words: words.slice(0, 12) + words.slice(14) }
    return { reference: '', words }
  })
}

const OWN_WORDS = [
  '今年以来，全局上下围绕中心、服务大局，各项工作取得新的进展。', '我们坚持问题导向，开展专题调研十二次，走访企业三百余家，收集意见建议一千二百条。',
  '下一步，将压实责任、细化举措，确保全年目标任务圆满完成。', '有关处室要加强会商，对发现的问题建立台账、逐项销号。', '同时也要看到，工作中还存在一些短板和不足，主要表现在部门协同不够顺畅。',
]

/** A draft that quotes all the words, filled up with words of its own to a length. */
function draftOf(quotations: readonly Quotation[], length: number): { readonly text: string; readonly words: readonly string[] } {
  const quoting = quotations.map(({ reference, words }) => (reference === '' ? `会议指出，“${words}”` : `根据${reference}规定：“${words}”`))
  const filling = Math.max(0, length - quoting.reduce((sum, words) => sum + words.length + 1, 0)) / quoting.length
  const paragraphs = quoting.map((words, n) => {
    let own = ''
    for (let at = n; own.length < filling; at++) own += OWN_WORDS[at % OWN_WORDS.length]
    return `${own}${words}\n`
  })
  return { text: paragraphs.join(''), words: quotations.map(({ words }) => words) }
}

await main()
