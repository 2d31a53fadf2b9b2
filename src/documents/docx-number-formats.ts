/** A count in the number formats 编号格式 of Word: 十一, 拾壹, 甲, ①, ⅺ … */

const DIGITS = [...'零一二三四五六七八九']
const UNITS = ['', '十', '百', '千']
const LEGAL_SIMPLIFIED = { digits: [...'零壹贰叁肆伍陆柒捌玖'], units: ['', '拾', '佰', '仟'] }
const LEGAL_TRADITIONAL = { digits: [...'零壹貳參肆伍陸柒捌玖'], units: ['', '拾', '佰', '仟'] }
const STEMS = [...'甲乙丙丁戊己庚辛壬癸']
const BRANCHES = [...'子丑寅卯辰巳午未申酉戌亥']

/** 1,062 → 一千零六十二, below 10,000. */
function spelt(count: number, digits: readonly string[], units: readonly string[]): string {
  let words = ''
  let isGap = false
  for (let power = 3; power >= 0; power--) {
    const digit = Math.floor(count / 10 ** power) % 10
    if (digit === 0) isGap = words !== ''
    else {
      words += `${isGap ? (digits[0] ?? '') : ''}${digits[digit] ?? ''}${units[power] ?? ''}`
      isGap = false
    }
  }
  return words
}

/** As laws print it: 十二, 一百零一. */
const counted = (count: number): string => spelt(count, DIGITS, UNITS).replace(/^一十/, '十')
const digitByDigit = (count: number, zero: string): string =>
  [...`${count}`].map((digit) => (digit === '0' ? zero : (DIGITS[Number(digit)] ?? ''))).join('')
/** Word's 一,二,三 counts with 十 up to 九十九 and goes on digit by digit: 一○○. */
const countedBelowHundred = (count: number): string => (count < 100 ? counted(count) : digitByDigit(count, '○'))

const ROMAN: readonly (readonly [string, number])[] = [
  ['M', 1000], ['CM', 900], ['D', 500], ['CD', 400], ['C', 100], ['XC', 90],
  ['L', 50], ['XL', 40], ['X', 10], ['IX', 9], ['V', 5], ['IV', 4], ['I', 1],
]

function roman(count: number): string {
  let rest = count
  let words = ''
  for (const [sign, worth] of ROMAN) {
    while (rest >= worth) {
      words += sign
      rest -= worth
    }
  }
  return words
}

/** a … z, aa, bb …, as Word counts. */
const letters = (count: number): string =>
  String.fromCharCode(97 + ((count - 1) % 26)).repeat(Math.floor((count - 1) / 26) + 1)

/** One of a row of characters; plain figures beyond its end. */
const oneOf = (first: number, last: number) => (count: number): string =>
  first + count - 1 <= last ? String.fromCharCode(first + count - 1) : `${count}`
const among = (row: readonly string[]) => (count: number): string => row[count - 1] ?? `${count}`
const circled = oneOf(0x2460, 0x2473)
const fullWidth = (count: number): string =>
  `${count}`.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
const legal = ({ digits, units }: typeof LEGAL_SIMPLIFIED) => (count: number): string => spelt(count, digits, units)

const FORMATS: Readonly<Record<string, (count: number) => string>> = {
  chineseCounting: countedBelowHundred,
  taiwaneseCounting: countedBelowHundred,
  chineseCountingThousand: counted,
  taiwaneseCountingThousand: counted,
  japaneseCounting: counted,
  koreanCounting: counted,
  ideographDigital: (count) => digitByDigit(count, '〇'),
  japaneseDigitalTenThousand: (count) => digitByDigit(count, '〇'),
  taiwaneseDigital: (count) => digitByDigit(count, '○'),
  chineseLegalSimplified: legal(LEGAL_SIMPLIFIED),
  ideographLegalTraditional: legal(LEGAL_TRADITIONAL),
  ideographTraditional: among(STEMS),
  ideographZodiac: among(BRANCHES),
  ideographZodiacTraditional: (count) => `${STEMS[(count - 1) % 10] ?? ''}${BRANCHES[(count - 1) % 12] ?? ''}`,
  ideographEnclosedCircle: oneOf(0x3280, 0x3289),
  decimalFullWidth: fullWidth,
  decimalFullWidth2: fullWidth,
  decimalZero: (count) => `${count}`.padStart(2, '0'),
  decimalEnclosedCircle: circled,
  decimalEnclosedCircleChinese: circled,
  decimalEnclosedFullstop: oneOf(0x2488, 0x249b),
  decimalEnclosedParen: oneOf(0x2474, 0x2487),
  numberInDash: (count) => `- ${count} -`,
  lowerLetter: letters,
  upperLetter: (count) => letters(count).toUpperCase(),
  lowerRoman: (count) => roman(count).toLowerCase(),
  upperRoman: roman,
  none: () => '',
  bullet: () => '',
}

/** A count in a format of Word; plain figures for a format without a rule here, and beyond what a format can say. */
export function inFormat(count: number, format: string): string {
  const isSayable = Number.isInteger(count) && count > 0 && count < 10_000
  const spell = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
  if (format === 'none' || format === 'bullet') return ''
  return isSayable && spell ? spell(count) : `${count}`
}
