/** Asks /livez, or the path given, of the server on this machine, for places that have no curl. Exit code 0 or 1. */

import { get } from 'node:http'

const TIMEOUT_MS = 4_000
const [path = '/livez'] = process.argv.slice(2)
const named = process.env.TIAOWEN_HOST ?? '127.0.0.1'
const host = named === '0.0.0.0' ? '127.0.0.1' : named === '::' ? '::1' : named
const port = process.env.TIAOWEN_PORT || 8787

const request = get({ host, port, path, timeout: TIMEOUT_MS, agent: false }, (response) => {
  response.resume()
  process.exitCode = response.statusCode === 200 ? 0 : 1
})
request.on('timeout', () => request.destroy(new Error('timeout')))
request.on('error', (error) => {
  console.error(error.message)
  process.exitCode = 1
})
