/**
 * No expression takes its time from whoever writes a text: every parser is fed each sign it looks for, over and over, in
 * a process of its own whose processor time is counted. What a thread ends after ten seconds (docs/security.md) is meant
 * never to need it.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isLong, trials } from '../store/random.ts'
import { UNITS } from './repeated.ts'

const CHARACTERS = trials(15_000, 1_000_000)
/** A parser that takes the square of it takes minutes. */
const LONGEST_MS = isLong ? 3_000 : 1_000

test(`${CHARACTERS} characters of each of ${UNITS.length} classes, every parser`, { timeout: 3_600_000 }, async () => {
  const target = fileURLToPath(new URL('./expressions-target.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', target, String(CHARACTERS)], {
    timeout: 3_000_000,
    maxBuffer: 16 * 1024 * 1024,
  })
  const read = stdout.trim().split('\n').map((line) => JSON.parse(line) as { name: string; unit: string; ms: number })
  expect(read.length).toBeGreaterThan(UNITS.length * 20)
  const slowest = read.toSorted((one, other) => other.ms - one.ms).slice(0, 12)
  if (isLong) console.log(slowest.map(({ name, unit, ms }) => `${name} ${JSON.stringify(unit)} ${ms} ms`).join('\n'))
  expect(read.filter(({ ms }) => ms > LONGEST_MS)).toEqual([])
})
