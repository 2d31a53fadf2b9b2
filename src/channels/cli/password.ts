/** A password: typed twice at a terminal without an echo, or the one line that is piped in. Never an argument. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { PolicyError } from '../../errors.ts'

export interface Asking {
  readonly input: NodeJS.ReadableStream
  readonly isTerminal: boolean
  /** What is piped in. */
  readonly piped: () => Promise<Uint8Array>
  readonly say: (text: string) => void
}

const TWICE = '再输入一次：'

/** @throws PolicyError `bad-request` where nothing is given, or not the same twice */
export async function readPassword(prompt: string, asking: Asking): Promise<string> {
  if (!asking.isTerminal) return lineOf(await asking.piped())
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: asking.input, output: silent, terminal: true, historySize: 0 })
  try {
    const typed = await typedLine(lines, prompt, asking.say)
    if (typed === (await typedLine(lines, TWICE, asking.say))) return typed
  } finally {
    lines.close()
  }
  throw new PolicyError('bad-request', '两次输入的口令不一样，请重新运行。')
}

function typedLine(lines: ReturnType<typeof createInterface>, prompt: string, say: Asking['say']): Promise<string> {
  say(prompt)
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(new PolicyError('bad-request', '没有输入口令。'))
    lines.once('SIGINT', onEnd).once('close', onEnd)
    lines.once('line', (line) => {
      lines.off('SIGINT', onEnd).off('close', onEnd)
      resolve(line)
    })
  })
}

function lineOf(bytes: Uint8Array): string {
  const line = new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  if (line === '' || /[\r\n]/.test(line)) throw new PolicyError('bad-request', '请从标准输入给出口令，只要一行。')
  return line
}
