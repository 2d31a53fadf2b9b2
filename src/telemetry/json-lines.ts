/** One line of JSON for each thing told, made by pino; the only place that knows it. */
import { pino } from 'pino'
import type { Sink } from './log.ts'
import { escapedInJson } from './redact.ts'

/**
 * `{"level":"info","time":"2026-01-05T08:00:00.000Z","pid":1,"component":"http","reqId":"…",…,"msg":"…"}`
 * @param write is given a whole line with its line break
 */
export function jsonLines(write: (text: string) => void): Sink {
  const log = pino(
    {
      level: 'debug', // what is written at all, log.ts decides
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => write(escapedInJson(line)) },
  )
  return ({ level, message, component, requestId, fields }) =>
    log[level](
      { ...(component !== undefined && { component }), ...(requestId !== undefined && { reqId: requestId }), ...fields },
      message,
    )
}
