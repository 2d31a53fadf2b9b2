/** References as people type them, made from the clauses of a library, each with the clauses it must lead to. */
import { innermost, isArticle, labelOf, spokenOf, titleOf, walk, type Lineage } from '../../src/clauses/address.ts'
import { chineseNumeral } from '../../src/clauses/numerals.ts'
import type { Document, Place } from '../../src/types.ts'

export interface TypedReference {
  readonly style: string
  readonly text: string
  /** All of them, in this order. */
  readonly places: readonly Place[]
  /** Where it stands. */
  readonly at?: Place
}

/** Mulberry32: the same numbers in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** An article, one of its 款 or one of its 项. */
interface Aim {
  readonly document: Document
  readonly title: string
  readonly article: Lineage
  readonly place: Place
  /** Parts of the address in Chinese: 十二, 二, 三. */
  readonly words: { readonly article: string; readonly paragraph?: string; readonly item?: string }
  /** Of the article, in figures. */
  readonly figures: string
  readonly all: readonly Lineage[]
}

type Make = (aim: Aim, random: () => number) => Omit<TypedReference, 'style'> | undefined

const TO_TRADITIONAL: Readonly<Record<string, string>> = { 条: '條', 项: '項', 国: '國', 华: '華', 规: '規', 则: '則', 实: '實', 关: '關', 于: '於', 决: '決', 办: '辦' }
const wide = (text: string) => text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
const bare = (title: string) => title.replaceAll('中华人民共和国', '')

/** 第十二条第二款第（三）项, its numbers written by `number` and its item set by `item`. */
function stepsOf({ words, figures }: Aim, style: { figures?: boolean; wide?: boolean; brackets?: boolean; glue?: string } = {}): string {
  const say = (numeral: string, figure: string) => (style.figures ? (style.wide ? wide(figure) : figure) : numeral)
  const [number, branch] = words.article.split('之')
  const [figure] = figures.split('之')
  const item = words.item && (style.brackets === false ? say(words.item, String(numerals.indexOf(words.item))) : `（${words.item}）`)
  return [
    `第${say(number!, figure!)}条${branch ? `之${branch}` : ''}`,
    words.paragraph ? `第${say(words.paragraph, String(numerals.indexOf(words.paragraph)))}款` : '',
    item ? `第${item}项` : '',
  ].filter((step) => step !== '').join(style.glue ?? '')
}

const numerals = Array.from({ length: 200 }, (_, at) => (at === 0 ? '零' : chineseNumeral(at)))

const one = (make: (aim: Aim, random: () => number) => string | undefined): Make => (aim, random) => {
  const text = make(aim, random)
  return text === undefined ? undefined : { text, places: [aim.place] }
}
const isWhole = ({ words }: Aim): boolean => words.paragraph === undefined && words.item === undefined
const hasBranch = ({ words }: Aim): boolean => words.article.includes('之')
const numbered = (aim: Aim, open: string, close: string): string | undefined => {
  const number = aim.document.header.documentNumber?.value
  const match = number === undefined ? null : /^(.+?)〔(\d{4})〕(\d+)号$/.exec(number)
  return match ? `${match[1]}${open}${match[2]}${close}${match[3]}号` : undefined
}
const byNumber = (open: string, close: string): Make => one((aim) => {
  const number = numbered(aim, open, close)
  return number === undefined ? undefined : `${number}${stepsOf(aim)}`
})

export const STYLES: Readonly<Record<string, Make>> = {
  '《法》第十二条第二款': one((aim) => `《${aim.title}》${stepsOf(aim)}`),
  '法第十二条 without marks': one((aim) => `${aim.title}${stepsOf(aim)}`),
  'short title in marks': one((aim) => `《${bare(aim.title)}》${stepsOf(aim)}`),
  'short title without marks': one((aim) => `${bare(aim.title)}${stepsOf(aim)}`),
  '第12条第2款第3项': one((aim) => `《${bare(aim.title)}》${stepsOf(aim, { figures: true, brackets: false })}`),
  'full-width figures': one((aim) => `《${bare(aim.title)}》${stepsOf(aim, { figures: true, wide: true, brackets: false })}`),
  '法12条': one((aim) => (isWhole(aim) && !hasBranch(aim) && /(?:法|条例)$/.test(aim.title) ? `${bare(aim.title)}${aim.figures}条` : undefined)),
  'traditional characters': one((aim) => `《${aim.title}》${stepsOf(aim)}`.replace(/./gu, (sign) => TO_TRADITIONAL[sign] ?? sign)),
  'spaces between the steps': one((aim) => `《${aim.title}》 ${stepsOf(aim, { glue: ' ' })}`),
  'ideographic spaces': one((aim) => `《${aim.title}》\u3000${stepsOf(aim)}`),
  'glued with 的': one((aim) => `《${bare(aim.title)}》的${stepsOf(aim, { glue: '的' })}`),
  'brackets behind the title': one((aim) => `《${aim.title}》（以下简称《办法》）${stepsOf(aim)}`),
  'brackets with the number': one((aim) => {
    const number = numbered(aim, '〔', '〕')
    return number === undefined ? undefined : `《${aim.title}》（${number}）${stepsOf(aim)}`
  }),
  '文号〔〕': byNumber('〔', '〕'),
  '文号[]': byNumber('[', ']'),
  '文号【】': byNumber('【', '】'),
  '文号（）': byNumber('（', '）'),
  '文号()': byNumber('(', ')'),
  '文号［］': byNumber('［', '］'),
  'name of the file': one((aim) => {
    const stem = aim.document.source.slice(aim.document.source.lastIndexOf('/') + 1).replace(/\.md$/, '')
    return `${stem}${stepsOf(aim)}`
  }),
  'as printed': one((aim) => `《${aim.title}》${labelOf(aim.place)}`),
  'as spoken': one((aim) => `《${aim.title}》${spokenOf(aim.place)}`),
  'with its chapter': one((aim) => {
    const chapter = aim.article.find(({ number }) => number?.style === 'chapter')
    return chapter ? `《${aim.title}》第${chineseNumeral(chapter.number!.ordinal)}章${stepsOf(aim)}` : undefined
  }),
  'in a question': one((aim) => `请问《${aim.title}》${stepsOf(aim)}是怎么规定的？`),
  'in a sentence': one((aim) => `根据《${bare(aim.title)}》${stepsOf(aim)}的规定，`),
  'with 〈〉': one((aim) => (/[《〈]/.test(aim.title) ? undefined : `〈${aim.title}〉${stepsOf(aim)}`)),
  'a range of articles': (aim) => {
    const places = isWhole(aim) ? followers(aim, 3) : undefined
    const last = places && innermost(places.at(-1)!.lineage).number
    if (!places || !last || places.some(({ lineage }) => innermost(lineage).number?.branch !== undefined)) return undefined
    return { text: `《${aim.title}》${stepsOf(aim)}至第${chineseNumeral(last.ordinal)}条`, places }
  },
  'a list of articles': (aim) => {
    const places = isWhole(aim) && !hasBranch(aim) ? followers(aim, 2) : undefined
    const other = places && innermost(places[1]!.lineage).number
    if (!places || !other || other.branch !== undefined) return undefined
    return { text: `《${aim.title}》${stepsOf(aim)}、第${chineseNumeral(other.ordinal)}条`, places }
  },
  'a list of 款': (aim) => {
    const { document, article, words } = aim
    const count = innermost(article).paragraphs.length
    if (!isWhole(aim) || count < 2) return undefined
    const places = [1, count].map((paragraph): Place => ({ document, lineage: article, paragraph }))
    return { text: `《${aim.title}》第${words.article.replace('之', '条之')}${words.article.includes('之') ? '' : '条'}第一款和第${chineseNumeral(count)}款`, places }
  },
  '本条第二款': (aim) => {
    if (aim.place.paragraph === undefined) return undefined
    return { text: `本条第${chineseNumeral(aim.place.paragraph)}款`, places: [aim.place], at: { document: aim.document, lineage: aim.article } }
  },
  前款: (aim) => {
    const { document, lineage, paragraph } = aim.place
    const count = innermost(lineage).paragraphs.length
    if (paragraph === undefined || paragraph >= count) return undefined
    return { text: '前款', places: [aim.place], at: { document, lineage, paragraph: paragraph + 1 } }
  },
  前条: (aim) => {
    const places = isWhole(aim) ? followers(aim, 2, true) : undefined
    return places && { text: '前条规定', places: [places[0]!], at: places[1]! }
  },
  '第十二条 alone, beside its law': (aim) => {
    const [first] = aim.all
    return { text: stepsOf(aim), places: [aim.place], at: { document: aim.document, lineage: first! } }
  },
  '本法第十二条': (aim) => ({ text: `本法${stepsOf(aim)}`, places: [aim.place], at: { document: aim.document, lineage: aim.all[0]! } }),
}

/** The article and those right behind it; undefined where their numbers do not follow. */
function followers({ document, article, all }: Aim, count: number, anyNumber = false): Place[] | undefined {
  const from = all.indexOf(article)
  const lineages = all.slice(from, from + count)
  const ordinals = lineages.map((lineage) => innermost(lineage).number!.ordinal)
  const follows = anyNumber || ordinals.every((ordinal, at) => ordinal === ordinals[0]! + at)
  return lineages.length === count && follows ? lineages.map((lineage) => ({ document, lineage })) : undefined
}

/** Articles of documents, with some of their 款 and 项. */
function aimsOf(document: Document): Aim[] {
  const all = [...walk(document)].filter((lineage) => isArticle(innermost(lineage)))
  const numbers = all.map((lineage) => `${innermost(lineage).number!.ordinal}之${innermost(lineage).number!.branch ?? 0}`)
  return all.flatMap((article, at) => {
    const clause = innermost(article)
    const { ordinal, branch } = clause.number!
    // an article number that stands twice in the text leads to two articles, and none of them is the answer
    if (numbers.indexOf(numbers[at]!) !== numbers.lastIndexOf(numbers[at]!) || clause.path.length > 1) return []
    const words = { article: chineseNumeral(ordinal) + (branch === undefined ? '' : `之${chineseNumeral(branch)}`) }
    const shared = { document, title: titleOf(document), article, all, figures: `${ordinal}${branch === undefined ? '' : `之${branch}`}` }
    const count = clause.paragraphs.length
    const paragraphs = count < 2 ? [] : clause.paragraphs.map((_, n): Aim => {
      const place: Place = { document, lineage: article, paragraph: n + 1 }
      return { ...shared, place, words: { ...words, paragraph: chineseNumeral(n + 1) } }
    })
    const marks = clause.children.map(({ number }) => `${number?.ordinal}`)
    const items = clause.children.flatMap((child): Aim[] => {
      const { number, underParagraph } = child
      const isOnce = marks.filter((mark) => mark === `${number?.ordinal}`).length === 1
      if (number?.style !== 'bracketed-chinese' || !isOnce) return []
      const place: Place = { document, lineage: [...article, child] as unknown as Lineage }
      const paragraph = underParagraph === undefined ? {} : { paragraph: chineseNumeral(underParagraph) }
      return [{ ...shared, place, words: { ...words, ...paragraph, item: chineseNumeral(number.ordinal) } }]
    })
    return [{ ...shared, place: { document, lineage: article }, words }, ...paragraphs, ...items]
  })
}

/** `count` references, every style as often as the others where the documents allow. */
export function typedReferences(documents: readonly Document[], count: number, seed: number): TypedReference[] {
  const random = randomFrom(seed)
  const aims = new Map<Document, Aim[]>()
  const aimsIn = (document: Document) => aims.get(document) ?? (aims.set(document, aimsOf(document)), aims.get(document)!)
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]
  const names = Object.keys(STYLES)
  const made: TypedReference[] = []
  for (let n = 0; made.length < count && n < 200 * count; n++) {
    const style = names[made.length % names.length]!
    const document = pick(documents)!
    const aim = pick(aimsIn(document))
    const typed = aim && STYLES[style]!(aim, random)
    if (typed) made.push({ style, ...typed })
  }
  return made
}
