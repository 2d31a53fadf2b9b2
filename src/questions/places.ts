/** Places a question names: provinces, cities and counties of China, and other countries. */
import { createRequire } from 'node:module'

interface Area {
  readonly label: string
  readonly children?: readonly Area[]
}
const { regionData } = createRequire(import.meta.url)('element-china-area-data') as { regionData: readonly Area[] }

/** Peoples after whom autonomous regions and prefectures are called. */
const PEOPLES = '壮|回|藏|彝|苗|侗|布依|土家|朝鲜|蒙古|哈萨克|柯尔克孜|维吾尔|傣|景颇|傈僳|白|哈尼|羌'
const SUFFIX = new RegExp(`(?<=..)(?:特别行政区|(?:(?:${PEOPLES})族?){1,3}自治[区州]|自治区|省|市|地区|盟)$`, 'u')

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
  '香港',
  '澳门',
  '台湾',
  ...['台北', '新北', '桃园', '台中', '台南', '高雄', '基隆', '新竹'].flatMap((city) => [city, `${city}市`]),
])
/** First character → length of the longest name that begins with it. */
const LONGEST = new Map<string, number>()
for (const name of NAMES) LONGEST.set(name.charAt(0), Math.max(name.length, LONGEST.get(name.charAt(0)) ?? 0))
/** 延安路, 南京街 are roads, not the cities; 杭州路网 and 上海街道 are of the cities. */
const ROAD = /^(?:路(?![网桥径线况])|大街|街(?!道|区|巷|头)|大道|巷)/

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
      if (!name || name === code || name === '中国' || name === '未知地区') continue
      if (/^\p{Script=Han}{2,}$/u.test(name)) names.push(name)
    }
  }
  return names
}

/** Places named in a text, longest reading first, in order. */
export function placesIn(text: string): string[] {
  const found: string[] = []
  for (let at = 0; at < text.length; at++) {
    for (let length = LONGEST.get(text.charAt(at)) ?? 0; length >= 2; length--) {
      const name = text.slice(at, at + length)
      if (NAMES.has(name)) {
        if (!ROAD.test(text.slice(at + length, at + length + 2))) found.push(name)
        at += length - 1
        break
      }
    }
  }
  return found
}

/** Characters that stand for a place in compounds, where it is not the first of its name. */
const ALIAS: Readonly<Record<string, string>> = {
  宁波: '甬', 南京: '宁', 上海: '沪申', 重庆: '渝', 广州: '穗', 成都: '蓉', 福州: '榕', 温州: '瓯', 河北: '冀', 山西: '晋',
  内蒙古: '蒙', 安徽: '皖', 福建: '闽', 江西: '赣', 山东: '鲁', 河南: '豫', 湖北: '鄂', 湖南: '湘', 广东: '粤', 广西: '桂',
  海南: '琼', 四川: '川蜀', 贵州: '贵黔', 云南: '云滇', 陕西: '陕秦', 甘肃: '甘陇', 香港: '港', 澳门: '澳', 天津: '津', 北京: '京',
  浙江: '浙', 江苏: '苏', 台湾: '台',
}

/** Does the text name the place in a compound with another, as 杭甬 names 宁波 beside 杭州? */
export function namedInCompound(text: string, name: string, others: Iterable<string>): boolean {
  const short = shortPlace(name)
  const marks = [short.charAt(0), ...(ALIAS[short] ?? '')]
  for (const other of others) {
    if (other === short) continue
    for (const beside of [other.charAt(0), ...(ALIAS[other] ?? '')]) {
      if (marks.some((mark) => text.includes(beside + mark) || text.includes(mark + beside))) return true
    }
  }
  return false
}

/** 浙江省 → 浙江; a county keeps its suffix. */
export function shortPlace(name: string): string {
  const short = name.replace(SUFFIX, '')
  return short.length >= 2 ? short : name
}
