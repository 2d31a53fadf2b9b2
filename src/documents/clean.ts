/**
 * Leaves out the lines that a web page puts around a document. Whole lines only; what is kept is as received.
 *
 * Three passes, each by general rules:
 * 1. a body that stands twice in the file is kept once;
 * 2. above the title: navigation; between title and body: share buttons and bylines without a date;
 * 3. at the end: from the first line that is surely a footer (a byline, a list of sites, a copyright line …), if
 *    nothing after it could belong to the document.
 * A line within the body is never judged. The line with the publication date is kept: nothing else states it.
 */
import type { DroppedLine } from '../types.ts'
import { datesIn } from './dates.ts'
import { NUMBER_MARK, SENTENCE_END } from './line-kinds.ts'
import { linesOf } from './lines.ts'
import type { Line } from './lines.ts'

export interface CleanText {
  readonly text: string
  /** In file order. Blank lines among dropped ones are dropped with them. */
  readonly dropped: readonly DroppedLine[]
}

type Reason = DroppedLine['reason']

/** @example clean('设为首页\n关于…的通知\n').text // '关于…的通知\n' */
export function clean(received: string): CleanText {
  const lines = linesOf(received)
  const reasons = new Map<number, Reason>() // by 1-based line
  const drop = (run: readonly Line[], reason: Reason) => {
    for (const line of run) reasons.set(line.number, reason)
  }
  const kept = () => lines.filter((line) => !reasons.has(line.number))

  drop(repeatedLines(kept()), 'repeated-body')
  for (const [line, reason] of headDrops(kept())) reasons.set(line.number, reason)
  for (const [line, reason] of footDrops(kept())) reasons.set(line.number, reason)
  drop(repeatedLines(kept()), 'repeated-body')

  const dropped = lines.flatMap((line): DroppedLine[] => {
    const reason = reasons.get(line.number)
    return reason ? [{ line: line.number, text: received.slice(line.start, line.wordsEnd), reason }] : []
  })
  if (dropped.length === 0 || kept().every((line) => line.words === '')) return { text: received, dropped: [] }
  return { text: kept().map((line) => received.slice(line.start, line.end)).join(''), dropped }
}

// ── a body that stands twice ────────────────────────────────────────────────────────────────────────────────

/** A repeated body has at least this many characters; shorter repetitions are the document's own. */
const SHORTEST_REPEATED_BODY = 200
/** Title, date and the like may stand once above a body that stands twice. */
const MOST_LINES_ABOVE = 6

/**
 * The lines to leave out so that a body standing twice at the end of the file stands once.
 *
 * Where the copies meet at a line end, the second copy goes. Where they meet within a line (no line end after the
 * first copy), that line holds the last line of the first copy and the first line of the second: it goes, and so does
 * the second copy except its last line, which then ends the first. Either way one copy is left, of whole lines.
 */
function repeatedLines(lines: readonly Line[]): readonly Line[] {
  const filled = lines.filter((line) => line.words !== '')
  for (let above = 0; above <= Math.min(MOST_LINES_ABOVE, filled.length - 1); above++) {
    const body = filled.slice(above)
    const run = body.length % 2 === 0 ? secondCopy(body) : copyMetInLine(body)
    const first = run[0]
    const last = run.at(-1)
    if (first && last) return lines.filter((line) => line.number >= first.number && line.number <= last.number)
  }
  return []
}

function secondCopy(body: readonly Line[]): readonly Line[] {
  const count = body.length / 2
  const length = body.slice(0, count).reduce((sum, line) => sum + line.words.length, 0)
  if (length < SHORTEST_REPEATED_BODY) return []
  const same = body.slice(0, count).every((line, index) => line.words === body[index + count]?.words)
  return same ? body.slice(count) : []
}

function copyMetInLine(body: readonly Line[]): readonly Line[] {
  const count = (body.length + 1) / 2
  if (count < 2) return []
  const seam = body[count - 1]?.words
  const last = body.at(-1)?.words
  const first = body[0]?.words
  if (seam === undefined || last === undefined || first === undefined || seam !== last + first) return []
  const between = body.slice(1, count - 1)
  const length = between.reduce((sum, line) => sum + line.words.length, first.length + last.length)
  if (length < SHORTEST_REPEATED_BODY) return []
  const same = between.every((line, index) => line.words === body[index + count]?.words)
  return same ? body.slice(count - 1, -1) : []
}

// ── above the title, and between title and body ─────────────────────────────────────────────────────────────

/** Lines looked at above a title, and between title and body. */
const LONGEST_HEAD = 40

function headDrops(lines: readonly Line[]): Map<Line, Reason> {
  const drops = new Map<Line, Reason>()
  let blanks: Line[] = []
  let titleSeen = false
  let filled = 0
  for (const line of lines) {
    if (line.words === '') {
      blanks.push(line)
      continue
    }
    if (++filled > LONGEST_HEAD) break
    const reason = headReason(line.words, titleSeen)
    if (reason) {
      drops.set(line, reason)
      // Blank lines between dropped lines, and above the title, go with them.
      if (!titleSeen) for (const blank of blanks) drops.set(blank, reason)
    } else {
      if (!titleSeen && drops.size > 0) for (const blank of blanks) drops.set(blank, 'navigation')
      if (!isHeadLine(line.words)) break
      titleSeen = true
    }
    blanks = []
  }
  return drops
}

function headReason(words: string, titleSeen: boolean): Reason | undefined {
  if (isShare(words)) return 'share'
  if (isNavigation(words)) return 'navigation'
  if (!titleSeen) return isMenu(words) ? 'link-list' : undefined
  return isByline(words) && datesIn(words).length === 0 ? 'byline' : undefined
}

/** A title, or a line that may stand between title and body: no sentence, no number. */
function isHeadLine(words: string): boolean {
  return words.length <= 120 && !SENTENCE_END.test(words) && (!NUMBER_MARK.test(words) || /^# /.test(words))
}

// ── at the end ──────────────────────────────────────────────────────────────────────────────────────────────

function footDrops(lines: readonly Line[]): Map<Line, Reason> {
  const drops = new Map<Line, Reason>()
  let pending: [Line, Reason][] = []
  for (const line of lines.toReversed()) {
    if (line.words === '') {
      pending.push([line, 'footer'])
      continue
    }
    const sure = sureFooter(line.words)
    if (!sure && !maybeFooter(line.words)) break
    pending.push([line, sure ?? (isBullet(line.words) ? 'link-list' : 'footer')])
    if (!sure) continue
    for (const [below, reason] of pending) drops.set(below, reason)
    pending = []
  }
  if (drops.size === 0) return drops
  const site = [...drops.keys()].some((line) => SITE_FOOTER.test(line.words))
  for (const line of lines.filter((line) => !drops.has(line)).toReversed()) {
    // Blank lines directly above the footer go with it, and the address lines of a site with its copyright line.
    if (line.words !== '' && !(site && SITE_ADDRESS.test(line.words))) break
    drops.set(line, 'footer')
  }
  return drops
}

/** Why a line after the last sentence is surely no part of the document. */
function sureFooter(words: string): Reason | undefined {
  if (words.length > 300 || words.includes('。')) return undefined
  if (isShare(words)) return 'share'
  if (isByline(words)) return 'byline'
  if (isListOfSites(words)) return 'link-list'
  if (isNavigation(words) && !/^(?:服务|联系|咨询|监督)/.test(words)) return 'navigation'
  if (SITE_FOOTER.test(words)) return 'footer'
  return undefined
}

/** A line that may be part of a footer once a sure line stands above it: short, no sentence, no number, no date. */
function maybeFooter(words: string): boolean {
  if (isBullet(words)) return true
  if (words.length > 30 || /[。；;！!？?]/.test(words) || /^附[件录表则]/.test(words)) return false
  return !NUMBER_MARK.test(words) && datesIn(words).length === 0
}

// ── what a line is ──────────────────────────────────────────────────────────────────────────────────────────

const BUTTON = [
  '设为首页|加入收藏|收藏本站|收藏|网站首页|返回首页|首页|网站地图|登录|注册',
  '无障碍(?:浏览|阅读)?|长者(?:版|模式|专区)|适老(?:版|化)|简体中?文?|繁体中?文?|繁體中?文?|English|EN',
  '移动版|手机版|客户端|微博|微信|打印(?:本页)?|关闭(?:窗口|本页)?|返回(?:顶部|列表)?',
].join('|')
const BUTTONS = new RegExp(`^(?:(?:${BUTTON})[\\s|｜·/]*)+$`)
const HERE = /^(?:您?(?:现在|当前|目前)?(?:所在|的)?的?位置|当前位置|您的位置)(?:是|为)?\s*[:：>»]/
const CRUMBS = /^(?:>>|»|›|＞)/
const HOME_CRUMBS = /^(?:网站)?首页\s*(?:>|»|›|＞|\/|→)/
const HOTLINE =
  /^(?:(?:新闻|报料|爆料|投稿|广告|举报|客服|服务|咨询|监督)(?:热线|电话|邮箱)|热线(?:电话)?)\s*[:：][\s\d\-—－（）()转,，、/]+$/
const FONT_SIZE = /^[【[]?\s*(?:字体|字号|字体大小)\s*[:：]?[\s大中小超特\][【】|]+$/

/** Home page buttons, breadcrumbs 面包屑, hotlines. */
function isNavigation(words: string): boolean {
  if (words.length > 100 || /[。；！？]/.test(words)) return false
  return (
    BUTTONS.test(words) ||
    HERE.test(words) ||
    CRUMBS.test(words) ||
    HOME_CRUMBS.test(words) ||
    HOTLINE.test(words) ||
    FONT_SIZE.test(words)
  )
}

const SHARE = /^[【[]?\s*分享(?:到|至|给好友|本文|按钮)?\s*[:：】\]]?[\s\u4e00-\u9fffA-Za-z+·|]{0,60}$/

/** 分享到:, 分享到：微信 微博 QQ空间 */
function isShare(words: string): boolean {
  if (!words.includes('分享') || words.length > 70 || !SHARE.test(words)) return false
  return /^[【[]?\s*分享(?:到|至|给好友|本文|按钮)?\s*[:：】\]]/.test(words) || words.length <= 8
}

const BYLINE_LABEL =
  '(?:信息|文章|稿件|新闻|内容)?来源|稿源|作者|记者|通讯员|撰稿|撰文|供稿|摄影|编辑|责任编辑|责编|值班编委|审核|审校|校对|校审|监制|发布人'
const BYLINE = new RegExp(
  `^[【\\[（(]?\\s*(?:${BYLINE_LABEL})\\s*[:：](?:[^。！？；]{0,120})[】\\]）)]?$`,
)

/** 来源:杭州日报 作者: 编辑:程慧雨, also in brackets. */
function isByline(words: string): boolean {
  return words.length <= 140 && BYLINE.test(words)
}

/** A menu row above the title: 首页 新闻 政务 视频 专题. */
function isMenu(words: string): boolean {
  const names = words.split(/[\s|｜]+/)
  return names.length >= 5 && names.every((name) => name.length >= 2 && name.length <= 6 && !/[，。、：]/.test(name))
}

/** 新闻网站: 人民网 新华网 …; 友情链接：…. A label that speaks of sites, then short names. */
function isListOfSites(words: string): boolean {
  const match = /^([^\s:：]{2,12})\s*[:：]\s*(.*)$/.exec(words)
  const [, label = '', rest = ''] = match ?? []
  if (!/网|站|链接|导航|频道|媒体|部门/.test(label)) return /^(?:友情|相关)链接$/.test(words)
  const names = rest.split(/[\s|｜]+/).filter((name) => name !== '')
  return names.length >= 4 && names.every((name) => name.length <= 16 && !/[，。；]/.test(name))
}

/** • 时政 */
function isBullet(words: string): boolean {
  return /^[•·●■◆▪]\s*[\u4e00-\u9fffA-Za-z]{2,6}$/.test(words)
}

const SITE_FOOTER = new RegExp(
  [
    '^(?:版权所有|Copyright|©|网站标识码|扫一扫|[上下]一[篇条]\\s*[:：])',
    '^(?:相关(?:阅读|新闻|链接|稿件|报道|文章|推荐)|友情链接)[:：]?$',
    'ICP备|公网安备|All Rights Reserved',
  ].join('|'),
  'i',
)

const SITE_ADDRESS = /^(?:主办(?:单位)?|承办(?:单位)?|技术支持|地址|邮编|联系电话|电话|传真)\s*[:：]/
