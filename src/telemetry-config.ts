/** The variables of logs, metrics and traces, and what they say. Read by config.ts alone. */
import { isIP } from 'node:net'
import { z } from 'zod'

export interface TelemetryConfig {
  /** auto: JSON where standard error is no terminal. */
  readonly logFormat: 'auto' | 'json' | 'text'
  /** Are the words of questions written to the log? */
  readonly logQuestions: boolean
  /** Where /metrics has a port of its own; absent: it stands beside the other routes. */
  readonly metrics?: { readonly host: string; readonly port: number }
  /** Of a collector that speaks OTLP over HTTP, without a path; absent: nothing is traced. */
  readonly otelEndpoint?: string
}

export const TELEMETRY_VARIABLES = {
  TIAOWEN_LOG_FORMAT: z.enum(['auto', 'json', 'text'], { error: 'is none of auto, json, text' }).default('auto'),
  TIAOWEN_LOG_QUESTIONS: z.enum(['on', 'off'], { error: 'is neither on nor off' }).default('off'),
  TIAOWEN_METRICS_PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'is not a whole number from 0 to 65535', abort: true })
    .transform(Number)
    .refine((port) => port <= 65535, { error: 'is not a whole number from 0 to 65535' })
    .optional(),
  TIAOWEN_METRICS_HOST: z
    .string()
    .refine((host) => isIP(host) !== 0 || /^[a-z][a-z0-9.-]{0,252}$/i.test(host), { error: 'is not an IP address or host name' })
    .default('127.0.0.1'),
  TIAOWEN_OTEL_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'is not an http or https address', abort: true })
    .refine((text) => !/[?#]/.test(text) && !/^[a-z]+:\/\/[^/]*@/i.test(text), { error: 'holds a user, a query or a fragment' })
    .transform((text) => text.replace(/\/+$/, '').replace(/\/v1\/traces$/, ''))
    .optional(),
} as const

const Variables = z.object(TELEMETRY_VARIABLES)

/** What to do about a variable that is refused. */
export const TELEMETRY_NEXT_STEPS: Readonly<Record<keyof typeof TELEMETRY_VARIABLES, string>> = {
  TIAOWEN_LOG_FORMAT: 'Name one of them, or unset it: JSON where standard error is no terminal',
  TIAOWEN_LOG_QUESTIONS: 'Set it to on only where the words of questions may stand in the log, or unset it',
  TIAOWEN_METRICS_PORT: 'Name a free port, e.g. 9464, or unset it',
  TIAOWEN_METRICS_HOST: 'Name an address of this machine that only Prometheus can reach, or unset it',
  TIAOWEN_OTEL_ENDPOINT: 'Name the base address of a collector, e.g. http://127.0.0.1:4318, or unset it',
}

export function telemetryOf(given: z.infer<typeof Variables>): TelemetryConfig {
  const { TIAOWEN_METRICS_PORT: port, TIAOWEN_METRICS_HOST: host, TIAOWEN_OTEL_ENDPOINT: otelEndpoint } = given
  return {
    logFormat: given.TIAOWEN_LOG_FORMAT,
    logQuestions: given.TIAOWEN_LOG_QUESTIONS === 'on',
    ...(port !== undefined && { metrics: { host, port } }),
    ...(otelEndpoint !== undefined && { otelEndpoint }),
  }
}
