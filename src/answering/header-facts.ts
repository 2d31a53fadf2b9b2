/** Questions about a document itself: when and by whom it was passed, published, put into force. */
import { sentences } from '../chunks/sentences.ts'
import { ASKS_DATE, type Question } from '../questions/question.ts'
import type { Time } from '../questions/times.ts'
import type { Document, Fact, Span } from '../types.ts'

/** What the header says, as a span to quote. */
interface HeaderFact {
  readonly document: Document
  readonly span: Span
  /** The question states another date or organ than the header. */
  readonly contradicted: boolean
}

const PASSED = /通过|表决/
const PUBLISHED = /公布|发布|刊登|刊发|发表|见报|登出|印发|出台|颁布|发的/
const EFFECTIVE = /施行|生效|实施(?:日期|时间|的)|起施行/
/** What is done with a document: it is passed, published, put into force. */
export const ACT = /(?:通过|表决|公布|发布|刊登|刊发|发表|见报|登出|印发|出台|颁布|施行|生效|作出|制定)/
/** 决定要求谁制定细则: an act that the document speaks of, not one by which it came about. */
const OF_THE_CONTENT = /提出|要求|规定|明确|强调|部署|提到|指出/
const ASKS_ORGAN = /(?:由?谁|哪个(?:机关|机构|部门|单位|会议)|哪[次届](?:会议|全会)?|第几次|什么(?:机关|会议|部门|单位))/

/** Organs of different kinds; the same words in question and issuer mean the same organ. */
const ORGAN_KINDS: readonly (readonly [string, RegExp, RegExp])[] = [
  ['people’s congress', /人大(?:常委会)?|人民代表大会/, /人民代表大会/],
  ['government', /(?:市|省|县|区|州)(?:人民)?政府|国务院/, /人民政府|国务院/],
  ['party committee', /(?:市|省|县|区|州)委(?!员)|中共/, /中共|中国共产党/],
  ['political consultative conference', /政协/, /政协|政治协商/],
  ['court', /法院/, /法院/],
]

/**
 * The header's answer to a question about the document itself; undefined where the question asks something else,
 * or the header does not say.
 */
export function headerFact(question: Question, documents: readonly Document[]): HeaderFact | undefined {
  const { text } = question
  const act = text.search(ACT)
  if (act < 0 || OF_THE_CONTENT.test(text.slice(0, act)) || documents.length === 0) return undefined
  const about = documents.find(({ header }) => header.passed?.span ?? header.published?.span ?? header.title?.span)
  if (!about) return undefined
  const wanted = factAsked(text, about)
  const contradicted = contradicts(question, about)
  if (!contradicted && !ASKS_DATE.test(text) && !ASKS_ORGAN.test(text)) return undefined
  const organ = contradicted === 'organ' || (ASKS_ORGAN.test(text) && !ASKS_DATE.test(text))
  const fact = organ ? organFact(about) : wanted
  if (!fact?.span) return undefined
  const span = around(about, fact.span)
  const numbered = /[次届]/.test(about.text.slice(span.start, span.end))
  if (!contradicted && /第几|哪[次届]/.test(text) && !numbered) return undefined
  return { document: about, span, contradicted: contradicted !== undefined }
}

function factAsked(text: string, { header }: Document): Fact | undefined {
  if (PASSED.test(text)) return header.passed
  if (EFFECTIVE.test(text)) return header.effective
  if (PUBLISHED.test(text)) return header.published
  return header.passed ?? header.published
}

/** The line that names the organ: the 通过 line where there is one, else the title. */
function organFact({ header }: Document): Fact | undefined {
  return header.passed?.span ? header.passed : header.title
}

/** The sentence or line the fact stands in. */
function around({ text }: Document, span: Span): Span {
  const start = text.lastIndexOf('\n', span.start - 1) + 1
  const stop = text.indexOf('\n', span.end)
  const line = { start, end: stop < 0 ? text.length : stop }
  return sentences(text, line).find((sentence) => sentence.start <= span.start && span.end <= sentence.end) ?? span
}

/** Does the question state a date of passing, or an organ, that the header gives otherwise? */
function contradicts(question: Question, document: Document): 'date' | 'organ' | undefined {
  const { text } = question
  const { passed, published, effective, issuer } = document.header
  const dates = [passed, published, effective].flatMap((fact) => (fact ? [fact.value] : []))
  const stated = question.times.find(({ year, span }) => year !== undefined && ACTED.test(text.slice(span.end)))
  if (stated && dates.length > 0 && !dates.some((date) => dateAgrees(date, stated))) return 'date'
  if (!issuer) return undefined
  const said = /由([^，,。；;？?《》]{2,20}?)(?:作出|通过|发布|公布|印发|出台|制定)/.exec(text)?.[1] ?? beforeAct(text)
  if (said === undefined) return undefined
  const kind = ORGAN_KINDS.find(([, asked]) => asked.test(said))
  return kind && !kind[2].test(issuer.value) ? 'organ' : undefined
}

const ACTED = new RegExp(`^.{0,16}${ACT.source}`)

/** 市政府 of 市政府2022年6月29日通过的…决定 and of 市政府关于…的决定. */
function beforeAct(text: string): string | undefined {
  const at = text.search(/关于|于?\d{4}年|(?:作出|通过|发布|公布|印发|出台|制定)的/)
  return at >= 2 && at <= 20 ? text.slice(0, at) : undefined
}

function dateAgrees(date: string, { year, month, day }: Pick<Time, 'year' | 'month' | 'day'>): boolean {
  const [y, m, d] = date.split('-').map(Number)
  return y === year && (month === undefined || month === m) && (day === undefined || day === d)
}
