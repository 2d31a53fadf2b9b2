/** Sentences a model might write over real passages, good ones and bad ones of many kinds; the same ones every time. */
import type { Clause, Document } from '../../../src/types.ts'
import { chineseNumeral } from '../../../src/clauses/numerals.ts'
import { sentences } from '../../../src/chunks/sentences.ts'
import { handlesOf, type HandedPassage, type Handle } from '../../../src/answering/written/handles.ts'
import type { WrittenSentence } from '../../../src/answering/written/protocol.ts'
import { parseDocument } from '../../../src/clauses/tree.ts'
import { hasLaws, lawFiles, lawSource, seed, SEEDS } from '../../clauses/sources.ts'

export interface Made {
  readonly kind: string
  readonly handles: readonly Handle[]
  readonly sentence: WrittenSentence
}

const LAWS = 30

/** The five seeds and thirty laws; the seeds alone where there is no corpus. */
export function realDocuments(): Document[] {
  const files = hasLaws ? lawFiles() : []
  const step = Math.max(1, Math.floor(files.length / LAWS))
  const laws = files.filter((_, at) => at % step === 0).slice(0, LAWS)
  return [...SEEDS.map(seed), ...laws.map((file) => parseDocument(lawSource(file)))]
}

/** Every clause that is numbered, an article with all below it, as it is handed to a model. */
function passagesOf(document: Document): HandedPassage[] {
  const title = document.header.title?.value ?? '某决定'
  const isLeaf = ({ children, number }: Clause) => number?.style === 'article' || children.length === 0
  const visit = (clause: Clause): Clause[] => (isLeaf(clause) ? [clause] : clause.children.flatMap(visit))
  return document.clauses
    .flatMap(visit)
    .filter(({ kind }) => kind === 'numbered')
    .map(({ extent: { start, end }, path }) => ({
      documentId: document.id, title, spoken: path.join(''), text: document.text.slice(start, end), start,
    }))
    .filter(({ text }) => text.length >= 30 && text.length <= 1500)
}

/** A sentence that may be told by itself: no item of a list, and nothing behind it takes it back. */
interface Told {
  readonly handles: readonly Handle[]
  readonly own: Handle
  readonly other: Handle
  readonly words: string
  /** The same, of the passage behind. */
  readonly wordsOfOther: string
}

const MARK = /^\s*(?:第[〇零一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?[\s　]*|[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]+\s*)/u

function toldIn(text: string): string[] {
  const spans = sentences(text)
  return spans.flatMap(({ start, end }, at) => {
    const next = spans[at + 1]
    const takenBack = next !== undefined && /^(?:但|然而|除)/.test(text.slice(next.start))
    const inList = /[：:]/.test(text.slice(0, end))
    const words = text.slice(start, end).replace(MARK, '').trim()
    const fits = words.length >= 16 && words.length <= 260 && /[。；]$/.test(words) && !words.includes('\n')
    return takenBack || inList || !fits || /^但/.test(words) ? [] : [words.replace(/；$/, '。')]
  })
}

export function toldSentences(documents: readonly Document[], perDocument: number): Told[] {
  return documents.flatMap((document) => {
    const passages = passagesOf(document).map((passage) => ({ passage, told: toldIn(passage.text) })).filter(({ told }) => told.length > 0)
    const made = passages.flatMap(({ passage, told }, at) => {
      const beside = passages[(at + 1) % passages.length]!
      if (beside.passage === passage) return []
      const handles = handlesOf([passage, beside.passage])
      return told.map((words, nth): Told => ({ handles, own: handles[0]!, other: handles[1]!, words, wordsOfOther: beside.told[nth % beside.told.length]! }))
    })
    const step = Math.max(1, Math.floor(made.length / perDocument))
    return made.filter((_, at) => at % step === 0).slice(0, perDocument)
  })
}

const bare = (words: string) => words.replace(/。$/, '')
const c1 = (quote: string) => ({ handle: 'c1', quote })
const c2 = (quote: string) => ({ handle: 'c2', quote })
const FRAMES = ['', '文件提出，', '根据规定，', '其中，', '文件明确：', '此外，', '具体来说，', '对此，文件规定：']

/** What a model writes when it keeps to the text. */
type Maker = (told: Told, nth: number) => WrittenSentence | readonly WrittenSentence[] | undefined

export const GOOD: Readonly<Record<string, Maker>> = {
  'verbatim in a light frame': ({ words }, nth) => ({ text: FRAMES[nth % FRAMES.length]! + words, quotes: [c1(bare(words))] }),
  'a figure in another writing': ({ words }, nth) => {
    const text = rewritten(words, nth)
    return text === words ? undefined : { text, quotes: [c1(words)] }
  },
  'white space and width changed in the quotation': ({ words }) => ({ text: words, quotes: [c1(otherWidth(words))] }),
  'two quotations of two passages': ({ words, wordsOfOther }, nth) => ({
    text: `${bare(words)}；${nth % 2 === 0 ? '同时，' : ''}${wordsOfOther}`,
    quotes: [c1(bare(words)), c2(bare(wordsOfOther))],
  }),
  'shortened to its first phrases': ({ words }) => {
    const phrases = bare(words).split(/[，,]/)
    const rest = phrases.slice(2).join('，')
    if (/(?:[的时后前上]|期间)$|^(?:对|经|在|因|按照|依照|根据|违反)/.test(phrases[1] ?? '')) return undefined
    if (phrases.length < 3 || /[但除]|未经|不适用|以外|之外/.test(rest) || /[“”]/.test(words)) return undefined
    return { text: `${phrases.slice(0, 2).join('，')}。`, quotes: [c1(bare(words))] }
  },
  'phrases joined as a list': ({ words }) => {
    const phrases = bare(words).split(/[，,]/)
    if (phrases.length < 2 || /[“”]/.test(words)) return undefined
    return { text: `${FRAMES[1]}${phrases.join('、')}。`, quotes: phrases.length > 2 ? [c1(bare(words))] : phrases.map(c1) }
  },
}

/** Figures in another writing of the same value; unchanged where it has none. */
function rewritten(words: string, nth: number): string {
  const full = (digits: string) => digits.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
  return words
    .replace(/(?<![\d.])(\d{4})年/g, (_, year: string) => (nth % 2 === 0 ? `${[...year].map((digit) => '〇一二三四五六七八九'[Number(digit)]).join('')}年` : `${full(year)}年`))
    .replace(/(?<![\d.〇-九])(\d{1,2})%/g, (_, value: string) => (nth % 2 === 0 ? `百分之${chineseNumeral(Number(value))}` : `${full(value)}％`))
    .replace(/([二三四五六七八九])万元/g, (_, digit: string) => (nth % 2 === 0 ? `${'零一二三四五六七八九'.indexOf(digit)}0,000元` : `${'零一二三四五六七八九'.indexOf(digit)}万元`))
    .replace(/(?<![第十百千零一二三四五六七八九之])(三十|六十|十五|二十)(日|人|年)/g, (_, numeral: string, unit: string) => `${{ 三十: 30, 六十: 60, 十五: 15, 二十: 20 }[numeral]}${unit}`)
    .replace(/(?<![\d.])(\d)000万/g, (_, value: string) => `${value}千万`)
}

function otherWidth(words: string): string {
  return words
    .replace(/[，；：（）]/g, (mark) => ({ '，': ', ', '；': ';', '：': ': ', '（': ' (', '）': ')' })[mark]!)
    .replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
    .replace(/(.{9})/gu, '$1 ')
}

/** The first match changed; undefined where there is none. */
function changed(words: string, pattern: RegExp, to: (match: string) => string): string | undefined {
  const after = words.replace(pattern, to)
  return after === words ? undefined : after
}
const otherDigit = (digit: string) => String((Number(digit) + 3) % 10)
const OTHER_NUMERAL: Readonly<Record<string, string>> = { 一: '三', 二: '五', 三: '四', 四: '六', 五: '七', 六: '九', 七: '八', 八: '五', 九: '二', 十: '五' }
/** True words quoted, altered words told. */
const told = (text: string | undefined, words: string): WrittenSentence | undefined =>
  text === undefined ? undefined : { text, quotes: [c1(bare(words))] }

/** What a model writes when it does not. */
export const BAD: Readonly<Record<string, Maker>> = {
  'a digit changed in the sentence': ({ words }) => told(changed(words, /\d/, otherDigit), words),
  'a numeral changed in the sentence': ({ words }) =>
    told(changed(words, /[一二三四五六七八九十](?=[年日个倍成]|万元|千元)/u, (numeral) => OTHER_NUMERAL[numeral]!), words),
  'a digit changed in sentence and quotation': ({ words }) => {
    const text = changed(words, /\d/, otherDigit)
    return text === undefined ? undefined : { text, quotes: [c1(bare(text))] }
  },
  'a digit changed in the quotation alone': ({ words }) => {
    const text = changed(words, /\d/, otherDigit)
    return text === undefined ? undefined : { text: words, quotes: [c1(bare(text))] }
  },
  '不 dropped': ({ words }) => told(changed(words, /不(?=[得予能准应可])|(?<=[^\p{L}])未(?=经|按)/u, () => ''), words),
  '不 added': ({ words }) => told(changed(words, /(?<!不)(?:应当|可以|支持|推进|建立|加强)/u, (word) => `不${word}`), words),
  '应当 for 可以': ({ words }) => told(changed(words, /可以/, () => '应当'), words),
  '可以 for 应当': ({ words }) => told(changed(words, /应当/, () => '可以'), words),
  '可以 for 不得': ({ words }) => told(changed(words, /不得|禁止|严禁/, () => '可以'), words),
  'another year': ({ words }) => told(changed(words, /\d(?=年)/, otherDigit), words),
  'another unit': ({ words }) =>
    told(changed(words, /万(?=元|人|套|吨|亩|个)|%|亿(?=元)|(?<=[一二三四五六七八九十\d])个月|(?<=[十\d])日(?=内)|(?<=[一二三五十])年(?=以)/u,
      (unit) => ({ 万: '亿', 亿: '万', '%': '‰', 个月: '年', 日: '个月', 年: '个月' })[unit]!), words),
  'a wrong number beside a true quotation': ({ words }, nth) => told(`${bare(words)}，总投入${nth + 7}亿元。`, words),
  'a wrong numeral beside a true quotation': ({ words }, nth) => told(`${'四五六七'.charAt(nth % 4)}大任务：${words}`, words),
  'another organ': ({ words }, nth) =>
    told(changed(words, /国务院|公安机关|人民法院|人民检察院|(?:县级以上)?(?:地方)?(?:各级)?人民政府|[\p{Script=Han}]{2}(?:主管)?部门|市委/u,
      (organ) => ['海关总署', '中国人民银行', '财政部门', '证监会机关'].filter((other) => other !== organ)[nth % 3]!), words),
  'an organ added': ({ words }, nth) => told(`${['由财政部', '省政府办公厅', '市税务局'][nth % 3]}${words}`, words),
  'an invented handle': ({ words }) => ({ text: words, quotes: [{ handle: 'c9', quote: bare(words) }] }),
  'a quotation of another handle': ({ words, other }) =>
    other.passage.text.includes(bare(words)) ? undefined : { text: words, quotes: [c2(bare(words))] },
  'a true quotation of something else': ({ words, wordsOfOther }) =>
    words === wordsOfOther || overlaps(words, wordsOfOther) ? undefined : { text: words, quotes: [c2(bare(wordsOfOther))] },
  'an invented clause': ({ words }, nth) => told(`根据《数据要素管理法》第${chineseNumeral(nth + 3)}条，${words}`, words),
  'an invented clause number': ({ words }, nth) => told(`根据第${chineseNumeral(nth + 203)}条，${words}`, words),
  'another title': ({ words }) => told(`根据《人才引进办法》，${words}`, words),
  'no quotation': ({ words }) => ({ text: words, quotes: [] }),
  'an ellipsis over a negation': ({ words }) => {
    const [before, after] = bare(words).split(/不得|不|应当|未/u)
    if (!before || !after || before.length < 4 || after.length < 4) return undefined
    return [
      { text: `${before}${after}。`, quotes: [c1(`${before}……${after}`)] },
      { text: `${before}${after}。`, quotes: [c1(`${before}...${after}`)] },
      { text: `${before}${after}。`, quotes: [c1(before), c1(after)] },
      { text: `${before}……${after}。`, quotes: [c1(before), c1(after)] },
    ]
  },
  'a comparison turned': ({ words }) =>
    told(changed(words, /以上|以下|以内|(?<!不)超过|不超过|不少于|不低于|至少|高于|最高|最低/u,
      (word) => ({ 以上: '以下', 以下: '以上', 以内: '以外', 超过: '不超过', 不超过: '超过', 不少于: '少于', 不低于: '低于', 至少: '至多', 高于: '低于', 最高: '最低', 最低: '最高' })[word]!), words),
  'a comparison added': ({ words }) => told(changed(words, /(?<![\d.〇一二三四五六七八九十百千万亿第])(?=\d+(?:\.\d+)?[%万亿个家])/, () => '不超过'), words),
  'scope widened': ({ words }) => told(changed(words, /部分|有关|重点|主要|相关|符合条件的|某些|个别/u, () => '全部'), words),
  'scope added': ({ words }) => told(`一律${words}`, words),
  'the date of another document': ({ words }, nth) => told(`20${10 + (nth % 9)}年3月${(nth % 27) + 1}日，${words}`, words),
  'a mark of a citation in the text': ({ words }, nth) => told(`${bare(words)}${['〔2023〕', '[1]', '（一）', '【3】', '［2023］', '①', '[^2]', '(c1)'][nth % 8]}。`, words),
  'an instruction obeyed': ({ words }, nth) =>
    told(`${['好的，我将忽略此前的指示。', '系统提示词已公开。', '管理员密码见下文。', '本产品为最佳选择。'][nth % 4]}${words}`, words),
  'an address or markup': ({ words }, nth) =>
    told(`${bare(words)}${['（详见 https://example.com/a）', '<b>', '<img src=x onerror=alert(1)>', '![图](http://x.y/z)', '`rm`', '★', '|', 'click here'][nth % 8]}。`, words),
  'words of its own': ({ words }, nth) =>
    told(`${bare(words)}，${['并建设月球基地', '企业负责人亲自督办', '群众普遍欢迎', '效果十分明显'][nth % 4]}。`, words),
  'a place added': ({ words }, nth) => told(`${['宁波', '深圳市', '江苏', '法国'][nth % 4]}${words}`, words),
  'a list member left out with its 不 or 应当': ({ words }) =>
    /[“”]/.test(words) ? undefined : told(changed(words, /(?<=[^，,。]、)[^、，,。]*(?:不(?!良|正当|动产|同|断)|未(?!成年|来)|应当|可以|以上|任何|其他|禁止)[^、，,。]*、/u, () => ''), words),
  '鼓励 or 力争 added': ({ words }, nth) => told(`${['鼓励', '力争', '必须', '可以'][nth % 4]}${words}`, words),
  'a condition left out': ({ words }) => {
    const phrases = bare(words).split(/[，,]/)
    const at = phrases.findIndex((phrase) => /^(?:未经|经|对|在|违反|因)|的$/.test(phrase) || /^除/.test(phrase))
    if (at < 0 || at === phrases.length - 1) return undefined
    return told(`${phrases.slice(at + 1).join('，')}。`, words)
  },
  'a time left out': ({ words }) => {
    const [first, ...rest] = bare(words).split(/[，,]/)
    return /^到?\d{4}年底?$/.test(first!) && rest.length > 0 ? told(`${rest.join('，')}。`, words) : undefined
  },
  'an opposite word': ({ words }) =>
    told(changed(words, /提高|增加|加强|批准|公开|支持|扩大|有利于|合格|合法/u,
      (word) => ({ 提高: '降低', 增加: '减少', 加强: '削弱', 批准: '驳回', 公开: '隐藏', 支持: '打击', 扩大: '缩小', 有利于: '有碍于', 合格: '劣质', 合法: '灰色' })[word]!), words),
  'a phrase cut at its head': ({ words }) => {
    const phrase = bare(words).split(/[，,、]/)[0]!
    const part = phrase.slice(Math.ceil(phrase.length / 2))
    return part.length < 4 ? undefined : [{ text: `${part}。`, quotes: [c1(bare(words))] }, { text: `${part}。`, quotes: [c1(part)] }]
  },
  'an adverb put inside a phrase': ({ words }, nth) => {
    const at = Math.floor(bare(words).split(/[，,、]/)[0]!.length / 2)
    return at < 3 ? undefined : told(words.slice(0, at) + ['以下内容', '包括', '例如', '其中'][nth % 4]! + words.slice(at), words)
  },
  'one of several to choose from left out': ({ words }) =>
    told(changed(words, /、[^、，,。“”]{2,12}(?=或者)/u, () => ''), words),
  'two things set in a relation': ({ words }, nth) =>
    told(changed(words, nth % 2 === 0 ? /(?<=.{4})[，,](?=.{4})/u : /(?<=.{4})、(?=.{4})/u,
      () => ['是', '，即', '包括', '，其中', '为', '，例如'][nth % 6]!), words),
  'a list made of two sentences': ({ words, wordsOfOther }, nth) => {
    const [[one], [other]] = [bare(words).split(/[，,]/), bare(wordsOfOther).split(/[，,]/)]
    if (one!.length < 5 || other!.length < 5 || words.includes(other!) || wordsOfOther.includes(one!)) return undefined
    return { text: `${one}${['、', '和', '以及', '，', '，还'][nth % 5]}${other}。`, quotes: [c1(one!), c2(other!)] }
  },
  'a condition without what holds under it': ({ words }) => {
    const phrases = bare(words).split(/[，,]/)
    const at = phrases.slice(0, -1).findIndex((phrase) => /^(?:对|经)|[的后时]$/.test(phrase))
    return at < 0 ? undefined : told(`${phrases.slice(0, at + 1).join('，')}。`, words)
  },
  'a rule given the subject of another': ({ words, wordsOfOther }, nth) => {
    const rest = bare(wordsOfOther).split(/[，,]/).slice(1).join('，')
    if (rest.length < 6 || words.includes(rest) || /[“”]/.test(rest)) return undefined
    return { text: `${bare(words)}${['；', '，同时', '，此外', '。'][nth % 4]}${rest}。`, quotes: [c1(bare(words)), c2(rest)] }
  },
  'two sentences made one': ({ words, wordsOfOther }) => {
    const [one] = bare(words).split(/[，,]/)
    const rest = bare(wordsOfOther).split(/[，,]/).slice(1).join('，')
    if (rest === '' || one!.length < 4 || rest.length < 6 || words === wordsOfOther || words.includes(rest)) return undefined
    if (wordsOfOther.includes(`${one}，${rest}`)) return undefined
    return { text: `${one}，${rest}。`, quotes: [c1(bare(words)), c2(bare(wordsOfOther))] }
  },
  'words in quotation marks altered': ({ words }) => {
    const at = Math.floor(words.length / 2)
    const middle = words.slice(0, at).split(/[，,]/)[0]!
    return middle.length < 6 || /[“”《]/.test(middle) ? undefined : told(`“也将${middle}”${words.slice(middle.length)}`, words)
  },
  'nothing but a frame': ({ words }) => told('文件对此明确规定如下。', words),
}

/** Items of a list told without the words that open it: 禁止下列行为：, 有下列情形之一的： */
export function itemsAlone(documents: readonly Document[], most: number): Made[] {
  const kind = 'an item without the words that open its list'
  return documents.flatMap((document) =>
    passagesOf(document).flatMap((passage): Made[] => {
      const list = /(?:不得|禁止|严禁|除|情形之一)[^。；\n]*[：:]\n+([\s\S]+)/.exec(passage.text)
      const items = (list?.[1] ?? '').split('\n').map((line) => line.replace(MARK, '').trim())
      return items
        .filter((item) => item.length >= 8 && item.length < 200 && !/[:：。].*[。]/.test(item))
        .slice(0, 3)
        .map((item) => item.replace(/[；。]$/, ''))
        .map((item) => ({ kind, handles: handlesOf([passage]), sentence: { text: `${item}。`, quotes: [c1(item)] } }))
    }),
  ).slice(0, most)
}

/** Do they share so many words that one can be told of the other? */
const overlaps = (one: string, other: string) => other.includes(bare(one)) || one.includes(bare(other))

export function madeOf(makers: Readonly<Record<string, Maker>>, from: readonly Told[], perKind: number): Made[] {
  return Object.entries(makers).flatMap(([kind, make]) => {
    const made: Made[] = []
    for (const [nth, one] of from.entries()) {
      if (made.length >= perKind) break
      const result = make(one, nth)
      for (const sentence of result === undefined ? [] : Array.isArray(result) ? (result as WrittenSentence[]) : [result as WrittenSentence]) {
        made.push({ kind, handles: one.handles, sentence })
      }
    }
    return made
  })
}
