/** 「那2035年呢？」 → a question that stands alone, by plain rules that say when they do not suffice. */
import { chineseNumeral, ordinalOf } from '../clauses/numerals.ts'
import type { Turn } from '../types.ts'
import { normaliseQuestion } from './normalise.ts'
import { placesIn } from './places.ts'
import { analyse } from './question.ts'
import { times } from './times.ts'
import { contentWords } from './words.ts'

interface StandAlone {
  readonly question: string
  /** The question leans on something the history does not give. */
  readonly insufficient: boolean
}

/** Words a follow-up begins with that say nothing themselves. */
const OPENING = '(?:那么?|还有|然后|再|以及|至于|另外|换成|如果是|要是|同一?(?:部分|章|节|条)(?:的|里)?|(?:本|这一?)(?:部分|章|节)(?:的|里)?)'
const TURN = /^(上|下|前|后)一个?(部分|条|点|款|项|章|节)/
const ELLIPSIS = new RegExp(`^${OPENING}|呢[？?！!。\\s]*$|${TURN.source}`)
const POINTING =
  '它们?|这个|那个|这项|那项|该(?:文件|决定|计划|项目|工程|条|行动)?|此事|这些|那些|上述|上面(?:说的|提到的)?|这里|那里|其中'
const PRONOUN = new RegExp(`(?:^|[^其])(?:${POINTING}|前者|后者)`)
const NUMERAL = '[〇零一二三四五六七八九十百\\d]+'
const STEP = /第[〇零一二三四五六七八九十百\d（）()]+(?:部分|条|点|款|项|章|节)/g
/** A step as spoken, or as printed behind another: （七）, 2 of 三、2. */
const MARK = new RegExp(`${STEP.source}|[（(]${NUMERAL}[）)]|(?<=[、.．])\\d{1,3}(?![\\d%年月])`, 'g')
/** Units that stand for one another when people count on. */
const SAME_UNIT: Readonly<Record<string, string>> = { 条: '条点项', 点: '条点项', 项: '条点项' }

/** The question with what it leaves out taken from the turns before it, oldest first; itself where nothing is. */
export function standAlone(question: string, history: readonly Turn[]): StandAlone {
  const asked = normaliseQuestion(question).text
  if (!leans(asked)) return { question, insufficient: false }
  const earlier = history.filter(({ role }) => role === 'user').map(({ content }) => normaliseQuestion(content).text)
  // earlier turns may lean on turns before them
  const previous = earlier.reduce((before, turn) => (before === '' ? turn : (rewrite(turn, before) ?? turn)), '')
  const written = previous === '' ? undefined : rewrite(asked, previous)
  if (written === undefined) return { question, insufficient: saysNothing(asked) }
  return { question: written === asked ? question : written, insufficient: false }
}

/** Does it leave out what it asks about? */
function leans(asked: string): boolean {
  return ELLIPSIS.test(asked) || PRONOUN.test(asked) || contentWords(asked).length === 0
}

/** 那2035年呢, 下一条呢, 它呢: without the question before there is nothing to look for. */
function saysNothing(asked: string): boolean {
  if (!(ELLIPSIS.test(asked) || PRONOUN.test(asked))) return false
  if (TURN.test(asked.replace(new RegExp(`^${OPENING}`), ''))) return true
  const found = times(asked).map(({ span }) => span)
  const places = placesIn(asked)
  const own = contentWords(asked).filter(({ text, span }) => {
    const time = found.some(({ start, end }) => start < span.end && span.start < end)
    return !time && !places.some((place) => place.includes(text))
  })
  return own.length === 0 && asked.search(STEP) < 0
}

/** The follow-up with what it leaves out taken from the question before; undefined when it leaves nothing out. */
function rewrite(asked: string, previous: string): string | undefined {
  if (!leans(asked)) return undefined
  const bare = asked.replace(new RegExp(`^${OPENING}[，,]?`), '').replace(/(?:也|再)?(?:看一?下|看看|说说|讲讲)?呢?[？?！!。\s]*$/, '')
  if (TURN.test(bare)) return neighbourClause(bare, previous)
  return (
    otherStep(bare, previous) ??
    otherTime(bare, previous) ??
    otherPlace(bare, previous) ??
    otherSubject(bare, asked, previous)
  )
}

/** 下一条 after 第三部分第2条 → 第三部分第3条; after 规划建议（七） → 规划建议（八）; 下一部分 → 第四部分. */
function neighbourClause(bare: string, previous: string): string | undefined {
  const [turned, way, unit] = TURN.exec(bare)!
  const last = [...previous.matchAll(MARK)].findLast(([step]) => {
    const own = /(?:部分|条|点|款|项|章|节)$/.exec(step)?.[0] ?? '条'
    return own === unit || SAME_UNIT[unit!]?.includes(own)
  })
  const numeral = last && new RegExp(NUMERAL).exec(last[0])?.[0]
  const value = numeral === undefined ? undefined : ordinalOf(numeral)
  if (!last || numeral === undefined || value === undefined) return undefined
  const next = value + (way === '下' || way === '后' ? 1 : -1)
  const step = last[0].replace(numeral, /\d/.test(numeral) ? String(next) : chineseNumeral(next))
  return previous.slice(0, last.index) + step + bare.slice(turned.length)
}

/** 第3条 after 《决定》第八部分第2条 → 《决定》第八部分第3条: a step of the same unit is put in its place. */
function otherStep(bare: string, previous: string): string | undefined {
  const step = bare.match(STEP)?.[0]
  if (!step || !bare.startsWith(step)) return undefined
  const unit = /(部分|条|点|款|项|章|节)$/.exec(step)![1]!
  const same = [...previous.matchAll(STEP)].find(([words]) => words.endsWith(unit))
  if (same) return previous.slice(0, same.index) + bare
  const last = [...previous.matchAll(STEP)].at(-1)
  return last ? previous.slice(0, last.index + last[0].length) + bare : undefined
}

function otherTime(bare: string, previous: string): string | undefined {
  const [time, ...more] = times(bare)
  const [before] = times(previous)
  if (!time || more.length > 0) return undefined
  const rest = (bare.slice(0, time.span.start) + bare.slice(time.span.end)).replace(/^[到在]|[的是]$/g, '').trim()
  if (rest.length > 2) return undefined
  const words = bare.slice(time.span.start, time.span.end)
  if (!before) return `${words}${previous}`
  return previous.slice(0, before.span.start) + words + previous.slice(before.span.end)
}

function otherPlace(bare: string, previous: string): string | undefined {
  const [place] = placesIn(bare)
  const [before] = placesIn(previous)
  if (!place || bare.replace(place, '').replace(/[的是市省区县]/g, '').length > 1) return undefined
  return before ? previous.replace(before, place) : `${place}${previous}`
}

const DOCUMENT =
  /《[^》]{2,60}》|[^，,。？?、]{0,20}?(?:决定|规划建议|建议|规划|通知|意见|办法|条例|规定|纲要|方案|会议|大会|新闻)/

/** The subject is exchanged: the focus of the question before gives way to the words now said. */
function otherSubject(bare: string, asked: string, previous: string): string | undefined {
  const before = analyse(previous)
  const own = analyse(bare)
  const complete = own.asks !== 'open' || /怎么|如何|为什么/.test(bare)
  const context = before.words.map(({ text }) => text).filter((word) => !bare.includes(word))
  const pronoun = new RegExp(`(?:${POINTING})`).exec(bare)
  if (pronoun || complete) {
    const said = context.join('')
    if (said === '') return undefined
    const document = DOCUMENT.exec(previous)?.[0]
    return pronoun ? bare.replace(pronoun[0], document ?? said) : `${said}，${asked}`
  }
  const focus = new Set(before.focus.map(({ text }) => text))
  const kept = before.words.filter(({ text }) => !focus.has(text))
  const [first] = before.focus
  const last = before.focus.at(-1)
  if (first && last) return previous.slice(0, first.span.start) + bare + previous.slice(last.span.end)
  return `${kept.map(({ text }) => text).join('')}${bare}`
}
