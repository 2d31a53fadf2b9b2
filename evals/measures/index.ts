/** The measures, in the order of the table. All are taken in one run. */
import { answerContains } from './answer-contains.ts'
import { citationHit } from './citation-hit.ts'
import { citationPrecision } from './citation-precision.ts'
import { citationRecall } from './citation-recall.ts'
import { declineReason } from './decline-reason.ts'
import { exactQuote } from './exact-quote.ts'
import { lookUp } from './look-up.ts'
import { meanReciprocalRank } from './mean-reciprocal-rank.ts'
import type { Measure } from './measure.ts'
import { outcomeAccuracy } from './outcome-accuracy.ts'
import { recallAt10, recallAt5 } from './recall.ts'
import { falseAnswers, overRefusals } from './refusals.ts'
import { rightAddress } from './right-address.ts'
import { trueWords } from './true-words.ts'

export const MEASURES: readonly Measure[] = [
  recallAt5,
  recallAt10,
  meanReciprocalRank,
  citationHit,
  citationPrecision,
  citationRecall,
  answerContains,
  lookUp,
  falseAnswers,
  overRefusals,
  trueWords,
  declineReason,
  outcomeAccuracy,
  exactQuote,
  rightAddress,
]
