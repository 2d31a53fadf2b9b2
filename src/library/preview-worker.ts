/** The thread that reads uploads as indexing would, one after the other, so that a long or hostile file never holds up a question. */
import { readFile } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { titleFromOf, titleOf, walk } from '../clauses/address.ts'
import { outlineOf } from '../clauses/outline-nodes.ts'
import { findProblems } from '../clauses/problems.ts'
import { parseDocument } from '../clauses/tree.ts'
import { answerOrders } from '../documents/capped-thread.ts'
import { sourceTextOf } from '../documents/load.ts'
import { PolicyError } from '../errors.ts'
import type { DocumentId, Fact } from '../types.ts'
import type { ReadUpload, UploadOrder, UploadRead } from './preview.ts'

/** The longest code has 3,000; each is a line of the outline that a browser has to show. */
const MOST_CLAUSES = 50_000

async function readUpload(path: string, name: string): Promise<ReadUpload> {
  const { notices, ...source } = await sourceTextOf({ source: name }, await readFile(path))
  const document = parseDocument({ id: 'd-000000000000' as DocumentId, ...source })
  const clauses = [...walk(document)].length
  if (clauses > MOST_CLAUSES) {
    throw new PolicyError('file-format', `${name} 的条款超过 ${MOST_CLAUSES} 条，未读取。请拆分后再上传。`)
  }
  const titleFrom = titleFromOf(document)
  const facts = Object.entries(document.header).filter((entry): entry is [string, Fact] => entry[1] !== undefined)
  return {
    preview: {
      format: document.format,
      title: titleOf(document),
      ...(titleFrom === undefined ? {} : { titleFrom }),
      header: Object.fromEntries(facts.map(([fact, { value, from }]) => [fact, { value, from }])),
      clauses,
      length: document.text.length,
      outline: outlineOf(document),
      problems: findProblems(document).map(({ path, message }) => ({ path, message })),
      dropped: document.dropped.length,
      notices,
      fileSha256: document.fileSha256,
      textSha256: document.textSha256,
    },
    text: document.text,
  }
}

answerOrders<UploadOrder, UploadRead>(parentPort, async ({ path, name }) => ({ outcome: 'read', ...(await readUpload(path, name)) }))
