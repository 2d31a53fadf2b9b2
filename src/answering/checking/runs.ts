/** Long stretches of a library's words that stand in a draft without quotation marks, with small changes in them. */
import type { Words } from './judge.ts'
import type { WordPlaces } from './word-places.ts'

/** Fewest units of a stretch that is told: shorter ones are everybody's words. */
export const SHORTEST_RUN = 26
/** Fewest units that must agree before it is followed. */
const SEED = 14
/** Changes no longer than this are bridged where the words go on behind them. */
const BRIDGE = 8
const GOES_ON = 8
/** Runs of five units that stand more often are in every law. */
const COMMON = 80

export interface Run {
  /** Units of the draft. */
  readonly from: number
  readonly to: number
  /** Units of the library. */
  readonly textFrom: number
  readonly textTo: number
  readonly isExact: boolean
  /** Units that are bridged. */
  readonly changed: number
}

/** Units alike that a changed one must bring, for a longer stretch with changes to be meant rather than one without. */
const WORTH = 6
const worthOf = ({ from, to, changed }: Run): number => to - from - WORTH * changed

/** Units after which whoever waits is told. */
const A_STEP = 4_000

/**
 * Runs in order, and every few thousand units the unit that was reached.
 * @param isFree may this unit of the draft be part of a run?
 * @param holdsReference does a whole reference stand between these units? Then the words go on as another quotation
 */
export function* runsIn(
  places: WordPlaces,
  { codes }: Words,
  isFree: (unit: number) => boolean,
  holdsReference: (from: number, to: number) => boolean = () => false,
): Generator<Run | number, void> {
  let told = 0
  let past = 0
  const isOpen = (unit: number): boolean => unit >= past && isFree(unit)
  const free: Free = { isFree: isOpen, holdsReference }
  const lengthOf = (run: Run | undefined): number => (run ? run.to - run.from : 0)
  for (let at = 0; at + 5 <= codes.length; ) {
    let best = isFree(at) ? longestAt(places, codes, at, free) : undefined
    if (lengthOf(best) >= SHORTEST_RUN) {
      // the index knows every third place: the longest stretch may be known by one of the next two
      for (const next of [at + 1, at + 2]) {
        const other = next + 5 <= codes.length ? longestAt(places, codes, next, free) : undefined
        if (other && worthOf(other) > worthOf(best!)) best = other
      }
      const run = withinSentences(codes, best!)
      yield run
      at = past = run.to
    } else at++
    if (at - told >= A_STEP) yield (told = at)
  }
}

/** What of a draft may be part of a run, and what is no change within one: a reference put in between. */
interface Free {
  readonly isFree: (unit: number) => boolean
  readonly holdsReference: (from: number, to: number) => boolean
}

function longestAt(places: WordPlaces, codes: Uint16Array, at: number, free: Free): Run | undefined {
  let best: Run | undefined
  for (const place of places.runs(codes, at, COMMON)) {
    const run = extended(places, codes, at, place, free)
    if (run && (!best || worthOf(run) > worthOf(best))) best = run
  }
  return best
}

function extended(
  places: WordPlaces,
  codes: Uint16Array,
  at: number,
  place: number,
  { isFree, holdsReference }: Free,
): Run | undefined {
  const agree = (unit: number, there: number): boolean =>
    unit >= 0 && unit < codes.length && there >= 0 && places.codes[there] === codes[unit] && codes[unit] !== 0 && isFree(unit)
  let [from, textFrom] = [at, place]
  while (agree(from - 1, textFrom - 1)) [from, textFrom] = [from - 1, textFrom - 1]
  let [to, textTo] = [at, place]
  while (agree(to, textTo)) [to, textTo] = [to + 1, textTo + 1]
  if (to - from < SEED) return undefined
  let changed = 0
  for (;;) {
    const next = bridged(agree, to, textTo)
    if (!next || holdsReference(to, next[0])) break
    changed += Math.max(next[0] - to, next[1] - textTo)
    ;[to, textTo] = next
    while (agree(to, textTo)) [to, textTo] = [to + 1, textTo + 1]
  }
  const tail = sameStop(places, codes, isFree, to, textTo)
  if (tail) {
    changed++
    ;[to, textTo] = tail
  }
  return { from, to, textFrom, textTo, isExact: changed === 0, changed }
}

/** Few units of another sentence at an end are the draft's own, alike by chance: 。各单位 beside 。各级. */
function withinSentences(codes: Uint16Array, run: Run): Run {
  const last = codes.subarray(run.to - BRIDGE, run.to).findLastIndex((code) => STOPS.has(code))
  const first = codes.subarray(run.from, run.from + BRIDGE).findIndex((code) => STOPS.has(code))
  const over = last < 0 ? 0 : BRIDGE - 1 - last
  const before = first + 1
  if (run.to - run.from - over - before < SHORTEST_RUN) return run
  const [from, to] = [run.from + before, run.to - over]
  return run.isExact
    ? { ...run, from, to, textFrom: run.textFrom + before, textTo: run.textTo - over }
    : { ...run, from, to }
}

/** A figure that differs right before the stop that ends both: 年休假20天。 for 年休假15天。 */
function sameStop(
  places: WordPlaces,
  codes: Uint16Array,
  isFree: (unit: number) => boolean,
  to: number,
  textTo: number,
): [number, number] | undefined {
  const reach = (units: Uint16Array, from: number): number | undefined => {
    const stop = units.subarray(from, from + BRIDGE + 1).findIndex((code) => STOPS.has(code))
    return stop > 0 ? stop : undefined
  }
  const [ours, theirs] = [reach(codes, to), reach(places.codes, textTo)]
  if (ours === undefined || theirs === undefined || !isFree(to) || codes[to + ours] !== places.codes[textTo + theirs]) return undefined
  const isFigure = (units: Uint16Array, from: number, length: number) => units.subarray(from, from + length).some((code) => FIGURES.has(code))
  return isFigure(codes, to, ours) && isFigure(places.codes, textTo, theirs) ? [to + ours, textTo + theirs] : undefined
}

const codesOf = (signs: string): ReadonlySet<number> => new Set(Array.from(signs, (sign) => sign.charCodeAt(0)))
const STOPS = codesOf('。;!?')
const FIGURES = codesOf('0123456789一二三四五六七八九十百千万亿')

/** Behind a small change, where the words go on: the nearest such place. */
function bridged(agree: (unit: number, there: number) => boolean, to: number, textTo: number): [number, number] | undefined {
  for (let sum = 1; sum <= 2 * BRIDGE; sum++) {
    for (let ours = Math.max(0, sum - BRIDGE); ours <= Math.min(BRIDGE, sum); ours++) {
      const theirs = sum - ours
      let same = 0
      while (same < GOES_ON && agree(to + ours + same, textTo + theirs + same)) same++
      if (same === GOES_ON) return [to + ours, textTo + theirs]
    }
  }
  return undefined
}
