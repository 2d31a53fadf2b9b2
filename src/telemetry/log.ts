/**
 * What the program tells whoever runs it: a Logger, in one of two forms. Lines for people, as they have always been; or
 * one line of JSON each (json-lines.ts). Whatever is told passes the redactor first.
 */
import { escaped, redactor } from './redact.ts'
import { currentScope } from './scope.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'
/** From which level on lines are written. */
export type Threshold = Level | 'silent'
export type Fields = Readonly<Record<string, unknown>>

export interface Line {
  readonly level: Level
  readonly message: string
  readonly component?: string
  readonly requestId?: string
  /** For machines; the message says what people need. */
  readonly fields: Fields
}

export type Sink = (line: Line) => void

export interface Logger {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
  isOn(level: Level): boolean
  /** The part of the program that speaks: `index`, `http`, `bots`. */
  of(component: string): Logger
  /**
   * What most of the program is handed: a sentence, and nothing else. At `info` it may be of an importance that is not
   * known, and is written at the threshold `warn` too.
   */
  line(level?: Level): (message: string) => void
}

export interface LogOptions {
  readonly threshold: Threshold
  /** Values that are never written. */
  readonly secrets?: readonly string[]
  /** Are the words of questions written? */
  readonly questions?: boolean
}

const ORDER: readonly Threshold[] = ['debug', 'info', 'warn', 'error', 'silent']

export function loggerTo(sink: Sink, { threshold, secrets = [], questions = false }: LogOptions): Logger {
  const redact = redactor(secrets)
  const from = ORDER.indexOf(threshold)
  const tell = (level: Level, message: string, fields: Fields, component?: string): void => {
    const scope = currentScope()
    const asked = questions ? [] : (scope?.questions ?? [])
    sink({
      level,
      message: redact.text(message, asked),
      ...(component !== undefined && { component }),
      ...(scope?.requestId !== undefined && { requestId: scope.requestId }),
      fields: redact.fields(fields, asked),
    })
  }
  const loggerOf = (component?: string): Logger => {
    const at = (level: Level) => (message: string, fields: Fields = {}) => {
      if (ORDER.indexOf(level) >= from) tell(level, message, fields, component)
    }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      isOn: (level) => ORDER.indexOf(level) >= from,
      of: loggerOf,
      line: (level = 'info') => {
        const heard = level === 'info' ? ORDER.indexOf('warn') : ORDER.indexOf(level)
        return (message) => heard >= from && tell(level, message, {}, component)
      },
    }
  }
  return loggerOf()
}

/** The same, whose `info` is `debug`: what machines are told of each request is too much for a person. */
export const quietly = (logger: Logger): Logger => ({
  ...logger,
  info: (message, fields) => logger.debug(message, fields),
  of: (component) => quietly(logger.of(component)),
})

/** Lines for people: the message alone. What it holds makes no line of its own that could pass for another's. */
export const peoplesLines =
  (write: (text: string) => void): Sink =>
  ({ message }) =>
    write(`${message.split('\n').map(escaped).join('\n  ')}\n`)
