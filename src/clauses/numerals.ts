/** Numerals of Chinese documents, in every script they are printed in, and the numbers they stand for. */

const DIGITS = '零一二三四五六七八九'
const UNITS: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 }
/** Characters a numeral may be written with, for use inside a character class. */
export const NUMERAL_CHARACTERS = '〇○零一二三四五六七八九十百千万两廿卅0-9０-９'

/** One spelling for each character: 〇 and ○ are 零, 两 is 二, full-width digits are ASCII. */
function fold(numeral: string): string {
  return numeral
    .replace(/[〇○]/g, '零')
    .replaceAll('两', '二')
    .replaceAll('廿', '二十')
    .replaceAll('卅', '三十')
    .replaceAll('萬', '万')
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
}

/** 三千一百二十一 → 3121, below 万; `undefined` when units do not fall or digits stand side by side. */
function belowTenThousand(numeral: string): number | undefined {
  let total = 0
  let digit: number | undefined
  let unitBefore = 10_000
  for (const character of numeral) {
    const unit = UNITS[character]
    if (unit === undefined) {
      const value = DIGITS.indexOf(character)
      if (value < 0 || (digit !== undefined && digit !== 0)) return undefined
      digit = value
    } else {
      if (unit >= unitBefore || digit === 0) return undefined
      if (digit === undefined && unit !== 10) return undefined
      total += (digit ?? 1) * unit
      unitBefore = unit
      digit = undefined
    }
  }
  return total + (digit ?? 0)
}

/**
 * The number a numeral stands for; `undefined` when it is not a numeral.
 * Digits read one by one (二〇二三, 一二) are read as positions.
 * @example ordinalOf('一千零六十二') // 1062
 * @example ordinalOf('廿三') // 23
 * @example ordinalOf('１２') // 12
 */
export function ordinalOf(numeral: string): number | undefined {
  const folded = fold(numeral)
  if (folded === '' || folded.length > 16) return undefined
  if (/^[0-9]+$/.test(folded)) return Number(folded)
  if (/^[零一二三四五六七八九]{2,}$/.test(folded)) {
    return Number([...folded].map((character) => DIGITS.indexOf(character)).join(''))
  }
  const [high, low, ...more] = folded.split('万')
  if (high === undefined || more.length > 0) return undefined
  if (low === undefined) return belowTenThousand(high)
  const tenThousands = belowTenThousand(high)
  const rest = belowTenThousand(low)
  return high === '' || tenThousands === undefined || rest === undefined ? undefined : tenThousands * 10_000 + rest
}

function spellBelowTenThousand(count: number): string {
  let spelt = ''
  let zero = false
  for (const [unit, size] of [['千', 1000], ['百', 100], ['十', 10], ['', 1]] as const) {
    const digit = Math.floor(count / size) % 10
    if (digit === 0) {
      zero = spelt !== ''
    } else {
      spelt += (zero ? '零' : '') + (DIGITS[digit] ?? '') + unit
      zero = false
    }
  }
  return spelt
}

/**
 * The numeral as laws print it, for whole numbers from 0 to 99,999,999.
 * @example chineseNumeral(1062) // '一千零六十二'
 * @example chineseNumeral(12) // '十二'
 */
export function chineseNumeral(count: number): string {
  if (count === 0) return '零'
  const high = Math.floor(count / 10_000)
  const low = count % 10_000
  const spelt =
    high === 0
      ? spellBelowTenThousand(low)
      : spellBelowTenThousand(high) + '万' + (low > 0 && low < 1000 ? '零' : '') + spellBelowTenThousand(low)
  return spelt.startsWith('一十') ? spelt.slice(1) : spelt
}
