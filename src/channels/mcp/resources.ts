/** Documents, their outlines and their clauses as MCP resources: addresses, pages of the list, words, completion. */
import { titleOf, walk, innermost } from '../../clauses/address.ts'
import type { Assistant } from '../../answering/assistant.ts'
import { PolicyError } from '../../errors.ts'
import type { Document } from '../../types.ts'
import { documentNamed } from '../known-documents.ts'
import { bracketed, standingWords } from '../render.ts'
import { clauseText, documentSummary, listedDocument, outlineOf, placeOfPath, type OutlineNode } from '../wire.ts'

const PAGE = 100
/** Of one completion; the protocol allows no more. */
const MOST_COMPLETED = 100

export const TEMPLATES = [
  {
    uriTemplate: 'tiaowen://document/{documentId}',
    name: 'document',
    title: '文件',
    description: '文件全文。The stored text; offsets of citations point into it.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'tiaowen://outline/{documentId}',
    name: 'outline',
    title: '目录',
    description: '文件的条款目录，每行一条：路径、标签、标题。A line for each clause: path, label, heading.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'tiaowen://clause/{documentId}/{+path}',
    name: 'clause',
    title: '条款',
    description: '一条条款的原文；path 是由外到内的编号，用 / 连接，如 二/2。A clause by its path.',
    mimeType: 'text/plain',
  },
] as const

const documentUri = (id: string) => `tiaowen://document/${encodeURIComponent(id)}`

export interface Listed {
  readonly uri: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly mimeType: string
  /** Bytes. */
  readonly size: number
}

/** @throws PolicyError 'bad-request' for a cursor that is not ours */
export function listResources(assistant: Assistant, cursor?: string): { resources: Listed[]; nextCursor?: string } {
  const catalogue = assistant.catalogue()
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw new PolicyError('bad-request', '不认识的 cursor；请从头列起。')
  const from = Number(cursor ?? 0)
  const resources = catalogue.documents.slice(from, from + PAGE).map((document) => {
    const { version } = listedDocument(document, catalogue, new Set())
    return {
      uri: documentUri(document.id),
      name: document.source,
      title: titleOf(document),
      description: `${bracketed(titleOf(document))}${standingWords(version)}`,
      mimeType: 'text/plain',
      size: Buffer.byteLength(document.text),
    }
  })
  const next = from + resources.length
  return { resources, ...(next < catalogue.documents.length && resources.length > 0 && { nextCursor: String(next) }) }
}

export interface Contents {
  readonly uri: string
  readonly mimeType: string
  readonly text: string
  readonly _meta: Readonly<Record<string, unknown>>
}

/** @throws PolicyError 'bad-request', 'no-such-document', 'no-such-clause' */
export function readResource(assistant: Assistant, uri: string): Contents {
  const { kind, documentId, path } = partsOf(uri)
  const catalogue = assistant.catalogue()
  const document = documentNamed(documentId, catalogue)
  const { title, source, textSha256 } = documentSummary(document)
  const about = { title, source, textSha256, generation: catalogue.generation, documents: catalogue.documents.length }
  const give = (text: string, more: object = {}) => ({ uri, mimeType: 'text/plain', text, _meta: { tiaowen: { ...about, ...more } } })
  if (kind === 'document') return give(document.text)
  if (kind === 'outline') return give(outlineOf(document).flatMap((node) => outlineLines(node)).join('\n'))
  const place = placeOfPath(document, path)
  if (!place) {
    throw new PolicyError('no-such-clause', `文件 ${document.id} 里没有条款 ${path.join('/')}；目录见 tiaowen://outline/${document.id}。`)
  }
  const { text, ...where } = clauseText(place, catalogue)
  return give(text, where)
}

function outlineLines({ path, label, heading, children }: OutlineNode, depth = 0): string[] {
  const line = `${'  '.repeat(depth)}${path.join('/')}\t${label}${heading === undefined ? '' : `\t${heading}`}`
  return [line, ...children.flatMap((child) => outlineLines(child, depth + 1))]
}

interface Parts {
  readonly kind: 'document' | 'outline' | 'clause'
  readonly documentId: string
  readonly path: readonly string[]
}

function partsOf(uri: string): Parts {
  const [, kind, documentId = '', path] = /^tiaowen:\/\/(document|outline|clause)\/([^/?#]+)(?:\/([^?#]+))?$/.exec(uri) ?? []
  if (kind === undefined || (kind === 'clause') !== (path !== undefined)) throw noSuchResource(uri)
  try {
    const segments = path?.split('/').map(decodeURIComponent) ?? []
    return { kind: kind as Parts['kind'], documentId: decodeURIComponent(documentId), path: segments }
  } catch {
    throw noSuchResource(uri)
  }
}

const noSuchResource = (uri: string) =>
  new PolicyError('bad-request', `没有资源 ${uri.slice(0, 200)}；可写 ${TEMPLATES.map(({ uriTemplate }) => uriTemplate).join('、')}。`)

export interface Completion {
  readonly values: string[]
  readonly total: number
  readonly hasMore: boolean
}

/** Ids of documents by their beginning or by words of their title; paths by their beginning. */
export function complete(assistant: Assistant, argument: { name: string; value: string }, documentId?: string): Completion {
  const { documents } = assistant.catalogue()
  const all =
    argument.name === 'documentId'
      ? documents.filter((document) => isMeant(document, argument.value)).map(({ id }) => id)
      : argument.name === 'path' && documentId !== undefined
        ? pathsOf(documents.find(({ id }) => id === documentId)).filter((path) => path.startsWith(argument.value))
        : []
  return { values: all.slice(0, MOST_COMPLETED), total: all.length, hasMore: all.length > MOST_COMPLETED }
}

const isMeant = (document: Document, words: string) => document.id.startsWith(words) || titleOf(document).includes(words)

/** As a client puts them into the template; a heading that holds a slash would be taken apart. */
const pathsOf = (document: Document | undefined): string[] =>
  (document ? [...walk(document)] : [])
    .map((lineage) => innermost(lineage).path)
    .filter((path) => !path.some((part) => part.includes('/')))
    .map((path) => path.join('/'))
