/** Words that decide what a sentence says, by what they decide; and the few words a model may add of its own. */

/** negation: 不, 未, 除外; modality: 应当, 可以, 鼓励; comparison: 超过, 以上; scope: 全部, 部分, 仅. */
export type GuardedKind = 'negation' | 'modality' | 'comparison' | 'scope'

const words = (list: string): readonly string[] => list.split(/\s+/).filter((word) => word !== '')

/** Words that hold a guarded character and mean something else; they are never taken apart. */
const WHOLE = words(
  '不断 不同 不动产 不仅 不良 不法 不当 不正当 不可抗力 不特定 不明 不利 不符 不合格 不真实 不平衡 不充分 不忘 不竭 ' +
    '未来 未成年人 未成年 未遂 非物质 非常 非公有制 非公 非法 非遗 非营利性 非营利 非金融 非税 ' +
    '无人机 无人驾驶 无人 无线电 无线 无障碍 无形 无偿 无效 无害化 无害 无期徒刑 无故 无罪 无废 无忧 无缝 无感 有无 是否 能否 可否 ' +
    '许可证 许可 认可 可靠 可持续 可再生 可行性 可行 可信 可视化 可能性 可能 可追溯 可及性 可及 尚可 可控 宁可 不可分割 ' +
    '应用 应急 应对 应邀 应届 应诉 应税 适应 相应 反应 供应 响应 对应 效应 应付 应收 应聘 应变 ' +
    '主要 重要 要素 要求 要点 纪要 必要 要件 要塞 首要 需要 摘要 要害 要道 ' +
    '平均 人均 年均 均衡 均等 均值 户均 均势 首都 都市 成都 都会 全都 只是 每年 每月 每日 ' +
    '免疫 免检 避免 豁免 任免 罢免 解除 排除 清除 消除 拆除 扫黑除恶 除恶 除夕 除虫 除名 除权 除旧 除了 除险 除尘 除湿 扣除 去除 免费 减免 删除 根除 ' +
    '满意 满足 充满 圆满 美满 约定 契约 节约 公约 约束 制约 集约 预约 条约 合约 违约 签约 大约 履约 ' +
    '达到 达成 发达 到达 传达 表达 附近 最近 靠近 临近 近期 近年 近年来 亲近 近郊 超级 超大 超前 超高清 超算 超声 超低 超限 ' +
    '以外观 部门 部分区域 单仅 莫大 切莫 探索性 计划生育 计划单列市 拟态',
)

const GUARDED: Readonly<Record<GuardedKind, readonly string[]>> = {
  negation: words(
    '不得 不予 不能 不可 不准 不许 不应当 不应 不必 不再 不需要 不需 不宜 不适用 不含 不包括 不计 不等于 不 未经 未 非 无需 无须 毋须 没有 没 无 勿 莫 ' +
      '严禁 禁止 拒绝 除外 以外 之外 除 免除 免于 免予 免征 免 停止 终止 中止 取消 撤销 废止 暂缓 暂停 推迟 延期 延缓 提前 限制 避免 防止 杜绝 反对 放弃 ' +
      '豁免 减免 扣除 解除 排除 消除 但是 但 否则 逾期',
  ),
  modality: words(
    '应当 应该 应 必须 须 可以 可 能够 鼓励 支持 引导 提倡 倡导 探索 力争 争取 努力 允许 准许 有权 有义务 要 需 原则上 一般 ' +
      '拟 计划 预计 研究制定 试行 试点 率先 优先 尽快 尽量 尽可能 强制 自愿 建议 保证 确保 务必 只能 大概 或许 也许 可能',
  ),
  comparison: words(
    '不超过 不少于 不低于 不高于 不大于 不小于 不多于 不满 未满 不足 不晚于 不早于 超过 超出 高于 低于 大于 小于 多于 少于 早于 晚于 等于 至少 至多 ' +
      '最多 最少 最高 最低 最大 最小 最长 最短 以上 以下 以内 以前 以后 之前 之后 之内 左右 大约 逾 翻一番 翻两番 翻番 届满',
  ),
  scope: words(
    '全部 所有 一切 任何 凡是 凡 一律 均 都 全体 全面 每个 每 各级 各类 各 部分 个别 少数 多数 大部分 绝大部分 绝大多数 有的 有些 某些 仅限 仅 只有 只 唯一 ' +
      '始终 永久 长期 临时 暂时 其他 其余 另有规定 特殊 一次性',
  ),
}

/** Directly before a figure, or directly after a day or year, these compare: 约30家, 近八成, 2027年前. */
const BESIDE_FIGURE =
  '(?:约|近|超|达|满|逾)(?=\\s?[\\d〇零一二两三四五六七八九十百千])|(?<=[年月日天])(?:底|末|初)?(?:以?前|以?后|起|止|之日起|内)'

const KIND_OF = new Map<string, GuardedKind | 'whole'>([
  ...WHOLE.map((word): [string, 'whole'] => [word, 'whole']),
  ...(Object.keys(GUARDED) as GuardedKind[]).flatMap((kind) =>
    GUARDED[kind].map((word): [string, GuardedKind] => [word, kind]),
  ),
])
const LONGEST_FIRST = [...KIND_OF.keys()].sort((one, other) => other.length - one.length)
const LEXEME = new RegExp(`${LONGEST_FIRST.join('|')}|${BESIDE_FIGURE}`, 'gu')

/** Words of the lexicon in a text, in order; `whole` for those that only must not be taken apart. */
export function lexemes(text: string): { start: number; end: number; kind: GuardedKind | 'whole' }[] {
  return [...text.matchAll(LEXEME)].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
    kind: KIND_OF.get(word) ?? 'comparison',
  }))
}

/** The last words of names of organs 机关; single characters only behind another that makes no common word of them. */
const ORGAN_ENDS =
  /部门|机关|机构|委员会|常委会|党委|政府|法院|检察院|国务院|人大|办公室|银行|海关|协会|工会|公司|大学|学校|医院|(?<![布格结全大当时])局|(?<![干全内外细])部(?!分|署|位|件)|(?<![大客餐])厅/gu

/** Where the names of organs end, each with the place where the last word begins. */
export function organEnds(text: string): { start: number; end: number }[] {
  return [...text.matchAll(ORGAN_ENDS)].map(({ index, 0: word }) => ({ start: index, end: index + word.length }))
}

/** What joins two statements and says nothing of how they hang together. */
const JOINING = words('和 及 以及 与 并 并且 同时 此外 另外 而且 也 还 而 其次 再次 最后 另一方面 又 将')

/** What a model may add before or behind the words of the text, or between two of its sentences. */
const FRAME = [
  ...JOINING,
  ...words(
    '根据 按照 依据 依照 关于 对于 有关 相关 上述 该 这 本 此 其 具体来说 具体而言 具体内容 具体要求 首先 一是 二是 三是 四是 五是 ' +
      '一方面 总的来看 总体来看 简言之 规定 明确规定 明确 提出 指出 写明 写道 载明 要求 强调 表述 说明 文件 该文件 本文件 政策 条款 原文 法律 办法 意见 决定 通知 规划 条例 ' +
      '内容 目标 措施 任务 要点 方面 情况 在 中 里 上 的 了 等 以下内容 对此 就此 这一点 这些 以下几项 以下几点 几项 几个方面 回答 答',
  ),
]
/** What tells how one thing stands to another: before the first words only, where it sets nothing beside anything. */
const RELATING = words('即 也就是说 例如 比如 如下 具体 分别 其中 主要包括 包括 包含 为 是 有')

const anyOf = (list: readonly string[]): string => [...list].sort((one, other) => other.length - one.length).join('|')
const FRAMED = new RegExp(`^(?:${anyOf(FRAME)})*$`, 'u')
const OPENED = new RegExp(`^(?:${anyOf([...FRAME, ...RELATING])})*$`, 'u')
const JOINED = new RegExp(`^(?:${anyOf(JOINING)})*$`, 'u')
const ENDS_JOINING = new RegExp(`(?:${anyOf(JOINING)})$`, 'u')

/** Is it nothing but words a model may add? 文件规定, 其中, 同时还 */
export const isFrame = (text: string): boolean => OPENED.test(text)

/** The same, without what sets one thing in a relation to another. */
export const relatesNothing = (text: string): boolean => FRAMED.test(text)

/** Nothing but 和, 同时, 并? */
export const onlyJoins = (text: string): boolean => JOINED.test(text)

/** Does it begin or end in a word that joins statements? */
export const joins = (text: string): boolean => ENDS_JOINING.test(text) || /^(?:同时|此外|另外|并|还|也)/u.test(text)

/** Does it begin a statement of its own, that nothing before it governs? Not 和 or 还: 不得买卖和储存. */
export const joinsClauses = (text: string): boolean => /^(?:同时|此外|另外|其次|再次|最后|另一方面)/u.test(text)

/** Inside a phrase, where anything else would come between its words. */
export const isParticle = (text: string): boolean => /^(?:将|也|还)*$/u.test(text)

/** Words a phrase may lose from its middle without saying another thing. */
const MODIFIER = /^(?:依法|进一步|加快|积极|切实|深入|大力|着力|持续|扎实|稳步|有序|有效|不断|更好|更加|充分|坚持|坚决|坚定不移|继续|深入地)+$/u
export const isModifier = (text: string): boolean => MODIFIER.test(text)
