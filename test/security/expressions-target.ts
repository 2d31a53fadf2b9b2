/** Reads so many characters of every class with every parser, in a process that can be ended: a line of JSON for each. */
import { attributionOf } from '../../src/answering/checking/attribution.ts'
import { mentionsIn } from '../../src/answering/checking/mentions.ts'
import { quotationsIn } from '../../src/answering/checking/quotations.ts'
import { escaped, plain } from '../../src/channels/render.ts'
import { titlesIn } from '../../src/clauses/cited.ts'
import { numbersIn } from '../../src/clauses/document-numbers.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import { findReferences } from '../../src/clauses/reference.ts'
import { clean } from '../../src/documents/clean.ts'
import { datesIn } from '../../src/documents/dates.ts'
import { readHeader } from '../../src/documents/header.ts'
import { htmlToText } from '../../src/documents/html.ts'
import { readMarkdownDraft } from '../../src/drafts/markdown-draft.ts'
import { readTextDraft } from '../../src/drafts/text-draft.ts'
import { PolicyError } from '../../src/errors.ts'
import { normaliseQuestion } from '../../src/questions/normalise.ts'
import { placesIn } from '../../src/questions/places.ts'
import { quantities } from '../../src/questions/quantities.ts'
import { namesQuoted } from '../../src/questions/question.ts'
import { times } from '../../src/questions/times.ts'
import { versionWords } from '../../src/questions/version-words.ts'
import { sourceOf } from '../clauses/sources.ts'
import { UNITS } from './repeated.ts'

const withHeader = (text: string) => ({ text, ...readHeader(text, 'txt') })

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  clean,
  readHeader: (text) => readHeader(text, 'txt'),
  parseDocument: (text) => parseDocument(sourceOf(text, withHeader(text))),
  datesIn,
  titlesIn,
  findReferences: (text) => findReferences(text, []),
  numbersIn: (text) => numbersIn(text, () => false),
  htmlToText: (text) => htmlToText(text),
  readTextDraft,
  readMarkdownDraft,
  mentionsIn: (text) => [...mentionsIn(text, [])],
  quotationsIn,
  attributionOf: (text) => attributionOf(text, { outer: { start: text.length >> 1, end: (text.length >> 1) + 9 } } as never, []),
  normaliseQuestion,
  quantities,
  times,
  placesIn,
  namesQuoted,
  versionWords: (text) => versionWords(text, []),
  plain,
  escaped,
}

const characters = Number(process.argv[2])
/** These read character by character, with a few µs for each; people type what they read, and it has limits of its own. */
const TYPED = new Set(['findReferences', 'mentionsIn', 'readMarkdownDraft'])
const cpuMs = () => process.cpuUsage().user / 1000

for (const [name, parser] of Object.entries(PARSERS)) {
  const length = TYPED.has(name) ? Math.min(characters, 100_000) : characters
  for (const unit of UNITS) {
    const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
    const before = cpuMs()
    try {
      parser(text)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
    }
    process.stdout.write(`${JSON.stringify({ name, unit, ms: Math.round(cpuMs() - before) })}\n`)
  }
}
