/** Days as sentences of law print them → ISO 8601. */
import { ordinalOf } from './numerals.ts'

const DAY = /([0-9〇○零一二三四五六七八九]{4})年([0-9一二三四五六七八九十]{1,3})月([0-9一二三四五六七八九十]{1,3})日/
const DIGITS = '〇一二三四五六七八九'

/** @example chineseDate('二〇一八年一月一日') // '2018-01-01' */
export function chineseDate(words: string): string | undefined {
  const match = DAY.exec(words.normalize('NFKC').replace(/[○零]/g, '〇'))
  if (!match) return undefined
  const year = [...match[1]!].map((digit) => (/\d/.test(digit) ? digit : String(DIGITS.indexOf(digit)))).join('')
  const [month, day] = [match[2]!, match[3]!].map((part) => (/^\d+$/.test(part) ? Number(part) : ordinalOf(part)))
  if (month === undefined || day === undefined || month < 1 || month > 12 || day < 1 || day > 31) return undefined
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
