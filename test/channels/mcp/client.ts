/** The official client of the SDK, beside a server in the same process or at an address. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { createMcpServer, type McpOptions } from '../../../src/channels/mcp/server.ts'
import { scripted, type Script } from '../scripted.ts'

export const newClient = () => new Client({ name: 'test', version: '1.0.0' })

export interface Told {
  readonly text: string
  readonly coverage: string
  readonly structured: Record<string, unknown>
  readonly isError: boolean
  readonly code: unknown
}

/** What a tool says, in parts. */
export async function call(client: Client, name: string, args: Record<string, unknown>): Promise<Told> {
  const result = (await client.callTool({ name, arguments: args })) as CallToolResult
  const [text = '', coverage = ''] = result.content.map((block) => (block.type === 'text' ? block.text : ''))
  const { structuredContent: structured = {}, isError = false, _meta } = result
  return { text, coverage, structured, isError, code: _meta?.['tiaowen/code'] }
}

/** A client of a server over a scripted assistant; `log` has what the server wrote to its log. */
export async function connected(
  script: Script = {},
  options: Partial<McpOptions> = {},
): Promise<{ readonly client: Client; readonly log: string[] }> {
  const log: string[] = []
  const server = createMcpServer({
    seen: async () => ({ assistant: scripted(script), uploaded: async () => new Set(['d-003']) }),
    version: '0.1.0',
    log: (line) => log.push(line),
    ...options,
  })
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  await server.connect(ours as Transport)
  const client = newClient()
  await client.connect(theirs as Transport)
  return { client, log }
}

/** A client of a Tiaowen that serves at this address. */
export async function connectedTo(url: string, key?: string): Promise<Client> {
  const requestInit = key === undefined ? {} : { requestInit: { headers: { Authorization: `Bearer ${key}` } } }
  const client = newClient()
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), requestInit) as Transport)
  return client
}
