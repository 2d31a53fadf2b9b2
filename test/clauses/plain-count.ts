/**
 * A second reading of a law, made without src/clauses: line by line with plain expressions, for the laws of the
 * collection only (Markdown, a line a paragraph, no text broken by hand). It is what the tree is held against.
 */

/** An article as the lines print it. */
export interface PlainArticle {
  /** 第十二条, 第十七条之一; without blanks. */
  readonly mark: string
  /** What stands above it, the outermost first: 第一编, 第三章, 第一节; 一 for `## 一、`; the words of other headings. */
  readonly above: readonly string[]
  /** Lines of its own without a number 款, the line of the mark among them. */
  paragraphs: number
  /** Lines that begin with （一） 项 and stand in no list 一、 of the article. */
  items: number
}

const NUMERAL = '[〇○零一二三四五六七八九十百千]+'
const ARTICLE = new RegExp(`^(第${NUMERAL}条(?:之[一二三四五六七八九十]+)?(?= |$)|第${NUMERAL} 条)`)
const PART = new RegExp(`^(第${NUMERAL}(编|分编|章|节))(?= |$)`)
const LISTED = new RegExp(`^(${NUMERAL})、`)
const ITEM = new RegExp(`^[（(](${NUMERAL})[）)]`)
const SMALLER = /^(?:[0-9０-９]{1,3}[.．、](?![0-9０-９])|[（(][0-9０-９]{1,3}[）)]|[①-⑳⑴-⒛])/
const ANNEX = /^附(?:件|录|表|图)?[一二三四五六七八九十0-9]{0,3}(?=$|[ :：])/
/** One file has lost its line ends: a blank behind a sentence is where they were. */
const SEVERAL_ARTICLES = new RegExp(`[。；：] 第${NUMERAL}条 `)

const UNNUMBERED = 0
const RANK = { 编: 1, 分编: 2, 章: 3, 节: 4 } as const
const LIST = 5
const SUBLIST = 6

interface Part {
  readonly rank: number
  readonly hashes: number
  readonly name: string
}

/** The lines that say something, one blank for each run of them. */
function linesIn(text: string): string[] {
  return text
    .slice(text.indexOf('<!-- INFO END -->'))
    .split('\n')
    .map((line) => line.replace(/[\s\u3000\u200b]+/g, ' ').trim())
    .flatMap((line) => (SEVERAL_ARTICLES.test(line) ? line.split(/(?<=[。；：]) /) : [line]))
    .filter((line) => line !== '' && !line.startsWith('<!--'))
}

/** The articles of a law in reading order. */
export function plainArticles(text: string): PlainArticle[] {
  const lines = linesIn(text)
  const articles: PlainArticle[] = []
  let above: Part[] = []
  let open: PlainArticle | undefined
  let inList = false
  const enter = (part: Part): void => {
    const outer = above.filter(({ rank, hashes, name }) =>
      rank === UNNUMBERED ? part.rank !== UNNUMBERED && (ANNEX.test(name) || (hashes < part.hashes && name !== '序言')) : rank < part.rank,
    )
    above = [...outer, part]
    open = undefined
  }
  for (const [at, line] of lines.entries()) {
    const [, marks = '', words = ''] = /^(#*) ?(.*)$/.exec(line) ?? []
    const hashes = marks.length
    const part = PART.exec(words)
    const article = ARTICLE.exec(words)
    const listed = LISTED.exec(words)?.[1]
    if (part && (hashes > 0 || !words.includes('。'))) enter({ rank: RANK[part[2] as keyof typeof RANK], hashes, name: part[1] ?? '' })
    else if (article) {
      const mark = article[1]?.replace(' ', '') ?? ''
      open = { mark, above: above.map(({ name }) => name), paragraphs: 1, items: 0 }
      inList = false
      articles.push(open)
    } else if (listed && (hashes > 0 || isCaption(words, lines[at + 1]))) enter({ rank: LIST, hashes, name: listed })
    else if (hashes > 0 || /^附 ?则$/.test(words)) enter({ rank: UNNUMBERED, hashes, name: words.replace(' ', '') })
    else if (ANNEX.test(words)) enter({ rank: UNNUMBERED, hashes, name: ANNEX.exec(words)?.[0] ?? '' })
    else if (open && isLostCaption(words, lines[at - 1], lines[at + 1])) enter({ rank: above.at(-1)?.rank ?? 0, hashes: 2, name: words })
    else if (listed) inList = true
    else if (ITEM.test(words) && !ITEM.test(lines[at - 1] ?? '') && isCaption(words, lines[at + 1])) {
      enter({ rank: SUBLIST, hashes, name: ITEM.exec(words)?.[1] ?? '' })
    }
    else if (open && ITEM.test(words)) open.items += inList ? 0 : 1
    else if (open && !SMALLER.test(words) && !isWithinList(lines, at)) open.paragraphs += 1
  }
  return articles
}

const COUNTING = Array.from({ length: 100 }, (_, count) => {
  const [tens, ones] = [Math.floor(count / 10), count % 10].map((digit) => '零一二三四五六七八九'[digit])
  return `${count < 10 ? '' : count < 20 ? '十' : `${tens}十`}${count < 10 || ones !== '零' ? ones : ''}`
})
/** What a line is numbered with: `（` and 3 for （三）. */
function numberOf(line: string): { shape: string; count: number } | undefined {
  const [, open = '', numeral = ''] = /^([（(]?)([一二三四五六七八九十]{1,3}|[0-9０-９]{1,3})(?:[）)]|[、.．])/.exec(line) ?? []
  const count = COUNTING.indexOf(numeral) >= 0 ? COUNTING.indexOf(numeral) : Number(numeral.normalize('NFKC') || NaN)
  const script = /[0-9０-９]/.test(numeral) ? '1' : '一'
  if (/^[⒈-⒛]/.test(line)) return { shape: '1', count: Number.parseInt(line.normalize('NFKC'), 10) }
  return Number.isNaN(count) ? undefined : { shape: `${open && '（'}${script}`, count }
}

/** Words between （二） and （三） are words of （二）: some list above goes on below, in the same article. */
function isWithinList(lines: readonly string[], at: number): boolean {
  const isEnd = (line: string | undefined): boolean => line === undefined || line.startsWith('#') || ARTICLE.test(line)
  const nearest = (step: 1 | -1): Map<string, number> => {
    const counts = new Map<string, number>()
    for (let look = at + step; !isEnd(lines[look]); look += step) {
      const number = numberOf(lines[look] ?? '')
      if (number && !counts.has(number.shape)) counts.set(number.shape, number.count)
    }
    return counts
  }
  const above = nearest(-1)
  return [...nearest(1)].some(([shape, count]) => above.get(shape) === count - 1)
}

/** 网络素养促进: a chapter's caption of which nothing but the words is left, between two articles. */
const isLostCaption = (words: string, above = '', below = ''): boolean =>
  above.endsWith('。') && ARTICLE.test(below) && /^[一-龥、 ]{3,25}$/.test(words)

/** 四、适用范围, with an article right below it. */
const isCaption = (words: string, below: string | undefined): boolean =>
  words.length < 40 && !/[。；：]/.test(words) && below !== undefined && ARTICLE.test(below)
