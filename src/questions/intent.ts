/** What kind of request a question is, before any evidence is looked for. */
import type { KnownName, Reference } from '../clauses/reference.ts'
import { foldName } from '../clauses/script.ts'
import type { Document, DocumentId, Span } from '../types.ts'
import { namedDocuments } from './named-documents.ts'
import { anyOf } from './patterns.ts'
import type { Time } from './times.ts'
import { contentWords } from './words.ts'

export interface Intent {
  /** It names a clause and asks for no more than its text. */
  readonly asksForClause: boolean
  /** Documents it names, by name or by year and kind; absent when it names none. */
  readonly documents?: readonly DocumentId[]
  /** Times that only say which document is meant. */
  readonly selectors: readonly Time[]
  /** Where it names documents: those words ask nothing of the evidence. */
  readonly naming: readonly Span[]
  /** It asks what each of several documents says. */
  readonly several: boolean
  /** It does not ask what documents say: advice, opinion, prediction, chat, commands. */
  readonly outOfScope: boolean
  /** A law or document it names that the library does not hold. */
  readonly unknownDocument?: string
}

/** 主要讲了什么内容: what it says. */
const WHAT_IT_SAYS = new RegExp(
  '(?:主要)?(?:是|都|具体)?(?:讲|说|写|规定|提|要求|包括|包含|涉及|表述|谈)?(?:了|的|到|些)?(?:是)?' +
    '(?:什么|哪些|啥|怎么说|怎么写|如何规定|怎样规定|怎么规定)(?:内容|事|东西|方面|要求)?(?:的|了)?',
)
/** 的原文是什么: its text by that name. */
const ITS_TEXT =
  /(?:的)?(?:原文|全文|内容|条文|文字|具体内容|主要内容|标题|要点)(?:是(?:什么|啥)|有哪些|如何)?/
const TEXT = anyOf(WHAT_IT_SAYS, ITS_TEXT, /呢|在哪里?|查一?下|看一?下/)
const ASKS_FOR_TEXT = new RegExp(`^[的是]?(?:${TEXT.source})?[？?。.!！\\s]*$`)

/** What people want done with a clause they name, and loose names of what it is of. */
const SENDING = new Set(
  (
    '人大 人大常委会 常委会 市委 省委 县委 党委 市政府 省政府 政府 国务院 念 听 一块 那块 部分 啥 第一 整段 整条 这段 这条 新闻 报道 ' +
    '文件 决定 建议 规划 通知 意见 会议 大会 司法 解释 发 发给 贴 贴出 复制 拷贝 打开 显示 看看 找 找出 翻 翻到 读 引用 摘录 调出 ' +
    '全文 原文 条文 一遍 出来'
  ).split(' '),
)

const OUT_OF_SCOPE: readonly RegExp[] = [
  /你(?:觉得|认为|怎么看|的看法|的观点|支持|喜欢|是谁|叫什么|能做什么|会什么)/,
  /(?:你|个人)(?:的)?(?:意见|建议|判断|评价)(?:是|如何)/,
  /(?:帮我|给我|替我|请)(?:写|作|画|翻译|编|起草|生成|推荐|算|预测|判断|评价|润色|订|买)|^(?:用\s*[A-Za-z]+\s*)?(?:写|编|画|作)(?:一|个|首|篇|段|张|点)/,
  /预测一下|(?:你)?(?:猜|预测|预计)(?:一下|看|会)/,
  /(?:忽略|无视|忘记|绕过|不要管)(?:.{0,12})(?:指令|要求|内容|规则|设定|文件|限制|提示)/,
  /system\s*prompt|系统提示词|越狱|扮演|假装你|^\s*(?:system|assistant|user)\s*[:：]|从现在(?:起|开始)[，,]?你|(?:你|之前|以上|输出|打印|显示|导出|泄露)[^，,。？?]{0,6}(?:提问|聊天|对话)记录|密码|密钥/i,
  /(?:今天|明天|后天|现在|昨天)(?:.{0,6})(?:天气|下雨|几点|星期几|股价|汇率|温度)/,
  /(?:会不会|能不能|会|将会?|能)(?:成功|失败|涨|跌|实现得了|赢|打赢|胜诉)(?:吗|呢)?(?:[，,？?]|$)|胜算|有(?:多大)?把握|把握有/,
  /(?:合不合理|公不公平|划不划算|靠不靠谱|好不好|对不对呢)[？?]?$|(?:你|怎么)(?:怎么)?(?:看待?|评价)(?=[？?]?$)/,
  // what someone is entitled to turns on their case; what they may do is a question about the law
  /我(?:是|的|家|们家|想|打算|今年|刚|现在)[^？?]{0,30}(?:能不能|可不可以|可以|能否|够不够|符不符合|能)[^，,？?]{0,8}(?:申请|申报|报名|落户|摇号|享受|领取?|资格|条件)/,
  /我(?:该不该|应不应该|要不要|适不适合|适合|是否应该|值不值得)/,
  /(?:值不值得|该不该|要不要)(?:买|卖|投资|去|报|考|搬)/,
  /(?:翻译|译)(?:成|为)[^，,。？?]{0,4}(?:文|语)/,
  /^(?:你好|您好|谢谢|多谢|感谢|再见|拜拜|在吗|早上好|晚上好|嗨|hi|hello|thanks|thank you)[!！。~～,，.\s你您了啊呀哦吗]*$/i,
]

/** 几份文件, 哪些文件, 分别怎么说, 前后有什么变化. */
const SEVERAL = anyOf(
  /(?:哪些|哪几[份个]|几份|各份|每份|各个|两[份个]|三[份个]|多份|所有|不同)(?:文件|决定|材料|会议)/,
  /(?:分别|各自?|都)(?:是)?(?:有)?(?:怎么|如何|什么|啥|哪些)?(?:说|写|提|规定|要求|表述|部署|安排|支持)/,
  /(?:有什么|有何|有哪些)(?:变化|不同|区别|差别|异同)/,
  /对比|比较一下|前后|历年|演变/,
)

const NAMED_LAW = /《([^《》]{2,60})》/g

/** The intent of a question whose references to clauses are found; `names`: all names of the library's documents. */
export function intentOf(
  text: string,
  references: readonly Reference[],
  documents: readonly Document[],
  names: readonly KnownName[],
): Intent {
  const named = namedDocuments(text, documents, names)
  const [reference] = references
  const rest = reference ? without(text, [reference.span, ...named.spans]).trim() : text
  const asksForClause = reference !== undefined && (ASKS_FOR_TEXT.test(stripped(rest)) || namesOnly(rest, documents))
  const unknownDocument = unknownLaw(text, documents, names)
  return {
    asksForClause,
    ...(named.ids.length > 0 ? { documents: named.ids } : {}),
    selectors: named.times,
    naming: named.spans,
    several: SEVERAL.test(text),
    outOfScope: OUT_OF_SCOPE.some((pattern) => pattern.test(text)),
    ...(unknownDocument === undefined ? {} : { unknownDocument }),
  }
}

/** Nothing is said beside the clause but what to do with it; 多少 and 何时 ask for a part of its text. */
function namesOnly(rest: string, documents: readonly Document[]): boolean {
  if (/多少|百分之几|何时|什么时候|哪一?[年天]/.test(rest)) return false
  return contentWords(rest).every(({ text }) => SENDING.has(text) || inAName(text, documents))
}

function without(text: string, spans: readonly Span[]): string {
  return text.split('').filter((_, at) => !spans.some(({ start, end }) => start <= at && at < end)).join('')
}

const POLITENESS = new RegExp(
  '^(?:请问|请|麻烦|帮我|我想)?' +
    '(?:查一?下|查询|看一?下|看看|查看|找一?下|列出|说一?下|介绍一?下|告诉我|知道|问)?[，,：:\\s]*',
)

/** Without the words of politeness it begins with. */
function stripped(rest: string): string {
  return rest.replace(POLITENESS, '').replace(/^(?:请问)/, '')
}

/** Part of what a document is called, not of what is asked about it. */
function inAName(word: string, documents: readonly Document[]): boolean {
  return documents.some(({ header, shortNames, source }) =>
    [header.title?.value, header.issuer?.value, source, ...shortNames].some((name) => name?.includes(word)),
  )
}

/** A law named in the question that is neither a document of the library nor named in any text of it. */
function unknownLaw(text: string, documents: readonly Document[], names: readonly KnownName[]): string | undefined {
  for (const match of text.matchAll(NAMED_LAW)) {
    const words = match[1] ?? ''
    const folded = foldName(words)
    if (names.some(({ of, name }) => of === 'document' && (name.includes(folded) || folded.includes(name)))) continue
    if (documents.some(({ text, header }) => text.includes(words) || header.title?.value.includes(words))) continue
    return words
  }
  return undefined
}
