/** A typed reference → the clauses it names; never a guess. */
import { LRUCache } from 'lru-cache'
import type { Clause, ClauseId, Document, LookUp, NumberStyle, Place } from '../types.ts'
import { hasLead, headingOf, innermost, partName, spokenOf, titleOf, walk, type Lineage } from './address.ts'
import { numbersIn } from './document-numbers.ts'
import { nameIndexOf } from './name-index.ts'
import { knownNames } from './names.ts'
import { chineseNumeral } from './numerals.ts'
import { findReferences, type KnownName, type Reference, type Step, type StepKind } from './reference.ts'
import { lookUpRelative } from './relative.ts'
import { foldName, foldScript } from './script.ts'
import { leftOut, noVersion, ofVersionsMeant, unrepealed, type Choice } from './standing.ts'
import type { Twins } from './twins.ts'

export { knownNames }

/** Candidates listed at most; a bare 第三条 stands in every law. */
const CANDIDATES_MAXIMUM = 50
/** Longest range answered: 第一条至第二百条. */
const RANGE_MAXIMUM = 200

/** Printed styles a step may mean, the closest first. */
const STYLES: Readonly<Partial<Record<StepKind, readonly NumberStyle[]>>> = {
  book: ['book'],
  subbook: ['subbook'],
  chapter: ['chapter'],
  section: ['section'],
  part: ['division', 'chinese'],
  article: ['article', 'arabic', 'bracketed-arabic', 'bracketed-chinese', 'chinese'],
  point: ['arabic', 'bracketed-arabic', 'circled', 'bracketed-chinese', 'article'],
  item: ['bracketed-chinese', 'bracketed-arabic', 'arabic', 'circled', 'chinese'],
  subitem: ['arabic', 'bracketed-chinese', 'bracketed-arabic', 'circled'],
}
const UNIT_OF: Readonly<Record<NumberStyle, string>> = {
  book: '编', subbook: '分编', chapter: '章', section: '节', division: '个部分', article: '条',
  chinese: '个部分', 'bracketed-chinese': '项', arabic: '条', 'bracketed-arabic': '条', circled: '点',
}
/** What a document lacks altogether: 该部分不分条. */
const UNIT_WANTED: Readonly<Partial<Record<StepKind, string>>> = {
  part: '部分', article: '条', point: '点', item: '项', subitem: '目', chapter: '章', section: '节', book: '编', subbook: '分编',
}

/**
 * Reads a typed string as one reference or several, and looks them up, in the versions of the choice. A title or a
 * document number alone leads to the head of the document.
 * @param at where the reference stands: what 本条, 前款 and a number without a document mean
 */
export function lookUp(
  reference: string,
  documents: readonly Document[],
  twins: Twins,
  choice?: Choice,
  at?: Place,
): LookUp {
  const names = knownNames(documents)
  const references = findReferences(reference, names)
  const isNamed = references.some(({ document }) => document !== undefined && !THIS_KIND.test(document.words))
  const relative = at && !isNamed ? lookUpRelative(reference, at, below) : undefined
  if (relative) return relative
  if (references.length === 0) {
    const named = documentAlone(reference, names)
    if (named) return lookUpReference(named, documents, twins, choice)
    const message = `“${reference.trim()}”不像条款编号；可以写成“《决定》第三部分第2条”“三、2”或“第十二条第二款”。`
    return { outcome: 'absent', reason: 'not-a-reference', message, existing: [] }
  }
  const results = references.map((one) => lookUpReference(one, documents, twins, choice))
  const failed = results.find((result) => result.outcome !== 'found')
  if (failed) return failed
  const places = results.flatMap((result) => (result.outcome === 'found' ? result.places : []))
  return { outcome: 'found', places: places as unknown as [Place, ...Place[]] }
}

/** 条例 of 本条例. */
const THIS_KIND = /^[\p{Script=Han}]{1,4}$/u

function below(place: Place, target: readonly Step[], isWhole: boolean): LookUp {
  const { document } = place
  let readings: (readonly Place[])[] = isWhole ? [[]] : [[place]]
  for (const step of target) readings = readings.flatMap((reading) => advance(document, reading[0], step))
  const [only, ...others] = readings
  if (only && others.length === 0) return { outcome: 'found', places: only as unknown as [Place, ...Place[]] }
  if (only) return { outcome: 'ambiguous', candidates: readings.flatMap(([first]) => first ?? []) }
  const where = `《${titleOf(document)}》${isWhole ? '' : spokenOf(place)}`
  const words = target.map((step) => step.words).join('')
  return { outcome: 'absent', reason: 'no-such-clause', message: `${where}没有${words}。`, existing: [] }
}

/** A title, a name or a number 文号 and nothing else: the head of the document, as a reference. */
function documentAlone(reference: string, names: readonly KnownName[]): Reference | undefined {
  const words = reference.trim().replace(/[。？?！!]+$/, '')
  const index = nameIndexOf(names)
  const [number] = numbersIn(words, (key) => index.numbered(key).length > 0)
  const isNumber = number && /^(?:文件|文)?$/.test(words.slice(number.span.end)) && number.span.start === 0
  const title = /^[《〈](.+)[》〉](?:\s?[（(][^（）()]{1,40}[）)])?$/u.exec(words)?.[1]
  const name = title ?? words
  const called = isNumber ? index.numbered(number.key) : index.documentsOf(foldScript(name))
  if (called.length === 0 && title === undefined && !isNumber) return undefined
  const guessed = !isNumber && called.length > 0 && index.isPartOnly(name)
  const span = { start: 0, end: reference.length }
  const document = { words: isNumber ? number.words : name, span, documents: called, ...(guessed ? { guessed } : {}) }
  return { span, words, document, targets: [[{ kind: 'header', words: '' }]] }
}

/** Where a reference stopped in a document that does not hold it. */
interface Stop {
  readonly document: Document
  readonly reached?: Place
  readonly step: Step
  readonly depth: number
}

/** A document, or the parts of one version that stand in several files and are read as one. */
type Unit = readonly [Document, ...Document[]]

/** What one target of a reference comes to in one unit. */
interface Trial {
  readonly unit: Unit
  /** Each is one reading; a range has several places in one reading. */
  readonly readings: readonly (readonly Place[])[]
  /** One for each document where there is no reading. */
  readonly stops: readonly Stop[]
}

/** With a choice, one version of each work is looked into, and a name that has no such version leads nowhere. */
export function lookUpReference(
  reference: Reference,
  documents: readonly Document[],
  twins: Twins,
  choice?: Choice,
): LookUp {
  const { document: named } = reference
  const called = named ? documents.filter(({ id }) => named.documents.includes(id)) : documents
  if (called.length === 0) return noSuchDocument(named?.words, documents)
  const { documents: among, missing } = meantOf(called, named !== undefined, choice)
  const [first] = missing
  if (among.length === 0 && first) {
    const message = noVersion(first, choice?.asked)
    return { outcome: 'absent', reason: 'no-such-version', message, existing: [] }
  }
  const units = unitsOf(among, choice)
  const trials = reference.targets.map((target) => units.map((unit) => tryUnit(unit, target, named !== undefined)))
  const holding = units.filter((_, at) => trials.every((target) => (target[at]?.readings.length ?? 0) > 0))
  if (holding.length === 0) return absent(trials, among, twins)
  const places: Place[] = []
  for (const target of trials) {
    const readings = target.filter(({ unit }) => holding.includes(unit)).flatMap((trial) => trial.readings)
    const candidates = foldTwins(readings, twins)
    const [only] = candidates
    if (candidates.length !== 1 || !only) {
      const firsts = candidates.flatMap(([first]) => (first ? [first] : []))
      return { outcome: 'ambiguous', candidates: firsts.slice(0, CANDIDATES_MAXIMUM) }
    }
    places.push(...only)
  }
  if (named?.guessed) return { outcome: 'ambiguous', candidates: places.slice(0, CANDIDATES_MAXIMUM) }
  return { outcome: 'found', places: places as unknown as [Place, ...Place[]] }
}

/** Of a name, the versions meant; without a name, whatever is in force; all of it where nothing in force is left. */
function meantOf(
  called: readonly Document[],
  named: boolean,
  choice: Choice | undefined,
): ReturnType<typeof ofVersionsMeant> {
  if (!choice) return { documents: called, missing: [] }
  if (named) {
    const { documents, missing } = ofVersionsMeant(called, choice)
    return { documents: unrepealed(documents, choice), missing }
  }
  const out = leftOut(choice)
  const rest = out.size === 0 ? called : called.filter(({ id }) => !out.has(id))
  return { documents: rest.length > 0 ? rest : called, missing: [] }
}

function unitsOf(documents: readonly Document[], choice: Choice | undefined): Unit[] {
  if (!choice) return documents.map((document) => [document])
  const units = new Map<unknown, Document[]>()
  for (const document of documents) {
    const version = choice.works.versionOf(document.id) ?? document
    const known = units.get(version)
    if (known) known.push(document)
    else units.set(version, [document])
  }
  return [...units.values()].map((members) => {
    const order: readonly Document[] = choice.works.versionOf(members[0]!.id)?.documents ?? members
    return [...members].sort((a, b) => order.indexOf(a) - order.indexOf(b)) as unknown as Unit
  })
}

function tryUnit(unit: Unit, target: readonly Step[], named: boolean): Trial {
  const tried = unit.map((document) => tryDocument(document, named ? openingMeant(document, target) : target))
  const readings = tried.flatMap((one) => one.readings)
  const across = readings.length === 0 && unit.length > 1 ? rangeAcross(unit, target) : []
  const stops = readings.length + across.length > 0 ? [] : tried.flatMap(({ stop }) => (stop ? [stop] : []))
  return { unit, readings: [...readings, ...across], stops }
}

/** 第二百零三条至第二百零六条 where one part ends and the next begins. */
function rangeAcross(unit: Unit, [step, ...more]: readonly Step[]): (readonly Place[])[] {
  if (step?.kind !== 'article' || step.to === undefined || more.length > 0) return []
  const wanted = new Set(ordinalsOf(step))
  const places = unit.flatMap((document) =>
    numberedLineages(document)
      .filter((lineage) => {
        const { number } = innermost(lineage)
        return number?.style === 'article' && wanted.has(number.ordinal)
      })
      .map((lineage): Place => ({ document, lineage })),
  )
  const ordinals = places.map(({ lineage }) => innermost(lineage).number?.ordinal)
  return ordinals.includes(step.ordinal) && ordinals.includes(step.to) ? [places] : []
}

/** Readings that are the same clauses in two documents become one, led by the copy that has its own title. */
function foldTwins(readings: readonly (readonly Place[])[], twins: Twins): (readonly Place[])[] {
  const ledBy = [...readings].sort((a, b) => lacksTitle(a) - lacksTitle(b))
  const taken = new Set<string>()
  const leaders = new Set<readonly Place[]>()
  for (const reading of ledBy) {
    const first = reading[0]
    if (!first || taken.has(keyOf(innermost(first.lineage).id, first))) continue
    leaders.add(reading)
    const { id } = innermost(first.lineage)
    for (const same of [id, ...(twins.get(id) ?? [])]) taken.add(keyOf(same, first))
  }
  return readings.filter((reading) => leaders.has(reading))
}

const keyOf = (id: ClauseId, { paragraph }: Place): string => `${id} ${paragraph ?? 0}`
const lacksTitle = (reading: readonly Place[]): number => {
  const title = reading[0]?.document.header.title
  return !title || title.from === 'inferred' ? 1 : 0
}

/** 《决定》导语 is its preamble, where it has one; 第三部分导语 is the lead paragraph of that part. */
function openingMeant({ clauses }: Document, target: readonly Step[]): readonly Step[] {
  const [first, ...rest] = target
  if (first?.kind !== 'lead' || rest.length > 0 || !clauses.some(({ kind }) => kind === 'preamble')) return target
  return [{ ...first, kind: 'preamble' }]
}

function tryDocument(
  document: Document,
  target: readonly Step[],
): { readonly readings: readonly (readonly Place[])[]; readonly stop?: Stop } {
  let readings: (readonly Place[])[] = [[]]
  let reached: Place | undefined
  for (const [depth, step] of target.entries()) {
    const next = readings.flatMap((reading) => advance(document, reading[0], step))
    if (next.length === 0) return { readings: [], stop: { document, step, depth, ...(reached ? { reached } : {}) } }
    readings = next
    reached = next[0]?.[0]
  }
  return { readings }
}

/** Readings of one more step from a place, or from the whole document. */
function advance(document: Document, from: Place | undefined, step: Step): (readonly Place[])[] {
  switch (step.kind) {
    case 'paragraph':
      return from ? paragraphPlaces(from, step) : []
    case 'lead': {
      const leads = from ? [from] : [...walk(document)].map((lineage) => ({ document, lineage }))
      return leads.filter(({ lineage }) => hasLead(innermost(lineage))).map((place) => [{ ...place, paragraph: 1 }])
    }
    case 'header': {
      const [first] = from ? [] : document.clauses
      const headers = from ? [] : document.clauses.filter(({ kind }) => kind === 'header')
      // a title alone leads to a document without a head too
      const meant = headers.length === 0 && step.words === '' && first ? [first] : headers
      return meant.map((clause) => [{ document, lineage: [clause] }])
    }
    case 'preamble':
    case 'closing':
      return (from ? [] : document.clauses)
        .filter(({ kind }) => kind === step.kind)
        .map((clause) => [{ document, lineage: [clause] }])
    case 'heading':
      return headedPlaces(document, from, step)
    default:
      return numberedPlaces(document, from, step)
  }
}

function paragraphPlaces(from: Place, step: Step): (readonly Place[])[] {
  const { document, lineage, paragraph } = from
  const count = innermost(lineage).paragraphs.length
  const places = ordinalsOf(step).filter((ordinal) => ordinal >= 1 && ordinal <= count)
    .map((ordinal): Place => ({ document, lineage, ...(count > 1 ? { paragraph: ordinal } : {}) }))
  const complete = step.to === undefined || places.length === ordinalsOf(step).length
  return paragraph === undefined && places.length > 0 && complete ? [places] : []
}

function headedPlaces(document: Document, from: Place | undefined, step: Step): (readonly Place[])[] {
  const wanted = foldName(step.words)
  const outer = from && innermost(from.lineage)
  return [...walk(document)]
    .filter((lineage) => {
      const clause = innermost(lineage)
      if (clause.kind !== 'headed' || (outer && lineage.at(-2) !== outer)) return false
      return [headingOf(document, clause) ?? '', partName(clause)].some((name) => foldName(name) === wanted)
    })
    .map((lineage) => [{ document, lineage }])
}

function ordinalsOf({ ordinal = 0, to }: Step): number[] {
  const last = Math.min(to ?? ordinal, ordinal + RANGE_MAXIMUM)
  return Array.from({ length: last - ordinal + 1 }, (_, at) => ordinal + at)
}

/**
 * Descendants of a place that carry a number, outermost first; of a 款, only the items that follow it. The items of
 * an article are reached through the article only: 第三部分第2条 is never 第三部分第二十二条第（二）项.
 */
function numberedBelow(document: Document, from: Place | undefined): Lineage[] {
  if (!from) return numberedLineages(document)
  const { lineage, paragraph } = from
  const outer = innermost(lineage)
  const below: Lineage[] = []
  let level: Lineage[] = outer.children
    .filter((child) => paragraph === undefined || child.underParagraph === paragraph)
    .map((child) => [...lineage, child] as unknown as Lineage)
  while (level.length > 0) {
    below.push(...level)
    level = level
      .filter((one) => innermost(one).number?.style !== 'article')
      .flatMap((one) => innermost(one).children.map((child) => [...one, child] as unknown as Lineage))
  }
  return below
}

const NUMBERED = new LRUCache<Document, Lineage[]>({ max: 32 })

function numberedLineages(document: Document): Lineage[] {
  const known = NUMBERED.get(document) ?? [...walk(document)].filter((lineage) => innermost(lineage).number)
  NUMBERED.set(document, known)
  return known
}

/**
 * Clauses a step may mean, in groups, the likeliest first. Under a clause: its own items before what stands deeper, in
 * each level the closest style first. In the whole document: style by style; 三、 only where nothing is lower.
 */
function groupsFor(document: Document, from: Place | undefined, step: Step): (readonly Lineage[])[] {
  const scope = numberedBelow(document, from)
  const styles = stylesOf(step)
  const byStyle = (lineages: readonly Lineage[], among: readonly NumberStyle[]): (readonly Lineage[])[] =>
    among
      .map((style) => lineages.filter((lineage) => innermost(lineage).number?.style === style))
      .filter((group) => group.length > 0)
  const articles = step.kind === 'article' ? byStyle(scope, ['article']) : []
  if (articles.length > 0) return articles
  if (step.kind !== 'part' && !from) {
    const groups = byStyle(scope, styles.filter((style) => style !== 'chinese'))
    return groups.length > 0 ? groups : byStyle(scope, styles)
  }
  const around = from?.lineage.map(({ number }) => number?.style) ?? []
  const beside = scope.some((lineage) => innermost(lineage).number?.style === 'division')
  const inNamed = around.includes('article') || around.includes('division') || beside || isPrinted(step)
  const below = step.kind === 'part' || inNamed ? styles : styles.filter((style) => style !== 'chinese')
  const levels = [...new Set(scope.map((lineage) => lineage.length))].sort((one, other) => one - other)
  return levels.flatMap((level) => byStyle(scope.filter((lineage) => lineage.length === level), below))
}

/** 二、 as printed is the 二、 of a document that has a 第二部分 too. */
function stylesOf(step: Step): readonly NumberStyle[] {
  const styles = STYLES[step.kind] ?? []
  return isPrinted(step) ? ['chinese', ...styles.filter((style) => style !== 'chinese')] : styles
}

const isPrinted = ({ kind, words }: Step): boolean => (kind === 'part' || kind === 'item') && /^[^第部]+、$/.test(words)

function numberedPlaces(document: Document, from: Place | undefined, step: Step): (readonly Place[])[] {
  const groups = groupsFor(document, from, step)
  // 第三部分 of a document is one of its parts, never a list deep inside it.
  const meant = step.kind === 'part' && !from ? groups.slice(0, 1) : groups
  for (const group of meant) {
    const readings = readingsOf(document, group, step)
    if (readings.length > 0) return readings
  }
  return []
}

function readingsOf(document: Document, lineages: readonly Lineage[], step: Step): (readonly Place[])[] {
  if (step.to === undefined) {
    return lineages
      .filter((lineage) => {
        const { number } = innermost(lineage)
        return number?.ordinal === step.ordinal && number?.branch === step.branch
      })
      .map((lineage) => [{ document, lineage }])
  }
  const wanted = new Set(ordinalsOf(step))
  const inRange = lineages.filter((lineage) => wanted.has(innermost(lineage).number?.ordinal ?? -1))
  const parents = new Map<Clause | undefined, Lineage[]>()
  for (const lineage of inRange) {
    const parent = innermost(lineage).number?.style === 'article' ? undefined : lineage.at(-2)
    parents.set(parent, [...(parents.get(parent) ?? []), lineage])
  }
  return [...parents.values()]
    .filter((group) => {
      const ordinals = group.map((lineage) => innermost(lineage).number?.ordinal)
      return ordinals.includes(step.ordinal) && ordinals.includes(step.to)
    })
    .map((group) => group.map((lineage) => ({ document, lineage })))
}

function noSuchDocument(name: string | undefined, documents: readonly Document[]): LookUp {
  const titles = [...new Set(documents.map(titleOf))]
  const some = titles.slice(0, 8).map((title) => `《${title}》`).join('、')
  const more = titles.length > 8 ? `等${titles.length}份文件` : ''
  const which = titles.length === 0 ? '文件库是空的。' : `现有：${some}${more}。`
  const message = name === undefined ? '文件库是空的。' : `文件库中没有《${name}》；${which}`
  return { outcome: 'absent', reason: 'no-such-document', message, existing: [] }
}

/** Says how far the reference goes, in the document that carries it furthest, and which numbers exist there. */
function absent(trials: readonly (readonly Trial[])[], among: readonly Document[], twins: Twins): LookUp {
  const target = trials.find((one) => one.every(({ readings }) => readings.length === 0)) ?? trials[0] ?? []
  const stopped = target.flatMap(({ unit, stops }) => furthestOf(stops).map((stop) => ({ ...stop, unit })))
  const furthest = Math.max(...stopped.map(({ depth }) => depth))
  const deepest = stopped.filter(({ depth }) => depth === furthest)
  const [stop, ...others] = foldStops(deepest, twins)
    .map((stop) => ({ ...stop, exists: existingIn(stop) }))
    .sort((a, b) => (a.reached ? 0 : b.exists.clauses - a.exists.clauses))
  if (!stop) return noSuchDocument(undefined, among)
  const { step, reached } = stop
  const { count, existing } = stop.exists
  const missing = step.words.replace(/[、.．/]$/, '')
  const where = `《${titleOf(stop.document)}》${reached ? spokenOf(reached) : ''}`
  const message =
    others.length > 0 && !reached
      ? `查了${others.length + 1}份文件，都没有${missing}；其中${where}${count}。`
      : `${where}没有${missing}；${count}。`
  return { outcome: 'absent', reason: 'no-such-clause', message, ...(reached ? { parent: reached } : {}), existing }
}

/** Of a document in parts, where the reference went furthest; one stop for all parts where it began in none. */
function furthestOf(stops: readonly Stop[]): readonly Stop[] {
  const depth = Math.max(0, ...stops.map((stop) => stop.depth))
  return depth === 0 ? stops.slice(0, 1) : stops.filter((stop) => stop.depth === depth)
}

/** Twins stop at the same place: one of them speaks, the copy with its own title. */
function foldStops<S extends Stop>(stops: readonly S[], twins: Twins): S[] {
  const reached = stops.flatMap((stop) => (stop.reached ? [[stop.reached]] : []))
  if (reached.length < stops.length) return [...stops]
  const kept = new Set<Place | undefined>(foldTwins(reached, twins).map(([place]) => place))
  return stops.filter((stop) => kept.has(stop.reached))
}

/** What there is where a step was not found. */
interface Existing {
  /** 该部分共有4条（第1条至第4条） */
  readonly count: string
  /** Printed numbers. */
  readonly existing: readonly string[]
  /** How many clauses of the kind asked for. */
  readonly clauses: number
}

/** The numbers of all parts of a document, where none of them holds the reference. */
function existingIn({ document, unit, reached, step }: Stop & { readonly unit: Unit }): Existing {
  if (reached || unit.length === 1 || step.kind === 'paragraph') return existingAt(document, reached, step)
  const groups = unit.flatMap((part) => groupsFor(part, undefined, step).slice(0, 1))
  const [style] = groups.flat().map((lineage) => innermost(lineage).number?.style)
  const clauses = groups.flat().map(innermost).filter(({ number }) => number?.style === style)
  return clauses.length === 0 ? existingAt(document, undefined, step) : countOf(clauses, '全文')
}

/** The numbers that do exist where a step was not found, and a clause of a sentence that says so. */
function existingAt(document: Document, reached: Place | undefined, step: Step): Existing {
  const here = reached ? `该${nounOf(reached)}` : '全文'
  if (step.kind === 'paragraph') {
    const count = reached ? innermost(reached.lineage).paragraphs.length : 0
    const numerals = Array.from({ length: count }, (_, at) => `第${chineseNumeral(at + 1)}款`)
    return { count: count > 0 ? `${here}共有${count}款` : `${here}不分款`, existing: numerals, clauses: count }
  }
  const [group] = groupsFor(document, reached, step)
  if (!group) {
    const top = document.clauses.flatMap(({ number }) => (number ? [number.mark] : []))
    const unit = UNIT_WANTED[step.kind]
    return { count: unit ? `${here}不分${unit}` : `${here}没有这一部分`, existing: reached ? [] : top, clauses: 0 }
  }
  return countOf(group.map(innermost), here)
}

/** 该部分共有4条（第1条至第4条） */
function countOf(clauses: readonly Clause[], here: string): Existing {
  const existing = clauses.map(({ number }) => number?.mark ?? '')
  const first = clauses[0]
  const last = clauses.at(-1)
  if (!first || !last) return { count: `${here}没有编号`, existing, clauses: 0 }
  const repeats = new Set(existing).size < existing.length
  if (repeats) {
    const count = `${here}的这一级编号在各部分中分别编排，请先指明部分`
    return { count, existing: [...new Set(existing)], clauses: clauses.length }
  }
  const span = first === last ? sayNumber(first) : `${sayNumber(first)}至${sayNumber(last)}`
  const unit = UNIT_OF[first.number?.style ?? 'article']
  return { count: `${here}共有${clauses.length}${unit}（${span}）`, existing, clauses: clauses.length }
}

/** How a clause alone is spoken: 第2条, 第三部分. */
const sayNumber = (clause: Clause): string =>
  spokenOf({ document: undefined as unknown as Document, lineage: [clause] })

/** 该部分, 该条, 该款 */
function nounOf({ lineage, paragraph }: Place): string {
  const { number } = innermost(lineage)
  if (paragraph !== undefined) return '款'
  return !number || number.style === 'chinese' || number.style === 'division' ? '部分' : UNIT_OF[number.style]
}

