/**
 * A configuration file → its settings, each with its line. Knows YAML and versions of the file, and no setting by
 * name. Nothing it says holds a value of the file, which may be a secret, nor what the YAML library says of it.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, ParsedNode, Scalar, YAMLMap } from 'yaml'
import { migrated, MIGRATIONS, type Migration } from './migrations.ts'

/** A setting as it is written; keys of a group after a point, e.g. `llm.url`. */
export interface Entry {
  readonly key: string
  readonly value: Value
  /** From 1. */
  readonly line: number
}

export type Value =
  /** Left empty, `~` or `null`: as a variable set to nothing. */
  | { readonly kind: 'nothing' }
  /** As it is written: `1.10` is not 1.1. */
  | { readonly kind: 'text'; readonly text: string }
  /** `true` or `false` without quotes. */
  | { readonly kind: 'flag'; readonly flag: boolean }
  /** `items` absent where one is more than a word. */
  | { readonly kind: 'list'; readonly items?: readonly string[] }
  | { readonly kind: 'map'; readonly json: string }

export interface ReadEntries {
  readonly entries: readonly Entry[]
  /** Each begins with where it stands, e.g. `/etc/tiaowen.yaml:3: `. */
  readonly faults: readonly string[]
  readonly notices: readonly string[]
}

/** Larger files are not settings. */
const MOST_CHARACTERS = 256 * 1024

/** What is wrong, by the code of the YAML library; its own sentences quote the file. */
const YAML_FAULTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands twice. Leave one of them',
  TAB_AS_INDENT: 'a tab stands where spaces are wanted. Indent with spaces',
  BAD_INDENT: 'the indentation does not fit. Indent what belongs together alike, with spaces',
  MISSING_CHAR: 'a sign is missing, e.g. a closing quote or the colon after a key. Add it',
  MULTIPLE_DOCS: 'a second document begins. Leave one, without lines of ---',
  NON_STRING_KEY: 'a key is not a word. Write it as key: value',
  BAD_DIRECTIVE: 'lines that begin with % are not for settings. Take it out',
  TAG_RESOLVE_FAILED: 'tags (!…) are not for settings. Take it out',
  BAD_SCALAR_START: 'the value begins with a sign that YAML keeps for itself. Put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon or a wrong indentation. Put a value with a colon and a space in quotes',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines. Write one key: value a line',
}
const NOT_YAML = 'this is not YAML. Look at the quotes, brackets and indentation of this line'

/** @param name of the file, for messages; @param steps for tests */
export function parseSettings(text: string, name: string, steps: readonly Migration[] = MIGRATIONS): ReadEntries {
  const only = (fault: string): ReadEntries => ({ entries: [], faults: [fault], notices: [] })
  if (text.length > MOST_CHARACTERS) return only(`${name}: holds more than ${MOST_CHARACTERS} characters. Is it the right file?`)
  const lines = new LineCounter()
  const at = (offset: number) => `${name}:${Math.max(1, lines.linePos(offset).line)}`
  const document = documentOf(text, lines)
  if (!document) return only(`${name}: nests too deeply. Settings stand two deep, e.g. llm: and below it url:.`)
  const faults = [...new Set([...syntaxFaults(document, at), ...strangeNodes(document, at)])]
  if (faults.length > 0) return { entries: [], faults, notices: [] }
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) return { entries: [], faults, notices: [] }
  if (!isMap(contents)) return only(`${at(contents.range[0])}: settings are wanted, one key: value a line.`)
  return migrated(entriesOf(contents, document, (offset) => lines.linePos(offset).line), name, steps)
}

function documentOf(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, { lineCounter, version: '1.2', prettyErrors: false, stringKeys: true })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** One for a line: a fault brings others with it. */
function syntaxFaults({ errors, warnings }: Document.Parsed, at: (offset: number) => string): string[] {
  const faults = new Map<string, string>()
  for (const { code, pos } of [...errors, ...warnings]) {
    const place = at(pos[0])
    if (!faults.has(place)) faults.set(place, `${place}: ${YAML_FAULTS[code] ?? NOT_YAML}.`)
  }
  return [...faults.values()]
}

/** What says something else than it seems to, or grows when it is read. */
function strangeNodes(document: Document.Parsed, at: (offset: number) => string): string[] {
  const faults: string[] = []
  visit(document, {
    Node(_, node) {
      const place = at(node.range?.[0] ?? 0)
      if (isAlias(node) || node.anchor !== undefined) {
        faults.push(`${place}: anchors (&) and aliases (*) are not for settings. Write the value itself, or put it in quotes.`)
      } else if (node.tag !== undefined) {
        faults.push(`${place}: tags (!…) are not for settings. Take it out.`)
      }
    },
  })
  return faults
}

/** A mapping at the top is a group; a mapping within it is a value. */
function entriesOf(top: YAMLMap.Parsed, document: Document.Parsed, lineOf: (offset: number) => number): Entry[] {
  return top.items.flatMap(({ key, value }) => {
    const name = keyOf(key)
    const line = lineOf(key.range[0])
    if (!isMap(value)) return [{ key: name, value: valueOf(value, document), line }]
    return value.items.map((item) => ({
      key: `${name}.${keyOf(item.key as ParsedNode)}`,
      value: valueOf(item.value as ParsedNode | null, document),
      line: lineOf((item.key as ParsedNode).range[0]),
    }))
  })
}

const keyOf = (node: ParsedNode): string => (isScalar(node) ? String(node.value) : '')

function valueOf(node: ParsedNode | null, document: Document.Parsed): Value {
  if (isMap(node)) return { kind: 'map', json: JSON.stringify(node.toJS(document)) }
  if (isSeq(node)) {
    const items = node.items.map((item) => (isScalar(item) ? textOf(item) : undefined))
    return items.every((item) => item !== undefined) ? { kind: 'list', items } : { kind: 'list' }
  }
  if (!isScalar(node) || node.value === null) return { kind: 'nothing' }
  return typeof node.value === 'boolean' ? { kind: 'flag', flag: node.value } : { kind: 'text', text: textOf(node) }
}

const textOf = ({ type, source, value }: Scalar): string =>
  type === 'PLAIN' && source !== undefined ? source : String(value ?? '')
