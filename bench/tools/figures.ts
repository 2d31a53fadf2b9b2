/** Middle and tail of measured times, and places for what a bench writes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The value below which a share of them lies; 0.5: the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Milliseconds a call takes. */
export async function millisecondsOf(run: () => unknown): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

/** @example timesOf([3, 1, 2]) // 'median 2.00 ms, p95 3.00 ms, worst 3.00 ms' */
export function timesOf(values: readonly number[]): string {
  return `median ${median(values).toFixed(2)} ms, p95 ${quantile(values, 0.95).toFixed(2)} ms, worst ${Math.max(...values).toFixed(2)} ms`
}

/** Prints a figure beside its limit and fails the bench where it is over. bench/main.ts collects these lines. */
export function holdTo(name: string, value: number, atMost: number, unit = ''): void {
  console.log(`${name} ${value.toFixed(2)}${unit} (at most ${atMost}${unit})`)
  if (!(value <= atMost)) process.exitCode = 1
}

/** As `holdTo`, of a figure that must not be lower. */
export function holdToLeast(name: string, value: number, atLeast: number, unit = ''): void {
  console.log(`${name} ${value.toFixed(3)}${unit} (at least ${atLeast}${unit})`)
  if (!(value >= atLeast)) process.exitCode = 1
}

/** An empty folder, removed when the bench ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
