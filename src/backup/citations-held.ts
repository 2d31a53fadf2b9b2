/** Do the citations of kept conversations still lead to their words? Each names a document's text and a span of it. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { textsFolder } from '../documents/registry.ts'
import { citationsIn } from '../state/sqlite-copy.ts'
import { codeOf } from '../store/disk.ts'
import type { Citation } from '../types.ts'

export interface Held {
  readonly total: number
  /** Those whose text is kept, and has the very words at the span. */
  readonly resolved: number
}

/** Texts that stand in memory at once. */
const MOST_TEXTS = 200

/** Of a data folder that nobody writes to. `onLost`: told of each that leads nowhere. */
export async function citationsHeld(dataFolder: string, onLost?: (citation: Citation) => void): Promise<Held> {
  const texts = new Map<string, string | undefined>()
  const textOf = (sha256: string): string | undefined => {
    if (texts.has(sha256)) return texts.get(sha256)
    if (texts.size >= MOST_TEXTS) texts.delete(texts.keys().next().value!)
    const text = readText(join(textsFolder(dataFolder), `${sha256}.txt`))
    texts.set(sha256, text)
    return text
  }
  let total = 0
  let resolved = 0
  citationsIn(join(dataFolder, 'state.sqlite'), (citation) => {
    total++
    const { textSha256, start, end, quoteSha256 } = citation
    const words = /^[0-9a-f]{64}$/.test(textSha256) ? textOf(textSha256)?.slice(start, end) : undefined
    if (words !== undefined && sha256Of(words) === quoteSha256) resolved++
    else onLost?.(citation)
  })
  return { total, resolved }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return undefined
  }
}

const sha256Of = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
