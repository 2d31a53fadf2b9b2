/** An MCP server over the assistant: tools, resources, completion. One for each session, never shared. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  CompleteRequestSchema,
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type CallToolResult,
  type ServerNotification,
  type ServerRequest,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { PolicyError } from '../../errors.ts'
import { problemFor, problemOfIssues, type Problem } from '../http/problem.ts'
import { plain } from '../render.ts'
import { coverageWords, type Coverage } from './coverage.ts'
import { complete, listResources, readResource, TEMPLATES } from './resources.ts'
import { INPUTS, jsonSchemasOf, type ToolName } from './schemas.ts'
import { TOOLS, type Call, type Reply, type ToolParts } from './tools.ts'

export interface McpOptions {
  /** What whoever asks may see now: asked anew for each of their requests. */
  readonly seen: () => Promise<ToolParts>
  readonly version: string
  /** Told of what should not happen; replies never carry it. */
  readonly log: (message: string) => void
  /** What whoever has opened the session may do; absent: everything. Tools beyond it are not listed. */
  readonly mayUse?: (needs: 'search' | 'ask') => boolean
  /** Before a question is answered, and a draft checked; what ends its turn. Throws PolicyError where it has none. */
  readonly turn?: () => Promise<() => void>
}

/** Tools by which something is asked; the others look things up. */
const ASKING: readonly ToolName[] = ['ask', 'verify_quote', 'check_draft']
const needsOf = (name: ToolName) => (ASKING.includes(name) ? 'ask' : 'search')

/** Array elements and object members of a tool's arguments: a thousand documents, fifty turns, and room. */
const MOST_INPUT_ELEMENTS = 2_000
/** Of what a client sent that is no message. */
const SHOWN = 200
/** Calls of one session at a time. */
const AT_ONCE = 8

const INSTRUCTIONS = `条问 Tiaowen：单位自己的政策法规文件库。
- 回答文件里写了什么，用 ask；要原文，用 search、resolve_citation、get_clause。
- 引文须照抄返回的 quote 或 text，并写明条款（title + spoken），不要改写，不要凭记忆引用。
- 写进文稿的引文，用 verify_quote 核对；整篇草稿用 check_draft。
- outcome 为 declined 即文件里没有，请照实说，不要自行补充。
- 每个结果都带 coverage：查了多少份文件、什么没有查。范围之外的不要下结论。`

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

export function createMcpServer(options: McpOptions): McpServer {
  const { version, seen, log } = options
  const mcp = new McpServer(
    { name: 'tiaowen', title: '条问 Tiaowen', version },
    { instructions: INSTRUCTIONS, maxToolInputElements: MOST_INPUT_ELEMENTS },
  )
  const running = { count: 0 }
  const names = NAMES.filter((name) => options.mayUse?.(needsOf(name)) ?? true)
  for (const name of names) {
    // what is wrong with the arguments is said by ours, in words; the bound on how many there are is the SDK's
    mcp.registerTool(name, { inputSchema: z.looseObject({}) }, (given, extra) => called(options, name, given, extra, running))
  }
  mcp.server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listedTools().filter(({ name }) => names.includes(name as ToolName)) }))
  mcp.server.registerCapabilities({ resources: {}, completions: {} })
  const { server } = mcp
  server.setRequestHandler(ListResourcesRequestSchema, ({ params }) => orRpcError(log, async () => listResources((await seen()).assistant, params?.cursor)))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [...TEMPLATES] }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) =>
    orRpcError(log, async () => ({ contents: [{ ...readResource((await seen()).assistant, params.uri) }] })),
  )
  server.setRequestHandler(CompleteRequestSchema, ({ params }) =>
    orRpcError(log, async () => {
      const { assistant } = await seen()
      return { completion: { ...complete(assistant, params.argument, params.context?.arguments?.['documentId']) } }
    }),
  )
  server.onerror = (error) => log(`MCP: ${plain(error.message).replace(/\s+/g, ' ').slice(0, SHOWN)}`)
  return mcp
}

const NAMES = Object.keys(TOOLS) as readonly ToolName[]

let listed: Tool[] | undefined
/** Made once: the same for every session. */
function listedTools(): Tool[] {
  return (listed ??= NAMES.map((name) => {
    const { title, description } = TOOLS[name]
    const annotations = { title, readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
    return { name, title, description, ...jsonSchemasOf(name), annotations }
  }))
}

async function called(
  options: McpOptions,
  name: ToolName,
  given: unknown,
  extra: Extra,
  running: { count: number },
): Promise<CallToolResult> {
  if (running.count >= AT_ONCE) {
    return failed(problemFor(new PolicyError('queue-full', `同时最多${AT_ONCE}个请求，请等前面的完成再试。`), ''))
  }
  running.count++
  try {
    const input = INPUTS[name].safeParse(given)
    if (!input.success) return failed(problemOfIssues(input.error.issues, ''))
    const leave = ASKING.includes(name) ? await options.turn?.() : undefined
    const work = async () => run(await options.seen(), name, input.data, callOf(extra))
    const { structured, text } = await work().finally(leave)
    const coverage = coverageWords(structured['coverage'] as Coverage)
    return {
      content: [
        { type: 'text', text },
        { type: 'text', text: coverage },
      ],
      structuredContent: structured,
    }
  } catch (error) {
    if (extra.signal.aborted) throw error // nobody is told: the client has taken its request back
    return failed(toldProblem(error, `${name}: `, options.log))
  } finally {
    running.count--
  }
}

/** What `INPUTS[name]` gives is what `TOOLS[name]` takes. */
const run = (parts: ToolParts, name: ToolName, input: unknown, call: Call): Promise<Reply> =>
  (TOOLS[name].run as (parts: ToolParts, input: unknown, call: Call) => Promise<Reply>)(parts, input, call)

/** Without `structuredContent`, which would have to be of the shape of a result. */
const failed = ({ detail, code }: Problem): CallToolResult => ({
  content: [{ type: 'text', text: `${detail}（${code}）` }],
  isError: true,
  _meta: { 'tiaowen/code': code },
})

function callOf({ signal, sendNotification, _meta }: Extra): Call {
  const progressToken = _meta?.progressToken
  let last = -1
  const onProgress: Call['onProgress'] = (done, total, message) => {
    if (progressToken === undefined || signal.aborted || done <= last) return // the protocol: it only ever grows
    last = done
    const params = { progressToken, progress: done, total, message }
    sendNotification({ method: 'notifications/progress', params }).catch(() => {})
  }
  return { signal, onProgress }
}

/** What is expected is a sentence for the asker; what is not goes to the log whole. */
function toldProblem(error: unknown, where: string, log: (message: string) => void): Problem {
  const problem = problemFor(error, '')
  if (problem.status === 500) log(`MCP ${where}${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return problem
}

/** Resource not found, as the protocol numbers it. */
const NOT_FOUND = -32002

async function orRpcError<Result>(log: (message: string) => void, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const { code, status, detail } = toldProblem(error, '', log)
    const number = status === 404 ? NOT_FOUND : status === 400 ? ErrorCode.InvalidParams : ErrorCode.InternalError
    throw new McpError(number, detail, { code })
  }
}
