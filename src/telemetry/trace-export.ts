/**
 * Sends spans to a collector over OTLP/HTTP; loaded where TIAOWEN_OTEL_ENDPOINT is set, and not otherwise. What cannot
 * be sent is dropped: the queue is bounded, and nobody waits for it.
 */
import { context, propagation } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace'
import { Tracing } from './traces.ts'

export interface ExportOptions {
  /** Of the collector, without a path: `http://127.0.0.1:4318`. */
  readonly endpoint: string
  readonly version: string
  /** Told of every batch. */
  readonly onExport?: (outcome: 'done' | 'failed') => void
  /** Told the first time of several that a collector does not take spans, and when it takes them again. */
  readonly log: (message: string) => void
}

export interface ExportingTraces {
  readonly tracing: Tracing
  /** Sends what waits, within two seconds, and ends. */
  close(): Promise<void>
}

const QUEUE = 2_048
const BATCH = 256
const EVERY_MS = 2_000
const SEND_MS = 3_000
const CLOSE_MS = 2_000
/** Batches on their way at once. */
const CONCURRENT = 2

export function openTraces({ endpoint, version, onExport = () => {}, log }: ExportOptions): ExportingTraces {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    timeoutMillis: SEND_MS,
    concurrencyLimit: CONCURRENT,
  })
  const processor = new BatchSpanProcessor({
    exporter: watched(exporter, onExport, log),
    maxQueueSize: QUEUE,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: SEND_MS,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'tiaowen', 'service.version': version, 'process.pid': process.pid }),
    spanProcessors: [processor],
  })
  const manager = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(manager)
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  return {
    tracing: new Tracing(provider.getTracer('tiaowen', version)),
    close: async () => {
      context.disable()
      propagation.disable()
      const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref())
      await Promise.race([provider.shutdown().catch(() => {}), late])
    },
  }
}

/** The exporter, whose every outcome is told. */
function watched(exporter: SpanExporter, onExport: NonNullable<ExportOptions['onExport']>, log: ExportOptions['log']): SpanExporter {
  let isLost = false
  const told = (outcome: 'done' | 'failed'): void => {
    onExport(outcome)
    if (outcome === 'failed' && !isLost) log('追踪数据送不出去，已丢弃 traces cannot be sent and are dropped: TIAOWEN_OTEL_ENDPOINT')
    if (outcome === 'done' && isLost) log('追踪数据恢复发送 traces are sent again')
    isLost = outcome === 'failed'
  }
  return {
    export: (spans, onResult) =>
      exporter.export(spans, (result) => {
        told(result.code === ExportResultCode.SUCCESS ? 'done' : 'failed')
        onResult({ code: ExportResultCode.SUCCESS }) // dropped: nobody has to hear of it again
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}
