/** Tools that a machine may have or not: a test that needs one says so when it is skipped. */
import { spawnSync } from 'node:child_process'
import { test } from 'vitest'

/** Is it in PATH, and does it start? */
export function has(program: string, ...parameters: readonly string[]): boolean {
  return spawnSync(program, parameters).status === 0
}

/** `test` where the tool is there; else a skipped test whose name says what was not looked at. */
export function testWith(program: string, isThere: boolean) {
  return (name: string, work: () => void | Promise<void>): void => {
    if (isThere) test(name, work)
    else test.skip(`WITHOUT ${program}: ${name}`, () => {})
  }
}
