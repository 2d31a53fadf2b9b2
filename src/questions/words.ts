/** The words of a question that its evidence must account for. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Jieba } from '@node-rs/jieba'
import type { Span } from '../types.ts'
import { remembered } from './remembered.ts'

export interface Word {
  readonly text: string
  /** A noun of the dictionary; characters joined to a word are none. */
  readonly noun: boolean
  readonly span: Span
}

let jieba: Jieba | undefined

/** Loads the dictionary (half a second), so that the first question need not wait for it. */
export function loadDictionary(): Jieba {
  // read here and let go: imported, the file would stay in memory beside what is made of it
  jieba ??= Jieba.withDict(readFileSync(createRequire(import.meta.url).resolve('@node-rs/jieba/dict.txt')))
  return jieba
}

/** Function words, question words, politeness: they ask nothing of the evidence. */
const FUNCTION_WORDS = new Set(
  (
    '的 了 和 与 及 或 在 是 有 为 对 把 被 将 要 会 能 可 可以 应 应该 应当 需 需要 也 都 还 就 又 而 但 并 从 到 由 于 向 以 之 其 这 那 该 此 每 各 ' +
    '什么 哪 哪些 哪个 哪几 哪里 哪儿 哪年 哪天 谁 何 何时 何处 多少 几 多 多大 多久 多长 多高 怎么 怎样 怎么样 如何 为什么 为何 吗 呢 吧 啊 呀 么 ' +
    '请问 请 问 告诉 我 我们 你 你们 他 她 它 一下 想 想要 知道 了解 查 查查 查询 帮 帮我 麻烦 说 说说 讲 讲讲 介绍 列出 列举 写 写明 写着 提 ' +
    '提到 提出 规定 明确 要求 是否 有没有 是不是 能不能 可不可以 没有 关于 有关 根据 按照 按 依据 依照 对于 通过 中 里 里面 当中 其中 上 下 内 方面 ' +
    '时候 时间 哪一年 年 月 日 天 第 个 些 种 样 项 名 次 位 条 件 份 一 二 两 三 主要 具体 分别 一共 总共 共 至少 最多 大约 左右 以上 以下 不 少于 超过 达到 达 ' +
    '进行 开展 做 搞 弄 打 打算 准备 计划 希望 内容 情况 问题 东西 事 事情 说法 表述 相关 里头 到底 究竟 现在 目前 得 着 给 让 使 比 等 等等 再 先 后 前 以后 ' +
    '叫 叫做 称 称为 算 只 才 很 最 更 比较 非常 一些 有些 哪怕 如果 的话 那么 这个 那个 这些 那些 这种 那种 怎 咋 啥 嘛 呗 哦 文件 文中 文章 材料 原文 听说 造成 ' +
    '等于 亿元 万元 万亿元 元 万 亿 套 个百分点 百分点 平方公里 公里 吨 户 家 岁 分钟 小时 块 百分之 部分 这件 那件 哪件 强调 说明 指出 包括 包含 指 怎么说 写在 记载 出现 看 看到 属于 ' +
    '成为 作为 用 去 来 过 过来 过去 起来 出来 拿'
  ).split(' '),
)
/** Jieba's tags without content: pronouns, particles, conjunctions, prepositions, adverbs, numerals, marks. */
const EMPTY_TAG = /^(?:r|u|c|p|d|y|x|w|o|e|zg|m|q)/

interface Tagged {
  readonly word: string
  readonly tag: string
}

/** Question words, which the dictionary would join with what follows: 哪天开 → 哪, 天开. */
const ASKING = /(哪一?[天年月日个些几份里]|什么(?:时[候间])?|何[时处]|多少|几[月号天日]|[各每][份个]|分别|怎么|如何)/g

/** The dictionary's reading of a text, cut at its question words. */
function tagged(text: string): Tagged[] {
  return text.split(ASKING).flatMap((piece) => (piece === '' ? [] : loadDictionary().tag(piece)))
}

const CODE = /[A-Za-z0-9]+(?:[.+-][A-Za-z0-9]+)+/g

/** PM2.5 and 2.0 in one piece, where the dictionary cuts them at the point; the keyword index has them whole. */
function joinedCodes(text: string, words: readonly Tagged[]): Tagged[] {
  const ends = new Map<number, number>()
  for (const { index, 0: code } of text.matchAll(CODE)) ends.set(index, index + code.length)
  const joined: Tagged[] = []
  let start = 0
  let until = 0
  for (const { word, tag } of words) {
    const end = start + word.length
    if (start >= until) {
      until = Math.max(end, ends.get(start) ?? 0)
      joined.push(until > end ? { word: text.slice(start, until), tag: 'eng' } : { word, tag })
    }
    start = end
  }
  return joined
}

type Draft = { text: string; span: { start: number; end: number }; noun: boolean }

/**
 * Words of a question that carry meaning, joined where the dictionary cut an unknown name into single characters.
 * One question is read by several; the last few are kept.
 */
export const contentWords = remembered(readContentWords, 8)

function readContentWords(text: string): readonly Word[] {
  const words: Draft[] = []
  let single: Draft | undefined
  let start = 0
  for (const { word, tag } of joinedCodes(text, tagged(text))) {
    const span = { start, end: start + word.length }
    start = span.end
    const code = /[a-z0-9]/i.test(word)
    if (!/[\p{L}\p{N}]/u.test(word) || FUNCTION_WORDS.has(word) || (EMPTY_TAG.test(tag) && !code)) {
      single = undefined
      continue
    }
    const one = [...word].length === 1 && /\p{Script=Han}/u.test(word)
    if (one && single && single.span.end === span.start) {
      single.text += word
      single.span.end = span.end
      single.noun = false
      continue
    }
    const added = { text: word, span, noun: /^(?:n|vn|an|j|l|i|eng)/.test(tag) }
    words.push(added)
    single = one ? added : undefined
  }
  return words
}
