/** Do the words of the question stand where the evidence stands? What tells the unanswerable from the answerable. */
import type { Question } from '../questions/question.ts'
import { foldedOf, readOnce, sentencesOf } from '../questions/read-once.ts'
import { remembered, rememberedOf } from '../questions/remembered.ts'
import type { Word } from '../questions/words.ts'
import type { TermWeights } from '../retrieval/term-weights.ts'
import { fold, terms } from '../retrieval/terms.ts'
import type { Document, Span } from '../types.ts'
import type { Evidence } from './evidence.ts'

/** Nouns that name the form of any policy text rather than its subject: their absence proves nothing. */
const GENERIC = new Set(
  (
    '目标 任务 措施 举措 工作 政策 方针 原则 方向 做法 办法 计划 安排 部署 规划 内容 方面 领域 重点 项目 作用 意义 影响 地位 定位 名称 名字 数量 数字 指标 水平 ' +
    '要求 标准 思路 路径 方式 方法 机制 体系 制度 体制 改革 建设 发展 推进 推动 加快 促进 加强 提升 提高 打造 建成 建立 完善 深化 实施 落实 支持 鼓励 探索 争创 ' +
    '构建 优化 强化 做好 力争 努力 实现 达成 形成 开展 杭州 杭州市 全市 我市 市里 本市 全年 每年 预计 目的 依据 决定 规划 建议 条款 部分 条目 段落 章节 新闻 ' +
    '报道 政府 官方 未来 今后 五年 期间 时期 年底 总量 规模 程度 范围 类型 种类 级别 个数 名单 简称 全称 叫法 关系 区别 不同 变化 差别 对比 原因 理由 结果 ' +
    '召开 举行 举办 开 特色 亮点 成果 成效 支撑 基础 条件 环境 力度 能力 功能 特点 事项 工程 行动 平台 产业 企业 城市 社会 国家 占比 占 比重 比例 变化 措辞 表述 异同 额度 幅度 ' +
    '过程 意见 时间 日期 期限 金额 说法 含义 意思 定义 全部 整体 总体 各项 各类 前后 年度 字样 字眼 提法 人员 单位 部门 机构 地区 地方 现代化 高质量 高水平'
  ).split(' '),
)

interface Support {
  readonly word: string
  /** Names the form of a policy text rather than its subject. */
  readonly generic: boolean
  /** The word, or most of its characters in pairs, stands somewhere in the document. */
  readonly inDocument: boolean
  readonly weight: number
  /** 0 to 1. */
  readonly support: number
}

/** What is found of a word in a text; see `literal`. */
type Look = (word: string) => number

/** What was looked up for a question, which is asked of one library. */
interface LookedUp {
  readonly sentence: (text: string, sentence: Span) => Look
  /** The sentences beside a sentence of a paragraph. */
  readonly beside: (text: string, sentence: Span, paragraph: Span) => Look
  readonly paragraph: (text: string, paragraph: Span) => Look
  readonly document: (document: Document) => Look
  readonly weightOf: (word: string, keywords: TermWeights) => number
  readonly supports: WeakMap<Evidence, readonly Support[]>
}

const lookedUpFor = rememberedOf((_question: Question): LookedUp => {
  const weights = new Map<string, number>()
  return {
    sentence: readOnce((text, sentence) => lookIn(foldedOf(text, sentence))),
    beside: readOnce((text, sentence, paragraph: Span) => lookIn(neighbours(text, paragraph, sentence))),
    paragraph: readOnce((text, paragraph) => lookIn(foldedOf(text, paragraph))),
    document: rememberedOf(({ text }) => lookIn(text)),
    weightOf: (word, keywords) => {
      const weight = weights.get(word) ?? weightOf(word, keywords)
      weights.set(word, weight)
      return weight
    },
    supports: new WeakMap(),
  }
})

function lookIn(folded: string): Look {
  return remembered((word) => literal(word, folded))
}

/** How far each content word of the question is borne out around the evidence; times, places and figures aside. */
export function supportOf(question: Question, evidence: Evidence, keywords: TermWeights): readonly Support[] {
  const { supports } = lookedUpFor(question)
  const known = supports.get(evidence) ?? supportsOf(question, evidence, keywords)
  supports.set(evidence, known)
  return known
}

function supportsOf(question: Question, evidence: Evidence, keywords: TermWeights): Support[] {
  const { found, span, sentence, paragraph } = evidence
  const { document, lineage } = found
  const { text } = document
  const lookedUp = lookedUpFor(question)
  const headings = lineage.flatMap(({ heading }) => (heading ? [text.slice(heading.start, heading.end)] : []))
  const scopes: readonly (readonly [Look, number])[] = [
    [lookIn(fold(text.slice(span.start, span.end))), 1],
    [lookedUp.sentence(text, sentence), 0.95],
    [lookIn(fold([...headings, headOf(document)].join('\n'))), 0.9],
    [lookedUp.beside(text, sentence, paragraph), 0.7],
    [lookedUp.paragraph(text, paragraph), 0.5],
  ]
  return wordsHeld(question).map(({ text: word }) => {
    const generic = GENERIC.has(word)
    const folded = fold(word)
    const weight = lookedUp.weightOf(word, keywords) * (generic ? 0.15 : 1)
    const support = Math.max(...scopes.map(([look, worth]) => worth * look(folded)))
    return { word, generic, inDocument: lookedUp.document(document)(folded) >= 0.3, weight, support }
  })
}

/** Words of times, places and figures are held against the evidence by rules of their own. */
const wordsHeld = rememberedOf(({ words, times, figures, places }: Question): readonly Word[] => {
  const taken = [...times, ...figures].map(({ span }) => span)
  const isTaken = (span: Span): boolean => taken.some(({ start, end }) => start < span.end && span.start < end)
  return words.filter(({ text, span }) => !isTaken(span) && !places.some((place) => place.includes(text)))
})

function headOf({ header, shortNames }: Document): string {
  const { title, issuer, documentNumber } = header
  return [title?.value, issuer?.value, documentNumber?.value, ...shortNames].filter(Boolean).join(' ')
}

/** The sentence before and the one after within the paragraph, folded. */
function neighbours(text: string, paragraph: Span, sentence: Span): string {
  const all = sentencesOf(text, paragraph)
  const at = all.findIndex(({ start }) => start === sentence.start)
  return [all[at - 1], all[at + 1]].flatMap((one) => (one ? [foldedOf(text, one)] : [])).join('\n')
}

/** 1 when the word stands there; else the share of its character pairs that do, counted for less. */
function literal(word: string, scope: string): number {
  if (scope.includes(word)) return 1
  const characters = [...word]
  if (characters.length < 3) return characters.every((character) => scope.includes(character)) ? 0.3 : 0
  let pairs = 0
  for (let at = 0; at + 1 < characters.length; at++) if (scope.includes(characters[at]! + characters[at + 1]!)) pairs++
  return 0.8 * (pairs / (characters.length - 1))
}

function weightOf(word: string, keywords: TermWeights): number {
  const found = terms(word).filter((term) => [...term].length > 1 || !/\p{Script=Han}/u.test(term))
  const own = found.length > 0 ? found : terms(word)
  return own.length === 0 ? 0 : Math.max(...own.map((term) => keywords.weight(term)))
}

/** Share of the weight that is not borne out; 0 to 1. */
export function unsupportedShare(supports: readonly Support[]): number {
  const total = supports.reduce((sum, { weight }) => sum + weight, 0)
  return total === 0 ? 0 : supports.reduce((sum, { weight, support }) => sum + weight * (1 - support), 0) / total
}
