/** MCP on standard input and output: nothing but the protocol is written there. */
import { Writable } from 'node:stream'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { LIMITS } from './sessions.ts'
import { createMcpServer, type McpOptions } from './server.ts'

export interface Stdio {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/**
 * Takes standard output for the protocol: whatever else is written to it from now on, by whichever package, goes to
 * standard error. To be called before anything is loaded that might write.
 */
export function protocolOutput({ stdout, stderr }: Omit<Stdio, 'stdin'>): Writable {
  const write = stdout.write.bind(stdout)
  const output = new Writable({ write: (chunk: Buffer, _, done) => void write(chunk, (error) => done(error)) })
  stdout.write = stderr.write.bind(stderr)
  return output
}

/** Resolves when the client has gone, or when the signal is aborted and the server closed. */
export async function serveStdio(options: McpOptions, stdin: NodeJS.ReadStream, output: Writable, signal: AbortSignal): Promise<void> {
  const server = createMcpServer(options)
  const transport = new StdioServerTransport(stdin, output, { maxBufferSize: LIMITS.bodyBytes })
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  server.server.onclose = resolve
  const end = () => void server.close()
  await server.connect(transport)
  stdin.once('end', end)
  stdin.once('close', end)
  output.once('error', end) // the client does not read any more
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  await ended
}
