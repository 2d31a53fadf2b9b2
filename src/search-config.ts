/** The variables of a search cluster. Read by config.ts alone. */
import { z } from 'zod'
import { FORMS } from './configuration/forms.ts'

/** A Weaviate cluster that searches instead of this process. */
export interface SearchConfig {
  /** Nodes, or what stands before them; the next is asked where one does not answer. */
  readonly nodes: readonly SearchNode[]
  readonly key?: string
  /** What the names of its collections begin with; one for each index. */
  readonly prefix: string
  /** Copies of every object. */
  readonly replication: number
  /** Nodes that must be there before and after anything is written. */
  readonly expectedNodes: number
  /** Of one search. */
  readonly querySeconds: number
  /** Of one batch of objects. */
  readonly insertSeconds: number
}

export interface SearchNode {
  /** http or https, without user, path, query or fragment, e.g. `http://weaviate-0:8080`. */
  readonly url: string
  readonly grpcPort: number
}

const number = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, { error: `is not a whole number from ${from} to ${to}`, abort: true })
    .transform(Number)
    .refine((value) => value >= from && value <= to, { error: `is not a whole number from ${from} to ${to}` })

export const SEARCH_VARIABLES = {
  TIAOWEN_SEARCH_URL: z
    .string()
    .transform((list) => list.split(',').map((one) => one.trim().replace(/\/$/, '')).filter((one) => one !== ''))
    .refine((list) => list.length > 0 && list.every(isAddress), { error: 'is not a list of http or https addresses separated by commas' })
    .register(FORMS, { separator: ',' })
    .optional(),
  TIAOWEN_SEARCH_GRPC_PORT: z
    .string()
    .transform((list) => list.split(',').map((one) => Number(one.trim())))
    .refine((ports) => ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536), { error: 'is not a port, or a list of ports separated by commas' })
    .register(FORMS, { separator: ',' })
    .default([50_051]),
  TIAOWEN_SEARCH_KEY: z.string().regex(/^[\x21-\x7e]{1,4096}$/, { error: 'holds more than printable ASCII without spaces' }).optional(),
  TIAOWEN_SEARCH_PREFIX: z.string().regex(/^[A-Z][A-Za-z0-9]{0,31}$/, { error: 'is not a capital letter with up to 31 letters and digits behind it' }).default('Tiaowen'),
  TIAOWEN_SEARCH_REPLICATION: number(1, 9).optional(),
  TIAOWEN_SEARCH_NODES: number(1, 99).default(1),
  TIAOWEN_SEARCH_TIMEOUT: number(1, 60).default(3),
  TIAOWEN_SEARCH_INSERT_TIMEOUT: number(1, 600).default(10),
} as const

const Variables = z.object(SEARCH_VARIABLES)
type Given = z.infer<typeof Variables>

/** What to do about a variable that is refused. */
export const SEARCH_NEXT_STEPS: Readonly<Record<keyof typeof SEARCH_VARIABLES, string>> = {
  TIAOWEN_SEARCH_URL: 'Name the addresses of the nodes, e.g. http://weaviate-0:8080,http://weaviate-1:8080, or unset it to search within this process',
  TIAOWEN_SEARCH_GRPC_PORT: 'Name the gRPC port, or as many as there are addresses, or unset it',
  TIAOWEN_SEARCH_KEY: 'Copy the API key from the settings of the cluster, or unset it',
  TIAOWEN_SEARCH_PREFIX: 'Name what the collections of this index begin with, e.g. Tiaowen, or unset it',
  TIAOWEN_SEARCH_REPLICATION: 'Name how many copies of every object are kept, at most as many as there are nodes, or unset it',
  TIAOWEN_SEARCH_NODES: 'Name how many nodes the cluster has, or unset it',
  TIAOWEN_SEARCH_TIMEOUT: 'Name the seconds that a search may take, or unset it',
  TIAOWEN_SEARCH_INSERT_TIMEOUT: 'Name the seconds that a batch of objects may take, or unset it',
}

/** Whose value is never shown. */
export const SEARCH_SECRETS: readonly string[] = ['TIAOWEN_SEARCH_KEY']

/** Undefined where this process searches by itself. */
export function searchConfigOf(given: Given): SearchConfig | undefined {
  const { TIAOWEN_SEARCH_URL: urls, TIAOWEN_SEARCH_GRPC_PORT: ports, TIAOWEN_SEARCH_KEY: key } = given
  if (!urls) return undefined
  const expectedNodes = given.TIAOWEN_SEARCH_NODES
  return {
    nodes: urls.map((url, at) => ({ url, grpcPort: ports[at] ?? ports[0]! })),
    ...(key !== undefined && { key }),
    prefix: given.TIAOWEN_SEARCH_PREFIX,
    replication: given.TIAOWEN_SEARCH_REPLICATION ?? Math.min(3, expectedNodes),
    expectedNodes,
    querySeconds: given.TIAOWEN_SEARCH_TIMEOUT,
    insertSeconds: given.TIAOWEN_SEARCH_INSERT_TIMEOUT,
  }
}

/** Settings that contradict each other. */
export function halfSearch(given: Given): string[] {
  const { TIAOWEN_SEARCH_URL: urls, TIAOWEN_SEARCH_GRPC_PORT: ports, TIAOWEN_SEARCH_REPLICATION: replication, TIAOWEN_SEARCH_NODES: nodes } = given
  return [
    ...(urls && ports.length > 1 && ports.length !== urls.length
      ? [`TIAOWEN_SEARCH_GRPC_PORT names ${ports.length} ports, and TIAOWEN_SEARCH_URL ${urls.length} addresses. ${SEARCH_NEXT_STEPS.TIAOWEN_SEARCH_GRPC_PORT}.`]
      : []),
    ...(replication !== undefined && replication > nodes
      ? [`TIAOWEN_SEARCH_REPLICATION is ${replication}, and TIAOWEN_SEARCH_NODES ${nodes}. ${SEARCH_NEXT_STEPS.TIAOWEN_SEARCH_REPLICATION}.`]
      : []),
  ]
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, pathname, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '') && pathname === '/'
}
