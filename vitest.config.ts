import { defineConfig } from 'vitest/config'

const long = process.env['TIAOWEN_LONG'] === '1'
/** Tests that start real servers beside the program: `npm run test:cluster`. */
const cluster = process.env['TIAOWEN_CLUSTER'] === '1'

/** Two files at a time: the machines this runs on have two cores, and the model takes both. */
export default defineConfig({
  test: {
    include: cluster ? ['test/cluster/**/*.test.ts'] : ['test/**/*.test.ts'],
    exclude: cluster ? [] : ['test/cluster/**'],
    globalSetup: ['test/global-setup.ts', 'test/web/shared.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: long ? 30 * 60_000 : 120_000,
    hookTimeout: 180_000,
    // what is waited for comes when the machine has time for it
    expect: { poll: { timeout: 15_000 } },
  },
})
