/** The clause tree of each seed, against an outline proof-read line by line. Made anew by TIAOWEN_GOLDEN=write. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { outline } from '../../src/clauses/outline.ts'
import { SEEDS, seed } from './sources.ts'

test.each(SEEDS)('the clause tree of seed %s is the one that was proof-read', (number) => {
  const file = join('test', 'golden', `${number}.txt`)
  const tree = outline(seed(number))
  if (process.env['TIAOWEN_GOLDEN'] === 'write') writeFileSync(file, tree)
  expect(tree).toBe(readFileSync(file, 'utf8'))
})
