/** `npm test`: types, tests and the eval against its floors, and one line that counts them. */

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium, needsBrowser, obtainChromium } from './chromium.mjs'
import { interruptedBy, runInFront } from './processes.mjs'
import { say } from './say.mjs'

/** Projects whose types are checked. */
export const TYPED = ['.', 'src/channels/web']

/**
 * Runs everything, or only the tests that `filters` name. Goes on after a failure: all are counted.
 * @param {{ checkout: string, node: string, filters: readonly string[], isLong: boolean, isCluster?: boolean, hasModel: boolean }} settings
 * @returns {Promise<{ code: number }>}
 */
export async function runTests({ checkout, node, filters, isLong, isCluster = false, hasModel }) {
  const env = { ...process.env, ...(isLong ? { TIAOWEN_LONG: '1' } : {}), ...(isCluster ? { TIAOWEN_CLUSTER: '1' } : {}) }
  const run = (file, ...parameters) => runInFront(node, ['--disable-warning=ExperimentalWarning', join(checkout, file), ...parameters], { cwd: checkout, env })
  const counts = { passed: 0, failed: 0 }
  const count = (ended, what) => {
    if (ended.code === 0) counts.passed += 1
    else counts.failed += 1
    if (ended.code !== 0) say(`✗ ${what}`)
  }

  for (const project of filters.length === 0 ? TYPED : []) {
    if (interruptedBy()) return { code: 130 }
    count(await run('node_modules/typescript/bin/tsc', '--noEmit', '-p', project), `类型检查 tsc --noEmit -p ${project}`)
  }

  const opensBrowser = needsBrowser(checkout, filters)
  const hasBrowser = !opensBrowser || (findChromium() ?? (await obtainChromium(checkout))) !== undefined
  if (interruptedBy()) return { code: 130 }
  const report = join(checkout, 'data', `test-report-${process.pid}.json`)
  mkdirSync(join(checkout, 'data'), { recursive: true })
  const vitest = await run('node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters)
  const tests = countsOf(report)
  rmSync(report, { force: true })
  counts.passed += tests.passed
  counts.failed += tests.failed
  if (vitest.code !== 0 && tests.failed === 0) count(vitest, 'vitest')

  if (interruptedBy()) return { code: 130 }
  if (filters.length === 0 && existsSync(join(checkout, 'src', 'main.ts'))) {
    count(await run('src/main.ts', 'eval', '--floors'), '评测下限 eval --floors')
  }
  if (!hasModel) {
    console.log('WITHOUT MODEL')
    if (isTrue(process.env.CI)) {
      counts.failed += 1
      say('✗ CI=true 时必须有模型 with CI=true the model is required: npm run model')
    }
  }
  if (!hasBrowser) {
    console.log('WITHOUT BROWSER')
    if (isTrue(process.env.CI)) {
      counts.failed += 1
      say('✗ CI=true 时必须有浏览器 with CI=true a browser is required: install Chromium or Chrome')
    }
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  return { code: counts.failed === 0 ? 0 : 1 }
}

const isTrue = (value) => value === 'true' || value === '1'

function countsOf(report) {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const filesThatDidNotRun = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
    return { passed: numPassedTests, failed: numFailedTests + filesThatDidNotRun, suites: numFailedTestSuites }
  } catch {
    return { passed: 0, failed: 0 }
  }
}
