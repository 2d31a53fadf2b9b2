/** The command line: a command in, words out, an exit code back. What it needs is handed to it by main.ts. */
import type { Assistant } from '../../answering/assistant.ts'
import type { BotName } from '../../bot-config.ts'
import { PolicyError } from '../../errors.ts'
import type { FeedbackRecord, FeedbackWanted } from '../../state/state.ts'
import { plain, type Style } from '../render.ts'
import { manageAccess, type AccessParts } from './access.ts'
import { ask, cite, search } from './answers.ts'
import { backUp, restore, verify, type BackupParts } from './backup.ts'
import { faultOfSending, printExamination, sendAnswer, type Examination, type SendParts } from './bots.ts'
import { carry, type CarryParts } from './carrying.ts'
import { checkDraft } from './checking.ts'
import { commandOf, type Command } from './command.ts'
import { configuration, type ConfigurationParts } from './configuration.ts'
import { doctor, type About } from './doctor.ts'
import { exportFeedback } from './feedback.ts'
import { COMMAND_HELP, EXIT, HELP } from './help.ts'
import { index, type IndexEvent, type IndexRequest } from './indexing.ts'
import type { OnProgress } from './progress.ts'
import { verifyIndex, type ReindexWanted, type SearchReport } from './reindexing.ts'

/** What a command is done with; closed when it is done. */
export interface Opened {
  readonly assistant: Assistant
  close(): Promise<void>
}

export interface CliParts {
  readonly version: string
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
  /** `color` absent: as the terminal has it. */
  readonly styleOf: (color: boolean | undefined) => Style
  /** The assistant over the documents as they are now. */
  readonly open: () => Promise<Opened>
  readonly about: () => About
  /** Brings the index up to date, once or after every change. */
  readonly index: (request: IndexRequest) => AsyncIterable<IndexEvent>
  /** Compares the search cluster with the index, and repairs it. */
  readonly verifyIndex: (wanted: ReindexWanted) => Promise<SearchReport>
  /** Resolves when the server has stopped. */
  readonly serve: () => Promise<void>
  /** MCP on standard input and output; resolves when the client has gone. */
  readonly mcp: () => Promise<void>
  /** What people said of answers, of all owners. */
  readonly feedback: (wanted: FeedbackWanted) => AsyncIterable<FeedbackRecord>
  /** Asks a chat platform whether its configuration works. */
  readonly examine: (channel: BotName) => Promise<Examination>
  /** What posts to a group of DingTalk. */
  readonly sending: () => Promise<SendParts>
  readonly configuration: ConfigurationParts
  /** Who may do what, over the data folder; closed when the command is done. */
  readonly access: () => Promise<AccessParts & { close(): Promise<void> }>
  readonly backups: BackupParts
  readonly carrying: CarryParts
  /** All that is piped in. */
  readonly input: () => Promise<Uint8Array>
  readonly onProgress: OnProgress
  readonly evaluate: (argv: readonly string[]) => Promise<number>
}

/** Never throws: an error is a sentence and an exit code. */
export async function runCli(argv: readonly string[], parts: CliParts): Promise<number> {
  const { command, color } = commandOf(argv)
  try {
    return await run(command, parts, parts.styleOf(color))
  } catch (error) {
    parts.printError(sentenceOf(error))
    return EXIT.failed
  }
}

async function run(command: Command, parts: CliParts, style: Style): Promise<number> {
  const printing = { print: parts.print, style }
  switch (command.name) {
    case 'usage':
      parts.printError(`${command.message}\n\n${HELP}`)
      return EXIT.usage
    case 'help':
      parts.print(command.of === undefined ? HELP : COMMAND_HELP[command.of])
      return EXIT.done
    case 'version':
      parts.print(parts.version)
      return EXIT.done
    case 'serve':
      await parts.serve()
      return EXIT.done
    case 'mcp':
      await parts.mcp()
      return EXIT.done
    case 'eval':
      return parts.evaluate(command.argv)
    case 'ask':
      return withAssistant(parts, (assistant) => ask(assistant, command, printing))
    case 'search':
      return withAssistant(parts, (assistant) => search(assistant, command, printing))
    case 'cite':
      return withAssistant(parts, (assistant) => cite(assistant, command, printing))
    case 'check':
      return withAssistant(parts, (assistant) => checkDraft(assistant, command, { ...printing, ...parts }))
    case 'doctor':
      if (command.channel) {
        return printExamination(command.channel, await parts.examine(command.channel), command.json, printing)
      }
      return withAssistant(parts, (assistant) => doctor(assistant, parts.about(), command.json, printing))
    case 'send': {
      const sending = await parts.sending()
      const { robot } = sending
      const fault = faultOfSending(command.question, robot)
      if (robot && fault === undefined) {
        const ready = { ...sending, robot }
        return withAssistant(parts, (assistant) => sendAnswer(assistant, command.question, ready, parts))
      }
      parts.printError(fault ?? '')
      return EXIT.failed
    }
    case 'feedback':
      return exportFeedback(parts.feedback(command.wanted), parts.print, parts.printError)
    case 'config':
      return configuration(command, parts.configuration, printing)
    case 'backup':
      return backUp(parts.backups, command.wanted, { ...printing, ...parts, isJson: command.json })
    case 'restore': {
      const { wanted, verify: isOnlyVerified, json: isJson } = command
      const saying = { ...printing, ...parts, isJson }
      return isOnlyVerified ? verify(parts.backups, wanted.backup, saying) : restore(parts.backups, wanted, saying)
    }
    case 'state':
      return carry(parts.carrying, command, printing)
    case 'index':
      return index(parts.index(command), { watch: command.watch, isJson: command.json }, printing, parts.printError)
    case 'reindex':
      return verifyIndex(parts.verifyIndex(command), command.json, printing)
    case 'keys':
    case 'people':
    case 'collections':
    case 'audit': {
      const access = await parts.access()
      try {
        return await manageAccess(command, access, { ...printing, printError: parts.printError })
      } finally {
        await access.close()
      }
    }
  }
}

async function withAssistant(
  parts: CliParts,
  work: (assistant: Assistant) => number | Promise<number>,
): Promise<number> {
  const opened = await parts.open()
  try {
    return await work(opened.assistant)
  } finally {
    await opened.close()
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof PolicyError) return plain(`${error.message}（${error.code}）`)
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
