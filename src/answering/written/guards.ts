/**
 * What a sentence of a model may not say beyond the spans it quotes. Together: it is made of whole phrases of its
 * spans, in their order, with figures in any writing of the same value; between them it may drop list members, and add a few
 * joining words. Each guard looks for one way of saying more, or less, than that.
 */
import { placesIn } from '../../questions/places.ts'
import { isFrame, isModifier, isParticle, joins, joinsClauses, onlyJoins, organEnds, relatesNothing } from './lexicon.ts'
import type { Addition, Reading, SourceToken } from './reading.ts'
import { squashed } from './spans.ts'
import { tokensOf, type Token, type TokenKind } from './tokens.ts'

/** True where the sentence must not be shown. */
export interface Guard {
  readonly name: string
  finds(reading: Reading): boolean
}

const adds =
  (...kinds: readonly TokenKind[]) =>
  ({ additions }: Reading): boolean =>
    additions.some(({ tokens }) => tokens.some(({ kind }) => kinds.includes(kind)))

/** Every guard. A sentence is shown when none finds anything. */
export const GUARDS: readonly Guard[] = [
  { name: 'number', finds: (reading) => adds('number')(reading) || wordsAdded(reading, 'number') },
  { name: 'time', finds: adds('time') },
  { name: 'clause-number', finds: adds('ordinal') },
  { name: 'marker', finds: adds('mark') },
  { name: 'title', finds: addsTitle },
  { name: 'negation', finds: adds('negation') },
  { name: 'modality', finds: adds('modality') },
  { name: 'comparison', finds: adds('comparison') },
  { name: 'scope', finds: adds('scope') },
  { name: 'organ', finds: (reading) => wordsAdded(reading, 'organ') },
  { name: 'place', finds: (reading) => wordsAdded(reading, 'place') },
  { name: 'letters', finds: adds('letters') },
  { name: 'markup', finds: adds('symbol') },
  { name: 'words', finds: (reading) => wordsAdded(reading, 'words') },
  { name: 'inserted', finds: insertsInsidePhrase },
  { name: 'quoted-words', finds: altersQuotedWords },
  { name: 'left-out', finds: leavesOutGuarded },
  { name: 'cut', finds: cutsPhrase },
  { name: 'condition', finds: leavesOutCondition },
  { name: 'opening', finds: leavesOutOpening },
  { name: 'spliced', finds: splices },
  { name: 'dangling', finds: dangles },
  { name: 'unsupported', finds: ({ used }) => used.filter(Boolean).length < LEAST_WORDS },
]

/** Least tokens of its spans that a sentence uses. */
const LEAST_WORDS = 3

const FIGURES: readonly TokenKind[] = ['number', 'time', 'ordinal', 'mark']

/** The name of another document than those it quotes, or a name with a figure, which no span bears out: 二十大 */
function addsTitle({ additions, quotes }: Reading): boolean {
  const titles = quotes.map(({ handle }) => handle.passage.title)
  const withoutFigure = titles.filter((title) => !tokensOf(title).some(({ kind }) => FIGURES.includes(kind)))
  const own = new Set(withoutFigure.map((title) => `《${title.replace(/[\s\p{P}]/gu, '')}》`))
  return additions.some(({ tokens }) => tokens.some(({ kind, key }) => kind === 'title' && !own.has(key)))
}

type WordsOf = 'number' | 'organ' | 'place' | 'words'

/** Does it add words of this class, of which each addition is of one? */
function wordsAdded(reading: Reading, wanted: WordsOf): boolean {
  return reading.additions.some((addition) =>
    charactersOf(addition, reading.text).some((run) => classOf(run, reading.text) === wanted),
  )
}

interface Run {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** The runs of characters of an addition, cut at punctuation and at everything that is no character. */
function charactersOf({ tokens }: Addition, text: string): Run[] {
  const runs: { start: number; end: number }[] = []
  let last: Token | undefined
  for (const token of tokens) {
    if (token.kind === 'character') {
      const run = runs.at(-1)
      if (run && last?.kind === 'character' && token.after === 0) run.end = token.end
      else runs.push({ start: token.start, end: token.end })
    }
    last = token
  }
  return runs.map(({ start, end }) => ({ start, end, text: text.slice(start, end).replace(/\s/g, '') }))
}

const NUMERAL = /[〇零一二两三四五六七八九十百千万亿]/u
/** How far around an addition a name it is part of may reach. */
const NAME = 6

function classOf(run: Run, sentence: string): WordsOf | 'frame' {
  if (isFrame(run.text)) return 'frame'
  if (NUMERAL.test(run.text)) return 'number'
  const from = Math.max(0, run.start - NAME)
  const around = sentence.slice(from, run.end + NAME)
  const overlaps = (start: number, end: number) => from + start < run.end && from + end > run.start
  const isOrgan = organEnds(around).some(({ start, end }) => from + end > run.start && from + start <= run.end + 2)
  if (isOrgan) return 'organ'
  const isPlace = placesIn(around).some((name) => {
    const at = around.indexOf(name)
    return overlaps(at, at + name.length)
  })
  return isPlace ? 'place' : 'words'
}

/**
 * Words of its own where they would make another statement: inside a phrase anything but 将, between two phrases
 * anything but 同时 or 和, and what relates one thing to another (即, 包括, 是) anywhere but at the beginning.
 */
function insertsInsidePhrase({ additions, source, text }: Reading): boolean {
  return additions.some((addition) => {
    const { before, behind, tokens } = addition
    if (before < 0) return false
    const [one, other] = [source[before], source[behind]]
    const isUnbroken = source.slice(before + 1, behind + 1).every(({ after }) => after === 0)
    const inPhrase = one && other && one.phrase === other.phrase && isUnbroken
    const opensSentence = tokens[0]!.after >= 3
    const fits = inPhrase ? isParticle : opensSentence || !other ? relatesNothing : onlyJoins
    return charactersOf(addition, text).some((run) => !fits(run.text))
  })
}

const QUOTED = /[“"「『]([^“”"「」『』]{2,})[”"」』]/gu

/** Words in quotation marks that no span has in exactly this form. */
function altersQuotedWords({ text, quotes }: Reading): boolean {
  const spans = quotes.map(({ handle, span }) => squashed(handle.passage.text.slice(span.start, span.end)).text)
  return [...text.matchAll(QUOTED)].some(([, words]) => {
    const wanted = squashed(words!).text.replace(/[，。；：,.;:]$/u, '')
    return !spans.some((span) => span.includes(wanted))
  })
}

const isGuarded = ({ kind }: Token): boolean =>
  kind === 'negation' || kind === 'modality' || kind === 'comparison' || kind === 'scope'

interface Phrase {
  readonly tokens: readonly SourceToken[]
  /** Index of its first token in the source. */
  readonly from: number
  readonly isUsed: boolean
}

function phrasesOf({ source, used }: Reading): Phrase[] {
  const phrases: { tokens: SourceToken[]; from: number; isUsed: boolean }[] = []
  source.forEach((token, at) => {
    const last = phrases.at(-1)
    if (last && last.tokens[0]!.phrase === token.phrase) last.tokens.push(token)
    else phrases.push({ tokens: [token], from: at, isUsed: false })
    if (used[at]) phrases.at(-1)!.isUsed = true
  })
  return phrases
}

/** 不, 应当, 以上, 仅 of a phrase whose other words it uses. */
function leavesOutGuarded(reading: Reading): boolean {
  return phrasesOf(reading).some(
    ({ tokens, from, isUsed }) => isUsed && tokens.some((token, at) => isGuarded(token) && !reading.used[from + at]),
  )
}

/** Uses a part of a phrase that is not made of whole members of its list. */
function cutsPhrase(reading: Reading): boolean {
  const used = phrasesOf(reading).filter(({ isUsed }) => isUsed)
  return used.some((phrase) => gapsOf(reading, phrase).some((gap) => !mayDrop(phrase, gap)))
}

/** Half-open, within the phrase. */
interface Gap {
  readonly from: number
  readonly to: number
}

function gapsOf({ used }: Reading, { tokens, from }: Phrase): Gap[] {
  const gaps: { from: number; to: number }[] = []
  tokens.forEach((_, at) => {
    if (used[from + at]) return
    const last = gaps.at(-1)
    if (last?.to === at) last.to++
    else gaps.push({ from: at, to: at + 1 })
  })
  return gaps
}

/** The marks a clause begins with, words that only join, words such as 依法, and list members behind the first. */
function mayDrop({ tokens }: Phrase, { from, to }: Gap): boolean {
  const dropped = tokens.slice(from, to)
  const words = dropped.map(({ key }) => key).join('')
  const [first, behind] = [dropped[0]!, tokens[to]]
  const spoken = dropped.filter((token) => !isClauseMark(token))
  if (from === 0 && JOINS_PHRASES.test(spoken.map(({ key }) => key).join(''))) return true
  if (behind && dropped.every(({ kind }) => kind === 'character') && isModifier(words)) return true
  // one of several that are offered to choose from makes another rule
  if (from === 0 || first.after === 0 || tokens.some(({ key }) => key === '或')) return false
  return behind === undefined ? !/[的等]/u.test(words) : behind.after > 0
}

const JOINS_PHRASES = /^(?:并|同时|此外|另外|其中|还|也|而|以及|和|及)*$/u

const isClauseMark = ({ kind, key }: Token): boolean => {
  const isNumeral = kind === 'character' && NUMERAL.test(key)
  return kind === 'ordinal' || kind === 'mark' || kind === 'symbol' || /^\d{1,3}$/.test(key) || isNumeral
}

const EXCEPTIONS = new Set(['除外', '以外', '之外', '除', '但', '但是', '未经', '另有规定', '不适用'])
const CONDITION =
  /(?:的|时|后|前|情形|期间|情况下|条件下|过程中|基础上|前提下|范围内)$|^(?:如果|如(?!实|期|何)|若|经|凡|因|依照|按照|违反|对于?|在(?!.*(?:方面|领域|基础|过程)))/u

/** At the beginning of a phrase, these hold for the phrases behind it: 力争总量达到甲,强度超过乙. */
const GOVERNING = new Set(['力争', '争取', '不得', '严禁', '禁止', '不准', '避免', '防止', '杜绝', '反对'])

/** 除…外, 未经…, …的， and 力争… of the sentences it uses. */
function leavesOutCondition(reading: Reading): boolean {
  const phrases = phrasesOf(reading)
  const usedSentences = new Set(phrases.filter(({ isUsed }) => isUsed).map(({ tokens }) => tokens[0]!.sentence))
  return phrases.some((phrase, at) => {
    if (phrase.isUsed) return false
    const said = withoutMarks(phrase.tokens)
    const words = said.map(({ key }) => key).join('')
    const { sentence } = phrase.tokens[0]!
    const takesBack = /^(?:但|然而|除外|不过)/u.test(words) && usedSentences.has(sentence - 1)
    if (takesBack) return true
    if (!usedSentences.has(sentence)) return false
    if (phrase.tokens.some(({ key }) => EXCEPTIONS.has(key))) return true
    const governed = phrases.slice(at + 1).filter(({ isUsed, tokens }) => isUsed && tokens[0]!.sentence === sentence)
    if (GOVERNING.has(said[0]!.key)) return governed.some(({ tokens }) => !isGuarded(tokens[0]!))
    return governed.length > 0 && (isCondition(phrase.tokens) || isTimeOnly(phrase.tokens))
  })
}

/** …的, 对…, 经…: what holds for the phrase behind it. */
const isCondition = (tokens: readonly Token[]): boolean =>
  CONDITION.test(withoutMarks(tokens).map(({ key }) => key).join(''))

/** Without the mark a clause begins with; all of it where it is nothing else. */
function withoutMarks<T extends Token>(tokens: readonly T[]): readonly T[] {
  return tokens.slice(Math.max(0, tokens.findIndex((token) => !isClauseMark(token))))
}

/** 到2027年： little more than a time. */
function isTimeOnly(tokens: readonly Token[]): boolean {
  return tokens.some(({ kind }) => kind === 'time') && tokens.length <= 6
}

/** 禁止下列行为： whose items it tells without it. */
function leavesOutOpening(reading: Reading): boolean {
  const { source, used } = reading
  return source.some((token, at) => {
    if (!used[at] || (at > 0 && used[at - 1] && source[at - 1]!.sentence === token.sentence)) return false
    const { handle } = token
    const opening = openingBefore(handle.passage.text, token.start)
    if (opening === undefined) return handle.opening !== undefined && isTelling(handle.opening)
    if (!isTelling(handle.passage.text.slice(opening.start, opening.end))) return false
    return !source.some(
      (other, index) =>
        used[index] && other.handle === handle && other.start >= opening.start && other.end <= opening.end,
    )
  })
}

const ITEM = /^\s*(?:[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)|[①-⑳㈠-㈩])/u
const TELLING = /不|禁止|严禁|除|未|应当|可以|必须|情形|行为|条件|之一|鼓励|支持|免|限/u
const isTelling = (words: string): boolean => TELLING.test(words)

/** The words that end in a colon and open the list in which a place stands. */
function openingBefore(text: string, at: number): { start: number; end: number } | undefined {
  const colon = Math.max(text.lastIndexOf('：', at - 1), text.lastIndexOf(':', at - 1))
  if (colon < 0) return undefined
  const between = text.slice(colon + 1, at)
  const inLine = !/[。！？]/u.test(between)
  const lines = between.split('\n').map((line) => line.trim())
  const inItems = lines[0] === '' && lines.every((line) => line === '' || ITEM.test(line))
  if (!inLine && !inItems) return undefined
  const start = Math.max(...['。', '；', '！', '\n'].map((mark) => text.lastIndexOf(mark, colon - 1))) + 1
  return { start, end: colon + 1 }
}

/** Puts together what the text says of different things. */
function splices(reading: Reading): boolean {
  const { tokens, stands, source } = reading
  let last = -1
  return tokens.some((token, at) => {
    const here = stands[at]!
    if (here < 0) return false
    const from = last
    last = at
    if (from < 0) return false
    const [one, other] = [source[stands[from]!]!, source[here]!]
    const boundary = Math.max(...tokens.slice(from + 1, at + 1).map(({ after }) => after))
    const added = tokens.slice(from + 1, at).map(({ start, end }) => reading.text.slice(start, end)).join('')
    const isJoined = boundary >= 3 || joinedByMark(tokens.slice(from + 1, at + 1)) || (added !== '' && joins(added))
    const isNewClause = boundary >= 3 || (boundary === 2 && (joinsClauses(added) || opens(one, other)))
    if (here === stands[from]! + 1 && one.stretch === other.stretch) return boundary >= 3 && other.after === 0
    if (one.sentence !== other.sentence) return !isNewClause || needsSubject(source, here, one)
    if (one.phrase === other.phrase) return false
    if (boundary < 2 && (!isJoined || leavesOpen(source, stands[from]!))) return true
    return tellsOfOther(skippedBetween(source, stands[from]!, here))
  })
}

/** Does the phrase go on behind this token? */
const leavesOpen = (source: readonly SourceToken[], at: number): boolean => source[at + 1]?.phrase === source[at]!.phrase

/**
 * Would what begins here borrow the subject of what stands before it? So it is behind the first phrase of its own
 * sentence, and where it begins with 应当 or 不得 and comes from elsewhere.
 */
function needsSubject(source: readonly SourceToken[], at: number, before: SourceToken): boolean {
  const here = source[at]!
  if (opens(before, here)) return false
  const isFirst = source.every(({ sentence, phrase }) => sentence !== here.sentence || phrase >= here.phrase)
  return !isFirst || (here.stretch !== before.stretch && RULES_SOMEONE.has(here.key))
}

const RULES_SOMEONE = new Set(
  ['应当', '应', '必须', '须', '可以', '可', '不得', '不', '不予', '不能', '不可', '有权', '至少', '至多', '最多', '最少', '最高', '最低'],
)

/** 不得有下列行为： before one of its items. */
function opens(one: SourceToken, other: SourceToken): boolean {
  const opening = one.handle === other.handle ? openingBefore(one.handle.passage.text, other.start) : undefined
  return opening !== undefined && opening.start <= one.start && one.end <= opening.end
}

/** A 、 stands between. */
const joinedByMark = (tokens: readonly Token[]): boolean => tokens.some(({ after }) => after === 1)

/** Whole phrases of the source between two of its tokens. */
function skippedBetween(source: readonly SourceToken[], from: number, to: number): SourceToken[] {
  const [one, other] = [source[from]!, source[to]!]
  return source.slice(from + 1, to).filter(({ phrase }) => phrase !== one.phrase && phrase !== other.phrase)
}

/** Phrases with a time, an organ or a rule of their own: what follows them may belong to them. */
function tellsOfOther(skipped: readonly SourceToken[]): boolean {
  if (skipped.some((token) => token.kind === 'time' || token.kind === 'ordinal' || isGuarded(token))) return true
  return organEnds(skipped.map(({ key }) => key).join('')).length > 0
}

/** 到2035年 of one sentence set before what another says, or a condition without what holds under it. */
function dangles(reading: Reading): boolean {
  return leavesConditionAlone(reading) || setsTimeBeforeOther(reading)
}

/** 对直接负责的主管人员, 拍卖成交后 as the last of a sentence that goes on. */
function leavesConditionAlone(reading: Reading): boolean {
  const phrases = phrasesOf(reading)
  return phrases.some(({ tokens, isUsed }, at) => {
    const { sentence } = tokens[0]!
    const behind = phrases.slice(at + 1).filter((phrase) => phrase.tokens[0]!.sentence === sentence)
    if (!isUsed || behind.length === 0 || behind.some((phrase) => phrase.isUsed)) return false
    return isCondition(tokens) || isTimeOnly(tokens)
  })
}

function setsTimeBeforeOther(reading: Reading): boolean {
  const { tokens, stands, source } = reading
  let own: Token[] = []
  let last: SourceToken | undefined
  return tokens.some((token, at) => {
    const here = source[stands[at]!]
    if (token.after >= 3) own = []
    const isOther = last !== undefined && here !== undefined && here.sentence !== last.sentence
    const dangling = isOther && own.length > 0 && isTimeOnly(own)
    if (isOther) own = []
    if (here) {
      own.push(token)
      last = here
    }
    return dangling
  })
}
