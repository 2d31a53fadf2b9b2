/** Configuration files of tests, in a folder that goes with the test file. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { ConfigError, readSettings, type Environment, type Settings } from '../../src/config.ts'

export const home = mkdtempSync(join(tmpdir(), 'tiaowen-config-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Writes it, for its owner alone unless another mode is given. */
export function put(name: string, text: string | Uint8Array, mode = 0o600): string {
  const path = join(home, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

export const readYaml = (yaml: string | Uint8Array, environment: Environment = {}): Settings =>
  readSettings(environment, { file: put('tiaowen.yaml', yaml) })

/** What is said of it, with the folder left out. */
export function faultsOf(yaml: string | Uint8Array, environment: Environment = {}): readonly string[] {
  return refusal(() => readYaml(yaml, environment)).faults.map((fault) => fault.replaceAll(`${home}/`, ''))
}

export function refusal(read: () => unknown): ConfigError {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ code: 'config-invalid' })
    return error as ConfigError
  }
  throw new Error('it was not refused')
}
