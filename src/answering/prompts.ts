/**
 * The prompts in prompts/*.md: read once, checked as they are read, named in an answer by version and SHA-256.
 *
 * A file begins with `version: answer-2`; each part stands under a heading `# system`, `# form json`, … and may hold
 * placeholders `{{question}}`. What is filled in is data: it stands between two lines of a marker drawn for each
 * request, which no text can know beforehand, and is itself never searched for placeholders.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { PolicyError } from '../errors.ts'
import type { ModelMessage } from './answer-model.ts'

export interface Prompt {
  /** e.g. `answer-2`. */
  readonly version: string
  /** Of the file in UTF-8, the first 12 hex digits. */
  readonly sha256: string
  /** By heading. */
  readonly parts: Readonly<Record<string, string>>
}

export interface Prompts {
  readonly answer: Prompt
  readonly rewrite: Prompt
}

/** What each part must hold; nothing else may stand in double braces. */
const PLACEHOLDERS = {
  answer: {
    system: ['marker', 'form'],
    'form json': [],
    'form text': [],
    user: ['marker', 'passages', 'question'],
  },
  rewrite: {
    system: ['marker'],
    user: ['marker', 'history', 'question'],
  },
} as const satisfies Record<keyof Prompts, Record<string, readonly string[]>>

const FOLDER = new URL('../../prompts/', import.meta.url)
let read: Prompts | undefined

/**
 * Both prompts; the files are read the first time.
 * @throws PolicyError `config-invalid` for a file that is missing or lacks a part
 */
export function prompts(): Prompts {
  return (read ??= { answer: readPromptFile('answer'), rewrite: readPromptFile('rewrite') })
}

function readPromptFile(name: keyof Prompts): Prompt {
  let text: string
  try {
    text = readFileSync(new URL(`${name}.md`, FOLDER), 'utf8')
  } catch (cause) {
    throw new PolicyError(
      'config-invalid',
      `prompts/${name}.md 无法读取，请从发布包中恢复。It cannot be read; restore it.`,
      { cause },
    )
  }
  return readPrompt(name, text)
}

/** A prompt from the text of its file. @throws PolicyError `config-invalid`, which names every fault. */
export function readPrompt(name: keyof Prompts, text: string): Prompt {
  const version = /^version: *([\w.-]{1,40}) *\r?\n/.exec(text)?.[1]
  const parts = partsOf(text)
  const faults = [
    ...(version === undefined ? ['its first line is not `version: …`'] : []),
    ...Object.entries(PLACEHOLDERS[name]).flatMap(([part, wanted]) => faultsOf(part, parts[part], wanted)),
  ]
  if (version === undefined || faults.length > 0) {
    const next = '请改正，或从发布包中恢复。Mend or restore it.'
    throw new PolicyError('config-invalid', `prompts/${name}.md: ${faults.join('; ')}. ${next}`)
  }
  return { version, sha256: createHash('sha256').update(text).digest('hex').slice(0, 12), parts }
}

function partsOf(text: string): Record<string, string> {
  const sections = text.replaceAll('\r\n', '\n').split(/^# +/m).slice(1)
  return Object.fromEntries(
    sections.map((section) => {
      const end = `${section}\n`.indexOf('\n')
      return [section.slice(0, end).trim(), section.slice(end).trim()]
    }),
  )
}

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g

function faultsOf(part: string, text: string | undefined, wanted: readonly string[]): string[] {
  if (!text) return [`the part # ${part} is missing or empty`]
  const found = new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name))
  const missing = wanted.filter((name) => !found.has(name)).map((name) => `# ${part} lacks {{${name}}}`)
  const unknown = [...found]
    .filter((name) => !wanted.includes(name))
    .map((name) => `# ${part} has {{${name}}}, which nothing fills`)
  return [...missing, ...unknown]
}

/** Messages for an answer. @param passages as written/handles.ts shows them @param form of the reply; see written/protocol.ts */
export function answerMessages(
  { parts }: Prompt,
  {
    question,
    passages,
    form,
  }: { readonly question: string; readonly passages: string; readonly form: 'json' | 'text' },
): ModelMessage[] {
  return messagesOf(parts, { question, passages }, { form: parts[`form ${form}`] ?? '' })
}

/** Messages for a question that stands alone. */
export function rewriteMessages(
  { parts }: Prompt,
  data: { readonly question: string; readonly history: string },
): ModelMessage[] {
  return messagesOf(parts, data, {})
}

type Values = Readonly<Record<string, string>>

function messagesOf(parts: Values, data: Values, own: Values): ModelMessage[] {
  const values = { ...data, ...own, marker: markerFor(Object.values(data)) }
  return [
    { role: 'system', content: filled(parts['system'] ?? '', values) },
    { role: 'user', content: filled(parts['user'] ?? '', values) },
  ]
}

/** A line that none of the texts holds. @example '=====8f3a1c9be07d42a6=====' */
function markerFor(texts: readonly string[]): string {
  for (;;) {
    const marker = `=====${randomBytes(8).toString('hex')}=====`
    if (!texts.some((text) => text.includes(marker))) return marker
  }
}

function filled(text: string, values: Values): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => values[name] ?? whole)
}
