/**
 * Files to clause trees at growing sizes: milliseconds a megabyte at 8 MB against those at 1 and 2 MB in the same run, in
 * shapes that tempt a parser to look at everything again and again. Run by `npm run bench`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadDocuments } from '../src/build-index.ts'
import { chineseNumeral } from '../src/clauses/numerals.ts'
import { holdTo, millisecondsOf, temporaryFolder } from './tools/figures.ts'

const SIZES = [1, 2, 4, 8]
const MOST_RATIO = 3
/** Below this a megabyte takes so little that the clock says more than the parser. */
const LEAST_MS = 50

const ARTICLE = '国家鼓励和支持社会力量依法参与种质资源的收集、保存、鉴定和利用，并对作出突出贡献的单位和个人给予表彰奖励。'

/** A megabyte is some 3,450 articles with a sentence and two items. */
function law(megabytes: number): string {
  const articles = Array.from({ length: Math.round(megabytes * 3450) }, (_, at) => {
    return `第${chineseNumeral(at + 1)}条 ${ARTICLE}\n（一）首次违反的，给予警告；\n（二）再次违反的，处以罚款。\n`
  })
  return `# 条例\n\n${articles.join('\n')}`
}

const SHAPES: Readonly<Record<string, (megabytes: number) => string>> = {
  articles: law,
  'articles in one line': (megabytes) => law(megabytes).replace(/\n+/g, ' '),
  'a body that stands twice': (megabytes) => law(megabytes / 2).repeat(2),
  'lines of no number': (megabytes) => '深化改革开放创新发展。\n'.repeat(megabytes * 29_000),
  'annexes whose articles begin again': (megabytes) => '附件一\n第一条 甲。\n'.repeat(megabytes * 35_000),
}

async function perMegabyte(text: string): Promise<number> {
  const home = temporaryFolder()
  const documents = join(home, 'documents')
  mkdirSync(documents)
  writeFileSync(join(documents, '条例.txt'), text)
  const milliseconds = await millisecondsOf(() => loadDocuments([documents], join(home, 'data')))
  return milliseconds / (Buffer.byteLength(text) / 1e6)
}

for (const [shape, textOf] of Object.entries(SHAPES)) {
  await perMegabyte(textOf(1)) // warm
  const times: number[] = []
  for (const megabytes of SIZES) times.push(await perMegabyte(textOf(megabytes)))
  const [one, two, , eight] = times as [number, number, number, number]
  console.log(`${shape}: ${times.map((time) => time.toFixed(0)).join(', ')} ms a MB at ${SIZES.join(', ')} MB`)
  holdTo(`${shape}, a megabyte of 8 against one of 1 or 2`, eight / Math.max(one, two, LEAST_MS), MOST_RATIO)
}
