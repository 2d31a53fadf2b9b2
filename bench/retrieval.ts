/**
 * How well articles are found: 308 lay questions over 1,342 laws. The weights of the rankings are chosen by five-fold
 * cross-validation, differences come with a paired bootstrap. Run by `npm run bench` after `indexing`, whose index it
 * opens; skipped without one.
 */
import { existsSync } from 'node:fs'
import { openEmbedder } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { openLibrary } from '../src/retrieval/library-files.ts'
import type { Library } from '../src/retrieval/library.ts'
import { retrieve, WEIGHTS, type Found, type Weights } from '../src/retrieval/retrieve.ts'
import { openCurrent } from '../src/store/generations.ts'
import { holdToLeast } from './tools/figures.ts'
import { environment, hasLaws, lawQuestions, type LawQuestion } from './tools/laws.ts'

/** What the public half of the questions must reach; they are harder than the whole by 0.035. */
const LEAST = { recall: 0.55, mrr: 0.46 }
const FOLDS = 5
const DRAWS = 10_000
const GRID: readonly Weights[] = [0.8, 1, 1.2, 1.5, 2].flatMap((keywords) =>
  [0, 0.03, 0.045, 0.0625, 0.08, 0.1].map((standing) => ({ ...WEIGHTS, keywords, standing })),
)
const BASELINES: Readonly<Record<string, Weights>> = {
  'keywords alone': { ...WEIGHTS, units: 0, windows: 0, standing: 0 },
  'vectors alone': { ...WEIGHTS, keywords: 0, standing: 0 },
  'fused, without standing': { ...WEIGHTS, standing: 0 },
}

/** Of one question. */
interface Score {
  readonly recall: number
  readonly reciprocal: number
}

async function main(): Promise<void> {
  const config = readConfig(environment())
  if (!hasLaws || !existsSync(config.indexFolder)) return console.log('没有法律索引，跳过 retrieval bench skipped: no index of laws')
  const { embedder } = openEmbedder(config)
  if (!embedder) return console.log('WITHOUT MODEL: retrieval bench skipped')
  const { library } = await openLibrary((await openCurrent(config.indexFolder)).generation!)
  const questions = lawQuestions()
  const scores = new Map<Weights, Score[]>()
  const all = [WEIGHTS, ...Object.values(BASELINES), ...GRID]
  for (const asked of questions) {
    const vector = await embedder.embedQuestion(asked.question)
    for (const weights of all) {
      const found = await retrieve(library, { text: asked.question, vector }, 10, weights)
      scores.set(weights, [...(scores.get(weights) ?? []), scoreOf(asked, found)])
    }
  }
  await embedder.close()
  const own = scores.get(WEIGHTS)!
  console.log(`${questions.length} questions; 95% intervals by ${DRAWS} bootstrap draws`)
  for (const [name, weights] of Object.entries(BASELINES)) report(name.padEnd(24), scores.get(weights)!, own)
  report('as it is'.padEnd(24), own)
  report('cross-validated'.padEnd(24), crossValidated(scores))
  console.log(`entries ${(library as Library).entries.living}; weights ${JSON.stringify(WEIGHTS)}`)
  holdToLeast('Recall@10', mean(own, 'recall'), LEAST.recall)
  holdToLeast('MRR@10', mean(own, 'reciprocal'), LEAST.mrr)
}

/** Gold articles among the first ten, and one over the place of the first of them; a twin stands for its like. */
function scoreOf({ gold }: LawQuestion, found: readonly Found[]): Score {
  const places = found.map((one) => [one, ...one.twins].map(({ document, lineage }) => `${document.source} ${lineage.at(-1)!.number?.mark}`))
  const ranks = gold.map(({ file, article }) => places.findIndex((names) => names.includes(`${file} ${article}`)))
  const hits = ranks.filter((rank) => rank >= 0)
  return { recall: hits.length / gold.length, reciprocal: hits.length > 0 ? 1 / (1 + Math.min(...hits)) : 0 }
}

/** Each fold by the weights that do best on the others. */
function crossValidated(scores: ReadonlyMap<Weights, readonly Score[]>): Score[] {
  const count = scores.get(WEIGHTS)!.length
  const chosen: Score[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const quality = (weights: Weights): number => {
      const others = scores.get(weights)!.filter((_, at) => at % FOLDS !== fold)
      return mean(others, 'recall') + mean(others, 'reciprocal')
    }
    const best = GRID.reduce((one, other) => (quality(other) > quality(one) ? other : one))
    for (let at = fold; at < count; at += FOLDS) chosen.push(scores.get(best)![at]!)
    console.log(`fold ${fold + 1}: keywords ${best.keywords}, standing ${best.standing}`)
  }
  return chosen
}

/** Figures with their intervals; `against`: how much better that is, question by question. */
function report(name: string, scores: readonly Score[], against?: readonly Score[]): void {
  const measures = [['Recall@10', 'recall'], ['MRR@10', 'reciprocal']] as const
  const words = measures.map(([label, key]) => {
    const values = scores.map((score) => score[key])
    const [low, high] = interval(values)
    const figure = `${label} ${mean(scores, key).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`
    if (!against) return figure
    const gains = against.map((other, at) => other[key] - values[at]!)
    const [least, most] = interval(gains)
    return `${figure}, ours ${signed(gains.reduce((sum, gain) => sum + gain, 0) / gains.length)} (${signed(least)} to ${signed(most)})`
  })
  console.log(`${name} ${words.join(' · ')}`)
}

const mean = (scores: readonly Score[], key: keyof Score): number =>
  scores.reduce((sum, score) => sum + score[key], 0) / scores.length

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`

/** 95% of the means of as many values drawn with replacement. */
function interval(values: readonly number[]): [number, number] {
  let state = 20261122
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0 // Numerical Recipes
    return state / 2 ** 32
  }
  const means = Array.from({ length: DRAWS }, () => {
    let sum = 0
    for (let draw = 0; draw < values.length; draw++) sum += values[Math.floor(random() * values.length)]!
    return sum / values.length
  }).sort((one, other) => one - other)
  return [means[Math.floor(0.025 * DRAWS)]!, means[Math.floor(0.975 * DRAWS)]!]
}

await main()
