/** Dates as Chinese documents print them → ISO 8601. */

export interface PrintedDate {
  /** `2022-06-29` */
  readonly iso: string
  /** Offsets into the searched text. */
  readonly start: number
  readonly end: number
}

const DIGIT = '[0-9０-９]'
const HAN_DIGIT = '[〇○Ｏ零一二三四五六七八九]'
const HAN_COUNT = '[一二三四五六七八九十]'
const BLANK = '[ \\u00a0\\u3000]{0,3}'
const DASH = `${BLANK}[-－—./／]${BLANK}`

const FORMS = [
  `(?<!${DIGIT})(${DIGIT}{4})${BLANK}年${BLANK}(${DIGIT}{1,2})${BLANK}月${BLANK}(${DIGIT}{1,2})${BLANK}日`,
  `(?<!${DIGIT})(${DIGIT}{4})${DASH}(${DIGIT}{1,2})${DASH}(${DIGIT}{1,2})(?!${DIGIT})`,
  `(${HAN_DIGIT}{4})年(${HAN_COUNT}{1,2})月(${HAN_COUNT}{1,3})日`,
].join('|')

/** Made once: a text has as many lines as it likes. */
const PATTERN = new RegExp(FORMS, 'g')

/**
 * Every date of the text that exists in the calendar, in reading order.
 * @example datesIn('2022- 07- 11 10:29:44')[0] // { iso: '2022-07-11', start: 0, end: 12 }
 * @example datesIn('二〇二〇年五月二十八日')[0]?.iso // '2020-05-28'
 */
export function datesIn(text: string): PrintedDate[] {
  const dates: PrintedDate[] = []
  for (const match of text.matchAll(PATTERN)) {
    const [year, month, day] = match.slice(1).filter((part) => part !== undefined)
    const iso = isoDate(numberOf(year), numberOf(month), numberOf(day))
    if (iso) dates.push({ iso, start: match.index, end: match.index + match[0].length })
  }
  return dates
}

function isoDate(year: number, month: number, day: number): string | undefined {
  if (!(year >= 1000 && month >= 1 && day >= 1)) return undefined
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.toISOString().slice(0, 10)
}

const HAN = '零一二三四五六七八九'

/** 2020, ２０２０, 二〇二〇, 二十八 → a number. */
function numberOf(printed = ''): number {
  const ascii = printed
    .normalize('NFKC')
    .replace(/[〇○O]/g, '零')
    .replace(/[零一二三四五六七八九]/g, (digit) => String(HAN.indexOf(digit)))
  const tens = /^(\d?)十(\d?)$/.exec(ascii)
  return tens ? Number(tens[1] || 1) * 10 + Number(tens[2] || 0) : Number(ascii)
}
