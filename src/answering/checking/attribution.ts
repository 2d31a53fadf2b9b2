/** Which reference of a draft a quotation belongs to, and whether the draft says that the words are quoted. */
import type { Mention } from './mentions.ts'
import type { Quoted } from './quotations.ts'

/** Words between a quotation and the brackets behind it: “…”的规定（《…》第三条）. */
const GOES_ON = /^(?:的?(?:规定|要求|精神|表述|原则|目标|任务|部署|提法|说法|条款|内容|定义|等(?:规定|要求|内容)?))?[，,、；;。]?\s*/u
/** … and what leads to a reference that stands behind it. */
const LEADS =
  /^(?:[（(【〔［[][^（）()【】〔〕［］[\]。；\n]{0,24}|(?:——|—|--|──)\s*(?:摘自|引自|见)?|(?:(?:这|此|以上|上述)?(?:均|都|就|也)?(?:是|系|为|乃)|语出|语见|出自|来自|源自|载于|见于|参见|详见|见|引自|摘自|系引自)(?:我国|现行|国家)?\s*)$/u
const FARTHEST = 60
/** Behind a semicolon somebody else may speak: …；座谈会上有代表提出“…”. */
const SPEAKS_ANEW = /[；;][^；;]{2,}(?:提出|认为|表示|反映|建议|指出|强调|主张|称|说|写道)[了：:，,]?$/u
/** Quotations that stand beside one another. */
const BESIDE = /^(?:\s*(?:[、，]|和|与|及|以及|或者?)?\s*(?:“[^“”]*”|「[^「」]*」|『[^『』]*』))+/u
/** Right before an opening mark: the words are said to be another's. */
const INTRODUCES =
  /(?:[:：]|(?:规定|要求|明确|提出|指出|强调|写道|写明|写有|载明|载有|表述|所称|所说|所指|所列|定义|界定|称|云|列明|列举|提到|述明|申明|部署|禁止|允许|授权)(?:了|为|的|有|到|有关|关于)?|(?:中|里|内)(?:的|有|所)?)[，,]?\s*$/u

/** What stands in quotation marks, taken out. */
const QUOTED = /“[^“”]*(?:“[^“”]*”[^“”]*)*”|「[^「」]*」|『[^『』]*』|"[^"\n]*"/g
/** … where it ends in a full stop, what comes behind is another sentence. */
const withoutQuoted = (text: string): string =>
  text.replace(QUOTED, (words) => (/[。！？!?]["”」』]$/.test(words) ? '。' : ''))

/**
 * Do two places stand in one sentence? What ends within quotation marks in the middle of it does not end it; with
 * `quotations-apart` never: 第四条：“…。”第八条：“…。” goes on with the same law.
 */
export function isOneSentence(text: string, from: number, to: number, how?: 'quotations-apart'): boolean {
  const between = text.slice(from, to)
  const bare = between.replace(QUOTED, (words, at: number) => {
    const next = between.slice(at + words.length).trimStart().charAt(0)
    return how === undefined && /[。！？!?]["”」』]$/.test(words) && !/[；;，,、（(和与及并以]/.test(next) ? '。' : ''
  })
  return !/[。！？!?]/.test(bare)
}

/** What a draft says of where a quotation is from. */
export interface Attribution {
  readonly mention: Mention
  /** The words are said to be the document's, in so many words: 规定：“…”, “…”（《…》第三条）. */
  readonly isSaid: boolean
}

/**
 * The reference right behind a quotation, else the last before it in its sentence; not one that belongs to a quotation
 * before, in brackets of its own.
 * @param mentions in the order of the draft
 */
export function attributionOf(text: string, { outer }: Pick<Quoted, 'outer'>, mentions: readonly Mention[]): Attribution | undefined {
  const after = mentions[firstFrom(mentions, outer.end)]
  const near = after && after.span.start - outer.end < 2 * FARTHEST ? text.slice(outer.end, after.span.start) : undefined
  if (after && near !== undefined && LEADS.test(near.replace(GOES_ON, ''))) return { mention: after, isSaid: true }
  const before = mentions[firstFrom(mentions, outer.start) - 1]
  const gap = before && text.slice(before.span.end, outer.start)
  if (before && gap !== undefined && reaches(text, before, gap, outer.start)) {
    return { mention: before, isSaid: /^[，,]?\s*$/.test(gap) || INTRODUCES.test(gap.slice(-12)) }
  }
  // “…”和“…”（《…》第三条）
  if (!after || near === undefined || !isOneSentence(text, outer.end, after.span.start)) return undefined
  const rest = near.replace(BESIDE, '')
  return rest !== near && LEADS.test(rest.replace(GOES_ON, '')) ? { mention: after, isSaid: true } : undefined
}

/** Does a reference before a quotation reach as far as it? */
function reaches(text: string, before: Mention, gap: string, to: number): boolean {
  const bare = withoutQuoted(gap)
  // a quotation that begins on the next line is led to by a colon
  if (before.span.end > to || gap.replace(/[:：]\s*\n[\s>]*$/, '').includes('\n') || bare.length > FARTHEST || SPEAKS_ANEW.test(bare)) return false
  return isOneSentence(text, before.span.end, to) && !isBracketed(text, before, to)
}

/** The first mention that begins at or behind an offset. */
export function firstFrom(mentions: readonly Mention[], at: number): number {
  let [low, high] = [0, mentions.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (mentions[middle]!.span.start < at) low = middle + 1
    else high = middle
  }
  return low
}

/** “…”（《…》第三条）和“…”: the brackets with a reference closed before the quotation begins, and the reference belongs to words before them. */
function isBracketed(text: string, { span }: Mention, to: number): boolean {
  const open = /[（(][^（）()\n]{0,24}$/u.exec(text.slice(Math.max(0, span.start - 26), span.start))
  if (!open) return false
  const behind = text.slice(span.end, to)
  const isClosed = /^[^（(]{0,20}[）)]/u.test(behind)
  const before = text.slice(0, span.start - open[0].length)
  return isClosed && /["”」』][^。！？\n]{0,8}$/u.test(before)
}
