/** The operator's word about the files of a folder: documents.yaml → statements by source. */
import { LineCounter, isMap, parseDocument } from 'yaml'
import type { Document as YamlDocument } from 'yaml'
import { z } from 'zod'
import { PolicyError } from '../errors.ts'
import type { Fact, Header, Relations } from '../types.ts'

/** Its name, at the top of a folder of documents. */
export const SIDECAR_NAME = 'documents.yaml'

const calendarDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, '日期须写作 2023-01-09')
  .refine(isCalendarDate, '没有这一天')

const words = z.string().trim().min(1, '不能为空')

const Statement = z.strictObject({
  title: words.nullable().optional(),
  issuer: words.nullable().optional(),
  documentNumber: words.nullable().optional(),
  passed: calendarDate.nullable().optional(),
  published: calendarDate.nullable().optional(),
  effective: calendarDate.nullable().optional(),
  amended: calendarDate.nullable().optional(),
  repealed: calendarDate.nullable().optional(),
  shortNames: z.array(words).optional(),
  versionOf: words.optional(),
  supersedes: words.optional(),
})

const Sidecar = z.strictObject({ documents: z.record(z.string(), Statement.nullable()).nullable() })

/** What an operator states of one file. `null`: the document does not state this, whatever was read from it. */
export type Statement = z.infer<typeof Statement>
export type Sidecar = ReadonlyMap<string, Statement>

/**
 * @param name path of the sidecar file, for messages.
 * @param sources the files of the folder; a statement about any other file is refused.
 * @throws PolicyError 'sidecar-invalid' with line and key.
 */
export function parseSidecar(yaml: string, name: string, sources: ReadonlySet<string>): Sidecar {
  const lineCounter = new LineCounter()
  const document = parseDocument(yaml, { lineCounter, version: '1.2', prettyErrors: false })
  const refuse = (offset: number, what: string): never => {
    const { line } = lineCounter.linePos(offset)
    throw new PolicyError('sidecar-invalid', `${name} 第 ${Math.max(1, line)} 行：${what}`)
  }
  const [fault] = [...document.errors, ...document.warnings]
  if (fault) refuse(fault.pos[0], `不是合法的 YAML（${fault.message}）。请改正后重试。`)
  const value = plainValue(document, refuse)
  if (value === null) return new Map()
  const parsed = Sidecar.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    if (!issue) throw parsed.error
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    const path = [...issue.path.map(String), ...(unknown === undefined ? [] : [unknown])]
    const known = issue.path.length === 0 ? 'documents' : KNOWN_KEYS
    const what = unknown === undefined ? issue.message : `没有这个字段；可用：${known}`
    refuse(offsetOf(document, path), `${path.join(' → ') || '文件'}：${what}。请改正后重试。`)
  }
  return statementsOf(document, parsed.data ?? { documents: null }, sources, refuse)
}

const KNOWN_KEYS = Object.keys(Statement.shape).join('、')

/** Aliases are resolved here; an alias bomb is refused by the library. */
function plainValue(document: YamlDocument, refuse: (offset: number, what: string) => never): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 }) as unknown
  } catch (cause) {
    return refuse(0, `无法读取（${cause instanceof Error ? cause.message : String(cause)}）。请改正后重试。`)
  }
}

function statementsOf(
  document: YamlDocument,
  sidecar: z.infer<typeof Sidecar>,
  sources: ReadonlySet<string>,
  refuse: (offset: number, what: string) => never,
): Sidecar {
  const statements = new Map<string, Statement>()
  for (const [key, statement] of Object.entries(sidecar.documents ?? {})) {
    const source = key.normalize('NFC')
    if (!sources.has(source)) {
      refuse(offsetOf(document, ['documents', key]), `${key}：文件夹里没有这个文件。请改正文件名，或删去这一条。`)
    }
    statements.set(source, statement ?? {})
  }
  return statements
}

/** Where a key stands in the file, as a character offset; the nearest parent when the key itself has no place. */
function offsetOf(document: YamlDocument, path: readonly string[]): number {
  let node: unknown = document.contents
  let offset = 0
  for (const key of path) {
    if (!isMap(node)) {
      const item: unknown = document.getIn(path, true)
      return rangeStart(item) ?? offset
    }
    const pair = node.items.find((item) => String(isScalarLike(item.key) ? item.key.value : item.key) === key)
    if (!pair) return offset
    offset = rangeStart(pair.key) ?? offset
    node = pair.value
  }
  return offset
}

function isScalarLike(node: unknown): node is { value: unknown } {
  return typeof node === 'object' && node !== null && 'value' in node
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
  return Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined
}

function isCalendarDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

const HEADER_KEYS = [
  'title', 'issuer', 'documentNumber', 'passed', 'published', 'effective', 'amended', 'repealed',
] as const

/** What the operator says of versions; absent when nothing is said. */
export function relationsOf(statement: Statement | undefined): Relations | undefined {
  const { versionOf, supersedes, repealed } = statement ?? {}
  const relations = {
    ...(versionOf === undefined ? {} : { versionOf }),
    ...(supersedes === undefined ? {} : { supersedes }),
    ...(repealed === null ? { inForce: true as const } : {}),
  }
  return Object.keys(relations).length === 0 ? undefined : relations
}

/** The header with the operator's statements in place of what was read. */
export function applyStatement(header: Header, statement: Statement | undefined): Header {
  const facts: Partial<Record<keyof Header, Fact>> = { ...header }
  for (const key of HEADER_KEYS) {
    const value = statement?.[key]
    if (value === null) delete facts[key]
    else if (value !== undefined) facts[key] = { value, from: 'operator' }
  }
  return facts
}
