/** What of an English question follows fixed rules: figures, times, clause numbers, and the words that ask. */

const DIGITS: Readonly<Record<string, number>> = Object.fromEntries(
  'one two three four five six seven eight nine ten eleven twelve'.split(' ').map((word, at) => [word, at + 1]),
)
const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const NUMERALS = '零一二三四五六七八九十'

const NUMBER = `(\\d{1,3}|${Object.keys(DIGITS).join('|')})`
const MONTH = `(${MONTHS.join('|')})`

function pattern(source: string): RegExp {
  return new RegExp(source, 'gi')
}

/** `two` → 2 for figures up to twelve; undefined for any other word. */
export function digitOf(word: string): number | undefined {
  return DIGITS[word.toLowerCase()]
}

/** 3 → 三, 14 → 十四, 30 → 三十; other figures stay in digits. */
export function numeral(value: number): string {
  if (value <= 10) return NUMERALS[value]!
  if (value < 20) return `十${NUMERALS[value - 10]!}`
  if (value < 100 && value % 10 === 0) return `${NUMERALS[value / 10]!}十`
  return String(value)
}

/** `five` → 五, `35` → 35. */
function count(word: string): string {
  const value = digitOf(word)
  return value === undefined ? word : numeral(value)
}

function month(name: string): number {
  return MONTHS.indexOf(name.toLowerCase()) + 1
}

const SCALES: Readonly<Record<string, readonly [factor: number, unit: string]>> = {
  trillion: [1, '万亿'],
  billion: [10, '亿'],
  million: [100, '万'],
  thousand: [1000, ''],
}

/** 5 million → 500万, 1.2 trillion → 1.2万亿. */
function large(amount: number, scale: string): string {
  const [factor, unit] = SCALES[scale.toLowerCase()]!
  return `${Number((amount * factor).toPrecision(12))}${unit}`
}

/** What is counted → the measure word a figure of it has. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/people|persons?|talents?|students?|graduates|workers|residents|visitors|tourists|teachers|doctors|children/, '名'],
  [/jobs|employees|members|experts|scientists/, '名'],
  [/homes|houses|apartments|flats|housing/, '套'],
  [/square kilomet/, '平方公里'],
  [/square met/, '平方米'],
  [/kilomet|\bkm\b/, '公里'],
  [/hectares/, '公顷'],
  [/ton(?:ne)?s/, '吨'],
  [/minutes/, '分钟'],
  [/hours/, '小时'],
  [/days/, '天'],
  [/years/, '年'],
  [/months/, '个月'],
  [/yuan|rmb/, '元'],
  [/percent/, '个百分点'],
]

function unitOf(words: string): string | undefined {
  return UNITS.find(([unit]) => unit.test(words.toLowerCase()))?.[1]
}

/** 500000 before college students → 50万名; undefined where it may be a year or counts nothing known. */
function counted(digits: string, after: string): string | undefined {
  const value = Number(digits)
  const unit = unitOf(after)
  if (/percent|per cent/i.test(after) || (unit === undefined && value < 10_000)) return undefined
  return (value >= 10_000 && value % 1000 === 0 ? `${value / 10_000}万` : digits) + (unit ?? '')
}

type Rule = readonly [find: RegExp, chinese: (...groups: string[]) => string | undefined]

/** In order; each takes what it finds from those that follow. '' drops it, undefined leaves it. */
const RULES: readonly Rule[] = [
  // requests that are no question about documents, as intent.ts knows them in Chinese
  [pattern(String.raw`\b(?:what )?do you (?:think|believe|feel|recommend)\b`), () => '你觉得'],
  [pattern(String.raw`\bin your (?:view|opinion)\b`), () => '你觉得'],
  [
    pattern(String.raw`\b(?:ignore|disregard|forget)\b(?=.{0,60}\b(?:instruction|rule|file|document|prompt)s?\b)`),
    () => '忽略指令',
  ],
  [pattern(String.raw`\b(?:write|draft|compose|translate)\s+(?:me\b|for me\b|an?\b)`), () => '帮我写'],
  [pattern(String.raw`\bhow (?:long|soon|old|large|big|high|far|many|much)\b`), () => ''],
  // dates, clause numbers, plans, periods, ages
  [
    pattern(String.raw`\b${MONTH}\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b`),
    (name = '', day, year) => `${year}年${month(name)}月${Number(day)}日`,
  ],
  [
    pattern(String.raw`\b(\d{1,2})\s+${MONTH},?\s+(\d{4})\b`),
    (day, name = '', year) => `${year}年${month(name)}月${Number(day)}日`,
  ],
  [pattern(String.raw`\b${MONTH},?\s+(\d{4})\b`), (name = '', year) => `${year}年${month(name)}月`],
  [pattern(String.raw`\b(?:part|section)\s+(\d{1,2})\b`), (nth) => `第${numeral(Number(nth))}部分`],
  [pattern(String.raw`\b(?:article|clause|item|point)\s+(\d{1,4})\b`), (nth) => `第${nth}条`],
  [
    pattern(String.raw`\b(\d{1,2})th[\s-]five[\s-]year[\s-](?:plan|programme|program)(?:\s+period)?\b`),
    (nth) => `${numeral(Number(nth))}五规划`,
  ],
  [pattern(String.raw`\b(?:next|coming|following)\s+${NUMBER}\s+years?\b`), (years = '') => `未来${count(years)}年`],
  [pattern(String.raw`\b(?:past|last|previous)\s+${NUMBER}\s+years?\b`), (years = '') => `过去${count(years)}年`],
  [
    pattern(
      String.raw`\b(?:aged\s+)?(?:under|below)\s+(?:the\s+age\s+of\s+)?(\d{2})(?:\s+years?\s+old)?\b(?!\s*(?:%|per))`,
    ),
    (age) => `${age}岁以下`,
  ],
  [pattern(String.raw`\b${NUMBER}[\s-]+years?[\s-]+olds?\b`), (age) => `${age}岁`],
  [pattern(String.raw`\b${NUMBER}[\s-]+years?\b`), (years = '') => `${count(years)}年`],
  [pattern(String.raw`\b${NUMBER}[\s-]+months?\b`), (months = '') => `${count(months)}个月`],
  [pattern(String.raw`\b${NUMBER}[\s-]+(?:working\s+)?days?\b`), (days = '') => `${count(days)}日`],
  // figures
  [
    pattern(String.raw`\b(\d+(?:\.\d+)?)\s*(trillion|billion|million|thousand)(?:[\s-]+(yuan|rmb))?`),
    (amount, scale = '', money) => large(Number(amount), scale) + (money ? '元' : ''),
  ],
  [
    pattern(String.raw`(?<![\d⟦A-Za-z.-])(\d{1,9})(?=((?:[ -][a-z]+){1,3}))`),
    (digits = '', after = '') => counted(digits, after),
  ],
  [pattern(String.raw`\b(\d+(?:\.\d+)?)\s*(?:%|per\s?cent)`), (amount) => `${amount}%`],
  [pattern(String.raw`\bin (?:(?:million|billion|trillion) )?(?:yuan|rmb)\b`), () => ''],
  [pattern(String.raw`\bpercent(?:age)?\b`), () => ''],
  [
    pattern(String.raw`\b(?:by|in|of|for|until|since)?\s*\b(1[89]\d\d|20\d\d|21\d\d)\b(?![⟧年%.\d-])`),
    (year) => `${year}年`,
  ],
  [pattern(String.raw`\bthis year\b`), () => '今年'],
  [pattern(String.raw`\blast year\b`), () => '去年'],
  [pattern(String.raw`\bnext year\b`), () => '明年'],
  [pattern(String.raw`\bmid(?:dle of the |-)?\s?century\b`), () => '本世纪中叶'],
]

/** The question with all that follows rules written in Chinese between ⟦ and ⟧. */
export function withFixedParts(question: string): string {
  const plain = question.replace(/[⟦⟧]/g, ' ').replace(/(\d),(?=\d{3}\b)/g, '$1')
  return RULES.reduce(
    (text, [find, chinese]) =>
      text.replace(find, (whole: string, ...groups: unknown[]) => {
        const words = chinese(...(groups.filter((group) => typeof group !== 'number').slice(0, -1) as string[]))
        if (words === undefined) return whole
        return words === '' ? ' ' : ` ⟦${words}⟧ `
      }),
    plain,
  )
}

/** Words between ⟦ and ⟧ that stand first in a Chinese question. */
export function standsFirst(fixed: string): boolean {
  return /[年月]|世纪|规划|你觉得|忽略|帮我/.test(fixed)
}

/** The form of the answer, from the question word; the first that matches. */
const ASKED: readonly (readonly [RegExp, string])[] = [
  [/\b(?:what|which) (?:share|percentage|proportion|percent)\b|\bhow many percent\b/i, '占比多少'],
  [/\bhow (?:long|soon)\b/i, '多久'],
  [/\bhow old\b/i, '多少岁'],
  [/\bhow much (?:money|funding)\b/i, '多少资金'],
  [/\bhow much\b.*\b(?:yuan|rmb)\b|\bin (?:(?:million|billion|trillion) )?(?:yuan|rmb)\b/i, '多少元'],
  [/\b(?:what|which) (?:kinds?|types?|sorts?) of\b/i, '有哪些'],
  [/\b(?:which|what) (?:[\w-]+ ){0,3}[\w-]+[^s\W]s (?:will|should|must|can|do|to|have|shall|would|could)\b/i, '有哪些'],
  [/\bhow (?:many|much|large|big|high|far)\b/i, '多少'],
  [/\bwhat (?:is|are|was|were) the (?:\w+ ){0,3}(?:number|amount|rate|size|quota|figure)\b/i, '多少'],
  [/\bwhen\b|\b(?:what|which) (?:year|date|day|month|time)\b/i, '什么时候'],
  [/\bwhere\b/i, '哪里'],
  [/\b(?:which|what) (?:department|agency|body|organ|authority|committee|institution|organi[sz]ation)s?\b/i, '哪个部门'],
  [/\bwho(?:m|se)?\b/i, '谁'],
  [/\bwhat (?:are|were)\b|\bwhich (?:\w+ ){0,4}(?:are|were)\b|\blist\b|\bname the\b/i, '有哪些'],
  [/\bwhich (?:two|three|four|five|six|seven|eight|nine|ten)\b/i, '有哪些'],
  [/\bwhat does .{1,60} (?:mean|stand for)\b|\bwhat is meant by\b|\bdefin/i, '是什么意思'],
  [/\bwhy\b/i, '为什么'],
  [/\bhow\b/i, '如何'],
  [/\bwhich\b/i, '哪个'],
  [/\bwhat\b/i, '是什么'],
  [/^(?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have)\b/i, '吗'],
]

/** The things counted, up to the verb. */
const HOW_MANY = new RegExp(
  '\\bhow many ((?:[\\w-]+ ){0,4}?[\\w-]+?)' +
    '(?: (?:is|are|was|were|will|do(?:es)?|did|must|should|ha[sv]e?|can|may)\\b|[?.!]|$)',
  'i',
)

/** The words that ask, with the measure word where things are counted: how many students → 多少名. */
export function askedFor(question: string): string {
  const things = HOW_MANY.exec(question)?.[1]
  if (things !== undefined && !/percent/i.test(things)) return `多少${unitOf(things) ?? '个'}`
  return ASKED.find(([asks]) => asks.test(question))?.[1] ?? ''
}
