/** The cases of the eval set: their shape, and how they are read from `evals/cases/*.jsonl`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** A clause that answers. In 001 section 二 item 2: `{source: '001_….txt', path: ['二', '2'], paragraph: 2}`. */
const Gold = z.strictObject({
  source: z.string().min(1),
  path: z.array(z.string().min(1)).min(1),
  /** 1-based 款, where the clause has several paragraphs. */
  paragraph: z.int().positive().optional(),
  /** Other files that hold the same clause under the same path: either counts. */
  alsoIn: z.array(z.string()).optional(),
  /** Any clause inside this one counts too. */
  within: z.boolean().optional(),
})

const Expected = z.strictObject({
  outcome: z.enum(['answered', 'declined', 'ambiguous']),
  reason: z.enum(['no-evidence', 'no-such-clause', 'false-premise', 'unsupported', 'out-of-scope']).optional(),
  /** Alternatives, any one of which counts; with `all` every one is needed. */
  gold: z.array(Gold).optional(),
  all: z.boolean().optional(),
  /** Words of the document that the answer must hold. */
  contains: z.array(z.string().min(1)).optional(),
  /** Words that the answer must not hold. */
  not: z.array(z.string().min(1)).optional(),
})

const EvalCase = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  group: z.string().min(1),
  /** Thresholds are set on `tune`; the figures that count are those of `report`. */
  split: z.enum(['tune', 'report']),
  question: z.string().min(1),
  history: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string() })).optional(),
  expect: Expected,
  note: z.string().optional(),
})

export type Gold = z.infer<typeof Gold>
export type EvalCase = z.infer<typeof EvalCase>

/** One case a line. Throws with `name:line` when a line is not a case. */
export function parseCases(jsonl: string, name: string): EvalCase[] {
  return jsonl.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [EvalCase.parse(JSON.parse(line))]
    } catch (cause) {
      throw new Error(`${name}:${index + 1} is not an eval case`, { cause })
    }
  })
}

/** Every case of a `.jsonl` file, or of all such files of a folder in the order of their names. */
export function readCases(path: string): EvalCase[] {
  if (path.endsWith('.jsonl')) return parseCases(readFileSync(path, 'utf8'), path)
  return readdirSync(path)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => parseCases(readFileSync(join(path, name), 'utf8'), name))
}
