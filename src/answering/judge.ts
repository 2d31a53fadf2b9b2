/**
 * May this evidence answer this question? Similarity cannot tell: a question about another year is as close to the
 * text as one about the right year. What can are the conditions the question sets: its times, places, names and
 * figures, and the kind of thing it asks for, must stand where the evidence stands.
 */
import type { Bm25 } from '../retrieval/bm25.ts'
import { fold } from '../retrieval/terms.ts'
import type { DeclineReason, Document, Span } from '../types.ts'
import { answersFigure, answersTime, spellsOut, type Evidence } from './evidence.ts'
import type { PhraseName } from './phrases.ts'
import { namedInCompound, placesIn, shortPlace } from './places.ts'
import { anyOf } from './patterns.ts'
import { isScenario } from './premise.ts'
import { quantities, sameQuantity, type Quantity, type QuantityKind } from './quantities.ts'
import type { Question } from './question.ts'
import { foldedOf, placesOf, quantitiesOf, readOnce, timesOf } from './read-once.ts'
import { supportOf, unsupportedShare } from './support.ts'
import { times, type Time } from './times.ts'

export type Verdict =
  | { readonly holds: true; readonly unsupported: number }
  | { readonly holds: false; readonly reason: DeclineReason; readonly because: PhraseName; readonly detail: string }

/** Thresholds, set on the `tune` half of the cases. */
export const LIMITS = {
  /**
   * For a figure or a date: the share of the question's weight that may be missing around it, plus a third for each
   * clause that retrieval found nearer. Figures stand in every clause; that there is one proves nothing.
   */
  doubt: 0.75,
  /** Share of a question's words from which on it counts as asked in the document's own words. */
  ownWords: 0.5,
  /** Least cosine of the best span to the question, where most of its words are missing too. */
  similarity: 0.46,
} as const

export function judge(question: Question, evidence: Evidence, keywords: Bm25): Verdict {
  const scope = scopeOf(evidence)
  const failed = (because: PhraseName, detail: string, reason: DeclineReason = 'no-evidence'): Verdict => ({
    holds: false,
    reason,
    because,
    detail,
  })
  const time = question.times.find((asked) => !timeHolds(asked, scope))
  if (time) return failed('declined-time', time.name)
  const exact = question.asks === 'figure' || question.asks === 'time'
  if (exact && !onTopic(question, scope, keywords)) return failed('declined-subject', 'another subject')
  const place = question.places.find((name) => !placeHolds(name, scope))
  if (place) return failed('declined-place', place)
  const name = [...question.quoted, ...codes(question)].find((words) => !nameHolds(words, scope))
  if (name) return failed('declined-subject', name)
  const { asks, unit, counted } = question
  if (asks === 'figure' && !answersFigure(question, scope.words)) return failed('declined-figure', unit?.name ?? '')
  if (asks === 'time' && !answersTime(question, scope.words)) return failed('declined-date-asked', '')
  if (counted !== undefined && !scope.sentence.includes(counted.slice(-1))) return failed('declined-figure', counted)
  const figure = question.figures.find((stated) => !isScenario(question.text, stated) && !figureHolds(stated, scope))
  if (figure) return failed('declined-figure', question.text.slice(figure.span.start, figure.span.end))
  const area = AREA_ASKED.exec(question.text)?.[1]
  if (area !== undefined && !areaNamed(area, question, scope)) return failed('declined-place', area)
  if (asksMeaningOfCode(question.text) && !question.quoted.some((name) => spellsOut(scope.sentence, name))) {
    return failed('declined-subject', 'meaning of a code')
  }
  const said = scope.sentence + scope.headings
  const attribute = ATTRIBUTES.find(({ asked, needed }) => asked.test(question.text) && !needed.test(said))
  if (attribute) return failed('declined-subject', attribute.name)
  const supports = supportOf(question, evidence, keywords)
  const unsupported = unsupportedShare(supports)
  const similarity = evidence.found.similarity ?? 1
  if (unsupported > 0.7 && similarity < LIMITS.similarity) {
    return failed('declined-no-evidence', `similarity ${similarity.toFixed(2)}`)
  }
  const doubt = unsupported * (question.words.length / (question.words.length + (question.naming ?? 0))) + evidence.rank / 3
  if (exact && doubt > LIMITS.doubt) return failed('declined-figure', `doubt ${doubt.toFixed(2)}`)
  return { holds: true, unsupported }
}

/** The texts against which conditions are held. */
interface Scope {
  readonly evidence: Evidence
  readonly document: Document
  readonly text: string
  readonly span: Span
  /** The evidence itself. */
  readonly words: string
  /** The sentence it stands in, behind what opens its list. */
  readonly sentence: string
  readonly headings: string
}

function scopeOf(evidence: Evidence): Scope {
  const { found, span, sentence } = evidence
  const { document, lineage } = found
  const { text, header, shortNames } = document
  const slice = ({ start, end }: Span): string => text.slice(start, end)
  const opened = evidence.opening ? slice(evidence.opening) : ''
  const headings = lineage.flatMap(({ heading }) => (heading ? [slice(heading)] : []))
  const head = [header.title?.value, header.issuer?.value, header.documentNumber?.value, ...shortNames].filter(Boolean)
  return {
    evidence,
    document,
    text,
    span,
    words: opened + slice(span),
    sentence: opened + slice(sentence),
    headings: [...headings, ...head].join('\n'),
  }
}

/** The year a document speaks in when it says 今年. */
function yearOf({ header }: Document): number | undefined {
  const date = header.published ?? header.passed ?? header.effective
  return date && Number(date.value.slice(0, 4))
}

/** A time is borne out by what governs the evidence: its own time, else the last one before it, else the document's. */
function timeHolds(asked: Time, scope: Scope): boolean {
  const year = yearOf(scope.document)
  const own = times(scope.words)
  const governing = own.length > 0 ? own : lastTimeBefore(scope)
  if (governing.some((time) => sameTime(asked, time, year))) return true
  const otherYear = own.some(({ name }) => name !== 'this-year') && own.some((time) => time.year !== undefined)
  if (otherYear && asked.year !== undefined) return false
  const said = timesSaid(scope)
  if ([...said, ...times(scope.headings)].some((time) => sameTime(asked, time, year))) return true
  // 今年 is the asker's, who may mean the document's own year
  if (/^(?:this|last|next)-year$/.test(asked.name) && governing.length === 0) return true
  const others = [...governing, ...said].filter(({ name }) => !/^this-year$/.test(name))
  return others.length === 0 && year !== undefined && asked.year === year && asked.month === undefined
}

/** The last time the paragraph names before the evidence, if any. */
function lastTimeBefore({ text, span, evidence: { paragraph } }: Scope): readonly Time[] {
  const before = timesOf(text, paragraph).findLast((time) => paragraph.start + time.span.end <= span.start)
  return before ? [before] : []
}

/** Times of the sentence, and of the paragraph that opens its list. */
function timesSaid({ text, evidence: { opening, sentence } }: Scope): readonly Time[] {
  return [opening, sentence].flatMap((span) => (span ? timesOf(text, span) : []))
}

function sameTime(asked: Time, stated: Time, documentYear: number | undefined): boolean {
  if (asked.name === stated.name) return true
  const year = (time: Time): number | undefined => {
    if (time.year !== undefined) return time.year
    if (documentYear === undefined) return undefined
    return { 'this-year': documentYear, 'last-year': documentYear - 1, 'next-year': documentYear + 1 }[time.name]
  }
  if (year(asked) === undefined || year(asked) !== year(stated)) return false
  const sameMonth = asked.month === undefined || asked.month === stated.month
  return sameMonth && (asked.day === undefined || asked.day === stated.day)
}

/** One weighty word of the question at least must stand in the sentence of the figure itself. */
function onTopic(question: Question, { evidence, document, headings }: Scope, keywords: Bm25): boolean {
  const weighty = supportOf(question, evidence, keywords).filter(({ weight }) => weight >= 2)
  if (weighty.length === 0) return true
  const { opening, sentence } = evidence
  const said = [opening, sentence].map((span) => (span ? foldedOf(document.text, span) : '')).join('')
  const around = fold(headings)
  return weighty.some(({ word }) => word.length > 1 && [said, around].some((words) => words.includes(fold(word))))
}

/** A place must be the document's own or stand in the sentence, its neighbours or its headings. */
function placeHolds(name: string, scope: Scope): boolean {
  const short = shortPlace(name)
  if ([scope.sentence, scope.headings, scope.words].some((words) => words.includes(short))) return true
  const own = ownPlaces(scope.document)
  return own.has(short) || namedInCompound(scope.sentence, short, own)
}

const ownPlacesOf = new WeakMap<Document, ReadonlySet<string>>()

/** The places a document is about: those of its title and issuer, else the one its text names most. */
export function ownPlaces(document: Document): ReadonlySet<string> {
  let own = ownPlacesOf.get(document)
  if (!own) {
    const { title, issuer } = document.header
    own = new Set([title?.value, issuer?.value].flatMap((words) => (words ? placesIn(words).map(shortPlace) : [])))
    if (own.size === 0) {
      const counts = new Map<string, number>()
      for (const place of placesIn(document.text).map(shortPlace)) counts.set(place, (counts.get(place) ?? 0) + 1)
      const [most] = [...counts].sort(([, one], [, other]) => other - one)
      own = new Set(most && most[1] >= 3 ? [most[0]] : [])
    }
    ownPlacesOf.set(document, own)
  }
  return own
}

/** G60, 296X, 5G: codes of the question that are no figure. */
function codes({ text, figures }: Question): string[] {
  return [...text.matchAll(/[A-Za-z]+\d+[A-Za-z]*|\d+[A-Za-z]+/g)]
    .filter(({ index }) => !figures.some(({ span }) => span.start <= index && index < span.end))
    .map(([code]) => code)
}

/** Without spaces, dots and commas. */
function plainly(folded: string): string {
  return folded.replace(/[\s·、,，]/g, '')
}

const plainOf = readOnce<string>((text, paragraph) => plainly(foldedOf(text, paragraph)))

/** A quoted name must stand in the paragraph, its headings or the document's head, with half its pairs at least. */
function nameHolds(words: string, scope: Scope): boolean {
  const wanted = plainly(fold(words))
  const plain = plainOf(scope.text, scope.evidence.paragraph) + plainly(fold(scope.headings))
  if (plain.includes(wanted)) return true
  const counted = /^[一二两三四五六七八九十\d]{1,2}[个大项]?(.{2,})$/.exec(wanted)?.[1]
  if (counted !== undefined && plain.split(counted).length > 2) return true
  if (wanted.length < 4) return false
  let pairs = 0
  for (let at = 0; at + 1 < wanted.length; at++) if (plain.includes(wanted.slice(at, at + 2))) pairs++
  return pairs / (wanted.length - 1) >= 0.5
}

/** A figure of the question must stand in the paragraph, unless it only counts what is listed (六条, 三个). */
function figureHolds(stated: Quantity, scope: Scope): boolean {
  if (!MEASURED.has(stated.kind)) return true
  const { text, evidence, headings } = scope
  const said = [...quantitiesOf(text, evidence.paragraph), ...quantities(headings)]
  return said.some((figure) => sameQuantity(stated, figure))
}

/** “1248”分别代表什么: what the digits of a name stand for must be spelt out beside it. */
function asksMeaningOfCode(text: string): boolean {
  return STANDS_FOR.test(text) && /[“"「]\d[\dA-Za-z+]*[”"」]/.test(text)
}

const STANDS_FOR = new RegExp(
  '[“"「]?\\d[\\dA-Za-z+]*[”"」]?.{0,10}' +
    '(?:代表|指的?是?|是指|含义是?|意思是?|分别是|是哪)(?:什么|哪些|啥|哪.{1,6})?[？?]?$',
)

const MEASURED: ReadonlySet<QuantityKind> = new Set(['percent', 'money', 'length', 'area'])

const AREA_ASKED = /哪(?:[一个些几两三]个?)?(省份?|城市|市|国家|地区|区县|区|县|街道|乡镇)(?![长委政府里])/

/** 哪些城市 wants the names of cities: of another place than the question itself names. */
function areaNamed(area: string, question: Question, { text, sentence, evidence }: Scope): boolean {
  const known = new Set(question.places.map(shortPlace))
  const places = [evidence.opening, evidence.sentence].flatMap((span) => (span ? placesOf(text, span) : []))
  if (places.some((place) => !known.has(shortPlace(place)))) return true
  return /^(?:区|县|区县|街道|乡镇|地区)$/.test(area) && /\p{Script=Han}{2}(?:[区县镇乡]|街道)/u.test(sentence)
}

/**
 * Asked in the document's own words for something it does not speak of: most words of the question stand around the
 * evidence, the noun that is asked for stands nowhere in the document. A question in other words is left alone.
 */
export function focusMissing(question: Question, evidence: Evidence, keywords: Bm25): string | undefined {
  const supports = supportOf(question, evidence, keywords)
  const meant = supports.filter(({ generic, weight }) => !generic && weight > 1)
  const stands = meant.filter(({ support }) => support >= 0.4)
  if (meant.length < 2 || stands.length / meant.length < LIMITS.ownWords) return undefined
  const focus = new Set(question.focus.filter(({ noun }) => noun).map(({ text }) => text))
  const asked = meant.filter(({ word }) => focus.has(word))
  const last = asked.at(-1)
  return last && !last.inDocument ? last.word : undefined
}

/** Things that are asked for by kind, and the words one of which a text that gives them holds. */
const ATTRIBUTES: readonly { readonly name: string; readonly asked: RegExp; readonly needed: RegExp }[] = [
  {
    name: '申请条件、流程',
    asked: anyOf(
      /(?:怎么|如何|怎样)(?:申请|申报|报名|办理|领取)/,
      /(?:申请|申报|报名|办理|领取)(?:的)?(?:条件|流程|手续|材料|程序|资格|步骤|渠道|方式|要求)/,
      /(?:需要|要|提交|准备)(?:什么|哪些)(?:材料|手续|条件)/,
      /满足(?:什么|哪些)条件/,
    ),
    needed: /申请|申报|报名|办理|领取|提交|材料|手续/,
  },
  {
    name: '联系方式',
    asked: /电话|联系方式|网址|邮箱|官网|公众号|微信|热线|(?:办公|具体|通讯)地址|哪个窗口|(?:上班|办公|开放|营业)时间/,
    needed: /电话|热线|网址|网站|邮箱|公众号|窗口|\d{7,}/,
  },
  {
    name: '负责人',
    asked: /(?:局长|书记|市长|主任|负责人|院长|校长|秘书长|董事长|总经理)(?:是|叫|姓)?(?:谁|什么名字|哪位)|谁(?:担任|当)/,
    needed: /局长|书记|市长|主任|负责人|院长|校长|秘书长|董事长|总经理/,
  },
  {
    name: '主持、出席',
    asked: anyOf(
      /(?:谁|哪位|何人|哪些(?:领导|人))[^，,。]{0,4}(?:主持|出席|参加|致辞|讲话|签署|起草|撰写|采写)/,
      /(?:主持|出席|参加|致辞|讲话|签署|起草|撰写|采写)(?:人|者|的)?(?:领导)?(?:是谁|有谁|有哪些|是哪位)/,
    ),
    needed: /主持|出席|参加|致辞|讲话|签署|起草|记者|作者/,
  },
  {
    name: '牵头部门',
    asked: /哪(?:些|个|几个)(?:部门|单位|机构)[^，,。]{0,3}(?:牵头|负责|主管|承担|实施|落实)/,
    needed: /牵头|负责|主管|承担|会同|部门/,
  },
  {
    name: '讲话',
    asked: /讲话|致辞|发言/,
    needed: /讲话|致辞|发言|指出|强调/,
  },
  {
    name: '资格',
    asked: /资格/,
    needed: /资格|条件|符合|具备/,
  },
  {
    name: '比例',
    asked: /比例(?!尺)|占比/,
    needed: /比例|比重|占|率|%|％|百分|成/,
  },
  {
    name: '面积',
    asked: /面积|占地/,
    needed: /面积|平方|亩|公顷/,
  },
  {
    name: '原因',
    asked: /为什么|为何|什么原因|因为什么|怎么会/,
    needed: /因(?![地素])|由于|鉴于|为了|以便|旨在|根据|依据|目的|影响|重在|考虑到|(?:^|[，,：:。])为\p{Script=Han}{2}/u,
  },
  {
    name: '处罚',
    asked: /罚(?:款)?多少|怎么(?:处罚|罚)|(?:如何|怎样)处罚|(?:什么|哪些)(?:处罚|罚则|法律责任)|会被罚|罚多少/,
    needed: /罚|处分|责任|追究|惩戒|惩处/,
  },
  {
    name: '补贴',
    asked: /补(?:贴|助)(?:标准)?(?:是|有|给)?(?:多少|几)|奖励(?:多少|几|标准)|(?:多少|几)(?:元|万元|钱)?(?:的)?(?:补贴|补助|奖励)/,
    needed: /补贴|补助|奖励|奖补|资助/,
  },
  {
    name: '附件',
    asked: /附件|附表|附录|分解表|清单/,
    needed: /附件|附表|附录|分解表|清单/,
  },
  {
    name: '预算',
    asked: /预算|总投资|投资额|(?:花费|花|投入|投资)(?:了)?多少(?:钱|资金|亿|万)/,
    needed: /预算|投资|投入|资金|经费|元/,
  },
]
