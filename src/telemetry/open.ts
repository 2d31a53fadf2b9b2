/** Configuration → logger, metrics and traces. What is not asked for is not loaded. */
import type { Config } from '../config.ts'
import { loggerTo, peoplesLines, quietly, type Logger, type Sink } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Observers } from './observed-assistant.ts'
import { secretsOf } from './redact.ts'
import type { ExportingTraces } from './trace-export.ts'

export interface Telemetry {
  readonly log: Logger
  /** For one line a request and a question; people see them at `debug`. */
  readonly records: Logger
  readonly observers: Observers
  readonly metrics?: Metrics
  /** Sends what waits of the traces. */
  close(): Promise<void>
}

export interface TelemetryOptions {
  readonly version: string
  /** Where log lines go. */
  readonly write: (text: string) => void
  /** Does a person read there? */
  readonly isTerminal: boolean
  /** Nobody reads the metrics of a program that serves no HTTP. */
  readonly hasMetrics: boolean
  /** Told of every line that is written, without secrets. */
  readonly also?: Sink
}

export async function openTelemetry(config: Config, options: TelemetryOptions): Promise<Telemetry> {
  const { logFormat, logQuestions, otelEndpoint } = config.telemetry
  const isJson = logFormat === 'json' || (logFormat === 'auto' && !options.isTerminal)
  const [sink, metrics] = await Promise.all([
    isJson ? jsonSink(options.write) : peoplesLines(options.write),
    options.hasMetrics ? import('./metrics.ts').then(({ Metrics }) => new Metrics(options.version)) : undefined,
  ])
  const counted: Sink = (line) => {
    metrics?.logged(line.level)
    sink(line)
    options.also?.(line)
  }
  const log = loggerTo(counted, { threshold: config.logLevel, secrets: secretsOf(config), questions: logQuestions })
  const traces = otelEndpoint === undefined ? undefined : await openTraces(otelEndpoint, options.version, log, metrics)
  const records = isJson ? log : quietly(log)
  return {
    log,
    records,
    ...(metrics && { metrics }),
    observers: {
      log: records.of('ask'),
      questions: logQuestions,
      ...(metrics && { metrics }),
      ...(traces && { tracing: traces.tracing }),
    },
    close: async () => traces?.close(),
  }
}

async function jsonSink(write: (text: string) => void): Promise<Sink> {
  const { jsonLines } = await import('./json-lines.ts')
  return jsonLines(write)
}

async function openTraces(endpoint: string, version: string, log: Logger, metrics: Metrics | undefined): Promise<ExportingTraces> {
  const { openTraces: open } = await import('./trace-export.ts')
  const onExport = (outcome: 'done' | 'failed') => metrics?.exported(outcome)
  return open({ endpoint, version, log: log.of('traces').line('warn'), onExport })
}
