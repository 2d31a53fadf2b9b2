/** A server whose stop is as it is told, until a signal: `hangs` never ends, `throws` throws what nobody catches. */
import { untilSignal } from '../../../src/channels/http/serve.ts'
import { watchFatalErrors } from '../../../src/telemetry/fatal.ts'

const [how = ''] = process.argv.slice(2)
const log = (line: string) => process.stdout.write(`${line}\n`)
const stop = () => {
  log('stopping')
  return how === 'hangs' ? new Promise<void>(() => {}) : Promise.resolve()
}
setInterval(() => {}, 1_000) // something of it goes on, whatever is closed
const fatal = watchFatalErrors(process, (_, error) => log(String(error)))
const ended = untilSignal({ url: '', port: 0, stop }, log, { longestMs: 300, fatal: fatal.first })
log('up')
if (how === 'throws') setTimeout(() => void Promise.reject(new Error('nobody caught this')))
await ended
process.exitCode = fatal.happened ? 1 : 0
log(`closed with ${process.exitCode}`)
process.exit()
