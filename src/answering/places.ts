/** Places a question names: provinces, cities and counties of China, and other countries. */
import { createRequire } from 'node:module'

interface Area {
  readonly label: string
  readonly children?: readonly Area[]
}
const { regionData } = createRequire(import.meta.url)('element-china-area-data') as { regionData: readonly Area[] }

const SUFFIX = /(?:特别行政区|(?:[\p{Script=Han}]{1,4}族)+自治[区州]|维吾尔自治区|自治区|省|市|地区|盟)$/u

/** Names with and without their suffix; a county only with it, since 和平区 is a place and 和平 a word. */
const NAMES: ReadonlySet<string> = new Set([
  ...regionData.flatMap((province) => [
    ...withShortName(province.label),
    ...(province.children ?? []).flatMap((city) => [
      ...(city.label === '市辖区' || city.label === '县' ? [] : withShortName(city.label)),
      ...(city.children ?? []).map(({ label }) => label).filter((label) => label.length >= 3),
    ]),
  ]),
  ...countries(),
])
const LONGEST = Math.max(...[...NAMES].map(({ length }) => length))

function withShortName(label: string): string[] {
  const short = label.replace(SUFFIX, '')
  return short.length >= 2 && short !== label ? [label, short] : [label]
}

function countries(): string[] {
  const display = new Intl.DisplayNames('zh', { type: 'region' })
  const names: string[] = []
  for (let first = 65; first <= 90; first++) {
    for (let second = 65; second <= 90; second++) {
      const code = String.fromCharCode(first, second)
      const name = display.of(code)
      if (name && name !== code && name !== '中国' && /^\p{Script=Han}{2,}$/u.test(name) && name !== '未知地区') names.push(name)
    }
  }
  return names
}

/** Places named in a text, longest reading first, in order. */
export function placesIn(text: string): string[] {
  const found: string[] = []
  for (let at = 0; at < text.length; at++) {
    for (let length = Math.min(LONGEST, text.length - at); length >= 2; length--) {
      const name = text.slice(at, at + length)
      if (NAMES.has(name)) {
        found.push(name)
        at += length - 1
        break
      }
    }
  }
  return found
}

/** 浙江省 → 浙江; a county keeps its suffix. */
export function shortPlace(name: string): string {
  const short = name.replace(SUFFIX, '')
  return short.length >= 2 ? short : name
}
