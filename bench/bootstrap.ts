/** What the bootstrap adds to a start when everything is there. Run by `npm run bench`; fails when it is too much. */

import { execFileSync } from 'node:child_process'

const MOST_MS = 300
const ROUNDS = 7

const millisecondsOf = (...parameters: string[]): number => {
  const start = performance.now()
  execFileSync(process.execPath, parameters, { stdio: 'ignore' })
  return performance.now() - start
}
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

const through: number[] = []
const direct: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  direct.push(millisecondsOf('src/main.ts', '--help'))
  through.push(millisecondsOf('scripts/bootstrap.mjs', 'tiaowen', '--help'))
}
const added = median(through) - median(direct)
console.log(`tiaowen --help: ${median(direct).toFixed(0)} ms, through the bootstrap ${median(through).toFixed(0)} ms; median of ${ROUNDS}`)
console.log(`the bootstrap adds ${added.toFixed(0)} ms (at most ${MOST_MS})`)
if (added > MOST_MS) process.exitCode = 1
