/** What a question asks, and the conditions its evidence must meet. */
import type { Span } from '../types.ts'
import { anyOf } from './patterns.ts'
import { placesIn } from './places.ts'
import { quantities, type Quantity, type QuantityKind } from './quantities.ts'
import { times, type Time } from './times.ts'
import { contentWords, type Word } from './words.ts'

/** The form of the answer. */
export type Asks = 'figure' | 'time' | 'list' | 'who' | 'where' | 'whether' | 'definition' | 'open'

export interface Question {
  readonly text: string
  readonly asks: Asks
  /** The unit a figure is asked in: 多少套 → 套. */
  readonly unit?: { readonly name: string; readonly kind: QuantityKind }
  readonly times: readonly Time[]
  readonly places: readonly string[]
  /** Figures the question itself states. */
  readonly figures: readonly Quantity[]
  /** Words in “”, 「」 or 《》. */
  readonly quoted: readonly string[]
  readonly words: readonly Word[]
  /** How many more words only name the document that is asked: they are borne out by its being asked. */
  readonly naming?: number
  /** The noun counted: 手续费 of 「多少手续费」. */
  readonly counted?: string
  /** The noun asked for: 申报条件 of 「申报条件是什么」. */
  readonly focus: readonly Word[]
}

/** 何时, 哪天: a day is asked for, not a period. */
export const ASKS_DATE = /何时|什么时[候间]|啥时|哪一?[年天月]|几[月号]|哪个(?:年份|时间|月)|什么(?:年份|日期)|(?:时间|日期)是/
/** 多重 asks a weight at the end only: 多重担保 is several. */
const FIGURE = anyOf(
  /多少|百分之几|多(?:[大高长久快远宽]|重(?!\p{Script=Han}))(?!力|以)|占比|比[例重率]是|哪个数|什么(?:数字|比例)|第几|前[几多]|几成|几分之几/u,
  // 可以分几批申报吗 asks whether
  /(?<!哪)几(?=[个项条年月天名人套家所座次倍成万亿类种大级岁届户件批位部处]|分钟|小时|公里)(?!.*吗[？?\s]*$)/u,
)
const LIST = /哪些|哪几|有什么|有何|包括什么|包含什么|列[出举]|分别|都有(?:什么|啥)|哪[一二两三四五六七八九十]+[个项条方]/
const WHO = /谁|哪[个些家]?(?:部门|机关|机构|单位|组织|主体|委员会|会议|机构)|什么(?:部门|机关|机构|单位|会议)/
const WHERE = /哪里|哪儿|何处|什么地方|哪个(?:地方|区|城市|地区|市|县|走廊|平台)|在哪/
const WHETHER = /吗|是否|有没有|(.)不\1|能否|可否/
const DEFINITION = /(?:什么是|何谓|是什么意思|指(?:的)?(?:是)?什么|是指什么|什么意思|含义)/

/** What a question asks; its spans count in `text`. */
export function analyse(text: string): Question {
  const asks = form(text)
  const found = times(text)
  const names = [...text.matchAll(NAME)].map(
    ({ 0: words, index: start }): Span => ({ start, end: start + words.length }),
  )
  const taken = [...found.map((time) => time.span), ...names]
  const figures = quantities(text).filter(({ span }) => !taken.some((other) => overlap(other, span)))
  const words = contentWords(text)
  const unit = asks === 'figure' ? unitAsked(text) : undefined
  const counted = asks === 'figure' ? countedNoun(text, words) : undefined
  return {
    text,
    asks,
    ...(unit ? { unit } : {}),
    ...(counted ? { counted } : {}),
    times: found,
    places: placesIn(text),
    figures,
    quoted: namesQuoted(text),
    words,
    focus: focusOf(text, words),
  }
}

const NAME = /[“"「『《]([^“”"「」『』《》]{1,40})[”"」』》]/g

function overlap(one: Span, other: Span): boolean {
  return one.start < other.end && other.start < one.end
}

/** Words in “”, 「」, 『』 or 《》. */
export function namesQuoted(text: string): string[] {
  return [...text.matchAll(NAME)].map(([, words = '']) => words)
}

function form(text: string): Asks {
  if (ASKS_DATE.test(text)) return 'time'
  if (FIGURE.test(text)) return 'figure'
  if (LIST.test(text)) return 'list'
  if (WHO.test(text)) return 'who'
  if (WHERE.test(text)) return 'where'
  if (DEFINITION.test(text)) return 'definition'
  if (WHETHER.test(text)) return 'whether'
  return 'open'
}

const MEASURES =
  '个百分点|个工作日|工作日|平方公里|平方米|公顷|亩|公里|米|吨|美元|元|块钱|钱|资金|分钟|小时|天|个月|年(?!轻|级|代|龄|货)|月|岁|周岁|人次|' +
  '名(?!单|额|校)|人(?!口|员)|位|个|项(?!目)|套|家(?!庭)|所|座|条(?!件)|户|台|部分|部(?!门|委|分)|级(?!别)|次|倍|' +
  '成(?!果|效)|分贝|分|届|批|处|栋|间|张|份|种|类|辆|件'
const ASKED_UNIT = new RegExp(`(?:多少|(?<!哪)几)(?:万|亿|千|百)*(${MEASURES})`)
const KIND_OF_WORD: Readonly<Record<string, QuantityKind>> = { 块钱: 'money', 钱: 'money', 资金: 'money' }

/** 多少套 → 套 of kind count; 多少钱 → money; 百分之几 → percent. */
function unitAsked(text: string): Question['unit'] {
  if (/百分之(?:几|多少)|占比|比[例重率](?:是|要|应|达|不|超|为)|几成/.test(text)) return { name: '%', kind: 'percent' }
  if (/多久|多长(?:时间|期限)?|(?:期限|周期|时长|期间)(?:是|为|有)?多/.test(text)) return { name: '', kind: 'duration' }
  if (/第几/.test(text)) return undefined
  const name = ASKED_UNIT.exec(text)?.[1]
  if (name === undefined) return undefined
  const kind = KIND_OF_WORD[name] ?? quantities(`1${name}`)[0]?.kind
  return kind === undefined ? undefined : { name, kind }
}

/** The content word directly after 多少 or 几 and its measure word. */
function countedNoun(text: string, words: readonly Word[]): string | undefined {
  const asked = ASKED_UNIT.exec(text) ?? /(?:多少|(?<!哪)几)(?:万|亿|千|百)*/.exec(text)
  if (!asked) return undefined
  const end = asked.index + asked[0].length
  const word = words.find(({ span }) => span.start === end)?.text
  return word !== undefined && /^(?:钱|资金|块钱|经费|金额)$/.test(word) ? undefined : word
}

/** Content words of the phrase that stands directly before 是什么, 是多少, 有哪些 and the like. */
function focusOf(text: string, words: readonly Word[]): Word[] {
  const asked = /(?:选?[在到]|是|为|有|要|应|达到?|超过|包括|不少于|不低于)?(?:多少|什么|哪些|哪几|哪里|哪儿|何处|几|谁|何|怎么|如何|多大|多高)/.exec(text)
  if (!asked) return /[吗呢吧么？?]|是否|可以|(.)不\1|有没有/.test(text) ? [] : [...words]
  const before = text.slice(0, asked.index)
  const time = times(before).at(-1)
  const cut = Math.max(before.lastIndexOf('的'), before.lastIndexOf(','), before.lastIndexOf('，')) + 1
  const phrase: Span = { start: Math.max(cut, time?.span.end ?? 0), end: asked.index }
  return words.filter(({ span }) => phrase.start <= span.start && span.end <= phrase.end)
}
