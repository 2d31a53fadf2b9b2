/**
 * Question to answer, against embedding the question alone: turn about in the same run, over the eval cases, warm.
 * Run by `npm run bench`; fails where the middle answer takes more than three times the middle embedding.
 */
import { openApp, openEmbedder } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { readCases } from '../evals/cases.ts'
import { holdTo, median, millisecondsOf, temporaryFolder, timesOf } from './tools/figures.ts'
import { join } from 'node:path'

const ROUNDS = 3
const MOST = 3

async function main(): Promise<void> {
  const home = temporaryFolder()
  const config = { ...readConfig(process.env), dataFolder: join(home, 'data'), indexFolder: join(home, 'index') }
  const { embedder } = openEmbedder(config)
  if (!embedder) return console.log('WITHOUT MODEL: answer bench skipped')
  const app = await openApp(config, { log: () => {}, embedder })
  await app.settled

  const cases = readCases('evals/cases')
  const embedding: number[] = []
  const answering: number[] = []
  const groups = new Map<string, number[]>()
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { question, history, group } of cases) {
      const alone = await millisecondsOf(() => embedder.embedQuestion(question))
      const whole = await millisecondsOf(async () => {
        for await (const event of app.assistant.ask({ question, ...(history ? { history } : {}), mode: 'extractive' }))
          if (event.type === 'done') return
      })
      if (round === 0) continue // the first round warms up
      embedding.push(alone)
      answering.push(whole)
      groups.set(group, [...(groups.get(group) ?? []), whole])
    }
  }
  await app.close()

  console.log(
    `${cases.length} questions of evals/cases, ${ROUNDS} rounds after a warm one; ${app.assistant.status().clauses} clauses`,
  )
  console.log(`embedding the question  ${timesOf(embedding)}`)
  console.log(`question to answer      ${timesOf(answering)}`)
  for (const [group, times] of groups) console.log(`  ${group.padEnd(20)}  ${timesOf(times)}`)
  holdTo('answer / embedding', median(answering) / median(embedding), MOST)
}

await main()
